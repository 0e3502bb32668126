"""Ending readers who hold on to a version for too long, whatever they set for themselves.

A reader can put every timeout that PostgreSQL has for him to 0. So the loader looks: it is a member
of each reader's role (``readers``), which lets it see since when he reads, and end his connection.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from warehouse.serving.connection import Connection

END_SECONDS = 5

END = """
with reader as materialized (
    select activity.*
    from pg_stat_activity as activity
    inner join pg_roles as login on login.oid = activity.usesysid
    where
        activity.backend_type = 'client backend'
        and activity.pid <> pg_backend_pid()
        and not login.rolsuper
        and not login.rolcreaterole
        and pg_has_role(current_user, login.oid, 'usage')
        and exists (
            select from pg_roles as reading
            where
                reading.rolname = any(%(groups)s) and pg_has_role(login.oid, reading.oid, 'member')
        )
),
chosen as materialized (select * from reader where {condition})
select
    pid,
    usename::text,
    coalesce(datname::text, ''),
    coalesce(application_name, ''),
    coalesce(host(client_addr), 'this machine'),
    coalesce(state, ''),
    coalesce(xact_start, query_start),
    pg_terminate_backend(pid, %(wait)s)
from chosen
order by pid
"""
TOO_LONG = """
greatest(
    clock_timestamp() - xact_start,
    case when state = 'active' then clock_timestamp() - query_start end
) > make_interval(secs => %(seconds)s)
"""
BEFORE_THE_LOADER = """
exists (
    select from pg_locks as waiting
    inner join pg_locks as held
        on held.database = waiting.database and held.relation = waiting.relation
    where
        waiting.pid = %(loader)s and not waiting.granted
        and waiting.relation = 'kreishaus.publication'::regclass
        and held.granted and held.pid = reader.pid
)
"""

STOPS_OTHERS = """
exists (
    select from pg_locks as wanted
    where
        wanted.pid = reader.pid and not wanted.granted
        and wanted.locktype in ('relation', 'object')
        and wanted.mode not in ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock')
        -- What every NOTIFY takes as it commits, for an instant.
        and not (wanted.classid is not distinct from 'pg_database'::regclass and wanted.objid = 0)
)
"""
"""Waits for a lock behind which all others wait, to change a table or a database."""
STOPS_A_LOADER = """
exists (
    select from pg_locks as waiting
    inner join pg_stat_activity as loader on loader.pid = waiting.pid
    inner join pg_locks as held
        on held.transactionid = waiting.transactionid and held.granted
    where loader.usename = current_user and not waiting.granted and held.pid = reader.pid
)
"""
"""Has changed a row of the catalogue, such as that of his login, which a loader changes as well."""


@dataclass(frozen=True)
class Ended:
    """A connection of a reader that was ended."""

    pid: int
    user: str
    database: str
    application: str
    address: str
    state: str
    since: datetime | None

    @property
    def told(self) -> str:
        """The same, in a line."""
        since = f"{self.since:%Y-%m-%d %H:%M:%S %z}" if self.since else "unknown"
        with_what = f" with {self.application}" if self.application else ""
        return (
            f"ended pid {self.pid}: {self.user}{with_what} from {self.address}, "
            f"database {self.database}, {self.state}, since {since}"
        )


def end_overlong(connection: Connection, groups: Sequence[str], seconds: float) -> list[Ended]:
    """End every reader of the server whose transaction or statement is older than ``seconds``.

    And, however young, those who wait for a lock that lets nobody else read.
    """
    return _end(connection, f"{TOO_LONG} or {STOPS_OTHERS}", groups=groups, seconds=seconds)


def end_blockers(connection: Connection, groups: Sequence[str]) -> list[Ended]:
    """End the readers who stop a loader, or everybody, by a lock that nobody needs to read."""
    return _end(connection, f"{STOPS_OTHERS} or {STOPS_A_LOADER}", groups=groups)


def end_holders(connection: Connection, groups: Sequence[str], loader: int) -> list[Ended]:
    """End the readers for whom the loader, a process of the server, is waiting at the gate."""
    return _end(connection, BEFORE_THE_LOADER, groups=groups, loader=loader)


def end_sessions(
    connection: Connection, groups: Sequence[str], *, user: str = "", database: str = ""
) -> list[Ended]:
    """End what the members of groups have open: of one user, or in one database."""
    condition = "usename = %(user)s" if user else "datname = %(database)s"
    return _end(connection, condition, groups=groups, user=user, database=database)


def _end(connection: Connection, condition: str, **asked: Any) -> list[Ended]:  # noqa: ANN401
    statement = END.format(condition=condition)
    parameters = {**asked, "groups": list(asked["groups"]), "wait": END_SECONDS * 1000}
    rows = connection.execute(statement, parameters).fetchall()
    return [Ended(*row[:-1]) for row in rows if row[-1]]
