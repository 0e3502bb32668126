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
    """A mart: what it holds, and the columns that name a row.

    ``kept_from`` names the version whose state it shows, where this version could not renew it.
    """

    rows: int
    content_hash: str
    newest: str | None
    kept_from: str | None
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
        rows=told["rows"],
        content_hash=told["content_hash"],
        newest=told["newest"],
        kept_from=told["kept_from"],
        description=told["description"],
        key=tuple(told["key"]),
        columns={name: ColumnEntry(**column) for name, column in told["columns"].items()},
    )
