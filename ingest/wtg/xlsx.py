"""From the bytes of an XLSX to its sheets as grids of cell values."""

from __future__ import annotations

import io
import re
import struct
import warnings
import zipfile
import zlib
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from formats.archives import Limits, check_archive
from ingest.wtg.cells import Percent, Raw
from ingest.wtg.grids import Grid
from ingest.wtg.other_workbooks import read_other
from ingest.wtg.sheet_parts import SheetPart, sheet_parts
from kreishaus.model import Finding, UnreadableFile
from kreishaus.wording import rewritten, say

LIMITS = Limits(members=500, expanded=32 * 2**20)
"""A county's workbook expands to less than one MiB."""
LARGEST_CELLS = 1_000_000
"""Cells of a workbook, the empty ones before a cell with a value among them."""

OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OPEN_DOCUMENT = "content.xml"
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    ArithmeticError,
    ValueError,
    TypeError,
    AttributeError,
    AssertionError,
    NotImplementedError,
    RuntimeError,
    StopIteration,
    OSError,
    ParseError,
)
"""What openpyxl, ``zipfile`` and the XML parser raise on a file that is not a whole workbook."""

_LITERALS = re.compile(r'"[^"]*"|\\.')
_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_OWN_FILLS = 2
"""Fills 0 and 1 of every workbook are "none" and a pattern that Excel keeps for itself."""


@lru_cache(maxsize=1)
def read_workbook(content: bytes) -> tuple[Grid, ...]:
    """Every worksheet of a workbook, in its order; XLS and ODS too. Raises ``UnreadableFile``.

    Door, reader and reduction look at the same file one after the other.
    """
    if content.startswith(OLE):
        if _ENCRYPTED in content:
            raise UnreadableFile(_encrypted())
        return read_other(content, "XLS")
    check_archive(content, say("a workbook"), LIMITS)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if _OPEN_DOCUMENT in archive.namelist():
                return read_other(content, "ODS")
            parts = sheet_parts(archive)
        _require_order(parts)
        return _grids(content, parts)
    except _BROKEN as error:
        raise UnreadableFile(_not_a_workbook(content, error)) from error


def _encrypted() -> Finding:
    return _unreadable(
        "workbook_encrypted",
        say(
            "the workbook is protected by a password; save it without one (File, Info, "
            "Protect workbook) and hand it in again"
        ),
        say("an encrypted workbook"),
    )


def _not_a_workbook(content: bytes, error: BaseException) -> Finding:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
    if "xl/workbook.bin" in names:
        found = say("a binary workbook (XLSB)")
    elif "word/document.xml" in names:
        found = say("a Word document")
    else:
        text = say("a damaged workbook ({kind}: {error})", kind=type(error).__name__, error=error)
        found = rewritten(text, lambda one: one[:200])
    return _unreadable(
        "xlsx_unreadable",
        say(
            "the file cannot be opened as an XLSX workbook: it is {found}; open it in "
            "Excel and save it as XLSX",
            found=found,
        ),
        found,
    )


def _unreadable(rule: str, message: str, found: str) -> Finding:
    return Finding(
        rule=rule,
        severity="critical",
        message=message,
        expected=say("an XLSX workbook without a password"),
        found=found,
    )


def _require_order(parts: tuple[SheetPart, ...]) -> None:
    for part in parts:
        if part.out_of_order is not None:
            raise ValueError(f"sheet {part.title}: row {part.out_of_order} is out of its order")


def _grids(content: bytes, parts: tuple[SheetPart, ...]) -> tuple[Grid, ...]:
    with warnings.catch_warnings():
        # openpyxl warns of extensions it drops; none of them holds a value.
        warnings.simplefilter("ignore")
        workbook = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=True, rich_text=True
        )
        try:
            budget = _Budget()
            since_1904 = workbook.epoch == CALENDAR_MAC_1904
            return tuple(
                replace(_grid(sheet, part, budget), since_1904=since_1904)
                for sheet, part in zip(workbook.worksheets, parts, strict=True)
            )
        finally:
            workbook.close()


@dataclass
class _Budget:
    left: int = LARGEST_CELLS

    def spend(self, cells: int, title: str) -> None:
        self.left -= max(cells, 1)
        if self.left < 0:
            raise UnreadableFile(
                Finding(
                    rule="workbook_too_large",
                    severity="critical",
                    message=say(
                        "sheet {title}: the workbook has more than {largest_cells:,} cells; delete "
                        "the empty rows below and the empty columns beside the table",
                        title=title,
                        largest_cells=LARGEST_CELLS,
                    ),
                    place=title,
                    expected=say("{largest_cells} cells at most", largest_cells=LARGEST_CELLS),
                    found=say("more"),
                )
            )


@dataclass
class _Formatting:
    """What the looks of a sheet's cells say."""

    struck: list[str] = field(default_factory=list)
    coloured_rows: set[int] = field(default_factory=set)

    def note(self, cell: Any, value: Raw) -> None:  # noqa: ANN401 - openpyxl's read-only class
        if _is_struck(value) or (cell.has_style and cell.font.strike):
            self.struck.append(cell.coordinate)
        if cell.has_style and cell.style_array.fillId >= _OWN_FILLS:
            self.coloured_rows.add(cell.row)


def _grid(sheet: Any, part: SheetPart, budget: _Budget) -> Grid:  # noqa: ANN401
    # The extent a sheet states may be wrong, and rows beyond it would be lost without a word.
    sheet.reset_dimensions()
    rows: list[tuple[Raw, ...]] = []
    formatting = _Formatting()
    for cells in sheet.iter_rows():
        budget.spend(len(cells), part.title)
        rows.append(tuple(_looked_at(cell, part, formatting) for cell in cells))
    read = sum(value is not None for row in rows for value in row)
    if read != part.filled:
        raise ValueError(
            f"sheet {part.title}: {part.filled} cells hold something, {read} were read"
        )
    return Grid(
        title=part.title,
        rows=tuple(rows),
        merged=tuple(part.merged),
        without_result=tuple(part.without_result),
        struck=tuple(formatting.struck),
        commented=tuple(part.commented),
        hidden=part.hidden,
        hidden_rows=frozenset(part.hidden_rows),
        hidden_columns=tuple(part.hidden_columns),
        coloured_rows=frozenset(formatting.coloured_rows),
    )


def _looked_at(cell: Any, part: SheetPart, formatting: _Formatting) -> Raw:  # noqa: ANN401
    if cell.value is None:
        return None
    value: Raw = part.rich.get(cell.coordinate, cell.value) if part.rich else cell.value
    formatting.note(cell, value)
    if isinstance(value, CellRichText):
        return "".join(map(_written, value))
    if isinstance(value, int | float) and not isinstance(value, bool):
        # In '0" %"' the sign is a text: only outside quotes it makes Excel show a hundredfold.
        return Percent(float(value)) if "%" in _LITERALS.sub("", cell.number_format) else value
    return value


def _written(block: str | TextBlock) -> str:
    """A piece of a text as it looks: a raised 1 is a footnote, not another digit."""
    text = str(block)
    raised = isinstance(block, TextBlock) and block.font.vertAlign == "superscript"
    return text.translate(_SUPERSCRIPT) if raised else text


def _is_struck(value: object) -> bool:
    return isinstance(value, CellRichText) and any(
        isinstance(block, TextBlock) and block.font.strike for block in value
    )
