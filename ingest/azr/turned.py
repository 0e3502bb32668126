"""A table whose statuses stand side by side: the same with rows and columns exchanged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from formats.sheets import Rows, Sheet
from formats.text import printed
from ingest.azr.headers import SECTIONS
from ingest.vocabulary.groups import header_key
from ingest.vocabulary.statuses import status_aliases

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
            return Turned(_exchanged(sheet, {heads, *below}), heads)
    return None


def _is_section(sheet: Sheet, row: int) -> bool:
    """Whether a row holds nothing but the name of a margin, over the groups below it."""
    return all(header_key(printed(value)) in SECTIONS for _, value in sheet.filled(row))


def _exchanged(sheet: Sheet, kept: set[int]) -> Sheet:
    rows: Rows = {}
    for row in kept:
        for column, value in sheet.filled(row):
            rows.setdefault(column, {})[row] = value
    return replace(
        sheet,
        rows=rows,
        merged=(),
        months=frozenset((column, row) for row, column in sheet.months if row in kept),
        uncalculated=frozenset((column, row) for row, column in sheet.uncalculated if row in kept),
    )
