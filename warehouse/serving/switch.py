"""The instant in which readers get another version: all tables at once, for every reader.

Why nobody can see a mixture. A transaction that has read a table of the old version holds a lock
on it until its end, whatever its isolation level; the switch takes place only while nobody holds
any such lock. Whoever comes later finds new tables under the old names, and their rows are visible
to him even if his snapshot is older, because they were frozen as they were copied in.

The locks are taken all or none, and for a moment only: a reader who holds one table and waits for
another that we hold would wait for ever. Each attempt ends before PostgreSQL looks for deadlocks
(``deadlock_timeout``), since its remedy would be to fail the reader; between attempts readers have
the tables for themselves.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from datetime import datetime
from itertools import count

import psycopg
from psycopg import sql

from warehouse.serving.connection import Connection, ServingFailed

FIRST_ATTEMPT_SECONDS = 0.02
LONGEST_ATTEMPT_SECONDS = 0.4
ATTEMPTS_UNTIL_LONGEST = 6

HOLDERS = """
select distinct
    activity.pid,
    coalesce(activity.usename::text, 'unknown'),
    coalesce(activity.application_name, ''),
    coalesce(host(activity.client_addr), 'this machine'),
    coalesce(activity.state, 'in a state that the loader may not see'),
    activity.query_start,
    pg_locks.relation::regclass::text
from pg_locks
inner join pg_stat_activity as activity on activity.pid = pg_locks.pid
where
    pg_locks.locktype = 'relation'
    and pg_locks.granted
    and pg_locks.pid <> pg_backend_pid()
    and pg_locks.database = (select oid from pg_database where datname = current_database())
    and pg_locks.relation = any(%s)
order by activity.query_start nulls last, activity.pid
"""


class ReadersInTheWay(ServingFailed):
    """Somebody has held tables of the old version for longer than the loader may wait."""


def hold_all(connection: Connection, tables: Sequence[int], patience_seconds: float) -> int:
    """Lock tables, named by oid, against everybody, all at one moment; return the attempts made.

    Raises ``ReadersInTheWay`` naming who holds them, once ``patience_seconds`` are over.
    """
    begun = time.monotonic()
    longest = min(LONGEST_ATTEMPT_SECONDS, _deadlock_seconds(connection) / 2)
    for attempt in count():
        step = min(attempt % (ATTEMPTS_UNTIL_LONGEST + 1), ATTEMPTS_UNTIL_LONGEST)
        seconds = min(longest, FIRST_ATTEMPT_SECONDS * 2**step)
        if _held(connection, tables, seconds):
            return attempt + 1
        if time.monotonic() - begun > patience_seconds:
            raise ReadersInTheWay(_in_the_way(connection, tables, patience_seconds))
        time.sleep(seconds * random.uniform(0.5, 1.5))
    raise AssertionError("count() has no end")


def _held(connection: Connection, tables: Sequence[int], seconds: float) -> bool:
    """One attempt. The time counts for all tables together, as it does for a reader who waits."""
    if not tables:
        return True
    names = [
        row[0]
        for row in connection.execute(
            "select oid::regclass::text from pg_class where oid = any(%s)", [list(tables)]
        )
    ]
    random.shuffle(names)
    wanted = sql.SQL(", ").join(sql.SQL(name) for name in names)
    try:
        with connection.transaction():
            connection.execute(f"set local statement_timeout = {max(1, round(seconds * 1000))}")
            connection.execute(sql.SQL("lock table {} in access exclusive mode").format(wanted))
            connection.execute("set local statement_timeout = 0")
    except (psycopg.errors.QueryCanceled, psycopg.errors.LockNotAvailable):
        return False
    return True


def _deadlock_seconds(connection: Connection) -> float:
    row = connection.execute(
        "select setting::float / 1000 from pg_settings where name = 'deadlock_timeout'"
    ).fetchone()
    assert row is not None
    return float(row[0])


def _in_the_way(connection: Connection, tables: Sequence[int], patience_seconds: float) -> str:
    holders: dict[tuple[object, ...], list[str]] = {}
    for *who, table in connection.execute(HOLDERS, [list(tables)]):
        holders.setdefault(tuple(who), []).append(table)
    lines = [_holder(*who, tables=names) for who, names in holders.items()]  # type: ignore[arg-type]
    return "\n".join(
        (
            f"In {patience_seconds:g} s there was no moment in which nobody read the old version. "
            "Readers keep it; the next load tries again.",
            *(lines or ["Nobody holds it just now: many short readers, one after the other."]),
            "Who hangs can be sent away: select pg_terminate_backend(<pid>).",
        )
    )


def _holder(
    pid: int,
    user: str,
    application: str,
    address: str,
    state: str,
    query_start: datetime | None,
    *,
    tables: Sequence[str],
) -> str:
    since = f"{query_start:%Y-%m-%d %H:%M:%S %z}" if query_start else "unknown"
    shown = ", ".join(tables[:3]) + (f" and {len(tables) - 3} more" if len(tables) > 3 else "")
    with_what = f" with {application}" if application else ""
    return f"pid {pid}: {user}{with_what} from {address}, {state}, query of {since}, holds {shown}"
