"""A survey on one sheet: a row for each home, with its places, residents and staff beside it."""

from datetime import date

import pytest
from wtg_workbooks import NAME, Sheets, book, read, small

from ingest.wtg.contacts import strip_workbook
from ingest.wtg.guard import refuse_persons
from kreishaus.model import FileRejected, UnreadableFile
from kreishaus.settings import Settings

DAY = date(2021, 8, 15)
HEADS = [
    *("PfAD-ID", "Name der Einrichtung", "Angebotsform", "PLZ", "Ort"),
    *("Platzzahl", "belegte Plätze", "freie Plätze"),
    *("PG 1", "PG 2", "PG 3", "PG 4", "PG 5"),
    *("Pflegekräfte gesamt (VK)", "Fachkräfte (VK)"),
]
SEE = ["A", "Haus am See", "vollstationär", "41460", "Neuss"]
BERG = ["B", "Haus am Berg", "vollstationär", "41539", "Dormagen"]


def survey(*more: list[object]) -> Sheets:
    return {
        "Abfrage": [
            ["Stichtagsabfrage zum 15.08.2021"],
            [*HEADS],
            [*SEE, 80, 75, 5, 1, 15, 25, 20, 13, 40, 22],
            [*BERG, 40, 38, 2, 0, 8, 12, 11, 7, 20, 10.5],
            *more,
        ]
    }


def figures(sheets: Sheets) -> dict[str, list[tuple[object, ...]]]:
    tables = read(sheets).tables
    wanted = {
        "angebote": ["pfad_id", "name", "ags", "angebotsform_wtg"],
        "belegung": ["pfad_id", "plaetze_vertrag", "plaetze_belegt", "plaetze_nicht_belegt"],
        "bewohner": ["pfad_id", "pg1", "pg2", "pg3", "pg4", "pg5"],
        "personal": ["pfad_id", "vk_pflege_gesamt", "vk_fachkraft"],
    }
    return {
        name: [*tables[name][columns].itertuples(index=False, name=None)]
        for name, columns in wanted.items()
    }


BOTH = {
    "angebote": [
        ("A", "Haus am See", "05162024", "vollstationaer"),
        ("B", "Haus am Berg", "05162004", "vollstationaer"),
    ],
    "belegung": [("A", 80, 75, 5), ("B", 40, 38, 2)],
    "bewohner": [("A", 1, 15, 25, 20, 13), ("B", 0, 8, 12, 11, 7)],
    "personal": [("A", 40.0, 22.0), ("B", 20.0, 10.5)],
}


def test_it_is_read_as_the_sheets_of_the_layout() -> None:
    assert figures(survey()) == BOTH


def test_its_row_of_sums_is_no_home_and_is_compared() -> None:
    sums = ["Summe", None, None, None, None, 120, 113, 7, 1, 23, 37, 31, 20, 60, 32.5]
    assert figures(survey(sums)) == BOTH
    found = {one.rule for one in read(survey([*sums[:5], 121, *sums[6:]])).findings}
    assert "total_row_differs" in found


def test_what_lands_of_it_is_the_layouts_sheets_and_no_column_that_nobody_knows() -> None:
    sheets = survey()
    for row, more in zip(
        sheets["Abfrage"][1:], ("Anmerkung", "Isolde Quittenbaum", ""), strict=True
    ):
        row.append(more)
    content = book(sheets)
    refuse_persons(content, NAME)
    stripped = strip_workbook(content, NAME, Settings())
    assert b"Quittenbaum" not in stripped.content
    assert any("column P" in one.message for one in stripped.warnings)


def test_a_list_of_names_beside_it_is_refused() -> None:
    sheets = survey()
    names = ("Leitung", "Isolde Quittenbaum", "Rosa Zwetschge")
    sheets["Abfrage"][1][0] = "Nachname"
    for row, more in zip(sheets["Abfrage"][1:], names, strict=True):
        row[0] = more
    with pytest.raises(FileRejected):
        refuse_persons(book(sheets), NAME)
        strip_workbook(book(sheets), NAME, Settings())


def test_a_workbook_with_a_sheet_for_each_thing_stays_as_it_is() -> None:
    assert figures(small())["belegung"] == BOTH["belegung"]


@pytest.mark.parametrize(
    ("head", "is_lost"),
    [("Plätze lt. Beschluss", True), ("Plätze neu", True), ("davon Plätze KZP", False)],
)
def test_numbers_under_a_head_that_says_a_columns_word_and_more_are_not_lost(
    head: str, is_lost: bool
) -> None:
    sheets = small()
    plan = ["V1", "05162024", "vollstationaer", 80, 12, "geplant"]
    heads = ["vorhaben_id", "ags", "angebotsform", head, "wohneinheiten", "status"]
    sheets["Planungen"] = [heads, plan]
    if is_lost:
        with pytest.raises(UnreadableFile) as refused:
            read(sheets)
        assert {(one.rule, one.column) for one in refused.value.findings} == {
            ("column_missing", "plaetze")
        }
    else:
        assert read(sheets).tables["planungen"]["wohneinheiten"].tolist() == [12]
