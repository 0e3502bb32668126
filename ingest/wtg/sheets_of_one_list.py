"""What the title of a sheet, or a line above its heads, says of all offers in it.

A register may have a sheet for each kind of offer, or for each municipality; they are one list. One
sheet's own title is less: offices call a list of all offers "Pflegeheime", too, so it is the kind
only where no name contradicts it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

from ingest.wtg.cells import Raw, is_blank, squeezed
from ingest.wtg.codes import is_kind_heading, kinds_in_column, kinds_named
from ingest.wtg.grids import Grid
from ingest.wtg.header import FEWEST_NAMES, best_row, known_names, names_in
from ingest.wtg.layout import REGISTER_SHEET
from ingest.wtg.municipality_keys import key_of
from ingest.wtg.sums import only_label
from kreishaus.model import Finding
from kreishaus.wording import joined, say

KIND, TOWN = "angebotsform", "ort"
ColumnValue: TypeAlias = tuple[str, str]
"""A column, and what stands in each of its rows."""


def one_list(grids: Sequence[Grid]) -> tuple[tuple[Grid, ...], list[Finding]]:
    """The grids with the lists of one kind, or one municipality, each as one list, in which columns
    say what the titles did."""
    lists = [grid for grid in grids if is_list(grid)]
    if len(lists) == 1 and (kind := _kind_of(lists[0])):
        if not _is_not_contradicted(lists[0], kind):
            return tuple(grids), []
        with_kind = _with_column(lists[0], (KIND, kind))
        return tuple(with_kind if grid is lists[0] else grid for grid in grids), []
    told = [_told_by(grid) for grid in lists]
    are_apart = len(lists) > 1 and None not in told and len(set(told)) == len(told)
    if not are_apart or not all(map(_is_plain, lists)):
        return tuple(grids), []
    parts = [_with_column(grid, says) for grid, says in zip(lists, told, strict=True) if says]
    together, finding = _joined(parts, [value for _, value in filter(None, told)])
    others = tuple(grid for grid in grids if grid not in lists)
    return (together, *others), [finding]


def is_list(grid: Grid) -> bool:
    """Whether a sheet names enough columns of the register's list."""
    row = best_row(grid, REGISTER_SHEET)
    return row > 0 and known_names(grid.rows[row - 1], REGISTER_SHEET) > FEWEST_NAMES


def _told_by(grid: Grid) -> ColumnValue | None:
    if kind := _kind_of(grid):
        return KIND, kind
    town = squeezed(grid.title)
    return (TOWN, town) if key_of(town) else None


def _kind_of(grid: Grid) -> str | None:
    """The kind that the title says, or the line next above the heads; None where a column does."""
    header = best_row(grid, REGISTER_SHEET)
    if KIND in names_in(grid.rows[header - 1], REGISTER_SHEET):
        return None
    above = [texts for row in grid.rows[: header - 1] if (texts := _texts(row))]
    for text in (*(above[-1] if above and len(above[-1]) == 1 else ()), grid.title):
        if is_kind_heading(text):
            (kind,) = kinds_in_column(text)
            return kind
    return None


def _texts(row: Sequence[Raw]) -> list[str]:
    return [squeezed(str(raw)) for raw in row if not is_blank(raw)]


def _is_not_contradicted(grid: Grid, kind: str) -> bool:
    """Whether no row is a heading of another kind, and no name is that of another one."""
    header = best_row(grid, REGISTER_SHEET)
    names = names_in(grid.rows[header - 1], REGISTER_SHEET)
    at = names.index("name") if "name" in names else None
    for row in grid.rows[header:]:
        named = kinds_named(str(row[at])) if at is not None and at < len(row) else frozenset()
        texts = _texts(row)
        heading = kinds_in_column(texts[0]) if len(texts) == 1 else frozenset()
        if (named | heading) - {kind}:
            return False
    return True


def _is_plain(grid: Grid) -> bool:
    """Whether values are all that a sheet has: what is told by place would be told wrongly. A
    hidden list may be an old one."""
    return not (
        grid.hidden or grid.merged or grid.without_result or grid.struck or grid.hidden_rows
    )


def _with_column(grid: Grid, says: ColumnValue) -> Grid:
    """The grid with what its title says in a column behind all others, if it has no such column."""
    column, value = says
    header = best_row(grid, REGISTER_SHEET)
    if column in names_in(grid.rows[header - 1], REGISTER_SHEET):
        return grid
    width = max(map(len, grid.rows))
    rows = [list(row) for row in grid.rows]
    for number, row in enumerate(rows, start=1):
        is_row = number > header and len(_texts(row)) > 1 and only_label(row) is None
        if number == header or is_row:
            row.extend([None] * (width - len(row)))
            row.append(column if number == header else value)
    return replace(grid, rows=tuple(map(tuple, rows)))


def _joined(parts: Sequence[Grid], values: Sequence[str]) -> tuple[Grid, Finding]:
    """The rows of all sheets under the heads of the first, and where those of each stand now."""
    titles = parts[0].rows[: best_row(parts[0], REGISTER_SHEET) - 1]
    heads: list[Raw] = []
    rows: list[tuple[Raw, ...]] = []
    places: list[str] = []
    for part, value in zip(parts, values, strict=True):
        header = best_row(part, REGISTER_SHEET)
        own = part.rows[header - 1]
        names = names_in(own, REGISTER_SHEET)
        known = names_in(tuple(heads), REGISTER_SHEET)
        new = [raw for name, raw in zip(names, own, strict=True) if name and name not in known]
        heads += new
        order = names_in(tuple(heads), REGISTER_SHEET)
        at = {name: place for place, name in enumerate(names) if name}
        below = [
            tuple(row[at[name]] if name in at and at[name] < len(row) else None for name in order)
            for row in part.rows[header:]
        ]
        first = len(titles) + len(rows) + 2
        rows += below
        places.append(say("{title}: from {row}", title=value, row=first))
    together = replace(parts[0], title=REGISTER_SHEET.title, rows=(*titles, tuple(heads), *rows))
    return together, Finding(
        rule="sheets_of_one_list",
        severity="warning",
        message=say(
            "{count} sheets, of one kind of offer or one municipality each, were read as one list, "
            "one below the other. "
            "Rows of the list: {places}",
            count=len(parts),
            places=joined(places, ", "),
        ),
        expected=say("one list of offers"),
        found=say("{count} sheets", count=len(parts)),
    )
