"""Airflow's pools: one slot for the warehouse, and one for visits to each source.

``python -m operations.pools`` prints them as ``airflow pools import`` reads them.
"""

from __future__ import annotations

from typing import Any

from kreishaus.datasets import SOURCES
from kreishaus.terminal import json_text
from operations.console import write_line


def pools() -> dict[str, dict[str, Any]]:
    """What each pool is, by its name."""
    visits = {source.pool: "One visit at a time" for source in SOURCES}
    described = {"warehouse": "DuckDB has one writer: dbt and publish, one at a time", **visits}
    return {
        name: {"slots": 1, "description": text, "include_deferred": False}
        for name, text in described.items()
    }


if __name__ == "__main__":
    write_line(json_text(pools()))
