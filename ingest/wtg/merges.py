"""Merged cells: what one of them says for all of its rows, and what it may not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ingest.wtg.cells import Raw
from ingest.wtg.grids import Grid, MergedRange
from ingest.wtg.header import Header
from kreishaus.model import Finding, UnreadableFile
from kreishaus.wording import say

LARGEST_FILL = 1_000_000
"""Rows that all merged cells of a sheet together may cover."""


def filled(grid: Grid) -> Grid:
    """The grid with the text of a cell merged down one column in each of its rows.

    An officer who merges the municipality of seven homes says that it holds for each. Columns
    where that would count twice are refused afterwards, see ``refused``. Raises ``UnreadableFile``
    where the merged cells of a sheet cover more rows than a table has.
    """
    down = [merged for merged in grid.merged if merged.first_column == merged.last_column]
    rows = [list(row) for row in grid.rows]
    left = LARGEST_FILL
    for merged in down:
        value = _at(grid, merged.first_row, merged.first_column)
        covered = range(merged.first_row, min(merged.last_row, len(rows)))
        left -= len(covered)
        if left < 0:
            raise UnreadableFile(
                _refusal(grid, merged, say("the merged cells cover more rows than a table has"))
            )
        if value is None:
            continue
        for index in covered:
            row = rows[index]
            row.extend([None] * (merged.first_column + 1 - len(row)))
            row[merged.first_column] = value
    return replace(grid, rows=tuple(map(tuple, rows)))


def refused(grid: Grid, header: Header, left_out: frozenset[int]) -> Iterator[Finding]:
    """A finding for each merged range that hides values of the table.

    ``left_out`` are the rows that are no data (totals, notes): merged there, nothing is hidden.
    """
    columns = {index: column for column, index in header.columns}
    for merged in grid.merged:
        rows = range(max(merged.first_row, header.row), merged.last_row + 1)
        touched = [columns[i] for i in columns if merged.first_column <= i <= merged.last_column]
        if not rows or not touched or merged.first_row > len(grid.rows):
            continue
        if merged.first_row == merged.last_row and merged.first_row in left_out:
            continue
        if merged.first_column != merged.last_column:
            yield _refusal(grid, merged, say("they cover several columns"))
        elif merged.last_row == header.row:
            continue
        elif merged.first_row <= header.row:
            yield _refusal(grid, merged, say("they begin in the header"))
        elif not touched[0].repeatable:
            what = say("a key") if touched[0].filled else say("a number")
            yield _refusal(
                grid,
                merged,
                say("the column {header} holds {what}", header=touched[0].header, what=what),
            )


def _refusal(grid: Grid, merged: MergedRange, why: str) -> Finding:
    return Finding(
        rule="merged_cells",
        severity="critical",
        message=say(
            "sheet {title}: the cells {reference} are merged and {why}: which row the "
            "value belongs to is not known. Undo the merge and write the value into "
            "each row",
            title=grid.title,
            reference=merged.reference,
            why=why,
        ),
        place=grid.title,
        row=str(merged.first_row),
        column=merged.reference,
        expected=say("one value in each cell"),
        found=say("merged cells"),
    )


def _at(grid: Grid, row: int, column: int) -> Raw:
    cells = grid.rows[row - 1] if row <= len(grid.rows) else ()
    return cells[column] if column < len(cells) else None
