"""Under which name a file of the WTG authority is noted."""

from __future__ import annotations

from ingest.persons import file_names
from kreishaus.model import Request
from kreishaus.settings import Settings

WORDS = frozenset(["wtg", "stichtag", "register"])


def stichtag(request: Request, content: bytes, settings: Settings) -> Request:
    """The request of a reference date's file without a name that may be a person's."""
    return _noted(request, "WTG_Stichtag", settings)


def register(request: Request, content: bytes, settings: Settings) -> Request:
    """The request of the register's list, likewise."""
    return _noted(request, "WTG_Register", settings)


def _noted(request: Request, begins: str, settings: Settings) -> Request:
    day = file_names.DAY.search(request.label)
    plain = f"{begins}_{day[0]}" if day else begins
    return file_names.noted(request, "wtg", WORDS, plain, settings)
