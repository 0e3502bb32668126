"""What one value of an entry means. Each reader takes one kind and never guesses.

A reader returns the value, or None for an empty one, and raises ``ValueError`` where it holds
something else. The message says what was found, never the text itself: it may name a person.
"""

from __future__ import annotations

import re
from typing import NoReturn

from ingest.heimfinder.fields import Json
from kreishaus.wording import say
from vocabulary.region_names import official_names

PART = r"(?:sample|[0-9a-f]*\d[0-9a-f]*|[A-Za-z]{0,3}\d{0,8})"
IDENTIFIER = re.compile(rf"(?=.{{1,64}}$)(?:{PART}(?:[-_.:]{PART})*|Kennung-\d{{9}})", re.ASCII)
"""Numbers, hexadecimal ones, a few letters before a number: an id is no name."""
UNNAMED = re.compile(r"Angebot-\d{9}", re.ASCII)
"""What stands for the name of a home that is on no list."""
WHOLE = re.compile(r"[+-]?[0-9]{1,6}")
DECIMAL = re.compile(r"[+-]?[0-9]{1,3}(?:[.,][0-9]{1,15})?")
MUNICIPALITY = re.compile(r"[0-9]{7,8}")
LARGEST_COUNT = 1000
"""Places of a home: no home in the country has more, but years and telephone numbers are."""
MOST_DEGREES = 180
MAIL = re.compile(r"\S\s*(?:@|\(at\)|\[at\])\s*\S", re.IGNORECASE)
DATE = re.compile(
    r"(?<!\d)(?:\d{1,2}\.\d{1,2}\.\d{4}|\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}[\d:.]*)?)(?!\d)"
)
PHONE = re.compile(r"\d(?:[\s/().-]*\d){6,}")
"""Seven digits or more, however they are parted. Dates are looked away first."""


def holds_contact(text: str) -> bool:
    """Whether a text holds a mail address or a telephone number."""
    return bool(MAIL.search(text) or PHONE.search(DATE.sub(" x ", text)))


def identifier(value: Json) -> str | None:
    """A home's id: a whole number, or a short text of numbers and few letters."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str) and IDENTIFIER.fullmatch(value.strip()):
        return value.strip()
    return None if value is None or value == "" else _refuse(value)


def words(value: Json) -> str | None:
    """A name, its white space squeezed; never one with a telephone number or address in it."""
    if isinstance(value, bool) or not isinstance(value, str | int | None):
        _refuse(value)
    text = " ".join(str(value or "").split())
    if holds_contact(text) and not UNNAMED.fullmatch(text):
        raise ValueError(say("a text with a telephone number or mail address in it"))
    return text or None


def county(value: Json) -> str | None:
    """The county as printed: a name, or its key."""
    if isinstance(value, bool):
        _refuse(value)
    plain = str(value or "").strip()
    return plain if plain.isdecimal() else words(value)


def count(value: Json) -> int | None:
    """A whole number, also as text or as 3.0; negative ones are for the suite to judge."""
    if isinstance(value, str):
        plain = value.strip()
        if not plain:
            return None
        return count(int(plain)) if WHOLE.fullmatch(plain) else _refuse(value)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        _refuse(value)
    if abs(value) > LARGEST_COUNT or value != int(value):
        _refuse(value)
    return int(value)


def degrees(value: Json) -> float | None:
    """A coordinate, also as text, with a point or a comma."""
    if isinstance(value, str):
        plain = value.strip()
        if not plain:
            return None
        number = float(plain.replace(",", ".")) if DECIMAL.fullmatch(plain) else MOST_DEGREES + 1
        return number if abs(number) <= MOST_DEGREES else _refuse(value)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > MOST_DEGREES:
        _refuse(value)
    return float(value)


def municipality(value: Json) -> str | None:
    """A municipality's key: eight digits; one digit short means that the leading zero is lost."""
    if value is None or value == "":
        return None
    plain = str(value).strip().zfill(8)
    is_key = MUNICIPALITY.fullmatch(str(value).strip()) and plain in official_names()
    if isinstance(value, bool) or not is_key:
        _refuse(value)
    return plain


def _refuse(value: Json) -> NoReturn:
    if isinstance(value, str):
        raise ValueError(say("a text of {count} characters", count=len(value)))
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(say("a {kind}", kind=type(value).__name__))
    if abs(value) < LARGEST_COUNT:
        raise ValueError(f"{value:.10g}")
    raise ValueError(say("a number that is too large"))
