"""Long frames: "darunter" rows, which are some of a whole and need not exhaust it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from expectations.failing_rows import Verdict, locate, matching
from expectations.formatting import MOST_FAILING_ROWS, Condition, FailingRow, in_words, number
from expectations.row_sums import RULES, CountyExpectation
from kreishaus.wording import say


def rows_not_above_whole(
    frame: pd.DataFrame,
    *,
    group_by: Sequence[str],
    value_column: str,
    whole: Condition,
    parts: Condition,
    whole_perhaps: bool = False,
    label_column: str | None = None,
) -> Verdict:
    """In each group the rows matching ``parts`` together are at most the row matching ``whole``.

    An empty part counts nothing, since the others alone may break the rule already. A group
    without parts is not judged, one whose whole has no value is skipped; parts without a row of
    their whole break the rule, but for ``whole_perhaps``.
    """
    groups = frame.groupby(list(group_by), dropna=False)
    numbered = frame.assign(_at=range(len(frame)), _group=groups.ngroup())  # NA is equal to NA
    parts_of = dict(list(numbered[matching(frame, parts)].groupby("_group")))
    whole_of = dict(list(numbered[matching(frame, whole)].groupby("_group")))
    if whole_perhaps:
        parts_of = {group: rows for group, rows in parts_of.items() if group in whole_of}
    skipped = 0
    failing_rows: list[FailingRow] = []
    for group, rows in parts_of.items():
        together = float(rows[value_column].sum())
        if group not in whole_of:
            at, expected, found = (
                rows.iloc[0],
                say("a row with {whole}", whole=in_words(whole)),
                say("no such row"),
            )
        else:
            at = whole_of[group].iloc[0]
            limit = at[value_column]
            if pd.isna(limit) or together <= limit:
                skipped += int(pd.isna(limit))
                continue
            expected, found = (
                say("at least {together}, its parts", together=number(together)),
                number(float(limit)),
            )
        column = " / ".join(str(rows.iloc[0][name]) for name in group_by)
        failing_rows.append(
            locate(frame, at["_at"], label_column, column=column, expected=expected, found=found)
        )
    judged = len(parts_of) - skipped
    return Verdict(judged, len(failing_rows), tuple(failing_rows[:MOST_FAILING_ROWS]), skipped)


RULES["rows_not_above_whole"] = rows_not_above_whole


class ExpectRowsNotAboveWhole(CountyExpectation):
    """Long frame: in each group the rows ``parts`` together are at most the row ``whole``. A group
    without that row fails, or with ``whole_perhaps`` is not judged."""

    group_by: list[str]
    value_column: str = "value"
    whole: dict[str, Any]
    parts: dict[str, Any]
    whole_perhaps: bool = False

    applied_rule = "rows_not_above_whole"
    parameters = ("group_by", "value_column", "whole", "parts", "whole_perhaps")
    success_keys = parameters
    args_keys = parameters

    @classmethod
    def sentence(cls, values: dict[str, Any]) -> str:
        return say(
            "The rows with {parts} together are at most the row with {whole}.",
            parts=in_words(values["parts"]),
            whole=in_words(values["whole"]),
        )
