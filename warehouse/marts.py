"""Which marts a dbt build made good, and which it did not, with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kreishaus.settings import Settings
from warehouse.builds import BuildRecord, last


@dataclass(frozen=True)
class Column:
    """A column as its yml describes it. ``meta`` holds its label and its disclosure rule."""

    description: str = ""
    data_type: str = ""
    meta: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label_de(self) -> str:
        return str(self.meta.get("label_de", ""))


@dataclass(frozen=True)
class Mart:
    """A mart as dbt knows it. ``fault`` is None when it was built and every test held.

    ``key`` are the columns that name a row, by the test of its grain. ``protects`` says whose
    secrets its sources hold (``persons``, ``homes``), ``meta`` holds its disclosure rules,
    ``parents`` the names of the models and seeds that it is selected from.
    """

    name: str
    relation: str
    description: str
    columns: Mapping[str, Column]
    fault: str | None
    key: tuple[str, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)
    protects: frozenset[str] = frozenset()
    parents: tuple[str, ...] = ()
    compiled_sql: str = ""


def marts(settings: Settings) -> list[Mart]:
    """Every mart of the project with its outcome in the last build, by name.

    Raises ``BuildNotFinished`` when no build is kept.
    """
    return marts_of(last(settings))


def marts_of(build: BuildRecord) -> list[Mart]:
    """Every mart of the project with its outcome in a build, by name."""
    nodes, sources = build.manifest["nodes"], build.manifest.get("sources", {})
    outcomes = {result["unique_id"]: result for result in build.results["results"]}
    keys = _keys(nodes)
    return sorted(
        (
            Mart(
                name=node["name"],
                relation=node["relation_name"],
                description=node["description"],
                columns={name: _column(column) for name, column in node["columns"].items()},
                fault=_fault(unique_id, nodes, outcomes),
                key=keys.get(unique_id, ()),
                meta=_meta(node),
                protects=_protects(unique_id, nodes, sources),
                parents=tuple(parent.split(".")[-1] for parent in _parents(node)),
                compiled_sql=node.get("compiled_code") or "",
            )
            for unique_id, node in nodes.items()
            if node["resource_type"] == "model" and node["path"].startswith("marts/")
        ),
        key=lambda mart: mart.name,
    )


def _column(column: Mapping[str, Any]) -> Column:
    return Column(column["description"], column.get("data_type") or "", _meta(column))


def _meta(described: Mapping[str, Any]) -> Mapping[str, Any]:
    meta: Mapping[str, Any] = described.get("config", {}).get("meta", {})
    return meta


def _keys(nodes: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Model -> the columns that its test ``unique_key`` names."""
    return {
        node["attached_node"]: tuple(node["test_metadata"]["kwargs"]["columns"])
        for node in nodes.values()
        if (node.get("test_metadata") or {}).get("name") == "unique_key"
    }


def _parents(node: Mapping[str, Any]) -> list[str]:
    parents: list[str] = node["depends_on"].get("nodes", [])
    return parents


def _protects(mart_id: str, nodes: Mapping[str, Any], sources: Mapping[str, Any]) -> frozenset[str]:
    """What the sources of a mart protect, up to models that say that it ends with them."""
    found: set[str] = set()
    seen: set[str] = set()
    open_ends = [mart_id]
    while open_ends:
        unique_id = open_ends.pop()
        if unique_id in seen:
            continue
        seen.add(unique_id)
        if source := sources.get(unique_id):
            found.update(_meta(source).get("protects", ()))
        elif (node := nodes.get(unique_id)) and not _meta(node).get("disclosure_ends_here"):
            open_ends.extend(_parents(node))
    return frozenset(found)


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
        open_ends.extend(_parents(nodes[unique_id]))
    return found
