"""Connections of Kreishaus's own processes to DuckDB, none of which may take the whole machine."""

from __future__ import annotations

from pathlib import Path

import duckdb

from kreishaus.files import make_folder
from kreishaus.settings import Settings

TEMPORARY = "tmp"
"""Folder of the warehouse for what does not fit into memory. dbt's profile names it too."""


def connect(
    settings: Settings, file: Path | None = None, *, read_only: bool = False
) -> duckdb.DuckDBPyConnection:
    """Open a database file, or one in memory, within ``warehouse_memory``.

    What needs more goes through files in the warehouse, which DuckDB removes at the end.
    """
    make_folder(settings.warehouse)
    return duckdb.connect(
        file or ":memory:",
        read_only=read_only,
        config={
            "memory_limit": settings.warehouse_memory,
            "temp_directory": str(settings.warehouse / TEMPORARY),
            "preserve_insertion_order": "false",
        },
    )
