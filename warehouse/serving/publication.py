"""What is being served, as the serving database says itself: one row in ``kreishaus.publication``.

``generation`` counts how often the tables were made anew. A statement that waited at the gate while
they were is bound to tables that are gone: ``kreishaus.checked``, in the row policy of each table,
tells it to ask again (SQLSTATE 40001), instead of letting it read an old version.

``kreishaus_loads.mart`` holds the content hashes of what is served; only loaders see that schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from warehouse.serving.connection import Connection

COLUMNS = {
    "version": ("text not null", "The published version that the schemas of marts hold."),
    "as_of": ("text", "The day as of which it was built. Null: all that was known then."),
    "created_at": ("timestamptz not null", "When the version was published. UTC."),
    "loaded_at": ("timestamptz not null", "When it was loaded here. UTC."),
    "generation": ("bigint not null", "How often the tables were made anew. Count."),
    "shape": ("text not null", "Hash of the tables' names, columns, keys and comments."),
}
SETUP = """
create schema if not exists kreishaus;
create or replace function kreishaus.checked(present bigint, expected bigint) returns boolean
language plpgsql stable parallel safe as $$
begin
    if present <> expected then
        raise exception 'the marts were renewed with other columns while you waited: ask again'
        using errcode = 'serialization_failure';
    end if;
    return true;
end $$;
"""

HASHES = """
create table if not exists kreishaus_loads.mart (
    audience text, name text, content_hash text not null, primary key (audience, name)
)
"""


@dataclass(frozen=True)
class Publication:
    """The version that readers have, and how its tables look."""

    version: str
    generation: int
    shape: str


def set_up(connection: Connection) -> None:
    """Make what every version uses, where it is missing."""
    connection.execute(SETUP)
    columns = ", ".join(f"{name} {kind}" for name, (kind, _) in COLUMNS.items())
    connection.execute(f"create table if not exists kreishaus.publication ({columns})")
    for name, (_, comment) in COLUMNS.items():
        connection.execute(
            sql.SQL("comment on column kreishaus.publication.{} is {}").format(
                sql.Identifier(name), sql.Literal(comment)
            )
        )


def publication(connection: Connection) -> Publication | None:
    """What is being served; None before the first load."""
    if connection.execute("select to_regclass('kreishaus.publication')").fetchone() == (None,):
        return None
    row = connection.execute(
        "select version, generation, shape from kreishaus.publication"
    ).fetchone()
    return Publication(*row) if row else None


def drop_hashes_of_before(connection: Connection) -> None:
    """Up to the layout before this one content hashes stood where readers see that they exist."""
    try:
        with connection.transaction():
            connection.execute("set local lock_timeout = '2s'")
            connection.execute("drop table if exists kreishaus.mart")
    except psycopg.errors.LockNotAvailable:
        return  # the next load tries again


def update(connection: Connection, manifest: Mapping[str, Any]) -> None:
    """Say that the same tables hold another version. Older snapshots see the one they hold."""
    connection.execute(
        "update kreishaus.publication "
        "set version = %s, as_of = %s, created_at = %s, loaded_at = clock_timestamp()",
        [manifest["version"], manifest["as_of"], manifest["created_at"]],
    )


def replace(
    connection: Connection, manifest: Mapping[str, Any], generation: int, shape: str
) -> None:
    """Say that other tables hold another version, to older snapshots as well: they see those."""
    connection.execute("truncate kreishaus.publication")
    row = (manifest["version"], manifest["as_of"], manifest["created_at"], "now", generation, shape)
    command = "copy kreishaus.publication from stdin with (freeze)"
    with connection.cursor() as cursor, cursor.copy(command) as copy:
        copy.write_row(row)


def contents(connection: Connection) -> dict[tuple[str, str], str]:
    """The content hash of each table being served, by audience and name."""
    connection.execute(HASHES)
    rows = connection.execute("select audience, name, content_hash from kreishaus_loads.mart")
    return {(audience, name): content_hash for audience, name, content_hash in rows}


def note_contents(connection: Connection, hashes: Mapping[tuple[str, str], str]) -> None:
    """Keep the content hashes of what is being loaded."""
    connection.execute(HASHES)
    connection.execute("delete from kreishaus_loads.mart")
    with connection.cursor() as cursor, cursor.copy("copy kreishaus_loads.mart from stdin") as copy:
        for mart, content_hash in hashes.items():
            copy.write_row((*mart, content_hash))
