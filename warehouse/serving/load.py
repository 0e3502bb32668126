"""Loading a published version into PostgreSQL: one transaction, and readers have all of it.

The same tables as before get other rows, where their content changed. Transactions that look on
see what they saw (their snapshot), those that begin afterwards see the new version. No reader waits
for more than the last step (``gate``).

Tables of another shape (first load, other marts or columns) are made beside the present ones, as
``internal_next`` and ``public_next``, and take over their names. The old ones go when that is done.
A load that is killed leaves nothing behind, but old tables that the next one removes.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from ingest.settings import Settings
from warehouse import versions
from warehouse.serving import gate, publication, tables
from warehouse.serving.connection import Connection, ServingFailed, connected
from warehouse.serving.contents import Contents, Table, shape
from warehouse.serving.readers import ensure_groups, grant

MARK = "Kreishaus: the published marts"
"""How the comment on a schema of ours begins: what we may replace, and nothing else."""
LOADERS_LOCK = 0x6B726569736861  # "kreisha"

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
BUILT_UPON = """
select distinct pg_rewrite.ev_class::regclass::text
from pg_depend as dependency
inner join pg_rewrite on pg_rewrite.oid = dependency.objid
inner join pg_class on pg_class.oid = dependency.refobjid
where
    dependency.classid = 'pg_rewrite'::regclass
    and dependency.refclassid = 'pg_class'::regclass
    and pg_class.relnamespace = any(%s::text[]::regnamespace[])
order by 1
"""


class OlderVersion(ServingFailed):
    """What is served is newer than what shall be loaded."""


@dataclass(frozen=True)
class Loaded:
    """What a load did. Nothing was to do where ``tables`` is 0."""

    version: str
    tables: int = 0
    rows: int = 0
    unchanged: int = 0
    copied_seconds: float = 0.0
    waited_seconds: float = 0.0
    attempts: int = 0

    @property
    def told(self) -> str:
        """The same, in a line."""
        if not self.attempts:
            return f"{self.version} is being served already"
        return (
            f"{self.version} is being served: {self.rows:,} rows in {self.tables} tables in "
            f"{self.copied_seconds:.1f} s, {self.unchanged} tables as they were; waited "
            f"{self.waited_seconds:.2f} s for readers ({self.attempts} attempts)"
        )


def load(settings: Settings, version: Path | None = None, *, may_be_older: bool = False) -> Loaded:
    """Serve a published version, by default the current one. The same one again is no work.

    Raises ``OlderVersion``, ``ReadersInTheWay`` and others of ``ServingFailed``: readers then have
    what they had. Raises ``NothingPublished``.
    """
    version = (version or versions.current(settings)).resolve()
    with ExitStack() as stack:
        connection = stack.enter_context(connected(settings))
        # Else what is read after a wait for another load would be from before it.
        connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        contents = [
            stack.enter_context(Contents(version, audience)) for audience in versions.AUDIENCES
        ]
        filled: list[Table] = []
        with connection.transaction():
            _one_loader_at_a_time(connection, settings.serving.patience_seconds)
            done = _load(settings, connection, version, contents, filled, may_be_older)
        # From here on readers have it. What follows is housekeeping, and may be cut short.
        _drop_old_tables(connection)
        for table in filled:
            tables.tidy(connection, table)
        return done


def _load(
    settings: Settings,
    connection: Connection,
    version: Path,
    contents: Sequence[Contents],
    filled: list[Table],
    may_be_older: bool,
) -> Loaded:
    present = publication.publication(connection)
    if present and present.version == version.name:
        return Loaded(version.name)
    if present and present.version > version.name and not may_be_older:
        raise OlderVersion(
            f"{present.version} is being served, which is newer than {version.name}. To go back to "
            f"it all the same: kreishaus serving load --version {version.name} --older"
        )
    begun = time.monotonic()
    facts = versions.facts(version)
    wanted = shape(contents)
    if renewed := present is None or present.shape != wanted:
        generation = present.generation + 1 if present else 1
        publication.set_up(connection)
        ensure_groups(connection)
        rows = _make_beside(connection, contents, generation)
    else:
        before = publication.contents(connection)
        rows = {
            table: tables.fill_anew(connection, table, content)
            for content in contents
            for table in content.tables
            if before.get(table.id) != table.content_hash
        }
        filled += rows
    hashes = {table.id: table.content_hash for part in contents for table in part.tables}
    publication.note_contents(connection, hashes)
    copied = time.monotonic()
    attempts = gate.close(connection, settings.serving.patience_seconds)
    if renewed:
        _exchange_schemas(connection, generation)
        publication.replace(connection, facts, generation, wanted)
        grant(connection)
    else:
        publication.update(connection, facts)
    return Loaded(
        version.name,
        tables=len(rows),
        rows=sum(rows.values()),
        unchanged=len(hashes) - len(rows),
        copied_seconds=copied - begun,
        waited_seconds=time.monotonic() - copied,
        attempts=attempts,
    )


def _one_loader_at_a_time(connection: Connection, patience_seconds: float) -> None:
    connection.execute(f"set local lock_timeout = {round(patience_seconds * 1000)}")
    try:
        connection.execute("select pg_advisory_xact_lock(%s)", [LOADERS_LOCK])
    except psycopg.errors.LockNotAvailable:
        raise ServingFailed(
            f"another load has been at work for {patience_seconds:g} s: wait for it"
        ) from None
    connection.execute("set local lock_timeout = 0")


def _make_beside(
    connection: Connection, contents: Sequence[Contents], generation: int
) -> dict[Table, int]:
    _nothing_of_others(connection)
    rows = {}
    for content in contents:
        schema = _next(content.audience)
        connection.execute(sql.SQL("create schema {}").format(sql.Identifier(schema)))
        tables.comment(connection, "schema", sql.Identifier(schema), MARK)
        for table in content.tables:
            rows[table] = tables.make(connection, schema, table, content, generation)
    return rows


def _nothing_of_others(connection: Connection) -> None:
    """Raises ``ServingFailed`` when what shall be replaced holds, or carries, what is not ours."""
    for audience in versions.AUDIENCES:
        asked = {"schema": audience, "ours": _is_ours(connection, audience)}
        strangers = [row[0] for row in connection.execute(STRANGERS, asked)]
        if strangers:
            raise ServingFailed(
                f'The schema "{audience}" of the serving database is replaced when marts change, '
                f"and it holds what no load has put there: {', '.join(strangers[:5])}. Move it to "
                "another schema (an extension: alter extension ... set schema), or give the marts "
                "a database of their own."
            )
    there = [name for name in versions.AUDIENCES if _is_ours(connection, name)]
    built_upon = [row[0] for row in connection.execute(BUILT_UPON, [there])]
    if built_upon:
        raise ServingFailed(
            "The marts have other columns than before, so their tables are made anew, and these "
            f"views stand on the old ones: {', '.join(built_upon)}. Drop them, load, and make them "
            "again."
        )


def _is_ours(connection: Connection, schema: str) -> bool:
    row = connection.execute(
        "select obj_description(to_regnamespace(%s), 'pg_namespace')", [schema]
    ).fetchone()
    return bool(row and row[0] and row[0].startswith(MARK))


def _exchange_schemas(connection: Connection, generation: int) -> None:
    """Put the new tables under the names of the old ones; a schema's name locks no table."""
    rename = sql.SQL("alter schema {} rename to {}")
    for audience in versions.AUDIENCES:
        there = sql.Identifier(audience)
        row = connection.execute("select to_regnamespace(%s) is not null", [audience]).fetchone()
        if row and row[0]:
            gone = sql.Identifier(f"{audience}_before_{generation}")
            connection.execute(rename.format(there, gone))
            tables.comment(connection, "schema", gone, MARK)
        connection.execute(rename.format(sql.Identifier(_next(audience)), there))


def _drop_old_tables(connection: Connection) -> None:
    """Drop what a change of shape left: nobody can read it, but somebody may still hold it."""
    left = connection.execute(
        "select nspname from pg_namespace where nspname ~ '^(internal|public)_before_[0-9]+$' "
        "and obj_description(oid, 'pg_namespace') like %s",
        [f"{MARK}%"],
    ).fetchall()
    for (schema,) in left:
        try:
            with connection.transaction():
                connection.execute("set local lock_timeout = '2s'")
                connection.execute(sql.SQL("drop schema {} cascade").format(sql.Identifier(schema)))
        except psycopg.errors.LockNotAvailable:
            continue  # the next load tries again


def _next(audience: str) -> str:
    return f"{audience}_next"
