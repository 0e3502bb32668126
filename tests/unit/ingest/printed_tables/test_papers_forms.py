"""Numbers and days land by their form and range: what registers give to persons has another."""

from datetime import date

import pytest

from ingest.printed_tables.dimensions import Reader, UnknownValue
from ingest.printed_tables.guard import refuse_persons
from ingest.printed_tables.kept import strip
from ingest.printed_tables.numbers import NOT_UNDERSTOOD, kept_of, read_printed
from kreishaus.model import FileRejected
from kreishaus.settings import Settings
from vocabulary.known_words import are_known, in_known_words

HEAD = "Dokument;Bericht 2021\nStelle;Tabelle 1\n{printed}Region;05162\nZeilen;{rows}\n"
TABLE = "Spalten;Kennzahl\nSpalte;frei;vacant_places\nTabelle\nStand;frei\n"


def table(*labels: str, rows: str = "Stichtag", printed: str = "") -> bytes:
    head = HEAD.format(rows=rows, printed=printed)
    return (head + TABLE + "".join(f"{label};7\n" for label in labels)).encode()


def landed(content: bytes) -> str:
    return strip(content, "t.csv", Settings()).content.decode()


@pytest.mark.parametrize("day", ["12.03.1941", "12.03.1987", "1987-03-12", "12.03.2004"])
def test_a_day_before_figures_is_no_label(day: str) -> None:
    assert day not in landed(table(day, "15.02.2021"))


@pytest.mark.parametrize("day", ["15.02.1999", "31.12.1990", "14.08.2018", "Jun 2017"])
def test_days_on_which_offices_count_are_labels(day: str) -> None:
    assert f"{day};7" in landed(table(day))


@pytest.mark.parametrize(
    "days",
    [
        ("12.03.2014", "03.07.2008", "22.11.2017"),  # in no order
        ("12.03.2006", "03.07.2012", "22.11.2020"),  # in order, fourteen years apart
        ("12.03.1941", "03.07.1938", "22.11.1944"),
    ],
)
def test_a_row_for_each_day_of_birth_is_refused(days: tuple[str, ...]) -> None:
    with pytest.raises(FileRejected) as refused:
        refuse_persons(table(*days), "t.csv")
    assert not [day for day in days if day in str(refused.value)]


def test_days_of_births_as_columns_are_refused() -> None:
    head = HEAD.format(rows="Jahr", printed="")
    text = f"{head}Spalten;Stichtag\nTabelle\nJahr;12.03.2014;03.07.2008;22.11.2017\n2021;1;1;1\n"
    with pytest.raises(FileRejected):
        refuse_persons(text.encode(), "t.csv")


def test_odd_reference_dates_in_order_are_figures() -> None:
    refuse_persons(table("14.08.2018", "31.12.2018", "07.03.2019", "09.11.2020"), "t.csv")


def test_a_paper_is_not_printed_before_papers_were() -> None:
    with pytest.raises(FileRejected, match="2005"):
        landed(table("15.02.2021", printed="Gedruckt am;12.03.1941\n"))


@pytest.mark.parametrize(
    "cell",
    ["471.104.711", "471104711", "19870312", "0815", "02131471", "221.104.711.098", "0.815"],
)
def test_what_is_no_count_does_not_land(cell: str) -> None:
    assert kept_of(cell) == NOT_UNDERSTOOD


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        *(("83.155.031", 83_155_031), ("19.870.312", 19_870_312), ("0,5", 0.5), ("0", 0)),
        *(("128.456.789 €", 128_456_789), ("128.456.789,12", 128456789.12), ("45 Euro", 45)),
    ],
)
def test_counts_and_money_are_read(cell: str, number: float) -> None:
    assert float(read_printed(cell).number or 0) == number


@pytest.mark.parametrize(
    "title",
    [
        *("Anlage 1, 2211 0471 1098", "Anlage 47 11 09 8", "Akte 02131/4711", "1987-03-12"),
        *("Bericht 12.03.87", "Akte 4711/0815/98", "15/08/1987", "August Winter", "Winter, August"),
    ],
)
def test_digit_groups_early_days_and_names_of_months_are_not_known(title: str) -> None:
    assert not are_known(title)
    assert in_known_words(in_known_words(title)) == in_known_words(title)


@pytest.mark.parametrize(
    "title",
    [
        *("Sitzungsvorlage 50/0123/XVI/2023", "Drucksache 2023/0456", "Produkt 050.311.01"),
        *("Berichtszeitraum 01.01.-31.12.2022", "Januar bis August 2022", "Stand August 2022"),
        *("Bericht der Schuldner- und Insolvenzberatung", "TOP Ö 5", "Kapitel 2.4.1", "2021/2022"),
    ],
)
def test_numbers_of_papers_and_the_words_of_social_offices_are_known(title: str) -> None:
    assert are_known(title)


@pytest.mark.parametrize("label", ["Zimmer 214", "Fall 3", "Bewohnerin Nr. 12", "Person 1"])
def test_a_label_that_numbers_persons_is_refused(label: str) -> None:
    with pytest.raises(FileRejected, match="one person"):
        refuse_persons(table(label, rows="Region"), "t.csv")


@pytest.mark.parametrize(
    ("dimension", "label", "code"),
    [
        *(("care_grade", "Pflegegrad 3", "3"), ("care_grade", "PG 3", "3")),
        *(("country", "Côte d’Ivoire", "231"), ("country", "Elfenbeinküste", "231")),
        ("country", "Iran", "439"),
    ],
)
def test_labels_as_papers_print_them(dimension: str, label: str, code: str) -> None:
    assert Reader(Settings().county, date(2021, 8, 15)).value(dimension, label) == code


def test_an_early_day_is_not_repeated() -> None:
    with pytest.raises(UnknownValue) as unknown:
        Reader(Settings().county, date(2021, 8, 15)).value("date", "12.03.1941")
    assert "1941" not in str(unknown.value)
