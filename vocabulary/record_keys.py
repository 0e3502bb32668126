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
MIXED = re.compile(r"[A-Za-z]+[0-9]+[A-Za-z]?|[0-9]+[A-Za-z]", re.ASCII)
"""One group of a key is so ("V01"); passports in groups have several."""
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
LAST_OF_TWO_DIGITS = 99
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
    mixed = sum(MIXED.fullmatch(part) is not None for part in parts)
    return mixed <= 1 and _is_running(parts) and not _is_of_somebody(parts)


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
    """Whether letters are those of an office, or begin the county or a municipality of it, or are
    two of its letters ("GV" for Grevenbroich): names of people are as short."""
    written = written_out(letters)
    if written in ABBREVIATIONS:
        return True
    county = read_county()
    names = map(written_out, [county.name, *county.municipalities.values()])
    return any(
        name.startswith(written)
        or (len(written) == FEWEST_LETTERS and name[0] == written[0] and written[1] in name)
        for name in names
    )


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
    """Whether the parts are a day, or initials with a year, or one of them is a year of birth."""
    digits = [re.sub(r"\D", "", part) for part in parts]
    numbers = [part for part in parts if part.isdecimal() and part not in official_names()]
    are_initials = len(parts) > FEWEST_LETTERS and all(len(part) == 1 for part in parts[:2])
    has_initials = are_initials and "".join(parts[:2]).isalpha()
    is_short = len("".join(digits)) <= FEWEST_LETTERS
    return any(map(_is_year_of_birth, digits)) or _are_a_day(numbers) or (has_initials and is_short)


def _is_year_of_birth(digits: str) -> bool:
    return len(digits) == 4 and int(digits) in YEARS_OF_BIRTH


def _are_a_day(parts: list[str]) -> bool:
    """Whether three numbers are day, month and year in any order: 12.3.38, 2015-03-15, 3-15-42."""
    return len(parts) == 3 and _is_a_day(*map(int, parts))


def _is_short_day(digits: str) -> bool:
    """Whether six digits read like a day: 120338, 380312."""
    return _is_a_day(int(digits[:2]), int(digits[2:4]), int(digits[4:]))


def _is_a_day(one: int, two: int, three: int) -> bool:
    orders = ((one, two, three), (two, one, three), (three, two, one), (two, three, one))
    return any(_is_day(day, month, year) for day, month, year in orders)


def _is_day(day: int, month: int, year: int) -> bool:
    try:
        date(year if year > LAST_OF_TWO_DIGITS else 1900 + year, month, day)
    except ValueError:
        return False
    return True


def _is_institution(digits: str) -> bool:
    """Whether nine digits are an IK: the last is made of the third to eighth, as for cards."""
    if not INSTITUTION.fullmatch(digits):
        return False
    doubled = [int(one) * (2 - at % 2) for at, one in enumerate(digits[2:8])]
    return sum(value // 10 + value % 10 for value in doubled) % 10 == int(digits[8])
