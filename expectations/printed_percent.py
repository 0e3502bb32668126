"""Long frames: a printed percentage against the counts that stand beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from expectations.failing_rows import MOST_FAILING_ROWS, ROUNDING_NOISE, Verdict, listed, locate
from expectations.row_sums import RULES, CountyExpectation
from kreishaus.wording import figure, say

NOTHING = "-"


def percent_as_printed(
    frame: pd.DataFrame,
    *,
    group_by: Sequence[str],
    value_column: str,
    percent: str,
    parts: Sequence[str],
    whole: str,
    tolerance_points: float,
    label_column: str | None = None,
) -> Verdict:
    """In each group the measure ``percent`` is ``parts`` of ``whole``, within the tolerance.

    A marker "-" counts 0. A group that lacks one of them, or has no whole, is skipped.
    """
    values = pd.to_numeric(frame[value_column]).astype("Float64").astype(float)
    if "marker" in frame:
        values = values.mask(values.isna() & frame["marker"].eq(NOTHING).fillna(False), 0.0)
    wrong: list[tuple[int, float]] = []
    judged = skipped = 0
    positions = pd.Series(range(len(frame)), index=frame.index)
    for _, group in frame.groupby(list(group_by), sort=False):
        amounts = pd.Series(values[group.index].to_numpy(), index=group["measure"].to_numpy())
        needed = [percent, whole, *parts]
        if not set(needed) <= set(amounts.index) or amounts[needed].isna().any():
            skipped += 1
        elif amounts[whole] > 0:
            judged += 1
            share = 100 * float(amounts[list(parts)].sum()) / float(amounts[whole])
            if abs(float(amounts[percent]) - share) > tolerance_points + ROUNDING_NOISE:
                row = group.index[group["measure"].eq(percent)][0]
                wrong.append((int(positions[row]), share))
    failing_rows = tuple(
        locate(
            frame,
            position,
            label_column,
            column=percent,
            expected=say(
                "{share:.2f} ({parts} / {whole})",
                share=share,
                parts=listed(list(parts)),
                whole=whole,
            ),
            found=figure(f"{values.iloc[position]:g}"),
        )
        for position, share in wrong[:MOST_FAILING_ROWS]
    )
    return Verdict(judged, len(wrong), failing_rows, skipped)


RULES["percent_as_printed"] = percent_as_printed


class ExpectPercentAsPrinted(CountyExpectation):
    """Long frame: in each group ``percent`` is ``parts`` in percent of ``whole``."""

    group_by: list[str]
    value_column: str = "value"
    percent: str
    parts: list[str]
    whole: str
    tolerance_points: float = 0.1

    applied_rule = "percent_as_printed"
    parameters = ("group_by", "value_column", "percent", "parts", "whole", "tolerance_points")
    success_keys = parameters
    args_keys = parameters

    @classmethod
    def sentence(cls, values: dict[str, Any]) -> str:
        return say(
            "{percent} is {parts} in percent of {whole}, within {tolerance_points:g} "
            "percentage points.",
            percent=values["percent"],
            parts=listed(values["parts"]),
            whole=values["whole"],
            tolerance_points=values["tolerance_points"],
        )
