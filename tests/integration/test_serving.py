"""PostgreSQL for readers: a real server, real publications, and readers who must notice nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
import serving_readers
from marts_made import NUMBERED, ROWS, build_of, numbered
from postgres import Server
from pydantic import SecretStr
from serving_databases import (
    LOADER,
    LOADER_PASSWORD,
    READERS_PASSWORD,
    as_superuser,
    login_url,
    patient_for,
    reader_url,
)
from shared_night import FirstNight
from typer.testing import CliRunner

from kreishaus.settings import Settings
from operations.cli import app
from warehouse import audit, versions
from warehouse.publish import publish
from warehouse.serving import loaders_lock, reader_lock
from warehouse.serving.connection import ServingFailed, database_name
from warehouse.serving.load import OlderVersion, load
from warehouse.serving.reader_lock import ReadersInTheWay
from warehouse.serving.readers import add_reader, remove_reader

READERS = Path(serving_readers.__file__)
PROCESSES, READERS_EACH, PUBLICATIONS = 5, 10, 20
KINDS = ("join", "statements", "repeatable") * 3 + ("duckdb",)


def publish_number(settings: Settings, number: int) -> None:
    numbered(settings, number)
    publish(settings, str(number))


def publish_wider(settings: Settings, number: int) -> None:
    """The same marts with a column more: their tables have to be made anew."""
    rows = f"select range as line, {number} as number, 'new' as word from range({ROWS})"
    build_of(settings, {name: (rows, audience) for name, audience in NUMBERED.items()})
    publish(settings, f"{number}, wider")


# Fifty readers, twenty publications


def read_while(
    url: str, settings: Settings, stop: Path, publications: Callable[[], None]
) -> list[dict[str, Any]]:
    """Let fifty readers read while ``publications`` happen; return their reports."""
    processes = []
    for number in range(PROCESSES):
        asked = {
            "url": url,
            "published": str(settings.published),
            "stop": str(stop),
            "seed": number,
            "kinds": KINDS,
        }
        command = [sys.executable, str(READERS), json.dumps(asked)]
        processes.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    try:
        time.sleep(1.5)  # until all of them are reading
        publications()
    finally:
        stop.touch()
        outputs = [process.communicate(timeout=60)[0] for process in processes]
    return [report for output in outputs for report in json.loads(output)]


def totals(reports: list[dict[str, Any]]) -> Counter[str]:
    """Mixtures, errors, and transactions in which all was of one version, by kind of reader."""
    found: Counter[str] = Counter()
    for report in reports:
        for what in ("mixtures", "errors"):
            found[what] += len(report[what])
        found[report["kind"]] += report["transactions"]
    return found


def test_fifty_readers_see_whole_versions_while_twenty_are_published(
    server: Server, serving: Settings, tmp_path: Path
) -> None:
    publish_number(serving, 1)
    load(serving)
    url = reader_url(server, serving, "fifty", "internal", 60)
    loads = []

    def publications() -> None:
        for number in range(2, PUBLICATIONS + 2):
            publish_number(serving, number)
            loads.append(load(serving).internal)

    reports = read_while(url, serving, tmp_path / "stop", publications)
    assert [report["mixtures"] for report in reports if report["mixtures"]] == []
    assert [report["errors"] for report in reports if report["errors"]] == []
    assert (len(reports), len(loads)) == (50, 20)
    found = totals(reports)
    for kind in set(KINDS):  # they did read, and all along
        assert found[kind] > 50, found
    assert min(report["versions"] for report in reports) > 4
    slowest = dict.fromkeys(KINDS, 0.0)
    for report in reports:
        slowest[report["kind"]] = max(slowest[report["kind"]], report["slowest_seconds"])
    print(f"{found}; slowest {slowest}; waits {[round(load.waited_seconds, 2) for load in loads]}")


def table_by_table(settings: Settings) -> None:
    """A loader as one would write it first: each table replaced by itself, without a lock."""
    version = versions.current(settings)
    with psycopg.connect(**as_loader(settings), autocommit=True) as connection:
        for audience in versions.AUDIENCES:
            with duckdb.connect(versions.database(version, audience), read_only=True) as marts:
                for mart, of in NUMBERED.items():
                    if audience == "public" and of == "internal":
                        continue
                    table = f"{audience}.{mart}"
                    rows = marts.execute(f"select line, number from {table}").fetchall()
                    connection.execute(f"drop table {table}")
                    connection.execute(f"create table {table} (line bigint, number integer)")
                    connection.execute(f"grant select on {table} to kreishaus_internal")
                    with connection.cursor() as cursor:
                        cursor.executemany(f"insert into {table} values (%s, %s)", rows)


def as_loader(settings: Settings) -> dict[str, Any]:
    url = settings.serving.url.get_secret_value()
    return {"conninfo": url, "password": LOADER_PASSWORD}


def test_the_readers_would_notice_a_loader_that_goes_table_by_table(
    server: Server, serving: Settings, tmp_path: Path
) -> None:
    """The test above can fail: the same readers, and a naive loader."""
    publish_number(serving, 1)
    load(serving)
    url = reader_url(server, serving, "fifty_more", "internal", 60)

    def publications() -> None:
        for number in range(2, 6):
            publish_number(serving, number)
            table_by_table(serving)
            time.sleep(1)

    found = totals(read_while(url, serving, tmp_path / "stop", publications))
    assert found["mixtures"] > 0
    assert found["mixtures"] + found["errors"] > 5


# One reader, moment by moment


def see(connection: psycopg.Connection[Any], *marts: str) -> set[int]:
    seen = set()
    for mart in marts:
        rows = connection.execute(f"select number from {mart}").fetchall()
        assert len(rows) == ROWS, mart
        seen |= {number for (number,) in rows}
    return seen


@pytest.fixture
def reader(server: Server, serving: Settings) -> Iterator[psycopg.Connection[Any]]:
    """Somebody who may read everything, while version 1 is served."""
    publish_number(serving, 1)
    load(serving)
    url = reader_url(server, serving, f"reader_{time.monotonic_ns()}", "internal")
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def in_background(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


@pytest.mark.parametrize("isolation", ["read committed", "repeatable read", "serializable"])
def test_a_transaction_that_has_begun_to_read_keeps_its_version(
    serving: Settings, reader: psycopg.Connection[Any], isolation: str
) -> None:
    publish_number(serving, 2)
    with reader.transaction():
        reader.execute(f"set transaction isolation level {isolation}")
        assert see(reader, "internal.vacancy") == {1}
        loading = in_background(lambda: load(serving))
        time.sleep(0.6)
        assert loading.is_alive()
        assert see(reader, "internal.refugees", "public.staffing", "internal.vacancy") == {1}
        assert served(reader) == versions.versions(serving)[0].name
    loading.join(10)
    assert see(reader, "internal.refugees", "public.staffing") == {2}


def test_a_snapshot_that_is_older_than_the_load_sees_one_version_and_never_an_empty_table(
    serving: Settings, reader: psycopg.Connection[Any]
) -> None:
    """It has not read a mart yet, so nobody waits for it: its snapshot shows the version before."""
    publish_number(serving, 2)
    with reader.transaction():
        reader.execute("set transaction isolation level repeatable read")
        reader.execute("select count(*) from pg_class")
        assert load(serving).internal.attempts == 1
        assert see(reader, "internal.refugees", "public.vacancy", "internal.vacancy") == {1}
        assert served(reader) == versions.versions(serving)[0].name
    assert see(reader, "internal.refugees") == {2}


def test_the_same_with_tables_of_another_shape_sees_the_new_version_whole(
    serving: Settings, reader: psycopg.Connection[Any]
) -> None:
    publish_wider(serving, 2)
    with reader.transaction():
        reader.execute("set transaction isolation level repeatable read")
        reader.execute("select count(*) from pg_class")
        load(serving)
        assert see(reader, "internal.refugees", "public.vacancy", "internal.vacancy") == {2}
        assert served(reader) == versions.versions(serving)[1].name
    schemas = reader.execute(
        "select nspname from pg_namespace where nspname !~ '^pg_' order by 1"
    ).fetchall()
    assert [name for (name,) in schemas] == [
        "information_schema",
        "internal",
        "kreishaus",
        "kreishaus_loads",
        "public",
    ]


@contextmanager
def at_the_gate(
    server: Server, serving: Settings, reader: psycopg.Connection[Any], first: Callable[[], None]
) -> Iterator[None]:
    """``first`` begins while a load waits for ``reader``, and gets in after the load."""
    with as_superuser(server, serving) as watching:
        with reader.transaction():
            see(reader, "internal.staffing")
            loading = in_background(lambda: load(serving))
            wait_for(watching, WAITING.format(1))
            waiting = in_background(first)
            wait_for(watching, WAITING.format(2))
        loading.join(20)
        waiting.join(20)
    yield


WAITING = """
select from pg_locks where not granted and relation = 'kreishaus.publication'::regclass
having count(*) = {}
"""


@pytest.fixture
def patient_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loader that does not give way: who comes while it waits is behind it for certain."""
    monkeypatch.setattr(reader_lock, "FIRST_WAIT_SECONDS", 15)
    monkeypatch.setattr(reader_lock, "LONGEST_WAIT_SECONDS", 15)


@pytest.mark.parametrize(("isolation", "number"), [("read committed", 2), ("repeatable read", 1)])
@pytest.mark.usefixtures("patient_gate")
def test_who_waits_at_the_gate_sees_one_version_in_all_that_follows(
    server: Server,
    serving: Settings,
    reader: psycopg.Connection[Any],
    isolation: str,
    number: int,
) -> None:
    """The new one; or, where the snapshot was made before the wait, the one before."""
    publish_number(serving, 2)
    seen = set()

    def several() -> None:
        with psycopg.connect(reader.info.dsn, password=READERS_PASSWORD) as late:
            late.execute(f"set transaction isolation level {isolation}")
            for mart in ("internal.vacancy", "internal.staffing", "public.refugees"):
                seen.update(see(late, mart))

    with at_the_gate(server, serving, reader, several):
        assert seen == {number}


@pytest.mark.usefixtures("patient_gate")
def test_who_waits_at_the_gate_while_tables_change_shape_is_told_to_ask_again(
    server: Server, serving: Settings, reader: psycopg.Connection[Any]
) -> None:
    """Such a statement is bound to the old tables already, and must not read them."""
    publish_wider(serving, 2)
    told = []
    with psycopg.connect(reader.info.dsn, password=READERS_PASSWORD, autocommit=True) as late:

        def ask() -> None:
            try:
                see(late, "internal.vacancy")
            except psycopg.errors.SerializationFailure as error:
                told.append(str(error))

        with at_the_gate(server, serving, reader, ask):
            assert len(told) == 1
            assert "ask again" in told[0]
            assert see(late, "internal.vacancy", "public.staffing") == {2}


def wait_for(connection: psycopg.Connection[Any], sql: str) -> None:
    until = time.monotonic() + 20
    while connection.execute(sql).fetchone() is None:
        assert time.monotonic() < until, sql
        time.sleep(0.02)


def served(connection: psycopg.Connection[Any]) -> str:
    row = connection.execute("select version from kreishaus.publication").fetchone()
    assert row is not None
    return str(row[0])


def test_a_reader_whom_the_loader_may_not_end_is_named_and_the_old_version_stays(
    server: Server, serving: Settings, reader: psycopg.Connection[Any]
) -> None:
    publish_number(serving, 2)
    hasty = patient_for(serving, 0.5)
    with as_superuser(server, serving) as administrator:
        administrator.execute(f"grant pg_read_all_stats to {LOADER}")
        with short_waits(), administrator.transaction():
            served(administrator)
            with pytest.raises(ReadersInTheWay) as refusal:
                load(hasty)
        words = str(refusal.value)
        assert f"pid {administrator.info.backend_pid}: {administrator.info.user}" in words
        assert "idle in transaction" in words
        assert f"transaction since {datetime.now(UTC):%Y-%m-%d}" in words
        # The public half has a database of its own, in which nobody was in the way.
        assert f"{database_name(serving, 'public')}: {versions.current(serving).name}" in words
        assert see(reader, "internal.refugees") == {1}
    load(hasty)
    assert see(reader, "internal.refugees") == {2}


@contextmanager
def short_waits() -> Iterator[None]:
    """A loader that gives up soon."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader_lock, "GRACE_SECONDS", 0.1)
        patch.setattr(reader_lock, "LAST_WAIT_SECONDS", 1.0)
        yield


# Loading


def test_the_same_version_again_is_no_work_and_only_changed_marts_are_copied(
    serving: Settings, reader: psycopg.Connection[Any]
) -> None:
    assert load(serving).told.endswith("is being served already")
    publish(serving, "the same build again")
    again = load(serving).internal
    assert (again.tables, again.unchanged) == (0, 7)
    assert served(reader) == versions.current(serving).name
    rows = f"select range as line, 5 as number from range({ROWS})"
    old = f"select range as line, 1 as number from range({ROWS})"
    marts = {name: (old, audience) for name, audience in NUMBERED.items()}
    build_of(serving, {**marts, "staffing": (rows, "public")})
    publish(serving, "one mart changed")
    one = load(serving).internal
    assert (one.tables, one.rows, one.unchanged) == (2, 2 * ROWS, 5)
    assert see(reader, "internal.staffing", "public.staffing") == {5}
    assert see(reader, "internal.vacancy", "public.vacancy") == {1}


def test_an_older_version_is_loaded_only_when_asked_for(
    serving: Settings, reader: psycopg.Connection[Any]
) -> None:
    publish_number(serving, 2)
    load(serving)
    first = versions.versions(serving)[0]
    with pytest.raises(
        OlderVersion, match=f"kreishaus serving load --version {first.name} --older"
    ):
        load(serving, first)
    assert see(reader, "internal.vacancy") == {2}
    load(serving, first, may_be_older=True)
    assert see(reader, "internal.vacancy") == {1}


@pytest.mark.parametrize("after", ["tables.make", "tables.reload", "reader_lock.lock_readers_out"])
def test_a_killed_load_changes_nothing_and_the_next_one_does_the_work(
    server: Server, serving: Settings, reader: psycopg.Connection[Any], after: str
) -> None:
    """Killed for good, in a process of its own, after the first call of a step."""
    if after == "tables.make":
        publish_wider(serving, 2)
    else:
        publish_number(serving, 2)
    module, function = after.split(".")
    script = f"""
import os, signal
from kreishaus.settings import Settings
from warehouse.serving import {module}, load
step = {module}.{function}
def killed(*arguments):
    step(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)
{module}.{function} = killed
load.load(Settings())
"""
    environment = {
        **os.environ,
        "KREISHAUS_HOME": str(serving.home),
        "KREISHAUS_SERVING__URL": serving.serving.url.get_secret_value(),
        "KREISHAUS_SERVING__PASSWORD_FILE": str(serving.serving.password_file),
    }
    done = subprocess.run([sys.executable, "-c", script], env=environment, check=False)
    assert done.returncode == -signal.SIGKILL
    assert see(reader, "internal.vacancy", "public.refugees", "internal.refugees") == {1}
    load(serving)
    assert see(reader, "internal.vacancy", "public.refugees", "internal.refugees") == {2}


def test_two_loads_at_once_do_the_work_once(
    serving: Settings, reader: psycopg.Connection[Any]
) -> None:
    publish_number(serving, 2)
    done = []
    threads = [in_background(lambda: done.append(load(serving))) for _ in range(3)]
    for thread in threads:
        thread.join(30)
    assert sorted(load.internal.tables for load in done) == [0, 0, 7]
    assert sorted(load.public.tables for load in done) == [0, 0, 3]


def test_a_load_waits_for_another_only_so_long(serving: Settings) -> None:
    publish_number(serving, 1)
    hasty = patient_for(serving, 0.2)
    with psycopg.connect(**as_loader(serving), autocommit=True) as connection:
        loaders_lock.make_schema(connection)
        with connection.transaction():
            loaders_lock.hold(connection, 1)
            with pytest.raises(ServingFailed, match="another load has been at work"):
                load(hasty)


def test_what_others_put_into_the_schema_is_not_dropped(server: Server, serving: Settings) -> None:
    with as_superuser(server, serving) as connection:
        connection.execute("create table public.somebodys (x int)")
    publish_number(serving, 1)
    with pytest.raises(ServingFailed, match="holds what no load has put there: table somebodys"):
        load(serving)
    with as_superuser(server, serving) as connection:
        connection.execute("table public.somebodys")
        connection.execute("drop table public.somebodys")
    load(serving)


def test_a_view_of_somebodys_survives_loads_and_is_named_when_columns_change(
    server: Server, serving: Settings, reader: psycopg.Connection[Any]
) -> None:
    with as_superuser(server, serving) as connection:
        connection.execute("create schema planning")
        connection.execute("create view planning.mine as select * from internal.vacancy")
        publish_number(serving, 2)
        load(serving)
        assert see(connection, "planning.mine") == {2}
        publish_wider(serving, 3)
        with pytest.raises(ServingFailed, match=r"stand on the old ones: planning\.mine"):
            load(serving)
        assert see(reader, "internal.vacancy") == {2}
        connection.execute("drop view planning.mine")
    load(serving)
    assert see(reader, "internal.vacancy") == {3}


# What is in it

EVERY_TYPE = """
select * replace (exact::decimal(18, 12) as exact) from (values
    (1, 5000000000::bigint, 0.1::double, 12.10::decimal(18, 12), true, date '2021-08-15',
     timestamptz '2021-08-15 10:00:00.123456+02', 'Jüchen; "Süd", \\N', ['a "b"', null, 'c\\,d'],
     [1, null]::bigint[], {'a': 1, 'b': ['x']}, 255::utinyint),
    (2, null, null, null, null, null, null, null, null, null, null, null),
    (3, -1, 'nan'::double, -0.5, false, date '0001-01-01', timestamptz '1900-01-01 00:00:00+00',
     '', [], [], {'a': null, 'b': []}, 0),
    (4, 0, 1.7976931348623157e308, 999999.999999999999, true, date '2999-12-31', null,
     e'line\n\\.\nline\r\ttab', [''], [0], null, null),
    (5, 0, 5e-324, 0, true, null, null, '=1+1', null, null, null, null),
    (6, 0, '-infinity'::double, 0, true, null, null, 'NULL', ['NULL', '{}'], null, null, null)
) as t(line, many, share, exact, is_true, reference_date, recorded_at, words, listed, numbers,
       nested, small)
"""


def comparable(rows: list[tuple[Any, ...]]) -> list[list[Any]]:
    """Rows whose nan is equal to itself."""
    return [["nan" if value != value else value for value in row] for row in rows]


def test_every_type_arrives_as_it_was(server: Server, serving: Settings) -> None:
    build_of(serving, {"every_type": (EVERY_TYPE, "internal")})
    publish(serving, "types")
    load(serving)
    file = versions.database(versions.current(serving), "internal")
    with duckdb.connect(file, read_only=True) as published:
        published.execute("set timezone = 'UTC'")
        expected = published.execute("select * from internal.every_type order by line").fetchall()
    with as_superuser(server, serving) as connection:
        connection.execute("set timezone = 'UTC'")
        rows = connection.execute("select * from internal.every_type order by line").fetchall()
        kinds = dict(
            connection.execute(
                "select attname, format_type(atttypid, atttypmod) from pg_attribute "
                "where attrelid = 'internal.every_type'::regclass and attnum > 0"
            ).fetchall()
        )
    assert comparable(rows) == comparable(expected)
    assert rows[0][3] == Decimal("12.100000000000")
    assert rows[0][5] == date(2021, 8, 15)
    assert kinds == {
        "line": "integer",
        "many": "bigint",
        "share": "double precision",
        "exact": "numeric(18,12)",
        "is_true": "boolean",
        "reference_date": "date",
        "recorded_at": "timestamp with time zone",
        "words": "text",
        "listed": "text[]",
        "numbers": "bigint[]",
        "nested": "jsonb",
        "small": "smallint",
    }


def test_every_published_mart_is_served_row_for_row(
    server: Server, serving: Settings, first_night: FirstNight
) -> None:
    """The marts of the sample, both halves, as a reader of PostgreSQL sees them."""
    installation = first_night.installation.model_copy(update={"serving": serving.serving})
    done = load(installation)
    version = versions.current(installation)
    told = versions.manifest(version, "internal")
    assert done.internal.tables == len(told["marts"]) + len(told["public"])
    url = reader_url(server, installation, "comparing", "internal")
    for audience in versions.AUDIENCES:
        file = versions.database(version, audience)
        with duckdb.connect(file, read_only=True) as marts, psycopg.connect(url) as connection:
            marts.execute("set timezone = 'UTC'")
            connection.execute("set timezone = 'UTC'")
            named = marts.execute("select table_name from duckdb_tables()").fetchall()
            for (name,) in named:
                table = f"{audience}.{name}"
                expected = Counter(marts.execute(f"select * from {table}").fetchall())
                cursor = connection.cursor(binary=True)
                assert Counter(cursor.execute(f"select * from {table}").fetchall()) == expected
            keyed = connection.execute(
                "select count(*) from pg_constraint where contype = 'p' "
                "and connamespace = %s::regnamespace",
                [audience],
            ).fetchone()
            assert keyed == (len(named),)


def test_keys_indexes_and_german_labels_are_in_the_database(
    server: Server, serving: Settings
) -> None:
    rows = "select '05162' as region_code, date '2021-08-15' as reference_date, 217 as vacant"
    said = {"vacant": ("Nicht belegte Plätze", "Places not occupied. It's empty.")}
    build_of(serving, {"vacancy": (rows, "public")}, key="region_code", descriptions=said)
    publish(serving, "comments")
    load(serving)
    with as_superuser(server, serving) as connection:
        for schema in versions.AUDIENCES:
            found = connection.execute(
                "select col_description(oid, 3), obj_description(oid) from pg_class "
                "where oid = %s::regclass",
                [f"{schema}.vacancy"],
            ).fetchone()
            assert found == (
                "Nicht belegte Plätze | Places not occupied. It's empty.",
                "All about vacancy.",
            )
            indexes = connection.execute(
                "select indexdef from pg_indexes where schemaname = %s order by 1", [schema]
            ).fetchall()
            assert [definition.partition(" USING ")[2] for (definition,) in indexes] == [
                "btree (reference_date)",
                "btree (region_code)",
            ]
            row = connection.execute("select created_at from kreishaus.publication").fetchone()
            manifest = versions.facts(versions.current(serving))
            assert row == (datetime.fromisoformat(manifest["created_at"]),)


def test_the_index_of_a_key_is_used_behind_the_gate(
    server: Server, serving: Settings, reader: psycopg.Connection[Any]
) -> None:
    """A row policy must not make PostgreSQL read whole tables."""
    build_of(serving, {"vacancy": ("select range as line from range(20000)", "internal")})
    publish(serving, "many rows")
    load(serving)
    plan = reader.execute("explain select * from internal.vacancy where line = 7").fetchall()
    assert any("Index" in line for (line,) in plan), plan


# Who may read


def test_the_public_reads_the_public_half_and_nobody_writes(
    server: Server, serving: Settings
) -> None:
    publish_number(serving, 1)
    load(serving)
    everybody = reader_url(server, serving, "press", "public")
    with psycopg.connect(everybody, autocommit=True) as connection:
        assert see(connection, "vacancy", "public.staffing") == {1}  # public is the search path
        assert served(connection) == versions.current(serving).name
        for missing in ("internal.vacancy", "internal.vacancy_by_offer", "vacancy_by_offer"):
            with pytest.raises(psycopg.errors.UndefinedTable):
                connection.execute(f"select * from {missing}")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select * from kreishaus_loads.mart")
        shown = connection.execute("show statement_timeout").fetchone()
        assert shown == ("5min",)
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            connection.execute("delete from public.vacancy")
        connection.execute("set default_transaction_read_only = off")
        for statement in (
            "delete from public.vacancy",
            "insert into public.vacancy values (1, 1)",
            "create table public.mine (x int)",
            "create temporary table mine (x int)",
            "create schema mine",
            "update kreishaus.publication set version = 'mine'",
            "lock table kreishaus.publication in access exclusive mode",
            "drop policy gate on public.vacancy",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(statement)


def test_internal_readers_read_both_and_see_the_exact_marts_first(
    server: Server, serving: Settings
) -> None:
    publish_number(serving, 1)
    load(serving)
    with psycopg.connect(reader_url(server, serving, "planner", "internal")) as connection:
        assert see(connection, "vacancy_by_offer", "public.vacancy", "internal.vacancy") == {1}
        found = connection.execute("select 'vacancy'::regclass::oid = 'internal.vacancy'::regclass")
        assert found.fetchone() == (True,)


def test_a_reader_moves_to_the_other_audience_with_a_new_password(
    server: Server, serving: Settings
) -> None:
    publish_number(serving, 1)
    load(serving)
    reader_url(server, serving, "mover", "internal")
    assert add_reader(serving, "mover", "public", "another password") is False
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(login_url(server, serving, "mover", "internal"))
    url = server.url(database_name(serving, "public"), "mover", "another%20password")
    with psycopg.connect(url, autocommit=True) as connection:
        assert see(connection, "vacancy") == {1}
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(
            server.url(database_name(serving, "internal"), "mover", "another%20password")
        )


@pytest.mark.parametrize("name", ["postgres", LOADER, "kreishaus_public"])
def test_a_role_that_is_no_reader_gets_no_password_from_us(serving: Settings, name: str) -> None:
    with pytest.raises(ServingFailed, match=r"no reader of ours|no name for a reader"):
        add_reader(serving, name, "internal", READERS_PASSWORD)


def test_nobody_but_readers_may_connect(server: Server, serving: Settings) -> None:
    publish_number(serving, 1)
    load(serving)
    with as_superuser(server, serving) as connection:
        connection.execute("drop role if exists stranger")
        connection.execute("create role stranger login password 'stranger-passes'")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(
            server.url(database_name(serving, "internal"), "stranger", "stranger-passes")
        )


# Secrets


def test_a_readers_password_is_written_for_its_owner_alone(
    server: Server, serving: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_number(serving, 1)
    load(serving)
    monkeypatch.setenv("KREISHAUS_HOME", str(serving.home))
    monkeypatch.setenv("KREISHAUS_SERVING__URL", serving.serving.url.get_secret_value())
    monkeypatch.setenv("KREISHAUS_SERVING__PASSWORD_FILE", str(serving.serving.password_file))
    done = CliRunner().invoke(app, ["serving", "add-reader", "excel_planung"])
    assert done.exit_code == 0, done.output
    file = serving.home / "readers" / "excel_planung.password"
    assert file.stat().st_mode & 0o777 == 0o600
    password = file.read_text().strip()
    assert password not in done.output
    url = server.url(database_name(serving, "public"), "excel_planung", password)
    with psycopg.connect(url) as connection:
        assert see(connection, "vacancy") == {1}
    done = CliRunner().invoke(app, ["serving", "status"])
    assert f"served: {versions.current(serving).name}" in done.output
    assert "reader: excel_planung (kreishaus_public)" in done.output
    typed = ["serving", "add-reader", "excel_planung", "--password-stdin"]
    assert CliRunner().invoke(app, typed, input="typed by hand\n").exit_code == 0
    psycopg.connect(
        server.url(database_name(serving, "public"), "excel_planung", "typed%20by%20hand")
    ).close()
    assert CliRunner().invoke(app, ["serving", "remove-reader", "excel_planung"]).exit_code == 0
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        psycopg.connect(
            server.url(database_name(serving, "public"), "excel_planung", "typed%20by%20hand")
        )


def test_a_statement_with_the_password_never_reaches_the_servers_log(
    server: Server, serving: Settings
) -> None:
    publish_number(serving, 1)
    load(serving)
    with as_superuser(server, serving) as connection:
        connection.execute(f"alter role {LOADER} set log_statement = 'all'")
    add_reader(serving, "logged", "public", "the-secret-of-logged")
    log = server.log.read_text(errors="replace")
    assert "SCRAM-SHA-256$" in log
    assert "the-secret-of-logged" not in log


@pytest.mark.parametrize(("audience", "logged"), [("internal", True), ("public", False)])
def test_the_server_logs_what_is_asked_of_internal_and_no_reader_can_switch_it_off(
    server: Server, serving: Settings, audience: versions.Audience, logged: bool
) -> None:
    publish_number(serving, 1)
    load(serving)
    name = f"asker_{audience}"
    with as_superuser(server, serving) as connection:
        connection.execute(f"grant set on parameter log_statement to {LOADER}")
    try:
        with psycopg.connect(reader_url(server, serving, name, audience)) as connection:
            connection.execute(f"select number, '{name}' from vacancy").fetchall()
            connection.commit()
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("set log_statement = 'none'")
    finally:
        with as_superuser(server, serving) as connection:
            connection.execute(f"revoke set on parameter log_statement from {LOADER}")
    statement = f"select number, '{name}' from vacancy"
    assert (statement in server.log.read_text(errors="replace")) is logged
    (entry,) = [one.document for one in audit.entries(serving) if one.document["action"] == "grant"]
    assert (entry["audience"], entry["details"]) == (
        audience,
        {"reader": name, "statements_logged": logged},
    )


def test_where_the_loader_may_not_have_statements_logged_the_audit_says_so(
    server: Server, serving: Settings
) -> None:
    publish_number(serving, 1)
    load(serving)
    add_reader(serving, "unlogged", "internal", READERS_PASSWORD)
    remove_reader(serving, "unlogged")
    documents = [one.document for one in audit.entries(serving)]
    found = [(one["action"], one["details"]) for one in documents if one["action"] != "load"]
    assert found == [
        ("grant", {"reader": "unlogged", "statements_logged": False}),
        ("revoke", {"reader": "unlogged"}),
    ]


def test_no_error_repeats_the_password(server: Server, serving: Settings, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("no-such-secret")
    publish_number(serving, 1)
    for update in (
        {"password_file": wrong},
        {"url": SecretStr("postgresql://me:no-such-secret@127.0.0.1:1/x")},
        {"url": SecretStr("postgresql://me:no-such-secret@[broken/x?port=no-such-secret")},
        {"url": SecretStr("postgresql://me@127.0.0.1:no-such-secret/x")},
    ):
        told = serving.serving.model_copy(update=update)
        settings = serving.model_copy(update={"serving": told})
        with pytest.raises(ServingFailed) as failure:
            load(settings)
        assert "no-such-secret" not in str(failure.value)
        assert failure.value.__cause__ is None
        assert "no-such-secret" not in repr(settings)
