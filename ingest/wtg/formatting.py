"""Meaning put into the looks of a sheet: refused where it may change a number, else told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from openpyxl.utils import get_column_letter

from ingest.wtg.grids import Grid
from ingest.wtg.header import Header
from kreishaus.model import Finding
from kreishaus.wording import say

MOST_NAMED = 20


def refused_formatting(grid: Grid, header: Header) -> Iterator[Finding]:
    """Cells of the table whose value is not sure: struck through, or never calculated."""
    letters = {get_column_letter(index + 1) for _, index in header.columns}
    for cell in grid.struck:
        if _row(cell) > header.row and re.sub("[0-9]", "", cell) in letters:
            yield Finding(
                rule="struck_through",
                severity="critical",
                message=say(
                    "sheet {title}: {cell} is struck through; whether it still counts is not "
                    "known. Delete it, or take the line away",
                    title=grid.title,
                    cell=cell,
                ),
                place=grid.title,
                row=str(_row(cell)),
                column=re.sub("[0-9]", "", cell),
                expected=say("a value that holds"),
                found=say("a value struck through"),
            )
    for cell in grid.without_result:
        yield Finding(
            rule="formula_without_result",
            severity="critical",
            message=say(
                "sheet {title}: the formula in {cell} has no stored result; open the file "
                "in Excel, save it and hand it in again",
                title=grid.title,
                cell=cell,
            ),
            place=grid.title,
            row=str(_row(cell)),
            column=re.sub("[^A-Z]", "", cell),
            expected=say("a value"),
            found=say("a formula that was never calculated"),
        )


def beside_the_values(grid: Grid, numbers: Sequence[int]) -> Iterator[Finding]:
    """Warnings of what nobody reads; ``numbers`` are the rows with data."""
    if grid.hidden:
        yield _warning(grid, "sheet_hidden", say("the sheet is hidden; it was read"), grid.title)
    hidden = [str(number) for number in numbers if number in grid.hidden_rows]
    if hidden:
        yield _warning(
            grid,
            "rows_hidden",
            say(
                "a filter or somebody hides rows; they were read. Delete them if they do not count"
            ),
            say("rows {hidden}", hidden=listed(hidden)),
        )
    if grid.hidden_columns:
        yield _warning(
            grid,
            "columns_hidden",
            say("columns are hidden; they were read"),
            say("columns {hidden_columns}", hidden_columns=listed(grid.hidden_columns)),
        )
    if grid.commented:
        yield _warning(
            grid,
            "comments_not_read",
            say(
                "cells carry comments; they were not read. What changes a number belongs "
                "into its cell"
            ),
            say("comments at {commented}", commented=listed(grid.commented)),
        )
    coloured = [str(number) for number in numbers if number in grid.coloured_rows]
    if coloured and len(coloured) < len(numbers):
        yield _warning(
            grid,
            "colours_not_read",
            say(
                "some rows are coloured; colours are not read. What they mean belongs into a column"
            ),
            say("rows {coloured}", coloured=listed(coloured)),
        )


def _warning(grid: Grid, rule: str, what: str, found: str) -> Finding:
    return Finding(
        rule=rule,
        severity="warning",
        message=say("sheet {title}: {what} ({found})", title=grid.title, what=what, found=found),
        place=grid.title,
        expected=say("all that counts in the values"),
        found=found,
    )


def listed(names: Sequence[str]) -> str:
    """The first names of many, for a message."""
    return ", ".join(names[:MOST_NAMED]) + (" ..." if len(names) > MOST_NAMED else "")


def _row(cell: str) -> int:
    return int(re.sub("[^0-9]", "", cell) or 0)
