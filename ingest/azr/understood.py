"""Whether a text beside the counts is understood: every word known, every number of a known form.

The words are those in which offices speak of their tables (``note_words.csv``), the names of the
county and its municipalities, and nationalities. A name of a person is none of them, in no script.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from formats.dates import MONTHS
from formats.known_words import KnownWords
from formats.text import printed, written_out
from kreishaus.figure_origin import MARKS
from kreishaus.settings import County
from persons.words import is_nation
from vocabulary.statuses import ROW_REFERENCE

NOTE_WORDS = Path(__file__).with_name("note_words.csv")
PROGRAM_WORDS = Path(__file__).with_name("program_words.csv")

MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
YEAR = r"(?:20\d\d)"
DAY = rf"\d{{1,2}}\.\s?(?:\d{{1,2}}\.|(?:{MONTH})\b\.?)\s?(?:{YEAR}|\d\d(?!\d))|{YEAR}-\d\d-\d\d"
FORMS = (
    r"https?://www\.\S{1,60}|www\.[a-z0-9-]{1,40}\.de\b",
    rf"(?:{DAY})(?:,?\s*(?:um\s)?\d\d?:\d\d(?::\d\d)?(?:\suhr)?)?",
    r"\b(?:am|zum|per|jeweils|stand|stichtag):? \d{1,2}\.\s?\d{1,2}\.(?!\s?\d)",
    rf"\b(?:am|zum|per|jeweils|stand|stichtag):? \d{{1,2}}\.\s?(?:{MONTH})\b(?!\.?\s?\d)",
    rf"\b(?:{MONTH})\b\.?\s?(?:{YEAR}|'?\d\d(?!\d))",
    rf"(?<!\d)(?:0?[1-9]|1[0-2])[/.]{YEAR}",
    rf"\b(?:i{{1,3}}|iv|[1-4])\.?\s?(?:quartal|vierteljahr|halbjahr|quart\.|qu\.)\s?(?:{YEAR})?",
    rf"\b(?:quartal|vierteljahr|halbjahr)\s?(?:i{{1,3}}|iv|[1-4])\b(?:\s?/?\s?{YEAR})?",
    rf"\bq[1-4][\s/]?{YEAR}|{YEAR}[\s/-]q?[1-4](?!\d)",
    rf"(?<!\d){YEAR}(?:[/–-]\d\d)?(?!\d)",
    rf"\bnr\.?\s?\d{{1,5}}/{YEAR}",
    r"§§?\s?\d{1,3}[a-z]?|\b(?:abs|absatz|art|artikel|nr|nummer|satz|s|ziff|ziffer|alt)\.?\s?\d{1,2}"
    r"[a-z]?\b",
    r"\b(?:amt|abt|abteilung|fachbereich|fachdienst|sachgebiet|dezernat|referat|zimmer|raum)\b"
    r"\.?\s?\d{1,3}(?:\.\d{1,2}){0,2}(?![\d.])",
    r"\b(?:vorlage|vorlagen|drucksache|beschluss|antrag|anfrage)\b[\s-]*(?:nr\.?)?\s?\d{1,4}/\d{1,5}"
    rf"(?:/[ivxl]{{1,6}})?/{YEAR}",
    r"\b(?:tab|abb)\.?\s?\d{1,3}\b",
    r"\b(?:seite|blatt|anlage|anlagen|tabelle|statistik|spalte|spalten|version|v|fußnote|punkt|top|"
    r"entwurf|sheet|chart|diagramm|textfeld|comment|sheet|page)\.?\s?\d{1,3}(?:\s?(?:,|und|bis|-|–|von"
    r"|of|/)\s?\d{1,3})*\b",
    r"\b(?:unter|über|ab|bis|kleiner|kleiner als|weniger als|als|mindestens|rund|auf)\s\d{1,3}\b"
    r"(?:\s?jahren?)?",
    r"\b\d{1,2}\s?(?:-|–|bis(?: unter)?)\s?\d{1,2}\b(?: jahren?)?",
    r"^\s?(?:[a-h][).](?=\s)|[ivx]{1,4}\.(?=\s)|[1-9]\.[1-9]\.?(?=\s[^\W\d]))",
    r"^\s?(?:\d{1,2}\)|\(\d{1,2}\)|\*{1,3}|[¹²³⁴-⁹]{1,2}|\d{1,2}\.)",
    r"\b(?:k\.\s?a|z\.\s?b|u\.\s?a|d\.\s?h|i\.\s?d\.\s?r|v\.\s?h|i\.\s?v\.\s?m)\.|\bca\.",
    r"\bende de[rs] (?:liste|tabelle|auswertung|datei|berichts?|jahres|monats|quartals)\b",
    r"\banzahl (?:der )?(?:zeilen|datensätze|fälle|personen):?\s?\d{1,3}(?![\d.,])",
    r"\bgenfer (?:flüchtlings)?konvention\b",
    r"\d{1,3}\s?%",
    r"=\s?0(?![\d.,])",
)
SAMPLE_MARKS = tuple(re.escape(mark.casefold()) for mark in MARKS.values())
"""What the sample's generator writes into its files: fixed texts, and of nobody."""
FORM = re.compile("|".join(f"(?:{form})" for form in (*SAMPLE_MARKS, *FORMS)))
DATED = re.compile(
    rf"(?:{DAY})(?:,?\s*(?:um\s)?\d\d?:\d\d(?::\d\d)?)?|\d{{1,2}}\.\s?\d{{1,2}}\.|\d\d[/.]{YEAR}"
)
LEADING_ZERO = re.compile(r"(?<![\d.,])0\d")
"""Numbers of lines and pages have none; ids in pieces do."""

WORD = re.compile(r"[^\W\d_]+")
SHORTEST_COMPOSED, SHORTEST_PART = 9, 5
JOINTS = ("", "s", "es", "n", "en")
ENDINGS = ("", "n", "r", "s", "m", "en", "es", "er", "em")
SIGNS = frozenset("©.,;:()[]{}/-–—−!?\"'„“”‚‘’«»*§%&+=|…·•#<>_\\~×½¹²³°")
MARKERS = {"-", "–", ".", "...", "…", "/", "x", "0", "()"}
SEXES = frozenset(["weiblich", "männlich", "divers", "mann", "frau", "w", "m", "d"])
OFFICE = re.compile(r"\w*behörde|\w*verwaltung|land(?:rat|rätin)|\w+amt\b")
DATE_WORDS = Path(__file__).with_name("date_words.csv")
"""Words before a day on which something was counted or made, and nobody born."""

BIRTHLIKE = re.compile(rf"(?<!\d)(?:{DAY})", re.IGNORECASE)
MOST_LETTERS = 600
"""No note of a table is longer; a text without end is something else."""


@cache
def _words(file: Path) -> frozenset[str]:
    with file.open(encoding="utf-8", newline="") as lines:
        words = [row["word"] for row in csv.DictReader(lines)]
    return frozenset([*words, *map(written_out, words)])


@dataclass(frozen=True)
class Language:
    """What is understood in the tables of one county.

    ``composes``: also compounds of known words, and known words with other endings. What is kept or
    logged is made of listed words alone, since a compound may be a name after all.
    """

    county: County
    composes: bool = False

    @cached_property
    def places(self) -> frozenset[str]:
        """The words of the municipalities' names; those that all offices use are no place."""
        names = " ".join(self.county.municipalities.values()).casefold()
        names += f" {written_out(names)}"
        return frozenset(WORD.findall(names)) - _words(NOTE_WORDS)

    @cached_property
    def own(self) -> frozenset[str]:
        """The words of the county's own names."""
        names = " ".join((self.county.name, *self.county.also_called)).casefold()
        return frozenset(WORD.findall(names))

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of a note that is no nationality."""
        return _words(NOTE_WORDS) | self.own | self.places

    @cached_property
    def keys(self) -> re.Pattern[str]:
        """The official key of the county, and of what lies in it."""
        return re.compile(rf"(?<!\d){self.county.ags}(?:\d{{3}})?(?!\d)")

    def understands(self, text: str, more: frozenset[str] = frozenset()) -> bool:
        """Whether every word and number of a text is known, and it speaks of no single person."""
        plain = unicodedata.normalize("NFC", printed(text)).casefold()
        if plain in MARKERS or all(sign in SIGNS for sign in plain):
            return True
        if len(plain) > MOST_LETTERS:
            return False
        if LEADING_ZERO.search(DATED.sub(" ", self.keys.sub(" ", plain))):
            return False
        without = ROW_REFERENCE.sub(" ", self._without_names(plain))
        bare = FORM.sub(" ", self.keys.sub(" ", without))
        if not all(sign.isalpha() or sign.isspace() or sign in SIGNS for sign in bare):
            return False
        known = self.words | more
        words = WORD.findall(bare)
        return all(
            word in known or is_nation(word) or (self.composes and _is_composed(word))
            for word in words
        ) and not self.describes(plain)

    def names_the_office(self, text: str) -> bool:
        """Whether a text is the county's name or a word of its administration, and no town's."""
        plain = printed(text).casefold()
        own = {name.casefold() for name in (self.county.name, *self.county.also_called)}
        towns = {name.casefold() for name in self.county.municipalities.values()}
        is_own = plain in own - towns
        return is_own or (self.understands(text) and OFFICE.search(plain) is not None)

    def describes(self, text: str) -> bool:
        """Whether a text says attributes as a list of persons does: two at once, or nothing else.

        The county's own name is none: it stands above every table.
        """
        plain = self._without_names(printed(text).casefold())
        words = WORD.findall(FORM.sub(" ", plain))
        nation = any(is_nation(word) and word not in _words(NOTE_WORDS) for word in words)
        place = any(word in self.places for word in words)
        sex = any(word in SEXES for word in words)
        day = BIRTHLIKE.search(plain) is not None and not _speaks_of_a_date(words)
        return sum((nation, place, sex, day)) > 1 or (
            bool(words) and all(is_nation(word) or word in self.places | SEXES for word in words)
        )

    def _without_names(self, plain: str) -> str:
        for name in sorted((self.county.name, *self.county.also_called), key=len, reverse=True):
            plain = plain.replace(name.casefold(), " ")
        return plain


def _is_composed(word: str) -> bool:
    """Whether a long word is a compound of known ones, or one of them with another ending."""
    plain = written_out(word)
    return len(plain) >= SHORTEST_COMPOSED and any(
        plain.endswith(ending) and _long_words().are_in(plain.removesuffix(ending))
        for ending in ENDINGS
    )


@cache
def _long_words() -> KnownWords:
    """The words of notes that are long enough to make no name together."""
    long = (word for word in _words(NOTE_WORDS) if len(word) >= SHORTEST_PART)
    return KnownWords(long, JOINTS)


def _speaks_of_a_date(words: list[str]) -> bool:
    return any(word in _words(DATE_WORDS) for word in words)


def program_words() -> frozenset[str]:
    """What office programs write beside the cells by themselves."""
    return _words(PROGRAM_WORDS)
