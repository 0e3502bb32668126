"""Empty cells that can only mean zero: the sums of their row and of their column say so."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from kreishaus.model import Finding
from kreishaus.wording import joined, say

COUNTRIES = ("afghanistan", "eritrea", "iraq", "iran", "somalia", "syria")
RECOGNISED = (
    "settlement_23_2",
    "settlement_26_3_s1",
    "settlement_26_3_s2_resettlement",
    "settlement_26_4",
    "settlement_26_4_resettlement",
    "humanitarian_permits",
)
TOTAL = ("recognised", "pending", "tolerated")
FAMILY = tuple(f"family_{country}" for country in COUNTRIES)
MOST_NAMED = 20


@dataclass(frozen=True)
class Whole:
    """A row or column that is the sum of others."""

    whole: str
    parts: Collection[str]


STATUSES = (Whole("total", TOTAL), Whole("recognised", RECOGNISED), Whole("family", FAMILY))
"""What a table of statuses adds up to, downwards."""

Counts = Mapping[tuple[str, str], int | None]
"""Row and column -> persons; None for an empty cell or a marker."""


def proven_zeros(
    counts: Counts, empty: Iterable[tuple[str, str]], across: Iterable[Whole], down: Iterable[Whole]
) -> set[tuple[str, str]]:
    """The empty cells that are zero: with zeros in them the sums hold in which they are parts.

    That of the row is needed; a row that is part of no sum downwards is proven by its own.
    """
    rows, columns = list(across), list(down)
    places = set(empty)
    filled = {place: 0 if place in places else count for place, count in counts.items()}

    def holds(whole: int | None, parts: Iterable[int | None]) -> bool:
        known = list(parts)
        return None not in known and sum(part or 0 for part in known) == whole

    def is_proven(row: str, column: str) -> bool:
        of_row = [sum_ for sum_ in rows if column in sum_.parts]
        of_column = [sum_ for sum_ in columns if row in sum_.parts]
        by_row = (
            counts.get((row, one.whole)) is not None
            and holds(
                counts[row, one.whole],
                (filled[row, part] for part in one.parts if (row, part) in filled),
            )
            for one in of_row
        )
        by_column = (
            holds(
                filled.get((one.whole, column)),
                (filled[part, column] for part in one.parts if (part, column) in filled),
            )
            for one in of_column
        )
        return bool(of_row) and all(by_row) and all(by_column)

    return {(row, column) for row, column in places if is_proven(row, column)}


def read_as_zero(place: str, cells: list[str]) -> tuple[Finding, ...]:
    """A warning that empty cells were read as zero."""
    if not cells:
        return ()
    more = (
        say(" and {count} more", count=len(cells) - MOST_NAMED) if len(cells) > MOST_NAMED else ""
    )
    return (
        Finding(
            rule="empty_is_zero",
            severity="warning",
            message=say(
                "cells are empty; the sums of their rows and columns say that they mean "
                "zero, and so they were read"
            ),
            place=place,
            expected="0",
            found=say(
                "nothing in {cells}{more}", cells=joined(cells[:MOST_NAMED], ", "), more=more
            ),
        ),
    )
