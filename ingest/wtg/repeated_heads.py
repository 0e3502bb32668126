"""The column names once more, below the rows: page breaks of an export, or a table of its own.

Names in the order of the header say nothing new. Below the same names in another order the cells
are put into the order of the header. Names of other columns would put the numbers below them under
the wrong names: such a sheet is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from openpyxl.utils import get_column_letter

from ingest.wtg.cells import Raw, is_blank
from ingest.wtg.grids import Grid
from ingest.wtg.header import FEWEST_NAMES, best_row, names_in
from ingest.wtg.layout import Sheet
from kreishaus.model import Finding
from kreishaus.wording import joined, say

_NUMBER = re.compile(r"[\d.,:/%+\s-]+")
MOST_NAMED = 5


def is_head(row: tuple[Raw, ...], sheet: Sheet) -> bool:
    """Whether a row names columns: texts alone, most of them names that the sheet knows."""
    texts = [raw for raw in row if not is_blank(raw)]
    if len(texts) < FEWEST_NAMES or any(
        not isinstance(raw, str) or _NUMBER.fullmatch(raw.strip()) for raw in texts
    ):
        return False
    known = sum(bool(sheet.meanings(str(raw))) for raw in texts)
    return known >= FEWEST_NAMES and 2 * known >= len(texts)


def without_repeated(grid: Grid, sheet: Sheet) -> Grid:
    """The grid with each row blank that says the names of the header again, and with the rows
    below it in the header's order."""
    header = best_row(grid, sheet)
    if not header:
        return grid
    names = _trimmed(names_in(grid.rows[header - 1], sheet))
    rows = list(grid.rows)
    repeated: set[int] = set()
    moved: dict[int, int] | None = {}
    for number, row in enumerate(grid.rows[header:], start=header + 1):
        if is_head(row, sheet):
            moved = _moved(names, _trimmed(names_in(row, sheet)), sheet)
            if moved is not None:
                repeated.add(number)
                rows[number - 1] = ()
        elif moved:
            wide = (*row, *[None] * (len(names) - len(row)))
            rows[number - 1] = tuple(wide[moved.get(at, at)] for at in range(len(wide)))
    return replace(grid, rows=tuple(rows), repeated_heads=grid.repeated_heads | repeated)


def _moved(names: tuple[str, ...], below: tuple[str, ...], sheet: Sheet) -> dict[int, int] | None:
    """Column of the header -> column in which its name stands below, for those that moved.

    None where the names are not the same ones. Only names that the layout knows may move: what it
    does not know is left out by its column.
    """
    if len(names) != len(below):
        return None
    differing = [at for at, name in enumerate(names) if name != below[at]]
    first, second = ({row[at] for at in differing} for row in (names, below))
    if first != second or len(first) != len(differing) or not first <= sheet.headers:
        return None
    return {at: next(to for to in differing if below[to] == names[at]) for at in differing}


def head_words(grid: Grid, sheet: Sheet) -> frozenset[tuple[int, int]]:
    """Row and column, from 1, of each known name of a column in a row of such names."""
    return frozenset(
        (number, at)
        for number, row in enumerate(grid.rows, start=1)
        if is_head(row, sheet)
        for at, raw in enumerate(row, start=1)
        if not is_blank(raw) and sheet.meanings(str(raw))
    )


def other_heads(grid: Grid, sheet: Sheet, header: int) -> Iterator[Finding]:
    """A fault for each row of other names than those of the header: below it, or above it with
    rows between the two, which would then be lost. ``grid`` is prepared."""
    names = names_in(grid.rows[header - 1], sheet)
    for number, row in enumerate(grid.rows, start=1):
        is_apart = number > header or _rows_between(grid, number, header)
        if number != header and is_apart and is_head(row, sheet):
            yield _differs(grid, header, number, _differences(names, names_in(row, sheet), sheet))


def _rows_between(grid: Grid, first: int, last: int) -> bool:
    """Whether a row with several cells stands between two rows."""
    return any(
        sum(not is_blank(raw) for raw in row) >= FEWEST_NAMES for row in grid.rows[first : last - 1]
    )


def _differences(
    above: tuple[str, ...], below: tuple[str, ...], sheet: Sheet
) -> Iterator[tuple[str, str, str]]:
    """Letter of a column, its name in the header and in the other row; only names of the layout
    are said, as anything else may be a text of the row."""
    own = sheet.headers
    for at in range(max(len(above), len(below))):
        first, second = (row[at] if at < len(row) else "" for row in (above, below))
        if first != second and (first in own or second in own):
            told = (name if name in own else say("another head") for name in (first, second))
            yield (get_column_letter(at + 1), *told)  # type: ignore[misc]


def _differs(
    grid: Grid, header: int, number: int, differing: Iterator[tuple[str, str, str]]
) -> Finding:
    told = list(differing)
    parts = [
        say(
            "column {letter} is {first} in row {header} and {second} in row {number}",
            letter=letter,
            first=first,
            header=header,
            second=second,
            number=number,
        )
        for letter, first, second in told[:MOST_NAMED]
    ]
    return Finding(
        rule="header_differs",
        severity="critical",
        message=say(
            "sheet {title}, row {number}: column names stand there again, and they are not those "
            "of row {header}: {parts}. The rows under one of the two would be read under wrong "
            "names. Bring all rows into the columns of row {header} and delete row {number}",
            title=grid.title,
            number=number,
            header=header,
            parts=joined(parts, "; ") or say("other columns are named"),
        ),
        place=grid.title,
        row=str(number),
        column=told[0][0] if told else None,
        expected=told[0][1] if told else say("the names of row {header}", header=header),
        found=told[0][2] if told else say("other names"),
    )


def _trimmed(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names without the blanks behind the last of them."""
    last = max((at for at, name in enumerate(names, start=1) if name), default=0)
    return names[:last]
