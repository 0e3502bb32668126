"""The register's files as they are looked at: heads printed again on each page stand once."""

from __future__ import annotations

from dataclasses import replace

from formats import workbook as workbooks
from formats.counts import Count, read_count
from formats.sheets import Sheet, Workbook

FEWEST_HEADS = 4
"""With fewer texts two equal rows may be anything."""


def look_into(content: bytes) -> Workbook:
    """Everything readable in a file. Raises ``OpaqueFile`` as ``formats.workbook`` does."""
    return _once(workbooks.look_into(content))


def open_workbook(content: bytes) -> Workbook:
    """The same for a parser. Raises ``UnreadableFile``."""
    return _once(workbooks.open_workbook(content))


def _once(workbook: Workbook) -> Workbook:
    return replace(workbook, sheets=tuple(map(without_repeated_heads, workbook.sheets)))


def without_repeated_heads(sheet: Sheet) -> Sheet:
    """The sheet without rows that say again, cell by cell, what a row above counts said, and
    without the row over each that stands over those heads, too.

    Rows of persons with the same attributes have no counts below them: they stay, and are refused.
    """
    lines = sorted(sheet.rows)
    heads = {
        row: before
        for before, row, below in zip([0, *lines], lines, lines[1:], strict=False)
        if _are_heads(sheet, row, below)
    }
    first: dict[tuple[tuple[int, object], ...], int] = {}
    repeated: set[int] = set()
    for row, before in heads.items():
        cells = tuple(sheet.filled(row))
        if cells not in first:
            first[cells] = row
            continue
        repeated.add(row)
        over = heads[first[cells]]
        if over and before and sheet.rows[before] == sheet.rows[over] and _holds_texts(sheet, over):
            repeated.add(before)
    rows = {row: cells for row, cells in sheet.rows.items() if row not in repeated}
    return replace(sheet, rows=rows) if repeated else sheet


def _are_heads(sheet: Sheet, row: int, below: int) -> bool:
    """Whether a row holds texts alone, and the next one counts in most of its columns."""
    columns = [column for column, _ in sheet.filled(row)]
    counted = sum(_read(sheet.own(below, column)) is not None for column in columns)
    return len(columns) >= FEWEST_HEADS and _holds_texts(sheet, row) and 2 * counted > len(columns)


def _holds_texts(sheet: Sheet, row: int) -> bool:
    """Whether no cell of a row is a number; "k. A." is a head, too."""
    return not any((count := _read(cell)) and count.marker is None for _, cell in sheet.filled(row))


def _read(cell: object) -> Count | None:
    try:
        return None if cell is None else read_count(cell)
    except ValueError:
        return None
