"""Disclosure rules on small tables: what passes, is rounded, is left out, is refused."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from warehouse.disclosure import NotCovered, columns_shown, is_public, public_select, shows_all
from warehouse.marts import Column, Mart


def column(data_type: str, **meta: Any) -> Column:
    return Column("", data_type, meta)


def mart(columns: dict[str, Column], *, protects: str = "", **rest: Any) -> Mart:
    return Mart(
        "m",
        '"k"."marts"."m"',
        "",
        columns,
        None,
        protects=frozenset({protects} - {""}),
        **rest,
    )


def shown(of: Mart, exact: str, **made: Mart) -> list[dict[str, Any]]:
    """What everybody sees of the rows that ``exact`` selects."""
    with duckdb.connect() as database:
        database.execute("create schema public")
        database.execute(f"create table exact_rows as {exact}")
        held = [row[0] for row in database.execute("describe exact_rows").fetchall()]
        statement = public_select(of, "exact_rows", held, made)
        return [dict(row) for row in database.execute(statement).to_arrow_table().to_pylist()]


PERSONS = column("bigint", disclosure="azr_count")


def test_each_count_is_rounded_by_itself_to_the_nearest_five() -> None:
    """2 is nearer to 0 and 3 to 5, 7 to 5 and 8 to 10; a missing number stays missing."""
    of = mart({"persons": PERSONS}, protects="persons")
    rows = shown(of, "from (values (0), (2), (3), (7), (8), (9720), (null)) as t(persons)")
    assert [row["persons"] for row in rows] == [0, 0, 5, 5, 10, 9720, None]
    assert {row["rounded_to"] for row in rows} == {5}


def test_what_is_derived_is_made_from_rounded_counts_or_left_out() -> None:
    """Exact: 13 - 7 = 6 and 13 / 20; rounded: 15 - 5 = 10 and nothing of the share."""
    of = mart(
        {
            "persons": PERSONS,
            "before": PERSONS,
            "change": column("bigint", disclosure="azr_derived", public_sql="persons - before"),
            "share": column("double", disclosure="azr_derived"),
        },
        protects="persons",
    )
    exact = "select 13 as persons, 7 as before, 6 as change, 0.65 as share"
    assert shown(of, exact) == [{"persons": 15, "before": 5, "change": 10, "rounded_to": 5}]
    assert list(columns_shown(of)) == ["persons", "before", "change", "rounded_to"]


def test_an_earlier_row_is_compared_with_as_everybody_sees_it() -> None:
    """12 to 18 is a rise of 6; 10 to 20, as shown, one of 10."""
    of = mart(
        {
            "day": column("date"),
            "persons": PERSONS,
            "change": column(
                "bigint",
                disclosure="azr_derived",
                public_sql="persons - (select earlier.persons from rounded as earlier "
                "where earlier.day = rounded.day - 1)",
            ),
        },
        protects="persons",
    )
    exact = """from (values (date '2021-06-29', 12, null), (date '2021-06-30', 18, 6))
               as t(day, persons, change)"""
    assert [row["change"] for row in shown(of, exact)] == [None, 10]


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"persons": column("bigint")}, "m.persons: made from the register"),
        ({"persons": column("bigint", disclosure="azr_cuont")}, "'azr_cuont'"),
        ({"rank": column("integer", disclosure="none")}, "with a disclosure_reason"),
        ({"parts": column("varchar[]")}, "m.parts"),
        ({}, "m.persons: not described"),
    ],
)
def test_a_number_of_the_register_without_a_rule_is_refused(
    columns: dict[str, Column], told: str
) -> None:
    name = next(iter(columns), "persons")
    with pytest.raises(NotCovered, match=told.replace("[", r"\[").replace("(", r"\(")):
        shown(mart(columns, protects="persons"), f"select 1 as {name}")


def test_a_reason_lets_a_harmless_number_pass() -> None:
    rank = column("integer", disclosure="none", disclosure_reason="A place in a list.")
    of = mart({"rank": rank, "label": column("varchar")}, protects="persons")
    assert shown(of, "select 7 as rank, 'a' as label") == [{"rank": 7, "label": "a"}]


HOMES = {
    "level": column("varchar"),
    "region": column("varchar"),
    "day": column("date"),
    "homes": column("bigint"),
    "vacant": column("bigint"),
}


def homes(meta: dict[str, Any]) -> Mart:
    return mart(HOMES, protects="homes", meta=meta)


def test_occupancy_without_a_rule_is_refused() -> None:
    exact = (
        "select 'town' as level, 'A' as region, date '2021-08-15' as day, 2 as homes, 4 as vacant"
    )
    with pytest.raises(NotCovered, match=r"meta\.homes"):
        shown(homes({}), exact)
    assert shown(homes({"homes_reason": "All of the county."}), exact)[0]["vacant"] == 4


def test_a_number_of_homes_that_nobody_explains_is_refused() -> None:
    """A new column is not shown before somebody says what it sums."""
    exact = (
        "select 'town' as level, 'A' as region, date '2021-08-15' as day, 2 as homes, 4 as vacant"
    )
    rule = {"date": "day", "measures": {"vacant": "'vacant'"}}
    with pytest.raises(NotCovered, match=r"does not say what homes sums"):
        shown(homes({"homes": rule}), exact)
    # What is free needs a reason.
    with pytest.raises(NotCovered, match=r"does not say what homes sums"):
        shown(homes({"homes": {**rule, "free": {"homes": "sum"}}}), exact)


def test_nobody_said_who_may_read_it() -> None:
    with pytest.raises(NotCovered, match=r"meta\.audience is None"):
        is_public(mart({}))
    assert is_public(mart({}, meta={"audience": "public"}))
    assert not is_public(mart({}, meta={"audience": "internal"}))


def test_a_statement_runs_on_public_marts_in_place_of_exact_ones() -> None:
    parent = Mart("parent", '"k"."marts"."parent"', "", {}, None)
    of = mart(
        {"persons": PERSONS},
        meta={"public_from_marts": True},
        parents=("parent",),
        compiled_sql='select persons from "k"."marts"."parent"',
    )
    with pytest.raises(NotCovered, match="parent is not there"):
        public_select(of, "exact_rows", ["persons"], {})
    assert public_select(of, "exact_rows", ["persons"], {"parent": parent}) == (
        'select persons from public."parent"'
    )


def test_rows_may_be_chosen() -> None:
    of = mart({"metric": column("varchar")}, meta={"public_where": "metric <> 'azr'"})
    exact = "from (values ('azr'), ('wtg')) as t(metric)"
    assert shown(of, exact) == [{"metric": "wtg"}]
    assert not shows_all(of)
    assert shows_all(mart({"metric": column("varchar")}))
