"""Keys of homes and records as offices give them, told from what is a person's.

A date of birth, a telephone number and the number of a register of persons are digits and letters,
too. So a key is kept where it has the form of one; else a number stands for it (``opaque``), the
same for the same key, and no relation between records is lost.

| form | as in |
| --- | --- |
| a running number of up to five digits, or of six that are no day | 4711 |
| official key of a region of the Land, alone or before a running number | 05162024-12 |
| an institution's number (IK) of a home or service, with its check digit | 510512349 |
| groups of up to three letters or five digits, words of offices | NE-017, 50.3-11/2024 |
| the id of a program: UUID, 24 or 32 hexadecimal digits | |

Not kept: days in any order, years of birth, numbers that begin as area codes do, letters of mixed
case ("Ott-12"), longer groups.
"""

from __future__ import annotations

import re
from datetime import date

from formats.text import written_out
from vocabulary.opaque import opaque
from vocabulary.region_names import official_names

KIND = "Kennung"
STANDS_FOR = re.compile(rf"{KIND}-\d{{9}}")
HEXADECIMAL = re.compile(
    r"(?=.*[a-f])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{24}|[0-9a-f]{32})",
    re.IGNORECASE | re.ASCII,
)
PARTED = re.compile(r"[-_./: ]+")
PART = re.compile(
    r"(?:[A-Z]{1,3}|[a-z]{1,3})?[0-9]{1,5}|[A-Z]{1,3}|[a-z]{1,3}|[0-9]{1,4}[A-Za-z]", re.ASCII
)
WORDS = frozenset(
    [
        *("pfad", "wtg", "angebot", "angebote", "einrichtung", "heim", "haus", "home", "offer"),
        *("pruefung", "beschwerde", "vorgang", "massnahme", "anlass", "akte", "kennung", "sample"),
        *("vorhaben", "plan", "planung", "projekt", "neubau", "ersatzneubau", "anbau", "umbau"),
        *(
            "vollstationaer",
            "solitaere",
            "kurzzeitpflege",
            "tagespflege",
            "demenz",
            "beatmung",
            "ambulant",
            "ambulanter",
        ),
        *("servicewohnen", "dienst", "eingliederungshilfe", "hospiz", "muster", "standort"),
    ]
)
MOST_PARTS, MOST_DIGITS, LONGEST_NUMBER = 6, 14, 6
FEWEST_OF_A_PHONE = 6
YEARS_OF_BIRTH = range(1900, 2010)
INSTITUTION = re.compile(r"(?:46|50|51|52|54|57|26)[0-9]{7}", re.ASCII)
"""The first two digits are the kind of institution: homes, services, hospitals."""


def kept_key(text: str) -> str:
    """The key itself where it has the form of one, else the number that stands for it."""
    return text if is_record_key(text) or STANDS_FOR.fullmatch(text) else opaque(KIND, text)


def is_record_key(text: str) -> bool:
    """Whether a text has the form of a key, and of nothing that persons have."""
    if not text or HEXADECIMAL.fullmatch(text):
        return bool(text)
    if text.isascii() and text.isdecimal():
        return _is_number(text)
    parts = PARTED.split(text)
    if text[0] in "-_./: " or len(parts) > MOST_PARTS or not all(map(_is_part, parts)):
        return False
    return not (_is_of_somebody(parts) or _is_phone(parts))


def _is_number(digits: str) -> bool:
    if len(digits) < LONGEST_NUMBER:
        return not _is_year_of_birth(digits)
    if len(digits) == LONGEST_NUMBER:
        return not digits.startswith("0") and not _is_short_day(digits)
    return digits in official_names() or _is_institution(digits)


def _is_part(part: str) -> bool:
    is_word = written_out(part) in WORDS or part in official_names()
    return is_word or PART.fullmatch(part) is not None


def _is_of_somebody(parts: list[str]) -> bool:
    """Whether the parts are a day, or one is a year of birth, with letters before it or not."""
    numbers = [re.sub(r"\D", "", part) for part in parts]
    return any(map(_is_year_of_birth, numbers)) or _are_a_day(parts)


def _is_year_of_birth(digits: str) -> bool:
    return len(digits) == 4 and int(digits) in YEARS_OF_BIRTH


def _are_a_day(parts: list[str]) -> bool:
    """Whether three numbers are day, month and year of two digits: 12.3.38."""
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):
        return False
    one, two, three = map(int, parts)
    return any(_is_day(day, two, year) for day, year in ((one, three), (three, one)) if year < 100)


def _is_short_day(digits: str) -> bool:
    """Whether six digits read like a day: 120338, 380312."""
    one, two, three = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    return any(_is_day(day, two, year) for day, year in ((one, three), (three, one)))


def _is_day(day: int, month: int, year: int) -> bool:
    try:
        date(1900 + year, month, day)
    except ValueError:
        return False
    return True


def _is_phone(parts: list[str]) -> bool:
    """Whether the digits begin with the zero of an area code, and are as many as a number has."""
    digits = re.sub(r"\D", "", "".join(parts))
    is_region = any(part in official_names() for part in parts)
    begins = parts[0].startswith("0") and len(digits) >= FEWEST_OF_A_PHONE
    return len(digits) > MOST_DIGITS or (begins and not is_region)


def _is_institution(digits: str) -> bool:
    """Whether nine digits are an IK: the last is made of the third to eighth, as for cards."""
    if not INSTITUTION.fullmatch(digits):
        return False
    doubled = [int(one) * (2 - at % 2) for at, one in enumerate(digits[2:8])]
    return sum(value // 10 + value % 10 for value in doubled) % 10 == int(digits[8])
