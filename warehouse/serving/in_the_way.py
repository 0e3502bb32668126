"""Keeping the way free for what the loader does: readers whose locks stop it are ended at once.

A reader may not change a table, a role or a database, but PostgreSQL takes the lock for such a
statement before it looks at his rights, and waits for it as long as he lets it; and his own login
he may change, in a transaction that he never ends. Behind either the loader would wait for ever.
Nobody who reads needs such locks, so none of this has the patience of ``reader_lock``.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

import psycopg

from kreishaus.settings import Settings
from warehouse.serving.connection import Connection, ServingFailed, connected
from warehouse.serving.overlong import Ended, end_blockers
from warehouse.versions import AUDIENCES

LOOK_SECONDS = 0.25
"""Well below PostgreSQL's ``deadlock_timeout`` of a second, after which it may end the loader."""


@contextmanager
def kept_free(settings: Settings, groups: Sequence[str]) -> Iterator[list[Ended]]:
    """While the block runs, end readers who stop the loader; yields who was ended so far.

    ``groups`` are the roles whose members readers are. Raises ``ServingFailed``.
    """
    over = threading.Event()
    ended: list[Ended] = []
    failures: list[psycopg.Error] = []
    with ExitStack() as stack:
        helper = stack.enter_context(_helper(settings))
        ended += end_blockers(helper, groups)

        def work() -> None:
            try:
                while not over.wait(LOOK_SECONDS):
                    ended.extend(end_blockers(helper, groups))
            except psycopg.Error as error:
                failures.append(error)

        thread = threading.Thread(target=work, name="keeps the way free")
        thread.start()
        try:
            yield ended
        finally:
            over.set()
            thread.join()
        if failures:
            raise failures[0]


@contextmanager
def _helper(settings: Settings) -> Iterator[Connection]:
    """A connection to either database: a reader can stop others from entering one of them."""
    refused: list[ServingFailed] = []
    with ExitStack() as stack:
        for audience in AUDIENCES:
            try:
                helper = stack.enter_context(connected(settings, audience))
            except ServingFailed as failure:
                refused.append(failure)
            else:
                break
        else:
            raise refused[0]
        yield helper
