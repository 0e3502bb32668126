"""A sheet as Kreishaus sees it, whatever program wrote it: filled cells, and what is merged.

The guard and the parsers read files through the same readers (``xlsx``, ``xls``, ``ods``,
``delimited``): what is judged at the door is what becomes numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property

from formats.archives import Limits
from formats.text import printed
from kreishaus.wording import say

Rows = dict[int, dict[int, object]]
"""Row number -> column number -> value; both from 1, blank cells and rows left out."""

WORKBOOK_LIMITS = Limits(members=500, expanded=16 * 2**20)
"""A table of counts has some ten thousand bytes; what unpacks to far more is something else."""

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
MOST_CELLS = 300_000
"""More than any sheet of counts has; a few bytes of ODS or XLS may claim billions."""


MOST_MERGED = 1_000
MOST_ROWS_ABOVE = 60
"""So many filled rows may stand above a table, its header included."""


class OpaqueFile(Exception):
    """A file that cannot be looked into, or carries what no reader of its sheets would see.

    The message says what it is and what to do, in our own words: never a word of the file.
    """


DAMAGED = say("a damaged workbook, which cannot be looked into. Save it anew")


@dataclass(frozen=True)
class Area:
    """Merged cells; all numbers from 1, last ones included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    def holds(self, row: int, column: int) -> bool:
        return (
            self.first_row <= row <= self.last_row
            and self.first_column <= column <= self.last_column
        )


@dataclass(frozen=True)
class Sheet:
    """One sheet. ``months`` are date cells shown as a month, ``uncalculated`` formulas without
    a result, ``percents`` numbers shown as a percentage (of XLS and ODS), ``dates_are_shown``
    whether the file says how a date cell is shown at all, ``struck`` what is struck through, in
    whole or in part, ``joined`` figures with raised digits behind them that look like their own,
    ``shares`` numbers that are shown with a percent sign, be it a mere letter of their format."""

    title: str
    rows: Rows
    merged: tuple[Area, ...] = ()
    hidden: bool = False
    months: frozenset[tuple[int, int]] = frozenset()
    uncalculated: frozenset[tuple[int, int]] = frozenset()
    dates_are_shown: bool = True
    percents: frozenset[tuple[int, int]] = frozenset()
    struck: frozenset[tuple[int, int]] = frozenset()
    joined: frozenset[tuple[int, int]] = frozenset()
    shares: frozenset[tuple[int, int]] = frozenset()

    def own(self, row: int, column: int) -> object:
        """What stands in the very cell; None where nothing does."""
        return self.rows.get(row, {}).get(column)

    def value(self, row: int, column: int) -> object:
        """The same; for a cell inside a merged area, the value of the area."""
        if (own := self.own(row, column)) is not None:
            return own
        for area in self.merged:
            if area.holds(row, column):
                return self.own(area.first_row, area.first_column)
        return None

    def text(self, row: int, column: int) -> str:
        """``value`` as text on one line; empty where nothing stands."""
        value = self.value(row, column)
        return "" if value is None else printed(value)

    def filled(self, row: int) -> Iterator[tuple[int, object]]:
        """Column and value of the row's filled cells, from left to right."""
        return iter(sorted(self.rows.get(row, {}).items()))

    @property
    def top(self) -> list[int]:
        """The filled rows among which a header may be."""
        return sorted(self.rows)[:MOST_ROWS_ABOVE]

    def below(self, row: int) -> list[int]:
        """The filled rows below a row, and those holding a formula without a result."""
        empty = {line for line, _ in self.uncalculated}
        return sorted(line for line in {*self.rows, *empty} if line > row)

    @cached_property
    def columns(self) -> list[int]:
        """The columns in which anything stands, or lies under a merged cell of few columns."""
        found = {column for row in self.rows.values() for column in row}
        right = max(found, default=0)
        for area in self.merged:
            found |= set(range(area.first_column, min(area.last_column, right) + 1))
        return sorted(found)

    def __post_init__(self) -> None:
        if len(self.merged) > MOST_MERGED:
            raise OpaqueFile(say("far more merged cells than a table of counts has"))


@dataclass(frozen=True)
class Workbook:
    """A file's sheets; ``unseen`` are its texts beside the cells (comments, names, text boxes),
    by place in words; ``modified`` is when it was last saved, where it says so."""

    sheets: tuple[Sheet, ...]
    unseen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    modified: datetime | None = None


def exchanged(sheet: Sheet, kept: set[int]) -> Sheet:
    """The sheet with rows and columns exchanged, of its rows those alone that are kept."""
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


def put(rows: Rows, row: int, column: int, value: object) -> None:
    """Note a filled cell. Raises ``OpaqueFile`` where a sheet holds too many of them."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return
    if row > LAST_ROW or column > LAST_COLUMN or len(rows) > MOST_CELLS:
        raise OpaqueFile(say("a file far larger than a table of counts can be"))
    rows.setdefault(row, {})[column] = value


def moment(stamp: str) -> datetime | None:
    """A time stamp of a file's properties, UTC where it names no zone; None if it is none."""
    try:
        read = datetime.fromisoformat(stamp.strip())
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
