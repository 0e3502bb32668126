"""Values that only persons have, told without any header: ids, dates of birth, addresses.

Each is looked for where it cannot be a count, a key of a region, or the office's own letterhead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta

from kreishaus.settings import County
from kreishaus.wording import say

SEPARATOR = "[ \u00a0\u202f./'’_-]"
TWELVE_DIGITS = re.compile(
    rf"(?<!\d)(?:\d{{12}}|\d{{6}}{SEPARATOR}\d{{6}}|(?:\d{{2}}{SEPARATOR}){{3}}\d{{6}}"
    rf"|\d{{3}}(?:{SEPARATOR}\d{{3}}){{3}}|\d{{4}}(?:{SEPARATOR}\d{{4}}){{2}}"
    rf"|\d{{8}}{SEPARATOR}\d{{4}})(?!\d)",
    re.ASCII,
)
"""The AZR number, whole or cut into equal parts. A telephone number is cut otherwise."""

UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)
"""Register programs number by them: twelve digits across their hyphens are no number."""

AS_FLOAT = re.compile(r"\d[.,]\d+E\+?1[01]|\d{12}[.,]0+", re.IGNORECASE | re.ASCII)
"""What an office program makes of twelve digits in a CSV."""

NO_COUNT = 10**9
"""No county counts so many: a number of 10 to 12 digits is an id that lost its leading zeros."""

LARGEST_ID = 10**12
BORN = re.compile(
    r"\b(?:geb(?:\.|oren)?|geburtsdatum)\s*+(?:am)?\s*+:?\s*+\d{1,2}\.\s?\d{1,2}\.\s?\d{2,4}"
    r"|(?:^|\s)\*\s?\d{1,2}\.\d{1,2}\.\d{4}",
    re.IGNORECASE,
)
FILLED_FIELD = re.compile(
    r"\b(?:(?:vor|nach|familien|ruf)name|geburts(?:datum|ort)|azr-?\s?(?:nr|nummer)"
    r"|pass-?(?:nr|nummer))\b\.?\s*[:=]\s*\S",
    re.IGNORECASE,
)
"""A form's field with something in it: "Vorname: ..."."""

ADDRESS = re.compile(
    r"\b[^\W\d_][\w.-]{0,60}(?:str\.?|stra(?:ß|ss)e|weg|allee|platz|gasse|ring|damm|ufer)"
    r"\s?\d+\s?[a-z]?\b",
    re.IGNORECASE,
)
MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}\.\w+")
"""Parts of limited length, here and in an address: else a cell of one long word takes minutes."""
PHONE = re.compile(r"(?:\+|00?)[1-9]\d*[ ()/-][\d ()/-]{4,}|0[1-9]\d{8,9}", re.ASCII)
"""With a sign between its parts, or of ten or eleven digits: keys of regions have eight, twelve."""

DOCUMENT = re.compile(r"(?=[A-Z0-9]*\d[A-Z0-9]*\d)(?=[A-Z0-9]*[A-Z])[A-Z0-9]{8,10}")
REPEATED: dict[str, Callable[[str], object]] = {
    "addresses": ADDRESS.search,
    "e-mail addresses": MAIL.search,
    "telephone numbers": PHONE.fullmatch,
    "numbers of passports": DOCUMENT.fullmatch,
}
"""Marker -> what tells it. An office has one or two of each, persons one each."""
SAID_OF = {
    "addresses": say("addresses"),
    "e-mail addresses": say("e-mail addresses"),
    "telephone numbers": say("telephone numbers"),
    "numbers of passports": say("numbers of passports"),
}
"""Marker -> what it is called to people."""

WRITTEN_DATE = re.compile(
    r"(?P<d>\d{1,2})[./-](?P<m>\d{1,2})[./-](?P<y>\d{4}|\d{2})"
    r"|(?P<y2>\d{4})[/-](?P<m2>\d{1,2})[/-](?P<d2>\d{1,2})(?:[ T][\d:.]+)?",
    re.ASCII,
)
WITHOUT_POINTS = re.compile(r"(19|20)(\d{2})(0[1-9]|1[0-2])([0-2]\d|3[01])", re.ASCII)
EARLIEST, LATEST = date(1900, 1, 1), date(2100, 1, 1)
FIRST_SERIAL, LAST_SERIAL = 4_000, 47_000
"""Days since 1900 as spreadsheets store them: 1910 to 2028."""

SPREAD_OF_AGES = 3_650
"""Persons are born more than ten years apart; reference dates and counts seldom lie so."""


def marker_in(text: str, county: County) -> str | None:
    """The marker of a text that is a person's by itself, in our words."""
    found = (match.group() for match in TWELVE_DIGITS.finditer(UUID.sub(" ", text)))
    if not all(is_region_key(number, county) or _runs_on(number, county) for number in found):
        return say("a number of 12 digits, as AZR numbers are")
    if AS_FLOAT.fullmatch(text.strip()):
        return say("a number of 12 digits, as AZR numbers are")
    if BORN.search(text):
        return say("a date of birth")
    if FILLED_FIELD.search(text):
        return say("a field of a form about a person")
    return None


def is_identifier(value: object, county: County) -> bool:
    """Whether a number is an AZR number, perhaps without its leading zeros."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if not NO_COUNT <= value < LARGEST_ID or value != int(value):
        return False
    return not is_region_key(f"{int(value):012}", county)


def is_region_key(digits: str, county: County) -> bool:
    """Whether twelve digits are the long key of a municipality of this county.

    Land, district, Kreis; four digits of the association; three of the municipality, which the
    association's repeat where there is none ("051620024024").
    """
    if len(digits) != 12 or not digits.startswith(county.ags):
        return False
    return digits[6:9] == digits[9:] or digits[:5] + digits[9:] in county.municipalities


def _runs_on(number: str, county: County) -> bool:
    """Whether a running number stands behind the key of one of the county's municipalities."""
    return number[:8] in county.municipalities and not number[8].isdecimal()


def day_of(value: object) -> date | None:
    """The day a cell holds or spells; None for anything else, and for a month."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = str(value).strip() if isinstance(value, str | int) else ""
    try:
        if match := WRITTEN_DATE.fullmatch(text):
            day, month, year = (match[name] or match[f"{name}2"] for name in "dmy")
            return _date(int(year), int(month), int(day))
        if match := WITHOUT_POINTS.fullmatch(text):
            return _date(int(match[1] + match[2]), int(match[3]), int(match[4]))
    except ValueError:
        return None
    return None


def _date(year: int, month: int, day: int) -> date | None:
    found = date(year if year > 99 else 1900 + year, month, day)
    return found if EARLIEST <= found < LATEST else None


def are_reference_dates(days: list[date]) -> bool:
    """Reference dates go one way and lie on the first or last day of a month."""
    one_way = len(set(days)) == len(days) and days in (sorted(days), sorted(days, reverse=True))
    return one_way and all(is_month_edge(day) for day in days)


def is_month_edge(day: date) -> bool:
    """Whether a day is the first or last of its month."""
    return day.day == 1 or (day + timedelta(days=1)).day == 1


def are_serial_dates(numbers: Collection[float]) -> bool:
    """Whether numbers read like days since 1900 that lie as far apart as people's births."""
    return (
        all(FIRST_SERIAL <= value <= LAST_SERIAL and value == int(value) for value in numbers)
        and max(numbers) - min(numbers) > SPREAD_OF_AGES
        and len(set(numbers)) > 1
    )


def are_halves(pairs: list[tuple[str, str]]) -> bool:
    """Whether neighbouring numbers are ids cut in two: always a day in front, or six digits each
    and zeros in front, which count nothing."""
    if all(len(left) == 6 and len(right) <= 6 and _is_day(left) for left, right in pairs):
        return True
    return all(len(left) == len(right) == 6 for left, right in pairs) and any(
        text.startswith("0") for pair in pairs for text in pair
    )


def _is_day(digits: str) -> bool:
    return 1 <= int(digits[2:4]) <= 12 and 1 <= int(digits[4:]) <= 31
