"""Letters that look other than they are stored: raised footnote marks, struck-out figures.

The figures are made up, small enough to be added up by hand.
"""

import io
from collections.abc import Callable

import pytest
import xlwt
from azr_workbooks import as_shared_text, at_the_door, kept, saved, sheet_of, with_part_changed
from odf.opendocument import OpenDocumentSpreadsheet
from odf.style import Style, TextProperties
from odf.table import Table, TableCell, TableRow
from odf.text import P, Span
from openpyxl import load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

from kreishaus.model import FileRejected

HEADS: list[object] = ["Status", "30.06.2022", "31.12.2022"]
ROWS: tuple[list[object], ...] = (
    ["Anerkannte Flüchtlinge", 40, 44],
    ["Flüchtlinge im Verfahren", 30, 31],
    ["Duldungen", 21, 20],
    ["Flüchtlinge gesamt", 91, 95],
)
LABEL = "AZR_Zeitreihe_2022-12-31.xlsx"
RAISED, STRUCK = InlineFont(vertAlign="superscript"), InlineFont(strike=True)


def with_cell(cell: str, *pieces: str | TextBlock) -> bytes:
    workbook = load_workbook(io.BytesIO(sheet_of(HEADS, *ROWS)))
    workbook.worksheets[0][cell] = CellRichText(*pieces)
    return saved(workbook)


def counted(content: bytes) -> dict[tuple[str, str], int]:
    cells = kept("series", content, LABEL).tables["cells"]
    return {
        (row.status_code, f"{row.reference_date:%d.%m.%Y}"): row.value for row in cells.itertuples()
    }


def refusal(content: bytes) -> str:
    with pytest.raises(FileRejected) as refused:
        at_the_door(content)
    return str(refused.value)


STORED = pytest.mark.parametrize(
    "stored", [lambda content: content, lambda content: as_shared_text(content, "C3")]
)


@STORED
@pytest.mark.parametrize("mark", ["1", "12"])
def test_a_raised_digit_is_a_footnote_mark(stored: Callable[[bytes], bytes], mark: str) -> None:
    found = counted(stored(with_cell("C3", "31", TextBlock(RAISED, mark))))
    assert found["pending", "31.12.2022"] == 31
    assert found["total", "31.12.2022"] == 95


@STORED
def test_more_raised_digits_than_a_mark_has_are_refused(stored: Callable[[bytes], bytes]) -> None:
    said = refusal(stored(with_cell("C3", "31", TextBlock(RAISED, "123"))))
    assert "sheet 1, row 3, column C" in said
    assert "raised digits" in said
    assert "31123" not in said


@STORED
def test_a_figure_struck_out_in_part_is_refused(stored: Callable[[bytes], bytes]) -> None:
    said = refusal(stored(with_cell("C3", TextBlock(STRUCK, "33"), "31")))
    assert "sheet 1, row 3, column C" in said
    assert "struck through" in said


def test_a_cell_struck_out_by_its_style_is_refused() -> None:
    workbook = load_workbook(io.BytesIO(sheet_of(HEADS, *ROWS)))
    workbook.worksheets[0]["B2"].font = Font(strike=True)
    assert "sheet 1, row 2, column B" in refusal(saved(workbook))


def test_a_font_that_says_it_does_not_strike_is_read() -> None:
    plain = TextBlock(InlineFont(strike=False, b=True), "31")
    assert counted(with_cell("C3", plain))["pending", "31.12.2022"] == 31


def test_blanks_struck_out_say_nothing() -> None:
    assert counted(with_cell("C3", "31", TextBlock(STRUCK, " ")))["pending", "31.12.2022"] == 31


def as_old_workbook(style: str, text: str, mark: str) -> bytes:
    """An .xls in which one count is a text of two looks."""
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("Tabelle1")
    for row, line in enumerate([HEADS, *ROWS]):
        for column, value in enumerate(line):
            if (row, column) != (2, 2):
                sheet.write(row, column, value)
    sheet.write_rich_text(2, 2, (text, (mark, xlwt.easyfont(style))))
    written = io.BytesIO()
    workbook.save(written)
    return written.getvalue()


@pytest.mark.parametrize(
    ("style", "said"),
    [("escapement superscript", "raised digits"), ("struck_out true", "struck through")],
)
def test_an_old_workbook_with_such_a_figure_is_refused(style: str, said: str) -> None:
    found = refusal(as_old_workbook(style, "31", "1"))
    assert "sheet 1, row 3, column C" in found
    assert said in found


def as_ods(looks: dict[str, str], text: str, mark: str) -> bytes:
    document = OpenDocumentSpreadsheet()
    style = Style(name="T1", family="text")
    style.addElement(TextProperties(attributes=looks))
    document.automaticstyles.addElement(style)
    table = Table(name="Tabelle1")
    for line in (HEADS, *ROWS):
        row = TableRow()
        for value in line:
            cell = TableCell(valuetype="string")
            paragraph = P(text=text if value == 31 else str(value))
            if value == 31:
                paragraph.addElement(Span(stylename=style, text=mark))
            cell.addElement(paragraph)
            row.addElement(cell)
        table.addElement(row)
    document.spreadsheet.addElement(table)
    written = io.BytesIO()
    document.write(written)
    # LibreOffice writes no name to show for a style of its own making.
    name = ' style:display-name="T1"'
    return with_part_changed(written.getvalue(), "content.xml", name, "")


def test_a_raised_digit_in_an_ods_is_a_footnote_mark() -> None:
    found = counted(as_ods({"textposition": "super 58%"}, "31", "1"))
    assert found["pending", "31.12.2022"] == 31


def test_a_struck_out_figure_in_an_ods_is_refused() -> None:
    said = refusal(as_ods({"textlinethroughstyle": "solid"}, "31", "1"))
    assert "sheet 1, row 3, column C" in said
    assert "struck through" in said
