"""Which row of an HKL table got lost, told from the printed sums.

Where printed sum minus printed rows is itself a row (nothing negative, every identity kept), a row
is missing and its numbers are that difference. Where it is not, a number is wrong, and the rules
on sums and identities say where.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from expectations.failing_rows import MOST_FAILING_ROWS, FailingRow, Verdict
from expectations.row_sums import RULES, CountyExpectation
from expectations.suites.bamf_identities import CONTINENTS, IDENTITIES
from ingest.bamf.tables import MEASURES
from ingest.vocabulary.countries import countries

MOST_CANDIDATES = 6
Numbers = pd.Series


def rows_missing(frame: pd.DataFrame, *, label_column: str | None = None) -> Verdict:
    """A failing row for each country, continent or total that must be printed and is not."""
    wide = _wide(frame)
    continents = list(dict.fromkeys(wide["continent"].dropna()))
    failing_rows = [
        failing_row
        for continent in continents
        for failing_row in _country_missing(wide, str(continent))
    ]
    failing_rows += _continent_or_total_missing(wide)
    return Verdict(len(continents) + 1, len(failing_rows), tuple(failing_rows[:MOST_FAILING_ROWS]))


def _wide(frame: pd.DataFrame) -> pd.DataFrame:
    """One row per printed row, with a column per measure; a dash counts 0."""
    place = ["source_place", "source_row"]
    about = ["row_kind", "continent", "ls_code", "row_label"]
    values = pd.to_numeric(frame["value"]).astype("Float64").fillna(0).astype(float)
    numbers = (
        frame[[*place, "measure"]]
        .assign(value=values)
        .drop_duplicates([*place, "measure"])
        .pivot(index=place, columns="measure", values="value")
        .reindex(columns=list(MEASURES.values()))
        .fillna(0.0)
    )
    rows = frame.drop_duplicates(place)[[*place, *about]]
    return rows.merge(numbers, left_on=place, right_index=True, sort=False)


def _numbers(rows: pd.DataFrame) -> Numbers:
    return rows[list(MEASURES.values())].sum()


def _country_missing(wide: pd.DataFrame, continent: str) -> Iterator[FailingRow]:
    own = wide[wide["continent"].eq(continent)]
    printed, parts = own[own["row_kind"].eq("continent")], own[own["row_kind"].eq("country")]
    if len(printed) == 1:
        difference = _numbers(printed) - _numbers(parts)
        if _is_a_row(difference):
            yield _failing_row(
                printed,
                expected=f"rows that make the printed sum of {continent}",
                found=f"a row is missing: {_candidates(continent, parts)}; its numbers by "
                f"difference: {_in_words(difference)}",
            )
    elif len(parts) and printed.empty:
        yield _failing_row(
            parts,
            expected=f"a row {continent!r} below its countries",
            found=f"the row {continent} is missing; its countries sum to "
            f"{_in_words(_numbers(parts))}",
        )


def _continent_or_total_missing(wide: pd.DataFrame) -> Iterator[FailingRow]:
    parts, printed = wide[wide["row_kind"].eq("continent")], wide[wide["row_kind"].eq("total")]
    if printed.empty and len(parts):
        without_row = set(wide["continent"].dropna()) - set(parts["row_label"])
        sums = f"; the printed continents sum to {_in_words(_numbers(parts))}"
        yield _failing_row(
            parts.tail(1),
            expected="a row of the total",
            found=f"the total is missing{'' if without_row else sums}",
        )
    if len(printed) == 1:
        difference = _numbers(printed) - _numbers(parts)
        if _is_a_row(difference):
            without_row = set(wide["continent"].dropna()) - set(parts["row_label"])
            known = [name for name in CONTINENTS if name not in set(parts["row_label"])]
            absent = [name for name in known if name in without_row] or known
            yield _failing_row(
                printed,
                expected="continents that make the printed total",
                found=f"a row is missing: {', '.join(absent) or 'no known continent'}; its "
                f"numbers by difference: {_in_words(difference)}",
            )


def _is_a_row(difference: Numbers) -> bool:
    """Whether numbers could stand in a row of their own: some, none negative, all sums kept."""
    return (
        bool((difference >= 0).all())
        and bool((difference > 0).any())
        and all(
            difference[total] == sum(difference[part] for part in parts)
            for total, parts in IDENTITIES.values()
        )
    )


def _candidates(continent: str, parts: pd.DataFrame) -> str:
    """The keys known for a continent that are not printed; those that always stand there first."""
    printed = set(parts["ls_code"])
    absent = [
        f"LS {country.ls_code} ({country.label})"
        for country in countries()
        if country.continent == continent and country.ls_code not in printed
    ]
    more = len(absent) - MOST_CANDIDATES
    named = " or ".join(absent[:MOST_CANDIDATES]) or "no known key"
    return f"{named} or {more} others" if more > 0 else named


def _in_words(numbers: Numbers) -> str:
    return ", ".join(f"{name} {int(count):,}" for name, count in numbers.items() if count)


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


RULES["hkl_rows_missing"] = rows_missing


class ExpectNoRowMissing(CountyExpectation):
    """HKL: no printed sum needs a row that is not there."""

    applied_rule = "hkl_rows_missing"
    parameters = ()
    success_keys = parameters
    args_keys = parameters

    @classmethod
    def sentence(cls, values: dict[str, Any]) -> str:
        return "No printed sum needs one more row than is printed, and every sum is printed."
