"""A reader who stops loads, or everybody, by locks that PostgreSQL gives before rights."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import pytest
from marts_made import NUMBERED, ROWS, build_of
from postgres import Server
from serving_databases import (
    READERS_PASSWORD,
    as_superuser,
    databases,
    patient_for,
    publish_numbers,
    reader_url,
    server_with_loader,
)

from kreishaus.settings import Settings
from warehouse.publish import publish
from warehouse.serving import reader_lock
from warehouse.serving.connection import database_name
from warehouse.serving.load import Loads, load
from warehouse.serving.overlong import Ended
from warehouse.serving.readers import add_reader, remove_reader

T = TypeVar("T")
WITHIN_SECONDS = 25
CHANGE_A_MART = "create rule his as on insert to public.vacancy do instead nothing"
"""Waits for a lock that lets nobody read; that he may not do it he would be told afterwards."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with server_with_loader() as running:
        yield running


@pytest.fixture
def serving(server: Server, settings: Settings, tmp_path: Path) -> Iterator[Settings]:
    """Serves version 1 from two databases of its own, and has published version 2."""
    with databases(server, settings, tmp_path) as installation:
        publish_numbers(installation, 1)
        load(installation)
        publish_numbers(installation, 2)
        yield installation


@pytest.fixture
def mallory(server: Server, serving: Settings) -> Iterator[Callable[[], psycopg.Connection[Any]]]:
    """Makes connections of a public reader who has switched off all that is there to stop him."""
    url = reader_url(server, serving, "mallory", "public")
    with ExitStack() as stack:

        def connection() -> psycopg.Connection[Any]:
            made = psycopg.connect(url, autocommit=True, connect_timeout=5)
            stack.callback(made.close)
            for setting in ("statement_timeout", "idle_in_transaction_session_timeout"):
                made.execute(f"set {setting} = 0")
            made.execute("set default_transaction_read_only = off")
            return made

        yield connection


def begun(connection: psycopg.Connection[Any], *statements: str) -> psycopg.Connection[Any]:
    """A transaction that he never ends."""
    connection.execute("begin")
    for statement in statements:
        connection.execute(statement)
    return connection


def waiting(connection: psycopg.Connection[Any], statement: str) -> threading.Thread:
    """A statement that waits, for ever if nobody ends it."""

    def ask() -> None:
        with suppress(psycopg.Error):
            connection.execute(statement)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    time.sleep(0.5)
    return thread


def within(server: Server, work: Callable[[], T]) -> T:
    """What ``work`` returns. One that hangs is freed, and fails the test."""
    done: list[T] = []
    failed: list[Exception] = []

    def run() -> None:
        try:
            done.append(work())
        except Exception as error:  # noqa: BLE001 - raised again below, in the test's own thread
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(WITHIN_SECONDS)
    hangs = thread.is_alive()
    if hangs:
        end_mallory(server)
        thread.join(WITHIN_SECONDS)
    assert not hangs, f"stopped for more than {WITHIN_SECONDS} s"
    if failed:
        raise failed[0]
    return done[0]


def end_mallory(server: Server) -> None:
    with psycopg.connect(server.url("postgres"), autocommit=True, connect_timeout=5) as superuser:
        superuser.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'mallory'"
        )


def served(server: Server, serving: Settings) -> set[int]:
    with as_superuser(server, serving, "public") as administrator:
        return {number for (number,) in administrator.execute("select number from public.vacancy")}


def names(ended: tuple[Ended, ...]) -> set[str]:
    return {one.user for one in ended}


def test_who_waits_to_change_a_mart_does_not_stop_the_load(
    server: Server, serving: Settings, mallory: Callable[[], psycopg.Connection[Any]]
) -> None:
    """Whoever reads lets the loader write; who waits behind a reader for more does not."""
    begun(mallory(), "lock table public.vacancy in access share mode")
    waiting(mallory(), CHANGE_A_MART)
    done: Loads = within(server, lambda: load(patient_for(serving, 1)))
    assert names(done.ended) == {"mallory"}
    assert served(server, serving) == {2}


def test_a_change_of_his_own_login_that_he_never_ends_does_not_stop_the_load(
    server: Server, serving: Settings, mallory: Callable[[], psycopg.Connection[Any]]
) -> None:
    mallory().execute("alter role current_user set work_mem = '64kB'")  # the load undoes it
    begun(mallory(), "alter role current_user set work_mem = '65kB'")
    done: Loads = within(server, lambda: load(patient_for(serving, 1)))
    assert names(done.ended) == {"mallory"}
    assert served(server, serving) == {2}


def test_what_he_drops_and_never_ends_does_not_stop_a_load_of_other_columns(
    server: Server, serving: Settings, mallory: Callable[[], psycopg.Connection[Any]]
) -> None:
    rows = f"select range as line, 3 as number, 'new' as word from range({ROWS})"
    build_of(serving, {name: (rows, audience) for name, audience in NUMBERED.items()})
    publish(serving, "wider")
    begun(mallory(), "drop owned by kreishaus_public")
    done: Loads = within(server, lambda: load(patient_for(serving, 1)))
    assert names(done.ended) == {"mallory"}
    assert served(server, serving) == {3}


def test_a_circle_of_reader_and_loader_does_not_end_the_load(
    server: Server,
    serving: Settings,
    mallory: Callable[[], psycopg.Connection[Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """PostgreSQL ends one of the two, and that may be the loader: here nobody is quicker."""
    monkeypatch.setattr("warehouse.serving.in_the_way.LOOK_SECONDS", 600)
    monkeypatch.setattr(reader_lock, "FIRST_WAIT_SECONDS", 1.9)
    reader = begun(mallory(), "select * from public.vacancy")
    at_the_gate, enter = threading.Event(), reader_lock._closed

    def closed(connection: psycopg.Connection[Any], seconds: float) -> bool:
        if not at_the_gate.is_set():
            at_the_gate.set()
            # His look for a circle is a second after he began to wait, and finds none yet.
            waiting(reader, CHANGE_A_MART)
            time.sleep(1.2)
        return enter(connection, seconds)

    monkeypatch.setattr(reader_lock, "_closed", closed)
    within(server, lambda: load(patient_for(serving, 4)))
    assert at_the_gate.is_set()
    assert served(server, serving) == {2}


@pytest.mark.parametrize("act", ["a new password", "removal"])
def test_a_login_that_he_is_changing_can_be_changed_and_removed(
    server: Server, serving: Settings, mallory: Callable[[], psycopg.Connection[Any]], act: str
) -> None:
    """What an officer does first when a login is misused."""
    reader = begun(mallory(), "alter role current_user password 'one of his own'")
    if act == "removal":
        within(server, lambda: remove_reader(serving, "mallory"))
    else:
        within(server, lambda: add_reader(serving, "mallory", "public", READERS_PASSWORD))
    with pytest.raises(psycopg.OperationalError):
        reader.execute("select 1")


def test_a_reader_who_gave_rights_away_beforehand_can_be_removed(
    server: Server, serving: Settings, mallory: Callable[[], psycopg.Connection[Any]]
) -> None:
    mallory().execute("alter default privileges grant select on tables to public")
    remove_reader(serving, "mallory")
    with as_superuser(server, serving) as administrator:
        left = administrator.execute("select from pg_roles where rolname = 'mallory'").fetchall()
    assert left == []


def shut(mallory: Callable[[], psycopg.Connection[Any]], database: str) -> None:
    """Let nobody log in to a database any longer, not even its owner."""
    begun(mallory(), f"alter role current_user in database {database} set work_mem = '64kB'")
    waiting(mallory(), f"drop database {database}")


def test_who_keeps_others_from_a_database_is_ended_from_the_other_one(
    server: Server, serving: Settings, mallory: Callable[[], psycopg.Connection[Any]]
) -> None:
    shut(mallory, database_name(serving, "internal"))
    within(server, lambda: load(patient_for(serving, 1)))
    assert served(server, serving) == {2}


@contextmanager
def watch(serving: Settings) -> Iterator[None]:
    """As the service ``serving-watch`` does."""
    environment = {
        "KREISHAUS_HOME": str(serving.home),
        "KREISHAUS_SERVING__URL": serving.serving.url.get_secret_value(),
        "KREISHAUS_SERVING__PASSWORD_FILE": str(serving.serving.password_file),
    }
    script = "from operations.cli import app; app(['serving', 'end-overlong', '--every', '1'])"
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.kill()


def is_watched(server: Server) -> bool:
    with psycopg.connect(server.url("postgres"), autocommit=True) as superuser:
        found = superuser.execute(
            "select from pg_stat_activity where application_name = 'kreishaus serving'"
        )
        return found.fetchone() is not None


def test_who_keeps_others_from_both_databases_is_ended_by_the_watch(
    server: Server, serving: Settings, mallory: Callable[[], psycopg.Connection[Any]]
) -> None:
    """It is inside already."""
    connections = [mallory() for _ in range(4)]
    with watch(serving):
        until = time.monotonic() + WITHIN_SECONDS
        while not is_watched(server) and time.monotonic() < until:
            time.sleep(0.2)
        for audience in ("internal", "public"):
            shut(connections.pop, database_name(serving, audience))
        within(server, lambda: load(patient_for(serving, 1)))
    assert served(server, serving) == {2}


def test_who_makes_other_readers_wait_is_ended_by_the_watch_and_they_are_not(
    server: Server, serving: Settings, mallory: Callable[[], psycopg.Connection[Any]]
) -> None:
    other = psycopg.connect(reader_url(server, serving, "planner", "public"), autocommit=True)
    begun(mallory(), "lock table public.vacancy in access share mode")
    waiting(mallory(), CHANGE_A_MART)
    with other, watch(serving):
        rows = within(server, lambda: other.execute("select number from vacancy").fetchall())
    assert rows == [(1,)] * ROWS
