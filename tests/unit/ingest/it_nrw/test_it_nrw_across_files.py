"""What must hold between two files of official statistics: the data tests of dbt, run alone."""

from pathlib import Path

import duckdb
import pytest
from jinja2 import Environment

TESTS = Path(__file__).parents[4] / "dbt_project" / "tests"
DATE = "date '2022-12-31'"


def run(name: str, tables: dict[str, str]) -> list[tuple[object, ...]]:
    """The rows that a data test finds, over these tables (name -> query)."""
    jinja = Environment()
    sql = jinja.from_string((TESTS / f"{name}.sql").read_text("utf-8")).render(
        config=lambda **_: "",
        ref=str,
        source=lambda _, table: table,
        known_by_as_of=lambda *_: "true",
    )
    with duckdb.connect() as connection:
        own = {"int_counties__own": "select '05162' as county_ags"}
        for table, query in {**own, **tables}.items():
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


COLUMNS = "(reference_date, region_code, sex_code, age_from, value)"


@pytest.mark.parametrize(("value", "found"), [(154139, 0), (154138, 1), ("null", 0)])
def test_two_tables_count_the_same_people_of_a_municipality(value, found):
    by_age = f"({DATE}, '05162024', 'total', null, {value}), ({DATE}, '05162024', 'total', 75, 5)"
    by_sex = f"({DATE}, '05162024', 'total', null, 154139)"
    tables = {
        f"stg_it_nrw__population_municipalities{suffix}": (
            f"select * from (values {rows}) as t {COLUMNS}"
        )
        for suffix, rows in (("_by_age", by_age), ("", by_sex))
    }
    assert len(run("municipalities_by_age_have_their_totals", tables)) == found


@pytest.mark.parametrize(
    ("region", "second", "found"),
    [("05162008", 2, 0), ("05162008", 1, 1), ("05162008", "null", 0), ("05334002", 1, 1)],
)
def test_projected_municipalities_are_the_county(region, second, found):
    """Of a municipality that lies elsewhere nothing is summed: 1 is left for 3."""
    projection = (
        "select '2024-12-31' as base_date, 'base' as variant_code, 'total' as sex_code, "
        f"'Insgesamt' as age_label, {DATE} as reference_date, region_code, value from (values "
        f"('05162', 3), ('05162004', 1), ('{region}', {second}), ('05334', 9)"
        ") as t (region_code, value)"
    )
    rows = run(
        "projected_municipalities_sum_to_kreis", {"stg_it_nrw__population_projection": projection}
    )
    assert len(rows) == found


@pytest.mark.parametrize(
    ("kreise", "found"),
    [
        ("('05162', 'Kreis', 3), ('05111', 'Kreis', 4)", 0),
        ("('05162', 'Kreis', 3), ('05111', 'Kreis', 5)", 1),
        ("('05162', 'Kreis', 3), ('05111', 'Kreis', null)", 0),
    ],
)
def test_the_land_is_held_against_its_kreise_where_all_are_known(kreise, found):
    others = ("full_inpatient_persons", "allowance_persons", "home_care_persons", "places")
    table = (
        f"select 2023 as reference_year, *, {', '.join(f'null::int as {name}' for name in others)} "
        f"from (values ('05', 'Land', 7), {kreise}) as t (region_code, region_level, "
        "recipients_persons)"
    )
    assert len(run("care_statistics_sum_to_land", {"care_statistics_by_kreis": table})) == found


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
