"""Whether the name of a file is understood: it is kept with the file, and may be a person's."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from ingest.azr.understood import Language, program_words
from ingest.formats.dates import MONTHS
from ingest.persons.words import is_nation
from kreishaus.settings import Settings

OF_FILES = frozenset(
    [
        "abh",
        "azr",
        "auswertung",
        "bestand",
        "datei",
        "endfassung",
        "entwurf",
        "export",
        "fluechtlinge",
        "auslaender",
        "final",
        "gemeinden",
        "kommunen",
        "korrektur",
        "kreis",
        "kreuztabelle",
        "lieferung",
        "neu",
        "quartal",
        "stand",
        "stichtag",
        "tabelle",
        "version",
        "zeitreihe",
    ]
)
"""What offices call their files, umlauts written out too."""
MOST_NUMBERS = 2
DAYS = re.compile(
    r"(?<!\d)(?:20\d\d[-_. ]?\d\d[-_. ]?\d\d|\d{1,2}[-_. ]\d{1,2}[-_. ](?:20\d\d|[12]\d))(?!\d)",
    re.ASCII,
)
DATES = re.compile(
    r"(?<!\d)(?:20\d\d[-_. ]?\d\d[-_. ]?\d\d|\d{1,2}[-_. ]\d{1,2}[-_. ](?:20\d\d|[12]\d)"
    r"|20\d\d[-_. ]?\d\d|\d\d[-_. ]20\d\d|20\d\d|[0-3]\d(?:0\d|1[0-2])|\d{1,3})(?!\d)",
    re.ASCII,
)
WORD = re.compile(r"[^\W\d_]+")


def own_words(settings: Settings) -> frozenset[str]:
    """The words of the county's own patterns for the names of its files."""
    datasets = ("crosstable", "series", "municipalities")
    patterns = " ".join(settings.dataset("azr", name).path or "" for name in datasets)
    return frozenset(WORD.findall(unicodedata.normalize("NFC", patterns).casefold()))


def is_file_name(name: str, language: Language, own: frozenset[str]) -> bool:
    """Whether a name is made of words about tables, of dates and of short numbers."""
    stem = unicodedata.normalize("NFC", Path(name).stem).casefold()
    if len(re.findall(r"(?<!\d)\d{1,3}(?!\d)", DAYS.sub(" ", stem))) > MOST_NUMBERS:
        return False
    rest = DATES.sub(" ", language.keys.sub(" ", stem))
    known = language.words | program_words() | OF_FILES | own | frozenset(MONTHS)
    words = WORD.findall(rest)
    single = {"q", "v", "i", "ii", "iii", "iv", "x"}
    return not re.search(r"\d", rest) and all(
        word in known or word in single or is_nation(word) for word in words
    )
