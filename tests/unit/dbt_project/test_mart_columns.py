"""What every mart says of itself and of each column, read from the contracts."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import yaml

from dashboards.contracts import read_marts
from warehouse.build import PROJECT

MARTS = PROJECT / "models" / "marts"
NUMBERS = ("bigint", "integer", "double", "decimal")

# The words by which a description says the unit of a number, and what they stand for.
UNITS = {
    r"\bPersons\b|\bin persons\b": "people",
    r"\bPlaces\b": "places",
    r"\bCount\b|\bby count\b": "things counted",
    r"\bYears?\b|\byear\b": "years, or a calendar year",
    r"\bDays?\b": "days",
    r"\bHours\b": "hours a week",
    r"\b[Ff]raction\b|\bbound to 0 to 1\b|\b[Ff]rom -1 to 1\b": "a share or a rate, 1 = all",
    r"\b[Rr]atio\b": "one number by another of the same unit",
    r"\bper\b|/ care FTE|/ care_fte": "one unit by another",
    r"\bFTE\b|\b[Ff]ull-time equivalents\b": "full-time equivalents",
    r"\b[Uu]nit of the\b|\bSame unit\b|\b[Aa]s printed\b": "that of something named beside it",
    r"^100 x ": "an index, 100 = its base",
    r"\bOrder\b|\bNumber of the\b|\bLine of\b|\bRank\b": "a number that tells rows apart",
    r"\bfrom [12]\b|; 1 for\b": "a number that tells rows apart",
}


OF_NO_COUNTY = {
    "asylum_by_country_monthly": "BAMF counts for Germany",
    "asylum_by_country_set_monthly": "BAMF counts for Germany",
    "asylum_comparison": "BAMF counts for Germany",
    "asylum_national_monthly": "BAMF counts for Germany",
    "asylum_report_year_to_date": "BAMF counts for Germany",
    "data_quality": "files of the one county that the manifest names",
    "freshness": "files of the one county that the manifest names",
    "demand_backtest_by_horizon": "errors of a forecast, by level of region",
    "demand_group": "the same words for every county",
    "dim_country": "the same words for every county",
    "dim_country_name": "the same words for every county",
    "dim_country_prospects": "the same words for every county",
    "dim_offer_type": "the same words for every county",
    "dim_reference_date": "the same words for every county",
    "dim_residence_status": "the same words for every county",
    "metric": "the same words for every county",
    "home_contributions": "rows of other marts, which name it",
    "reconciliation_identity_figure": "parts of rows of reconciliation_identity",
}
"""Marts that name neither a region nor a county, and why they need not."""


@cache
def models() -> dict[str, dict[str, Any]]:
    """Every mart by its name, with its folder."""
    found = {}
    for path in sorted(MARTS.rglob("*.yml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for model in document.get("models") or []:
            found[model["name"]] = {**model, "folder": path.parent.name}
    return found


def columns() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, model in models().items():
        for column in model["columns"]:
            yield f"{name}.{column['name']}", column


def descriptions(of_types: tuple[str, ...] = ()) -> dict[str, str]:
    """What each column says of itself, or each of these types, shared texts in full."""
    return {
        f"{mart.name}.{column.name}": column.description
        for mart in read_marts("internal").values()
        for column in mart.columns.values()
        if not of_types or column.data_type.split("(")[0] in of_types
    }


def says_its_unit(description: str) -> bool:
    return any(re.search(unit, description) for unit in UNITS)


def test_every_mart_stands_in_a_contract() -> None:
    assert {path.stem for path in MARTS.rglob("*.sql")} == set(models())
    assert len(models()) >= 38


def test_a_row_says_which_county_it_is_of_or_the_mart_has_a_reason_not_to() -> None:
    named = {"region_code", "county_ags"}
    nameless = {
        name
        for name, model in models().items()
        if not named & {column["name"] for column in model["columns"]}
    }
    assert nameless == set(OF_NO_COUNTY)


def test_every_column_has_a_description_and_a_german_label() -> None:
    said = descriptions()
    assert set(said) == {name for name, _ in columns()}
    assert [name for name, text in said.items() if len(text) < 6 or "{{" in text] == []
    labels = {
        name: column.get("config", {}).get("meta", {}).get("label_de", "")
        for name, column in columns()
    }
    assert [name for name, label in labels.items() if not label] == []
    assert [name for name, label in labels.items() if "_" in label] == []


def test_every_number_says_its_unit() -> None:
    numbers = descriptions(of_types=NUMBERS)
    assert len(numbers) > 200
    assert [name for name, text in numbers.items() if not says_its_unit(text)] == []


@pytest.mark.parametrize(
    ("description", "says"),
    [
        ("Residents. Persons. Null where unknown.", True),
        ("Residents.", False),
        ("vacant / places, a fraction from 0 to 1.", True),
        ("Personnel", False),
        ("The whole country.", False),
    ],
)
def test_a_description_without_a_unit_is_found(description: str, says: bool) -> None:
    assert says_its_unit(description) is says


def test_every_mart_says_how_it_was_made() -> None:
    """By a column, or in its meta where all rows are made alike; mere lists need none."""
    silent = []
    for name, model in models().items():
        meta = model.get("config", {}).get("meta", {})
        named = {column["name"] for column in model["columns"]}
        if not (
            named & {"method", "source_document"}
            or meta.get("method")
            or model["folder"] == "reference"
        ):
            silent.append(name)
    assert silent == []


def test_every_mart_says_its_grain_in_columns_that_it_has() -> None:
    for name, model in models().items():
        grain = model["config"]["meta"]["grain"]
        assert set(grain) <= {column["name"] for column in model["columns"]}, name
