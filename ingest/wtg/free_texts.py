"""Cells of known columns that name a person where nothing could be left out: a reason to refuse.

Homes and operators are lawfully called after people ("Seniorenstift Dr. Schmidt"): in their columns
only words that leave no other reading count ("Frau ...", "Zimmer von ...").
"""

from __future__ import annotations

import re

from ingest.wtg.layout import KEYS
from ingest.wtg.municipality_keys import is_county
from ingest.wtg.positive import BY_NAME
from ingest.wtg.sums import TOTAL
from kreishaus.wording import say
from persons.named import holds_full_name, is_resident, names_person
from persons.values import day_of
from vocabulary.home_names import is_home_name

NAMES = frozenset(["name", "traeger"])
PLACES = frozenset(["strasse", "hausnummer", "plz", "ort", "ags"])
IDENTIFIERS = KEYS | {"standort_id"}
PROJECT_KEY = "vorhaben_id"
"""Offices call a project in words ("Ersatzneubau"); such a key lands as a number."""
TEXTS = BY_NAME.keys() | IDENTIFIERS | {"status", "art"}
FREE = TEXTS - NAMES - PLACES - IDENTIFIERS - {"angebotsform", "angebotsform_wtg", "art"}
"""Columns of words that may be empty: nothing of them is kept but words of lists."""
WORD_OF_LETTERS = re.compile(r"[^\W\d_]*[a-zäöüß][^\W\d_]*(?:[-' ’][^\W\d_]+)*")
SHORTEST_NAME = 4


def marker_of(column: str, value: str) -> str | None:
    """What of a cell marks a person in a column in which nothing can be left out, in our words."""
    text = value.strip()
    if is_resident(text):
        return say("a word for a resident: the row is about a person")
    if column in FREE:
        return None
    if column in NAMES:
        if day_of(text):
            return say("a day where homes have their name or operator")
        is_home = column == "name" and is_home_name(text)
        return (
            say("the name of a person")
            if not is_home and names_person(text, strictly=True)
            else None
        )
    if column in IDENTIFIERS - {PROJECT_KEY}:
        is_sum = TOTAL.search(text) or is_county(text)
        is_name = is_word(text) and not is_sum
        return say("an identifier of letters alone, as names are") if is_name else None
    if names_person(text) or (column not in TEXTS and holds_full_name(text)):
        return say("the name of a person")
    return None


def is_word(text: str) -> bool:
    """Whether a text is letters alone, as a name or a heading is and no key."""
    return len(text) >= SHORTEST_NAME and WORD_OF_LETTERS.fullmatch(text) is not None
