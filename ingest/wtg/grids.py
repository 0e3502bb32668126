"""From the bytes of an XLSX to its sheets as grids of cell values.

Read-only openpyxl is fast, but it is silent about two things that would be read wrongly: merged
cells, whose value stands in one of them only, and formulas whose result was never stored. Both
are looked for in the raw parts; only a workbook that has them is loaded a second time, in full.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils import get_column_letter

from ingest.model import Finding, UnreadableFile
from ingest.wtg.cells import Percent, Raw

LARGEST_UNPACKED_BYTES = 200 * 1024 * 1024
_OLD_OR_ENCRYPTED = b"\xd0\xcf\x11\xe0"
_NEEDS_A_CLOSER_LOOK = re.compile(rb"<(?:[A-Za-z0-9]+:)?(?:mergeCell|f)[ />]")
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    ValueError,
    TypeError,
    OSError,
    ParseError,
)
"""What openpyxl raises on a file that is not a whole workbook."""


@dataclass(frozen=True)
class MergedRange:
    """Merged cells by their reference ("A4:A9") and the number of their last row."""

    reference: str
    last_row: int


@dataclass(frozen=True)
class Grid:
    """A sheet: rows of cell values, from row 1 and column A. Rows differ in length."""

    title: str
    rows: tuple[tuple[Raw, ...], ...]
    merged: tuple[MergedRange, ...] = ()
    without_result: tuple[str, ...] = ()
    """Cells ("D7") with a formula of which the workbook holds no result."""


def read_grids(content: bytes) -> tuple[Grid, ...]:
    """Every sheet of a workbook, in its order. Raises ``UnreadableFile``."""
    try:
        _refuse_bombs(content)
        grids = _values(content)
        return _looked_at_closely(content, grids) if _is_suspicious(content) else grids
    except _BROKEN as error:
        found = (
            "an old XLS or an encrypted file" if content[:4] == _OLD_OR_ENCRYPTED else repr(error)
        )
        raise UnreadableFile(
            Finding(
                rule="xlsx_unreadable",
                severity="critical",
                message=f"the file cannot be opened as an XLSX workbook ({found}); "
                "save it again as XLSX without a password",
                expected="an XLSX workbook",
                found=found,
            )
        ) from error


def _refuse_bombs(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        unpacked = sum(part.file_size for part in archive.infolist())
    if unpacked > LARGEST_UNPACKED_BYTES:
        raise ValueError(f"{unpacked:,} bytes unpacked, at most {LARGEST_UNPACKED_BYTES:,}")


def _values(content: bytes) -> tuple[Grid, ...]:
    workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    try:
        return tuple(Grid(sheet.title, _rows(sheet)) for sheet in workbook.worksheets)
    finally:
        workbook.close()


def _rows(sheet: Any) -> tuple[tuple[Raw, ...], ...]:  # noqa: ANN401 - openpyxl's read-only class
    # The extent a sheet states may be wrong, and rows beyond it would be lost without a word.
    sheet.reset_dimensions()
    return tuple(tuple(_value(cell) for cell in row) for row in sheet.iter_rows())


def _value(cell: Any) -> Raw:  # noqa: ANN401 - openpyxl's read-only class
    value: Raw = cell.value
    if isinstance(value, int | float) and not isinstance(value, bool) and "%" in cell.number_format:
        return Percent(float(value))
    return value


def _is_suspicious(content: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return any(
            _NEEDS_A_CLOSER_LOOK.search(archive.read(name))
            for name in archive.namelist()
            if name.endswith(".xml") and "sharedStrings" not in name
        )


def _looked_at_closely(content: bytes, grids: tuple[Grid, ...]) -> tuple[Grid, ...]:
    workbook = openpyxl.load_workbook(io.BytesIO(content))
    closer = []
    for grid, sheet in zip(grids, workbook.worksheets, strict=True):
        merged = tuple(
            MergedRange(str(area.coord), area.max_row) for area in sheet.merged_cells.ranges
        )
        without_result = tuple(
            f"{get_column_letter(column)}{row}"
            for row, cells in enumerate(sheet.iter_rows(), start=1)
            for column, cell in enumerate(cells, start=1)
            if cell.data_type == "f" and _at(grid, row, column) is None
        )
        closer.append(Grid(grid.title, grid.rows, merged, without_result))
    return tuple(closer)


def _at(grid: Grid, row: int, column: int) -> Raw:
    cells = grid.rows[row - 1] if row <= len(grid.rows) else ()
    return cells[column - 1] if column <= len(cells) else None
