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
from vocabulary.home_names import is_home_name
from vocabulary.opaque import opaque
from vocabulary.record_keys import kept_key
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
SAMPLE = re.compile(r"\s*\(Sample\)|^Muster-")
"""What the sample writes beside names."""
WORD = re.compile(r"[^\W_]+\.?")
CONFIDENTIAL = "?"
"""Stands for each character of a value that has not the form of its column."""


def in_form(column: str, value: Json) -> Json:
    """The value where it has the form of its column; else a number that stands for a name or an id,
    None for a place, and for others question marks, so that the parser says what it cannot read."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return value
    if column == "home_id":
        return _id_in(value)
    if column in ("home_name", "municipality_name") and not isinstance(value, str):
        return None
    if column == "home_name":
        return name_of_home(str(value))
    if column == "municipality_name":
        return _municipality_in(str(value))
    if column == "county_name":
        text = str(value)
        fits = bool(KEY.fullmatch(text)) or _regions().explain(KEY.sub("", text))
    else:
        fits = _can_be_read(column, value)
    return value if fits else CONFIDENTIAL * len(str(value))


def kept_id(text: str) -> str:
    """An id as it lands, where it is the name of a file or a field."""
    return kept_key(text.strip())


def _id_in(value: str | int | float) -> Json:
    """An id in the form of one, else its number: ``vocabulary.record_keys``."""
    text = str(value).strip()
    return value if not text or kept_key(text) == text else kept_key(text)


def _municipality_in(text: str) -> str | None:
    """The words of a place that are those of regions: of "41470 Neuss-Norf" Neuss. None without."""
    if _regions().explain(text):
        return text
    found = [word for word in WORD.findall(text) if _is_of_region(word)]
    return " ".join(found) or None


def _is_of_region(word: str) -> bool:
    return word.isalpha() and written_out(word) not in PREPOSITIONS and _regions().explain(word)


def name_of_home(text: str) -> str:
    """A name in known words (``vocabulary.home_names``), else the number that stands for it."""
    plain = " ".join(text.split())
    is_kept = not plain or values.UNNAMED.fullmatch(plain) or is_home_name(SAMPLE.sub("", plain))
    return text if is_kept and not values.holds_contact(plain) else opaque("Angebot", plain)


def sounds_like_a_home(text: str) -> bool:
    """Whether a name has a word of homes, though not all of its words are known."""
    words = WORD.findall(text)
    return any(matches(word, layout().homes.words) for word in words) and not (
        values.holds_contact(text) or names_person(text, strictly=True)
    )


def _can_be_read(column: str, value: str | int | float) -> bool:
    try:
        READERS[column](value)
    except ValueError:
        return False
    return True


@cache
def _regions() -> KnownWords:
    return KnownWords([*all_names(read_county()), "sample", "bei"])
