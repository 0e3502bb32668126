"""Whether the numbers of a table can be counts of persons: by the sums that each of them is in.

A telephone number, a file number or a year in the place of a count is a whole number, too. What is
more than the whole that it is a part of counts nobody, and is not kept; nor is a sum of more than
twice its parts, nor, where a series has no sum for it, ten times what its row counts else. Smaller
mistakes are for the suites, which say them with all that is counted.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from itertools import product
from statistics import median
from typing import Any, NamedTuple

import pandas as pd

from ingest.azr.empties import COUNTRIES, STATUSES, Whole
from kreishaus.model import Finding
from kreishaus.wording import say
from vocabulary.groups import GROUPS

RULE = "part_and_whole"
MOST_TIMES = 2
"""A sum of more than so many times its parts is not theirs."""

MOST_LEAP = 10
FEWEST_DATES, FEWEST_USUAL = 3, 100
IN_NO_SUM = "family"
"""The status that a series counts beside its total."""

ALL = "total"
PARTIAL = (
    Whole("pending", [f"pending_{country}" for country in COUNTRIES]),
    Whole("humanitarian_permits", ["humanitarian_24", "humanitarian_104c"]),
)
"""Statuses of which a table counts some parts alone."""
MARGINS = tuple(
    Whole(ALL, [str(group) for group in GROUPS if group.margin == margin])
    for margin in ("sex", "age")
)


class Place(NamedTuple):
    """Where a count stands: the codes of its row and column at a date."""

    day: object
    row: str
    column: str


def no_counts(dataset: str, cells: pd.DataFrame, county: str) -> Iterator[Finding]:
    """The cells that cannot be counts. The county, by its key, is the sum of its municipalities."""
    rows = {_place(dataset, cell): cell for cell in cells.to_dict("records")}
    counts = {at: int(cell["value"]) for at, cell in rows.items() if not pd.isna(cell["value"])}
    wrong = [at for sum_ in _sums(dataset, counts, county) for at in _wrong(counts, *sum_)]
    for at in dict.fromkeys([*wrong, *_leaps(counts)]):
        yield _finding(rows[at])


def _place(dataset: str, cell: Mapping[Hashable, Any]) -> Place:
    if dataset == "municipalities":
        return Place(cell["reference_date"], cell["region_code"], cell["sex_code"])
    margin, code = cell.get("margin", ALL), cell.get("group_code", ALL)
    column = code if margin == code else f"{margin}/{code}"
    return Place(cell["reference_date"], cell["status_code"], column)


def _sums(
    dataset: str, counts: Mapping[Place, int], county: str
) -> Iterator[tuple[Place, list[Place], bool]]:
    """Each whole that the table has, its parts, and whether it is nothing but their sum."""
    days = {at.day for at in counts}
    rows, columns = {at.row for at in counts}, {at.column for at in counts}
    if dataset == "municipalities":
        of_rows = [(Whole(county, rows - {county}), True)]
        of_columns = [(Whole(ALL, columns - {ALL}), False)]
    else:
        of_rows = [*((one, True) for one in STATUSES), *((one, False) for one in PARTIAL)]
        of_columns = [(one, True) for one in MARGINS]
    for day, column, (one, is_sum) in product(days, columns, of_rows):
        parts = [Place(day, part, column) for part in one.parts]
        yield Place(day, one.whole, column), parts, is_sum
    for day, row, (one, is_sum) in product(days, rows, of_columns):
        parts = [Place(day, row, part) for part in one.parts]
        yield Place(day, row, one.whole), parts, is_sum


def _wrong(
    counts: Mapping[Place, int], whole: Place, parts: list[Place], is_sum: bool
) -> Iterator[Place]:
    known = [part for part in parts if part in counts]
    if whole not in counts or not known:
        return
    together = sum(counts[part] for part in known)
    if is_sum and len(known) == len(parts) and counts[whole] > MOST_TIMES * together:
        yield whole
        return
    yield from (part for part in known if counts[part] > counts[whole])


def _leaps(counts: Mapping[Place, int]) -> Iterator[Place]:
    """Counts of a series that no sum holds, many times what their row counts at other dates."""
    row = {at: count for at, count in counts.items() if at.row == IN_NO_SUM and at.column == ALL}
    if len(row) >= FEWEST_DATES:
        usual = max(median(row.values()), FEWEST_USUAL)
        yield from (at for at, count in row.items() if count > MOST_LEAP * usual)


def _finding(cell: Mapping[Hashable, Any]) -> Finding:
    """Without the number: it may be a telephone's."""
    return Finding(
        rule=RULE,
        severity="critical",
        message=say("a number that fits none of the sums that it is in"),
        place=str(cell["source_place"]),
        row=str(cell["source_row"]),
    )
