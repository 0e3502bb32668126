"""Loading a published version into PostgreSQL: a transaction for each of the two databases.

The public database is loaded first, then the internal one, which holds both halves because its
readers join them. In each, readers have all of the version or nothing; a load that ends in between
leaves each of them whole, and the next one brings the other up to it.

The same tables as before get other rows, where their content changed. Transactions that look on
see what they saw (their snapshot), those that begin afterwards see the new version. No reader waits
for more than the last step (``reader_lock``).

Tables of another shape (first load, other marts or columns) are made beside the present ones, as
``internal_next`` and ``public_next``, and take over their names. The old ones go when that is done.
A load that is killed leaves nothing behind, but old tables that the next one removes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from kreishaus.settings import Settings
from warehouse import audit, versions
from warehouse.serving import loaders_lock, publication, reader_lock, tables
from warehouse.serving.connection import Connection, ServingFailed, connected, database_name
from warehouse.serving.contents import Contents, Table, shape
from warehouse.serving.doors import require_closed
from warehouse.serving.in_the_way import kept_free
from warehouse.serving.overlong import Ended
from warehouse.serving.readers import (
    GROUP_ROLES,
    GROUPS,
    ensure_groups,
    grant,
    restore_logins,
    shut_out_the_public,
)
from warehouse.statements import EVERYTHING

MARK = "Kreishaus: the published marts"
"""How the comment on a schema of ours begins: what we may replace, and nothing else."""

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
    """What a load of one database did. Nothing was to do where ``attempts`` is 0."""

    version: str
    database: str
    tables: int = 0
    rows: int = 0
    unchanged: int = 0
    copied_seconds: float = 0.0
    waited_seconds: float = 0.0
    attempts: int = 0
    ended: tuple[Ended, ...] = ()

    @property
    def told(self) -> str:
        """The same, in a line."""
        if not self.attempts:
            return f"{self.database}: {self.version} is being served already"
        line = (
            f"{self.database}: {self.version} is being served: {self.rows:,} rows in {self.tables} "
            f"tables in {self.copied_seconds:.1f} s, {self.unchanged} tables as they were; waited "
            f"{self.waited_seconds:.2f} s for readers ({self.attempts} attempts)"
        )
        return "\n".join((line, *(reader.told for reader in self.ended)))


@dataclass(frozen=True)
class Loads:
    """What a load did in each of the two databases."""

    public: Loaded
    internal: Loaded
    ended: tuple[Ended, ...] = ()
    """Who stopped the load by a lock that nobody needs to read."""

    @property
    def told(self) -> str:
        """The same, a line for each and for every reader who was ended."""
        ended = (reader.told for reader in self.ended)
        return "\n".join((self.public.told, self.internal.told, *ended))


def load(settings: Settings, version: Path | None = None, *, may_be_older: bool = False) -> Loads:
    """Serve a published version, by default the current one. The same one again is no work; an
    older one takes the place of a withdrawn one.

    Where one database fails, the other is loaded all the same. Raises ``OlderVersion``,
    ``ReadersInTheWay`` and others of ``ServingFailed``: readers of that database then have what
    they had. Raises ``NothingPublished``.
    """
    version = (version or versions.current(settings)).resolve()
    done: dict[versions.Audience, Loaded] = {}
    refused: list[ServingFailed] = []
    with kept_free(settings, GROUP_ROLES) as ended, connected(settings) as keeper:
        require_closed(keeper)
        loaders_lock.make_schema(keeper)
        with keeper.transaction():
            loaders_lock.hold(keeper, settings.serving.patience_seconds)
            with _noted(refused):
                _set_logins_right(settings)
            for audience in GROUPS:
                with _noted(refused):
                    done[audience] = _load_database(settings, version, audience, may_be_older)
            if "public" in done:
                with _noted(refused):
                    _separate(settings)
    if refused:
        words = dict.fromkeys(map(str, refused))
        loaded = (one.told for one in done.values())
        stopped = (reader.told for reader in ended)
        raise type(refused[0])("\n".join((*words, *loaded, *stopped)))
    return Loads(public=done["public"], internal=done["internal"], ended=tuple(ended))


@contextmanager
def _noted(refused: list[ServingFailed]) -> Iterator[None]:
    """What fails in the block is noted, and what comes after it is done all the same."""
    try:
        yield
    except ServingFailed as failure:
        refused.append(failure)


def _set_logins_right(settings: Settings) -> None:
    with connected(settings) as connection:
        ensure_groups(connection, "internal")
        restore_logins(settings, connection)


def _separate(settings: Settings) -> None:
    """Readers of the public half have a database of their own now: end the time of one for both."""
    with connected(settings) as connection:
        if publication.publication(connection):
            shut_out_the_public(connection, database_name(settings, "internal"))
            publication.drop_hashes_of_before(connection)


def _load_database(
    settings: Settings, version: Path, audience: versions.Audience, may_be_older: bool
) -> Loaded:
    with ExitStack() as stack:
        connection = stack.enter_context(connected(settings, audience))
        helper = stack.enter_context(connected(settings, audience))
        require_closed(connection)
        loaders_lock.make_schema(connection)
        # Else what is read after a wait would be from before it.
        connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        contents = [
            stack.enter_context(Contents(version, schema))
            for schema in sorted(GROUPS[audience].schemas)
        ]
        filled: list[Table] = []
        with connection.transaction():
            one = _Load(settings, connection, helper, version, audience, contents, filled)
            done = _load(one, may_be_older)
        # From here on readers have it. What follows is housekeeping, and may be cut short.
        _drop_old_tables(connection)
        for table in filled:
            tables.vacuum(connection, table)
        return done


@dataclass(frozen=True)
class _Load:
    """One database's load: where, with what, and which tables it fills with other rows."""

    settings: Settings
    connection: Connection
    helper: Connection
    version: Path
    audience: versions.Audience
    contents: Sequence[Contents]
    filled: list[Table] = field(default_factory=list)


def _load(one: _Load, may_be_older: bool) -> Loaded:
    connection, contents, version = one.connection, one.contents, one.version
    database = database_name(one.settings, one.audience)
    present = publication.publication(connection)
    if present and present.version == version.name:
        return Loaded(version.name, database)
    if (
        present
        and present.version > version.name
        and not may_be_older
        and not (versions.is_withdrawn(one.settings, Path(present.version)))
    ):
        raise OlderVersion(
            f"{database}: {present.version} is being served, which is newer than {version.name}. "
            "To go back to it all the same: "
            f"kreishaus serving load --version {version.name} --older"
        )
    if one.audience == "internal":
        _note(one, database)
    begun = time.monotonic()
    facts = versions.facts(version)
    wanted = shape(contents)
    if renewed := present is None or present.shape != wanted:
        generation = present.generation + 1 if present else 1
        publication.set_up(connection)
        ensure_groups(connection, one.audience)
        rows = _make_beside(connection, contents, generation)
    else:
        before = publication.contents(connection)
        rows = {
            table: tables.reload(connection, table, content)
            for content in contents
            for table in content.tables
            if before.get(table.id) != table.content_hash
        }
        one.filled.extend(rows)
    hashes = {table.id: table.content_hash for part in contents for table in part.tables}
    publication.note_contents(connection, hashes)
    copied = time.monotonic()
    closed = reader_lock.lock_readers_out(
        connection, one.helper, one.settings.serving.patience_seconds
    )
    if renewed:
        _exchange_schemas(connection, [content.audience for content in contents], generation)
        publication.replace(connection, facts, generation, wanted)
        grant(connection, one.audience)
    else:
        publication.update(connection, facts)
    return Loaded(
        version.name,
        database,
        tables=len(rows),
        rows=sum(rows.values()),
        unchanged=len(hashes) - len(rows),
        copied_seconds=copied - begun,
        waited_seconds=time.monotonic() - copied,
        attempts=closed.attempts,
        ended=closed.ended,
    )


def _note(one: _Load, database: str) -> None:
    """Everything exact is about to be copied to a server: the audit log has it first."""
    server = one.connection.info.host
    try:
        audit.record(
            one.settings,
            "load",
            marts=[EVERYTHING],
            version=one.version.name,
            details={"server": server, "database": database},
        )
    except audit.AuditUnwritable as error:
        raise ServingFailed(f"{database}: nothing is loaded. {error}") from error


def _make_beside(
    connection: Connection, contents: Sequence[Contents], generation: int
) -> dict[Table, int]:
    _nothing_of_others(connection, [content.audience for content in contents])
    rows = {}
    for content in contents:
        schema = _next(content.audience)
        connection.execute(sql.SQL("create schema {}").format(sql.Identifier(schema)))
        tables.comment(connection, "schema", sql.Identifier(schema), MARK)
        for table in content.tables:
            rows[table] = tables.make(connection, schema, table, content, generation)
    return rows


def _nothing_of_others(connection: Connection, schemas: Sequence[str]) -> None:
    """Raises ``ServingFailed`` when what shall be replaced holds, or carries, what is not ours."""
    for audience in schemas:
        asked = {"schema": audience, "ours": _is_ours(connection, audience)}
        strangers = [row[0] for row in connection.execute(STRANGERS, asked)]
        if strangers:
            raise ServingFailed(
                f'The schema "{audience}" of the serving database is replaced when marts change, '
                f"and it holds what no load has put there: {', '.join(strangers[:5])}. Move it to "
                "another schema (an extension: alter extension ... set schema), or give the marts "
                "a database of their own."
            )
    there = [name for name in schemas if _is_ours(connection, name)]
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


def _exchange_schemas(connection: Connection, schemas: Sequence[str], generation: int) -> None:
    """Put the new tables under the names of the old ones; a schema's name locks no table."""
    rename = sql.SQL("alter schema {} rename to {}")
    for audience in schemas:
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
