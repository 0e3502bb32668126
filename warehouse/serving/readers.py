"""Who may read what in PostgreSQL: a group for each audience, and people and tools in them.

``kreishaus_public`` reads the public database, ``kreishaus_internal`` the internal one, and neither
may log in to the other's. Groups cannot log in; each person and each tool has a role of its own, so
that it can be seen who is connected, and removed. Nobody may make anything: the transactions of
readers are read-only, and they have no right to write even where they say otherwise.

The loader is a member of each reader's role: that is what lets it end his connections.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from psycopg import sql

from kreishaus.settings import Settings
from warehouse import audit
from warehouse.serving.connection import Connection, ServingFailed, connected, database_name
from warehouse.serving.in_the_way import kept_free
from warehouse.serving.overlong import end_sessions
from warehouse.versions import AUDIENCES, Audience

READER_NAME = re.compile(r"(?!pg_|kreishaus_)[a-z][a-z0-9_]{1,62}")
PASSWORD_BYTES = 24
SHORTEST_PASSWORD = 12
CONNECTIONS = 5
"""How many connections a reader may have at a time, where nothing else is said."""
PLACES_KEPT = 10
"""Connections that all readers together cannot take: for loads, and for others on the server."""


@dataclass(frozen=True)
class Group:
    """A role that cannot log in, and the schemas that it sees, in the order of its search path."""

    role: str
    schemas: tuple[Audience, ...]


GROUPS: Mapping[Audience, Group] = {
    "public": Group("kreishaus_public", ("public",)),
    "internal": Group("kreishaus_internal", ("internal", "public")),
}
"""The audiences, each with a database of its own, in the order in which these are loaded."""
GROUP_ROLES = tuple(group.role for group in GROUPS.values())

# What ends an honest reader who forgot. He can change all of it: see ``overlong``. They belong to
# the login, since a group's settings do not reach its members.
READERS_SETTINGS = {
    "default_transaction_read_only": "on",
    "statement_timeout": "5min",
    "idle_in_transaction_session_timeout": "1min",
}
LOGGED = "log_statement"


def ensure_groups(connection: Connection, audience: Audience) -> None:
    """Make the groups where they are missing, and let into this database its audience alone.

    Raises ``ServingFailed`` where the loader's role does not own the database.
    """
    known = {row[0] for row in connection.execute("select rolname from pg_roles")}
    for name in GROUP_ROLES:
        if name not in known:
            connection.execute(sql.SQL("create role {} nologin").format(sql.Identifier(name)))
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
    role = sql.Identifier(GROUPS[audience].role)
    connection.execute(sql.SQL("grant connect on database {} to {}").format(here, role))


def grant(connection: Connection, audience: Audience) -> None:
    """Let a group read the schemas of its database, as they are now, and what is being served."""
    group = GROUPS[audience]
    role = sql.Identifier(group.role)
    connection.execute(sql.SQL("grant usage on schema kreishaus to {}").format(role))
    connection.execute(sql.SQL("grant select on kreishaus.publication to {}").format(role))
    for schema in group.schemas:
        there = sql.Identifier(schema)
        connection.execute(sql.SQL("grant usage on schema {} to {}").format(there, role))
        every = sql.SQL("grant select on all tables in schema {} to {}")
        connection.execute(every.format(there, role))


def shut_out_the_public(connection: Connection, database: str) -> None:
    """Take from the public group what it had in the internal database, and end its connections.

    Up to the layout before this one both audiences read one database.
    """
    role = sql.Identifier(GROUPS["public"].role)
    here = sql.Identifier(database)
    with connection.transaction():
        connection.execute(sql.SQL("revoke all on database {} from {}").format(here, role))
        for schema in (*GROUPS["internal"].schemas, "kreishaus"):
            there = sql.Identifier(schema)
            every = sql.SQL("revoke all on all tables in schema {} from {}")
            connection.execute(every.format(there, role))
            connection.execute(sql.SQL("revoke all on schema {} from {}").format(there, role))
    end_sessions(connection, [GROUPS["public"].role], database=database)
    left = connection.execute(STILL_INSIDE, [GROUPS["public"].role, database]).fetchall()
    if left:
        raise ServingFailed(
            f'Readers of the public half are still connected to "{database}", and the loader may '
            "not end them: "
            + ", ".join(f"pid {pid} ({user})" for pid, user in left)
            + ". An administrator does: select pg_terminate_backend(<pid>)."
        )


STILL_INSIDE = """
select activity.pid, activity.usename
from pg_stat_activity as activity
inner join pg_roles as login on login.oid = activity.usesysid
where
    pg_has_role(login.oid, %s::regrole, 'member')
    and activity.datname = %s
    and not login.rolsuper
    and not login.rolcreaterole
    and not pg_has_role(login.oid, 'kreishaus_internal', 'member')
order by 1
"""


def restore_logins(settings: Settings, connection: Connection) -> None:
    """Undo what readers changed of their own logins, and make those of before like new ones.

    A reader can change his own timeouts and search path for good, for himself and for all who share
    his login. Only what differs is written.
    """
    databases = [database_name(settings, audience) for audience in AUDIENCES]
    for name, group in readers(connection):
        audience = next(key for key, known in GROUPS.items() if known.role == group)
        with connection.transaction():
            _let_loader_end(connection, name)
            _limit_connections(connection, name)
            _restore_settings(connection, name, audience, databases)


def _restore_settings(
    connection: Connection, name: str, audience: Audience, databases: list[str]
) -> None:
    role = sql.Identifier(name)
    said: dict[str, dict[str, str]] = {}
    for database, entries in connection.execute(SAID, [name]):
        said[database] = dict(entry.split("=", 1) for entry in entries)
    everywhere = {key: value for key, value in said.pop("", {}).items() if key != LOGGED}
    if everywhere != _settings_of(audience):
        connection.execute(sql.SQL("alter role {} reset all").format(role))
        _set_up(connection, role, audience)
        _log_statements(connection, role, audience)
    for database in said.keys() & set(databases):
        there = sql.Identifier(database)
        connection.execute(sql.SQL("alter role {} in database {} reset all").format(role, there))


SAID = """
select coalesce(pg_database.datname::text, ''), pg_db_role_setting.setconfig
from pg_db_role_setting
inner join pg_roles on pg_roles.oid = pg_db_role_setting.setrole
left join pg_database on pg_database.oid = pg_db_role_setting.setdatabase
where pg_roles.rolname = %s
"""


def _settings_of(audience: Audience) -> dict[str, str]:
    return {**READERS_SETTINGS, "search_path": ", ".join(GROUPS[audience].schemas)}


def _set_up(connection: Connection, role: sql.Identifier, audience: Audience) -> None:
    for setting, value in _settings_of(audience).items():
        # search_path is a list: as one quoted text it would be the name of one schema.
        told = sql.SQL(value) if setting == "search_path" else sql.Literal(value)
        statement = sql.SQL("alter role {} set {} = {}").format(role, sql.SQL(setting), told)
        connection.execute(statement)


def _let_loader_end(connection: Connection, name: str) -> None:
    """Make the loader a member of a reader's role; a superuser may end everybody anyway."""
    may = connection.execute("select pg_has_role(current_user, %s, 'usage')", [name]).fetchone()
    if may != (True,):
        statement = sql.SQL("grant {} to current_user").format(sql.Identifier(name))
        connection.execute(statement)


def _limit_connections(connection: Connection, name: str, wanted: int | None = None) -> None:
    """Raises ``ServingFailed`` where all readers together could leave no place for a load."""
    row = connection.execute(PLACES, [list(GROUP_ROLES), name]).fetchone()
    assert row is not None
    given, others, all_places = row
    if wanted is None and given >= 0:
        return
    limit = wanted or CONNECTIONS
    free = all_places - PLACES_KEPT - others
    if limit > free:
        raise ServingFailed(
            f"{name} cannot have {limit} connections: of the server's {all_places}, {PLACES_KEPT} "
            f"are kept for loads and {others} are given to other readers. Give fewer "
            "(--connections), remove a reader, or raise max_connections."
        )
    statement = sql.SQL("alter role {} connection limit {}")
    connection.execute(statement.format(sql.Identifier(name), sql.Literal(limit)))


PLACES = """
with login as (
    select distinct member.rolname, member.rolconnlimit
    from pg_auth_members
    inner join pg_roles as member on member.oid = pg_auth_members.member
    inner join pg_roles as grouped on grouped.oid = pg_auth_members.roleid
    where member.rolcanlogin and not member.rolcreaterole and grouped.rolname = any(%s)
)
select
    (select rolconnlimit from pg_roles where rolname = given.name),
    (select coalesce(sum(greatest(rolconnlimit, 0)), 0) from login where rolname <> given.name),
    current_setting('max_connections')::integer
    - current_setting('superuser_reserved_connections')::integer
    - coalesce(current_setting('reserved_connections', true), '0')::integer
from (values (%s)) as given (name)
"""


def new_password() -> str:
    """A password that nobody has to remember."""
    return secrets.token_urlsafe(PASSWORD_BYTES)


def add_reader(
    settings: Settings,
    name: str,
    audience: Audience,
    password: str,
    connections: int | None = None,
) -> bool:
    """Let a person or a tool log in and read; for one that is known, change password and audience.

    What a reader of ``internal`` asks is logged by the server, where the loader may say so. What a
    known reader has open is ended. Returns whether it is new. Raises ``ServingFailed`` for a name
    that is not, or not ours, for a password that could be guessed, and for more ``connections`` (5
    for a new reader) than the server has; ``AuditUnwritable`` where it cannot be noted.
    """
    if not READER_NAME.fullmatch(name):
        raise ServingFailed(
            f"{name!r} is no name for a reader: small letters, digits and _, beginning with a "
            "letter, and not with pg_ or kreishaus_"
        )
    if len(password) < SHORTEST_PASSWORD:
        raise ServingFailed(f"a reader's password has at least {SHORTEST_PASSWORD} characters")
    with (
        kept_free(settings, GROUP_ROLES),
        connected(settings, audience) as connection,
        connection.transaction(),
    ):
        ensure_groups(connection, audience)
        is_new = _make_login(connection, name, password)
        role = sql.Identifier(name)
        for other, group in GROUPS.items():
            word = "grant {} to {}" if other == audience else "revoke {} from {}"
            connection.execute(sql.SQL(word).format(sql.Identifier(group.role), role))
        _let_loader_end(connection, name)
        _limit_connections(connection, name, connections)
        _set_up(connection, role, audience)
        logged = _log_statements(connection, role, audience)
        details = {"reader": name, "statements_logged": logged}
        audit.record(settings, "grant", audience=audience, details=details)
    if not is_new:
        with connected(settings, audience) as connection:
            end_sessions(connection, GROUP_ROLES, user=name)
    return is_new


def _log_statements(connection: Connection, role: sql.Identifier, audience: Audience) -> bool:
    """Have the server log what a reader of ``internal`` asks; the reader cannot switch it off.

    Returns whether it does. A superuser must have granted it to the loader once, which is possible
    from PostgreSQL 15 on; otherwise a superuser says it for each reader: docs/keeping.md.
    """
    if connection.info.server_version < 150_000:
        return False
    asked = connection.execute("select has_parameter_privilege('log_statement', 'set')").fetchone()
    if asked is None or not asked[0]:
        return False
    word = "set log_statement = 'all'" if audience == "internal" else "reset log_statement"
    connection.execute(sql.SQL("alter role {} ").format(role) + sql.SQL(word))
    return audience == "internal"


def remove_reader(settings: Settings, name: str) -> None:
    """Let a reader log in no longer, and end what he has open.

    Raises ``ServingFailed`` for one that is not ours.
    """
    role = sql.Identifier(name)
    with kept_free(settings, GROUP_ROLES), connected(settings) as connection:
        if _audience_of(connection, name) is None:
            raise ServingFailed(f"{name} is no reader of ours")
        # First: who is ended must not come back before the role is gone.
        connection.execute(sql.SQL("alter role {} nologin").format(role))
        end_sessions(connection, GROUP_ROLES, user=name)
        # Such as rights that he gave away beforehand (alter default privileges): a role that
        # leaves something behind cannot be dropped. Of what was granted to it nothing is lost.
        for audience in AUDIENCES:
            with connected(settings, audience) as there:
                _let_loader_end(there, name)
                there.execute(sql.SQL("drop owned by {}").format(role))
        with connection.transaction():
            connection.execute(sql.SQL("drop role {}").format(role))
            audit.record(settings, "revoke", details={"reader": name})


def readers(connection: Connection) -> list[tuple[str, str]]:
    """Everybody who may log in and read, with the group: by name."""
    return [(name, group) for name, group, can_login in _members(connection) if can_login]


def _members(connection: Connection) -> list[tuple[str, str, bool]]:
    rows = connection.execute(
        "select member.rolname, grouped.rolname, member.rolcanlogin from pg_auth_members "
        "inner join pg_roles as member on member.oid = pg_auth_members.member "
        "inner join pg_roles as grouped on grouped.oid = pg_auth_members.roleid "
        "where not member.rolcreaterole and grouped.rolname = any(%s) order by 1",
        [list(GROUP_ROLES)],
    )
    return [(str(name), str(group), bool(can_login)) for name, group, can_login in rows]


def _make_login(connection: Connection, name: str, password: str) -> bool:
    known = connection.execute("select from pg_roles where rolname = %s", [name]).fetchone()
    if known is not None and _audience_of(connection, name) is None:
        raise ServingFailed(f"{name} is a role of this server already, and no reader of ours")
    # Encrypted here, so that the password itself stands in no log of the server.
    encrypted = connection.pgconn.encrypt_password(
        password.encode(), name.encode(), b"scram-sha-256"
    ).decode()
    word = (
        "create role {} login password {}" if known is None else "alter role {} login password {}"
    )
    statement = sql.SQL(word).format(sql.Identifier(name), sql.Literal(encrypted))
    connection.execute(statement)
    return known is None


def _audience_of(connection: Connection, name: str) -> str | None:
    return {member: group for member, group, _ in _members(connection)}.get(name)
