"""Who may read what in PostgreSQL: a group for each audience, and people and tools in them.

``kreishaus_public`` sees the schema ``public``, ``kreishaus_internal`` both. Groups cannot log in;
each person and each tool has a role of its own, so that it can be seen who is connected, and
removed. Nobody may make anything: the transactions of readers are read-only, and they have no right
to write even where they say otherwise.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from psycopg import sql

from ingest.settings import Settings
from warehouse.serving.connection import Connection, ServingFailed, connected
from warehouse.versions import Audience

READER_NAME = re.compile(r"(?!pg_|kreishaus_)[a-z][a-z0-9_]{1,62}")
PASSWORD_BYTES = 24
SHORTEST_PASSWORD = 12


@dataclass(frozen=True)
class Group:
    """A role that cannot log in, and the schemas that it sees, in the order of its search path."""

    role: str
    schemas: tuple[Audience, ...]


GROUPS: Mapping[Audience, Group] = {
    "public": Group("kreishaus_public", ("public",)),
    "internal": Group("kreishaus_internal", ("internal", "public")),
}

# How long a reader may hold up the next version: a transaction that has begun to read one version
# keeps it. They belong to the login, since a group's settings do not reach its members.
READERS_SETTINGS = {
    "default_transaction_read_only": "on",
    "statement_timeout": "5min",
    "idle_in_transaction_session_timeout": "1min",
}


def ensure_groups(connection: Connection) -> None:
    """Make the groups where they are missing, and close the database to everybody else.

    Raises ``ServingFailed`` where the loader's role does not own the database.
    """
    known = {row[0] for row in connection.execute("select rolname from pg_roles")}
    for group in GROUPS.values():
        if group.role not in known:
            connection.execute(sql.SQL("create role {} nologin").format(sql.Identifier(group.role)))
    row = connection.execute(
        "select current_database(), pg_has_role(current_user, datdba, 'usage') "
        "from pg_database where datname = current_database()"
    ).fetchone()
    assert row is not None
    database, owned = row
    if not owned:
        raise ServingFailed(
            f'The loader does not own the database "{database}": alter database {database} '
            "owner to <its role>. See docs/serving.md."
        )
    here = sql.Identifier(database)
    connection.execute(sql.SQL("revoke all on database {} from public").format(here))
    # For who is not held by the gate, such as a superuser: a transaction has one snapshot.
    isolated = sql.SQL("alter database {} set default_transaction_isolation = 'repeatable read'")
    connection.execute(isolated.format(here))
    for group in GROUPS.values():
        role = sql.Identifier(group.role)
        connection.execute(sql.SQL("grant connect on database {} to {}").format(here, role))


def grant(connection: Connection) -> None:
    """Let each group read its schemas, as they are now, and what is being served."""
    for group in GROUPS.values():
        role = sql.Identifier(group.role)
        connection.execute(sql.SQL("grant usage on schema kreishaus to {}").format(role))
        connection.execute(sql.SQL("grant select on kreishaus.publication to {}").format(role))
        for schema in group.schemas:
            there = sql.Identifier(schema)
            connection.execute(sql.SQL("grant usage on schema {} to {}").format(there, role))
            every = sql.SQL("grant select on all tables in schema {} to {}")
            connection.execute(every.format(there, role))


def new_password() -> str:
    """A password that nobody has to remember."""
    return secrets.token_urlsafe(PASSWORD_BYTES)


def add_reader(settings: Settings, name: str, audience: Audience, password: str) -> bool:
    """Let a person or a tool log in and read; for one that is known, change password and audience.

    Returns whether it is new. Raises ``ServingFailed`` for a name that is not, or not ours, and
    for a password that could be guessed.
    """
    if not READER_NAME.fullmatch(name):
        raise ServingFailed(
            f"{name!r} is no name for a reader: small letters, digits and _, beginning with a "
            "letter, and not with pg_ or kreishaus_"
        )
    if len(password) < SHORTEST_PASSWORD:
        raise ServingFailed(f"a reader's password has at least {SHORTEST_PASSWORD} characters")
    with connected(settings) as connection, connection.transaction():
        ensure_groups(connection)
        is_new = _make_login(connection, name, password)
        role = sql.Identifier(name)
        for other, group in GROUPS.items():
            word = "grant {} to {}" if other == audience else "revoke {} from {}"
            connection.execute(sql.SQL(word).format(sql.Identifier(group.role), role))
        path = ", ".join(GROUPS[audience].schemas)
        for setting, value in {**READERS_SETTINGS, "search_path": path}.items():
            # search_path is a list: as one quoted text it would be the name of one schema.
            told = sql.SQL(value) if setting == "search_path" else sql.Literal(value)
            connection.execute(
                sql.SQL("alter role {} set {} = {}").format(role, sql.SQL(setting), told)
            )
    return is_new


def remove_reader(settings: Settings, name: str) -> None:
    """Let a reader log in no longer. Raises ``ServingFailed`` for one that is not ours."""
    with connected(settings) as connection, connection.transaction():
        if _audience_of(connection, name) is None:
            raise ServingFailed(f"{name} is no reader of ours")
        connection.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))


def readers(connection: Connection) -> list[tuple[str, str]]:
    """Everybody who may log in and read, with the group: by name."""
    rows = connection.execute(
        "select member.rolname, grouped.rolname from pg_auth_members "
        "inner join pg_roles as member on member.oid = pg_auth_members.member "
        "inner join pg_roles as grouped on grouped.oid = pg_auth_members.roleid "
        "where member.rolcanlogin and not member.rolcreaterole and grouped.rolname = any(%s) "
        "order by 1",
        [[group.role for group in GROUPS.values()]],
    )
    return [(str(name), str(group)) for name, group in rows]


def _make_login(connection: Connection, name: str, password: str) -> bool:
    known = connection.execute("select from pg_roles where rolname = %s", [name]).fetchone()
    if known is not None and _audience_of(connection, name) is None:
        raise ServingFailed(f"{name} is a role of this server already, and no reader of ours")
    # Encrypted here, so that the password itself stands in no log of the server.
    encrypted = connection.pgconn.encrypt_password(
        password.encode(), name.encode(), b"scram-sha-256"
    ).decode()
    word = "create role {} login password {}" if known is None else "alter role {} password {}"
    statement = sql.SQL(word).format(sql.Identifier(name), sql.Literal(encrypted))
    connection.execute(statement)
    return known is None


def _audience_of(connection: Connection, name: str) -> str | None:
    return dict(readers(connection)).get(name)
