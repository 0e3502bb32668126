"""Wide frames: many columns of counts, none of which may be below nothing.

One check for all of them, since a check costs more than the looking.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, List  # noqa: UP035

import pandas as pd

from expectations.failing_rows import MOST_FAILING_ROWS, Verdict, listed, locate, number
from expectations.row_sums import RULES, CountyExpectation


def not_negative(
    frame: pd.DataFrame, *, columns: Sequence[str], label_column: str | None = None
) -> Verdict:
    """No value of ``columns`` is below 0. Cells are judged one by one; an empty one is skipped."""
    values = frame[list(columns)].apply(pd.to_numeric).astype("Float64").astype(float)
    below = values < 0
    failing_rows = [
        locate(
            frame,
            position,
            label_column,
            column=column,
            expected="at least 0",
            found=number(values[column].iloc[position]),
        )
        for column in columns
        for position in below[column].to_numpy().nonzero()[0]
    ]
    judged = int(values.notna().to_numpy().sum())
    return Verdict(
        judged, len(failing_rows), tuple(failing_rows[:MOST_FAILING_ROWS]), values.size - judged
    )


RULES["not_negative"] = not_negative


class ExpectNotNegative(CountyExpectation):
    """Wide frame: no value of ``columns`` is below 0."""

    columns: List[str]  # noqa: UP006

    applied_rule = "not_negative"
    parameters = ("columns",)
    success_keys = parameters
    args_keys = parameters

    @classmethod
    def sentence(cls, values: dict[str, Any]) -> str:
        return f"{listed(values['columns'])} are not below 0."
