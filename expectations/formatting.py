"""The words in which a check names the rows that break it.

Free of pandas, so that ``expectations.runner`` is cheap to import.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from kreishaus.wording import Text, figure, joined, say

MOST_FAILING_ROWS = 20
"""So many failing rows a check names; it counts all of them."""

Condition = Mapping[str, Any]
"""Column -> wanted value, list of wanted values, or None for an empty cell."""


class FailingRow(TypedDict):
    """One row, or group of rows, that breaks a rule. Numbers are written for people."""

    place: str | None
    row: int | None
    label: str | None
    column: str | None
    expected: str
    found: str


def number(value: float) -> Text:
    """A number as people read it: ``1,204``, ``0.25``; ``nothing`` where there is none."""
    if math.isnan(value):
        return say("nothing")
    if float(value).is_integer():
        return figure(f"{value:,.0f}")
    return figure(f"{value:,.3f}".rstrip("0").rstrip("."))


def written(value: object) -> str:
    """Any cell as a person would write it."""
    if value is None:
        return say("nothing")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number(value)
    return str(value)


def in_words(condition: Condition) -> str:
    """A condition as text: ``row_kind total``, ``row_kind continent or country``."""
    return joined(
        (
            joined((column, joined(map(written, _as_list(wanted)), say(" or "))))
            for column, wanted in condition.items()
        ),
        say(" and "),
    )


def _as_list(wanted: object) -> list[object]:
    return wanted if isinstance(wanted, list) else [wanted]


def tally(offending: int, evaluated: int) -> str:
    """How many rows or groups break a rule: ``3 of 157 break the rule``."""
    return say(
        "{offending:,} of {evaluated:,} break the rule", offending=offending, evaluated=evaluated
    )


def listed(names: Iterable[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    *first, last = names
    return say("{first} and {last}", first=joined(first, ", "), last=last) if first else last
