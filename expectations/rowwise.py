"""Rules that judge one row, or one row and its forerunner."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd

from expectations.failing_rows import (
    MOST_FAILING_ROWS,
    ROUNDING_NOISE,
    Verdict,
    cell,
    locate,
    number,
    written,
)
from kreishaus.wording import joined, say


def columns_to_sum(
    frame: pd.DataFrame,
    *,
    total: str,
    parts: Sequence[str],
    tolerance: float,
    label_column: str | None = None,
) -> Verdict:
    """In each row ``total`` is the sum of ``parts``; a row with an empty one is skipped."""
    values = _numbers(frame, [total, *parts])
    judged = values.notna().all(axis="columns")
    sums = values[list(parts)].sum(axis="columns")
    wrong = judged & ((values[total] - sums).abs() > tolerance + ROUNDING_NOISE)
    positions = np.flatnonzero(wrong)
    at = partial(locate, frame, label_column=label_column, column=total)
    failing_rows = tuple(
        at(
            position,
            expected=number(sums.iloc[position]),
            found=number(values[total].iloc[position]),
        )
        for position in positions[:MOST_FAILING_ROWS]
    )
    return Verdict(int(judged.sum()), len(positions), failing_rows, int((~judged).sum()))


def sum_not_above(
    frame: pd.DataFrame, *, parts: Sequence[str], limit: str, label_column: str | None = None
) -> Verdict:
    """In each row ``parts`` together are at most ``limit``.

    An empty part counts nothing, since the others alone may break the rule already; a row without
    a limit or without any part is skipped.
    """
    values = _numbers(frame, [*parts, limit])
    judged = values[limit].notna() & values[list(parts)].notna().any(axis="columns")
    sums = values[list(parts)].sum(axis="columns")
    wrong = judged & (sums > values[limit] + ROUNDING_NOISE)
    positions = np.flatnonzero(wrong)
    at = partial(locate, frame, label_column=label_column, column=" + ".join(parts))
    failing_rows = tuple(
        at(
            position,
            expected=say(
                "at most {values} ({limit})",
                values=number(values[limit].iloc[position]),
                limit=limit,
            ),
            found=number(sums.iloc[position]),
        )
        for position in positions[:MOST_FAILING_ROWS]
    )
    return Verdict(int(judged.sum()), len(positions), failing_rows, int((~judged).sum()))


def plausible_change(
    frame: pd.DataFrame,
    *,
    key: Sequence[str],
    order_by: str,
    value_column: str,
    max_share: float,
    label_column: str | None = None,
) -> Verdict:
    """Per key no value differs from the one before by more than ``max_share`` of the latter.

    "Before" is the last earlier ``order_by`` in the frame that has a value; a change from zero has
    no share and is skipped.
    """
    columns = list(dict.fromkeys([*key, order_by]))
    known = frame[columns].assign(
        _value=pd.to_numeric(frame[value_column]).astype("Float64"), _at=np.arange(len(frame))
    )
    known = known[known["_value"].notna()].sort_values(order_by, kind="stable")
    earlier = known.groupby(list(key), dropna=False, sort=False)[["_value", order_by]].shift()
    before = earlier["_value"].to_numpy("float64", na_value=np.nan)
    now = known["_value"].to_numpy("float64")
    other_date = (earlier[order_by].notna() & earlier[order_by].ne(known[order_by])).to_numpy(bool)
    judged = other_date & (before != 0)
    wrong = judged & (np.abs(now - before) > max_share * np.abs(before) + ROUNDING_NOISE)
    hits = np.flatnonzero(wrong)
    hits = hits[np.argsort(known["_at"].to_numpy()[hits])]
    at = partial(locate, frame, label_column=label_column, column=value_column)
    failing_rows = tuple(
        at(
            known["_at"].iloc[hit],
            expected=say(
                "{before} to {before_2} ({before_3} on {earlier}, a change of at most "
                "{max_share:.0%})",
                before=number(before[hit] * (1 - max_share)),
                before_2=number(before[hit] * (1 + max_share)),
                before_3=number(before[hit]),
                earlier=earlier[order_by].iloc[hit],
                max_share=max_share,
            ),
            found=say(
                "{now} on {known}, a change of {now_2:+.0%}",
                now=number(now[hit]),
                known=known[order_by].iloc[hit],
                now_2=(now[hit] - before[hit]) / before[hit],
            ),
        )
        for hit in hits[:MOST_FAILING_ROWS]
    )
    return Verdict(int(judged.sum()), len(hits), failing_rows, len(frame) - int(judged.sum()))


def value_or_marker(
    frame: pd.DataFrame,
    *,
    value_column: str,
    marker_column: str,
    markers: Sequence[str],
    label_column: str | None = None,
) -> Verdict:
    """Each row has a value or a known marker, never both and never neither."""
    value, marker = frame[value_column], frame[marker_column]
    known = marker.isin(list(markers))
    wrong = (value.isna() != known) | (marker.notna() & ~known)
    positions = np.flatnonzero(wrong)
    at = partial(locate, frame, label_column=label_column, column=value_column)
    failing_rows = tuple(
        at(
            position,
            expected=say("a value, or one of the markers {markers}", markers=joined(markers, " ")),
            found=_pair(cell(frame, position, value_column), cell(frame, position, marker_column)),
        )
        for position in positions[:MOST_FAILING_ROWS]
    )
    return Verdict(len(frame), len(positions), failing_rows)


def _pair(value: object, marker: object) -> str:
    if marker is None:
        return say("value {value}, no marker", value=written(value))
    return f'value {written(value)}, marker "{marker}"'


def _numbers(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """The columns as floats, whatever pandas made of them; empty cells as NaN."""
    numbers = {
        column: pd.to_numeric(frame[column]).to_numpy("float64", na_value=np.nan)
        for column in columns
    }
    return pd.DataFrame(numbers)
