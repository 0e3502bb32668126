"""The public mart that the rule for homes leaves of an exact one, on tables worked by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from warehouse.disclosure import columns_shown, public_select
from warehouse.homes.tables import HomeFigures, MisstatedMeasure, needed_first, sources
from warehouse.marts import Column, Mart

TOWNS = {"05000001": "J, Stadt", "05000002": "R", "05000003": "N", "05000004": "K"}
VACANT = {
    "05000001": (9, 8),
    "05000002": (7, 6),
    "05000003": (9, 8, 7),
    "05000004": (0, 1, 0),
}
"""Vacant places of each home, each of another operator and with 80 places."""

RULE = {
    "date": "day",
    "measures": {"vacant": "'vacant'"},
    "derived": {"share": "vacant / places"},
    "derived_next": {"percent": "100 * share"},
    "left_out": {"largest": "The figure of one home."},
    "free": {"places": "sum"},
    "free_reason": "They stand in the register.",
}
COLUMNS = {
    "day": "date",
    "region_level": "varchar",
    "region_code": "varchar",
    "region_name": "varchar",
    "places": "bigint",
    "vacant": "bigint",
    "share": "double",
    "percent": "double",
    "largest": "bigint",
    "caveat": "varchar",
}


def mart(rule: dict[str, Any] = RULE) -> Mart:
    columns = {name: Column("", kind) for name, kind in COLUMNS.items()}
    return Mart(
        "m",
        "m",
        "",
        columns,
        None,
        key=("day", "region_level", "region_code"),
        meta={"homes": rule},
        protects=frozenset({"homes"}),
    )


@pytest.fixture
def database(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        rows = [
            f"('{town}{number}', '{'abcd'[number]}', '{town}', {value})"
            for town, values in VACANT.items()
            for number, value in enumerate(values)
        ]
        connection.execute(
            f"""copy (select 'vacant' as measure_code, date '2021-08-15' as reference_date,
                '' as offer_type_code, date '2021-08-15' as about_date, offer as offer_id,
                offer as home_id, operator as operator_name, town as municipality_code,
                vacant::double as value, 80.0::double as most_value, 1 as first_revision,
                false as is_withdrawn
                from (values {", ".join(rows)}) as t(offer, operator, town, vacant))
                to '{tmp_path}/contributions.parquet'"""
        )
        members = [("Gemeinde", town, town, name) for town, name in TOWNS.items()]
        members += [("Kreis", "05000", town, "Kreis") for town in TOWNS]
        listed = ", ".join(str(one) for one in members)
        connection.execute(
            f"""copy (select *, date '0001-01-01' as valid_from, null::date as valid_to
                from (values {listed})
                as t(region_level, region_code, municipality_code, region_name))
                to '{tmp_path}/areas.parquet'"""
        )
        sums = [("Gemeinde", town, TOWNS[town], values) for town, values in VACANT.items()]
        sums += [("Kreis", "05000", "Kreis", tuple(v for vs in VACANT.values() for v in vs))]
        exact = ", ".join(
            f"('{level}', '{code}', '{name}', {80 * len(values)}, {sum(values)}, {max(values)})"
            for level, code, name, values in sums
        )
        connection.execute(
            f"""create table exact_mart as select date '2021-08-15' as day, level as region_level,
                code as region_code, name as region_name, places::bigint as places,
                vacant::bigint as vacant, vacant / places as share,
                100 * vacant / places as percent, largest::bigint as largest,
                null::varchar as caveat
                from (values {exact}) as t(level, code, name, places, vacant, largest)"""
        )
        yield connection


def inputs() -> dict[str, Mart]:
    declared = {"vacant": {"most_is_public": True}}
    return sources(
        [
            Mart(
                "contributions",
                "c",
                "",
                {},
                None,
                meta={"homes_role": "contributions", "measures": declared, "public_after": ["p"]},
            ),
            Mart("areas", "a", "", {}, None, meta={"homes_role": "areas"}),
        ]
    )


def shown(database: duckdb.DuckDBPyConnection, folder: Path, of: Mart) -> dict[str, dict[str, Any]]:
    figures = HomeFigures(database, inputs(), folder, 0.1)
    held = list(COLUMNS)
    figures.prepare(of, held, "exact_mart")
    statement = public_select(of, "exact_mart", held, {})
    rows = database.execute(statement).to_arrow_table().to_pylist()
    return {row["region_code"]: row for row in rows}


def test_towns_too_small_stand_together_in_a_row_of_their_own(
    database: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """J and R: 9 + 8 + 7 + 6 = 30 of 320 places."""
    found = shown(database, tmp_path, mart())
    together = found["05000001+05000002"]
    assert together["region_level"] == "Gemeinden zusammen"
    assert together["region_name"] == "J und R zusammen"
    assert (together["vacant"], together["places"]) == (30, 320)
    assert (together["share"], together["percent"]) == (30 / 320, 100 * 30 / 320)
    assert together["caveat"].startswith("several municipalities together")
    assert together["withheld"] is None
    for town in ("05000001", "05000002"):
        assert (found[town]["vacant"], found[town]["share"]) == (None, None)
        assert found[town]["places"] == 160
        assert found[town]["withheld"] == "vacant"


def test_a_band_is_named_and_its_town_cannot_be_had_from_the_others(
    database: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """K has 1; the county's 55 are shown, less the 30 of J and R: N must hide beside it."""
    found = shown(database, tmp_path, mart())
    assert found["05000004"]["vacant"] is None
    assert found["05000004"]["banded"] == "vacant: unter 5"
    assert found["05000"]["vacant"] == 55
    assert (found["05000003"]["vacant"], found["05000003"]["withheld"]) == (None, "vacant")
    assert found["05000001+05000002"]["vacant"] == 30


def test_what_is_left_out_is_left_out_everywhere(
    database: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    found = shown(database, tmp_path, mart())
    assert {row["largest"] for row in found.values()} == {None}
    assert list(columns_shown(mart())) == [*COLUMNS, "banded", "withheld"]


def test_rows_that_the_rule_does_not_speak_of_pass(
    database: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    database.execute(
        "insert into exact_mart select day, region_level, 'X', 'printed', places, 1, 1, 1, 1, null "
        "from exact_mart where region_level = 'Kreis'"
    )
    found = shown(database, tmp_path, mart({**RULE, "where": "region_name <> 'printed'"}))
    assert (found["X"]["vacant"], found["X"]["withheld"]) == (1, None)


def test_a_row_of_no_known_area_is_hidden_or_refused(
    database: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """Nobody knows who contributed to it: its sum is not that of the contributions."""
    database.execute("update exact_mart set region_code = 'Z' where region_level = 'Kreis'")
    with pytest.raises(MisstatedMeasure, match=r"m\.vacant"):
        shown(database, tmp_path, mart())


def test_a_mart_that_declares_the_wrong_measure_is_refused(
    database: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """The yml says that ``vacant`` sums the contributions; it holds one place more."""
    database.execute("update exact_mart set vacant = vacant + 1 where region_code = '05000003'")
    with pytest.raises(MisstatedMeasure, match=r"m\.vacant.*meta\.homes\.measures"):
        shown(database, tmp_path, mart())


def test_a_sentence_that_repeats_a_figure_is_refused(
    database: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """It would show what the row hides, in whatever mart somebody writes such a sentence."""
    database.execute("update exact_mart set caveat = vacant || ' places stand empty'")
    with pytest.raises(
        MisstatedMeasure, match=r"m\.caveat: its sentences hold figures.*meta\.homes"
    ):
        shown(database, tmp_path, mart())


def test_a_sentence_is_worded_by_what_is_shown(
    database: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    database.execute("update exact_mart set caveat = vacant || ' places stand empty'")
    worded = {"caveat": "coalesce(vacant || ' places', 'places') || ' stand empty'"}
    rows = shown(database, tmp_path, mart({**RULE, "texts": worded}))
    assert rows["05000001+05000002"]["caveat"] == "30 places stand empty"
    assert rows["05000001"]["caveat"] == rows["05000004"]["caveat"] == "places stand empty"


def test_a_mart_that_is_refused_does_not_stop_the_next(
    database: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """Its transaction takes the tables of joint areas along."""
    figures = HomeFigures(database, inputs(), tmp_path, 0.1)
    database.begin()
    with pytest.raises(MisstatedMeasure):
        figures.prepare(mart({**RULE, "measures": {"vacant": "'other'"}}), [*COLUMNS], "exact_mart")
    database.rollback()
    figures.prepare(mart(), [*COLUMNS], "exact_mart")
    statement = public_select(mart(), "exact_mart", [*COLUMNS], {})
    assert len(database.execute(statement).fetchall()) == 6


def test_printed_figures_are_made_first() -> None:
    assert needed_first(list(inputs().values())) == {"p"}
