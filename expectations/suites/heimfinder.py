"""What must hold in an answer of Heimfinder NRW."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe
from great_expectations.expectations.expectation import Expectation

from expectations.row_sums import ExpectSumNotAbove
from ingest.heimfinder.tables import COUNTS, MEASURES
from kreishaus.wording import say

MOST_PLACES = 400
"""No home in the Land is larger by far; more is a number in the wrong field."""


def heimfinder() -> dict[str, gx.ExpectationSuite]:
    """The suite of the one table."""
    return {"homes": gx.ExpectationSuite(name="wtg_heimfinder_homes", expectations=list(_homes()))}


def _meta(rule: str, reason: str, severity: str = "critical") -> dict[str, Any]:
    return {
        "severity": severity,
        "meta": {"rule": rule, "reason": reason, "label_column": "home_id"},
    }


def _homes() -> Iterator[Expectation]:
    yield gxe.ExpectColumnValuesToBeUnique(
        column="home_id",
        **_meta("key_unique", say("A home that stands there twice is counted twice.")),
    )
    for column in COUNTS:
        yield gxe.ExpectColumnValuesToBeBetween(
            column=column,
            min_value=0,
            **_meta("not_negative", say("Nobody has less than no place.")),
        )
    for measure in MEASURES:
        yield ExpectSumNotAbove(
            parts=[measure],
            limit="places",
            **_meta(f"{measure}_within_places", say("A free place is one of the places.")),
        )
    yield gxe.ExpectColumnValuesToBeBetween(
        column="places",
        max_value=MOST_PLACES,
        **_meta("places_plausible", say("No home is that large."), "warning"),
    )
    yield from _coordinates()
    yield gxe.ExpectColumnValuesToNotBeNull(
        column="municipality_name",
        **_meta("municipality_named", say("The home counts in the county only."), "warning"),
    )


def _coordinates() -> Iterator[Expectation]:
    """Nothing is counted by them: a wrong one only misplaces a dot on a map."""
    for column, south_or_west, north_or_east in (
        ("latitude", 50.3, 52.6),
        ("longitude", 5.8, 9.5),
    ):
        yield gxe.ExpectColumnValuesToBeBetween(
            column=column,
            min_value=south_or_west,
            max_value=north_or_east,
            **_meta(f"{column}_in_the_land", say("North Rhine-Westphalia lies there."), "warning"),
        )
