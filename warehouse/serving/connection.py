"""Reaching the serving databases. Address and password never come back out in an error.

Each audience has a database of its own on one server, so that a reader of the public half finds no
trace of the other in his catalogue.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from kreishaus.settings import Settings
from warehouse.versions import Audience

HOST = re.compile(r"[\w.:/,-]*")
PORT = re.compile(r"[\d,]*")
NO_PLACE = re.compile(r"too many (clients|connections)|connection slots")
PLACE_WITHIN_SECONDS = 20
Connection = psycopg.Connection[tuple[Any, ...]]


class ServingNotConfigured(Exception):
    """No serving database is named: the county does without one."""


class ServingFailed(Exception):
    """The serving database could not be reached or changed; readers have what they had."""


def configured(settings: Settings) -> bool:
    """Whether this county serves its marts from PostgreSQL."""
    return bool(settings.serving.url.get_secret_value())


def database_name(settings: Settings, audience: Audience) -> str:
    """The database of an audience. Raises ``ServingFailed`` where the address names none."""
    parameters = _parameters(settings)
    name = parameters.get("dbname") or os.environ.get("PGDATABASE") or parameters.get("user")
    if not name:
        raise ServingFailed("KREISHAUS_SERVING__URL names no database: postgresql://user@host/name")
    if audience == "internal":
        return str(name)
    return settings.serving.public_database or f"{name}_public"


@contextmanager
def connected(settings: Settings, audience: Audience = "internal") -> Iterator[Connection]:
    """A connection in autocommit mode, as the owner of an audience's serving database.

    Raises ``ServingNotConfigured``, and ``ServingFailed`` for whatever PostgreSQL complains of.
    """
    if not configured(settings):
        raise ServingNotConfigured(
            "There is no serving database: name one in KREISHAUS_SERVING__URL, such as "
            "postgresql://kreishaus_loader@serving-db/kreishaus, its password in the file of "
            "KREISHAUS_SERVING__PASSWORD_FILE. See docs/serving.md."
        )
    name = database_name(settings, audience)
    connection = _connect({**_parameters(settings), "dbname": name}, name)
    try:
        with connection:
            yield connection
    except psycopg.errors.InsufficientPrivilege as error:
        raise ServingFailed(
            f'the serving database "{name}" refused: {error}. The loader\'s role must own its '
            'databases and be allowed to make roles (docs/serving.md, "The databases").'
        ) from None
    except psycopg.Error as error:
        raise ServingFailed(f'the serving database "{name}": {_told(error)}') from None


def _connect(parameters: dict[str, Any], name: str) -> Connection:
    """Log in; while every place on the server is taken, for a moment, try again."""
    until = time.monotonic() + PLACE_WITHIN_SECONDS
    while True:
        try:
            return psycopg.connect(**parameters, autocommit=True)
        except psycopg.Error as error:
            if NO_PLACE.search(str(error)) and time.monotonic() < until:
                time.sleep(0.5)
                continue
            raise ServingFailed(
                f'no connection to the serving database "{name}": {error}'
            ) from None


def _parameters(settings: Settings) -> dict[str, Any]:
    try:
        parameters: dict[str, Any] = conninfo_to_dict(settings.serving.url.get_secret_value())
    except psycopg.ProgrammingError:
        parameters = {"port": "unreadable"}
    parts = (parameters.get("host", ""), str(parameters.get("port", "")))
    if not (HOST.fullmatch(parts[0]) and PORT.fullmatch(parts[1])):
        # libpq repeats what it cannot read, which may be a part of the password.
        raise ServingFailed(
            "KREISHAUS_SERVING__URL is no address of a PostgreSQL database. It reads "
            "postgresql://user@host:5432/database; special characters in it are percent-encoded."
        )
    if file := settings.serving.password_file:
        try:
            parameters["password"] = file.read_text(encoding="utf-8").rstrip("\r\n")
        except OSError as error:
            raise ServingFailed(
                f"the password file {file} cannot be read: {error.strerror}"
            ) from None
    defaults = {
        "application_name": "kreishaus serving",
        "connect_timeout": 10,
        "keepalives_idle": 30,
    }
    return {**defaults, **parameters}


def _told(error: psycopg.Error) -> str:
    """What PostgreSQL says, with what it says beside it."""
    parts = (str(error).strip() or type(error).__name__, error.diag.message_hint)
    return ". ".join(part for part in parts if part)
