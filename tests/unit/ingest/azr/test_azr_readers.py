"""The readers of files: sparse whatever a file claims, and never an error that is not ours."""

import contextlib
import io
import random
import zipfile
from datetime import datetime

import pytest
import xlwt
from azr_workbooks import (
    CROSSTABLE,
    FORMATS,
    MUNICIPALITIES,
    SERIES,
    Table,
    as_ods,
    as_xls,
    as_xlsx,
    at_the_door,
    municipalities_of,
    odf_cell,
    origin,
    sample,
    saved,
    sheet_of,
    table_of,
    with_part_changed,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table as OdfTable
from odf.table import TableCell, TableRow
from odf.text import P
from openpyxl import Workbook
from python_calamine import CalamineWorkbook

from formats.sheets import OpaqueFile
from formats.workbook import look_into
from ingest.azr import crosstable, series
from kreishaus.model import FileRejected, UnreadableFile

SHEET = "xl/worksheets/sheet1.xml"
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=40
).map(str.strip)


def rows(content: bytes) -> dict[int, dict[int, object]]:
    return look_into(content).sheets[0].rows


def corner() -> bytes:
    """One cell in the last corner, and one merged area over everything."""
    content = with_part_changed(sheet_of(["x", 1]), SHEET, 'r="B1"', 'r="XFD1048576"')
    return with_part_changed(
        content,
        SHEET,
        "</sheetData>",
        '</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>',
    )


def test_a_cell_in_the_last_corner_is_one_cell():
    assert rows(corner()) == {1: {1: "x"}, 1048576: {16384: 1}}


def repeated(rows_repeated: int, columns_repeated: int) -> bytes:
    document, table, row = OpenDocumentSpreadsheet(), OdfTable(name="x"), None
    row = TableRow(numberrowsrepeated=rows_repeated)
    cell = TableCell(valuetype="float", value=7, numbercolumnsrepeated=columns_repeated)
    row.addElement(cell)
    table.addElement(row)
    document.spreadsheet.addElement(table)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def test_repeated_cells_are_cells_as_far_as_a_table_goes():
    assert rows(repeated(2, 3)) == {1: {1: 7, 2: 7, 3: 7}, 2: {1: 7, 2: 7, 3: 7}}
    for many in (repeated(1048576, 1000), repeated(1, 10**12), repeated(10**12, 1)):
        with pytest.raises(OpaqueFile, match="far larger"):
            look_into(many)


def test_a_bomb_is_not_unpacked():
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 40_000_000)
    with pytest.raises(OpaqueFile, match=r"compressed|expand"):
        look_into(written.getvalue())


@pytest.mark.parametrize(("old", "new"), [("r:id=", "r:ix="), ('"rId1"', '"rId9"')])
def test_a_sheet_that_leads_nowhere_is_damage(old, new):
    content = with_part_changed(sheet_of(["x", 1]), "xl/workbook.xml", old, new)
    with pytest.raises(OpaqueFile, match="damaged"):
        look_into(content)


def test_entities_are_not_expanded():
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    content = with_part_changed(sheet_of(["x", 1]), SHEET, "<worksheet", bomb + "<worksheet")
    with pytest.raises(OpaqueFile, match="damaged"):
        look_into(content)


@pytest.mark.parametrize(
    ("number_format", "is_month"),
    [("mmm yyyy", True), ('[$-407]mmm yy', True), ('mmm "des Jahres" yyyy', True),
     ("dd.mm.yyyy", False)],
)  # fmt: skip
def test_a_date_shown_as_a_month_is_told_in_both_formats_of_excel(number_format, is_month):
    new, old = Workbook(), xlwt.Workbook()
    cell = new.worksheets[0].cell(1, 1, datetime(2018, 8, 1))
    cell.number_format = number_format
    old.add_sheet("x").write(0, 0, datetime(2018, 8, 1), xlwt.easyxf(num_format_str=number_format))
    written = io.BytesIO()
    old.save(written)
    for content in (saved(new), written.getvalue()):
        (sheet,) = look_into(content).sheets
        assert sheet.own(1, 1) == datetime(2018, 8, 1)
        assert sheet.months == ({(1, 1)} if is_month else set())


@pytest.mark.parametrize(("shown", "is_month"), [("Aug 2018", True), ("01.08.2018", False)])
def test_a_date_shown_as_a_month_is_told_in_ods(shown, is_month):
    document, table, row = OpenDocumentSpreadsheet(), OdfTable(name="x"), TableRow()
    cell = TableCell(valuetype="date", datevalue="2018-08-01")
    cell.addElement(P(text=shown))
    row.addElement(cell)
    row.addElement(odf_cell("danach"))
    table.addElement(row)
    document.spreadsheet.addElement(table)
    written = io.BytesIO()
    document.save(written)
    (sheet,) = look_into(written.getvalue()).sheets
    assert sheet.months == ({(1, 1)} if is_month else set())
    assert sheet.own(1, 2) == "danach"


def test_texts_longer_than_a_record_are_whole():
    long = "Aufenthaltserlaubnis für Jüngere, " * 400  # wide and narrow letters, 13,600 of them
    texts = [f"{long}{number}" for number in range(4)] + ["kurz", "Łódź " * 3000]
    (sheet,) = look_into(as_xls(Table("x", [[text.strip()] for text in texts]))).sheets
    assert [row[1] for row in sheet.rows.values()] == [text.strip() for text in texts]


@given(
    st.lists(
        st.lists(
            st.one_of(
                st.none(),
                st.booleans(),
                st.integers(-(2**40), 2**40),
                st.floats(-1e12, 1e12).map(lambda value: round(value, 2)),
                TEXTS.filter(bool),
            ),
            min_size=1,
            max_size=6,
        ),
        min_size=1,
        max_size=12,
    )
)
@settings(max_examples=40, deadline=None)
def test_old_workbooks_read_as_an_independent_reader_reads_them(values):
    content = as_xls(Table("x", values))
    independent = CalamineWorkbook.from_object(io.BytesIO(content)).get_sheet_by_index(0)
    theirs = {
        row: {column: value for column, value in enumerate(line, start=1) if value != ""}
        for row, line in enumerate(independent.to_python(skip_empty_area=False), start=1)
    }
    assert rows(content) == {row: line for row, line in theirs.items() if line}


DROPPED = {
    f"{name} {form}": (name, FORMATS[form](table_of(name)))
    for name in (CROSSTABLE, SERIES, MUNICIPALITIES)
    for form in ("xlsx of Excel", "xls", "ods", "csv ; cp1252")
}
PARSERS = {
    CROSSTABLE: crosstable.parse,
    SERIES: series.parse,
    MUNICIPALITIES: municipalities_of,
}


@pytest.mark.parametrize("dropped", DROPPED)
def test_damaged_bytes_end_in_our_own_errors(dropped):
    """Bytes changed, cut, doubled; in archives also inside the parts, with sums that fit again."""
    name, content = DROPPED[dropped]
    chance = random.Random(dropped)
    for _ in range(25):
        damaged = mutated(content, chance)
        with contextlib.suppress(FileRejected):
            at_the_door(damaged)
        try:
            PARSERS[name](damaged, origin(name))
        except UnreadableFile as error:
            assert error.findings


def mutated(content: bytes, chance: random.Random) -> bytes:
    if content.startswith(b"PK") and chance.random() < 0.7:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        name = chance.choice([name for name in parts if parts[name]])
        parts[name] = bent(parts[name], chance)
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w") as archive:
            for part, body in parts.items():
                archive.writestr(part, body)
        return written.getvalue()
    return bent(content, chance)


def bent(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice([1, 1, 2, 8, 40])):
        place = chance.randrange(len(changed))
        kind = chance.random()
        if kind < 0.6:
            changed[place] = chance.randrange(256)
        elif kind < 0.75:
            del changed[place : place + chance.randrange(1, 20)]
        elif kind < 0.9:
            changed[place:place] = changed[place : place + chance.randrange(1, 40)]
        else:
            changed[place:place] = str(chance.choice([0, -1, 2**31, 10**15, "NaN"])).encode()
        if not changed:
            break
    return bytes(
        changed if chance.random() < 0.9 else changed[: chance.randrange(len(changed) + 1)]
    )


def test_all_formats_hold_the_same_cells_to_the_guard_and_to_the_parser():
    table = table_of(SERIES)
    found = [rows(write(table)) for write in (as_xlsx, as_xls, as_ods)]
    assert found[0] == found[1] == found[2] == rows(sample(SERIES))
