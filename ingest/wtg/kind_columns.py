"""A column "Kategorie" that holds kinds of offers: what stands in it shows what it is."""

from __future__ import annotations

from dataclasses import replace

from ingest.wtg.cells import is_blank
from ingest.wtg.codes import kinds_in_column
from ingest.wtg.grids import Grid
from ingest.wtg.header import best_row, names_in
from ingest.wtg.layout import Sheet, bare

_HEADS = frozenset(
    ["kategorie", "kategorie_der_einrichtung", "kategorie_des_angebots", "einrichtungskategorie"]
)
_KINDS = ("angebotsform", "angebotsform_wtg")


def kinds_named_so(grid: Grid, sheet: Sheet) -> Grid:
    """The grid with such a head as that of the kind, where the sheet has no other and each text
    below it means one kind of offer."""
    header = best_row(grid, sheet)
    wanted = next((kind for kind in _KINDS if kind in sheet.headers), None)
    if not header or wanted is None:
        return grid
    row = grid.rows[header - 1]
    names = names_in(row, sheet)
    places = [at for at, raw in enumerate(row) if isinstance(raw, str) and bare(raw) in _HEADS]
    if len(places) != 1 or wanted in names or not _holds_kinds(grid, header, places[0]):
        return grid
    renamed = (*row[: places[0]], wanted, *row[places[0] + 1 :])
    return replace(grid, rows=(*grid.rows[: header - 1], renamed, *grid.rows[header:]))


def _holds_kinds(grid: Grid, header: int, column: int) -> bool:
    below = [row[column] for row in grid.rows[header:] if column < len(row)]
    texts = [raw for raw in below if not is_blank(raw)]
    return bool(texts) and all(len(kinds_in_column(str(raw))) == 1 for raw in texts)
