"""Which row of a table by country got lost, told from the printed sums.

Where printed sum minus printed rows is itself a row (nothing negative, every identity kept), a row
is missing and its numbers are that difference. Where it is not, a number is wrong, and the rules
on sums and identities say where.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from expectations.failing_rows import MOST_FAILING_ROWS, FailingRow, Verdict
from expectations.row_sums import RULES, CountyExpectation, Names
from kreishaus.wording import figure, joined, say

MOST_CANDIDATES = 6
Numbers = pd.Series


@dataclass(frozen=True)
class _Printed:
    """The rows of a table, and what is known of such tables: ``ExpectNoRowMissing`` says it."""

    wide: pd.DataFrame
    measures: Sequence[str]
    sums: Sequence[Sequence[str]]
    keys: Mapping[str, Mapping[str, str]]

    def numbers(self, rows: pd.DataFrame) -> Numbers:
        return rows[list(self.measures)].sum()

    def is_a_row(self, difference: Numbers) -> bool:
        """Whether numbers could stand in a row of their own: some, none negative, sums kept."""
        return (
            bool((difference >= 0).all())
            and bool((difference > 0).any())
            and all(
                difference[total] == sum(difference[part] for part in parts)
                for total, *parts in self.sums
            )
        )

    def candidates(self, continent: str, parts: pd.DataFrame) -> str:
        """The keys known for a continent that are not printed, in the order of ``keys``."""
        printed = set(parts["ls_code"])
        absent = [
            f"LS {key} ({label})"
            for key, label in self.keys.get(continent, {}).items()
            if key not in printed
        ]
        more = len(absent) - MOST_CANDIDATES
        named = joined(absent[:MOST_CANDIDATES], say(" or ")) or say("no known key")
        return say("{named} or {more} others", named=named, more=more) if more > 0 else named


def rows_missing(
    frame: pd.DataFrame,
    *,
    measures: Sequence[str],
    sums: Sequence[Sequence[str]],
    keys: Mapping[str, Mapping[str, str]],
    label_column: str | None = None,
) -> Verdict:
    """A failing row for each country, continent or total that must be printed and is not."""
    printed = _Printed(_wide(frame, measures), measures, sums, keys)
    continents = list(dict.fromkeys(printed.wide["continent"].dropna()))
    failing_rows = [
        failing_row
        for continent in continents
        for failing_row in _country_missing(printed, str(continent))
    ]
    failing_rows += _continent_or_total_missing(printed)
    return Verdict(len(continents) + 1, len(failing_rows), tuple(failing_rows[:MOST_FAILING_ROWS]))


def _wide(frame: pd.DataFrame, measures: Sequence[str]) -> pd.DataFrame:
    """One row per printed row, with a column per measure; a dash counts 0."""
    place = ["source_place", "source_row"]
    about = ["row_kind", "continent", "ls_code", "row_label"]
    values = pd.to_numeric(frame["value"]).astype("Float64").fillna(0).astype(float)
    numbers = (
        frame[[*place, "measure"]]
        .assign(value=values)
        .drop_duplicates([*place, "measure"])
        .pivot(index=place, columns="measure", values="value")
        .reindex(columns=list(measures))
        .fillna(0.0)
    )
    rows = frame.drop_duplicates(place)[[*place, *about]]
    return rows.merge(numbers, left_on=place, right_index=True, sort=False)


def _country_missing(table: _Printed, continent: str) -> Iterator[FailingRow]:
    own = table.wide[table.wide["continent"].eq(continent)]
    printed, parts = own[own["row_kind"].eq("continent")], own[own["row_kind"].eq("country")]
    if len(printed) == 1:
        difference = table.numbers(printed) - table.numbers(parts)
        if table.is_a_row(difference):
            yield _failing_row(
                printed,
                expected=say("rows that make the printed sum of {continent}", continent=continent),
                found=say(
                    "a row is missing: {candidates}; its numbers by difference: {difference}",
                    candidates=table.candidates(continent, parts),
                    difference=_in_words(difference),
                ),
            )
    elif len(parts) and printed.empty:
        yield _failing_row(
            parts,
            expected=say("a row {continent!r} below its countries", continent=continent),
            found=say(
                "the row {continent} is missing; its countries sum to {numbers}",
                continent=continent,
                numbers=_in_words(table.numbers(parts)),
            ),
        )


def _continent_or_total_missing(table: _Printed) -> Iterator[FailingRow]:
    wide = table.wide
    parts, printed = wide[wide["row_kind"].eq("continent")], wide[wide["row_kind"].eq("total")]
    if printed.empty and len(parts):
        without_row = set(wide["continent"].dropna()) - set(parts["row_label"])
        sums = say(
            "; the printed continents sum to {numbers}", numbers=_in_words(table.numbers(parts))
        )
        yield _failing_row(
            parts.tail(1),
            expected=say("a row of the total"),
            found=say("the total is missing{word}", word="" if without_row else sums),
        )
    if len(printed) == 1:
        difference = table.numbers(printed) - table.numbers(parts)
        if table.is_a_row(difference):
            without_row = set(wide["continent"].dropna()) - set(parts["row_label"])
            known = [name for name in table.keys if name not in set(parts["row_label"])]
            absent = [name for name in known if name in without_row] or known
            yield _failing_row(
                printed,
                expected=say("continents that make the printed total"),
                found=say(
                    "a row is missing: {value}; its numbers by difference: {difference}",
                    value=", ".join(absent) or "no known continent",
                    difference=_in_words(difference),
                ),
            )


def _in_words(numbers: Numbers) -> str:
    counted = ((name, count) for name, count in numbers.items() if count)
    return joined((joined((str(name), figure(f"{int(count):,}"))) for name, count in counted), ", ")


def _failing_row(rows: pd.DataFrame, *, expected: str, found: str) -> FailingRow:
    row = rows.iloc[-1]
    return FailingRow(
        place=str(row["source_place"]),
        row=int(row["source_row"]),
        label=str(row["row_label"]),
        column=None,
        expected=expected,
        found=found,
    )


RULES["rows_missing"] = rows_missing


class ExpectNoRowMissing(CountyExpectation):
    """Long frame by country: no printed sum needs a row that is not there.

    ``measures`` are all that a row has, ``sums`` what holds in a row: a total, then its parts.
    ``keys`` are the countries by continent, key -> name, in the order in which they are guessed.
    """

    measures: Names
    sums: list[list[str]]
    keys: dict[str, dict[str, str]]

    applied_rule = "rows_missing"
    parameters = ("measures", "sums", "keys")
    success_keys = parameters
    args_keys = parameters

    @classmethod
    def sentence(cls, values: dict[str, Any]) -> str:
        return say("No printed sum needs one more row than is printed, and every sum is printed.")
