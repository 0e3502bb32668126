"""What a published version says of its marts beside their rows: labels, descriptions, keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from warehouse import versions


@dataclass(frozen=True)
class ColumnEntry:
    """A column, for people: its German label and what it says."""

    label_de: str = ""
    description: str = ""


@dataclass(frozen=True)
class MartEntry:
    """A mart: what it holds, and the columns that name a row."""

    content_hash: str
    description: str = ""
    key: tuple[str, ...] = ()
    columns: Mapping[str, ColumnEntry] = field(default_factory=dict)


def catalogue(version: Path, audience: versions.Audience) -> dict[str, MartEntry]:
    """The marts of an audience in a published version, by name."""
    manifest = versions.manifest(version)
    told = manifest["marts"] if audience == "internal" else manifest["public"]
    return {entry["name"]: _entry(entry) for entry in told}


def _entry(told: Mapping[str, Any]) -> MartEntry:
    return MartEntry(
        content_hash=told["content_hash"],
        description=told["description"],
        key=tuple(told["key"]),
        columns={name: ColumnEntry(**column) for name, column in told["columns"].items()},
    )
