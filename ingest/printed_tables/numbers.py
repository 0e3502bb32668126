"""Numbers as papers print them: thousands points, decimal commas, percent signs, markers."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal

from kreishaus.wording import say

Notation = Literal["deutsch", "englisch"]

MARKERS = Path(__file__).with_name("markers.csv")
"""What may stand instead of a number -> the marker that is meant: of official statistics, or
"k. A." where the paper says that nothing is known."""

APPROXIMATE, DOUBTFUL = "ca.", "()"
"""Markers beside a number: it is not the exact one, or its printer is not sure of it."""

ABOUT = re.compile(
    r"(?:ca|circa|etwa|rund|rd|ungefähr|ungef|~|≈)(?:\.|\b|(?<=[~≈]))\s*(?=\d)", re.IGNORECASE
)
IN_BRACKETS = re.compile(r"\(([^()]*)\)")
MINUS = str.maketrans({"−": "-", "–": "-", "‐": "-"})
BLANK = "[ \u00a0\u202f]"
FOOTNOTE = re.compile(
    r"(?<=[\d%)])(?:\s?\*{1,3}\)?|\s?[¹²³⁴-⁹ᵃ-ᶜ]{1,2}[)⁾]?|\s[1-9]\)"
    r"|\s\([a-e]\)|\s?\[[1-9a-e]\]|\s?[a-e]\)|[†‡])$"
)
"""A footnote mark behind a number, where it cannot be taken for one of its digits."""

FORMS: dict[Notation, re.Pattern[str]] = {
    "deutsch": re.compile(
        rf"(-?)(\d{{1,3}}(?:\.\d{{3}})+|\d{{1,3}}(?:{BLANK}\d{{3}})+|\d+)(?:,(\d+))?", re.ASCII
    ),
    "englisch": re.compile(
        rf"(-?)(\d{{1,3}}(?:,\d{{3}})+|\d{{1,3}}(?:{BLANK}\d{{3}})+|\d+)(?:\.(\d+))?", re.ASCII
    ),
}
MOST_DIGITS = 15
"""More would not fit exactly into a floating-point number, and no paper prints them."""


@dataclass(frozen=True)
class Printed:
    """What one cell says: a number with its printed decimals, a marker, or nothing at all. A number
    with a marker is no exact one (``APPROXIMATE``, ``DOUBTFUL``)."""

    number: Decimal | None = None
    marker: str | None = None
    decimals: int = 0
    is_percent: bool = False
    has_footnote: bool = False


def read_printed(cell: str, notation: Notation = "deutsch") -> Printed:
    """What a cell says. Raises ``ValueError`` saying what is wrong; never guesses or rounds."""
    text = cell.strip()
    if not text:
        return Printed()
    if marker := _markers().get(marker_key(text)):
        return Printed(marker=marker)
    bare = FOOTNOTE.sub("", text)
    has_footnote = bare != text
    about = None
    if (inside := IN_BRACKETS.fullmatch(bare)) and (
        marker := _markers().get(marker_key(inside[1]))
    ):
        return Printed(marker=marker, has_footnote=has_footnote)
    if inside:
        bare, about = inside[1].strip(), DOUBTFUL
    if ABOUT.match(bare):
        bare, about = ABOUT.sub("", bare, count=1), APPROXIMATE
    digits = bare.removesuffix("%").rstrip().translate(MINUS)
    match = FORMS[notation].fullmatch(digits)
    if match is None:
        raise ValueError(_what_is_wrong(text, digits, notation))
    sign, whole, decimals = match[1], re.sub(r"\D", "", match[2]), match[3] or ""
    if len(whole) + len(decimals) > MOST_DIGITS:
        raise ValueError(f"{text!r} has more digits than any printed figure")
    return Printed(
        number=Decimal(f"{sign}{whole}.{decimals}" if decimals else f"{sign}{whole}"),
        marker=about,
        decimals=len(decimals),
        is_percent=bare.endswith("%"),
        has_footnote=has_footnote,
    )


def _what_is_wrong(text: str, digits: str, notation: Notation) -> str:
    other: Notation = "englisch" if notation == "deutsch" else "deutsch"
    if FORMS[other].fullmatch(digits):
        return say(
            "{text!r} is no number in the {notation} notation; if the whole table is "
            "written like this, add the line Zahlenformat;{other}",
            text=text,
            notation=notation,
            other=other,
        )
    return say("{text!r} is neither a number nor one of the markers k. A. - . ... / x", text=text)


def marker_key(text: str) -> str:
    """A marker as it is compared: without blanks and capitals."""
    return "".join(text.split()).casefold()


@cache
def _markers() -> Mapping[str, str]:
    with MARKERS.open(encoding="utf-8", newline="") as lines:
        return {marker_key(row["printed"]): row["marker"] for row in csv.DictReader(lines)}
