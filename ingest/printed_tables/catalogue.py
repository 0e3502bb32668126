"""The metrics that a printed figure may be: the list that the marts are made from, read once.

The list is a variable of the dbt project, so that a metric is defined in one place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import yaml  # type: ignore[import-untyped]

from kreishaus.settings import REPOSITORY

FILE = REPOSITORY / "dbt_project" / "dbt_project.yml"


@dataclass(frozen=True)
class Metric:
    """What the reader of papers needs of a metric; ``items`` are its further dimensions."""

    code: str
    label: str
    kind: str
    unit: str
    period_kind: str
    mart: str | None
    items: tuple[str, ...]


@cache
def metrics() -> Mapping[str, Metric]:
    """Every metric of the catalogue, by its code."""
    project = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {
        entry["code"]: Metric(
            code=entry["code"],
            label=entry["label_de"],
            kind=entry["kind"],
            unit=entry["unit_de"],
            period_kind=entry["period_kind"],
            mart=entry.get("mart"),
            items=tuple(sorted(entry.get("items", ()))),
        )
        for entry in project["vars"]["metrics"]
    }
