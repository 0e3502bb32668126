"""Rows that hold from a day to a day: of what can be one thing only, one row holds at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, List  # noqa: UP035

import pandas as pd

from expectations.failing_rows import MOST_FAILING_ROWS, Verdict, listed, locate
from expectations.row_sums import RULES, CountyExpectation
from kreishaus.wording import say

BEGIN, END = "valid_from", "valid_to"


def valid_one_at_a_time(
    frame: pd.DataFrame, *, key: Sequence[str], label_column: str | None = None
) -> Verdict:
    """Of the rows with the same ``key`` no two hold on one day.

    An empty ``valid_from`` is from the beginning, an empty ``valid_to`` without end. The later of
    two is named, with what the earlier one says.
    """
    spans = pd.DataFrame(
        {
            "begin": [date.min if pd.isna(day) else day for day in frame[BEGIN]],
            "end": [date.max if pd.isna(day) else day for day in frame[END]],
        },
        dtype=object,
    )
    failing_rows = []
    latest: dict[tuple[object, ...], date] = {}
    keys = list(frame[list(key)].itertuples(index=False, name=None))
    for position in spans.sort_values("begin", kind="stable").index:
        begin, end = spans.loc[position, "begin"], spans.loc[position, "end"]
        until = latest.get(keys[position])
        if until is not None and begin <= until:
            before = say("without end") if until == date.max else say("to {until}", until=until)
            failing_rows.append(
                locate(
                    frame,
                    position,
                    label_column,
                    column=BEGIN,
                    expected=say("a day after the row before, which holds {before}", before=before),
                    found=(say("nothing") if begin == date.min else str(begin)),
                )
            )
        latest[keys[position]] = end if until is None else max(until, end)
    return Verdict(len(frame), len(failing_rows), tuple(failing_rows[:MOST_FAILING_ROWS]))


RULES["valid_one_at_a_time"] = valid_one_at_a_time


class ExpectOneValidAtATime(CountyExpectation):
    """Long frame with ``valid_from`` and ``valid_to``: one row of each ``key`` holds at a time."""

    key: List[str]  # noqa: UP006

    applied_rule = "valid_one_at_a_time"
    parameters = ("key",)
    success_keys = parameters
    args_keys = parameters

    @classmethod
    def sentence(cls, values: dict[str, Any]) -> str:
        return say(
            "Of the rows with the same {key} one is valid at a time.", key=listed(values["key"])
        )
