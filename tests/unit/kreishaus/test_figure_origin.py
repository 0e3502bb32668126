"""The note on figures follows the words of the files behind them."""

import pytest

from kreishaus.figure_origin import FigureOrigin, weakest
from kreishaus.labels.figure_origin import NO_NOTE, origin_note
from warehouse.origins import in_words, joined, note_on, words_of

OFFICIAL: dict[str, list[FigureOrigin]] = {"bamf": ["official"], "county": ["official"]}


def test_the_weakest_part_decides() -> None:
    assert weakest(["official", "rebuilt", "unknown"]) == "rebuilt"
    assert weakest(["rebuilt", "invented"]) == "invented"
    assert weakest(["official", "unknown"]) == "unknown"


def test_official_figures_have_no_note() -> None:
    assert origin_note(OFFICIAL) == NO_NOTE == origin_note({})
    assert in_words(OFFICIAL) == ""


@pytest.mark.parametrize(
    ("words", "short", "sentence"),
    [
        (
            {"wtg": ["invented"], "bamf": ["rebuilt"], "county": ["official"]},
            "Beispieldaten.",
            "Beispieldaten der Auslieferung, teils erfunden: nicht für Beschlüsse.",
        ),
        (
            {"bamf": ["rebuilt"]},
            "Beispieldaten.",
            "Beispieldaten der Auslieferung, nachgebaut: nicht für Beschlüsse.",
        ),
        (
            {"bamf": ["official"], "wtg": ["invented"]},
            "Teils Beispieldaten.",
            "Teils Beispieldaten, teils erfunden (WTG-Behörde): nicht für Beschlüsse.",
        ),
        (
            {"azr": ["rebuilt", "official"]},
            "Teils Beispieldaten.",
            "Teils Beispieldaten, nachgebaut (AZR): nicht für Beschlüsse.",
        ),
        (
            {"azr": ["unknown"], "county": ["official"]},
            "Herkunft nicht bestätigt.",
            "Für keine der Dateien ist bestätigt, dass sie amtlich ist: vor Beschlüssen prüfen.",
        ),
        (
            {"azr": ["unknown"], "bamf": ["official"]},
            "Herkunft teils nicht bestätigt.",
            "Herkunft von Dateien nicht bestätigt (AZR): vor Beschlüssen prüfen.",
        ),
        (
            {"azr": ["unknown"], "bamf": ["rebuilt"]},
            "Teils Beispieldaten, Herkunft teils nicht bestätigt.",
            "Teils Beispieldaten, nachgebaut (BAMF); Herkunft von Dateien nicht bestätigt (AZR): "
            "nicht für Beschlüsse.",
        ),
    ],
)
def test_the_note_says_which_sources_it_is_about(
    words: dict[str, list[FigureOrigin]], short: str, sentence: str
) -> None:
    note = origin_note(words)
    assert (note.short, note.sentence) == (short, sentence)


def test_files_of_earlier_versions_are_of_unknown_origin() -> None:
    files = [{"source": "bamf", "dataset": "hkl", "period": "2021-09", "sha256": "a"}]
    assert words_of(files) == {"bamf": ["unknown"]}
    assert note_on({"sources": files}).short == "Herkunft nicht bestätigt."
    said = {"sources": files, "figure_origins": {"bamf": ["official"]}}
    assert note_on(said) == NO_NOTE


def test_a_kept_mart_brings_the_words_of_its_version() -> None:
    assert joined({"bamf": ["official"]}, {"bamf": ["rebuilt"], "wtg": ["invented"]}) == {
        "bamf": ["rebuilt", "official"],
        "wtg": ["invented"],
    }


def test_an_engineer_reads_it_in_words() -> None:
    assert in_words({"azr": ["unknown"], "bamf": ["rebuilt"], "wtg": ["invented"]}) == (
        "Not all figures are official: sample files of bamf, wtg, files of unknown origin of azr."
    )
