"""Titles and labels of printed tables land in known words alone."""

import pytest

from ingest.printed_tables.kept import strip
from kreishaus.settings import Settings
from vocabulary.known_words import are_known, in_known_words

HEAD = (
    "Dokument;{document}\nStelle;{place}\nStichtag;15.08.2021\nZeilen;Region\nSpalten;Kennzahl\n"
    "{more}Spalte;nicht belegt;vacant_places\nTabelle\nKommune;nicht belegt\n{label};17\n"
)


def landed(
    document: str = "Bericht 2021", place: str = "Tabelle 1", more: str = "", label: str = "Neuss"
) -> str:
    text = HEAD.format(document=document, place=place, more=more, label=label)
    return strip(text.encode(), "t.csv", Settings()).content.decode()


@pytest.mark.parametrize(
    "said",
    [
        "Vermerk Quittenbaum", "quittenbaum@posteo.example", "Rückfragen 02137 884613",
        "Isolde Quittenbaum, 17.03.1931", "Квитенбаум", "QUITTENBAUM",
    ],
)  # fmt: skip
def test_a_name_in_the_title_is_a_number(said: str) -> None:
    text = (landed(document=said) + landed(place=said)).casefold()
    for part in ("quittenbaum", "isolde", "884613", "1931", "квитенбаум"):
        assert part not in text
    assert "Neuss;17" in landed(document=said)


@pytest.mark.parametrize(
    "said", ["Jahrgang 1941", "Bericht K. W.", "Antrag K.W. 2021", "Haus 1938"]
)
def test_initials_and_years_of_birth_in_a_title_are_numbers(said: str) -> None:
    kept = in_known_words(said)
    assert not [part for part in ("1941", "1938", "K. W.", "K.W.") if part in kept]
    assert in_known_words(kept) == kept


@pytest.mark.parametrize(
    "said", ["Bericht 1995 bis 2021, z. B. Anlage 2", "Vorlage 50/0123/XVI/2023"]
)
def test_years_of_figures_and_abbreviations_stay(said: str) -> None:
    assert in_known_words(said) == said


def test_a_label_that_the_head_explains_keeps_its_figure_and_loses_its_name() -> None:
    text = landed(more="Zeile;Isolde Quittenbaum;05162024\n", label="Isolde Quittenbaum")
    assert "Quittenbaum" not in text and "Bezeichnung 1;17" in text
    assert "Zeile;Bezeichnung 1;region=05162024" in text


def test_two_titles_stay_two_and_one_stays_one() -> None:
    assert in_known_words("Bericht Quittenbaum") != in_known_words("Bericht Quitte")
    once = in_known_words("Bericht Quittenbaum")
    assert in_known_words(once) == once


@pytest.mark.parametrize(
    "title",
    [
        "Ausschuss für Soziales, Sitzung vom 30.11.2021", "Pflegebericht 2021", "Tabelle 2",
        "Sozialausschuss, Sitzung vom 01.03.2022", "Nicht belegte Pflegeplätze zum 15. Februar",
    ],
)  # fmt: skip
def test_titles_of_papers_are_known(title: str) -> None:
    assert are_known(title)


@pytest.mark.parametrize(
    "title",
    [
        "Örtliche Planung nach § 7 APG NRW",
        "Verbindliche Bedarfsplanung, Folie 12",
        "Tätigkeitsbericht 2021",
        "Ausschuss für Gesundheit und Soziales, Sitzung vom 30.11.2021",
    ],
)
def test_titles_of_committees_papers_are_known(title: str) -> None:
    assert in_known_words(title) == title
