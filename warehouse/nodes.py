"""What dbt builds, node by node: the list of nodes, and what became of each while dbt runs.

    warehouse/nodes.json               every seed, model and test, for whoever draws them
    warehouse/outcomes/<run>/<node>    what became of it, written as dbt says so
                            /ended     nothing more will come

One dbt process builds everything, because DuckDB has one writer; these files are how each node
is nevertheless seen by its name, while it happens. Kept free of heavy imports: a DAG file reads it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from kreishaus.files import new_directory, remove_directory, write_atomically

KINDS = ("seed", "snapshot", "model", "test")
LAYERS = {"seed": "seeds", "test": "tests"}
"""Where a node stands that is in no folder of models: a test of several models among its like."""
RUNS_KEPT = 14
ENDED = "ended"


@dataclass(frozen=True)
class Node:
    """A seed, model or test. ``layer`` is its folder; ``owner`` the node that a test speaks of."""

    unique_id: str
    name: str
    kind: str
    layer: str
    owner: str
    parents: tuple[str, ...]
    description: str


@dataclass(frozen=True)
class NodeOutcome:
    """What dbt said of one node. ``status`` is dbt's word: success, pass, warn, fail, error, ..."""

    unique_id: str
    status: str
    message: str
    seconds: float


def nodes_of(manifest: Mapping[str, Any]) -> list[Node]:
    """The nodes that a build runs, each after its parents and otherwise by name."""
    held = {
        unique_id: node
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] in KINDS
    }
    found = [_node(unique_id, node, held) for unique_id, node in sorted(held.items())]
    return _layered(_parents_first(found))


def _node(unique_id: str, node: Mapping[str, Any], held: Mapping[str, Any]) -> Node:
    depends_on = node["depends_on"].get("nodes", ())  # a seed has none
    parents = tuple(sorted(parent for parent in depends_on if parent in held))
    owner = unique_id
    attached: str | None = node.get("attached_node")
    if attached is not None and attached in held:
        # Drawn behind the model it speaks of, not behind those it looks a key up in: Airflow
        # cannot draw layers that stand behind one another both ways.
        owner, parents = attached, (attached,)
    return Node(
        unique_id=unique_id,
        name=node["name"],
        kind=node["resource_type"],
        layer=LAYERS.get(held[owner]["resource_type"]) or held[owner]["fqn"][1],
        owner=held[owner]["name"],
        parents=parents,
        description=node.get("description") or "",
    )


def _layered(nodes: list[Node]) -> list[Node]:
    """An intermediate model that is made from marts stands with them: it is a step between two."""
    layers: dict[str, str] = {}
    for node in nodes:
        of_parents = {layers[parent] for parent in node.parents}
        if node.kind == "test" and node.layer != LAYERS["test"]:
            (layer,) = of_parents  # that of the model it speaks of
        else:
            layer = "marts" if node.kind == "model" and "marts" in of_parents else node.layer
        layers[node.unique_id] = layer
    return [replace(node, layer=layers[node.unique_id]) for node in nodes]


def _parents_first(nodes: list[Node]) -> list[Node]:
    waiting = {node.unique_id: node for node in nodes}
    ordered: list[Node] = []
    while waiting:
        ready = [node for node in waiting.values() if not waiting.keys() & set(node.parents)]
        for node in ready:
            del waiting[node.unique_id]
        ordered.extend(ready)
    return ordered


def write_nodes(manifest_path: Path, warehouse: Path) -> Path:
    """Write ``nodes.json`` from dbt's manifest, unless it says the same already."""
    nodes = nodes_of(json.loads(manifest_path.read_bytes()))
    content = json.dumps([asdict(node) for node in nodes], indent=1, ensure_ascii=False).encode()
    path = warehouse / "nodes.json"
    if not path.exists() or path.read_bytes() != content:
        write_atomically(path, content)
    return path


def read_nodes(warehouse: Path) -> list[Node]:
    """The nodes as last written; none before dbt's project was parsed for the first time."""
    path = warehouse / "nodes.json"
    if not path.exists():
        return []
    return [
        Node(**{**node, "parents": tuple(node["parents"])})
        for node in json.loads(path.read_bytes())
    ]


class Outcomes:
    """The outcomes of one run's nodes; one writer, as many readers as there are nodes."""

    def __init__(self, warehouse: Path, run_id: str) -> None:
        self.all_runs = warehouse / "outcomes"
        self.folder = self.all_runs / re.sub(r"[^\w.+-]", "_", run_id)

    def open(self) -> None:
        """Begin with nothing, also when this run is built a second time; forget old runs."""
        remove_directory(self.folder)
        new_directory(self.folder).rename(self.folder)
        runs = sorted(self.all_runs.iterdir(), key=lambda path: path.stat().st_mtime)
        for old in runs[:-RUNS_KEPT]:
            remove_directory(old)

    def record(self, outcome: NodeOutcome) -> None:
        """Say what became of a node."""
        content = json.dumps(asdict(outcome), ensure_ascii=False).encode()
        write_atomically(self._path(outcome.unique_id), content)

    def end(self) -> None:
        """Say that nothing more will come. Who waits for a node without outcome waits no more."""
        write_atomically(self.folder / ENDED, b"")

    @property
    def ended(self) -> bool:
        return (self.folder / ENDED).exists()

    def of(self, unique_id: str) -> NodeOutcome | None:
        """What became of a node; None as long as dbt has not said."""
        try:
            return NodeOutcome(**json.loads(self._path(unique_id).read_bytes()))
        except FileNotFoundError:
            return None

    def _path(self, unique_id: str) -> Path:
        # A test's unique id may be longer than a file name can be.
        return self.folder / f"{hashlib.sha256(unique_id.encode()).hexdigest()[:24]}.json"
