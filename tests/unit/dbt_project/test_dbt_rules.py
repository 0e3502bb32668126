"""The rules for the dbt project find what they are for, in a project of a few models."""

from __future__ import annotations

from typing import Any

import pytest
from dbt_rules import RULES, Project


def model(path: str, *parents: str, **said: Any) -> dict[str, Any]:
    """A model as the manifest has it: a documented private view of its layer."""
    return {
        "resource_type": "model",
        "path": f"{path}.sql",
        "schema": path.split("/")[0],
        "database": "kreishaus",
        "description": "Said.",
        "raw_code": "select 1 from {{ ref('x') }}",
        "columns": {},
        "access": "public" if path.startswith("marts") else "private",
        "contract": {"enforced": path.startswith("marts")},
        "config": {"materialized": "table" if path.startswith("marts") else "view"},
        "depends_on": {"nodes": list(parents)},
        **said,
    }


def project(**models: dict[str, Any]) -> Project:
    nodes = {f"model.k.{name}": node for name, node in models.items()}
    sources = {
        f"source.k.a.{name}": {
            "source_name": "a", "name": name, "description": said, "source_description": "Said.",
        }
        for name, said in (("rows", "Said."), ("unused", " "))
    }  # fmt: skip
    exposure = {"name": "paper", "depends_on": {"nodes": list(nodes)[-1:]}}
    return Project(
        {"nodes": nodes, "sources": sources, "exposures": {"exposure.k.paper": exposure}}
    )


ROWS = "source.k.a.rows"
STAGED = model("staging/a/stg_a__rows", ROWS)
COLUMN = {"x": {"description": "Said."}}


@pytest.mark.parametrize(
    ("rule", "models", "found"),
    [
        ("root_models", {"int_x": model("intermediate/int_x")}, {"int_x"}),
        (
            "direct_join_to_source",
            {"int_x": model("intermediate/int_x", ROWS, "model.k.stg_a__rows")},
            {"int_x"},
        ),
        (
            "marts_or_intermediate_dependent_on_source",
            {"stg_a__rows": STAGED, "int_x": model("intermediate/int_x", ROWS)},
            {"int_x"},
        ),
        (
            "multiple_sources_joined",
            {"stg_a__rows": model("staging/a/stg_a__rows", ROWS, "source.k.a.unused")},
            {"stg_a__rows"},
        ),
        ("source_fanout", {"stg_a__rows": STAGED, "stg_a__more": STAGED}, {"a.rows"}),
        ("unused_sources", {"stg_a__rows": STAGED}, {"a.unused"}),
        (
            "staging_dependent_on_other_models",
            {"int_x": model("intermediate/int_x", ROWS),
             "stg_a__rows": model("staging/a/stg_a__rows", "model.k.int_x")},
            {"stg_a__rows"},
        ),
        (
            "model_fanout",
            {"int_x": model("intermediate/int_x"),
             **{f"m{n}": model(f"marts/m{n}", "model.k.int_x") for n in range(3)}},
            {"int_x"},
        ),
        ("model_fanout", {"int_x": model("intermediate/int_x"),
             **{f"m{n}": model(f"marts/m{n}", "model.k.int_x") for n in range(2)}}, set()),
        (
            "too_many_joins",
            {"six": model("marts/six", *(f"seed.k.{n}" for n in range(6))),
             "seven": model("marts/seven", *(f"seed.k.{n}" for n in range(7)))},
            {"seven"},
        ),
        (
            "rejoining_of_upstream_concepts",
            {"a": model("marts/a"), "b": model("marts/b", "model.k.a"),
             "c": model("marts/c", "model.k.a", "model.k.b")},
            {"b"},
        ),
        (
            "hard_coded_references",
            {"a": model("marts/a", raw_code="select 1\nfrom marts.b"),
             "b": model("marts/b", raw_code="select 1 from 'x.parquet'"),
             "c": model("marts/c", raw_code="select extract(year from c.day) -- from marts.b")},
            {"a", "b"},
        ),
        ("model_naming_conventions", {"x": model("intermediate/x"),
            "int_y": model("marts/int_y"), "stg_a__rows": STAGED}, {"x", "int_y"}),
        ("model_directories", {"stg_a__rows": model("staging/b/stg_a__rows"),
            "x": model("other/x")}, {"stg_a__rows", "x"}),
        ("missing_primary_key_tests", {"stg_a__rows": STAGED}, {"stg_a__rows"}),
        ("undocumented_models", {"a": model("marts/a", description=" "), "b": STAGED}, {"a"}),
        ("undocumented_sources", {"b": STAGED}, {"a.unused"}),
        (
            "chained_views_dependencies",
            {f"int_{n}": model(f"intermediate/int_{n}", f"model.k.int_{n - 1}") for n in range(6)},
            {"int_5"},
        ),
        ("public_models_without_contracts",
            {"a": model("marts/a", contract={"enforced": False}), "b": model("marts/b")}, {"a"}),
        ("undocumented_public_models",
            {"a": model("marts/a"), "b": model("marts/b", columns=COLUMN)}, {"a"}),
        ("marts_that_are_not_public", {"a": model("marts/a", access="protected"),
            "int_x": model("intermediate/int_x", access="public"), "b": STAGED}, {"a", "int_x"}),
        ("exposures_dependent_on_private_models", {"stg_a__rows": STAGED}, {"paper"}),
        ("exposures_dependent_on_private_models", {"a": model("marts/a")}, set()),
        ("exposure_parents_materializations", {"stg_a__rows": STAGED}, {"paper"}),
    ],
)  # fmt: skip
def test_a_rule_finds_what_it_is_for(
    rule: str, models: dict[str, dict[str, Any]], found: set[str]
) -> None:
    assert RULES[rule](project(**models)) == found


def test_a_key_that_is_tested_is_not_missing() -> None:
    keyed = project(stg_a__rows=STAGED)
    test = {
        "resource_type": "test",
        "test_metadata": {"name": "unique_key"},
        "attached_node": "model.k.stg_a__rows",
    }
    nodes = {**keyed.nodes, "test.k.unique_key": test}
    found = Project({"nodes": nodes, "sources": {}, "exposures": {}})
    assert RULES["missing_primary_key_tests"](found) == set()
