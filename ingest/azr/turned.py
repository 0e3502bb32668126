"""A table whose statuses stand side by side: the same with rows and columns exchanged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from formats.dates import year_in
from formats.sheets import Sheet, Workbook, exchanged
from formats.text import printed
from ingest.azr.headers import SECTIONS
from ingest.azr.title_dates import day_of_each_year
from vocabulary.groups import header_key
from vocabulary.statuses import status_aliases

FEWEST_LABELS = 2
"""A row with so many statuses side by side heads a table of which dates or groups run down."""


@dataclass(frozen=True)
class Turned:
    """The table alone, turned round, and the row of the sheet in which its heads stand."""

    sheet: Sheet
    heads: int


def turned(sheet: Sheet, is_label: Callable[[str], bool] | None = None) -> Turned | None:
    """The table of a sheet that has statuses side by side; None where there is none.

    Titles above and notes below are left out: turned round they would stand among the dates.
    ``is_label`` knows other labels than those of statuses.
    """
    known = is_label or status_aliases().knows
    for heads in sheet.top:
        labels = [at for at, _ in sheet.filled(heads) if known(sheet.text(heads, at))]
        if len(labels) >= FEWEST_LABELS:
            below = [
                row
                for row in sheet.below(heads)
                if any(
                    sheet.own(row, at) is not None or (row, at) in sheet.uncalculated
                    for at in labels
                )
                or _is_section(sheet, row)
            ]
            dated = _with_whole_days(sheet, heads, below, min(labels))
            return Turned(exchanged(dated, {heads, *below}), heads)
    return None


def _with_whole_days(sheet: Sheet, heads: int, below: list[int], first: int) -> Sheet:
    """The sheet with days for the years before its rows, where titles say the day of each year.

    Turned round the table has no titles above it.
    """
    day = day_of_each_year(sheet, heads)
    years = {row: year_in(sheet.own(row, at)) for row in below for at in range(1, first)}
    if not day or not any(years.values()):
        return sheet
    rows = {
        row: {
            at: f"{day} {year}" if at < first and (year := year_in(value)) else value
            for at, value in cells.items()
        }
        if row in below
        else cells
        for row, cells in sheet.rows.items()
    }
    return replace(sheet, rows=rows)


def _is_section(sheet: Sheet, row: int) -> bool:
    """Whether a row holds nothing but the name of a margin, over the groups below it."""
    return all(header_key(printed(value)) in SECTIONS for _, value in sheet.filled(row))


Table = tuple[Sheet, int, int | None]
"""Sheet and row of the heads; of a table that was turned round its first row in the file."""


def tables_in(
    workbook: Workbook,
    header_row: Callable[[Sheet], int | None],
    turn: Callable[[Sheet], Turned | None] = turned,
) -> list[Table]:
    """The tables of a file by their heads; those turned round where it has no others."""
    upright: list[Table] = [
        (sheet, row, None) for sheet in workbook.sheets if (row := header_row(sheet)) is not None
    ]
    turns = [] if upright else [found for sheet in workbook.sheets if (found := turn(sheet))]
    lying = ((found, header_row(found.sheet)) for found in turns)
    return upright or [(found.sheet, row, found.heads) for found, row in lying if row is not None]
