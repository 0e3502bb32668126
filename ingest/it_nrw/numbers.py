"""One printed cell of an official table: a value, or the marker that stands for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from kreishaus.wording import say

MARKERS = ("-", ".", "...", "/", "x")
"""Nothing; secret or unknown; later; not reliable; blocked."""

QUALIFIERS = {
    "()": say("of limited use"),
    "p": say("provisional"),
    "r": say("corrected"),
    "s": say("estimated"),
    "e": say("final"),
    "/": say("not reliable"),
    "x": say("blocked"),
}
"""What may stand around a value without taking it away; "/" and "x" only in a flat CSV."""

UNKNOWN = (".", "...")
"""Beside a number these say that it is none: a secret cell comes as ``0`` marked ``.``."""

NUMBER = "-?[0-9]{1,12}(?:,[0-9]{1,9})?"
"""More digits than people, places or euros can have would be an accident of two cells joined."""

VALUE = re.compile(
    rf"(?P<plain>{NUMBER})\s?(?P<mark>[prse]|\(\))?|\(\s?(?P<bracketed>{NUMBER})\s?\)"
)


@dataclass(frozen=True)
class Reading:
    """What a cell says. ``value`` is None exactly when ``marker`` says why.

    ``qualifier`` is one of ``QUALIFIERS``, for a value that the office restricts.
    """

    value: float | None
    marker: str | None = None
    qualifier: str | None = None


def read_cell(printed: str) -> Reading:
    """The cell in German notation: decimal comma, no thousands separator.

    Raises ``ValueError`` for anything else; an empty cell says nothing and is no value.
    """
    cell = printed.strip()
    if cell in MARKERS:
        return Reading(None, marker=cell)
    match = VALUE.fullmatch(cell)
    if match is None:
        raise ValueError(f"neither a number nor a marker ({' '.join(MARKERS)})")
    if bracketed := match["bracketed"]:
        return Reading(_number(bracketed), qualifier="()")
    return Reading(_number(match["plain"]), qualifier=match["mark"])


def read_flat(value: str, quality: str) -> Reading:
    """A value of a flat CSV with its quality mark (``value_q``), which decides what it is.

    "." and "..." beat any number, "-", "/" and "x" a zero; "/" and "x" qualify another number.
    Raises ``ValueError`` for what no number can be, or for "-" (nothing) beside one.
    """
    if quality not in MARKERS:
        return read_cell(f"{value}{quality}")
    number = read_cell(value).value if value and value != quality else None
    if quality in UNKNOWN or not number:
        return Reading(None, marker=quality)
    if quality not in QUALIFIERS:
        raise ValueError(f"a number that is marked as nothing ({quality})")
    return Reading(number, qualifier=quality)


def _number(digits: str) -> float:
    return float(digits.replace(",", "."))


def read_date(printed: str, day_of_year: tuple[int, int]) -> date:
    """``2024-12-31``, ``31.12.2024``, or a year, which stands for its ``day_of_year``.

    Raises ``ValueError`` for anything else.
    """
    cell = printed.strip()
    if re.fullmatch("[0-9]{4}", cell):
        return date(int(cell), *day_of_year)
    if re.fullmatch(r"[0-9]{2}\.[0-9]{2}\.[0-9]{4}", cell):
        return datetime.strptime(cell, "%d.%m.%Y").date()
    if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", cell):
        return date.fromisoformat(cell)
    raise ValueError("neither a year nor a date")
