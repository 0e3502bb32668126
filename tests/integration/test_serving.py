"""PostgreSQL for readers: a real server, real publications, and readers who must notice nothing."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
from marts_made import NUMBERED, numbered
from postgres import Server, postgres
from pydantic import SecretStr

from ingest.settings import Serving, Settings
from warehouse import versions
from warehouse.publish import publish
from warehouse.serving.load import load
from warehouse.serving.readers import add_reader

LOADER, LOADER_PASSWORD = "house_loader", "a password/of:the@loader"
READERS_PASSWORD = "correct horse battery"
READERS = Path(__file__).parents[1] / "serving_readers.py"
PROCESSES, READERS_EACH, PUBLICATIONS = 5, 10, 20
KINDS = ("join", "statements", "repeatable", "duckdb")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with postgres() as running:
        with psycopg.connect(running.url("postgres"), autocommit=True) as connection:
            connection.execute(
                f"create role {LOADER} login createrole password '{LOADER_PASSWORD}'"
            )
        yield running


@pytest.fixture
def serving(server: Server, settings: Settings, tmp_path: Path) -> Settings:
    """A house that serves from a new database of its own."""
    database = f"house_{time.monotonic_ns()}"
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"create database {database} owner {LOADER}")
    secret = tmp_path / "loader_password"
    secret.write_text(f"{LOADER_PASSWORD}\n")
    url = f"postgresql://{LOADER}@127.0.0.1:{server.port}/{database}"
    told = Serving(url=SecretStr(url), password_file=secret, patience_seconds=20)
    return settings.model_copy(update={"serving": told})


def database_of(settings: Settings) -> str:
    return settings.serving.url.get_secret_value().rpartition("/")[2]


@contextmanager
def as_superuser(server: Server, settings: Settings) -> Iterator[psycopg.Connection[Any]]:
    url = server.url(database_of(settings))
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def reader_url(server: Server, settings: Settings, name: str, audience: versions.Audience) -> str:
    add_reader(settings, name, audience, READERS_PASSWORD)
    return server.url(database_of(settings), name, READERS_PASSWORD.replace(" ", "%20"))


def publish_number(settings: Settings, number: int) -> str:
    numbered(settings, number)
    return publish(settings, str(number)).version


# Fifty readers, twenty publications


def read_while(
    url: str, settings: Settings, stop: Path, publications: Callable[[], None]
) -> list[dict[str, Any]]:
    """Let fifty readers read while ``publications`` happen; return their reports."""
    kinds = [KINDS[number % len(KINDS)] for number in range(PROCESSES * READERS_EACH)]
    processes = []
    for number in range(PROCESSES):
        asked = {
            "url": url,
            "published": str(settings.published),
            "stop": str(stop),
            "seed": number,
            "kinds": kinds[number * READERS_EACH : (number + 1) * READERS_EACH],
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
    url = reader_url(server, serving, "fifty", "internal")
    served = []

    def publications() -> None:
        for number in range(2, PUBLICATIONS + 2):
            t=time.monotonic()
            numbered(serving, number)
            t1=time.monotonic()
            publish(serving, str(number))
            t2=time.monotonic()
            served.append(load(serving))
            print(f"{t1-t:.2f} {t2-t1:.2f} {time.monotonic()-t2:.2f}", served[-1].told)

    reports = read_while(url, serving, tmp_path / "stop", publications)
    assert [report["mixtures"] for report in reports if report["mixtures"]] == []
    assert [report["errors"] for report in reports if report["errors"]] == []
    assert len(reports) == 50
    assert len(served) == 20
    found = totals(reports)
    print(
        found,
        max(step.attempts for step in served),
        round(max(s.waited_seconds for s in served), 2),
        "attempts at most",
    )
    print(sorted((r["kind"], round(r["slowest_seconds"], 2)) for r in reports)[::6])
    for kind in KINDS:  # they did read, and all along
        assert found[kind] > 100, kind
    assert min(report["versions"] for report in reports) > 10


def table_by_table(settings: Settings) -> None:
    """A loader as one would write it first: each table replaced by itself, without a lock."""
    version = versions.current(settings)
    url = settings.serving.url.get_secret_value()
    assert settings.serving.password_file is not None
    password = settings.serving.password_file.read_text().strip()
    with psycopg.connect(url, password=password, autocommit=True) as connection:
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


def test_the_readers_would_notice_a_loader_that_goes_table_by_table(
    server: Server, serving: Settings, tmp_path: Path
) -> None:
    """The test above can fail: the same readers, and a naive loader."""
    publish_number(serving, 1)
    load(serving)
    url = reader_url(server, serving, "fifty_more", "internal")

    def publications() -> None:
        for number in range(2, 6):
            publish_number(serving, number)
            table_by_table(serving)

    found = totals(read_while(url, serving, tmp_path / "stop", publications))
    print(found)
    assert found["mixtures"] > 0
    assert found["errors"] > 0
