"""What a rule is written with: which rows are meant, how to name one of them, what to return.

The words that need no pandas live in ``formatting.py`` and are to be had here as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from expectations.formatting import (
    MOST_FAILING_ROWS,
    Condition,
    FailingRow,
    in_words,
    listed,
    number,
    written,
)

__all__ = [
    "MOST_FAILING_ROWS",
    "ROUNDING_NOISE",
    "Condition",
    "FailingRow",
    "Verdict",
    "cell",
    "in_words",
    "listed",
    "locate",
    "matching",
    "number",
    "written",
]

ROUNDING_NOISE = 1e-6
"""Binary fractions do not sum exactly; no source prints anything this small."""


@dataclass(frozen=True)
class Verdict:
    """What a rule found in one frame.

    ``evaluated`` and ``offending`` count rows or groups, ``skipped`` those that could not be
    judged because a value is not there. ``failing_rows`` holds the first ``MOST_FAILING_ROWS``.
    """

    evaluated: int
    offending: int
    failing_rows: tuple[FailingRow, ...]
    skipped: int = 0


def cell(frame: pd.DataFrame, position: int, column: str | None) -> object:
    """The value of a cell; None if it is empty or there is no such column."""
    if column is None or column not in frame:
        return None
    value = frame[column].iloc[position]
    return None if pd.isna(value) else value


def locate(
    frame: pd.DataFrame,
    position: int,
    label_column: str | None,
    *,
    column: str | None,
    expected: str,
    found: str,
) -> FailingRow:
    """The failing row that stands at ``position`` of the frame."""
    label = cell(frame, position, label_column)
    place = cell(frame, position, "source_place")
    row = cell(frame, position, "source_row")
    return FailingRow(
        place=None if place is None else str(place),
        row=None if row is None else int(str(row)),
        label=None if label is None else str(label),
        column=column,
        expected=expected,
        found=found,
    )


def matching(frame: pd.DataFrame, condition: Condition | None) -> pd.Series:
    """Which rows meet every part of the condition; all of them when there is none.

    Raises ``KeyError`` for a column that the frame does not have.
    """
    hits = pd.Series(True, index=frame.index)
    for column, wanted in (condition or {}).items():
        values = wanted if isinstance(wanted, list | tuple) else [wanted]
        hit = frame[column].isin([value for value in values if value is not None])
        if any(value is None for value in values):
            hit |= frame[column].isna()
        hits &= hit.astype(bool)
    return hits
