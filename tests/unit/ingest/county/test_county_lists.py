"""The county's own lists: read truly or refused with the cell, and a version for each change."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from expectations.runner import validate
from expectations.suites.county import DEMAND
from ingest.county.guard import refuse_persons
from ingest.county.parse import parse
from ingest.county.tables import TABLES, columns
from kreishaus.datasets import dataset
from kreishaus.model import Batch, FileRejected, Finding, Origin, UnreadableFile
from kreishaus.settings import REPOSITORY, Settings
from kreishaus.store.batches import versions_of
from operations.counties.check import check
from pipeline.steps import fetch_new, process_file

LISTS = dataset("county/lists")
UNITS = "unit_code,unit_name,municipality_code,valid_from,valid_to,source\n"


def origin(name: str, county: str = "05162") -> Origin:
    identity = f"county/{county}/{name}.csv"
    return Origin("county", "lists", "0" * 64, f"{name}.csv", identity, datetime.now(UTC))


def read(name: str, text: str, county: str = "05162") -> Batch:
    return parse(text.encode(), origin(name, county))


def refused(name: str, text: str) -> tuple[Finding, ...]:
    with pytest.raises(UnreadableFile) as raised:
        read(name, text)
    return raised.value.findings


def test_a_list_becomes_typed_rows_with_the_key_of_the_county() -> None:
    batch = read(
        "case_management_grants",
        "valid_from,valid_to,positions_fte,source,reason\n2021-01-01,,7.25,a notice,a reason\n",
    )
    assert batch.period == "case_management_grants"
    (row,) = batch.tables["case_management_grants"].to_dict("records")
    assert row == {
        "county_ags": "05162",
        "valid_from": date(2021, 1, 1),
        "valid_to": None,
        "positions_fte": Decimal("7.25"),
        "source": "a notice",
        "reason": "a reason",
        "source_place": "case_management_grants.csv",
        "source_row": 2,
    }


def test_columns_may_stand_in_any_order() -> None:
    (row,) = (
        read("target_years", "reason,value,kind\nwhy,2030,year\n")
        .tables["target_years"]
        .to_dict("records")
    )
    assert (row["kind"], row["value"]) == ("year", 2030)


@pytest.mark.parametrize(
    ("name", "text", "column", "found"),
    [
        ("planning_units", UNITS + "south,Süd,05166004,,,plan\n", "municipality_code", "05166004"),
        ("planning_units", UNITS + "south,Süd,5162004,,,plan\n", "municipality_code", "5162004"),
        ("planning_units", UNITS + "south,Süd,05162004,1.1.2021,,p\n", "valid_from", "1.1.2021"),
        (
            "planning_units",
            UNITS + "south,Süd,05162004,2021-02-30,,p\n",
            "valid_from",
            "2021-02-30",
        ),
        ("planning_units", UNITS + ",Süd,05162004,,,plan\n", "unit_code", "nothing"),
        ("target_years", "kind,value,reason\nyear,2.030,round\n", "value", "2.030"),
        ("target_years", "kind,value,reason\nyear,2030.0,round\n", "value", "2030.0"),
        (
            "wtg_parameters",
            "name;value;valid_from;valid_to;source;reason\na;0,5;;;b;c\n",
            "value",
            "0,5",
        ),
        (
            "wtg_parameters",
            "name,value,valid_from,valid_to,source,reason\na,5e3,,,b,c\n",
            "value",
            "5e3",
        ),
        (
            "wtg_parameters",
            "name,value,valid_from,valid_to,source,reason\na,nan,,,b,c\n",
            "value",
            "nan",
        ),
        (
            "wtg_parameters",
            "name,value,valid_from,valid_to,source,reason\na,٣,,,b,c\n",
            "value",
            "٣",
        ),
    ],
)
def test_a_cell_that_is_not_what_its_column_holds_is_named(
    name: str, text: str, column: str, found: str
) -> None:
    (finding,) = refused(name, text)
    assert (finding.column, finding.row, finding.found) == (column, "2", found)
    assert finding.expected


def test_every_wrong_cell_is_named_at_once() -> None:
    findings = refused("target_years", "kind,value,reason\nyear,x,a\nyear,2030,a\nyear,,a\n")
    assert [(one.row, one.column) for one in findings] == [("2", "value"), ("4", "value")]


def test_other_columns_are_refused_with_those_that_are_expected() -> None:
    (finding,) = refused("target_years", "kind,value\nyear,2030\n")
    assert (finding.expected, finding.found) == ("kind,value,reason", "kind,value")
    (finding,) = refused("target_years", "")
    assert finding.rule in {"is_text", "columns"}


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        ("target_years", "kind,value,reason\nyear,2030,a\nyear,2030,b\n", "key_unique"),
        ("target_years", "kind,value,reason\nyears,2030,a\n", "kind"),
        ("planning_units", UNITS + "s,Süd,05162004,2022-01-01,2021-01-01,p\n", "validity"),
        (
            "demand_parameter_sets",
            "parameter_set,adopted_date,document,reason\na,2026-01-01,d,r\nb,2026-01-01,d,r\n",
            "adopted_once",
        ),
    ],
)
def test_a_list_that_contradicts_itself_is_refused(name: str, text: str, rule: str) -> None:
    validation = validate(LISTS, read(name, text))
    assert not validation.passed
    assert [one.rule for one in validation.checks if one.outcome == "failed"] == [rule]


def test_headers_tell_the_lists_apart() -> None:
    """An empty list has nothing but its header: two alike would be one file."""
    headers = {tuple(field.name for field in columns(schema)) for schema in TABLES.values()}
    assert len(headers) == len(TABLES)


@pytest.fixture
def county(tmp_path: Path) -> Settings:
    """A home whose county lies in a folder that the test may change."""
    shutil.copytree(REPOSITORY / "counties", tmp_path / "counties")
    return Settings(home=tmp_path / "var", counties=tmp_path / "counties")


def take(settings: Settings) -> list[str]:
    """The lists that came to be something new, each with what became of it."""
    report = fetch_new("county/lists", settings, "test")
    outcomes = [process_file(landed, settings) for landed in report.pending]
    return [f"{one.landed.label} {one.status}" for one in outcomes]


def test_a_changed_list_is_a_new_version_and_the_others_stay(county: Settings) -> None:
    assert len(take(county)) == len(TABLES)
    assert take(county) == []
    units = county.county_folder / "planning_units.csv"
    units.write_text(units.read_text().replace("Süd", "Süden"))
    assert take(county) == ["planning_units.csv staged"]
    versions = [
        (one.revision, one.record.period)
        for one in versions_of(county, LISTS)
        if one.record.period in {"planning_units", "tiles"}
    ]
    assert versions == [(1, "planning_units"), (2, "planning_units"), (1, "tiles")]
    (staged,) = (county.staged / "county" / "lists" / "tiles").glob("*/tiles.parquet")
    assert set(pq.read_table(staged)["county_ags"].to_pylist()) == {"05162"}


def test_a_refused_list_stops_no_other_and_the_version_before_stays(county: Settings) -> None:
    take(county)
    years = county.county_folder / "target_years.csv"
    years.write_text("kind,value,reason\nyear,soon,why\n")
    units = county.county_folder / "planning_units.csv"
    units.write_text(units.read_text().replace("Süd", "Süden"))
    assert take(county) == ["planning_units.csv staged"]
    assert [
        one.revision for one in versions_of(county, LISTS) if one.record.period == "target_years"
    ] == [1]


def test_check_says_what_would_be_refused_and_lands_nothing(county: Settings) -> None:
    (county.county_folder / "target_years.csv").write_text("kind,value,reason\nyear,soon,why\n")
    found = dict(check(county))
    assert len(found) == len(TABLES)
    assert [one.column for one in found.pop("target_years.csv")] == ["value"]
    assert set(found.values()) == {()}
    assert not county.landing.exists()


def test_the_limits_name_every_parameter_of_the_formula() -> None:
    """The formula reads its parameters by the names in the macro; no other name counts."""
    macro = REPOSITORY / "dbt_project" / "macros" / "demand_parameters.sql"
    text = macro.read_text(encoding="utf-8")
    names = text[text.index("macro demand_parameter_names") : text.index("endmacro")]
    assert set(re.findall(r"'([a-z_]+)'", names)) == set(DEMAND)


def test_a_list_that_begins_with_comments_enters() -> None:
    """So `kreishaus county init` writes them."""
    head = "parameter_set,adopted_date,document,reason"
    note = "# Parameters that the county decides\n# adopted_date: the day, as 2026-11-01\n"
    row = "2026-1,2026-11-01,Method paper,First set\n"
    refuse_persons(f"{note}{head}\n{row}".encode(), "demand_parameter_sets.csv")
    refuse_persons(f"{head}\n# one for each year\n{row}".encode(), "demand_parameter_sets.csv")
    refuse_persons(f"{note}{head}\n".encode(), "demand_parameter_sets.csv")
    with pytest.raises(FileRejected, match="a text that names a person"):
        refuse_persons(
            f"# für Frau Isolde Quabbelhorst\n{head}\n{row}".encode(), "demand_parameter_sets.csv"
        )
