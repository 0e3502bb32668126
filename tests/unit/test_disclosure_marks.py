"""Every number that comes from the register of foreigners says so, for the disclosure rules."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

MODELS = Path(__file__).resolve().parents[2] / "dbt_project" / "models"
REF = re.compile(r"ref\('(\w+)'\)")
NUMERIC = re.compile(r"^(bigint|integer|double|decimal)")
COUNTS, DERIVED, NONE = "azr_count", "azr_derived", "none"

LISTS_OF_KEYS = {
    "dim_reference_date": "holds dates and nothing else of the register",
    "dim_residence_status": "holds labels and nothing else of the register",
    "int_regions__named": "holds keys of municipalities and nothing else of the register",
}
"""What reads the register and hands no count of persons on."""

REVISIONS = "revisions"
"""It lists cells of every dataset, the register's too, and reads them from a file, not a model."""


def parents() -> dict[str, set[str]]:
    return {path.stem: set(REF.findall(path.read_text("utf-8"))) for path in MODELS.rglob("*.sql")}


def from_register(name: str, refs: dict[str, set[str]]) -> bool:
    if name.startswith("stg_azr__"):
        return True
    return name not in LISTS_OF_KEYS and any(from_register(ref, refs) for ref in refs.get(name, ()))


def marts_of_the_register() -> list[str]:
    refs = parents()
    marts = [path.stem for path in (MODELS / "marts").rglob("*.sql")]
    return sorted([REVISIONS, *(name for name in marts if from_register(name, refs))])


@cache
def described() -> dict[str, list[dict[str, Any]]]:
    columns: dict[str, list[dict[str, Any]]] = {}
    for path in (MODELS / "marts").rglob("*.yml"):
        for model in (yaml.safe_load(path.read_text("utf-8")) or {}).get("models", ()):
            columns[model["name"]] = model["columns"]
    return columns


def faults(columns: list[dict[str, Any]]) -> list[str]:
    """Numeric columns without a mark, with an unknown one, or with `none` and no reason."""
    found = []
    for column in columns:
        meta = column["config"]["meta"]
        mark = meta.get("disclosure")
        if not NUMERIC.match(column["data_type"]) and mark is None:
            continue
        known = mark in (COUNTS, DERIVED) or (mark == NONE and meta.get("disclosure_reason"))
        if not known:
            found.append(column["name"])
    return found


def test_the_lineage_finds_the_marts_of_the_register() -> None:
    assert {
        "case_management_allocation",
        "foreigners_by_municipality",
        "pending_by_country",
        "refugees_by_status",
        "refugees_comparison",
        "refugees_county_and_nation",
        "refugees_crosstable",
        "revisions",
    } <= set(marts_of_the_register())
    assert "asylum_comparison" not in marts_of_the_register()


@pytest.mark.parametrize("mart", marts_of_the_register())
def test_every_number_of_the_register_is_marked(mart: str) -> None:
    assert faults(described()[mart]) == []


@pytest.mark.parametrize("mart", sorted(set(marts_of_the_register()) - set(LISTS_OF_KEYS)))
def test_persons_are_never_marked_as_harmless(mart: str) -> None:
    harmless = [
        column["name"]
        for column in described()[mart]
        if column["name"].endswith("_persons")
        and column["config"]["meta"].get("disclosure") == NONE
    ]
    assert harmless == []


def test_a_missing_mark_and_a_none_without_reason_are_faults() -> None:
    def column(name: str, kind: str, **meta: str) -> dict[str, Any]:
        return {"name": name, "data_type": kind, "config": {"meta": meta}}

    assert faults(
        [
            column("marked", "bigint", disclosure=COUNTS),
            column("with_reason", "bigint", disclosure=NONE, disclosure_reason="a list"),
            column("label", "varchar"),
            column("unmarked", "double"),
            column("without_reason", "decimal(18, 1)", disclosure=NONE),
            column("misspelt", "integer", disclosure="azr_counts"),
        ]
    ) == ["unmarked", "without_reason", "misspelt"]
