"""What the county's own prose may not say: how a person is reached; and what may be a name.

Reasons, sources and titles of documents are written by the county and printed by its papers. No
list of words could hold them, so a text is refused only for what is a person's by itself. Words
that could be a name are a warning: whoever wrote them can tell.
"""

from __future__ import annotations

import re

from persons.contacts import MAIL_IN_TEXT, PHONE_IN_TEXT
from persons.named import is_common
from vocabulary.known_words import are_known

NUMBERS = re.compile(r"(?<![\w.,])[+(]?0\d*(?:[\s()/-]{0,2}\d+)*", re.ASCII)
"""Numbers side by side of which the first has a zero in front."""
FEWEST_DIGITS_OF_A_PHONE = 7
WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
CAPITAL = r"[^\W\d_a-zäöüß][^\W\d_]*[a-zäöüß][^\W\d_]*"
NAME = rf"{CAPITAL}(?:[-'’]{CAPITAL})*"
TWO = re.compile(rf"(?=\b(?P<one>{NAME})\s+(?P<other>{NAME})\b)")
IN_BRACKETS = re.compile(rf"\(\s*(?P<one>{NAME})\s*\)")
BEHIND = re.compile(
    rf"\b(?:by|from|von|laut|durch|gez\.?|i\.\s?A\.)\s+(?P<one>{NAME})(?=\s*(?:$|[,;.)]))"
)
"""A name behind a word that says who did or said something, at the end of what it says."""


def says_how_to_reach(text: str) -> bool:
    """Whether a text says how somebody is reached."""
    return bool(MAIL_IN_TEXT.search(text) or PHONE_IN_TEXT.search(text)) or any(
        sum(map(str.isdecimal, numbers)) >= FEWEST_DIGITS_OF_A_PHONE and not are_known(numbers)
        for numbers in NUMBERS.findall(text)
    )


def may_name_somebody(text: str) -> bool:
    """Whether words that no list has stand as names do: two side by side, or one in brackets or
    behind "by"."""
    alone = [*IN_BRACKETS.finditer(text), *BEHIND.finditer(text)]
    return any(_may_be_a_name(found["one"]) for found in alone) or any(
        _may_be_a_name(found["one"]) and _may_be_a_name(found["other"])
        for found in TWO.finditer(text)
    )


def _may_be_a_name(word: str) -> bool:
    return not (are_known(word) or is_common(word))
