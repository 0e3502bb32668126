"""Hand-made workbooks: opening them, merged header cells, and the date they speak of."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from ingest.azr.dates import dates_in
from ingest.azr.findings import unreadable
from ingest.azr.labels import printed
from ingest.model import Origin

BROKEN = (
    zipfile.BadZipFile,
    InvalidFileException,
    ParseError,
    zlib.error,
    EOFError,
    KeyError,
    ValueError,
    TypeError,
)
"""What openpyxl raises for bytes that are no workbook, or only half of one."""

STATED = re.compile(
    r"\b(?:stand|stichtag|zum)\b\D{0,20}"
    r"(\d{4}-\d{2}-\d{2}|\d{1,2}\.\s?(?:\d{1,2}\.|[^\W\d_]+)\s?\d{4})",
    re.IGNORECASE,
)
"""The words before a reference date; "erstellt am" is another date and none of our business."""


def open_workbook(content: bytes) -> Workbook:
    """The workbook with the values last calculated. Raises ``UnreadableFile``."""
    try:
        return load_workbook(io.BytesIO(content), data_only=True)
    except BROKEN as error:
        raise unreadable(
            "workbook",
            f"this is not a whole .xlsx workbook ({type(error).__name__}): open it in the office "
            "program, save it as .xlsx and drop it again",
        ) from error


def value_at(sheet: Worksheet, row: int, column: int) -> object:
    """A cell's value; for a cell inside a merged range, the value of the range."""
    cell = sheet.cell(row, column)
    if isinstance(cell, MergedCell):
        for area in sheet.merged_cells.ranges:
            if cell.coordinate in area:
                return sheet.cell(area.min_row, area.min_col).value
    return cell.value


def text_at(sheet: Worksheet, row: int, column: int) -> str:
    """The same as text on one line; empty where nothing stands."""
    value = value_at(sheet, row, column)
    return "" if value is None else printed(value)


def filled_cells(sheet: Worksheet, row: int) -> Iterator[Cell]:
    """The cells of a row that hold something of their own."""
    for cell in sheet[row]:
        if isinstance(cell, Cell) and cell.value is not None and printed(cell.value):
            yield cell


def reference_date(sheet: Worksheet, header_row: int, origin: Origin) -> date:
    """The date in the title rows or the file name. Raises ``UnreadableFile``.

    Where both say one they must agree: a workbook copied from the last quarter keeps one of them.
    """
    in_title = _only_date(_title_dates(sheet, header_row), "the title rows", sheet.title)
    in_name = _only_date(_dates(origin.label, "the file name"), "the file name", sheet.title)
    if in_title and in_name and in_title != in_name:
        raise unreadable(
            "reference_date",
            "title and file name speak of two dates: one was not changed when the file was made",
            place=sheet.title,
            expected=f"{in_name} as in the file name {origin.label}",
            found=f"{in_title} in the title rows",
        )
    if stated := in_title or in_name:
        return stated
    raise unreadable(
        "reference_date",
        "neither the title rows nor the file name say a reference date: write 'Stand: "
        "TT.MM.JJJJ' above the table",
        place=sheet.title,
        expected="Stand: TT.MM.JJJJ",
        found="no date",
    )


def _title_dates(sheet: Worksheet, header_row: int) -> list[date]:
    found: list[date] = []
    for row in range(1, header_row):
        line = " ".join(_words(cell.value) for cell in filled_cells(sheet, row))
        for stated in STATED.findall(line):
            found += _dates(stated, f"sheet {sheet.title}, row {row}")
    return found


def _words(value: object) -> str:
    return value.date().isoformat() if isinstance(value, datetime) else printed(value)


def _dates(text: str, place: str) -> list[date]:
    try:
        return dates_in(text)
    except ValueError as error:
        raise unreadable(
            "reference_date", f"{place} holds a day that never was: {error}", found=text
        ) from error


def _only_date(found: list[date], where: str, sheet: str) -> date | None:
    if len(set(found)) > 1:
        raise unreadable(
            "reference_date",
            f"{where} speak of several dates",
            place=sheet,
            expected="one date",
            found=", ".join(sorted({str(day) for day in found})),
        )
    return found[0] if found else None
