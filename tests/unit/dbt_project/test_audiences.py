"""Who may read a mart: what tells of single homes or quotes rows of a file stays internal."""

from pathlib import Path
from typing import Any

import yaml

DBT = Path(__file__).resolve().parents[3] / "dbt_project"
OF_ONE_HOME = {
    "offer_id",
    "offer_name",
    "site_id",
    "home_id",
    "home_name",
    "provider_name",
    "street",
}
QUOTED = {"found", "old_value"}
"""Columns that repeat a row or a cell of a source file, whatever it tells of."""


def marts() -> dict[str, dict[str, Any]]:
    return {
        model["name"]: model
        for path in sorted((DBT / "models" / "marts").rglob("*.yml"))
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", [])
    }


def audience(mart: dict[str, Any]) -> str | None:
    said: str | None = mart["config"]["meta"].get("audience")
    return said


def exposed(known: dict[str, dict[str, Any]]) -> set[str]:
    """Marts with columns of single homes, or quoted rows, that are not internal."""
    return {
        name
        for name, mart in known.items()
        if {column["name"] for column in mart["columns"]} & (OF_ONE_HOME | QUOTED)
        and audience(mart) != "internal"
    }


def test_marts_are_public_unless_they_say_otherwise() -> None:
    project = yaml.safe_load((DBT / "dbt_project.yml").read_text(encoding="utf-8"))
    assert project["models"]["kreishaus"]["marts"]["+meta"]["audience"] == "public"
    assert {audience(mart) for mart in marts().values()} == {None, "internal"}


def test_a_mart_of_single_homes_is_internal() -> None:
    known = marts()
    assert exposed(known) == set()
    internal = {name for name, mart in known.items() if audience(mart) == "internal"}
    assert internal >= {
        "data_quality",
        "home_contributions",
        "revisions",
        "staffing_by_offer",
        "staffing_requirement_by_offer",
        "vacancy_by_offer",
    }


def test_a_mart_that_forgets_to_say_so_is_found() -> None:
    forgetful = {"columns": [{"name": "offer_name"}], "config": {"meta": {}}}
    harmless = {"columns": [{"name": "offers_count"}], "config": {"meta": {}}}
    assert exposed({"forgetful": forgetful, "harmless": harmless}) == {"forgetful"}
