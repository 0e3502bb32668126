"""What there is to serve: the tables of a published version, read from that version alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import duckdb
import pyarrow as pa

from warehouse import versions
from warehouse.manifest import PublishedMart, published_marts
from warehouse.serving.types import quoted, served

ROWS_PER_BATCH = 20_000
LAYOUT = 1
"""Goes up when tables are made in another way: those of before are then replaced."""
INDEXED = (
    "reference_date",
    "reference_month",
    "reference_year",
    "region_code",
    "municipality_code",
    "ls_code",
)
"""Columns by which readers choose rows."""


@dataclass(frozen=True)
class Column:
    """A column as PostgreSQL shall have it. ``expression`` is what DuckDB selects for it."""

    name: str
    sql_type: str
    expression: str
    comment: str


@dataclass(frozen=True)
class Table:
    """A mart as PostgreSQL shall have it."""

    audience: versions.Audience
    name: str
    comment: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    content_hash: str

    @property
    def id(self) -> tuple[str, str]:
        return self.audience, self.name

    @property
    def indexes(self) -> tuple[str, ...]:
        """Columns that get an index of their own: not the one that the key begins with."""
        names = {column.name for column in self.columns}
        return tuple(name for name in INDEXED if name in names - set(self.key[:1]))


class Contents:
    """One audience's marts in a published version."""

    def __init__(self, version: Path, audience: versions.Audience) -> None:
        self.audience = audience
        self._entries = published_marts(version, audience)
        self._connection = duckdb.connect(versions.database(version, audience), read_only=True)
        self._connection.execute("set timezone = 'UTC'")

    def __enter__(self) -> Contents:
        return self

    def __exit__(self, *_error: object) -> None:
        self._connection.close()

    @cached_property
    def tables(self) -> list[Table]:
        """Every mart, by name. Raises ``NoSuchType``."""
        comments = dict(
            self._connection.execute(
                "select table_name, comment from duckdb_tables() where schema_name = ?",
                [self.audience],
            ).fetchall()
        )
        return [self._table(name, comment or "") for name, comment in sorted(comments.items())]

    def _table(self, name: str, comment: str) -> Table:
        entry = self._entries[name]
        columns = tuple(
            self._column(entry, *row)
            for row in self._connection.execute(
                "select column_name, data_type, comment from duckdb_columns() "
                "where schema_name = ? and table_name = ? order by column_index",
                [self.audience, name],
            ).fetchall()
        )
        held = {column.name for column in columns}
        key = entry.key if held.issuperset(entry.key) else ()
        return Table(self.audience, name, comment, columns, key, entry.content_hash)

    def _column(
        self, entry: PublishedMart, name: str, duckdb_type: str, comment: str | None
    ) -> Column:
        how = served(name, duckdb_type)
        described = entry.columns.get(name)
        said = (described["label_de"] if described else "", comment or "")
        return Column(name, how.sql_type, how.expression, " | ".join(filter(None, said)))

    def batches(self, table: Table) -> Iterator[pa.RecordBatch]:
        """The rows of a mart, in the order in which they lie, a batch at a time."""
        expressions = ", ".join(
            f"{column.expression} as {quoted(column.name)}" for column in table.columns
        )
        source = f"{quoted(self.audience)}.{quoted(table.name)}"
        answer = self._connection.execute(f"select {expressions} from {source}")
        yield from answer.to_arrow_reader(ROWS_PER_BATCH)


def shape(contents: Iterable[Contents]) -> str:
    """A hash of all that tables are besides their rows: equal where only rows can differ."""
    tables = [replace(table, content_hash="") for part in contents for table in part.tables]
    return hashlib.sha256(f"{LAYOUT} {tables}".encode()).hexdigest()
