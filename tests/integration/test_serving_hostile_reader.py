"""What somebody tries who has a reader's login at the public database, and psql, and time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from marts_made import NUMBERED, ROWS, build_of
from postgres import Server
from psycopg import sql
from serving_databases import (
    LOADER,
    as_superuser,
    databases,
    login_url,
    patient_for,
    publish_numbers,
    reader_url,
)
from serving_layout_before import add_reader_before, lay_out_before
from typer.testing import CliRunner

from kreishaus.settings import Settings
from operations.cli import app
from warehouse import versions
from warehouse.manifest import published_marts
from warehouse.publish import publish
from warehouse.serving import reader_lock, readers
from warehouse.serving.connection import ServingFailed, database_name
from warehouse.serving.doors import open_doors
from warehouse.serving.load import Loads, load
from warehouse.serving.readers import add_reader, remove_reader

Reader = psycopg.Connection[Any]


@pytest.fixture(scope="module")
def installation(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Version 1 is served, and "mallory" reads the public half: for tests that leave no trace."""
    folder = tmp_path_factory.mktemp("installation")
    with databases(server, Settings(home=folder / "var"), folder) as served:
        publish_numbers(served, 1)
        load(served)
        add_mallory(served)
        yield served


@pytest.fixture(scope="module")
def installation_before(
    server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """The same with both halves in one database, as it was; "mallory_then" reads there."""
    folder = tmp_path_factory.mktemp("before")
    settings = Settings(home=folder / "var")
    with databases(server, settings, folder, closed=False) as before:
        with as_superuser(server, before) as administrator:
            lay_out_before(administrator, NUMBERED, "20200101T000000.000000Z")
            add_reader_before(administrator, "mallory_then", "public")
        yield before


def add_mallory(settings: Settings) -> None:
    add_reader(settings, "mallory", "public", "correct horse battery")


@contextmanager
def logged_in(url: str) -> Iterator[Reader]:
    """A reader who has switched off all that is there to stop him."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set default_transaction_read_only = off")
        connection.execute("set statement_timeout = 0")
        connection.execute("set idle_in_transaction_session_timeout = 0")
        yield connection


def mallory(server: Server, settings: Settings) -> str:
    return login_url(server, settings, "mallory", "public")


# What he may not do

OPEN_BEFORE = {
    "take an advisory lock": "select pg_advisory_lock(30234519952156769)",
    "fill the memory for locks": "select count(pg_advisory_xact_lock_shared(n)) from "
    "generate_series(1, 100) as n",
    "make a large object": "select lo_create(0)",
    "write a large object": r"select lo_from_bytea(0, '\x00')",
    "fill the log of transactions": "select pg_logical_emit_message(true, 'x', repeat('x', 100))",
    "sleep": "select pg_sleep(0.01)",
    "run a program of his own": "do $$ begin perform 1; end $$",
    "fill the queue of notifications": "select pg_notify('a', 'b')",
    "keep a snapshot for others": "select pg_export_snapshot()",
    "use up transaction numbers": "select txid_current()",
    "the same by its new name": "select pg_current_xact_id()",
    "end another of his login": "select pg_terminate_backend(pg_backend_pid() + 1000000)",
    "cancel another of his login": "select pg_cancel_backend(pg_backend_pid() + 1000000)",
    "see who else is there": "select usename, application_name from pg_stat_activity",
    "see who else is there, by the function": "select * from pg_stat_get_activity(null)",
    "see what others lock": "select relation from pg_locks",
    "count the rows of a load of the internal half": "select tup_inserted from pg_stat_database",
    "the same by the function": "select pg_stat_get_db_tuples_inserted(oid) from pg_database",
    "measure a load by the log of transactions": "select pg_current_wal_lsn()",
    "measure it by the checkpoint": "select * from pg_control_checkpoint()",
    "watch a load copy its rows": "select tuples_processed from pg_stat_progress_copy",
    "count the tables of all databases": "select dbid, count(*) from pg_shdepend group by 1",
    "read what is said of databases": "select * from pg_shdescription",
    "read settings of others' logins": "select * from pg_db_role_setting",
    "learn who reads the internal half": "select * from pg_auth_members",
    "hold a table that loads write": "prepare his as delete from kreishaus.mart",
}
"""Each of these worked while both halves were in one database."""
CLOSED_BEFORE = {
    "make a temporary table": "create temporary table his (x int)",
    "make a table": "create table public.his (x int)",
    "make a schema": "create schema his",
    "make an extension": "create extension dblink",
    "make a function": "create function public.his() returns int language sql as 'select 1'",
    "make a view": "create view public.his as select 1",
    "make a sequence": "create sequence public.his",
    "make a type": "create type public.his as (x int)",
    "make a role": "create role his",
    "make a publication": "create publication his",
    "delete": "delete from public.vacancy",
    "insert": "insert into public.vacancy values (1, 1)",
    "change what is served": "update kreishaus.publication set version = 'his'",
    "empty a mart": "truncate public.vacancy",
    "close the gate": "begin; lock table kreishaus.publication in access exclusive mode",
    "lock a mart against loads": "begin; lock table public.vacancy in share mode",
    "lock rows": "select * from public.vacancy for share",
    "take the gate away": "drop policy gate on public.vacancy",
    "take it away otherwise": "alter table public.vacancy disable row level security",
    "speak of a mart": "comment on table public.vacancy is 'his'",
    "index a mart": "create index on public.vacancy (number)",
    "become the loader": f"set role {LOADER}",
    "be the loader": f"set session authorization {LOADER}",
    "be in the loader's role": f"grant {LOADER} to current_user",
    "be in the other group": "grant kreishaus_internal to current_user",
    "have more connections": "alter role current_user connection limit -1",
    "switch triggers off": "set session_replication_role = replica",
    "have more of the disk": "set temp_file_limit = -1",
    "have no limit for good": "alter role current_user reset temp_file_limit",
    "have more of the disk for good": "alter role current_user set temp_file_limit = -1",
    "log nothing": "set log_statement = 'none'",
    "change the server": "alter system set work_mem = '1GB'",
    "change the database": "alter database current_database set work_mem = '1GB'",
    "let a transaction outlive him": "begin; select 1; prepare transaction 'his'",
    "read a file": "select pg_read_file('/etc/passwd')",
    "read a folder": "select pg_ls_dir('.')",
    "read a file by a copy": "copy kreishaus.publication from '/etc/passwd'",
    "read a file as a large object": "select lo_import('/etc/passwd')",
    "write a file": "copy (select 1) to '/tmp/his'",
    "run a program": "copy (select 1) to program 'true'",
    "load a library": "load '/tmp/his.so'",
    "read the passwords": "select rolpassword from pg_authid",
    "forget the statistics": "select pg_stat_reset()",
    "name an internal mart": "select 'internal.vacancy_by_offer'::regclass",
    "read the hashes of what is served": "select content_hash from kreishaus_loads.mart",
    "hold what loaders lock": "prepare his as delete from kreishaus_loads.lock",
    "hold the hashes": "prepare his as select * from kreishaus_loads.mart",
}
"""Each of these failed before as well, and must go on failing."""
REFUSALS = (
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.UndefinedTable,
    psycopg.errors.InvalidSchemaName,
    psycopg.errors.ObjectNotInPrerequisiteState,  # no prepared transactions on this server
    psycopg.errors.FeatureNotSupported,
    psycopg.errors.SyntaxError,
)


@pytest.mark.parametrize("attack", [*OPEN_BEFORE, *CLOSED_BEFORE])
def test_a_reader_of_the_public_half_cannot(
    server: Server, installation: Settings, attack: str
) -> None:
    statement = {**OPEN_BEFORE, **CLOSED_BEFORE}[attack]
    with logged_in(mallory(server, installation)) as reader, pytest.raises(REFUSALS):
        reader.execute(statement.replace("current_database", reader.info.dbname))


@pytest.mark.parametrize("attack", OPEN_BEFORE)
def test_while_both_halves_were_in_one_database_he_could(
    server: Server, installation_before: Settings, attack: str
) -> None:
    """The test above can fail."""
    url = login_url(server, installation_before, "mallory_then", "internal")
    with logged_in(url) as reader:
        reader.execute(OPEN_BEFORE[attack])


@pytest.mark.parametrize("where", ["postgres", "template1", "closed", "internal"])
def test_he_may_connect_to_no_other_database(
    server: Server, installation: Settings, where: str
) -> None:
    database = database_name(installation, "internal") if where == "internal" else where
    url = server.url(database, "mallory", "correct%20horse%20battery")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(url)


def test_a_reader_of_the_internal_half_cannot_do_more_than_read_either(
    server: Server, installation: Settings
) -> None:
    url = reader_url(server, installation, "planner", "internal")
    with logged_in(url) as reader:
        assert reader.execute("select count(*) from internal.vacancy_by_offer").fetchone() == (
            ROWS,
        )
        for attack in ("take an advisory lock", "make a large object", "run a program of his own"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reader.execute(OPEN_BEFORE[attack])
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(login_url(server, installation, "planner", "public"))


# What he may see

CATALOGUE = """
select oid::regclass::text from pg_class
where relkind in ('r', 'v', 'm')
and relnamespace in (
    'pg_catalog'::regnamespace, 'information_schema'::regnamespace,
    to_regnamespace('kreishaus'), to_regnamespace('public')
)
order by 1
"""


def everything_seen(reader: Reader) -> tuple[str, int]:
    """All rows of all that he can read, as one text, and how many tables and views that were."""
    seen, readable = [], 0
    for (name,) in reader.execute(CATALOGUE).fetchall():
        try:
            rows = reader.execute(f"select t::text from {name} as t").fetchall()
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectNotInPrerequisiteState):
            continue
        readable += 1
        seen += [text or "" for (text,) in rows]
    return "\n".join(seen), readable


def test_nothing_that_he_can_read_tells_of_the_internal_half(
    server: Server, installation: Settings
) -> None:
    """Names, comments, hashes, row counts: whatever stands in any table or view of his database."""
    with logged_in(mallory(server, installation)) as reader:
        seen, readable = everything_seen(reader)
    version = versions.current(installation)
    assert readable > 100
    assert "All about vacancy." in seen  # it is his half that was read
    assert "vacancy_by_offer" not in seen
    for mart in published_marts(version, "internal").values():
        assert mart.content_hash not in seen
    # What docs/serving.md says he sees all the same: names of databases and of roles.
    assert f",{database_name(installation, 'internal')}," in seen
    assert "kreishaus_internal" in seen


def test_the_same_look_found_it_while_both_halves_were_in_one_database(
    server: Server, installation_before: Settings
) -> None:
    url = login_url(server, installation_before, "mallory_then", "internal")
    with logged_in(url) as reader:
        seen, _ = everything_seen(reader)
    assert "vacancy_by_offer" in seen


def test_the_size_of_the_other_database_is_not_told(server: Server, installation: Settings) -> None:
    with logged_in(mallory(server, installation)) as reader:
        name = database_name(installation, "internal")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("select pg_database_size(%s)", [name])


def test_tools_find_what_they_ask_for(server: Server, installation: Settings) -> None:
    """What drivers, Superset, Excel and QGIS look up: nothing of it was taken away."""
    with psycopg.connect(mallory(server, installation), autocommit=True) as reader:
        for statement in (
            "select version(), current_database(), current_schema(), pg_backend_pid()",
            "select pg_is_in_recovery()",
            "select pg_catalog.set_config('search_path', 'public', false)",
            "select table_schema, table_name from information_schema.tables",
            "select column_name, data_type from information_schema.columns",
            "select typname, typtype, typelem, typrelid from pg_type",
            "select nspname from pg_namespace where nspname !~ '^pg_'",
            "select relname, obj_description(oid) from pg_class where relkind = 'r'",
            "select attname, col_description(attrelid, attnum) from pg_attribute",
            "select indexrelid::regclass, pg_get_indexdef(indexrelid) from pg_index",
            "select conname, pg_get_constraintdef(oid) from pg_constraint",
            "select datname from pg_database where has_database_privilege(oid, 'connect')",
            "select pg_relation_size('vacancy'), pg_total_relation_size('vacancy')",
            "select reltuples from pg_class where relname = 'vacancy'",
            "select name, setting from pg_settings",
            "select random(), gen_random_uuid(), clock_timestamp(), now()",
            "explain select * from vacancy",
            "select pg_has_role(current_user, 'kreishaus_public', 'usage')",
        ):
            assert reader.execute(statement).fetchall(), statement


# How he holds up loads


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_lock, "GRACE_SECONDS", 0.3)


def in_background(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def asks(reader: Reader, statement: str) -> None:
    """A statement that may be ended from outside."""
    with suppress(psycopg.OperationalError):
        reader.execute(statement)


HOLD = {
    "a transaction in which nothing happens": ["select * from vacancy"],
    "a lock and no question": ["lock table kreishaus.publication in access share mode"],
    "an open cursor": ["declare his cursor for select * from vacancy", "fetch 1 from his"],
    "statements that are never executed": [
        "prepare his as update public.vacancy set number = 0",
        "prepare hers as select * from public.vacancy, kreishaus.publication for update",
    ],
    "a savepoint upon another": ["select * from vacancy", "savepoint a", "savepoint b"],
}


@pytest.mark.parametrize("how", HOLD)
@pytest.mark.usefixtures("soon")
def test_who_holds_on_is_ended_and_the_load_succeeds(
    server: Server, serving: Settings, how: str
) -> None:
    publish_numbers(serving, 1)
    load(serving)
    url = reader_url(server, serving, "holder", "public")
    publish_numbers(serving, 2)
    with ExitStack() as stack:
        reader = stack.enter_context(suppressing_the_end(url))
        reader.execute("begin isolation level repeatable read")
        for statement in HOLD[how]:
            reader.execute(statement)
        begun = time.monotonic()
        done = load(patient_for(serving, 1))
        assert time.monotonic() - begun < 15
        assert [one.user for one in done.public.ended] == ["holder"]
        assert done.internal.ended == ()
        with pytest.raises(psycopg.OperationalError, match="terminating connection"):
            reader.execute("select 1")
    assert numbers(url) == {2}


# Endless by its pairs: one long series goes to temporary files, whose limit ends it on a fast disk.
ENDLESS = "select count(*) from generate_series(1, 1000000) a, generate_series(1, 1000000) b"


@contextmanager
def suppressing_the_end(url: str) -> Iterator[Reader]:
    """A connection that the server may end."""
    connection = psycopg.connect(url, autocommit=True)
    try:
        connection.execute("set default_transaction_read_only = off")
        connection.execute("set statement_timeout = 0")
        connection.execute("set idle_in_transaction_session_timeout = 0")
        yield connection
    finally:
        connection.close()


def numbers(url: str) -> set[int]:
    with psycopg.connect(url) as connection:
        return {number for (number,) in connection.execute("select number from vacancy")}


@pytest.mark.usefixtures("soon")
def test_a_question_that_never_ends_is_ended(server: Server, serving: Settings) -> None:
    publish_numbers(serving, 1)
    load(serving)
    url = reader_url(server, serving, "asker", "public")
    publish_numbers(serving, 2)
    with suppressing_the_end(url) as reader:
        asking = in_background(lambda: asks(reader, f"{ENDLESS}, vacancy"))
        time.sleep(0.3)
        done = load(patient_for(serving, 1))
        asking.join(10)
        assert not asking.is_alive()
    assert [one.user for one in done.public.ended] == ["asker"]


@pytest.mark.usefixtures("soon")
def test_readers_who_take_turns_so_that_the_gate_is_never_free_are_ended(
    server: Server, serving: Settings
) -> None:
    """No transaction is long; together they leave no moment, and they come back at once."""
    publish_numbers(serving, 1)
    load(serving)
    url = reader_url(server, serving, "turns", "public")
    publish_numbers(serving, 2)
    over = threading.Event()

    def take_turns(offset: float) -> None:
        time.sleep(offset)
        while not over.is_set():
            try:
                with suppressing_the_end(url) as reader:
                    while not over.is_set():
                        reader.execute("begin")
                        reader.execute("select * from vacancy")
                        time.sleep(4)
                        reader.execute("commit")
            except psycopg.OperationalError:
                continue

    threads = [in_background(lambda at=at: take_turns(at)) for at in (0, 1, 2, 3)]
    try:
        time.sleep(1)
        done = load(patient_for(serving, 2))
    finally:
        over.set()
        for thread in threads:
            thread.join(10)
    assert done.public.attempts > 1
    assert {one.user for one in done.public.ended} == {"turns"}
    assert numbers(url) == {2}


@pytest.mark.usefixtures("soon")
def test_who_has_stood_there_for_longer_than_the_patience_is_ended_without_waiting(
    server: Server, serving: Settings
) -> None:
    publish_numbers(serving, 1)
    load(serving)
    url = reader_url(server, serving, "old", "public")
    publish_numbers(serving, 2)
    with suppressing_the_end(url) as reader:
        reader.execute("begin")
        reader.execute("select * from vacancy")
        time.sleep(3.1)
        done = load(patient_for(serving, 3))
    assert done.public.waited_seconds < 2
    assert len(done.public.ended) == 1


# What he leaves for others


def test_he_cannot_take_every_place_on_the_server(server: Server, serving: Settings) -> None:
    publish_numbers(serving, 1)
    load(serving)
    url = reader_url(server, serving, "many", "public")
    with ExitStack() as stack:
        with pytest.raises(psycopg.OperationalError, match="too many connections for role"):
            for _ in range(200):
                stack.enter_context(psycopg.connect(url))
        publish_numbers(serving, 2)
        load(serving)
    assert numbers(url) == {2}


def test_readers_together_cannot_be_given_every_place(server: Server, serving: Settings) -> None:
    publish_numbers(serving, 1)
    load(serving)
    with as_superuser(server, serving) as administrator:
        row = administrator.execute(
            "select current_setting('max_connections')::int"
            " - current_setting('superuser_reserved_connections')::int"
        ).fetchone()
        assert row is not None
        known = administrator.execute(
            "select coalesce(sum(rolconnlimit), 0) from pg_roles where rolconnlimit > 0"
        ).fetchone()
        assert known is not None
    most = row[0] - readers.PLACES_KEPT - int(known[0])
    reader_url(server, serving, "first", "public", most - 7)
    with pytest.raises(ServingFailed, match="second cannot have 8 connections"):
        reader_url(server, serving, "second", "public", 8)
    reader_url(server, serving, "second", "public", 7)
    with pytest.raises(ServingFailed, match=f"{most + int(known[0])} are given to other readers"):
        reader_url(server, serving, "third", "internal", 1)
    reader_url(server, serving, "second", "public", 5)  # his own places count once


def test_what_a_question_puts_on_the_disk_has_an_end(
    server: Server, installation: Settings
) -> None:
    with logged_in(mallory(server, installation)) as reader:
        reader.execute("set work_mem = '1MB'")
        reader.execute("begin")
        reader.execute(
            "declare his cursor with hold for "
            "select n, repeat('x', 1000) from generate_series(1, 1000000) as n"
        )
        with pytest.raises(psycopg.errors.ConfigurationLimitExceeded, match="temp_file_limit"):
            reader.execute("commit")


def test_what_he_changes_of_a_login_that_others_share_is_undone_by_the_next_load(
    server: Server, serving: Settings
) -> None:
    publish_numbers(serving, 1)
    load(serving)
    url = reader_url(server, serving, "shared", "public")
    database = database_name(serving, "public")
    with logged_in(url) as reader:
        for change in (
            "alter role current_user set statement_timeout = 0",
            "alter role current_user set search_path = pg_catalog",
            "alter role current_user set default_transaction_read_only = off",
            "alter role current_user set work_mem = '64kB'",
            f"alter role current_user in database {database} set statement_timeout = 1",
        ):
            reader.execute(change)
    load(serving)  # the same version: no other work
    with psycopg.connect(url, autocommit=True) as other:
        for setting, value in (
            ("statement_timeout", "5min"),
            ("search_path", "public"),
            ("default_transaction_read_only", "on"),
            ("work_mem", "4MB"),
            ("temp_file_limit", "256MB"),
        ):
            assert other.execute(f"show {setting}").fetchone() == (value,)
        assert other.execute("select count(*) from vacancy").fetchone() == (ROWS,)


def test_he_cannot_throw_away_what_others_may_read(server: Server, installation: Settings) -> None:
    """A member of a role may try to drop what was granted to it."""
    with logged_in(mallory(server, installation)) as reader:
        reader.execute("drop owned by kreishaus_public")
        reader.execute("drop owned by current_user")
    assert numbers(mallory(server, installation)) == {1}


def test_who_is_removed_is_out_at_once(server: Server, serving: Settings) -> None:
    publish_numbers(serving, 1)
    load(serving)
    url = reader_url(server, serving, "leaver", "public")
    with suppressing_the_end(url) as reader:
        reader.execute("select 1")
        remove_reader(serving, "leaver")
        with pytest.raises(psycopg.OperationalError, match="terminating connection"):
            reader.execute("select 1")
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        psycopg.connect(url)


def test_a_new_password_ends_what_the_old_one_opened(server: Server, serving: Settings) -> None:
    publish_numbers(serving, 1)
    load(serving)
    url = reader_url(server, serving, "betrayed", "public")
    with suppressing_the_end(url) as reader:
        add_reader(serving, "betrayed", "public", "nobody knows this one")
        with pytest.raises(psycopg.OperationalError, match="terminating connection"):
            reader.execute("select 1")


# Between loads


def as_told(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setenv("KREISHAUS_HOME", str(settings.home))
    monkeypatch.setenv("KREISHAUS_SERVING__URL", settings.serving.url.get_secret_value())
    monkeypatch.setenv("KREISHAUS_SERVING__PASSWORD_FILE", str(settings.serving.password_file))


@pytest.mark.parametrize("how", ["begin; select 1", ENDLESS])
def test_overlong_readers_are_ended_and_others_are_not(
    server: Server, serving: Settings, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    publish_numbers(serving, 1)
    load(serving)
    url = reader_url(server, serving, "overlong", "public")
    as_told(monkeypatch, serving)
    with suppressing_the_end(url) as reader, psycopg.connect(url, autocommit=True) as other:
        pid = reader.info.backend_pid
        asking = in_background(lambda: asks(reader, how))
        time.sleep(4)
        monkeypatch.setenv("KREISHAUS_SERVING__PATIENCE_SECONDS", "60")
        done = CliRunner().invoke(app, ["serving", "end-overlong"])
        assert (done.exit_code, done.output) == (0, "")
        monkeypatch.setenv("KREISHAUS_SERVING__PATIENCE_SECONDS", "3.9")
        for _ in range(10):  # a busy machine begins to ask late
            other.execute("begin")
            other.execute("select * from vacancy")
            done = CliRunner().invoke(app, ["serving", "end-overlong"])
            assert done.exit_code == 0
            if done.output:
                break
            other.execute("rollback")
            time.sleep(1)
        assert f"ended pid {pid}: overlong" in done.output
        assert done.output.count("ended") == 1
        asking.join(10)
        assert other.execute("select 1").fetchone() == (1,)


# Doors that only an administrator closes


def test_nothing_is_loaded_before_the_doors_are_closed(
    server: Server, settings: Settings, tmp_path: Path
) -> None:
    with databases(server, settings, tmp_path, closed=False) as installation:
        publish_numbers(installation, 1)
        with pytest.raises(ServingFailed, match="Nothing is loaded before an administrator"):
            load(installation)
        close_by_psql(server, installation, ["internal"])
        with pytest.raises(
            ServingFailed, match=f'"{database_name(installation, "public")}" readers'
        ):
            load(installation)
        close_by_psql(server, installation, ["public"])
        for audience in versions.AUDIENCES:
            with as_superuser(server, installation, audience) as administrator:
                assert open_doors(administrator) == []
        load(installation)


def close_by_psql(
    server: Server, settings: Settings, audiences: Sequence[versions.Audience]
) -> None:
    """As docs/serving.md says it."""
    script = (Path(readers.__file__).parent / "open_doors.sql").read_text()
    for audience in audiences:
        url = server.url(database_name(settings, audience))
        command = ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", url]
        done = subprocess.run(
            command, input=f"{script}\\gexec\n", capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def test_a_right_that_comes_back_is_found(server: Server, serving: Settings) -> None:
    publish_numbers(serving, 1)
    load(serving)
    with as_superuser(server, serving, "public") as administrator:
        administrator.execute("grant execute on function pg_catalog.lo_create(oid) to public")
    with pytest.raises(ServingFailed, match=r"revoke execute on function lo_create\(oid\)"):
        load(serving)


# Two databases, one version after the other


def status(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> tuple[int, str]:
    as_told(monkeypatch, settings)
    done = CliRunner().invoke(app, ["serving", "status"])
    return done.exit_code, done.output


def test_a_load_killed_between_the_two_leaves_each_whole_and_the_next_one_repairs(
    server: Server, serving: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_numbers(serving, 1)
    load(serving)
    public = reader_url(server, serving, "outside", "public")
    internal = reader_url(server, serving, "inside", "internal")
    publish_numbers(serving, 2)
    script = """
import os, signal
from kreishaus.settings import Settings
from warehouse.serving import load
step = load._load_database
def killed(settings, version, audience, may_be_older):
    step(settings, version, audience, may_be_older)
    os.kill(os.getpid(), signal.SIGKILL)
load._load_database = killed
load.load(Settings())
"""
    as_told(monkeypatch, serving)
    done = subprocess.run([sys.executable, "-c", script], env=dict(os.environ), check=False)
    assert done.returncode == -signal.SIGKILL
    assert (numbers(public), numbers(internal)) == ({2}, {1})
    code, output = status(monkeypatch, serving)
    first, second = (path.name for path in versions.versions(serving))
    assert code == 1
    assert f"served: {second} (public, database {database_name(serving, 'public')})" in output
    assert f"served: {first} (internal, database {database_name(serving, 'internal')})" in output
    assert "different versions" in output
    load(serving)
    assert (numbers(public), numbers(internal)) == ({2}, {2})
    assert "different versions" not in status(monkeypatch, serving)[1]


def test_where_one_database_cannot_be_loaded_the_other_is(
    server: Server, serving: Settings
) -> None:
    publish_numbers(serving, 1)
    load(serving)
    public = reader_url(server, serving, "outside", "public")
    with as_superuser(server, serving) as administrator:
        administrator.execute("create schema planning")
        administrator.execute("create view planning.his as select * from internal.vacancy")
    rows = f"select range as line, 2 as number, 'new' as word from range({ROWS})"
    build_of(serving, {name: (rows, audience) for name, audience in NUMBERED.items()})
    publish(serving, "wider")
    with pytest.raises(ServingFailed, match=r"stand on the old ones: planning\.his") as failure:
        load(serving)
    assert "_public: " in str(failure.value)
    assert numbers(public) == {2}


# From the layout before


@pytest.fixture
def upgrading(server: Server, serving: Settings) -> Settings:
    """What is served lies in one database for both audiences; "past" and "within" read there."""
    publish_numbers(serving, 1)
    with as_superuser(server, serving) as administrator:
        version = versions.current(serving).name
        lay_out_before(administrator, NUMBERED, version)
        add_reader_before(administrator, "past", "public")
        add_reader_before(administrator, "within", "internal")
    return serving


def test_a_database_of_the_layout_before_comes_through_by_a_load(
    server: Server, upgrading: Settings
) -> None:
    """The same version: the public gets a database of its own and leaves the other at once."""
    where_both_were = login_url(server, upgrading, "past", "internal")
    within = login_url(server, upgrading, "within", "internal")
    with suppressing_the_end(where_both_were) as reader:
        assert reader.execute("select count(*) from vacancy").fetchone() == (ROWS,)
        done: Loads = load(upgrading)
        assert (done.public.tables, done.internal.tables) == (3, 0)
        with pytest.raises(psycopg.OperationalError, match="terminating connection"):
            reader.execute("select 1")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(where_both_were)
    assert numbers(login_url(server, upgrading, "past", "public")) == {1}
    assert numbers(within) == {1}
    with as_superuser(server, upgrading) as administrator:
        left = administrator.execute(
            "select count(*) from pg_class cross join aclexplode(relacl) as given "
            "inner join pg_roles on pg_roles.oid = given.grantee "
            "where rolname = 'kreishaus_public'"
        ).fetchone()
        assert left == (0,)
        gone = administrator.execute("select to_regclass('kreishaus.mart')").fetchone()
        assert gone == (None,)
        limits = administrator.execute(
            "select rolname, rolconnlimit from pg_roles where rolname in ('past', 'within')"
        ).fetchall()
        assert sorted(limits) == [("past", 5), ("within", 5)]
    publish_numbers(upgrading, 2)
    assert load(upgrading).internal.tables == 7
    assert numbers(within) == {2}


@pytest.mark.usefixtures("soon")
def test_a_reader_of_before_who_holds_on_does_not_hold_up_the_upgrade(
    server: Server, upgrading: Settings
) -> None:
    publish_numbers(upgrading, 2)
    with suppressing_the_end(login_url(server, upgrading, "past", "internal")) as reader:
        reader.execute("begin")
        reader.execute("select * from vacancy")
        reader.execute("prepare his as delete from kreishaus.mart")
        done = load(patient_for(upgrading, 1))
    assert [one.user for one in done.internal.ended] == ["past"]
    assert numbers(login_url(server, upgrading, "within", "internal")) == {2}


def test_without_the_second_database_readers_keep_what_they_had(
    server: Server, upgrading: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = upgrading.serving.model_copy(update={"public_database": "not_there"})
    with pytest.raises(ServingFailed, match='no connection to the serving database "not_there"'):
        load(upgrading.model_copy(update={"serving": missing}))
    assert numbers(login_url(server, upgrading, "past", "internal")) == {1}
    assert "readers of the public half may still connect" in status(monkeypatch, upgrading)[1]


def test_a_name_in_the_settings_is_never_executed(server: Server, serving: Settings) -> None:
    odd = 'his"; drop schema public; --'
    with psycopg.connect(server.url("postgres"), autocommit=True) as administrator:
        administrator.execute(
            sql.SQL("create database {} owner {} template closed").format(
                sql.Identifier(odd), sql.Identifier(LOADER)
            )
        )
    try:
        with psycopg.connect(server.url("postgres")) as administrator:
            parameters = {**administrator.info.get_parameters(), "dbname": odd}
        with psycopg.connect(
            **parameters, password=server.password, autocommit=True
        ) as administrator:
            for statement in open_doors(administrator):
                administrator.execute(sql.SQL(statement))
        told = serving.serving.model_copy(update={"public_database": odd})
        publish_numbers(serving, 1)
        done = load(serving.model_copy(update={"serving": told}))
        assert done.public.database == odd
    finally:
        with psycopg.connect(server.url("postgres"), autocommit=True) as administrator:
            administrator.execute(
                sql.SQL("drop database {} with (force)").format(sql.Identifier(odd))
            )
