"""Meaning put into the looks of a sheet: refused where it may change a number, else told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from openpyxl.utils import get_column_letter

from ingest.wtg.grids import Grid
from ingest.wtg.header import Header
from kreishaus.model import Finding

MOST_NAMED = 20


def refused_formatting(grid: Grid, header: Header) -> Iterator[Finding]:
    """Cells of the table whose value is not sure: struck through, or never calculated."""
    letters = {get_column_letter(index + 1) for _, index in header.columns}
    for cell in grid.struck:
        if _row(cell) > header.row and re.sub("[0-9]", "", cell) in letters:
            yield Finding(
                rule="struck_through",
                severity="critical",
                message=f"sheet {grid.title}: {cell} is struck through; whether it still counts "
                "is not known. Delete it, or take the line away",
                place=grid.title,
                row=str(_row(cell)),
                column=re.sub("[0-9]", "", cell),
                expected="a value that holds",
                found="a value struck through",
            )
    for cell in grid.without_result:
        yield Finding(
            rule="formula_without_result",
            severity="critical",
            message=f"sheet {grid.title}: the formula in {cell} has no stored result; open the "
            "file in Excel, save it and hand it in again",
            place=grid.title,
            row=str(_row(cell)),
            column=re.sub("[^A-Z]", "", cell),
            expected="a value",
            found="a formula that was never calculated",
        )


def beside_the_values(grid: Grid, numbers: Sequence[int]) -> Iterator[Finding]:
    """Warnings of what nobody reads; ``numbers`` are the rows with data."""
    if grid.hidden:
        yield _warning(grid, "sheet_hidden", "the sheet is hidden; it was read", grid.title)
    hidden = [str(number) for number in numbers if number in grid.hidden_rows]
    if hidden:
        yield _warning(
            grid,
            "rows_hidden",
            "a filter or somebody hides rows; they were read. Delete them if they do not count",
            f"rows {listed(hidden)}",
        )
    if grid.hidden_columns:
        yield _warning(
            grid,
            "columns_hidden",
            "columns are hidden; they were read",
            f"columns {listed(grid.hidden_columns)}",
        )
    if grid.commented:
        yield _warning(
            grid,
            "comments_not_read",
            "cells carry comments; they were not read. What changes a number belongs into its cell",
            f"comments at {listed(grid.commented)}",
        )
    coloured = [str(number) for number in numbers if number in grid.coloured_rows]
    if coloured and len(coloured) < len(numbers):
        yield _warning(
            grid,
            "colours_not_read",
            "some rows are coloured; colours are not read. What they mean belongs into a column",
            f"rows {listed(coloured)}",
        )


def _warning(grid: Grid, rule: str, what: str, found: str) -> Finding:
    return Finding(
        rule=rule,
        severity="warning",
        message=f"sheet {grid.title}: {what} ({found})",
        place=grid.title,
        expected="all that counts in the values",
        found=found,
    )


def listed(names: Sequence[str]) -> str:
    """The first names of many, for a message."""
    return ", ".join(names[:MOST_NAMED]) + (" ..." if len(names) > MOST_NAMED else "")


def _row(cell: str) -> int:
    return int(re.sub("[^0-9]", "", cell) or 0)
