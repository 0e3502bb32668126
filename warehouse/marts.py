"""Which marts a dbt build made good, and which it did not, with the reason."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ingest.settings import Settings
from warehouse.build import target


@dataclass(frozen=True)
class Mart:
    """A mart as dbt knows it. ``fault`` is None when it was built and every test held.

    ``key`` are the columns that name a row, by the test of its grain.
    """

    name: str
    relation: str
    description: str
    columns: Mapping[str, str]
    fault: str | None
    key: tuple[str, ...] = ()


class BuildNotFinished(Exception):
    """dbt left no results: there is nothing to publish by."""


def marts(settings: Settings) -> list[Mart]:
    """Every mart of the project with its outcome in the last build, by name.

    Raises ``BuildNotFinished`` when dbt wrote no results since the build was prepared.
    """
    results_path = target(settings) / "run_results.json"
    if not results_path.exists():
        raise BuildNotFinished(
            f"{results_path} does not exist: the dbt process did not finish. Nothing is published; "
            f"readers keep the current version. See {settings.warehouse / 'logs' / 'dbt.log'}."
        )
    nodes = json.loads((target(settings) / "manifest.json").read_text())["nodes"]
    results = json.loads(results_path.read_text())["results"]
    outcomes = {result["unique_id"]: result for result in results}
    keys = _keys(nodes)
    return sorted(
        (
            Mart(
                name=node["name"],
                relation=node["relation_name"],
                description=node["description"],
                columns={name: column["description"] for name, column in node["columns"].items()},
                fault=_fault(unique_id, nodes, outcomes),
                key=keys.get(unique_id, ()),
            )
            for unique_id, node in nodes.items()
            if node["resource_type"] == "model" and node["path"].startswith("marts/")
        ),
        key=lambda mart: mart.name,
    )


def _keys(nodes: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Model -> the columns that its test ``unique_key`` names."""
    return {
        node["attached_node"]: tuple(node["test_metadata"]["kwargs"]["columns"])
        for node in nodes.values()
        if (node.get("test_metadata") or {}).get("name") == "unique_key"
    }


def _fault(
    mart_id: str, nodes: Mapping[str, Any], outcomes: Mapping[str, Mapping[str, Any]]
) -> str | None:
    lineage = _lineage(mart_id, nodes)
    for unique_id in sorted(lineage):
        outcome = outcomes.get(unique_id)
        if outcome is None:
            return f"{unique_id} was not built"
        if outcome["status"] != "success":
            return f"{unique_id}: {outcome['status']} {outcome.get('message') or ''}".strip()
    for unique_id, outcome in outcomes.items():
        node = nodes.get(unique_id, {})
        if node.get("resource_type") != "test" or outcome["status"] not in ("fail", "error"):
            continue
        if _tested(node) & lineage:
            return f"test {node['name']}: {outcome.get('message') or 'failed'}"
    return None


def _tested(test: Mapping[str, Any]) -> set[str]:
    """What a test speaks of: not the model that it only looks a key up in."""
    attached = test.get("attached_node")
    return {attached} if attached else set(test["depends_on"]["nodes"])


def _lineage(mart_id: str, nodes: Mapping[str, Any]) -> set[str]:
    """The mart and every model and seed that it is made from."""
    found: set[str] = set()
    open_ends = [mart_id]
    while open_ends:
        unique_id = open_ends.pop()
        if unique_id in found or unique_id not in nodes:
            continue
        found.add(unique_id)
        open_ends.extend(nodes[unique_id]["depends_on"].get("nodes", ()))
    return found
