"""Keys of homes and records as offices give them, told from what is a person's.

A date of birth, a telephone number and the number of a register of persons are digits and letters,
too. So a key is kept where it has the form of one; else a number stands for it (``opaque``), the
same for the same key, and no relation between records is lost.

| form | as in |
| --- | --- |
| a running number of up to five digits, or of six that are no day | 4711 |
| official key of a region of the Land, alone or before a running number | 05162024-12 |
| an institution's number (IK) of a home or service, with its check digit | 510512349 |
| six digits in groups, with letters of offices | NE-017, 50.3-11/2024 |
| the id of a program: UUID, 24 or 32 hexadecimal digits | |

Beside the six a year since 2010 and the key of a region may stand. Letters of offices are single
ones, listed words and abbreviations, and how the county's municipalities begin.

Not kept: days in any order, years of birth, numbers that begin as area codes do, other letters
("Ott-12", "KIM-86"), letters alone: signs between them change nothing.
"""

from __future__ import annotations

import re
from datetime import date

from formats.text import written_out
from kreishaus.settings import read_county
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
    r"(?P<before>[A-Z]{1,4}|[a-z]{1,4})?(?P<digits>[0-9]{1,6})(?P<behind>[A-Za-z])?"
    r"|(?P<letters>[A-Z]{1,4}|[a-z]{1,4})",
    re.ASCII,
)
ABBREVIATIONS = frozenset(
    [
        *("az", "id", "ik", "nr", "lfd", "rkn", "kr", "st", "ang", "einr", "org", "obj", "ref"),
        *("he", "ah", "ph", "pz", "sz", "sr", "tp", "np", "kzp", "vp", "wg", "hg", "sw", "bw"),
        *("ad", "apd", "amb", "stat", "voll", "teil", "hos", "egh", "pr", "rp", "ap", "bs", "vg"),
        *("ma", "bp", "wp", "mst", "muster", "test", "neu", "alt", "pfl", "sen", "doc", "vs", "ts"),
    ]
)
"""Of offices, of kinds of homes and of records."""
YEARS_OF_RECORDS = range(2010, 2100)
FEWEST_LETTERS = 2
INITIALS = re.compile(r"[A-Z]{1,2}", re.ASCII)
"""A key in the manner of "A" or "SB": of a person it would be no more than initials."""
WORDS = frozenset(
    [
        *("pfad", "wtg", "angebot", "angebote", "einrichtung", "heim", "haus", "home", "offer"),
        *("pruefung", "beschwerde", "vorgang", "massnahme", "anlass", "akte", "kennung", "sample"),
        *("vorhaben", "plan", "planung", "projekt", "neubau", "ersatzneubau", "anbau", "umbau"),
        *("vollstationaer", "solitaere", "kurzzeitpflege", "tagespflege", "demenz", "beatmung"),
        *(
            "ambulant",
            "ambulanter",
            "servicewohnen",
            "dienst",
            "eingliederungshilfe",
            "hospiz",
            "muster",
            "standort",
        ),
    ]
)
MOST_PARTS, LONGEST_NUMBER = 6, 6
YEARS_OF_BIRTH = range(1900, 2010)
INSTITUTION = re.compile(r"(?:46|50|51|52|54|57|26)[0-9]{7}", re.ASCII)
"""The first two digits are the kind of institution: homes, services, hospitals."""


def kept_key(text: str) -> str:
    """The key itself where it has the form of one, else the number that stands for it."""
    return text if is_record_key(text) or STANDS_FOR.fullmatch(text) else opaque(KIND, text)


def is_record_key(text: str) -> bool:
    """Whether a text has the form of a key, and of nothing that persons have."""
    if not text or HEXADECIMAL.fullmatch(text) or INITIALS.fullmatch(text):
        return bool(text)
    if text.isascii() and text.isdecimal():
        return _is_number(text)
    parts = PARTED.split(text)
    if text[0] in "-_./: " or len(parts) > MOST_PARTS or not all(map(_is_part, parts)):
        return False
    return _is_running(parts) and not _is_of_somebody(parts)


def _is_number(digits: str) -> bool:
    if len(digits) < LONGEST_NUMBER:
        return not _is_year_of_birth(digits)
    if len(digits) == LONGEST_NUMBER:
        return not digits.startswith("0") and not _is_short_day(digits)
    return digits in official_names() or _is_institution(digits)


def _is_part(part: str) -> bool:
    if written_out(part) in WORDS or part in official_names():
        return True
    found = PART.fullmatch(part)
    letters = found and (found["before"] or found["letters"] or "")
    return letters is not None and (len(letters) < FEWEST_LETTERS or _is_abbreviation(letters))


def _is_abbreviation(letters: str) -> bool:
    """Whether letters are those of an office, or abbreviate the county or a municipality of it
    ("GV" for Grevenbroich): names of people are as short."""
    written = written_out(letters)
    if written in ABBREVIATIONS:
        return True
    county = read_county()
    names = map(written_out, [county.name, *county.municipalities.values()])
    return any(name.startswith(written[0]) and _are_within(written, name) for name in names)


def _are_within(letters: str, name: str) -> bool:
    """Whether the letters stand in a name in this order."""
    rest = iter(name)
    return all(letter in rest for letter in letters)


def _is_running(parts: list[str]) -> bool:
    """Whether the digits are a running number and no day, or a word is an office's."""
    digits = "".join(re.sub(r"\D", "", part) for part in parts if not _is_year_or_region(part))
    if not digits:
        return any(written_out(part) in WORDS or part in official_names() for part in parts)
    if len(digits) == LONGEST_NUMBER and _is_short_day(digits):
        return False
    return len(digits) <= LONGEST_NUMBER


def _is_year_or_region(part: str) -> bool:
    is_year = len(part) == 4 and part.isdecimal() and int(part) in YEARS_OF_RECORDS
    return is_year or part in official_names()


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


def _is_institution(digits: str) -> bool:
    """Whether nine digits are an IK: the last is made of the third to eighth, as for cards."""
    if not INSTITUTION.fullmatch(digits):
        return False
    doubled = [int(one) * (2 - at % 2) for at, one in enumerate(digits[2:8])]
    return sum(value // 10 + value % 10 for value in doubled) % 10 == int(digits[8])
