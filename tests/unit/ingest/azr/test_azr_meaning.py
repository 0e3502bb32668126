"""What a text outside of a table says of its numbers: shares, flows, a part of the people.

The figures are made up, small enough to be added up by hand.
"""

import io

import pytest
from azr_workbooks import at_the_door, saved, sheet_of
from openpyxl import load_workbook

from kreishaus.model import FileRejected

STATUSES = (
    ["Anerkannte Flüchtlinge", 40, 44],
    ["Flüchtlinge im Verfahren", 30, 31],
    ["Duldungen", 21, 20],
    ["Flüchtlinge gesamt", 91, 95],
)
TOWNS = (
    *(["Dormagen", 81], ["Grevenbroich", 74], ["Jüchen", 15], ["Kaarst", 37]),
    *(["Korschenbroich", 20], ["Meerbusch", 74], ["Neuss", 285], ["Rommerskirchen", 9]),
)
SHARES, FLOWS, PART = "numbers are shares", "changes, arrivals or departures", "of a part of"
REFUGEES = "of refugees or of tolerated people"


def series(title: str = "Flüchtlinge", note: str = "", corner: str = "Status") -> bytes:
    return sheet_of([title], [corner, "30.06.2022", "31.12.2022"], *STATUSES, [], [note])


def municipal(title: str, note: str = "") -> bytes:
    heads = ["Gemeinde", "Insgesamt"]
    return sheet_of(
        [title], ["Stand: 31.03.2022"], heads, *TOWNS, ["Kreis insgesamt", 595], [], [note]
    )


def refusal(content: bytes) -> str:
    with pytest.raises(FileRejected) as refused:
        at_the_door(content)
    return str(refused.value)


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Entwicklung der Flüchtlinge (Anteile)", SHARES),
        ("Anteile in %", SHARES),
        ("Statistik in Tausend", "in hundreds or thousands"),
        ("Zuzüge von Flüchtlingen", FLOWS),
        ("Veränderung zum Vorjahr", FLOWS),
        ("Flüchtlinge in Kaarst", PART),
        ("Flüchtlinge in der Stadt Neuss", PART),
        ("Flüchtlinge aus Eritrea", PART),
        ("Syrische Flüchtlinge", PART),
        ("Weibliche Flüchtlinge", PART),
        ("Flüchtlinge ab 65 Jahren", PART),
        ("Flüchtlinge ohne Ukraine", PART),
    ],
)
def test_a_title_of_other_numbers_is_refused(title: str, said: str) -> None:
    found = refusal(series(title))
    assert "sheet 1, row 1, column A" in found
    assert said in found
    assert "numbers of persons at the reference date" in found
    assert title not in found


@pytest.mark.parametrize(
    "title",
    [
        "Flüchtlinge im Rhein-Kreis Neuss",
        "Menschen mit Fluchthintergrund im Rhein-Kreis Neuss",
        "Flüchtlinge nach Status, Frauen und Männer",
        "Personen mit Flüchtlingshintergrund, davon anerkannt",
    ],
)
def test_a_title_of_counts_is_read(title: str) -> None:
    at_the_door(series(title))


@pytest.mark.parametrize(
    ("note", "said"),
    [("Angaben in Prozent", SHARES), ("nur Frauen", PART), ("Zahlen ohne Ukraine", PART)],
)
def test_a_note_of_other_numbers_is_refused(note: str, said: str) -> None:
    found = refusal(series(note=note))
    assert "row 8, column A" in found
    assert said in found


def test_a_head_of_labels_that_says_percent_is_refused() -> None:
    assert SHARES in refusal(series(corner="Status (in %)"))


@pytest.mark.parametrize("shown_as", ['0" %"', "0\\%", "0%"])
def test_counts_shown_with_a_percent_sign_are_refused(shown_as: str) -> None:
    workbook = load_workbook(io.BytesIO(series()))
    workbook.worksheets[0]["B3"].number_format = shown_as
    found = refusal(saved(workbook))
    assert "row 3, column B" in found
    assert SHARES in found


def test_a_sheet_called_percent_is_refused() -> None:
    workbook = load_workbook(io.BytesIO(series()))
    workbook.worksheets[0].title = "Prozent"
    assert SHARES in refusal(saved(workbook))


def test_a_footer_that_says_percent_is_refused() -> None:
    workbook = load_workbook(io.BytesIO(series()))
    workbook.worksheets[0].oddFooter.left.text = "Angaben in Prozent"
    assert SHARES in refusal(saved(workbook))


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Geduldete nach Gemeinden", REFUGEES),
        ("Flüchtlinge nach Gemeinden", REFUGEES),
        ("Ausländische Bevölkerung aus Syrien nach Gemeinden", PART),
        ("Zuzüge nach Gemeinden", FLOWS),
    ],
)
def test_municipalities_of_other_people_are_refused(title: str, said: str) -> None:
    assert said in refusal(municipal(title))


def test_municipalities_without_some_people_are_refused() -> None:
    assert PART in refusal(municipal("Ausländische Bevölkerung", "ohne EU-Bürger"))


def test_percent_columns_beside_counts_may_be_spoken_of() -> None:
    heads = ["Gemeinde", "Insgesamt", "Anteil in %"]
    rows = [[name, count, round(count / 5.95, 1)] for name, count in TOWNS]
    at_the_door(
        sheet_of(
            ["Ausländische Bevölkerung und Anteile in %"],
            ["Stand: 31.03.2022"],
            heads,
            *rows,
            ["Kreis insgesamt", 595, 100],
        )
    )


@pytest.mark.parametrize("note", ["Leere Felder = 0", "Flüchtlinge nach Quartalen"])
def test_notes_on_the_table_are_understood(note: str) -> None:
    at_the_door(series(note=note))
