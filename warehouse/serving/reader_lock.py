"""The instant in which readers get another version, and the door that all of them go through.

Every transaction that reads a mart holds a lock on ``kreishaus.publication`` until its end: each
mart's row policy names that table, so PostgreSQL locks it together with the mart. It is the only
lock that a loader waits for, so no reader and no loader ever wait for each other in a circle, in
whatever order readers choose their marts. (The first loader that was tried locked the marts
themselves: fifty readers with transactions of several statements kept it out for ever.)

While a loader waits, whoever has begun to read goes on, and newcomers wait behind it. So that one
who reads for long does not hold up all others, a loader waits for moments only and gives way in
between. That lasts for its patience. Readers whose transaction is older than that are ended at
once; and when it is over, a loader gives way no more: who does not end within a few seconds is
ended, so that no reader keeps the next version from all others.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import psycopg

from warehouse.serving.connection import Connection, ServingFailed
from warehouse.serving.overlong import Ended, end_holders, end_overlong
from warehouse.serving.readers import GROUP_ROLES

FIRST_WAIT_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 2.0
GRACE_SECONDS = 3.0
"""How long a loader without patience holds newcomers before it ends those who still read."""
LAST_WAIT_SECONDS = 20.0

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
    """Somebody has read the old version for longer than the loader may wait, and cannot be ended.

    A superuser, or a role that the loader is no member of.
    """


@dataclass(frozen=True)
class Closed:
    """How it was to wait: the attempts, and the readers who had to be ended."""

    attempts: int
    ended: tuple[Ended, ...] = ()


def lock_readers_out(connection: Connection, helper: Connection, patience_seconds: float) -> Closed:
    """Wait until nobody reads, and let nobody in before the transaction ends.

    ``helper`` is a second connection of the loader, which ends readers. Raises ``ReadersInTheWay``
    naming who reads, where it may not.
    """
    begun = time.monotonic()
    ended: list[Ended] = []
    attempts = 0
    while (left := patience_seconds - (time.monotonic() - begun)) > 0 or not attempts:
        seconds = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2**attempts)
        attempts += 1
        if _closed(connection, min(seconds, max(left, FIRST_WAIT_SECONDS))):
            return Closed(attempts, tuple(ended))
        ended += end_overlong(helper, GROUP_ROLES, patience_seconds)
        time.sleep(seconds * random.uniform(0.5, 1.5))
    with _ending_readers(helper, connection.info.backend_pid, ended):
        until = time.monotonic() + LAST_WAIT_SECONDS
        while (left := until - time.monotonic()) > 0:
            attempts += 1
            if _closed(connection, left):
                return Closed(attempts, tuple(ended))
    raise ReadersInTheWay(_who_reads(connection, patience_seconds))


@contextmanager
def _ending_readers(helper: Connection, loader: int, ended: list[Ended]) -> Iterator[None]:
    """After the grace, end whom the loader waits for, again and again until the block ends."""
    over = threading.Event()
    failures: list[psycopg.Error] = []

    def work() -> None:
        seconds = GRACE_SECONDS
        while not over.wait(seconds):
            try:
                ended.extend(end_holders(helper, GROUP_ROLES, loader))
            except psycopg.Error as error:
                failures.append(error)
                return
            seconds = FIRST_WAIT_SECONDS

    thread = threading.Thread(target=work, name="ends readers")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    if failures:
        raise failures[0]


def _closed(connection: Connection, seconds: float) -> bool:
    try:
        with connection.transaction():
            connection.execute(f"set local lock_timeout = {round(seconds * 1000)}")
            connection.execute("lock table kreishaus.publication in access exclusive mode")
            connection.execute("set local lock_timeout = 0")
    except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
        # A circle is a hostile reader's work: he reads, and asks for a lock on what is being
        # loaded. What was loaded so far stays, and he is ended before the next attempt or by it.
        return False
    return True


def _who_reads(connection: Connection, patience_seconds: float) -> str:
    lines = [_reader(*row) for row in connection.execute(HOLDERS)]
    return "\n".join(
        (
            f"In {patience_seconds:g} s there was no moment in which nobody read the old version. "
            "Readers keep it; the next load tries again. Just now:",
            *(lines or ["nobody: those who read have only just ended"]),
            "The loader may not end them. An administrator: select pg_terminate_backend(<pid>).",
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
