"""A sheet as its rows are read: each thing that the layout knows in a column of its own."""

from __future__ import annotations

from ingest.wtg.grids import Grid
from ingest.wtg.kind_columns import kinds_named_so
from ingest.wtg.layout import Sheet
from ingest.wtg.merges import filled
from ingest.wtg.places_by_kind import places_gathered
from ingest.wtg.postal_lines import parted
from ingest.wtg.repeated_heads import without_repeated


def prepared(grid: Grid, sheet: Sheet) -> Grid:
    """The grid with merged cells filled down, without heads that stand there again, and with
    columns of several things parted.

    Row numbers stay; new columns stand behind all others. What was prepared stays as it is. Raises
    ``UnreadableFile`` as ``filled`` does.
    """
    once = kinds_named_so(without_repeated(filled(grid), sheet), sheet)
    return places_gathered(parted(once, sheet), sheet)
