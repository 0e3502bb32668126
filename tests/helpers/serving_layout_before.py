"""A serving database as loads left it while both audiences read one database.

The statements are those of that time. Readers had no limit of connections, the loader was in none
of their roles, and nothing that PostgreSQL gives to everybody was taken away.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import sql
from serving_databases import LOADER, READERS_PASSWORD

from warehouse.versions import Audience

SCHEMAS: Mapping[Audience, tuple[str, ...]] = {
    "public": ("public",),
    "internal": ("internal", "public"),
}
SETUP = """
create schema kreishaus;
create table kreishaus.mart (
    audience text, name text, content_hash text not null, primary key (audience, name)
);
create function kreishaus.checked(present bigint, expected bigint) returns boolean
language plpgsql stable parallel safe as $$
begin
    if present <> expected then
        raise exception 'the marts were renewed with other columns while you waited: ask again'
        using errcode = 'serialization_failure';
    end if;
    return true;
end $$;
create table kreishaus.publication (
    version text not null, as_of text, created_at timestamptz not null,
    loaded_at timestamptz not null, generation bigint not null, shape text not null
);
insert into kreishaus.publication values ({version}, null, now(), now(), 1, 'as it was');
create schema internal;
comment on schema internal is 'Kreishaus: the published marts';
comment on schema public is 'Kreishaus: the published marts';
"""
MART = """
create table {table} (line bigint, number integer);
insert into {table} select line, {number} from generate_series(0, 19) as line;
insert into kreishaus.mart values ({schema}, {name}, {content_hash});
alter table {table} enable row level security;
create policy gate on {table} for select
using ((select kreishaus.checked(generation, 1) from kreishaus.publication));
"""


def lay_out_before(
    administrator: psycopg.Connection[Any],
    marts: Mapping[str, Audience],
    version: str,
    number: int = 1,
) -> None:
    """Make the layout in this database, whose owner is the loader: every row says ``number``."""
    (database,) = administrator.execute("select current_database()").fetchone() or ("",)
    administrator.execute(f"set session authorization {LOADER}")
    for group in ("kreishaus_public", "kreishaus_internal"):
        known = administrator.execute("select from pg_roles where rolname = %s", [group])
        if known.fetchone() is None:
            administrator.execute(f"create role {group} nologin")
        administrator.execute(f"grant connect on database {database} to {group}")
    administrator.execute(f"revoke all on database {database} from public")
    administrator.execute("drop schema public cascade; create schema public")
    administrator.execute(sql.SQL(SETUP).format(version=sql.Literal(version)))
    for mart, audience in marts.items():
        for schema in ("internal", "public") if audience == "public" else ("internal",):
            administrator.execute(
                sql.SQL(MART).format(
                    table=sql.Identifier(schema, mart),
                    schema=sql.Literal(schema),
                    name=sql.Literal(mart),
                    number=sql.Literal(number),
                    content_hash=sql.Literal(f"hash of {schema}.{mart}"),
                )
            )
    for audience, schemas in SCHEMAS.items():
        group = f"kreishaus_{audience}"
        administrator.execute(f"grant usage on schema kreishaus to {group}")
        administrator.execute(f"grant select on kreishaus.publication to {group}")
        for schema in schemas:
            administrator.execute(f"grant usage on schema {schema} to {group}")
            administrator.execute(f"grant select on all tables in schema {schema} to {group}")
    administrator.execute("reset session authorization")


def add_reader_before(
    administrator: psycopg.Connection[Any], name: str, audience: Audience
) -> None:
    """A login as it was made then."""
    administrator.execute(f"set session authorization {LOADER}")
    administrator.execute(f"create role {name} login password '{READERS_PASSWORD}'")
    administrator.execute(f"grant kreishaus_{audience} to {name}")
    administrator.execute(f"alter role {name} set default_transaction_read_only = 'on'")
    administrator.execute(f"alter role {name} set statement_timeout = '5min'")
    administrator.execute(f"alter role {name} set idle_in_transaction_session_timeout = '1min'")
    administrator.execute(f"alter role {name} set search_path = {', '.join(SCHEMAS[audience])}")
    administrator.execute("reset session authorization")
