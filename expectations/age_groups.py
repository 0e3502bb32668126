"""Age groups that the table itself chose: do they cover every age once, and sum to the total?

Projections are printed by other age groups than counts, and by others with each issue. So no list
of words can judge them, only their limits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pandas as pd

from expectations.failing_rows import Condition, FailingRow, Verdict, in_words, listed, matching
from expectations.row_sums import RULES, CountyExpectation
from expectations.sums import measures_to_sum
from kreishaus.wording import say

GROUP = re.compile(r"(?:(?P<low>\d+) bis )?unter (?P<high>\d+)\b.*|(?P<open>\d+) .*", re.ASCII)
"""``unter 20 Jahre``, ``65 bis unter 70 Jahre``, ``90 Jahre und mehr``."""
OPEN = 1_000
"""Older than anybody: the upper limit of a group without one."""


def limits_of(group: str) -> tuple[int, int] | None:
    """The first age of a group and the first above it; None for what is no group of ages."""
    match = GROUP.fullmatch(group)
    if match is None:
        return None
    if match["open"]:
        return int(match["open"]), OPEN
    return int(match["low"] or 0), int(match["high"])


def age_groups_to_sum(
    frame: pd.DataFrame,
    *,
    group_by: Sequence[str],
    age_column: str,
    value_column: str,
    total: str,
    where: Condition | None,
    label_column: str | None = None,
) -> Verdict:
    """The groups of the table cover every age once, and each of them is in every sum.

    Judges the limits first: where they leave a gap or overlap, the sum says nothing.
    """
    chosen = frame[matching(frame, where)]
    words = sorted(set(chosen[age_column].dropna().astype(str)) - {total})
    misfits = _misfits(words)
    if misfits or not words:
        found = misfits or [
            _failing_row(
                say("age groups beside {total}", total=total), say("none in the whole table")
            )
        ]
        return Verdict(max(len(words), 1), len(found), tuple(found))
    return measures_to_sum(
        frame,
        group_by=group_by,
        measure_column=age_column,
        value_column=value_column,
        total=total,
        parts=words,
        where=where,
        tolerance=0,
        label_column=label_column,
    )


def ages_divided_at(
    frame: pd.DataFrame,
    *,
    age_column: str,
    limits: Sequence[int],
    label_column: str | None = None,
) -> Verdict:
    """No group of the table lies across one of these limits."""
    del label_column  # a group is no row of its own
    words = sorted(set(frame[age_column].dropna().astype(str)))
    groups = {word: bounds for word in words if (bounds := limits_of(word))}
    across = [
        _failing_row(say("a limit at {limit}", limit=limit), word)
        for word, (low, high) in groups.items()
        for limit in limits
        if low < limit < high
    ]
    return Verdict(len(groups) * len(limits), len(across), tuple(across))


def _misfits(words: Sequence[str]) -> list[FailingRow]:
    """What is wrong with the sequence of the groups; nothing where they cover every age once."""
    bounds = {word: limits_of(word) for word in words}
    strange = [
        _failing_row(say("an age group"), word) for word, limits in bounds.items() if limits is None
    ]
    if strange:
        return strange
    groups = sorted((limits, word) for word, limits in bounds.items() if limits)
    found: list[FailingRow] = []
    reached = 0
    for (low, high), word in groups:
        if low != reached:
            wanted = (
                say("a group from {reached}", reached=reached)
                if reached != OPEN
                else say("none after an open one")
            )
            found.append(_failing_row(wanted, word))
        reached = max(reached, high)
    if groups and reached != OPEN:
        found.append(
            _failing_row(say("a group of all from {reached}", reached=reached), say("none"))
        )
    return found


def _failing_row(expected: str, found: str) -> FailingRow:
    return FailingRow(
        place=None, row=None, label=None, column="age_label", expected=expected, found=found
    )


RULES["age_groups_to_sum"] = age_groups_to_sum
RULES["ages_divided_at"] = ages_divided_at


class ExpectAgeGroupsToSum(CountyExpectation):
    """Long frame: the age groups that are printed cover every age once, and sum to the total."""

    group_by: list[str]
    age_column: str = "age_label"
    value_column: str = "value"
    total: str
    where: dict[str, Any] | None = None

    applied_rule = "age_groups_to_sum"
    parameters = ("group_by", "age_column", "value_column", "total", "where")
    success_keys = parameters
    args_keys = parameters

    @classmethod
    def sentence(cls, values: dict[str, Any]) -> str:
        of = (
            say(", of the rows with {where}", where=in_words(values["where"]))
            if values["where"]
            else ""
        )
        return say(
            "The age groups cover every age once and sum to the total for each {group_by}{of}.",
            group_by=listed(values["group_by"]),
            of=of,
        )


class ExpectAgesDividedAt(CountyExpectation):
    """Long frame: no age group lies across one of ``limits``."""

    age_column: str = "age_label"
    limits: list[int]

    applied_rule = "ages_divided_at"
    parameters = ("age_column", "limits")
    success_keys = parameters
    args_keys = parameters

    @classmethod
    def sentence(cls, values: dict[str, Any]) -> str:
        return say(
            "No age group lies across {limits}.",
            limits=listed([str(limit) for limit in values["limits"]]),
        )
