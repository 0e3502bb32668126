"""The care forecast, from the offices' files to the mart: what must hold whatever the numbers are.

Only the tables of official statistics are loaded: the supply is that of the care statistics.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as example_settings
from hypothesis import strategies as st
from nights import built_without_tests, in_warehouse, rebuilt

from kreishaus.settings import Settings
from warehouse import build as dbt_build
from warehouse import versions
from warehouse.query import query

COMPILED = "compiled/kreishaus/models"
KEY = "scenario, region_level, region_code, care_kind_code, reference_year"
FORECAST = """select need_places, parameter_fingerprint from demand_forecast
    where region_code = '05162' and reference_year = 2030 and scenario = 'base'
    and care_kind_code = 'full_inpatient'"""
CHANGE = """select * from demand_forecast_change
    where region_code = '05162' and reference_year = 2030 and scenario = 'base'"""
COMPARED_WITH = ("source:kreishaus.forecasts_published+", "source:kreishaus.rates_published+")
"""What a build compares its forecast with, and all that is made from it."""
NEED = "int_demand_places__by_scenario+"
"""The need, and all that is made from it."""


class Copy:
    """A copy of the built warehouse: a figure can be changed and the forecast made again."""

    def __init__(self, installation: Settings, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        file = shutil.copyfile(
            installation.warehouse / versions.DATABASE, folder / versions.DATABASE
        )
        self.compiled = dbt_build.target(installation) / COMPILED
        self.connection = duckdb.connect(file)
        self.connection.execute("create schema before")
        for table in ("demand_population__by_year", "demand_supply__by_region"):
            self.connection.execute(
                f"create table before.int_{table} as from intermediate.int_{table}"
            )
        self.connection.execute("create table before.demand_forecast as from marts.demand_forecast")

    def reset(self) -> None:
        for table in ("demand_population__by_year", "demand_supply__by_region"):
            self.connection.execute(
                f"create or replace table intermediate.int_{table} as from before.int_{table}"
            )

    def make_again(self) -> None:
        for schema, folder, model in (
            ("intermediate", "intermediate/demand", "int_demand_expected__by_year"),
            ("marts", "marts/demand", "demand_forecast"),
        ):
            sql = (self.compiled / folder / f"{model}.sql").read_text()
            self.connection.execute(f"create or replace table {schema}.{model} as {sql}")

    def compared(self, condition: str) -> int:
        """How many rows, before and after, meet a condition."""
        found = self.connection.execute(
            f"select count(*) from before.demand_forecast as before "
            f"inner join marts.demand_forecast as after using ({KEY}) where {condition}"
        ).fetchone()
        assert found is not None
        return int(found[0])


@pytest.fixture(scope="module")
def copy(installation: Settings, tmp_path_factory: pytest.TempPathFactory) -> Copy:
    return Copy(installation, tmp_path_factory.mktemp("copy"))


def test_what_is_asked_of_all_kreise_is_there(installation: Settings) -> None:
    """53 Kreise, three kinds of care, every scenario and year; published sums of the Land."""
    sql = """select count(distinct region_code) as kreise, count(*) as rows
             from demand_forecast where region_level = 'Kreis'"""
    scenarios, kinds, years = 8, 3, 7
    assert query(installation, sql).to_pylist() == [
        {"kreise": 53, "rows": 53 * scenarios * kinds * years},
    ]
    sql = """select care_kind_code, round(sum(base_expected_persons)) as persons
             from demand_forecast
             where region_level = 'Kreis' and scenario = 'base' and reference_year = 2023
             group by 1 order by 1"""
    assert [tuple(row.values()) for row in query(installation, sql).to_pylist()] == [
        ("allowance", 818_023),
        ("full_inpatient", 169_213),
        ("home_care", 240_078),
    ]


def test_the_orientation_value_is_that_of_the_published_table(installation: Settings) -> None:
    """Viersen: 2,581 permanent places, as printed, and 21,711 people aged 80 and older.

    2,581 / 21,711 x 100 = 11.888; a place more per 100 of them is 21,711 / 100 = 217.
    """
    sql = """select round(places_per_100, 3) as places, round(sensitivity_places, 0) as sensitivity
             from demand_orientation where region_code = '05166' and reference_year = 2023
             and scenario = 'base'"""
    assert query(installation, sql).to_pylist() == [{"places": 11.888, "sensitivity": 217}]


@example_settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    age=st.sampled_from([0, 65, 70, 75, 80, 85, 90]),
    more=st.integers(min_value=1, max_value=50_000),
)
def test_more_people_never_need_fewer_places(copy: Copy, age: int, more: int) -> None:
    copy.reset()
    copy.connection.execute(
        "update intermediate.int_demand_population__by_year "
        f"set population_persons = population_persons + {more} where age_from = {age}"
    )
    copy.make_again()
    assert copy.compared("after.need_places < before.need_places") == 0
    assert copy.compared("after.need_places > before.need_places") > 53
    assert copy.compared("after.supply_places <> before.supply_places") == 0


@example_settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(places=st.integers(min_value=1, max_value=500))
def test_a_place_more_moves_the_balance_by_one(copy: Copy, places: int) -> None:
    copy.reset()
    copy.connection.execute(
        "update intermediate.int_demand_supply__by_region "
        f"set contracted_places = contracted_places + {places} where region_code = '05162'"
    )
    copy.make_again()
    moved = f"abs(after.balance_places - before.balance_places - {places}) < 1e-9"
    assert copy.compared(f"{moved} and region_code = '05162'") == 8 * 7
    assert copy.compared("after.balance_places <> before.balance_places") == 8 * 7


@dataclass(frozen=True)
class Lowered:
    """An installation with a changed parameter, built and published; the forecast before."""

    installation: Settings
    before: dict[str, float]


@pytest.fixture(scope="module")
def lowered(installation: Settings, tmp_path_factory: pytest.TempPathFactory) -> Lowered:
    """Occupancy 0.98 becomes 0.96, in the county's list."""
    counties = tmp_path_factory.mktemp("lowered") / "counties"
    shutil.copytree(installation.counties, counties)
    changed = installation.model_copy(update={"counties": counties})
    parameters = changed.county_folder / "demand_parameters.csv"
    written = parameters.read_text(encoding="utf-8")
    assert written.count("base,target_occupancy,0.98") == 1
    parameters.write_text(
        written.replace("base,target_occupancy,0.98", "base,target_occupancy,0.96"),
        encoding="utf-8",
    )
    (before,) = query(installation, FORECAST).to_pylist()
    built_without_tests(changed, "second")
    return Lowered(changed, before)


def test_a_changed_parameter_leaves_its_trace(lowered: Lowered) -> None:
    """The need grows by 98/96, and parameters are the only cause."""
    before, (after,) = lowered.before, query(lowered.installation, FORECAST).to_pylist()
    assert after["need_places"] == pytest.approx(before["need_places"] * 0.98 / 0.96)
    assert after["parameter_fingerprint"] != before["parameter_fingerprint"]
    (change,) = query(lowered.installation, CHANGE).to_pylist()
    assert change["earlier_parameter_fingerprint"] == before["parameter_fingerprint"]
    assert change["change_places"] == pytest.approx(before["need_places"] - after["need_places"])
    assert change["change_by_parameters_places"] == pytest.approx(change["change_places"])
    for cause in ("formula", "population", "rates", "supply"):
        assert change[f"change_by_{cause}_places"] == pytest.approx(0, abs=1e-6)

    # The next night changes nothing, and the last change stays in sight.
    rebuilt(lowered.installation, *COMPARED_WITH)
    (still,) = in_warehouse(lowered.installation, CHANGE)
    assert still["change_places"] == pytest.approx(change["change_places"])
    assert still["compared_slot"] == "earlier"


def test_a_changed_parameter_is_a_revision_of_the_countys_list(lowered: Lowered) -> None:
    sql = """select column_name, old_value, new_value from revisions
             where dataset_id = 'county/lists'"""
    changed = [tuple(row.values()) for row in query(lowered.installation, sql).to_pylist()]
    assert changed == [("value", "0.98", "0.96")]


def test_a_changed_formula_is_no_change_of_the_population(
    lowered: Lowered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The need becomes 1.02 times what it was: all of the change is the formula's."""
    project = tmp_path / "dbt_project"
    shutil.copytree(dbt_build.PROJECT, project)
    macros = project / "macros" / "demand_formulas.sql"
    written = macros.read_text(encoding="utf-8")
    need = "({{ persons }} * (1 - {{ p }}.substitution_share) + {{ local_persons }})"
    assert written.count(need) == 1
    macros.write_text(written.replace(need, f"1.02 * {need}"), encoding="utf-8")
    (before,) = query(lowered.installation, FORECAST).to_pylist()
    monkeypatch.setattr(dbt_build, "PROJECT", project)

    rebuilt(lowered.installation, NEED, *COMPARED_WITH, "--exclude-resource-type", "test")
    (after,), (change,) = (in_warehouse(lowered.installation, sql) for sql in (FORECAST, CHANGE))
    assert after["need_places"] == pytest.approx(before["need_places"] * 1.02)
    assert change["change_places"] == pytest.approx(-0.02 * before["need_places"])
    assert change["change_by_formula_places"] == pytest.approx(change["change_places"])
    for cause in ("population", "rates", "supply", "parameters"):
        assert change[f"change_by_{cause}_places"] == pytest.approx(0, abs=1e-6)
