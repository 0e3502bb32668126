"""What a published version says of itself beside its rows: labels, units, keys, where from.

``<version>/<audience>/catalogue.json`` holds an entry per mart of that audience. Who has the folder
needs neither the dbt project nor the other audience's database.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FILE = "catalogue.json"


@dataclass(frozen=True)
class ColumnEntry:
    """A column, for people: its German label, its unit in German, what it says."""

    label_de: str = ""
    unit_de: str = ""
    description: str = ""


@dataclass(frozen=True)
class MartEntry:
    """A mart: the columns that name a row, and the datasets that it is made from."""

    description: str = ""
    key: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    columns: Mapping[str, ColumnEntry] = field(default_factory=dict)


def catalogue(audience_folder: Path) -> dict[str, MartEntry]:
    """The entries of a published folder by mart; none in a version of before there were any."""
    file = audience_folder / FILE
    if not file.exists():
        return {}
    document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return {name: _entry(entry) for name, entry in document.items()}


def _entry(document: Mapping[str, Any]) -> MartEntry:
    return MartEntry(
        description=document["description"],
        key=tuple(document["key"]),
        datasets=tuple(document["datasets"]),
        columns={name: ColumnEntry(**column) for name, column in document["columns"].items()},
    )
