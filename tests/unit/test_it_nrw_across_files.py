"""What must hold between two files of official statistics: the data tests of dbt, run alone."""

from pathlib import Path

import duckdb
import pytest
from jinja2 import Environment

TESTS = Path(__file__).parents[2] / "dbt_project" / "tests"
DATE = "date '2022-12-31'"


def run(name: str, tables: dict[str, str]) -> list[tuple[object, ...]]:
    """The rows that a data test finds, over these tables (name -> query)."""
    jinja = Environment()
    sql = jinja.from_string((TESTS / f"{name}.sql").read_text("utf-8")).render(
        config=lambda **_: "",
        ref=str,
        source=lambda _, table: table,
        county_ags=lambda: "'05162'",
        known_by_as_of=lambda *_: "true",
    )
    with duckdb.connect() as connection:
        for table, query in tables.items():
            connection.execute(f"create table {table} as {query}")
        return connection.execute(sql).fetchall()


def population(municipalities: str, county: str) -> dict[str, str]:
    return {
        "stg_it_nrw__population_municipalities": "select * from (values "
        f"{municipalities}) as t (reference_date, region_code, sex_code, value)",
        "stg_it_nrw__population_by_age": "select *, null as age_from from (values "
        f"{county}) as t (reference_date, region_code, sex_code, nationality_code, value)",
    }


COUNTY = f"({DATE}, '05162', 'total', 'total', 3), ({DATE}, '05', 'total', 'total', 9)"


@pytest.mark.parametrize(("second", "differs"), [(2, False), (1, True)])
def test_municipalities_are_the_county(second, differs):
    municipalities = (
        f"({DATE}, '05162004', 'total', 1), ({DATE}, '05162008', 'total', {second}),"
        f"({DATE}, '05162008', 'male', 1), ({DATE}, '05158004', 'total', 7)"
    )
    found = run("municipalities_sum_to_county", population(municipalities, COUNTY))
    assert (len(found) == 1) is differs


def test_two_dates_are_not_compared():
    municipalities = "(date '2021-12-31', '05162004', 'total', 1)"
    assert run("municipalities_sum_to_county", population(municipalities, COUNTY)) == []


def test_a_figure_that_is_not_published_makes_no_difference():
    municipalities = f"({DATE}, '05162004', 'total', 1), ({DATE}, '05162008', 'total', null)"
    assert run("municipalities_sum_to_county", population(municipalities, COUNTY)) == []


@pytest.mark.parametrize(("residents", "found"), [(4484, 0), (4485, 1), ("null", 0)])
def test_residents_have_places(residents, found):
    table = (
        "select 2023 as reference_year, '05162' as region_code, 'Rhein-Kreis Neuss' as "
        f"region_name, {residents} as full_inpatient_persons, 4484 as places"
    )
    assert len(run("residents_not_above_places", {"care_statistics_by_kreis": table})) == found


@pytest.mark.parametrize(("today", "found"), [("2019, 2023", []), ("2023", [("care_homes", 2019)])])
def test_a_date_that_a_newer_file_lost_is_named(today, found):
    names = (
        *("care_recipients", "care_homes", "care_staff", "care_recipients_by_age"),
        *("population_by_age", "population_municipalities"),
        *("population_municipalities_by_age", "population_projection"),
    )
    tables = {}
    for name in names:
        ever, now = ("2019, 2023", today) if name == "care_homes" else ("2023", "2023")
        columns = "make_date(year, 12, 15) as reference_date, null as retrieved_at, null as x"
        tables[f"{name}_cells"] = f"select {columns} from unnest([{ever}]) as t (year)"
        tables[f"stg_it_nrw__{name}"] = f"select {columns} from unnest([{now}]) as t (year)"
    rows = run("official_dates_do_not_vanish", tables)
    assert [(name, day.year) for name, day in rows] == found
