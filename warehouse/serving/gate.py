"""The instant in which readers get another version, and the door that all of them go through.

Every transaction that reads a mart holds a lock on ``kreishaus.publication`` until its end: each
mart's row policy names that table, so PostgreSQL locks it together with the mart. It is the only
lock that a loader waits for, so no reader and no loader ever wait for each other in a circle, in
whatever order readers choose their marts. (The first loader that was tried locked the marts
themselves: fifty readers with transactions of several statements kept it out for ever.)

While a loader waits, whoever has begun to read goes on, and newcomers wait behind it. So that one
who reads for long does not hold up all others, a loader waits for moments only and gives way in
between.
"""

from __future__ import annotations

import random
import time
from datetime import datetime
from itertools import count

import psycopg

from warehouse.serving.connection import Connection, ServingFailed

FIRST_WAIT_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 2.0

HOLDERS = """
select distinct
    activity.pid,
    coalesce(activity.usename::text, 'unknown'),
    coalesce(activity.application_name, ''),
    coalesce(host(activity.client_addr), 'this machine'),
    coalesce(activity.state, 'doing what the loader may not see'),
    activity.query_start,
    activity.xact_start
from pg_locks
inner join pg_stat_activity as activity on activity.pid = pg_locks.pid
where
    pg_locks.locktype = 'relation'
    and pg_locks.granted
    and pg_locks.pid <> pg_backend_pid()
    and pg_locks.database = (select oid from pg_database where datname = current_database())
    and pg_locks.relation = 'kreishaus.publication'::regclass
order by activity.xact_start nulls last, activity.pid
"""


class ReadersInTheWay(ServingFailed):
    """Somebody has read the old version for longer than the loader may wait."""


def close(connection: Connection, patience_seconds: float) -> int:
    """Wait until nobody reads, and let nobody in before the transaction ends; return the attempts.

    Raises ``ReadersInTheWay`` naming who reads, once ``patience_seconds`` are over.
    """
    begun = time.monotonic()
    for attempt in count():
        seconds = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2**attempt)
        left = patience_seconds - (time.monotonic() - begun)
        if _closed(connection, min(seconds, max(left, FIRST_WAIT_SECONDS))):
            return attempt + 1
        if time.monotonic() - begun > patience_seconds:
            raise ReadersInTheWay(_who_reads(connection, patience_seconds))
        time.sleep(seconds * random.uniform(0.5, 1.5))
    raise AssertionError("count() has no end")


def _closed(connection: Connection, seconds: float) -> bool:
    try:
        with connection.transaction():
            connection.execute(f"set local lock_timeout = {round(seconds * 1000)}")
            connection.execute("lock table kreishaus.publication in access exclusive mode")
            connection.execute("set local lock_timeout = 0")
    except psycopg.errors.LockNotAvailable:
        return False
    return True


def _who_reads(connection: Connection, patience_seconds: float) -> str:
    lines = [_reader(*row) for row in connection.execute(HOLDERS)]
    return "\n".join(
        (
            f"In {patience_seconds:g} s there was no moment in which nobody read the old version. "
            "Readers keep it; the next load tries again. Just now:",
            *(lines or ["nobody: those who read have only just ended"]),
            "Who hangs can be sent away: select pg_terminate_backend(<pid>).",
        )
    )


def _reader(
    pid: int,
    user: str,
    application: str,
    address: str,
    state: str,
    *begun: datetime | None,
) -> str:
    query, transaction = (f"{at:%Y-%m-%d %H:%M:%S %z}" if at else "unknown" for at in begun)
    with_what = f" with {application}" if application else ""
    return (
        f"pid {pid}: {user}{with_what} from {address}, {state}, "
        f"transaction since {transaction}, last query of {query}"
    )
