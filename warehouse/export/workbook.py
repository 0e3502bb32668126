"""A mart as a workbook: a sheet of data, and one that says what they are. The same bytes each time.

Text is written as text: what begins like a formula stays what it is. Numbers keep all their digits
and show few; times are UTC, as in the marts, because a spreadsheet knows no time zones.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain, islice
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from warehouse.export.extract import Column, Extract, Row
from warehouse.export.notes import notes
from warehouse.export.units import SHARE, YEAR, is_number

Sheet = Any
"""A sheet that is written row by row: openpyxl's stubs do not know all that it has."""

MOST_ROWS = 1_048_575
LONGEST_TEXT = 32_767
EXACT_INTEGERS = 2**53
"""Above it a spreadsheet would change the last digits."""
LOOKED_AT = 200
NARROWEST, WIDEST = 9, 48
HEADER_FONT = Font(bold=True)
HEADER_FILL = PatternFill("solid", fgColor="DDE6EE")
WRAPPED = Alignment(wrap_text=True, vertical="top")
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
AUTHOR = "Kreishaus"
NOTES = "Hinweise"


class TooManyRows(Exception):
    """A spreadsheet does not hold so many rows."""


def as_workbook(extract: Extract) -> bytes:
    """The whole file. Raises ``TooManyRows``."""
    if extract.entry.rows > MOST_ROWS:
        raise TooManyRows(
            f"{extract.mart} has {extract.entry.rows:,} rows, a spreadsheet holds {MOST_ROWS:,}: "
            "write it as .csv, or connect to the marts (docs/serving.md)"
        )
    book = Workbook(write_only=True)
    _data(book.create_sheet(extract.mart[:31]), extract)
    _notes(book.create_sheet(NOTES), extract)
    created = datetime.fromisoformat(extract.manifest["created_at"]).replace(tzinfo=None)
    book.properties.creator = AUTHOR
    book.properties.title = extract.mart
    book.properties.created = created
    content = io.BytesIO()
    book.save(content)
    return _without_clock(content.getvalue(), created)


def _data(sheet: Sheet, extract: Extract) -> None:
    rows = iter(extract.rows)
    first = list(islice(rows, LOOKED_AT))
    for number, column in enumerate(extract.columns):
        letter = get_column_letter(number + 1)
        sheet.column_dimensions[letter].width = _width(column, [row[number] for row in first])
    sheet.freeze_panes = "A2"
    last = get_column_letter(len(extract.columns))
    sheet.auto_filter.ref = f"A1:{last}{extract.entry.rows + 1}"
    sheet.append([_header(sheet, column) for column in extract.columns])
    formats = [_format(column) for column in extract.columns]
    for row in chain(first, rows):
        sheet.append(_cells(sheet, row, formats))


def _header(sheet: Sheet, column: Column) -> Cell:
    cell = _caption(sheet, column.header)
    about = "\n".join(filter(None, (column.name, column.unit_de, column.description)))
    cell.comment = Comment(about, AUTHOR, height=120, width=320)
    return cell


def _caption(sheet: Sheet, text: str) -> Cell:
    cell = WriteOnlyCell(sheet, text)
    cell.font, cell.fill, cell.alignment = HEADER_FONT, HEADER_FILL, WRAPPED
    return cell


def _cells(sheet: Sheet, row: Row, formats: Iterable[str | None]) -> Iterator[Any]:
    for value, number_format in zip(row, formats, strict=True):
        if isinstance(value, str):
            yield _text(sheet, value)
        elif value is None or number_format is None:
            yield _plain(sheet, value)
        else:
            cell = WriteOnlyCell(sheet, _number(value))
            cell.number_format = number_format
            yield cell


def _plain(sheet: Sheet, value: Any) -> Any:  # noqa: ANN401  # whatever a mart holds
    known = value is None or isinstance(value, bool | int | float)
    return value if known else _text(sheet, str(value))


def _number(value: Any) -> Any:  # noqa: ANN401  # a number, or a date
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, int) and abs(value) > EXACT_INTEGERS:
        return str(value)
    # A number that is none has no cell of its own kind: as text it cannot be summed up by mistake.
    return str(value) if value != value or value in (float("inf"), float("-inf")) else value


def _text(sheet: Sheet, text: str) -> Any:  # noqa: ANN401  # a cell, or the text
    shown = ILLEGAL_CHARACTERS_RE.sub("\ufffd", text)
    if len(shown) > LONGEST_TEXT:
        shown = shown[: LONGEST_TEXT - 1] + "…"
    if shown[:1] not in tuple("=+-@"):
        return shown
    cell = WriteOnlyCell(sheet, shown)
    cell.data_type = "s"
    cell.quotePrefix = True  # it stays text when somebody edits it, too
    return cell


def _format(column: Column) -> str | None:
    if column.duckdb_type == "DATE":
        return "dd.mm.yyyy"
    if column.duckdb_type.startswith("TIMESTAMP"):
        return "dd.mm.yyyy hh:mm:ss"
    if not is_number(column.duckdb_type) or column.unit_de == YEAR:
        return None
    if column.unit_de == SHARE:
        return "0.0%"
    return "#,##0" if column.duckdb_type.endswith(("INT", "INTEGER")) else "#,##0.00"


def _width(column: Column, values: list[Any]) -> float:
    """As wide as its words need, a header in two lines."""
    longest = max((len(str(value)) for value in values if value is not None), default=0)
    if column.duckdb_type == "DATE":
        longest = 10
    words = max(map(len, re.split(r"[\s-]", column.header)))
    return min(WIDEST, max(NARROWEST, longest + 2, words + 4, len(column.header) / 2 + 4))


def _notes(sheet: Sheet, extract: Extract) -> None:
    for letter, width in zip("ABCDEF", (30, 40, 24, 70, 14, 14), strict=True):
        sheet.column_dimensions[letter].width = width

    def table(*captions: str) -> None:
        sheet.append([])
        sheet.append([_caption(sheet, caption) for caption in captions])

    def line(*texts: str | int) -> None:
        cells = []
        for text in texts:
            cell = WriteOnlyCell(sheet, text)
            cell.alignment = WRAPPED
            cell.data_type = "n" if isinstance(text, int) else "s"
            cells.append(cell)
        sheet.append(cells)

    for caption, text in notes(extract):
        sheet.append([_caption(sheet, caption), *_wide(sheet, text)])
    if extract.sources:
        table("Quelle", "Titel", "Lizenz", "Dateien", "Stand von", "Stand bis")
        for source in extract.sources:
            about = (source.files, source.first_period, source.last_period)
            line(source.dataset, source.title, source.licence, *about)
    table("Spalte", "Technischer Name", "Einheit", "Beschreibung")
    for column in extract.columns:
        line(column.header, column.name, column.unit_de, column.description)


def _wide(sheet: Sheet, text: str) -> list[Cell]:
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    return [cell]


def _without_clock(content: bytes, created: datetime) -> bytes:
    """The same file without the moment at which it was written, in its properties and its parts."""
    stamp = f"{created:%Y-%m-%dT%H:%M:%SZ}".encode()
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            body = old.read(part)
            if part.filename == "docProps/core.xml":
                body = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, body)
            named = zipfile.ZipInfo(part.filename, ZIP_EPOCH)
            named.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(named, body)
    return written.getvalue()
