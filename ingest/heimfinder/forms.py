"""Which form a value of a column has when it lands: no text lands as somebody wrote it freely."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache

from formats.known_words import KnownWords
from formats.text import written_out
from ingest.heimfinder import values
from ingest.heimfinder.fields import Json, layout
from ingest.heimfinder.tables import COORDINATES, COUNTS
from kreishaus.settings import read_county
from persons.contacts import matches
from persons.named import names_person
from vocabulary.region_names import PREPOSITIONS, all_names

READERS: Mapping[str, Callable[[Json], object]] = {
    "home_id": values.identifier,
    "county_name": values.county,
    "home_name": values.words,
    "municipality_name": values.words,
    "municipality_code": values.municipality,
    **dict.fromkeys(COORDINATES, values.degrees),
    **dict.fromkeys(COUNTS, values.count),
}
KEY = re.compile(r"^\s*\d{4,8}(?!\w)", re.ASCII)
"""Of a county, before its name or alone."""
PARTS = re.compile(r"\s*[,;()/|]\s*|\s+[-–]\s+")
WORD = re.compile(r"[^\W_]+\.?")
CONFIDENTIAL = "?"
"""Stands for each character of a value that has not the form of its column."""


def in_form(column: str, value: Json) -> Json:
    """The value where it has the form of its column; else None for a name, and for others as many
    question marks, so that the parser says what it cannot read."""
    if not isinstance(value, str):
        return value
    if column == "home_name":
        return name_of_home(value)
    if column == "municipality_name":
        return _municipality_in(value)
    if column == "county_name":
        fits = _regions().explain(KEY.sub("", value))
    else:
        fits = _can_be_read(column, value)
    return value if fits else CONFIDENTIAL * len(value)


def _municipality_in(text: str) -> str | None:
    """The words of a place that are those of regions: of "41470 Neuss-Norf" Neuss. None without."""
    if _regions().explain(text):
        return text
    found = [word for word in WORD.findall(text) if _is_of_region(word)]
    return " ".join(found) or None


def _is_of_region(word: str) -> bool:
    return word.isalpha() and written_out(word) not in PREPOSITIONS and _regions().explain(word)


def name_of_home(text: str) -> str | None:
    """The parts of a name that have a word of a home, or are a place; None where none has."""
    parts = [part for part in PARTS.split(text) if part]
    homes = [part for part in parts if _is_of_home(part)]
    if not homes or values.holds_contact(text) or names_person(text, strictly=True):
        return None
    kept = [part for part in parts if part in homes or _regions().explain(part)]
    return text if kept == parts else ", ".join(kept)


def _is_of_home(part: str) -> bool:
    return any(matches(word, layout().homes.words) for word in WORD.findall(part))


def _can_be_read(column: str, value: str) -> bool:
    try:
        READERS[column](value)
    except ValueError:
        return False
    return True


@cache
def _regions() -> KnownWords:
    return KnownWords([*all_names(read_county()), "sample", "bei"])
