"""Drift of words: labels and keys that went missing, came new, or were renamed; years left out."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from great_expectations.compatibility import pydantic

from expectations.failing_rows import (
    MOST_FAILING_ROWS,
    Condition,
    FailingRow,
    Verdict,
    cell,
    in_words,
    listed,
    matching,
)
from expectations.row_sums import RULES, CountyExpectation, Where
from kreishaus.wording import joined, say

MOST_WORDS = 8
"""So many words a sentence quotes; it says how many there are."""


def every_word(
    frame: pd.DataFrame,
    *,
    column: str,
    words: Sequence[str],
    group_by: Sequence[str],
    empty_means: str | None = None,
    where: Condition | None = None,
    label_column: str | None = None,
) -> Verdict:
    """In each group of the rows ``where`` every one of ``words`` stands in ``column``.

    A word that is missing is told with the new words of the group, the most like it first: it was
    perhaps renamed. ``empty_means`` is the word that an empty cell stands for.
    """
    frame = frame[matching(frame, where)]
    said = frame[column] if empty_means is None else frame[column].fillna(empty_means)
    group = _group_numbers(frame, group_by)
    groups = int(group.max()) + 1 if len(frame) else 0
    failing_rows: list[FailingRow] = []
    missing_count = 0
    for word in words:
        has_word = said.eq(word).fillna(False).to_numpy(bool)
        lacking = np.flatnonzero(np.bincount(group[has_word], minlength=groups) == 0)
        missing_count += len(lacking)
        for number in lacking[: MOST_FAILING_ROWS - len(failing_rows)]:
            rows = np.flatnonzero(group == number)
            new = sorted(set(said.iloc[rows].dropna().astype(str)) - set(words))
            name = (str(cell(frame, rows[0], key)) for key in group_by)
            failing_rows.append(
                FailingRow(
                    place=_text(cell(frame, rows[0], "source_place")),
                    row=None,
                    label=_label_of(frame, said, word, label_column),
                    column=" / ".join((column, *name)),
                    expected=word,
                    found=say("no row with it{perhaps}", perhaps=_perhaps(word, new)),
                )
            )
    return Verdict(groups * len(words), missing_count, tuple(failing_rows))


def only_words(
    frame: pd.DataFrame,
    *,
    column: str,
    words: Sequence[str],
    where: Condition | None = None,
    label_column: str | None = None,
) -> Verdict:
    """No other than ``words`` stands in ``column`` of the rows ``where``, empty cells aside."""
    frame = frame[matching(frame, where)]
    said = frame[column]
    found = set(said.dropna().astype(str))
    missing = [word for word in words if word not in found]
    failing_rows = []
    new = sorted(found - set(words))
    for word in new[:MOST_FAILING_ROWS]:
        at = int(said.eq(word).fillna(False).to_numpy(bool).argmax())
        row = cell(frame, at, "source_row")
        failing_rows.append(
            FailingRow(
                place=_text(cell(frame, at, "source_place")),
                row=None if row is None else int(str(row)),
                label=_text(cell(frame, at, label_column)),
                column=column,
                expected=_short(missing or words),
                found=joined((word, _perhaps_new(word, missing)), ""),
            )
        )
    return Verdict(len(said), len(new), tuple(failing_rows))


def years_without_gap(
    frame: pd.DataFrame, *, column: str, every_years: int, label_column: str | None = None
) -> Verdict:
    """From the first to the last year in ``column``, each ``every_years``-th has rows."""
    del label_column  # a year that is missing has no row
    years = {day.year for day in frame[column]}
    if not years:
        return Verdict(0, 0, ())
    wanted = range(min(years), max(years) + 1, every_years)
    missing = [year for year in wanted if year not in years]
    failing_rows = tuple(
        FailingRow(
            place=_text(cell(frame, 0, "source_place")),
            row=None,
            label=None,
            column=column,
            expected=str(year),
            found=say("no row with it, only {years}", years=_short(map(str, sorted(years)))),
        )
        for year in missing[:MOST_FAILING_ROWS]
    )
    return Verdict(len(wanted), len(missing), failing_rows)


def _group_numbers(frame: pd.DataFrame, group_by: Sequence[str]) -> npt.NDArray[np.intp]:
    """For every row the number of its group; one group where nothing divides them."""
    if not group_by:
        return np.zeros(len(frame), dtype=np.intp)
    return frame.groupby(list(group_by), dropna=False).ngroup().to_numpy().astype(np.intp)


def _perhaps_new(word: str, missing: Sequence[str]) -> str:
    alike = difflib.get_close_matches(word, missing, n=1, cutoff=0.5)
    return say(" (perhaps a new word for {known!r})", known=alike[0]) if alike else ""


def _perhaps(word: str, others: Sequence[str]) -> str:
    alike = difflib.get_close_matches(word, others, n=1, cutoff=0.5)
    if alike:
        return say(" (perhaps renamed to {other!r})", other=alike[0])
    return say(" (new in the table: {others})", others=_short(others)) if others else ""


def _label_of(
    frame: pd.DataFrame, said: pd.Series, word: str, label_column: str | None
) -> str | None:
    """What rows with this word are called elsewhere in the table."""
    hits = said.eq(word).fillna(False).to_numpy(bool)
    return _text(cell(frame, int(hits.argmax()), label_column)) if hits.any() else None


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _short(words: Iterable[str]) -> str:
    every = list(words)
    more = (
        say(" and {count} more", count=len(every) - MOST_WORDS) if len(every) > MOST_WORDS else ""
    )
    return joined((", ".join(every[:MOST_WORDS]), more), "")


def _of(values: dict[str, Any]) -> str:
    return (
        say(", of the rows with {where}", where=in_words(values["where"]))
        if values["where"]
        else ""
    )


RULES["every_word"] = every_word
RULES["only_words"] = only_words
RULES["years_without_gap"] = years_without_gap


class ExpectEveryWord(CountyExpectation):
    """Each of ``words`` stands in ``column``, in each group: none went missing or was renamed."""

    column: str
    words: list[str] = pydantic.Field(min_items=1)
    group_by: list[str] = pydantic.Field(default=[])
    empty_means: str | None = None
    where: Where | None = None

    applied_rule = "every_word"
    parameters = ("column", "words", "group_by", "empty_means", "where")
    success_keys = parameters
    args_keys = parameters

    @classmethod
    def sentence(cls, values: dict[str, Any]) -> str:
        each = (
            say(" for each {group_by}", group_by=listed(values["group_by"]))
            if values["group_by"]
            else ""
        )
        words = _short(values["words"])
        return say(
            "{column} holds every one of {words}{each}{of}.",
            column=values["column"],
            words=words,
            each=each,
            of=_of(values),
        )


class ExpectOnlyWords(CountyExpectation):
    """Nothing but ``words`` stands in ``column``: none came new."""

    column: str
    words: list[str] = pydantic.Field(min_items=1)

    where: Where | None = None

    applied_rule = "only_words"
    parameters = ("column", "words", "where")
    success_keys = parameters
    args_keys = parameters

    @classmethod
    def sentence(cls, values: dict[str, Any]) -> str:
        return say(
            "{column} holds nothing but {words}{of}.",
            column=values["column"],
            words=_short(values["words"]),
            of=_of(values),
        )


class ExpectYearsWithoutGap(CountyExpectation):
    """From the first to the last year each ``every_years``-th is there."""

    column: str = "reference_date"
    every_years: int

    applied_rule = "years_without_gap"
    parameters = ("column", "every_years")
    success_keys = parameters
    args_keys = parameters

    @classmethod
    def sentence(cls, values: dict[str, Any]) -> str:
        every = (
            say("every {every_years} years", every_years=values["every_years"])
            if values["every_years"] != 1
            else say("each year")
        )
        return say(
            "{column} leaves out no survey: there is one {every}.",
            column=values["column"],
            every=every,
        )
