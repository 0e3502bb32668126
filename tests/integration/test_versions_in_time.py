"""Two nights between which a month is reissued and a workbook corrected, and the time between them.

Night 1 takes in two months of the HKL table and two WTG workbooks. Before night 2 the office issues
September again (Syria: 30 first applications more; a row that was missing: Katar, 2) and an officer
corrects one number of places. Four builds look at it, side by side, each in a warehouse of its own:
the nightly one, and as of three moments.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from nights import ask, ask_warehouse, built_without_tests
from reissues import SEPTEMBER, as_issued, as_reissued, one_place_more

from kreishaus.settings import Settings
from pipeline.steps import fetch_new, process_file
from sample import bamf, wtg
from sample.server import serve
from warehouse import versions
from warehouse.as_of import AsOf, settings_as_of
from warehouse.build import target
from warehouse.marts import marts

KREISHAUS = str(Path(sys.executable).with_name("kreishaus"))
DATASETS = ("bamf/hkl", "wtg/stichtag")
LISTS = "county/lists"
AUGUST = date(2021, 8, 1)
SUPPLY = "WTG_Stichtag_2021-11-01.xlsx"
WORKBOOKS = (SUPPLY, "WTG_Stichtag_2021-08-15.xlsx")


@dataclass(frozen=True)
class Nights:
    """The installation after both nights, and a moment before the first, between them and after."""

    installation: Settings
    before: Settings
    between: AsOf
    afterwards: Settings
    home: str
    corrected: tuple[str, int]


def night(settings: Settings, run_id: str) -> None:
    for dataset_id in (LISTS, *DATASETS):
        for landed in fetch_new(dataset_id, settings, run_id).pending:
            outcome = process_file(landed, settings)
            assert outcome.status == "staged", outcome.explanation


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    settings = Settings(home=tmp_path_factory.mktemp("installation") / "var")
    site = settings.sample / "http" / "bamf"
    for month in (AUGUST, SEPTEMBER):
        path = site / bamf.pdf_path(month)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bamf.pdf(as_issued(month)))
    page = site / bamf.LANDING_PAGE
    page.parent.mkdir(parents=True)
    page.write_text(bamf.landing_page([AUGUST, SEPTEMBER]), encoding="utf-8")
    wtg.write(settings.sample)
    for workbook in settings.drop_folder("wtg").iterdir():
        if workbook.name not in WORKBOOKS:
            workbook.unlink()
    with serve(settings.sample / "http") as server:
        installation = settings.model_copy(update={"sample_url": server.url})
        before = AsOf(datetime.now(UTC).isoformat())
        night(installation, "night 1")
        between = AsOf(datetime.now(UTC).isoformat())
        (site / bamf.pdf_path(SEPTEMBER)).write_bytes(bamf.pdf(as_reissued()))
        corrected = one_place_more(installation.drop_folder("wtg") / SUPPLY)
        night(installation, "night 2")
        afterwards = AsOf(datetime.now(UTC).isoformat())
    home = str(installation.home)
    with ThreadPoolExecutor(2) as two_at_a_time:
        builds = [
            two_at_a_time.submit(kreishaus, home, "build", "--as-of", between.moment),
            two_at_a_time.submit(built_without_tests, installation, "night"),
            two_at_a_time.submit(
                built_without_tests, settings_as_of(installation, before), "night"
            ),
            two_at_a_time.submit(
                built_without_tests, settings_as_of(installation, afterwards), "night"
            ),
        ]
        for build in builds:
            build.result()
    yield Nights(
        installation,
        settings_as_of(installation, before),
        between,
        settings_as_of(installation, afterwards),
        home,
        corrected,
    )


def kreishaus(home: str, *arguments: str) -> str:
    done = subprocess.run(
        [KREISHAUS, *arguments],
        env={"KREISHAUS_HOME": home, "PATH": str(Path(sys.executable).parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


SYRIA = """select applications_first, applications_total, revision
from asylum_by_country_monthly where ls_code = '475' and reference_month = '2021-09-01'"""
GERMANY = """select applications_first, applications_total, revision
from asylum_national_monthly where reference_month = '2021-09-01'"""
PLACES = """select places, revision from supply_overview where region_level = 'Kreis'
and reference_date = '2021-11-01' and offer_type_code = 'vollstationaer'"""


@pytest.mark.parametrize(
    ("sql", "old", "new"),
    [
        pytest.param(SYRIA, (3911, 4014, 1), (3941, 4044, 2), id="first applications from Syria"),
        pytest.param(GERMANY, (13849, 18206, 1), (13881, 18238, 2), id="applications in Germany"),
        pytest.param(PLACES, (3975, 1), (3976, 2), id="places in homes"),
    ],
)
def test_the_mart_shows_the_new_value_and_as_of_the_time_before_the_old_one(
    nights: Nights, sql: str, old: tuple[int, ...], new: tuple[int, ...]
) -> None:
    assert ask(nights.installation, sql) == [new]
    assert ask(settings_as_of(nights.installation, nights.between), sql) == [old]
    assert ask(nights.before, sql) == []


def test_both_versions_of_a_month_stay_known(nights: Nights) -> None:
    """The newer one counts, with the day of its file; what the older one said is still staged."""
    made = datetime(2021, 10, 15, 9, 30, tzinfo=UTC)
    assert ask(
        nights.installation,
        "select applications_total, revision, published_at "
        "from asylum_national_monthly where reference_month = '2021-09-01'",
    ) == [(18238, 2, made)]
    assert ask_warehouse(
        nights.installation,
        f"select value from read_parquet('{nights.installation.staged}/bamf/hkl/2021-09/*/"
        "rows.parquet') as cells inner join staging.stg_kreishaus__batches as batches "
        "using (source_sha256, period) "
        "where row_kind = 'total' and measure = 'applications_total' order by value",
    ) == [(18206,), (18238,)]


def test_what_was_not_reissued_is_the_same_at_both_times(nights: Nights) -> None:
    august = "select * from asylum_national_monthly where reference_month = '2021-08-01'"
    assert ask(nights.installation, august) == ask(
        settings_as_of(nights.installation, nights.between), august
    )
    assert len(ask(nights.installation, august)) == 1


def test_revisions_show_both_values_of_every_cell(nights: Nights) -> None:
    found = ask(
        nights.installation,
        "select row_label, measure, old_value, new_value, difference from revisions "
        "where dataset_id = 'bamf/hkl' and change_kind = 'changed'",
    )
    syria = "2021-09 | country | Asien | 475 | Syrien, Arabische Republik"
    total = "2021-09 | total | Herkunftsländer gesamt"
    assert found == [
        ("2021-09 | continent | Asien | Asien", "applications_first", "8959", "8991", 32),
        ("2021-09 | continent | Asien | Asien", "applications_total", "11509", "11541", 32),
        (syria, "applications_first", "3911", "3941", 30),
        (syria, "applications_total", "4014", "4044", 30),
        (total, "applications_first", "13849", "13881", 32),
        (total, "applications_total", "18206", "18238", 32),
    ]


def test_revisions_show_the_row_that_came(nights: Nights) -> None:
    found = ask(
        nights.installation,
        "select row_label, column_name, old_value, new_value, count(*), min(measure) "
        "from revisions where change_kind = 'added' group by all order by all",
    )
    katar = "2021-09 | country | Asien | 447 | Katar"
    assert found == [
        (katar, "marker", None, "-", 23, "applications_follow_up"),
        (katar, "value", None, "2", 2, "applications_first"),
    ]


def test_revisions_show_the_one_cell_of_the_workbook(nights: Nights) -> None:
    key, places = nights.corrected
    found = ask(
        nights.installation,
        "select period, revision, change_number, table_name, row_label, measure, old_number, "
        "new_number from revisions where dataset_id = 'wtg/stichtag'",
    )
    row = f"2021-11-01 | {key}"
    assert found == [("2021-11-01", 2, 1, "belegung", row, "plaetze_vertrag", places, places + 1)]


def test_revisions_name_both_files_and_when_each_came_into_force(nights: Nights) -> None:
    found = ask(
        nights.installation,
        "select distinct dataset_id, old_source_sha256 <> new_source_sha256, "
        f"old_in_force_from < timestamptz '{nights.between.moment}', "
        f"new_in_force_from > timestamptz '{nights.between.moment}', "
        "new_source_sha256 in (select source_sha256 from asylum_national_monthly "
        "union select source_sha256 from supply_overview) from revisions order by 1",
    )
    assert found == [(dataset_id, True, True, True, True) for dataset_id in DATASETS]


def test_before_the_second_night_nothing_had_been_revised(nights: Nights) -> None:
    assert ask(settings_as_of(nights.installation, nights.between), "select * from revisions") == []


def test_status_counts_as_many_revisions(nights: Nights) -> None:
    from pipeline.status import dataset_status

    listed = ask(
        nights.installation,
        "select dataset_id, count(distinct (period, revision)) from revisions "
        "group by 1 order by 1",
    )
    counted = [
        (status.dataset.id, status.revisions)
        for status in dataset_status(nights.installation, date(2021, 12, 1))
        if status.revisions
    ]
    assert listed == counted == [(dataset_id, 1) for dataset_id in DATASETS]


def content(settings: Settings) -> dict[str, str]:
    document = versions.manifest(versions.current(settings), "internal")
    return {mart["name"]: mart["content_hash"] for mart in document["marts"]}


def test_as_of_now_is_the_nightly_build_mart_by_mart(nights: Nights) -> None:
    assert content(nights.afterwards) == content(nights.installation)
    assert content(nights.installation) != content(
        settings_as_of(nights.installation, nights.between)
    )


LISTED_BY_THE_COUNTY = (
    "staffing_requirement",
    "vacancy_by_region",
    "vacancy_against_forecast",
    "demand_backtest",
    "metric_value",
)


def test_before_anything_was_known_every_fact_is_empty(nights: Nights) -> None:
    outside = outside_time(nights.installation)
    rows = {
        mart["name"]: mart["rows"]
        for mart in versions.manifest(versions.current(nights.before), "internal")["marts"]
    }
    # Printed examples and totals that the county keeps in its own lists come from no file.
    for name in LISTED_BY_THE_COUNTY:
        rows[name] -= ask(
            nights.before, f"select count(*) from {name} where source_sha256 is null"
        )[0][0]
    assert {name: count for name, count in rows.items() if count and name not in outside} == {}
    assert rows["revisions"] == rows["data_quality"] == 0
    assert from_files(nights.before) == []
    filled = {name for name, count in nightly_rows(nights.installation).items() if count}
    assert {"asylum_national_monthly", "supply_overview", "vacancy_by_region"} <= filled - outside


def nightly_rows(settings: Settings) -> dict[str, int]:
    document = versions.manifest(versions.current(settings), "internal")
    return {mart["name"]: mart["rows"] for mart in document["marts"]}


def manifest_nodes(settings: Settings) -> dict[str, Any]:
    import json

    nodes = json.loads((target(settings) / "manifest.json").read_text())["nodes"].values()
    names = {mart.name for mart in marts(settings)}
    return {node["name"]: node for node in nodes if node["name"] in names}


def outside_time(settings: Settings) -> set[str]:
    """The marts that are no facts in time, by their own word."""
    return {
        name
        for name, node in manifest_nodes(settings).items()
        if node["config"]["meta"].get("outside_time")
    }


def test_every_fact_says_what_it_is_about_when_it_was_issued_and_since_when_it_is_known(
    nights: Nights,
) -> None:
    about = re.compile(r"(?:^|_)(?:reference_(?:date|month|year)|to_year)$")
    silent = {}
    for name, node in manifest_nodes(nights.installation).items():
        missing = {"published_at", "recorded_at"} - set(node["columns"])
        if not any(about.search(column) for column in node["columns"]):
            missing.add("reference")
        if missing and not node["config"]["meta"].get("outside_time"):
            silent[name] = missing
    assert silent == {}


def test_looking_back_left_the_nightly_versions_alone(nights: Nights) -> None:
    assert len(versions.versions(nights.installation)) == 1
    current = versions.manifest(versions.current(nights.installation), "internal")
    assert (current["as_of"], current["known_by"]) == (None, "retrieved")
    between = settings_as_of(nights.installation, nights.between)
    back = versions.manifest(versions.current(between), "internal")
    assert back["as_of"] == nights.between.moment
    assert set(from_files(between)) == {"2021-08", "2021-09", "2021-08-15", "2021-11-01"}


def from_files(settings: Settings) -> list[str]:
    """The periods that a version is made from, beside the county's own lists, known at any time."""
    manifest = versions.manifest(versions.current(settings), "internal")
    return [one["period"] for one in manifest["sources"] if one["source"] != "county"]


def test_the_command_line_asks_as_of_a_moment(nights: Nights) -> None:
    moment = nights.between.moment
    asked = ("query", "--format", "csv", f"select applications_first from ({SYRIA})")
    assert kreishaus(nights.home, *asked) == "applications_first\n3941\n"
    assert kreishaus(nights.home, *asked, "--as-of", moment) == "applications_first\n3911\n"
