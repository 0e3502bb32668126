"""What the title of a sheet, or a line above its heads, says of all offers in it: their kind.

A register may have a sheet for each kind; they are one list. One sheet's own title is less: offices
call a list of all offers "Pflegeheime", too, so it holds only where no name contradicts it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ingest.wtg.cells import Raw, is_blank, squeezed
from ingest.wtg.codes import is_kind_heading, kinds_in_column, kinds_named
from ingest.wtg.grids import Grid
from ingest.wtg.header import FEWEST_NAMES, best_row, known_names, names_in
from ingest.wtg.layout import REGISTER_SHEET
from ingest.wtg.sums import only_label
from kreishaus.model import Finding
from kreishaus.wording import joined, say

KIND = "angebotsform"


def one_list(grids: Sequence[Grid]) -> tuple[tuple[Grid, ...], list[Finding]]:
    """The grids with the sheets of one kind each as one list, which has a column of the kind."""
    lists = [grid for grid in grids if is_list(grid)]
    told = [_kind_of(grid) for grid in lists]
    if len(lists) == 1 and (told[0] and _is_not_contradicted(lists[0], told[0])):
        with_kind = _with_kind(lists[0], told[0])
        return tuple(with_kind if grid is lists[0] else grid for grid in grids), []
    if (
        len(lists) < 2
        or None in told
        or len(set(told)) < len(told)
        or not all(map(_is_plain, lists))
    ):
        return tuple(grids), []
    parts = [_with_kind(grid, str(kind)) for grid, kind in zip(lists, told, strict=True)]
    together, finding = _joined(parts)
    others = tuple(grid for grid in grids if grid not in lists)
    return (together, *others), [finding]


def is_list(grid: Grid) -> bool:
    """Whether a sheet names enough columns of the register's list."""
    row = best_row(grid, REGISTER_SHEET)
    return row > 0 and known_names(grid.rows[row - 1], REGISTER_SHEET) > FEWEST_NAMES


def _kind_of(grid: Grid) -> str | None:
    """The kind that the title says, or the line next above the heads; None where a column does."""
    header = best_row(grid, REGISTER_SHEET)
    if KIND in names_in(grid.rows[header - 1], REGISTER_SHEET):
        return None
    above = next((texts for row in grid.rows[header - 2 :: -1] if (texts := _texts(row))), [])
    for text in (*(above if header > 1 and len(above) == 1 else ()), grid.title):
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
    """Whether values are all that a sheet has: what is told by place would be told wrongly."""
    return not (grid.merged or grid.without_result or grid.struck or grid.hidden_rows)


def _with_kind(grid: Grid, kind: str) -> Grid:
    """The grid with a column of the kind behind all columns."""
    header = best_row(grid, REGISTER_SHEET)
    width = max(map(len, grid.rows))
    rows = [list(row) for row in grid.rows]
    for number, row in enumerate(rows, start=1):
        is_row = number > header and len(_texts(row)) > 1 and only_label(row) is None
        if number == header or is_row:
            row.extend([None] * (width - len(row)))
            row.append(KIND if number == header else kind)
    return replace(grid, rows=tuple(map(tuple, rows)))


def _joined(parts: Sequence[Grid]) -> tuple[Grid, Finding]:
    """The rows of all sheets under the heads of the first, and where those of each stand now."""
    titles = parts[0].rows[: best_row(parts[0], REGISTER_SHEET) - 1]
    heads: list[Raw] = []
    rows: list[tuple[Raw, ...]] = []
    places: list[str] = []
    for part in parts:
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
        places.append(say("{title}: from {row}", title=part.title, row=first))
    together = replace(parts[0], title=REGISTER_SHEET.title, rows=(*titles, tuple(heads), *rows))
    return together, Finding(
        rule="sheets_of_one_kind",
        severity="warning",
        message=say(
            "{count} sheets of one kind of offer each were read as one list, one below the other. "
            "Rows of the list: {places}",
            count=len(parts),
            places=joined(places, ", "),
        ),
        expected=say("one list of offers"),
        found=say("{count} sheets", count=len(parts)),
    )
