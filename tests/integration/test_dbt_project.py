"""The dbt project by the rules of dbt-project-evaluator, and the exceptions that we make."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatch

import duckdb
import pytest
from dbt_rules import RULES, Project
from shared_night import FirstNight

from warehouse.builds import last

IN_FORCE = (
    "Every staging model keeps the rows of the files in force: stg_kreishaus__batches_in_force."
)
BY_CELL = "Asks of each revision when it first filled a cell; staging keeps those in force."
READ_ONCE = "Read once in a night: a table would only be written for it."
WIDE = "Read by several marts of one subject; none of them is made from another."

EXCEPTIONS: Mapping[str, Mapping[str, str]] = {
    "root_models": {
        "metric": "The catalogue of metrics is a variable of the project.",
        "int_metric_confusions__listed": "The catalogue of metrics is a variable of the project.",
    },
    "direct_join_to_source": {
        "stg_[abciw]*__*": IN_FORCE,
        "stg_papers__figures": IN_FORCE,
        "int_home_reports__first": BY_CELL,
    },
    "marts_or_intermediate_dependent_on_source": {"int_home_reports__first": BY_CELL},
    "multiple_sources_joined": {
        "int_home_reports__first": BY_CELL,
        "stg_kreishaus__checks": "The same table of staged and of quarantined files: a union.",
    },
    "source_fanout": {
        "wtg.belegung": BY_CELL,
        "wtg.bewohner": BY_CELL,
        "wtg.personal": BY_CELL,
    },
    "staging_dependent_on_other_models": {
        "stg_[abciw]*__*": IN_FORCE,
        "stg_papers__figures": IN_FORCE,
        "stg_kreishaus__batches_in_force": "Picks the batch in force, for all staging.",
    },
    "model_fanout": {
        "dim_*": "A list of names is read wherever they are shown.",
        "stg_kreishaus__batches_in_force": IN_FORCE,
        "stg_wtg__offers": WIDE,
    },
    "too_many_joins": {
        "dim_reference_date": "A union of the dates of every dataset, no join.",
        "metric_value": "A union of the values of every metric, no join.",
    },
    "rejoining_of_upstream_concepts": {
        "vacancy_average": "A mart of its own; metric_value reads every mart that has a metric.",
    },
    "missing_primary_key_tests": {
        "stg_kreishaus__checks": "A rule may be told several times; data_quality numbers them.",
    },
    "chained_views_dependencies": {
        "int_demand_places__by_scenario": READ_ONCE,
        "int_forecasts__by_area": READ_ONCE,
        "int_identity_figures__by_dimension": READ_ONCE,
        "int_staffing_needs__listed": READ_ONCE,
        "int_staffing_targets__by_area": READ_ONCE,
    },
}


@pytest.fixture(scope="module")
def project(first_night: FirstNight) -> Project:
    return Project(last(first_night.installation).manifest)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_is_kept_or_the_exception_has_a_reason(project: Project, rule: str) -> None:
    excepted = EXCEPTIONS.get(rule, {})
    found = RULES[rule](project)
    broken = {name for name in found if not any(fnmatch(name, one) for one in excepted)}
    assert broken == set(), f"{rule}: mend these, or say in EXCEPTIONS why they are right"
    stale = {one for one in excepted if not any(fnmatch(name, one) for name in found)}
    assert stale == set(), f"{rule}: nothing needs these exceptions any more"


def test_exceptions_are_made_of_rules_that_there_are() -> None:
    assert set(EXCEPTIONS) <= set(RULES)


def test_every_model_lists_its_columns_as_they_are_built_and_describes_each(
    project: Project, first_night: FirstNight
) -> None:
    """The lists of marts are held to their relations by contracts."""
    models = [
        model
        for unique_id, model in project.models.items()
        if project.layer(unique_id) in ("staging", "intermediate")
    ]
    warehouse = first_night.installation.warehouse / "kreishaus.duckdb"
    with duckdb.connect(warehouse, read_only=True) as connection:
        relations = connection.execute(
            """select table_name, list(column_name order by ordinal_position)
               from information_schema.columns
               where table_schema in ('staging', 'intermediate')
               group by table_name"""
        ).fetchall()
    assert {model["name"]: list(model["columns"]) for model in models} == dict(relations)
    assert [
        f"{model['name']}.{column['name']}"
        for model in models
        for column in model["columns"].values()
        if not column["description"]
    ] == []
