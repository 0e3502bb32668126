"""Long frames: do the parts make the printed total?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from expectations.failing_rows import (
    MOST_FAILING_ROWS,
    ROUNDING_NOISE,
    Condition,
    FailingRow,
    Verdict,
    cell,
    in_words,
    listed,
    locate,
    matching,
    number,
)
from kreishaus.wording import say

NOTHING = "-"
"""The only marker that means zero; every other one hides a value."""

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Groups:
    """A frame cut into groups: group number, amount and state of every row."""

    frame: pd.DataFrame
    group_by: Sequence[str]
    code: npt.NDArray[np.intp]
    size: int
    amount: npt.NDArray[np.float64]
    hidden: Flags

    @classmethod
    def of(cls, frame: pd.DataFrame, group_by: Sequence[str], value_column: str) -> _Groups:
        """Raises ``KeyError`` for a column that the frame does not have."""
        code: npt.NDArray[np.intp] = np.zeros(len(frame), dtype=np.intp)
        if group_by:
            code = (
                frame.groupby(list(group_by), dropna=False, sort=False)
                .ngroup()
                .to_numpy()
                .astype(np.intp)
            )
        amount = pd.to_numeric(frame[value_column]).to_numpy("float64", na_value=np.nan, copy=True)
        empty = np.isnan(amount)
        marker = frame["marker"] if "marker" in frame else pd.Series(None, index=frame.index)
        nothing = _equals(marker, NOTHING)
        amount[empty & nothing] = 0.0
        return cls(
            frame=frame,
            group_by=group_by,
            code=code,
            size=int(code.max()) + 1 if len(code) else 0,
            amount=amount,
            hidden=empty & marker.notna().to_numpy(bool) & ~nothing,
        )

    def any(self, rows: Flags) -> Flags:
        """For every group, whether one of these rows is in it."""
        return np.bincount(self.code[rows], minlength=self.size) > 0

    def sum(self, rows: Flags) -> npt.NDArray[np.float64]:
        """For every group, the sum of these rows; NaN where one of them says nothing."""
        weights = self.amount[rows]
        return np.bincount(self.code[rows], weights, self.size).astype(np.float64)

    def name(self, position: int) -> str | None:
        """The group of a row by its keys: ``applications_total / Asien``."""
        keys = [cell(self.frame, position, column) for column in self.group_by]
        return " / ".join(str(key) for key in keys if key is not None) or None


@dataclass(frozen=True)
class _Reconciliation:
    """Which rows are totals, which are parts, and what must hold between them.

    ``missing`` says of each part that every group needs which groups lack it; ``subject`` names
    what is summed where the group does not.
    """

    groups: _Groups
    is_total: Flags
    is_part: Flags
    total_in_words: str
    tolerance: float
    label_column: str | None
    subject: str | None = None
    missing: Mapping[str, Flags] = field(default_factory=dict)

    def verdict(self) -> Verdict:
        groups = self.groups
        if not len(groups.frame):
            return Verdict(0, 0, ())
        if not (self.is_total | self.is_part).any():
            return _nothing_to_judge(self.total_in_words)
        skipped = groups.any(groups.hidden & (self.is_total | self.is_part))
        sums = groups.sum(self.is_part)
        judged = self.is_total & ~skipped[groups.code]
        wrong = np.flatnonzero(judged & ~self._holds(sums))
        lost = self._parts_without_total(skipped)
        failing_rows = [self._wrong(position, sums) for position in wrong[:MOST_FAILING_ROWS]]
        room = MOST_FAILING_ROWS - len(failing_rows)
        failing_rows += [self._lost(position, sums) for position in lost[:room]]
        return Verdict(
            evaluated=int(judged.sum()) + len(lost),
            offending=len(wrong) + len(lost),
            failing_rows=tuple(failing_rows),
            skipped=int(skipped.sum()),
        )

    def _holds(self, sums: npt.NDArray[np.float64]) -> Flags:
        difference = np.abs(self.groups.amount - sums[self.groups.code])
        incomplete = np.zeros(self.groups.size, dtype=bool)
        for lacking in self.missing.values():
            incomplete |= lacking
        return (difference <= self.tolerance + ROUNDING_NOISE) & ~incomplete[self.groups.code]

    def _parts_without_total(self, skipped: Flags) -> npt.NDArray[np.intp]:
        """Of every group that has parts and no total, the position of its first part."""
        codes = self.groups.code
        parts = np.flatnonzero(self.is_part)
        first = parts[np.unique(codes[parts], return_index=True)[1]]
        orphaned = ~self.groups.any(self.is_total) & ~skipped
        return first[orphaned[codes[first]]]

    def _wrong(self, position: int, sums: npt.NDArray[np.float64]) -> FailingRow:
        code = self.groups.code[position]
        absent = [part for part, lacking in self.missing.items() if lacking[code]]
        expected, found = number(sums[code]), number(self.groups.amount[position])
        if absent:
            expected, found = (
                say("{found} made of all parts", found=found),
                say("no row for {absent}", absent=listed(absent)),
            )
        elif np.isnan(sums[code]):
            expected, found = (
                say("{found} made of all parts", found=found),
                say("a part with neither value nor marker"),
            )
        return locate(
            self.groups.frame,
            position,
            self.label_column,
            column=self.subject or self.groups.name(position),
            expected=expected,
            found=found,
        )

    def _lost(self, position: int, sums: npt.NDArray[np.float64]) -> FailingRow:
        """A total that is not there has no row: only the place of its parts is known."""
        amount = number(sums[self.groups.code[position]])
        first_part = locate(
            self.groups.frame,
            position,
            None,
            column=self.subject or self.groups.name(position),
            expected=say(
                "a row with {total_in_words} of {amount}",
                total_in_words=self.total_in_words,
                amount=amount,
            ),
            found=say("no such row"),
        )
        label = self.groups.name(position) if self.subject else None
        return {**first_part, "row": None, "label": label}


def rows_to_sum_to_total(
    frame: pd.DataFrame,
    *,
    group_by: Sequence[str],
    value_column: str,
    total: Condition,
    parts: Condition,
    tolerance: float,
    whole_lists: bool = False,
    total_perhaps: bool = False,
    label_column: str | None = None,
) -> Verdict:
    """Rows matching ``parts`` sum to each row matching ``total``, group by group.

    A marker "-" counts 0; a group with another marker is skipped; a group that has parts but no
    total breaks the rule, and so does a frame with rows of which none is a part or a total. With
    ``whole_lists`` only groups are judged that have a row of each listed part, with
    ``total_perhaps`` only those that have a total.
    """
    if whole_lists:
        frame = _with_each(frame, group_by, parts)
    if total_perhaps:
        frame = _with_a_row(frame, group_by, total)
    if (whole_lists or total_perhaps) and frame.empty:
        return Verdict(0, 0, ())
    return _Reconciliation(
        groups=_Groups.of(frame, group_by, value_column),
        is_total=matching(frame, total).to_numpy(bool),
        is_part=matching(frame, parts).to_numpy(bool),
        total_in_words=in_words(total),
        tolerance=tolerance,
        label_column=label_column,
    ).verdict()


def _with_each(frame: pd.DataFrame, group_by: Sequence[str], parts: Condition) -> pd.DataFrame:
    """The groups in which each of the listed values of ``parts``, of one column, has a row."""
    ((column, listed),) = [part for part in parts.items() if isinstance(part[1], list)]
    wanted = frame[column].where(matching(frame, parts))
    keys = [frame[name] for name in group_by]
    return frame[wanted.groupby(keys, dropna=False).transform("nunique") == len(listed)]


def _with_a_row(frame: pd.DataFrame, group_by: Sequence[str], wanted: Condition) -> pd.DataFrame:
    """The groups in which a row matches."""
    keys = [frame[name] for name in group_by]
    return frame[matching(frame, wanted).groupby(keys, dropna=False).transform("any")]


def measures_to_sum(
    frame: pd.DataFrame,
    *,
    group_by: Sequence[str],
    measure_column: str,
    value_column: str,
    total: str,
    parts: Sequence[str],
    where: Condition | None,
    tolerance: float,
    label_column: str | None = None,
) -> Verdict:
    """In each group the measure ``total`` is the sum of the measures ``parts``.

    As ``rows_to_sum_to_total``; besides, every part must have its row in every group.
    """
    chosen = frame[matching(frame, where)] if where else frame
    if where and len(frame) and not len(chosen):
        return _nothing_to_judge(in_words(where))
    groups = _Groups.of(chosen, group_by, value_column)
    rows_of = {part: _equals(chosen[measure_column], part) for part in parts}
    return _Reconciliation(
        groups=groups,
        is_total=_equals(chosen[measure_column], total),
        is_part=np.logical_or.reduce(list(rows_of.values())),
        total_in_words=in_words({measure_column: total}),
        tolerance=tolerance,
        label_column=label_column,
        subject=total,
        missing={part: ~groups.any(rows) for part, rows in rows_of.items()},
    ).verdict()


def _equals(column: pd.Series, wanted: str) -> Flags:
    return column.eq(wanted).fillna(False).to_numpy(bool)


def _nothing_to_judge(words: str) -> Verdict:
    """A rule that touches no row of a table with rows would pass whatever the file says."""
    failing_row = FailingRow(
        place=None,
        row=None,
        label=None,
        column=None,
        expected=say("rows with {words}", words=words),
        found=say("none in the whole table"),
    )
    return Verdict(1, 1, (failing_row,))
