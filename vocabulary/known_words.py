"""Titles and labels in known words alone: any other word may be somebody's name.

Known are the words of the metrics, of dbt's seeds and templates, names of regions, the words that
titles of papers are made of (``title_words.txt``), and compounds of these. A number stands for any
other word, the same for the same word: two papers stay two.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from formats.known_words import KnownWords
from formats.text import written_out
from kreishaus.settings import REPOSITORY
from vocabulary.opaque import opaque
from vocabulary.region_names import KINDS, PREPOSITIONS, official_names

WORDS = Path(__file__).with_name("title_words.txt")
DBT = REPOSITORY / "dbt_project"
TEMPLATES = REPOSITORY / "ingest" / "printed_tables" / "templates.toml"
TOKEN = re.compile(r"Wort-\d{9}|\d{1,2}\. ?\d{1,2}\. ?\d{4}|[^\W\d_]+|\d+|\S")
LETTERS = re.compile(r"[^\W\d_]+")
NUMBER = re.compile(r"[1-9]\d{0,3}|0\d?|Wort-\d{9}")
DAY = re.compile(r"\d{1,2}\. ?\d{1,2}\. ?(?:199\d|20\d\d)")
"""No day on which those were born whom homes take care of."""
SIGNS = re.compile(r"[^\w@]|_")
JOINTS = ("", "s", "es", "n", "en", "e", "er")


def in_known_words(text: str) -> str:
    """A text with a number in place of each word that is not known."""
    return TOKEN.sub(
        lambda found: found[0] if _is_known(found[0]) else opaque("Wort", found[0]), text
    )


def are_known(text: str) -> bool:
    """Whether a text has known words alone."""
    return in_known_words(text) == text


def _is_known(token: str) -> bool:
    if NUMBER.fullmatch(token) or DAY.fullmatch(token) or SIGNS.fullmatch(token):
        return True
    return LETTERS.fullmatch(token) is not None and _is_word(written_out(token))


def _is_word(word: str) -> bool:
    """Whether a word is known, or is made of known ones: "Pflegebericht", "Sitzungsvorlage"."""
    endings = ("", "s", "en", "n")
    return len(word) == 1 or any(
        word.endswith(ending) and _words().are_in(word.removesuffix(ending)) for ending in endings
    )


@cache
def _words() -> KnownWords:
    files = [WORDS, TEMPLATES, DBT / "dbt_project.yml", *sorted((DBT / "seeds").glob("*.csv"))]
    texts = [file.read_text(encoding="utf-8") for file in files]
    return KnownWords([*texts, *official_names().values(), *KINDS, *PREPOSITIONS], JOINTS)
