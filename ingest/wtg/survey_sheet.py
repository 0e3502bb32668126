"""One sheet for a whole survey: a row for each offer, with places, residents and staff beside it.

It is parted into the sheets of the layout, each with the same rows on the same lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ingest.wtg.cells import Raw, is_blank
from ingest.wtg.grids import Grid
from ingest.wtg.header import best_row, fits, names_in
from ingest.wtg.layout import SHEETS, Sheet
from ingest.wtg.sums import only_label

A_ROW_EACH = frozenset(["angebote", "belegung", "bewohner", "personal"])
"""Tables with one row for each offer."""
KEY = "pfad_id"
FEWEST_SHEETS = 2


def parted_survey(grids: tuple[Grid, ...]) -> tuple[Grid, ...]:
    """The sheets that a file's one sheet holds side by side; else the grids as they are.

    Where a head means something in two of them, nothing is guessed.
    """
    written = [grid for grid in grids if any(not is_blank(raw) for row in grid.rows for raw in row)]
    if len(written) != 1:
        return grids
    (grid,) = written
    sheets = [sheet for sheet in SHEETS if sheet.table in A_ROW_EACH and fits(grid, sheet)]
    headers = {best_row(grid, sheet) for sheet in sheets}
    if len(sheets) < FEWEST_SHEETS or len(headers) != 1:
        return grids
    (header,) = headers
    heads = {sheet.title: names_in(grid.rows[header - 1], sheet) for sheet in sheets}
    owners = [
        [sheet for sheet in sheets if heads[sheet.title][at] in sheet.headers]
        for at in range(len(grid.rows[header - 1]))
    ]
    if any(len(own) > 1 and not _is_shared(own, heads, at) for at, own in enumerate(owners)):
        return grids
    return tuple(_only(grid, sheet, sheets, header, owners) for sheet in sheets)


def _is_shared(own: Sequence[Sheet], heads: Mapping[str, Sequence[str]], at: int) -> bool:
    """Whether a column is one that each sheet has: the key, the reference date."""
    return len({heads[sheet.title][at] for sheet in own}) == 1


def _only(
    grid: Grid,
    sheet: Sheet,
    sheets: Sequence[Sheet],
    header: int,
    owners: Sequence[Sequence[Sheet]],
) -> Grid:
    """The grid with the columns of one sheet. What no sheet knows stays in the first of them."""
    kept = {
        at for at, own in enumerate(owners) if sheet in own or (not own and sheet is sheets[0])
    } | {at for at in range(len(owners), max(map(len, grid.rows))) if sheet is sheets[0]}
    key = names_in(grid.rows[header - 1], sheet).index(KEY)
    rows = [
        row if number < header else _cut(row, kept, key)
        for number, row in enumerate(grid.rows, start=1)
    ]
    return replace(grid, title=sheet.title, rows=tuple(rows))


def _cut(row: Sequence[Raw], kept: set[int], key: int) -> tuple[Raw, ...]:
    """The row's own cells; the label of a row of sums stands where the key would."""
    cut = [raw if at in kept else None for at, raw in enumerate(row)]
    label = only_label(row)
    if label is not None and key < len(cut) and is_blank(cut[key]):
        cut[key] = label
    return tuple(cut)
