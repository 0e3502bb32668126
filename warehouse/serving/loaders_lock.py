"""One loader at a time, by a lock that no reader can take.

An advisory lock can be taken by everybody, and even a table that a reader may not read can be
locked by a statement that he prepares and never executes. So the lock is a table in a schema whose
names readers cannot resolve. It lies in the internal database and holds for both.
"""

from __future__ import annotations

import psycopg

from warehouse.serving.connection import Connection, ServingFailed

SCHEMA = "kreishaus_loads"
"""What only loaders see, in both databases."""


def make_schema(connection: Connection) -> None:
    """Make the schema of loaders and the table that they lock, where they are missing."""
    for last in (False, True):
        try:
            connection.execute(f"create schema if not exists {SCHEMA}")
            connection.execute(f"create table if not exists {SCHEMA}.lock ()")
        except (psycopg.errors.UniqueViolation, psycopg.errors.DuplicateTable):
            if last:  # another loader's very first, in the same instant
                raise
        else:
            return


def hold(connection: Connection, patience_seconds: float) -> None:
    """Hold the lock until the transaction ends. Raises ``ServingFailed`` after the patience."""
    connection.execute("set local idle_in_transaction_session_timeout = 0")
    connection.execute(f"set local lock_timeout = {round(patience_seconds * 1000)}")
    try:
        connection.execute(f"lock table {SCHEMA}.lock in access exclusive mode")
    except psycopg.errors.LockNotAvailable:
        raise ServingFailed(
            f"another load has been at work for {patience_seconds:g} s: wait for it"
        ) from None
