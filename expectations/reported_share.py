"""Wide frames: a printed percentage against the two numbers it is made of."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from expectations.failing_rows import MOST_FAILING_ROWS, ROUNDING_NOISE, Verdict, locate, number
from expectations.row_sums import RULES, CountyExpectation
from kreishaus.wording import say


def share_as_reported(
    frame: pd.DataFrame,
    *,
    part: str,
    whole: str,
    reported: str,
    tolerance_points: float,
    label_column: str | None = None,
) -> Verdict:
    """In each row ``reported`` (in percent) is ``part`` of ``whole``, within the tolerance.

    A row with an empty number or without a whole has no share and is skipped.
    """
    values = frame[[part, whole, reported]].apply(pd.to_numeric).astype("Float64").astype(float)
    judged = values.notna().all(axis="columns") & (values[whole] > 0)
    share = 100 * values[part] / values[whole].where(values[whole] > 0)
    wrong = judged & ((values[reported] - share).abs() > tolerance_points + ROUNDING_NOISE)
    positions = np.flatnonzero(wrong)
    failing_rows = tuple(
        locate(
            frame,
            position,
            label_column,
            column=reported,
            expected=say(
                "{share:.1f} ({part} / {whole})",
                share=share.iloc[position],
                part=part,
                whole=whole,
            ),
            found=number(values[reported].iloc[position]),
        )
        for position in positions[:MOST_FAILING_ROWS]
    )
    return Verdict(int(judged.sum()), len(positions), failing_rows, int((~judged).sum()))


RULES["share_as_reported"] = share_as_reported


class ExpectShareAsReported(CountyExpectation):
    """Wide frame: ``reported``, in percent, is ``part`` of ``whole`` within a few points."""

    part: str
    whole: str
    reported: str
    tolerance_points: float = 1.0

    applied_rule = "share_as_reported"
    parameters = ("part", "whole", "reported", "tolerance_points")
    success_keys = parameters
    args_keys = parameters

    @classmethod
    def sentence(cls, values: dict[str, Any]) -> str:
        return say(
            "{reported} is {part} in percent of {whole}, within {tolerance_points:g} "
            "percentage points.",
            reported=values["reported"],
            part=values["part"],
            whole=values["whole"],
            tolerance_points=values["tolerance_points"],
        )
