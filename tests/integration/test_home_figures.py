"""The rule for homes on a night of the sample: how much it leaves, and a small check of itself.

The attack on everything that is public is a test of its own; here the rule's promises are counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import pytest
from shared_night import FirstNight

from kreishaus.settings import Settings
from warehouse import versions
from warehouse.disclosure import shows_homes
from warehouse.homes.joint import LEVEL
from warehouse.homes.rule import FEWEST_HOMES
from warehouse.homes.select import MADE, rule_of
from warehouse.marts import Mart, marts

COUNTY_TOTALS = {
    "vacancy_by_region": (
        "occupied_places",
        "vacant_places",
        "unusable_places",
        "reported_free_places",
        "vacancy_share",
        "occupancy_share",
        "change_to_previous_places",
        "change_to_year_before_places",
    ),
    "staffing_by_region": (
        "care_fte",
        "skilled_fte",
        "assistant_fte",
        "helper_fte",
        "offers_below_minimum_count",
        "skilled_share",
        "target_skilled_share",
        "places_per_fte",
        "change_to_year_before_fte",
    ),
    "staffing_requirement": (
        "reported_persons",
        "county_mix_persons",
        "no_care_grade_persons",
        "required_fte",
        "actual_fte",
        "gap_fte",
        "gap_to_minimum_share_fte",
        "required_by_minimum_share_fte",
        "change_to_replaced_set_fte",
    ),
    "vacancy_against_forecast": ("vacant_places", "vacant_above_forecast_places"),
    "demand_backtest": ("observed_value", "error_value"),
    "demand_forecast": ("unusable_places", "balance_places", "balance_usable_places"),
}


@dataclass(frozen=True)
class Kept:
    """Figures of homes in the exact marts, and how everybody sees them."""

    before: int
    exact: int
    banded: int
    joint: int


@pytest.fixture(scope="module")
def installation(first_night: FirstNight) -> Settings:
    return first_night.installation


@pytest.fixture(scope="module")
def ruled(installation: Settings) -> list[Mart]:
    found = [mart for mart in marts(installation) if shows_homes(mart)]
    assert len(found) == 6
    return found


@pytest.fixture(scope="module")
def both(installation: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    version = versions.current(installation)
    with duckdb.connect() as database:
        for audience in versions.AUDIENCES:
            database.execute(f"create schema {audience}")
            for path in versions.parquet(version, audience).glob("*.parquet"):
                database.execute(f"create view {audience}.{path.stem} as from '{path}'")
        yield database


def kept(database: duckdb.DuckDBPyConnection, mart: Mart, column: str) -> Kept:
    """How many figures of a column are exact, in a band, or in the row of a joint area."""
    key = " and ".join(f"seen.{name} is not distinct from exact.{name}" for name in mart.key)
    other = "".join(
        f" and joint.{name} = exact.{name}"
        for name in mart.key
        if name not in ("region_level", "region_code", "municipalities")
    )
    row = database.execute(
        f"""with exact as (
            select * from internal.{mart.name}
            where {column} is not null and ({rule_of(mart).get("where", "true")})
        ),
        seen as (
            select *, {column} is not null as is_exact,
                contains(coalesce(banded, ''), '{column}: ') as is_banded
            from public.{mart.name}
        )
        select count(*), count(*) filter (where seen.is_exact),
            count(*) filter (where seen.is_banded),
            count(*) filter (where not seen.is_exact and not seen.is_banded
                and exact.region_level = 'Gemeinde' and exists (
                    select 1 from seen as joint where joint.region_level = '{LEVEL}' {other}
                    and contains(joint.region_code, exact.region_code)
                    and (joint.is_exact or joint.is_banded)))
        from exact left join seen on {key}"""
    ).fetchone()
    assert row is not None
    return Kept(*row)


def test_four_fifths_of_the_figures_of_homes_remain(
    both: duckdb.DuckDBPyConnection, ruled: list[Mart]
) -> None:
    """Of 29,457 on the sample, none of which was hidden by the rule before this one.

    Exact, together with a neighbouring municipality, or as a band that everybody can read.
    """
    found = [
        kept(both, mart, column)
        for mart in ruled
        for column in dict.fromkeys(
            name for kind in ("measures", *MADE) for name in rule_of(mart).get(kind, {})
        )
    ]
    before = sum(one.before for one in found)
    assert before > 25_000
    assert sum(one.exact + one.joint + one.banded for one in found) >= 0.8 * before
    assert sum(one.exact + one.joint for one in found) >= 0.75 * before


def test_every_total_of_the_county_remains(
    both: duckdb.DuckDBPyConnection, ruled: list[Mart]
) -> None:
    """To the last digit; reasons for empty places are no totals, and most of them are none."""
    keys = {mart.name: mart.key for mart in ruled}
    for mart, columns in COUNTY_TOTALS.items():
        key = " and ".join(f"seen.{one} is not distinct from exact.{one}" for one in keys[mart])
        for column in columns:
            rows = both.execute(
                f"""select count(*), count(*) filter (
                        where abs(coalesce(seen.{column}, -1e9) - exact.{column}) < 1e-9)
                    from internal.{mart} as exact left join public.{mart} as seen on {key}
                    where exact.region_level = 'Kreis' and exact.{column} is not null"""
            ).fetchone()
            assert rows is not None
            assert rows[0] == rows[1] > 0, f"{mart}.{column}"


def test_every_municipality_keeps_its_forecast(both: duckdb.DuckDBPyConnection) -> None:
    told = """select count(*), count(distinct region_code), count(balance_places),
        count(need_places), count(supply_places) from {half}.demand_forecast
        where region_level = 'Gemeinde' and care_kind_code = 'full_inpatient'"""
    seen = both.execute(told.format(half="public")).fetchone()
    assert seen == both.execute(told.format(half="internal")).fetchone()
    assert seen is not None
    assert seen[1] == 8


def test_two_towns_of_two_homes_are_never_alone_but_where_the_county_printed_them(
    both: duckdb.DuckDBPyConnection,
) -> None:
    """Jüchen and Rommerskirchen. On 15.08.2021 the county printed 8 and 0 for them."""
    alone = """select reference_date::varchar, region_name, vacant_places
        from public.vacancy_by_region where vacant_places is not null and places < 160
        order by all"""
    assert both.execute(alone).fetchall() == [
        ("2021-08-15", "Jüchen, Stadt", 8),
        ("2021-08-15", "Rommerskirchen", 0),
    ]
    together = f"""select count(*), count(vacant_places), min(offers_count), max(region_name)
        from public.vacancy_by_region where region_level = '{LEVEL}'"""
    name = "Jüchen und Rommerskirchen zusammen"
    assert both.execute(together).fetchone() == (11, 11, 4, name)


def test_no_figure_rests_on_fewer_than_three_homes(both: duckdb.DuckDBPyConnection) -> None:
    """Asked of the workbook itself, not of the rule: staff by municipality and year."""
    few = both.execute(
        f"""select count(*) from public.staffing_by_region as seen
            where seen.region_level = 'Gemeinde' and seen.care_fte is not null and (
                select count(distinct home.site_id) from internal.staffing_by_offer as home
                where home.reference_date = seen.reference_date
                and home.municipality_code = seen.region_code and home.care_fte is not null
            ) < {FEWEST_HOMES}"""
    ).fetchone()
    assert few == (0,)


def test_nothing_small_is_shown_as_a_number(both: duckdb.DuckDBPyConnection) -> None:
    """None to four places are a band, but for the two sums that the county printed."""
    small = both.execute(
        """select reference_date::varchar, region_code, region_level, vacant_places
            from public.vacancy_by_region
            where least(vacant_places, unusable_places, unusable_staff_places,
                unusable_infection_places, reported_free_places) < 5 order by all"""
    ).fetchall()
    assert small == [
        ("2021-08-15", "05162016", "Gemeinde", 1),
        ("2021-08-15", "05162016", "Planungseinheit", 1),
        ("2021-08-15", "05162028", "Gemeinde", 0),
    ]


def test_the_parameter_of_the_rule_is_in_no_public_file(installation: Settings) -> None:
    public = versions.current(installation) / "public"
    assert "dominance" not in (public / "manifest.json").read_text(encoding="utf-8")
