"""Numbers as papers print them: thousands points, decimal commas, percent signs, markers."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal

from kreishaus.wording import say
from persons.values import WITHOUT_POINTS

Notation = Literal["deutsch", "englisch"]

MARKERS = Path(__file__).with_name("markers.csv")
"""What may stand instead of a number -> the marker that is meant: of official statistics, or
"k. A." where the paper says that nothing is known."""

APPROXIMATE, DOUBTFUL = "ca.", "()"
"""Markers beside a number: it is not the exact one, or its printer is not sure of it."""

REMARKED = "Anm."
"""Marker beside a number: words stood there that are not kept, or a unit."""

BESIDE = Path(__file__).with_name("words_beside.csv")
"""Words beside a number -> what it counts (``ANY_UNIT``: what its column counts), or that its
digits are not the whole number (``ANOTHER``: also each longer word that begins so)."""
ANY_UNIT, ANOTHER = "any", "another number"
SHORTEST_STEM = 5
"""A word of so many letters also stands for longer ones: Schätz-wert, gerundet-e."""

NOT_UNDERSTOOD, REMARK = "nicht verstanden", "Anmerkung"
"""What is kept of a cell that nobody reads, and of a remark. Neither tells any of its words."""

ABOUT = re.compile(
    r"(?:ca|circa|etwa|rund|rd|ungefähr|ungef|~|≈)(?:\.|\b|(?<=[~≈]))\s*(?=\d)", re.IGNORECASE
)
IN_BRACKETS = re.compile(r"\(([^()]*)\)")
WORD = re.compile(r"[^\W\d_]+|[%‰]")
WITH_REMARK = re.compile(r"(?P<number>[^()]*\d[^()]*|\([^()]*\))\((?P<remark>[^()]*)\)")
WITH_UNIT = re.compile(r"(?P<number>.*?[\d%)])\s*(?P<unit>[^\W\d_][^\d()]*|€)")
MINUS = str.maketrans({"−": "-", "–": "-", "‐": "-"})
BLANK = "[ \u00a0\u202f]"
FOOTNOTE = re.compile(
    r"(?<=[\d%)])(?:\s?\*{1,3}\)?|\s?[¹²³⁴-⁹ᵃ-ᶜ]{1,2}[)⁾]?|\s[1-9]\)"
    r"|\s\([a-e]\)|\s?\[[1-9a-e]\]|\s?[a-e]\)|[†‡])$"
)
"""A footnote mark behind a number, where it cannot be taken for one of its digits."""

FORMS: dict[Notation, re.Pattern[str]] = {
    "deutsch": re.compile(
        rf"([-+]?)\s?([1-9]\d{{0,2}}(?:\.\d{{3}})+|[1-9]\d{{0,2}}(?:{BLANK}\d{{3}})+"
        rf"|0|[1-9]\d*)(?:,(\d+))?",
        re.ASCII,
    ),
    "englisch": re.compile(
        rf"([-+]?)\s?([1-9]\d{{0,2}}(?:,\d{{3}})+|[1-9]\d{{0,2}}(?:{BLANK}\d{{3}})+"
        rf"|0|[1-9]\d*)(?:\.(\d+))?",
        re.ASCII,
    ),
}
MOST_COUNTED = 8
"""Digits of the largest count that a paper prints: the people of Germany. Registers give longer
numbers to persons; only an amount of money may have as many, with its unit or two decimals."""
MONEY = "euro"
CENTS = 2
MOST_DIGITS = 15
"""More would not fit exactly into a floating-point number, and no paper prints them."""


@dataclass(frozen=True)
class Printed:
    """What one cell says: a number with its printed decimals, a marker, or nothing at all. A number
    with a marker is no exact one (``APPROXIMATE``, ``DOUBTFUL``) or has words beside it
    (``REMARKED``): a unit, by which it counts ``unit``, or a remark."""

    number: Decimal | None = None
    marker: str | None = None
    decimals: int = 0
    is_percent: bool = False
    has_footnote: bool = False
    unit: str | None = None
    has_remark: bool = False


def kept_of(cell: str, notation: Notation = "deutsch") -> str:
    """A cell without any word that nobody reads. One that is not understood never becomes empty."""
    try:
        read_printed(cell, notation)
    except ValueError:
        return NOT_UNDERSTOOD
    bare, remark = _without_remark(FOOTNOTE.sub("", cell.strip()))
    if remark is None or what_it_counts(remark):
        return cell
    return f"{bare} ({REMARK})"


def read_printed(cell: str, notation: Notation = "deutsch") -> Printed:
    """What a cell says. Raises ``ValueError`` saying what is wrong; never guesses or rounds."""
    text = cell.strip()
    if not text:
        return Printed()
    if marker := _markers().get(marker_key(text)):
        return Printed(marker=marker)
    bare, unit, has_remark = _without_words(FOOTNOTE.sub("", text))
    without_mark = FOOTNOTE.sub("", bare)
    has_footnote = FOOTNOTE.search(text) is not None or without_mark != bare
    bare, about = without_mark, REMARKED if unit or has_remark else None
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
    is_money = unit == MONEY or len(decimals) == CENTS
    if (len(whole) > MOST_COUNTED and not is_money) or len(whole) + len(decimals) > MOST_DIGITS:
        raise ValueError(f"{text!r} has more digits than any printed figure")
    if WITHOUT_POINTS.fullmatch(match[2]) and not decimals:  # a count has points by then
        raise ValueError(f"{text!r} may be a day")
    return Printed(
        number=Decimal(f"{sign}{whole}.{decimals}" if decimals else f"{sign}{whole}"),
        marker=about,
        decimals=len(decimals),
        is_percent=bare.endswith("%"),
        has_footnote=has_footnote,
        unit=unit,
        has_remark=has_remark,
    )


def what_it_counts(word: str) -> str | None:
    """What a unit counts: "places" of "Plätze"; ``ANY_UNIT`` of "St."."""
    says = _words().get(_word_key(word))
    return None if says == ANOTHER else says


def _without_words(text: str) -> tuple[str, str | None, bool]:
    """A number without remark and unit; what it counts by a unit; whether there was a remark."""
    bare, remark = _without_remark(text)
    unit = what_it_counts(remark) if remark else None
    has_remark = remark is not None and unit is None
    match = WITH_UNIT.fullmatch(bare)
    if match and (said := what_it_counts(match["unit"])):
        bare, unit = match["number"], said
    return bare, unit, has_remark


def _without_remark(text: str) -> tuple[str, str | None]:
    """A number and the words in brackets behind it. None of it where they could be part of the
    number: digits, a marker, "in Tsd."."""
    match = WITH_REMARK.fullmatch(text)
    if match is None:
        return text, None
    remark = match["remark"].strip()
    is_number = any(sign.isnumeric() for sign in remark) or marker_key(remark) in _markers()
    words = [word.casefold() for word in WORD.findall(remark)]
    stems = {key for key, says in _words().items() if says == ANOTHER}
    if is_number or _word_key(remark) in stems or any(_is_one_of(word, stems) for word in words):
        return text, None
    if not any(len(word) > 1 for word in words):  # a letter is the mark of a footnote, or unclear
        return text, None
    return match["number"].rstrip(), remark


def _is_one_of(word: str, stems: Iterable[str]) -> bool:
    return any(
        word.startswith(stem) if len(stem) >= SHORTEST_STEM else word == stem for stem in stems
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


def _word_key(text: str) -> str:
    """A word as it is compared: without blanks, dots and capitals."""
    return re.sub(r"[\s.]+", "", text).casefold()


@cache
def _words() -> Mapping[str, str]:
    with BESIDE.open(encoding="utf-8", newline="") as lines:
        return {_word_key(row["word"]): row["says"] for row in csv.DictReader(lines)}
