"""Whether the name of a file is understood: it is kept with the file, and may be a person's."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from formats.dates import MONTHS
from ingest.azr.understood import Language
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
        "kopie",
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
ENDINGS = frozenset([".csv", ".ods", ".tab", ".tsv", ".txt", ".xls", ".xlsx"])
MOST_NUMBERS = 2
MONTH_OF_A_YEAR = re.compile(rf"(?<![^\W_])(?:{'|'.join(MONTHS)})[-_. ]*(?=20\d\d)")
"""A month alone may be a name: "Jan", "Mai", "August", "Juni"."""
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
    """Whether a name is made of words about tables, of dates and of short numbers.

    Municipalities, nationalities and months are no such words: many are names of persons.
    """
    stem, ending = (unicodedata.normalize("NFC", part).casefold() for part in _parts(name))
    if ending not in ENDINGS:
        return False
    if len(re.findall(r"(?<!\d)\d{1,3}(?!\d)", DAYS.sub(" ", stem))) > MOST_NUMBERS:
        return False
    rest = DATES.sub(" ", MONTH_OF_A_YEAR.sub(" ", language.keys.sub(" ", stem)))
    known = OF_FILES | own | language.own
    words = WORD.findall(rest)
    single = {"q", "v", "i", "ii", "iii", "iv", "x"}
    return not re.search(r"\d", rest) and all(word in known or word in single for word in words)


def _parts(name: str) -> tuple[str, str]:
    return Path(name).stem, Path(name).suffix
