"""Projections: is every variant complete, and do the years go on as they began?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Any

import pandas as pd

from expectations.drift import every_word
from expectations.failing_rows import MOST_FAILING_ROWS, FailingRow, Verdict, cell, listed
from expectations.row_sums import RULES, CountyExpectation
from kreishaus.wording import say


def same_in_each(
    frame: pd.DataFrame, *, column: str, group_by: Sequence[str], label_column: str | None = None
) -> Verdict:
    """What stands in ``column`` of one group stands in it in every group."""
    words = sorted(set(frame[column].dropna().astype(str)))
    texts = frame.assign(**{column: frame[column].astype("string")})
    return every_word(
        texts, column=column, words=words, group_by=group_by, label_column=label_column
    )


def years_in_steps(frame: pd.DataFrame, *, column: str, label_column: str | None = None) -> Verdict:
    """From one year to the next, no step is longer than the one after it.

    A projection is printed year by year first, and in steps of five or ten later. So a step that is
    longer than the next was once two: a year was lost between them.
    """
    del label_column  # a year that is missing has no row
    years = sorted({day.year for day in frame[column]})
    steps = [(after - before, before, after) for before, after in pairwise(years)]
    lost = [
        FailingRow(
            place=_place(frame),
            row=None,
            label=None,
            column=column,
            expected=say(
                "a year between {before} and {after}, as the next step is {following}",
                before=before,
                after=after,
                following=following,
            ),
            found=say("none in {step} years", step=step),
        )
        for (step, before, after), (following, _, _) in pairwise(steps)
        if step > following
    ]
    return Verdict(len(steps), len(lost), tuple(lost[:MOST_FAILING_ROWS]))


def days_after(
    frame: pd.DataFrame,
    *,
    column: str,
    base_column: str,
    years: int,
    label_column: str | None = None,
) -> Verdict:
    """Each date lies on or after its base, and at most so many years after it."""
    del label_column  # the date is at fault in every row, whomever it speaks of
    pairs = frame[[column, base_column]].drop_duplicates()
    wrong = [
        FailingRow(
            place=_place(frame),
            row=None,
            label=None,
            column=column,
            expected=say("{base} to {year}-12-31", base=base, year=base.year + years),
            found=str(day),
        )
        for day, base in pairs.itertuples(index=False)
        if not base <= day <= date(base.year + years, 12, 31)
    ]
    return Verdict(len(pairs), len(wrong), tuple(wrong[:MOST_FAILING_ROWS]))


def _place(frame: pd.DataFrame) -> str | None:
    place = cell(frame, 0, "source_place")
    return None if place is None else str(place)


RULES["same_in_each"] = same_in_each
RULES["years_in_steps"] = years_in_steps
RULES["days_after"] = days_after


class ExpectSameInEach(CountyExpectation):
    """Long frame: what stands in ``column`` of one group stands in it in every group."""

    column: str
    group_by: list[str]

    applied_rule = "same_in_each"
    parameters = ("column", "group_by")
    success_keys = parameters
    args_keys = parameters

    @classmethod
    def sentence(cls, values: dict[str, Any]) -> str:
        return say(
            "{column} has the same values in each {group_by}.",
            column=values["column"],
            group_by=listed(values["group_by"]),
        )


class ExpectYearsInSteps(CountyExpectation):
    """The years of ``column`` come in steps that never grow shorter: none was lost."""

    column: str = "reference_date"

    applied_rule = "years_in_steps"
    parameters = ("column",)
    success_keys = parameters
    args_keys = parameters

    @classmethod
    def sentence(cls, values: dict[str, Any]) -> str:
        return say(
            "The years of {column} come in steps that never grow shorter.", column=values["column"]
        )


class ExpectDaysAfter(CountyExpectation):
    """Each date in ``column`` lies at most ``years`` after that in ``base_column``."""

    column: str
    base_column: str
    years: int

    applied_rule = "days_after"
    parameters = ("column", "base_column", "years")
    success_keys = parameters
    args_keys = parameters

    @classmethod
    def sentence(cls, values: dict[str, Any]) -> str:
        return say(
            "{column} is not before {base_column}, and at most {years} years after it.",
            column=values["column"],
            base_column=values["base_column"],
            years=values["years"],
        )
