"""Tables of a published database: a mart with what its yml says of it as comments."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from warehouse.marts import Column, Mart
from warehouse.versions import Audience


def create_table(
    database: duckdb.DuckDBPyConnection,
    audience: Audience,
    mart: Mart,
    columns: Mapping[str, Column],
    select: str,
) -> None:
    """Make the table of ``mart`` from a statement, with its comments."""
    table = f"{audience}.{mart.name}"
    database.execute(f"create table {table} as {select}")
    database.execute(f"comment on table {table} is {literal(mart.description)}")
    held = {row[0] for row in database.execute(f"describe {table}").fetchall()}
    for name, column in columns.items():
        if name in held:
            comment = literal(column.description)
            database.execute(f'comment on column {table}."{name}" is {comment}')


def literal(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
