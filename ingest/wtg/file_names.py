"""Under which name a file of the WTG authority is noted."""

from __future__ import annotations

from dataclasses import replace

from ingest.wtg.layout import TITLES
from ingest.wtg.stated_dates import NoSuchDay, days_of_name
from kreishaus.model import Request
from kreishaus.settings import Settings
from persons import file_names

WORDS = frozenset(["wtg", "stichtag", "register", *TITLES])


def stichtag(request: Request, content: bytes, settings: Settings) -> Request:
    """The request of a reference date's file without a name that may be a person's."""
    return replace(_noted(request, "WTG_Stichtag", settings), extension="zip")  # of CSV


def register(request: Request, content: bytes, settings: Settings) -> Request:
    """The request of the register's list, likewise."""
    return replace(_noted(request, "WTG_Register", settings), extension="csv")


def _noted(request: Request, begins: str, settings: Settings) -> Request:
    try:
        days = days_of_name(request.label)
    except NoSuchDay:
        days = []
    # A name with two days, or with one that never was, says none: the parser refuses the file.
    plain = f"{begins}_{days[0].isoformat()}" if len(days) == 1 else begins
    return file_names.noted(request, "wtg", WORDS, plain, settings)
