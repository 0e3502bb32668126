"""Loading a published version into PostgreSQL, in one transaction from the first row to the switch.

The schemas ``internal`` and ``public`` are made anew beside those that readers have, as
``internal_next`` and ``public_next``. Nobody sees them before the transaction ends, and nothing of
them is left when it is killed.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.csv
from psycopg import sql

from ingest.settings import Settings
from warehouse import versions
from warehouse.serving.connection import Connection, ServingFailed, connected
from warehouse.serving.contents import Contents, Table
from warehouse.serving.readers import HOUSE, ensure_groups, grant
from warehouse.serving.switch import hold_all

MARK = "Kreishaus: the published marts"
"""How the comment on a schema of ours begins: what we may drop, and nothing else."""
LOADERS_LOCK = 0x6B726569736861  # "kreisha"
AS_CSV = pa.csv.WriteOptions(include_header=False)

STRANGERS = """
select pg_describe_object(dependency.classid, dependency.objid, dependency.objsubid)
from pg_depend as dependency
where
    dependency.refclassid = 'pg_namespace'::regclass
    and dependency.refobjid = to_regnamespace(%(schema)s)
    and not (%(ours)s and exists (
        select from pg_class
        where
            dependency.classid = 'pg_class'::regclass
            and pg_class.oid = dependency.objid
            and pg_class.relkind = 'r'
    ))
order by 1
"""


class OlderVersion(ServingFailed):
    """What is served is newer than what shall be loaded."""


@dataclass(frozen=True)
class Served:
    """What is served, and what it took to have it so; ``rows`` is 0 where nothing was to do."""

    version: str
    rows: int = 0
    tables: int = 0
    copied_seconds: float = 0.0
    switch_attempts: int = 0
    switched_seconds: float = 0.0

    @property
    def told(self) -> str:
        """What was done, in a line."""
        if not self.tables:
            return f"{self.version} is being served already"
        return (
            f"{self.version} is being served: {self.tables} tables, {self.rows:,} rows copied in "
            f"{self.copied_seconds:.1f} s, put before readers in {self.switched_seconds:.2f} s "
            f"(attempt {self.switch_attempts})"
        )


def load(settings: Settings, version: Path | None = None, *, may_be_older: bool = False) -> Served:
    """Serve a published version, by default the current one. The same one again is no work.

    Raises ``OlderVersion``, ``ReadersInTheWay`` and others of ``ServingFailed``: readers then have
    what they had. Raises ``NothingPublished``.
    """
    version = (version or versions.current(settings)).resolve()
    with ExitStack() as stack:
        connection = stack.enter_context(connected(settings))
        stack.enter_context(connection.transaction())
        _one_loader_at_a_time(connection, settings.serving.patience_seconds)
        present = published_version(connection)
        if present == version.name:
            return Served(version.name)
        if present and present > version.name and not may_be_older:
            raise OlderVersion(
                f"{present} is being served, which is newer than {version.name}. To go back to it "
                f"all the same: kreishaus serving load --version {version.name} --older"
            )
        _nothing_of_others(connection)
        ensure_groups(connection)
        contents = [
            stack.enter_context(Contents(version, audience)) for audience in versions.AUDIENCES
        ]
        return _exchange(connection, contents, version, settings.serving.patience_seconds)


def published_version(connection: Connection) -> str | None:
    """The version that readers have; None before the first load."""
    if connection.execute("select to_regclass('kreishaus.publication')").fetchone() == (None,):
        return None
    row = connection.execute("select version from kreishaus.publication").fetchone()
    return str(row[0]) if row else None


def _exchange(
    connection: Connection, contents: Sequence[Contents], version: Path, patience_seconds: float
) -> Served:
    begun = time.monotonic()
    tables = rows = 0
    for content in contents:
        schema = _next(content.audience)
        connection.execute(sql.SQL("drop schema if exists {} cascade").format(_name(schema)))
        connection.execute(sql.SQL("create schema {}").format(_name(schema)))
        _comment(connection, "schema", _name(schema), f"{MARK}, {version.name}")
        for table in content.tables():
            rows += copy_table(connection, schema, table, content)
            tables += 1
    copied = time.monotonic()
    attempts = hold_all(connection, _tables_of_ours(connection), patience_seconds)
    held = time.monotonic()
    for audience in versions.AUDIENCES:
        _replace_schema(connection, audience)
    _write_publication(connection, versions.manifest(version))
    grant(connection)
    done = time.monotonic()
    return Served(version.name, rows, tables, copied - begun, attempts, done - held)


def copy_table(connection: Connection, schema: str, table: Table, content: Contents) -> int:
    """Make one table with its rows, key, indexes, comments and statistics; return its rows.

    ``freeze`` lets transactions see the rows that are older than the rows: they would find the
    table by its name and nothing in it. Nobody writes to it again, so nothing is to be vacuumed.
    """
    name = _name(schema, table.name)
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(_name(column.name), sql.SQL(column.sql_type))
        for column in table.columns
    )
    settled = sql.SQL("autovacuum_enabled = false, toast.autovacuum_enabled = false")
    connection.execute(sql.SQL("create table {} ({}) with ({})").format(name, columns, settled))
    rows = 0
    with connection.cursor() as cursor:
        command = sql.SQL("copy {} from stdin with (format csv, freeze)").format(name)
        with cursor.copy(command) as copy:
            for batch in content.batches(table):
                sink = pa.BufferOutputStream()
                pa.csv.write_csv(batch, sink, AS_CSV)
                copy.write(memoryview(sink.getvalue()))
                rows += batch.num_rows
    _index(connection, name, table)
    _comment(connection, "table", name, table.comment)
    for column in table.columns:
        _comment(connection, "column", _name(schema, table.name, column.name), column.comment)
    connection.execute(sql.SQL("analyze {}").format(name))
    return rows


def _index(connection: Connection, name: sql.Identifier, table: Table) -> None:
    if table.key:
        key = sql.SQL(", ").join(map(_name, table.key))
        connection.execute(sql.SQL("alter table {} add primary key ({})").format(name, key))
    for column in table.indexes:
        connection.execute(sql.SQL("create index on {} ({})").format(name, _name(column)))


def _one_loader_at_a_time(connection: Connection, patience_seconds: float) -> None:
    connection.execute(f"set local lock_timeout = {round(patience_seconds * 1000)}")
    try:
        connection.execute("select pg_advisory_xact_lock(%s)", [LOADERS_LOCK])
    except psycopg.errors.LockNotAvailable:
        raise ServingFailed(
            f"another load has been at work for {patience_seconds:g} s: wait for it"
        ) from None
    connection.execute("set local lock_timeout = 0")


def _nothing_of_others(connection: Connection) -> None:
    """Raises ``ServingFailed`` when a schema that shall be replaced holds what is not ours."""
    for audience in versions.AUDIENCES:
        asked = {"schema": audience, "ours": _is_ours(connection, audience)}
        strangers = [row[0] for row in connection.execute(STRANGERS, asked)]
        if strangers:
            raise ServingFailed(
                f'The schema "{audience}" of the serving database is replaced by each load, and it '
                f"holds what no load has put there: {', '.join(strangers[:5])}. Move it to another "
                "schema (an extension: alter extension ... set schema), or give the marts a "
                "database of their own."
            )


def _is_ours(connection: Connection, schema: str) -> bool:
    row = connection.execute(
        "select obj_description(to_regnamespace(%s), 'pg_namespace')", [schema]
    ).fetchone()
    return bool(row and row[0] and row[0].startswith(MARK))


def _tables_of_ours(connection: Connection) -> list[int]:
    """Everything that a reader may hold, by oid."""
    found = connection.execute(
        "select pg_class.oid from pg_class inner join pg_namespace "
        "on pg_namespace.oid = pg_class.relnamespace "
        "where relkind = 'r' and nspname = any(%s)",
        [[*versions.AUDIENCES, HOUSE]],
    )
    return [row[0] for row in found]


def _replace_schema(connection: Connection, audience: str) -> None:
    tables = [
        _name(audience, row[0])
        for row in connection.execute(
            "select tablename from pg_tables where schemaname = %s", [audience]
        )
    ]
    try:
        if tables:
            connection.execute(sql.SQL("drop table {}").format(sql.SQL(", ").join(tables)))
        connection.execute(sql.SQL("drop schema if exists {}").format(_name(audience)))
    except psycopg.errors.DependentObjectsStillExist as error:
        raise ServingFailed(
            f"Something was built on the tables of the old version, which a load replaces: "
            f"{error.diag.message_detail}. Drop it, and select by the tables' names instead: "
            "a saved query, or a function."
        ) from None
    connection.execute(
        sql.SQL("alter schema {} rename to {}").format(_name(_next(audience)), _name(audience))
    )


def _write_publication(connection: Connection, manifest: dict[str, Any]) -> None:
    """Say what is served; a table of its own each time, for it must change with the others."""
    connection.execute(sql.SQL("create schema if not exists {}").format(_name(HOUSE)))
    connection.execute("drop table if exists kreishaus.publication")
    connection.execute(
        "create table kreishaus.publication (version text primary key, as_of text, "
        "created_at timestamptz not null, loaded_at timestamptz not null)"
    )
    row = (manifest["version"], manifest["as_of"], manifest["created_at"], "now")
    command = "copy kreishaus.publication from stdin with (freeze)"
    with connection.cursor() as cursor, cursor.copy(command) as copy:
        copy.write_row(row)
    comments = {
        "version": "The published version that the schemas internal and public hold.",
        "as_of": "The day as of which the version was built; null: everything known then.",
        "created_at": "When the version was published. Time.",
        "loaded_at": "When its load began. Time.",
    }
    for column, comment in comments.items():
        _comment(connection, "column", _name(HOUSE, "publication", column), comment)


def _comment(connection: Connection, kind: str, name: sql.Composable, text: str) -> None:
    connection.execute(
        sql.SQL("comment on {} {} is {}").format(sql.SQL(kind), name, sql.Literal(text))
    )


def _next(audience: str) -> str:
    return f"{audience}_next"


def _name(*parts: str) -> sql.Identifier:
    return sql.Identifier(*parts)
