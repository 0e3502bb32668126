"""Reaching the serving database. Its address and password never come back out in an error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from ingest.settings import Settings

HOST = re.compile(r"[\w.:/,-]*")
PORT = re.compile(r"[\d,]*")
Connection = psycopg.Connection[tuple[Any, ...]]


class ServingNotConfigured(Exception):
    """No serving database is named: the county does without one."""


class ServingFailed(Exception):
    """The serving database could not be reached or changed; readers have what they had."""


def configured(settings: Settings) -> bool:
    """Whether this county serves its marts from PostgreSQL."""
    return bool(settings.serving.url.get_secret_value())


@contextmanager
def connected(settings: Settings) -> Iterator[Connection]:
    """A connection in autocommit mode, as the owner of the serving database.

    Raises ``ServingNotConfigured``, and ``ServingFailed`` for whatever PostgreSQL complains of.
    """
    if not configured(settings):
        raise ServingNotConfigured(
            "There is no serving database: name one in KREISHAUS_SERVING__URL, such as "
            "postgresql://kreishaus_loader@serving-db/kreishaus, its password in the file of "
            "KREISHAUS_SERVING__PASSWORD_FILE. See docs/serving.md."
        )
    parameters = _parameters(settings)
    try:
        connection = psycopg.connect(**parameters, autocommit=True)
    except psycopg.Error as error:
        raise ServingFailed(f"no connection to the serving database: {error}") from None
    try:
        with connection:
            yield connection
    except psycopg.errors.InsufficientPrivilege as error:
        raise ServingFailed(
            f"the serving database refused: {error}. The loader's role must own its database and "
            'be allowed to make roles (docs/serving.md, "The database").'
        ) from None
    except psycopg.Error as error:
        raise ServingFailed(f"the serving database: {_told(error)}") from None


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
