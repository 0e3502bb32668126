"""The macro that hands out positions, on drawn numbers, against the rule in whole numbers."""

from fractions import Fraction
from pathlib import Path

import duckdb
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

MACRO = Path(__file__).resolve().parents[3] / "dbt_project/macros/largest_remainder.sql"
QUERY = (
    Environment()
    .from_string(
        MACRO.read_text("utf-8")
        + "{{ largest_remainder('given', 'day', 'key', 'weight', 'parts') }}"
    )
    .render()
)


def handed_out(weights: list[int | None], parts: int | None) -> list[int | None]:
    with duckdb.connect() as connection:
        connection.execute("create table given (day int, key int, weight bigint, parts hugeint)")
        rows = [(1, key, weight, parts) for key, weight in enumerate(weights)]
        connection.executemany("insert into given values (?, ?, ?, ?)", rows)
        answer = dict(connection.execute(f"select key, parts from ({QUERY})").fetchall())
    return [answer[key] for key in range(len(weights))]


@given(
    st.lists(st.integers(0, 400_000), min_size=1, max_size=20).filter(any),
    st.integers(0, 7_000_000_000_000),
)
def test_parts_sum_to_the_whole_and_keep_to_their_quota(weights: list[int], parts: int) -> None:
    found = handed_out(list(weights), parts)
    assert sum(part or 0 for part in found) == parts
    for weight, part in zip(weights, found, strict=True):
        assert part is not None
        assert abs(part - Fraction(weight * parts, sum(weights))) < 1
    ranked = sorted(zip(weights, found, strict=True))
    assert [part for _, part in ranked] == sorted(part or 0 for part in found)


def test_a_tie_goes_to_the_larger_then_to_the_smaller_key() -> None:
    """7 x 5/14 = 2.5, 7 x 3/14 = 1.5, 7 x 1/14 = 0.5: four equal remainders, two parts left."""
    assert handed_out([5, 5, 3, 1], 7) == [3, 3, 1, 0]
    assert handed_out([1, 3, 5, 5], 7) == [0, 1, 3, 3]
    assert handed_out([1, 1, 1], 1) == [1, 0, 0]


def test_nothing_is_handed_out_where_a_number_is_missing_or_nobody_is_counted() -> None:
    assert handed_out([1, None], 7) == [None, None]
    assert handed_out([0, 0], 7) == [None, None]
    assert handed_out([1, 2], None) == [None, None]
