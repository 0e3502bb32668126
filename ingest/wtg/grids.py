"""Sheets as grids of cell values, whatever the file they came in: a workbook or a CSV set."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.wtg.cells import Raw


@dataclass(frozen=True)
class MergedRange:
    """Merged cells by their reference ("A4:A9"); rows count from 1, columns from 0."""

    reference: str
    first_row: int
    last_row: int
    first_column: int
    last_column: int


@dataclass(frozen=True)
class Grid:
    """A sheet: rows of cell values, from row 1 and column A. Rows differ in length.

    What a grid of values cannot say stands beside them: merged ranges; cells ("D7") with a formula
    of which the file holds no result, with struck-through text, with a comment; hidden rows and
    columns; rows with coloured cells.
    """

    title: str
    rows: tuple[tuple[Raw, ...], ...]
    merged: tuple[MergedRange, ...] = ()
    without_result: tuple[str, ...] = ()
    struck: tuple[str, ...] = ()
    commented: tuple[str, ...] = ()
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: tuple[str, ...] = ()
    coloured_rows: frozenset[int] = frozenset()
    """Rows in which a cell with a value has a fill."""
    delimited: bool = False
    """From a CSV: a delimiter inside a text moves all values behind it."""
    gathered: tuple[str, ...] = ()
    """Heads of columns whose values stand in another one now: of places for one kind of care."""
    repeated_heads: frozenset[int] = frozenset()
    """Rows that said the column names again; they are blank now."""
    looks_unread: str = ""
    """The kind of workbook of which only values are read: nobody looked whether text is struck."""
    since_1904: bool = False
    """From a workbook that counts its days from 1904: a day copied in from another one is wrong."""
