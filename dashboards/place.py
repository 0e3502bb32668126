"""What differs between places: settings from the environment, or from files that it names."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy.engine import make_url


class NotConfigured(Exception):
    """A setting without which Superset must not start."""


def setting(name: str, default: str | None = None) -> str:
    """The value of a variable, or of the file that ``<name>_FILE`` names: secrets come in files.

    Raises ``NotConfigured`` where there is neither, nor a default.
    """
    path = os.environ.get(f"{name}_FILE")
    value = Path(path).read_text(encoding="utf-8").strip() if path else os.environ.get(name)
    if value:
        return value
    if default is None:
        raise NotConfigured(f"set {name}, or {name}_FILE to a file that holds it")
    return default


def database_url(name: str) -> str:
    """The address of a database; its password may stand apart, in ``<name>_PASSWORD[_FILE]``.

    Raises ``NotConfigured``; the message holds no part of the address.
    """
    url = setting(name)
    password = setting(f"{name}_PASSWORD", "")
    if not password:
        return url
    return make_url(url).set(password=password).render_as_string(hide_password=False)
