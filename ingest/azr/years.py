"""Heads that say a year or a day: beside the newest, what others count is an earlier number."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from formats.dates import date_behind
from formats.sheets import Sheet
from ingest.azr.headers import beside_regions, head_over, header_text

ALONE = "Insgesamt"
"""What a head that is a date alone counts: all foreigners of that date."""


@dataclass(frozen=True)
class Newest:
    """A sheet whose heads say no date any more, and have no column of an earlier one."""

    sheet: Sheet
    day: date | None = None
    is_year: bool = False
    earlier: frozenset[int] = frozenset()
    cells: frozenset[tuple[int, int]] = frozenset()
    """The cells of the file that say the dates."""

    def is_of(self, stated: date) -> bool:
        """Whether the heads speak of a reference date, or of none."""
        if self.day is None or self.day == stated:
            return True
        return self.is_year and self.day.year == stated.year


@dataclass(frozen=True)
class _Head:
    day: date
    is_year: bool
    text: str
    at: int


def newest(sheet: Sheet, row: int) -> Newest:
    """The table of the newest date that the heads of a row say, or the row above them.

    The sheet itself where they say none, or where a head does not say which one it is of.
    """
    repeated = beside_regions(sheet, row)
    heads = {at: _head(sheet, row, at) for at in sheet.columns if at not in repeated}
    dated = {at: head for at, head in heads.items() if head is not None}
    if not dated:
        return Newest(sheet)
    last = max(dated.values(), key=lambda head: head.day)
    earlier = frozenset(at for at, head in dated.items() if head.day < last.day)
    right = [at for at in heads if at > min(dated) and header_text(sheet, row, at)]
    if earlier and any(at not in dated for at in right):
        return Newest(sheet)
    rows = {
        line: {at: value for at, value in cells.items() if at not in earlier or line < row - 1}
        for line, cells in sheet.rows.items()
    }
    rows[row] |= {at: head.text for at, head in dated.items() if at not in earlier}
    said = frozenset((head.at, at) for at, head in dated.items() if sheet.own(head.at, at))
    alone = replace(sheet, rows=rows, merged=() if earlier else sheet.merged)
    return Newest(alone, last.day, last.is_year, earlier, said)


def _head(sheet: Sheet, row: int, at: int) -> _Head | None:
    """The date that a head says, or the one over it that says nothing else."""
    own, over = header_text(sheet, row, at), head_over(sheet, row, at)
    if (found := date_behind(own)) is not None:
        day, is_year, text = found
        alone = "" if _is_text(sheet, row + 1, at) else ALONE
        return _Head(day, is_year, text or over or alone, row)
    if own and (found := date_behind(over)) is not None and not found[2]:
        return _Head(found[0], found[1], own, row - 1)
    return None


def _is_text(sheet: Sheet, row: int, at: int) -> bool:
    """Whether a cell holds words: below a date the head that it belongs to."""
    return any(map(str.isalpha, sheet.text(row, at)))
