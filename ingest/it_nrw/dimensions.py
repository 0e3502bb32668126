"""What a header row, a column or a variable speaks of: told by its words, not by its place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

Dimension = Literal["sex", "nationality", "age", "care_grade"]
Dimensions = tuple[Dimension, ...]

TOTAL = "Insgesamt"
"""The one word for the total of a dimension; a download made in English prints another."""

TOTAL_WORDS = {"insgesamt", "total"}

WORDS: dict[Dimension, re.Pattern[str]] = {
    "sex": re.compile(r"männlich|weiblich"),
    "nationality": re.compile(r"Deutsche?|Ausländer.*"),
    "age": re.compile(r"unter \d+.*|\d+ bis unter \d+.*|\d+ (Jahre )?und (mehr|älter)"),
    "care_grade": re.compile(r"Pflegegrad \d.*|(bisher|noch) .*Pflegegrad.*"),
}
UNIT = re.compile(r"Anzahl|Prozent|%|EUR|Tsd\. EUR|qm")

VARIABLES: dict[str, Dimension] = {"GES": "sex"}
"""Code of a flat-CSV variable -> dimension. A further table brings its own codes."""

REGION_VARIABLES = ("KREISE", "GEMEIN")


def label(printed: str) -> str:
    """A label without blanks around it, and with one word for the total."""
    stripped = printed.strip()
    return TOTAL if stripped.lower() in TOTAL_WORDS else stripped


def dimension_of(labels: Iterable[str]) -> Dimension | None:
    """The dimension all these labels are of, a total aside; None when there is none such."""
    parts = {label(text) for text in labels} - {TOTAL}
    if not parts:
        return None
    fitting = (name for name, words in WORDS.items() if all(map(words.fullmatch, parts)))
    return next(fitting, None)
