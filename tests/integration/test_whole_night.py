"""All floors in one process, without Airflow: from files in the sources' formats to the marts.

The figures are the published ones; ``sample/figures`` names the document of each.
"""

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from nights import ask, ask_warehouse, built_without_tests, manifest_of, processed, rebuilt
from shared_night import FirstNight

from kreishaus.datasets import REGISTRY
from kreishaus.settings import Settings
from pipeline.steps import fetch_new, process_file
from warehouse import versions
from warehouse.build import NOT_NIGHTLY, dbt, target
from warehouse.manifest import Manifest
from warehouse.nodes import read_nodes, write_nodes

REPOSITORY = Path(__file__).resolve().parents[2]
KREISHAUS = str(Path(sys.executable).with_name("kreishaus"))
FIGURES = REPOSITORY / "sample" / "figures"


@pytest.fixture(scope="module")
def first(first_night: FirstNight) -> Manifest:
    assert list(first_night.installation.quarantine.rglob("reason.txt")) == []
    return first_night.manifest


def printed(name: str) -> list[dict[str, str]]:
    """A file of figures as printed, without its leading comment lines."""
    lines = (FIGURES / name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader((line for line in lines if line[:1] != "#"), delimiter=";"))


def test_every_mart_is_published_and_none_is_at_fault(
    installation: Settings, first: Manifest
) -> None:
    assert first.faults == {}
    empty = ["demand_forecast_change", "revisions"]  # a first night has nothing to compare with
    assert [mart.name for mart in first.marts if not mart.rows] == empty
    # No table over several months is among the sample.
    of_sample = {entry.name for entry in REGISTRY} - {"hkl_cumulative"}
    assert {source["dataset"] for source in first.sources} == of_sample
    for mart in first.marts:
        assert (
            versions.parquet(versions.current(installation), "internal") / f"{mart.name}.parquet"
        ).exists()


@pytest.fixture(scope="module")
def said_by_dbt(installation: Settings) -> list[dict[str, Any]]:
    """Every event of one dbt that reads the whole project and runs its unit tests."""
    only = ("--select", "test_type:unit")
    done = dbt(installation, "--log-format", "json", "test", "--no-partial-parse", *only)
    assert done.returncode == 0, done.stdout
    return [json.loads(line)["info"] for line in done.stdout.splitlines() if line.startswith("{")]


def test_the_formulas_hold_in_dbts_own_unit_tests(said_by_dbt: list[dict[str, Any]]) -> None:
    (total,) = [event["msg"] for event in said_by_dbt if "PASS=" in event["msg"]]
    assert "WARN=0 ERROR=0 SKIP=0" in total
    assert "PASS=0 " not in total


def test_dbt_has_nothing_to_complain_of(said_by_dbt: list[dict[str, Any]]) -> None:
    assert [event["msg"] for event in said_by_dbt if event["level"] == "warn"] == []
    assert NOT_NIGHTLY == ("--exclude-resource-type", "unit_test")


def test_each_layer_is_made_from_those_before_it(installation: Settings, first: Manifest) -> None:
    """Also Airflow's graph needs it: it cannot draw two layers that lean on one another."""
    layers = ["seeds", "staging", "intermediate", "marts", "tests"]
    write_nodes(target(installation) / "manifest.json", installation.warehouse)
    nodes = {node.unique_id: node for node in read_nodes(installation.warehouse)}
    backwards = [
        f"{node.name} is made from {nodes[parent].name}"
        for node in nodes.values()
        for parent in node.parents
        if layers.index(nodes[parent].layer) > layers.index(node.layer)
    ]
    assert backwards == []
    assert len(nodes) > 100


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        pytest.param(
            "select vacant_places from vacancy_by_region where reference_date = '2021-08-15' "
            "and region_level = 'Kreis' and offer_type_code = 'vollstationaer'",
            [(217,)],
            id="vacant places 15.08.2021",
        ),
        pytest.param(
            "select region_name, vacant_places from vacancy_by_region "
            "where reference_date = '2021-08-15' and region_level = 'Gemeinde' "
            "and offer_type_code = 'vollstationaer' order by region_code",
            [
                ("Dormagen, Stadt", 17),
                ("Grevenbroich, Stadt", 51),
                ("Jüchen, Stadt", 8),
                ("Kaarst, Stadt", 1),
                ("Korschenbroich, Stadt", 34),
                ("Meerbusch, Stadt", 78),
                ("Neuss, Stadt", 28),
                ("Rommerskirchen", 0),
            ],
            id="vacant places by municipality",
        ),
        pytest.param(
            "select mean_vacant_places from vacancy_average where region_level = 'Kreis' "
            "and offer_type_code = 'vollstationaer' and date_set_code = 'unflagged_dates'",
            [(199.9,)],
            id="mean of the ten unflagged dates",
        ),
        pytest.param(
            "select round(care_fte, 6), round(skilled_share, 9), places from staffing_by_region "
            "where reference_year = 2021 and region_level = 'Kreis'",
            [(1602.0, 0.55, 3975)],
            id="staffing 2021",
        ),
        pytest.param(
            "select status_group_code, persons from refugees_by_status "
            "where reference_date = '2021-09-30' and status_group_code <> 'family' order by 2",
            [("pending", 859), ("tolerated", 1403), ("recognised", 7458), ("total", 9720)],
            id="refugees 30.09.2021",
        ),
        pytest.param(
            "select comparison_code, compared_reference_date::varchar, change_persons "
            "from refugees_comparison where reference_date = '2021-09-30' "
            "and status_code = 'total' and margin = 'total' order by 2",
            [  # printed: 9,720; 9,212, 10,045, 9,949 and 9,601 before
                ("first", "2017-06-30", 508),
                ("two_years_before", "2019-09-30", -325),
                ("year_before", "2020-09-30", -229),
                ("previous", "2021-06-30", 119),
            ],
            id="refugees 30.09.2021 compared",
        ),
        pytest.param(
            "select compared_reference_date::varchar, change_persons from refugees_comparison "
            "where reference_date = '2020-09-30' and comparison_code = 'two_years_before' "
            "and status_code = 'pending' and margin = 'total'",
            [("2018-08-31", 1254 - 1823)],
            id="two years before 30.09.2020 is 31.08.2018",
        ),
        pytest.param(
            "select comparison_code, value_count, compared_count from asylum_comparison "
            "where reference_month = '2021-09-01' and origin_code = 'total' "
            "and measure = 'applications_total' order by 1",
            [  # from January on: nine printed months of 2021, and of 2020
                ("month_before", 18206, 13961),
                ("same_month_year_before", 18206, 10576),
                (
                    "year_to_date",
                    14448 + 13533 + 11756 + 9315 + 9228 + 11699 + 13843 + 13961 + 18206,
                    14187 + 11928 + 8069 + 5695 + 4329 + 5576 + 8865 + 8424 + 10576,
                ),
            ],
            id="applications of September 2021 compared",
        ),
        pytest.param(
            "select origin_code, value_count, compared_count from asylum_comparison "
            "where reference_month = '2021-09-01' and comparison_code = 'same_month_year_before' "
            "and measure = 'applications_first' and origin_code in ('475', '423') order by 1",
            [("423", 2434, 1202), ("475", 3911, 3543)],
            id="first applications of two countries compared",
        ),
        pytest.param(
            "select prospects_set, is_stated, applications_first from "
            "asylum_by_country_set_monthly where reference_month in ('2019-06-01', '2021-09-01') "
            "and prospects_set = 'residence' order by reference_month",
            [("residence", False, None), ("residence", True, 3911 + 357 + 204)],
            id="countries with good prospects: not stated in 2019, three in 2021",
        ),
        pytest.param(
            "select pending_change_persons, national_pending_count, national_applications_count "
            "from refugees_county_and_nation where reference_date = '2021-09-30'",
            [(859 - 901, 84247, 13843 + 13961 + 18206)],
            id="county beside Germany, September 2021",
        ),
        pytest.param(
            "select span_months_count, national_applications_count "
            "from refugees_county_and_nation where reference_date = '2018-08-31'",
            [(2, 15199 + 15122)],
            id="two months lie between June and August 2018",
        ),
        pytest.param(
            "select origin_code, pending_persons from pending_by_country "
            "where reference_date = '2021-09-30' order by 1",
            [
                ("224", 13),
                ("273", 33),
                ("423", 112),
                ("438", 133),
                ("439", 81),
                ("475", 162),
                ("other", 859 - (13 + 33 + 112 + 133 + 81 + 162)),
                ("total", 859),
            ],
            id="pending by country",
        ),
        pytest.param(
            "select region_code, positions_by_halves_fte::varchar, positions_whole_fte::varchar "
            "from case_management_allocation where reference_date = '2021-03-31' order by 1",
            [  # 7 x 8,143 / 59,901 = 0.95, 0.87, 0.18, 0.44, 0.24, 0.87, 3.33, 0.11
                ("05162004", "1.0", "1.0"),
                ("05162008", "1.0", "1.0"),
                ("05162012", "0.0", "0.0"),
                ("05162016", "0.5", "1.0"),
                ("05162020", "0.0", "0.0"),
                ("05162022", "1.0", "1.0"),
                ("05162024", "3.5", "3.0"),
                ("05162028", "0.0", "0.0"),
            ],
            id="seven positions of case management (sample numbers)",
        ),
        pytest.param(
            "select applications_total, decisions_total, pending_total, applications_first "
            "from asylum_national_monthly where reference_month = '2021-09-01'",
            [(18206, 11972, 84247, 13849)],
            id="BAMF September 2021",
        ),
        pytest.param(
            "select applications_first from asylum_by_country_monthly "
            "where reference_month = '2021-09-01' and ls_code = '475'",
            [(3911,)],
            id="first applications from Syria",
        ),
        pytest.param(
            "select recipients_persons, full_inpatient_persons, places "
            "from care_statistics_by_kreis where region_code = '05162' and reference_year = 2023",
            [(33302, 3814, 4484)],
            id="care statistics of the pilot county",
        ),
        pytest.param(
            "select reference_year, full_inpatient_persons, permanent_inpatient_persons, "
            "allowance_persons from care_statistics_by_kreis where region_code = '05' order by 1",
            [
                (2017, 169616, 163548, 417328),
                (2019, 169128, 163711, 521575),
                (2021, 167094, 161800, 655254),
                (2023, 169213, 164126, 818023),
            ],
            id="four surveys of the Land",
        ),
        pytest.param(
            "select dataset_id, reference_date::varchar from dim_reference_date "
            "where dataset_id in ('it_nrw/population_projection', "
            "'it_nrw/population_municipalities_by_age') "
            "order by dataset_id",
            [
                ("it_nrw/population_municipalities_by_age", "2022-12-31"),
                ("it_nrw/population_projection", "2024-12-31"),
            ],
            id="a projection is dated by the day it starts from",
        ),
        pytest.param(
            "select count(*) from dim_region where valid_from > '2024-12-31'",
            [(0,)],
            id="no region begins in years that are only projected",
        ),
        pytest.param(
            "select sum(planned_places) from planned_offers where region_level = 'Gemeinde' "
            "and offer_type_code = 'vollstationaer'",
            [(120,)],
            id="planned full in-patient places",
        ),
        pytest.param(
            "select sites_count, places, embedded_short_term_places, fixed_short_term_places "
            "from supply_overview where reference_date = '2021-11-01' "
            "and region_level = 'Kreis' and offer_type_code = 'vollstationaer'",
            [(46, 3975, 261, 35)],
            id="supply 01.11.2021",
        ),
        pytest.param(
            "select from_year, to_year, homes_with_complaints_count, homes_count "
            "from complaints order by to_year, from_year desc",
            [(2019, 2019, 16, 46), (2020, 2020, 20, 46), (2019, 2020, 21, 46)],
            id="homes with complaints",
        ),
        pytest.param(
            "select reference_date::varchar, vacant_places, change_to_previous_places, "
            "change_to_year_before_places from vacancy_by_region "
            "where basis = 'published_total' order by 1",
            # 228 - 217 and 228 - 349, 222 - 228 and again 222 - 228.
            [("2022-02-15", 228, 11, -121), ("2023-02-15", 222, -6, -6)],
            id="vacant places published without offers",
        ),
        pytest.param(
            "select distinct region_code, municipalities, forecast_balance_places, "
            "is_composition_of_target_year from vacancy_against_forecast where target_year = 2022 "
            "and region_code in ('south', '05162') order by 3",
            [
                ("05162", "05162", -267, True),
                ("south", "05162004, 05162008, 05162012, 05162028", -3, False),
                ("south", "05162008, 05162012, 05162028", 91, True),
            ],
            id="forecast for 2022, South with Dormagen and without",
        ),
        pytest.param(
            "select observed_reference_date::varchar, vacant_above_forecast_places "
            "from vacancy_against_forecast where target_year = 2022 and region_code = '05162' "
            "order by 1",
            # 228 + 267 and 222 + 267.
            [("2022-02-15", 495), ("2023-02-15", 489)],
            id="forecast of a shortage against places that stood empty",
        ),
        pytest.param(
            "select ratio_set_code, round(required_fte, 2), round(required_fte, 4), "
            "round(change_to_replaced_set_fte, 4) from staffing_requirement "
            "where region_level = 'Musterhaus' and qualification_code = 'total' "
            "and care_grade_code = 'total' order by 1",
            # 35.4495 - 28.524513; the difference of the rounded 35.45 and 28.52 is 6.93.
            [("nrw_old", 28.52, 28.5245, None), ("sgb_xi_113c", 35.45, 35.4495, 6.925)],
            id="the printed example home",
        ),
        pytest.param(
            "select qualification_code, round(required_fte, 4), round(qualification_share, 2), "
            "minimum_skilled_share, is_in_force from staffing_requirement "
            "where region_level = 'Musterhaus' and ratio_set_code = 'sgb_xi_113c' "
            "and care_grade_code = 'total' and qualification_code <> 'total' order by 1",
            # 15 x (0.0770 + 0.1037 + 0.1551 + 0.2463) + 20 x 0.3842 = 16.4155, 46 % of 35.4495.
            [
                ("assistant", 7.793, 0.22, None, False),
                ("helper", 11.241, 0.32, None, False),
                ("skilled", 16.4155, 0.46, 0.5, False),
            ],
            id="the example home by qualification",
        ),
        pytest.param(
            "select inspection_kind, inspection_area_code, done_count, change_done_count "
            "from inspection_activity where region_level = 'Kreis' and from_year = 2020 "
            "and to_year = 2020 and inspection_area_code in "
            "('care_home', 'integration_assistance') order by 1, 2",
            [
                ("Anlassprüfung", "care_home", 32, 13),
                ("Anlassprüfung", "integration_assistance", 0, -1),
                ("Corona-Kontrolle", "care_home", 38, 38),
                ("Regelprüfung", "care_home", 22, -8),
                ("Regelprüfung", "integration_assistance", 16, -9),
            ],
            id="inspections of 2020 against 2019",
        ),
        pytest.param(
            "select sum(planned_count), sum(planned_done_count), sum(planned_not_done_count), "
            "sum(change_planned_count) from inspection_activity where region_level = 'Kreis' "
            "and from_year = 2020 and to_year = 2020 and inspection_kind = 'Regelprüfung'",
            # As printed 62, 43, 19; of 2019 60 are printed.
            [(62, 43, 19, 2)],
            id="planned inspections of 2020",
        ),
        pytest.param(
            "select from_year, to_year, sum(not_held_count) from inspections_not_held "
            "where region_level = 'Kreis' group by all order by 1 desc, 2",
            [(2020, 2020, 19), (2019, 2020, 19)],
            id="inspections not held, over all reasons",
        ),
        pytest.param(
            "select change_homes_with_complaints_count from complaints order by to_year, from_year",
            # 2019 has no year before, 2019 and 2020 no two years before; 20 - 16.
            [(None,), (None,), (4,)],
            id="more homes with complaints than the year before",
        ),
        pytest.param(
            "select distinct basis, required_lightest_mix_fte < required_fte, "
            "required_heaviest_mix_fte > required_fte from staffing_requirement "
            "where region_level = 'Kreis' and reference_date = '2021-08-15' "
            "and care_grade_code = 'total' and qualification_code = 'total'",
            [("reported_and_county_mix", True, True)],
            id="the county's mix stands in for homes without care grades",
        ),
        pytest.param(
            "select sum(vacant_places), count(*) from vacancy_by_offer "
            "where reference_date = '2021-08-15'",
            [(217, 49)],
            id="vacancy by offer makes the county's",
        ),
        pytest.param(
            "select distinct care_kind_code, round(observed_to_expected, 2) from demand_forecast "
            "where region_code = '05162' order by 2",
            [("home_care", 0.59), ("full_inpatient", 0.86), ("allowance", 1.02)],
            id="observed against expected from the Land's rates",
        ),
    ],
)
def test_published_figures_come_out_of_the_pipe(
    installation: Settings, first: Manifest, sql: str, expected: list[tuple[Any, ...]]
) -> None:
    assert ask(installation, sql) == expected


def german(number: str) -> float | None:
    return float(number.replace(",", ".")) if number else None


def test_each_row_of_the_example_home_as_printed(installation: Settings, first: Manifest) -> None:
    """Both printed tables of the example home, by care grade and in total."""
    found = {
        (ratio_set, qualification, grade): (per_fte, per_resident, residents, fte)
        for ratio_set, qualification, grade, per_fte, per_resident, residents, fte in ask(
            installation,
            "select ratio_set_code, qualification_code, care_grade_code, "
            "stated_residents_per_fte, round(fte_per_resident, 4), reported_persons, "
            "required_fte from staffing_requirement where region_level = 'Musterhaus'",
        )
    }
    for row in printed("wtg/staffing_ratio_old.csv"):
        grade = row["Pflegegrad"].replace("Gesamt", "total")
        per_fte, _, residents, fte = found["nrw_old", "total", grade]
        assert per_fte == german(row["Personalschlüssel (Bewohner je Vollzeitkraft)"])
        assert residents == int(row["Bewohner Musterhaus"])
        assert round(fte, 2) == german(row["Notwendiger Personalbedarf"])
    columns = {
        "helper": "Pflegehilfskräfte ohne Ausbildung",
        "assistant": "Pflegehilfskräfte mit einjähriger Ausbildung",
        "skilled": "Pflegefachkräfte mit dreijähriger Ausbildung",
        "total": "Gesamtbedarf pro Bewohner",
    }
    for row in printed("wtg/staffing_ratio_pebem.csv"):
        grade = row["Pflegegrad"].replace("Gesamt", "total")
        for qualification, column in columns.items():
            assert found["sgb_xi_113c", qualification, grade][1] == german(row[column])
        needed = found["sgb_xi_113c", "total", grade][3]
        assert round(needed, 4) == german(row["Gesamtbedarf Musterhaus"])


def test_53_kreise_sum_to_the_land(installation: Settings, first: Manifest) -> None:
    measures = (
        "recipients_persons",
        "full_inpatient_persons",
        "home_care_persons",
        "allowance_persons",
        "places",
        "permanent_places",
    )
    sums = ", ".join(f"sum({measure})" for measure in measures)
    of_kreise = ask(
        installation,
        f"select {sums}, count(*) from care_statistics_by_kreis "
        "where region_level = 'Kreis' and reference_year = 2023",
    )
    of_land = ask(
        installation,
        f"select {', '.join(measures)}, 53 from care_statistics_by_kreis "
        "where region_level = 'Land' and reference_year = 2023",
    )
    assert of_kreise == of_land


def test_every_vacancy_date_as_printed(installation: Settings, first: Manifest) -> None:
    expected = {
        row["Stichtag"]: int(row["nicht belegte Pflegeplätze"])
        for row in printed("wtg/vacancies_by_key_date.csv")
    }
    found = dict(
        ask(
            installation,
            "select reference_date::varchar, vacant_places from vacancy_by_region "
            "where region_level = 'Kreis' and vacant_places is not null "
            "and offer_type_code = 'vollstationaer' and basis = 'offer_level'",
        )
    )
    assert found == expected
    assert len(found) == 11


def test_every_year_of_staffing_as_printed(installation: Settings, first: Manifest) -> None:
    expected = [
        (
            int(row["Jahr"]),
            float(row["Pflegekräfte in VK gesamt"]),
            int(row["Fachkraftquote kreisweit in %"]) / 100,
            int(row["Pflegeplätze kreisweit"]),
        )
        for row in printed("wtg/staffing_by_year.csv")
    ]
    found = ask(
        installation,
        "select reference_year, round(care_fte, 6), round(skilled_share, 9), places "
        "from staffing_by_region where region_level = 'Kreis' order by 1",
    )
    assert found == expected
    assert len(found) == 11


def test_every_cell_of_the_cross_table_as_printed(installation: Settings, first: Manifest) -> None:
    rows = printed("azr/crosstable_2021-09-30.csv")
    groups = list(rows[0])[1:]
    expected = [[int(row[group]) for group in groups] for row in rows]
    cells = ask(
        installation,
        "select line_number, persons from refugees_crosstable "
        "where reference_date = '2021-09-30' "
        "order by line_number, margin = 'age', margin = 'total', sort_order",
    )
    found: dict[int, list[int]] = {}
    for line, persons in cells:
        found.setdefault(line, []).append(persons)
    assert list(found.values()) == expected
    assert (len(expected), len(groups)) == (23, 14)


MONTHS = {"Mrz": 3, "Jun": 6, "Aug": 8, "Sep": 9, "Dez": 12}


def test_all_18_dates_of_the_series_as_printed(installation: Settings, first: Manifest) -> None:
    codes = ["recognised", "pending", "tolerated", "total", "family"]
    expected = {
        (f"20{label[-2:]}", MONTHS[label[:3]], code): int(value.replace(".", ""))
        for code, row in zip(codes, printed("azr/series.csv"), strict=True)
        for label, value in list(row.items())[1:]
    }
    found = {
        (year, month, code): persons
        for year, month, code, persons in ask(
            installation,
            "select year(reference_date)::varchar, month(reference_date), "
            "status_group_code, persons from refugees_by_status",
        )
    }
    assert found == expected
    assert len(expected) == 18 * 5
    dates = ask(
        installation,
        "select distinct reference_date::varchar from refugees_by_status "
        "where year(reference_date) = 2018 order by 1",
    )
    assert ("2018-08-31",) in dates
    assert ("2018-09-30",) not in dates


def test_52_months_of_asylum_figures_without_a_gap(installation: Settings, first: Manifest) -> None:
    ((months, oldest, newest),) = ask(
        installation,
        "select count(*), min(reference_month)::varchar, max(reference_month)::varchar "
        "from asylum_national_monthly",
    )
    assert (months, oldest, newest) == (52, "2017-06-01", "2021-09-01")
    assert (
        ask(
            installation,
            "select reference_month from asylum_national_monthly as national "
            "join asylum_by_country_monthly using (reference_month) "
            "group by all having sum(asylum_by_country_monthly.applications_total) "
            "<> any_value(national.applications_total)",
        )
        == []
    )


def test_the_command_line_answers_from_the_published_marts(
    installation: Settings, first: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KREISHAUS_HOME", str(installation.home))
    asked = subprocess.run(
        [
            KREISHAUS,
            "query",
            "--format",
            "csv",
            "select vacant_places from vacancy_by_region where vacant_places = 217",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert asked.stdout == "vacant_places\n217\n"
    wrong = subprocess.run(
        [KREISHAUS, "query", "select x from vacancy_by_region"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert wrong.returncode == 1
    assert "vacant_places" in wrong.stderr or "not found" in wrong.stderr
    shown = subprocess.run(
        [KREISHAUS, "status", "--format", "json"], capture_output=True, text=True, check=True
    )
    status = {entry["dataset"]: entry for entry in json.loads(shown.stdout)["datasets"]}
    assert status["bamf/hkl"]["newest_reference"] == "2021-09-01"
    assert status["wtg/stichtag"]["files_staged"] == 24


def hashes(manifest: Manifest) -> dict[str, str]:
    return {mart.name: mart.content_hash for mart in manifest.marts}


def test_a_second_night_lands_and_stages_nothing(installation: Settings, first: Manifest) -> None:
    """That another build of the same files is published the same is seen in the next test."""
    staged = sorted(installation.staged.rglob("*"))
    visits = [fetch_new(entry.id, installation, "second") for entry in REGISTRY]
    assert [file for visit in visits for file in (*visit.new, *visit.pending)] == []
    assert sorted(installation.staged.rglob("*")) == staged


def test_one_digit_and_one_cell_wrong(installation: Settings, first: Manifest) -> None:
    """Each file is put aside with place, row, rule, expected and found; the rest goes on."""
    pdf = next((installation.sample / "http").rglob("*bestandsstatistik-september-2021.pdf"))
    workbook = installation.drop_folder("wtg") / "WTG_Stichtag_2021-08-15.xlsx"
    originals = {path: path.read_bytes() for path in (pdf, workbook)}
    pdf.write_bytes(originals[pdf].replace(b"(3.911) Tj", b"(3.912) Tj", 1))
    change_first_number(workbook, "Belegung", "plaetze_nicht_belegt")
    before = ask(installation, "select * from vacancy_by_region order by all")
    visits = [fetch_new(entry.id, installation, "third") for entry in REGISTRY]
    outcomes = processed(installation, [file for visit in visits for file in visit.pending])
    built_without_tests(installation, "third")
    third = manifest_of(versions.current(installation))

    reasons = {outcome.landed.dataset_id: outcome.explanation for outcome in outcomes}
    assert {outcome.status for outcome in outcomes} == {"quarantined"}
    assert set(reasons) == {"bamf/hkl", "wtg/stichtag"}
    for told in ("page or sheet 5", "Syrien", "4,015", "4,014"):
        assert told in reasons["bamf/hkl"]
    for told in ("sheet Belegung", "row", "expected", "found"):
        assert told in reasons["wtg/stichtag"]
    assert third.faults == {}
    assert ask(installation, "select * from vacancy_by_region order by all") == before
    changed = {name for name, found in hashes(third).items() if found != hashes(first)[name]}
    assert changed == {"data_quality", "freshness"}
    assert ask(
        installation,
        "select distinct dataset_id from data_quality "
        "where batch_outcome = 'quarantined' order by 1",
    ) == [("bamf/hkl",), ("wtg/stichtag",)]

    for path, content in originals.items():
        path.write_bytes(content)
    assert [
        file for entry in REGISTRY for file in fetch_new(entry.id, installation, "fourth").pending
    ] == []


def test_a_list_in_another_order_is_no_fault(installation: Settings, tmp_path: Path) -> None:
    """Other bytes, the same cells: a version without a difference, by the tests of the models."""
    counties = tmp_path / "counties"
    shutil.copytree(REPOSITORY / "counties", counties)
    saved = counties / installation.county.ags / "council_decisions.csv"
    head, first, *others = saved.read_bytes().splitlines(keepends=True)
    saved.write_bytes(b"".join([head, *others, first]))
    elsewhere = installation.model_copy(update={"counties": counties})
    (landed,) = fetch_new("county/lists", elsewhere, "saved again").pending
    assert process_file(landed, elsewhere).status == "staged"
    rebuilt(elsewhere, "+revisions", "--indirect-selection", "cautious")
    assert ask_warehouse(
        elsewhere,
        "select change_kind, table_name from marts.revisions where dataset_id = 'county/lists'",
    ) == [("reissued", None)]


def change_first_number(path: Path, sheet_name: str, column: str) -> None:
    import openpyxl

    book = openpyxl.load_workbook(path)
    for row in book[sheet_name].iter_rows():
        for header in row:
            if header.value == column:
                cell = book[sheet_name].cell(header.row + 1, header.column)
                cell.value = int(str(cell.value)) + 1
                book.save(path)
                return
    raise AssertionError(f"no column {column} in {sheet_name}")
