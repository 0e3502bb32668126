"""The kind of offer by the title of a sheet, or by the line above its heads."""

import io

import pytest
from openpyxl import Workbook
from test_wtg_register import origin

from ingest.wtg import register
from ingest.wtg.contacts import strip_list, strip_workbook
from kreishaus.model import Batch, FileRejected, UnreadableFile
from kreishaus.settings import Settings

NAME = "WTG_Register_2021-12-31.xlsx"
HEADS = ["Name", "PLZ", "Ort", "Plätze"]
OTHER_HEADS = ["Ort", "Postleitzahl", "Einrichtung", "Platzzahl", "Träger"]
HOMES = [["Haus Nordkanal", "41460", "Neuss", 80], ["Haus Erftaue", "41515", "Grevenbroich", 60]]
DAY_CARE = [["Neuss", "41460", "Treffpunkt am Hafen", 12, "Caritas"]]
FLATS = [["Haus Rheinblick", "41539", "Dormagen", 8]]


def book(**sheets: list[list[object]]) -> bytes:
    workbook = Workbook()
    del workbook["Sheet"]
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title.replace("_", " "))
        for row in rows:
            sheet.append(row)
    sink = io.BytesIO()
    workbook.save(sink)
    return sink.getvalue()


def read(content: bytes) -> Batch:
    return register.parse(content, origin(NAME))


def offers(batch: Batch) -> list[tuple[object, ...]]:
    columns = ["ort", "plaetze", "angebotsform_wtg"]
    rows = batch.tables["register_offers"][columns].astype(object)
    return [*rows.where(rows.notna(), None).itertuples(index=False, name=None)]


def test_a_sheet_for_each_kind_is_one_list() -> None:
    content = book(
        Pflegeheime=[["Stand: 31.12.2021"], HEADS, *HOMES, ["Summe", None, None, 140]],
        Tagespflege=[OTHER_HEADS, *DAY_CARE],
        Demenz_WG=[HEADS, *FLATS],
    )
    batch = read(content)
    expected = [
        ("Neuss", 80, "vollstationaer"),
        ("Grevenbroich", 60, "vollstationaer"),
        ("Neuss", 12, "tagespflege"),
        ("Dormagen", 8, "wg_demenz"),
    ]
    assert offers(batch) == expected
    (told,) = (one.message for one in batch.findings if one.rule == "sheets_of_one_list")
    assert "vollstationaer: from 3, tagespflege: from 6, wg_demenz: from 7" in told
    stripped = strip_list(content, NAME, Settings())
    assert told in [one.message for one in stripped.warnings]
    landed = stripped.content
    assert offers(register.parse(landed, origin("WTG_Register_2021-12-31.csv"))) == expected


def test_digits_of_a_title_are_not_repeated() -> None:
    titles = {"Tagespflege 0176445566": DAY_CARE, "Pflegeheime": HOMES}
    sheets = {
        title: [OTHER_HEADS if rows is DAY_CARE else HEADS, *rows] for title, rows in titles.items()
    }
    stripped = strip_list(book(**sheets), NAME, Settings())
    said = b"".join([stripped.content, *(one.message.encode() for one in stripped.warnings)])
    assert b"0176445566" not in said


def test_a_sheet_for_each_municipality_is_one_list() -> None:
    heads = ["Name", "Angebotsform", "PLZ", "Plätze"]
    content = book(
        Neuss=[heads, ["Haus Nordkanal", "Pflegeheim", "41460", 80]],
        Dormagen=[heads, ["Haus Rheinblick", "Tagespflege", "41539", 14]],
    )
    assert offers(read(content)) == [
        ("Neuss", 80, "vollstationaer"),
        ("Dormagen", 14, "tagespflege"),
    ]
    assert strip_list(content, NAME, Settings()).content.count(b"\n") == 3


@pytest.mark.parametrize(
    ("title", "other"),
    [("Pflegeheime", "Pflegeheime 2"), ("Tagespflege", "Tabelle1"), ("2020", "2021")],
)
def test_two_lists_of_which_nobody_says_different_kinds_are_refused(title: str, other: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        read(book(**{title: [HEADS, *HOMES], other: [HEADS, *FLATS]}))
    assert [one.rule for one in refused.value.findings] == ["sheet_twice"]


@pytest.mark.parametrize(
    "sheets",
    [
        {"Tagespflege": [HEADS, *HOMES]},
        {"Tabelle1": [["Tagespflege"], HEADS, *HOMES]},
        {"Tabelle1": [["Stand: 31.12.2021"], ["Tagespflegeeinrichtungen"], HEADS, *HOMES]},
    ],
)
def test_one_sheets_title_or_the_line_above_its_heads_says_it(
    sheets: dict[str, list[list[object]]],
) -> None:
    assert {kind for _, _, kind in offers(read(book(**sheets)))} == {"tagespflege"}


@pytest.mark.parametrize(
    "row",
    [
        ["Kurzzeitpflege Erftaue", "41515", "Grevenbroich", 60],
        ["Ambulant betreute Wohngemeinschaften"],
    ],
)
def test_a_title_that_a_row_contradicts_says_nothing(row: list[object]) -> None:
    rows = [*HOMES, row, ["Haus Rheinblick", "41539", "Dormagen", 8]]
    kinds = [kind for _, _, kind in offers(read(book(Pflegeheime=[HEADS, *rows])))]
    assert kinds[:2] == [None, None]


def test_a_column_of_kinds_is_stronger() -> None:
    rows = [[*HEADS, "Angebotsform"], [*HOMES[0], "Kurzzeitpflege"]]
    assert [kind for _, _, kind in offers(read(book(Tagespflege=rows)))] == [
        "solitaere_kurzzeitpflege"
    ]


def test_the_door_says_in_words_what_several_lists_are() -> None:
    content = book(A=[HEADS, *HOMES], B=[HEADS, *FLATS])
    with pytest.raises(FileRejected, match="several sheets are such a list") as refused:
        strip_list(content, NAME, Settings())
    assert "sheet_twice" not in str(refused.value)


def test_the_door_says_in_words_that_heads_are_unknown() -> None:
    with pytest.raises(
        FileRejected, match="its heads are not those of one of the sheets"
    ) as refused:
        strip_workbook(b"Schl;Bett;Frei\n1;2;3\n", "WTG_Stichtag_2021-08-15.csv", Settings())
    assert "list_unknown" not in str(refused.value)
