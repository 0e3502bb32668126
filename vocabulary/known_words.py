"""Titles and labels in known words alone: any other word may be somebody's name.

Known are the words of the metrics, of dbt's seeds and templates, names of regions, the words that
titles of papers are made of (``title_words.txt``), and compounds of these. Numbers are known by
their form: days, years, numbers of papers, else a few digits. A number stands for anything else,
the same for the same text: two papers stay two.
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
OPAQUE = re.compile(r"Wort-\d{9}")
TOKEN = re.compile(
    rf"{OPAQUE.pattern}|\d+(?:(?:\s?[./:–-]\s?|\s)\d+|/[IVXL]+(?=/\d|\b))*|[^\W\d_]+|\S"
)
"""Numbers with signs or blanks between them are one token: together they may be a telephone's."""
LETTERS = re.compile(r"[^\W\d_]+")
DAYS = re.compile(
    r"(?<!\d)(?:(?:\d{1,2}\. ?\d{1,2}\.? ?[–-] ?)?\d{1,2}\. ?\d{1,2}\. ?(?:199\d|20\d\d)"
    r"|(?:199\d|20\d\d)-\d{2}-\d{2})(?!\d)",
    re.ASCII,
)
"""A day, or from one to another. None on which those were born whom homes take care of."""
EARLY_DAYS = re.compile(
    r"(?<!\d)(?:(?:0?[1-9]|[12]\d|3[01])[./-] ?(?:0?[1-9]|1[0-2])[./-] ?1[89][0-8]\d"
    r"|(?:0[1-9]|[12]\d|3[01])[./-] ?(?:0[1-9]|1[0-2])[./-] ?[3-9]\d|1[89][0-8]\d-\d\d-\d\d)(?!\d)",
    re.ASCII,
)
YEAR = re.compile(r"(?<!\d)(?:199\d|20\d{2})(?!\d)", re.ASCII)
"""Earlier ones are those in which people were born whom homes take care of."""
INITIALS = re.compile(r"(?<![^\W\d_])[A-ZÄÖÜ]\.? ?[A-ZÄÖÜ]\.(?![^\W\d_])")
"""Of a person; abbreviations of words have a small letter: "z. B."."""
OF_A_PAPER = re.compile(
    r"(?<![\d/])(?:(?:\d{1,3}/)?\d{1,5}/(?:[IVXL]+/)?(?:19|20)\d{2}|(?:19|20)\d{2}/\d{1,5}"
    r"|\d{1,3}/\d{1,5}/[IVXL]+|(?<!\.)0\d{1,2}(?:\.\d{2,3}){1,2}(?!\.))(?![\d/])",
    re.ASCII,
)
"""The number of a paper, with its year or the council's term, or of a product of the budget."""
FEW = re.compile(r"(?!1[89]\d\d)[1-9]\d{0,3}|0\d{0,2}", re.ASCII)
MOST_DIGITS = 6
"""Of numbers side by side. Those of telephones and registers are longer."""
SIGNS = re.compile(r"[^\w@]|_")
FIRST_NAMES = frozenset(["jan", "april", "mai", "juni", "juli", "august"])
"""Months that people are called, too: not known beside a capital letter or behind a comma."""
MONTHS = frozenset([*FIRST_NAMES, "januar", "februar", "maerz", "september"])
NEXT_WORD = re.compile(r"\.?\s+([^\W\d_]+)")
NUMBER_BEHIND = re.compile(r"\.?\s*(?:bis|–|-|/)?\s*\d")
JOINTS = ("", "s", "es", "n", "en", "e", "er")


def in_known_words(text: str) -> str:
    """A text with a number in place of each word that is not known."""
    return TOKEN.sub(
        lambda found: (
            found[0]
            if _is_known(found[0]) and not _may_be_a_first_name(found)
            else opaque("Wort", found[0])
        ),
        INITIALS.sub(lambda found: opaque("Wort", found[0]), text),
    )


def are_known(text: str) -> bool:
    """Whether a text has known words alone."""
    return in_known_words(text) == text


def _is_known(token: str) -> bool:
    if OPAQUE.fullmatch(token) or SIGNS.fullmatch(token):
        return True
    if token[0].isdecimal():
        return _is_number(token)
    is_letter = len(token) == 1
    return LETTERS.fullmatch(token) is not None and (is_letter or _is_word(written_out(token)))


def _is_number(token: str) -> bool:
    """Whether numbers side by side are days, years, the number of a paper, or a few digits."""
    if EARLY_DAYS.search(token):
        return False
    rest = YEAR.sub(" ", OF_A_PAPER.sub(" ", DAYS.sub(" ", token)))
    numbers = re.findall(r"\d+", rest)
    return len("".join(numbers)) <= MOST_DIGITS and all(map(FEW.fullmatch, numbers))


def _may_be_a_first_name(found: re.Match[str]) -> bool:
    """Whether a month stands where a first name does: "August Winter", "Winter, August"."""
    if written_out(found[0]) not in FIRST_NAMES:
        return False
    before, behind = found.string[: found.start()], found.string[found.end() :]
    if (word := NEXT_WORD.match(behind)) and word[1][0].isupper():
        return written_out(word[1]) not in MONTHS
    return before.rstrip().endswith(",") and not NUMBER_BEHIND.match(behind)


def _is_word(word: str) -> bool:
    """Whether a word is known, or is made of known ones: "Pflegebericht", "Sitzungsvorlage"."""
    endings = ("", "s", "en", "n")
    return any(
        word.endswith(ending) and _words().are_in(word.removesuffix(ending)) for ending in endings
    )


@cache
def _words() -> KnownWords:
    files = [WORDS, TEMPLATES, DBT / "dbt_project.yml", *sorted((DBT / "seeds").glob("*.csv"))]
    texts = [file.read_text(encoding="utf-8") for file in files]
    return KnownWords([*texts, *official_names().values(), *KINDS, *PREPOSITIONS], JOINTS)
