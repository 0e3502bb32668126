"""The metrics that a printed figure may be: the list that the marts are made from, read once.

The list is a macro of the dbt project, so that a metric is defined in one place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment

from kreishaus.settings import REPOSITORY

FILE = REPOSITORY / "dbt_project" / "macros" / "metrics.sql"


@dataclass(frozen=True)
class Metric:
    """What the reader of papers needs of a metric; ``items`` are its further dimensions."""

    code: str
    label: str
    kind: str
    period_kind: str
    mart: str | None
    items: tuple[str, ...]


@cache
def metrics() -> Mapping[str, Metric]:
    """Every metric of the catalogue, by its code."""
    entries: list[dict[str, object]] = []
    environment = Environment(extensions=["jinja2.ext.do"], autoescape=False)
    module = environment.from_string(FILE.read_text(encoding="utf-8")).module
    module.metrics(entries)  # type: ignore[attr-defined]
    return {
        str(entry["code"]): Metric(
            code=str(entry["code"]),
            label=str(entry["label_de"]),
            kind=str(entry["kind"]),
            period_kind=str(entry["period_kind"]),
            mart=None if entry["mart"] is None else str(entry["mart"]),
            items=tuple(sorted(map(str, _items(entry)))),
        )
        for entry in entries
    }


def _items(entry: Mapping[str, object]) -> Mapping[str, object]:
    items = entry.get("items", {})
    return items if isinstance(items, Mapping) else {}
