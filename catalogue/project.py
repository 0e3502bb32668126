"""What dbt knows of the project: sections, lineage, and who uses which mart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kreishaus.settings import Settings
from warehouse.builds import last
from warehouse.source_files import STAGED


@dataclass(frozen=True)
class Step:
    """A model or seed on the way to a mart."""

    name: str
    description: str


@dataclass(frozen=True)
class Lineage:
    """What the figures of a mart are made from.

    ``names`` are the lists that it takes names and keys from: the way ends there, because what
    region names come from is no source of a figure.
    """

    datasets: tuple[str, ...] = ()
    staging: tuple[Step, ...] = ()
    intermediate: tuple[Step, ...] = ()
    seeds: tuple[Step, ...] = ()
    marts: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exposure:
    """A report or dashboard, with the marts that it reads."""

    name: str
    label: str
    kind: str
    description: str
    maturity: str
    owner: str
    audience: str
    url: str
    marts: tuple[str, ...] = ()
    language: str = "en"


class Project:
    """dbt's manifest of the last build."""

    def __init__(self, manifest: Mapping[str, Any]) -> None:
        self._nodes: Mapping[str, Any] = manifest["nodes"]
        self._sources: Mapping[str, Any] = manifest.get("sources", {})
        self._exposures: Mapping[str, Any] = manifest.get("exposures", {})

    @classmethod
    def of(cls, settings: Settings) -> Project:
        """The project as it was built last. Raises ``BuildNotFinished``."""
        return cls(last(settings).manifest)

    @cached_property
    def _marts(self) -> dict[str, str]:
        """Mart -> the id of its node."""
        return {
            node["name"]: unique_id
            for unique_id, node in self._nodes.items()
            if node["resource_type"] == "model" and node["path"].startswith("marts/")
        }

    def domain(self, mart: str) -> str:
        """The folder that a mart stands in."""
        if mart not in self._marts:
            return "reference"
        parts = self._nodes[self._marts[mart]]["path"].split("/")
        return parts[1] if len(parts) > 2 else "reference"

    def lineage(self, mart: str) -> Lineage:
        """What the figures of a mart are made from; nothing for one that the project lost."""
        if mart not in self._marts:
            return Lineage()
        start = self._marts[mart]
        found = self._ancestors(start) - {start}
        nodes = [(unique_id, self._nodes[unique_id]) for unique_id in found & set(self._nodes)]
        models = [(unique_id, node) for unique_id, node in nodes if node["name"] not in self._marts]
        lists = {unique_id for unique_id, _ in nodes if self._holds_names(unique_id)}
        return Lineage(
            datasets=self._datasets(found),
            staging=_steps(node for _, node in models if node["path"].startswith("staging/")),
            intermediate=_steps(
                node for _, node in models if node["path"].startswith("intermediate/")
            ),
            seeds=_steps(node for _, node in models if node["resource_type"] == "seed"),
            marts=_names(
                node for key, node in nodes if node["name"] in self._marts and key not in lists
            ),
            names=_names(node for key, node in nodes if key in lists and key in self._mart_ids),
        )

    def children(self, mart: str) -> tuple[str, ...]:
        """The marts that are made from a mart, itself or by steps between."""
        return tuple(
            sorted(
                name
                for name, lineage in self.lineages.items()
                if mart in lineage.marts or mart in lineage.names
            )
        )

    @cached_property
    def lineages(self) -> dict[str, Lineage]:
        """The lineage of each mart."""
        return {name: self.lineage(name) for name in self._marts}

    @cached_property
    def exposures(self) -> tuple[Exposure, ...]:
        """Every report and dashboard, by its German label."""
        found = (_exposure(one, self._mart_names) for one in self._exposures.values())
        return tuple(sorted(found, key=lambda one: (one.kind, one.label)))

    def tables(self, dataset_id: str) -> tuple[Step, ...]:
        """The staged tables of a dataset."""
        return _steps(
            source
            for unique_id, source in self._sources.items()
            if self._datasets({unique_id}) == (dataset_id,)
        )

    @cached_property
    def _mart_ids(self) -> frozenset[str]:
        return frozenset(self._marts.values())

    @cached_property
    def _mart_names(self) -> dict[str, str]:
        return {unique_id: name for name, unique_id in self._marts.items()}

    def _holds_names(self, unique_id: str) -> bool:
        node = self._nodes.get(unique_id, {})
        meta = node.get("config", {}).get("meta", {})
        return bool(
            node.get("path", "").startswith("marts/reference/") or meta.get("disclosure_ends_here")
        )

    def _ancestors(self, start: str) -> set[str]:
        """Whatever leads to a mart. Lists of names are reached, and not passed."""
        passes_lists = self._holds_names(start)
        found: set[str] = set()
        open_ends = [start]
        while open_ends:
            unique_id = open_ends.pop()
            if unique_id in found:
                continue
            found.add(unique_id)
            if unique_id != start and self._holds_names(unique_id) and not passes_lists:
                continue
            node = self._nodes.get(unique_id, {})
            open_ends.extend(node.get("depends_on", {}).get("nodes", ()))
        return found

    def _datasets(self, unique_ids: set[str]) -> tuple[str, ...]:
        found = set()
        for unique_id in unique_ids & set(self._sources):
            meta = self._sources[unique_id].get("config", {}).get("meta", {})
            if place := STAGED.search(meta.get("external_location", "")):
                found.add("/".join(place.groups()))
        return tuple(sorted(found))


def _steps(nodes: Any) -> tuple[Step, ...]:  # noqa: ANN401 - nodes of dbt's manifest
    return tuple(
        sorted(
            (Step(node["name"], " ".join(node.get("description", "").split())) for node in nodes),
            key=lambda step: step.name,
        )
    )


def _names(nodes: Any) -> tuple[str, ...]:  # noqa: ANN401 - nodes of dbt's manifest
    return tuple(sorted(node["name"] for node in nodes))


def _exposure(one: Mapping[str, Any], mart_names: Mapping[str, str]) -> Exposure:
    meta = one.get("config", {}).get("meta", {})
    owner = one.get("owner") or {}
    return Exposure(
        name=one["name"],
        label=meta.get("label_de") or one.get("label") or one["name"],
        kind=one["type"],
        description=" ".join((one.get("description") or "").split()),
        maturity=one.get("maturity") or "",
        owner=owner.get("name") or "",
        audience=meta.get("audience", ""),
        url=one.get("url") or "",
        marts=tuple(
            sorted(
                mart_names[unique_id]
                for unique_id in one["depends_on"]["nodes"]
                if unique_id in mart_names
            )
        ),
    )
