"""Serving databases for tests: a real server with a loader, and a pair of databases for each test.

LOADER                 owns them, as on a county's server: no superuser
databases(server, .)   settings that name a new pair, closed as an administrator closes them
reader_url(...)        a reader of an audience, and the address of his database
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from postgres import Server, postgres
from psycopg import sql
from pydantic import SecretStr

from kreishaus.settings import Serving, Settings
from warehouse.publish import publish
from warehouse.serving.connection import database_name
from warehouse.serving.doors import close_doors
from warehouse.serving.readers import GROUP_ROLES, add_reader
from warehouse.versions import Audience

LOADER, LOADER_PASSWORD = "installation_loader", "a password/of:the@loader"
READERS_PASSWORD = "correct horse battery"
CLOSED = "closed"
"""A database in which all doors are closed, from which the others are copied: that is faster."""


@contextmanager
def server_with_loader() -> Iterator[Server]:
    """A server with the loader's role, and nothing to serve yet."""
    with postgres() as running:
        with psycopg.connect(running.url("postgres"), autocommit=True) as connection:
            connection.execute(
                f"create role {LOADER} login createrole password '{LOADER_PASSWORD}'"
            )
            connection.execute(f"create database {CLOSED} owner {LOADER} template template0")
        with psycopg.connect(running.url(CLOSED), autocommit=True) as connection:
            close_doors(connection)
        yield running


@contextmanager
def databases(
    server: Server, settings: Settings, folder: Path, *, closed: bool = True
) -> Iterator[Settings]:
    """An installation that serves from two new databases of its own; its readers go with it.

    With ``closed=False`` they are as PostgreSQL makes them.
    """
    name = f"installation_{time.monotonic_ns()}"
    template = CLOSED if closed else "template0"
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        for database in (name, f"{name}_public"):
            connection.execute(f"create database {database} owner {LOADER} template {template}")
    if closed:
        for database in (name, f"{name}_public"):
            with psycopg.connect(server.url(database), autocommit=True) as connection:
                close_doors(connection)
    before = _readers(server)
    secret = folder / "loader_password"
    secret.write_text(f"{LOADER_PASSWORD}\n")
    url = f"postgresql://{LOADER}@127.0.0.1:{server.port}/{name}"
    told = Serving(url=SecretStr(url), password_file=secret, patience_seconds=20)
    try:
        yield settings.model_copy(update={"serving": told})
    finally:
        _remove(server, name, _readers(server) - before)


def _readers(server: Server) -> set[str]:
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        members = connection.execute(
            "select member.rolname from pg_auth_members "
            "inner join pg_roles as member on member.oid = pg_auth_members.member "
            "inner join pg_roles as reading on reading.oid = pg_auth_members.roleid "
            "where reading.rolname = any(%s) and not member.rolcreaterole",
            [list(GROUP_ROLES)],
        )
        return {name for (name,) in members}


def _remove(server: Server, name: str, logins: set[str]) -> None:
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        for database in (name, f"{name}_public"):
            connection.execute(f"drop database {database} with (force)")
        for login in logins:
            connection.execute(sql.SQL("drop role {}").format(sql.Identifier(login)))


@contextmanager
def as_superuser(
    server: Server, settings: Settings, audience: Audience = "internal"
) -> Iterator[psycopg.Connection[Any]]:
    """The administrator in one of the two databases."""
    url = server.url(database_name(settings, audience))
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def reader_url(
    server: Server, settings: Settings, name: str, audience: Audience, connections: int = 5
) -> str:
    """Make a reader; return the address under which he reads."""
    add_reader(settings, name, audience, READERS_PASSWORD, connections)
    return login_url(server, settings, name, audience)


def login_url(server: Server, settings: Settings, name: str, audience: Audience) -> str:
    """The address of a reader who is known."""
    password = READERS_PASSWORD.replace(" ", "%20")
    return server.url(database_name(settings, audience), name, password)


def patient_for(settings: Settings, seconds: float) -> Settings:
    """The same installation with a loader that waits so long for readers."""
    serving = settings.serving.model_copy(update={"patience_seconds": seconds})
    return settings.model_copy(update={"serving": serving})


def publish_numbers(settings: Settings, number: int) -> None:
    """Publish a version whose every row says ``number``."""
    from marts_made import numbered

    numbered(settings, number)
    publish(settings, str(number))
