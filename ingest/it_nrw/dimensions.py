"""What a header row, a column or a variable speaks of: told by its words, not by its place."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from kreishaus.wording import say

Dimension = Literal["sex", "nationality", "age", "care_grade"]
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)

Variant = Literal["variant"]
"""The dimension of a projection. Its words are the publisher's own, new ones with each issue."""
VARIANT: Variant = "variant"
VARIANT_WORDS = re.compile(r".*(variante|Lebenserwartung|wanderung|Geburten).*", re.IGNORECASE)
"""Tells a header row of variants from one of measures; elsewhere any words may be variants."""

WORDINGS_FILE = Path(__file__).with_name("wordings.csv")
"""The one place to mend when an office rewords a label: ``printed;wording;why``."""

MEND_WORDING = say("If it is a known one reworded, add a line to ingest/it_nrw/wordings.csv")
NEW_LAYOUT = say("tell the data engineer (docs/sources/it_nrw.md, When the layout changes)")
MEND_DIMENSION = say("if the table is now divided otherwise, {new_layout}", new_layout=NEW_LAYOUT)

TWO_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})

TOTAL = "Insgesamt"
"""The one word for the total of a dimension."""

WORDS: dict[Dimension, re.Pattern[str]] = {
    "sex": re.compile(r"männlich|weiblich"),
    "nationality": re.compile(r"Deutsche?|Ausländer.*"),
    "age": re.compile(r"unter \d+.*|\d+ bis unter \d+.*|\d+ (Jahre )?und (mehr|älter)"),
    "care_grade": re.compile(r"Pflegegrad \d.*|(bisher|noch) .*Pflegegrad.*"),
}
COUNT = "Anzahl"
"""The unit of what is counted: its values are whole."""
UNIT = re.compile(r"Anzahl|Prozent|%|EUR|Tsd\. EUR|qm")

VARIABLES: dict[str, Dimension] = {"GES": "sex", "NAT": "nationality"}
"""Code of a flat-CSV variable -> dimension; any other is told by its words."""

SAID_BY_CODE = {
    "GESM": re.compile("männlich"),
    "GESW": re.compile("weiblich"),
    "NATD": re.compile("Deutsche?"),
    "NATA": re.compile("Ausländer.*"),
}
"""Code of an attribute -> what its label says; of age groups see ``contradicts``."""
AGE_CODE = re.compile(r"ALT(?P<low>\d{3})(?:B(?P<high>\d{2,3})|UM)", re.ASCII)
"""``ALT003B06`` is "3 bis unter 6 Jahre", ``ALT000B03`` "unter 3 Jahre", ``ALT090UM`` "90 Jahre
und mehr"."""
AGE_WORDS = re.compile(
    r"unter (?P<below>\d+).*|(?P<low>\d+) bis unter (?P<high>\d+).*"
    r"|(?P<from>\d+) (?:Jahre )?und (?:mehr|älter)",
    re.ASCII,
)
REGION_VARIABLES = ("DINSG", "DLAND", "REGBEZ", "KREISE", "GEMEIN", "GEOGM4")
"""Codes of the flat-CSV variables that say where; DINSG is Germany, GEOGM4 the census with its
longer keys."""


@cache
def wordings() -> Mapping[str, str]:
    """Printed label, folded -> Kreishaus's wording. Raises ``ValueError`` for one with two."""
    found: dict[str, str] = {}
    with WORDINGS_FILE.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter=";"):
            if found.setdefault(_folded(row["printed"]), row["wording"]) != row["wording"]:
                raise ValueError(f"{WORDINGS_FILE}: {row['printed']!r} has two wordings")
    return found


def label(printed: str) -> str:
    """A label in Kreishaus's wording: blanks made single, a known rewording undone."""
    folded = " ".join(printed.split())
    if folded.casefold() == TOTAL.casefold():
        return TOTAL
    return wordings().get(_folded(printed), folded)


def _folded(printed: str) -> str:
    """Without what layouts change: blanks, capitals, and umlauts, which the old flat CSV writes as
    two letters (``Bevoelkerungsstand``)."""
    return " ".join(printed.split()).casefold().translate(TWO_LETTERS)


def contradicts(code: str, words: str) -> bool:
    """Whether a label says another thing than the code beside it. Most codes say nothing of it."""
    if said := SAID_BY_CODE.get(code):
        return said.fullmatch(label(words)) is None
    age, words_of_age = AGE_CODE.fullmatch(code), AGE_WORDS.fullmatch(label(words))
    if age is None or words_of_age is None:
        return False
    low = int(words_of_age["low"] or words_of_age["from"] or 0)
    high = words_of_age["high"] or words_of_age["below"]
    return (int(age["low"]), int(age["high"] or 0)) != (low, int(high or 0))


def dimension_of(labels: Iterable[str]) -> Dimension | None:
    """The dimension all these labels are of, a total aside; None when there is none such."""
    dimension, strange = nearest(labels)
    return None if strange else dimension


def nearest(labels: Iterable[str]) -> tuple[Dimension | None, list[str]]:
    """The dimension that most of these labels are of, and those that are no words of it.

    None, and all labels, where no more than half of them are of one dimension.
    """
    parts = sorted({label(text) for text in labels} - {TOTAL})
    best: tuple[Dimension | None, list[str]] = (None, parts)
    for name, words in WORDS.items():
        strange = [text for text in parts if not words.fullmatch(text)]
        if 2 * len(strange) < len(parts) and len(strange) < len(best[1]):
            best = (name, strange)
    return best
