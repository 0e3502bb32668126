"""Asking the published marts a question, as any reader would: read-only, one version."""

from __future__ import annotations

from typing import TextIO

import duckdb
import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table

from ingest.settings import Settings
from warehouse import versions


def query(settings: Settings, sql: str) -> pd.DataFrame:
    """Run one SQL statement on the current version; marts may be named without their schema.

    Raises ``NothingPublished``, and ``duckdb.Error`` with the database's own words.
    """
    database = versions.current(settings) / versions.DATABASE
    with duckdb.connect(database, read_only=True) as connection:
        connection.execute(f"use {versions.SCHEMA}")
        return connection.sql(sql).df() if sql.strip() else pd.DataFrame()


def render(frame: pd.DataFrame, form: str, stream: TextIO) -> None:
    """Write an answer as ``table``, ``csv`` or ``json`` (a list of objects)."""
    if form == "csv":
        frame.to_csv(stream, index=False)
    elif form == "json":
        frame.to_json(stream, orient="records", force_ascii=False, date_format="iso", indent=2)
        stream.write("\n")
    else:
        table = Table(box=box.SIMPLE_HEAD, caption=f"{len(frame):,} rows", caption_justify="left")
        for name, kind in frame.dtypes.items():
            numeric = pd.api.types.is_numeric_dtype(kind)
            table.add_column(str(name), justify="right" if numeric else "left")
        for row in frame.itertuples(index=False):
            table.add_row(*("" if pd.isna(value) else str(value) for value in row))
        Console(file=stream, width=None if stream.isatty() else 200).print(table)
