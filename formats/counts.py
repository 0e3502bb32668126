"""Counts as an office types them: real numbers, or text with points or blanks for thousands."""

from __future__ import annotations

import re
from dataclasses import dataclass

from formats.text import FOOTNOTE
from kreishaus.wording import say

MARKERS = {"-": "-", "–": "-", "—": "-", ".": ".", "...": "...", "…": "...", "/": "/", "x": "x"}
"""What may stand instead of a number -> the marker of official statistics that is meant."""

GROUPED = r"\d{1,3}(?:\.\d{3})+|\d{1,3}(?:[ \u00a0\u202f]\d{3})+|\d{1,3}(?:['’]\d{3})+|\d+"
SHOWN = r"(?:,0{1,2})?(?:\s?Pers(?:\.|onen))?"
"""Decimals of a whole number, and the unit: a CSV file holds numbers as a format shows them."""

COUNTED = re.compile(rf"({GROUPED}){SHOWN}({FOOTNOTE})?", re.ASCII)


@dataclass(frozen=True)
class Count:
    """Persons, or the marker that says why there are none. Exactly one of them is set."""

    value: int | None = None
    marker: str | None = None
    has_footnote: bool = False


def read_count(cell: object) -> Count:
    """What a cell counts. Raises ``ValueError`` saying what is wrong; never rounds or guesses."""
    if isinstance(cell, str):
        return _from_text(cell.strip())
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        raise ValueError(
            say("nothing stands here")
            if cell is None
            else say("{cell} is not a number of persons", cell=repr(cell))
        )
    if cell != cell or cell in (float("inf"), float("-inf")) or cell != int(cell):
        # A spreadsheet that takes the point for a decimal one makes 1.403 of 1403.
        raise ValueError(
            say("{cell} is not a whole number (was a thousands point lost?)", cell=repr(cell))
        )
    if cell < 0:
        raise ValueError(say("{cell} is below zero", cell=repr(cell)))
    return Count(value=int(cell))


def _from_text(text: str) -> Count:
    if marker := MARKERS.get(text.casefold()):
        return Count(marker=marker)
    if not text:
        raise ValueError(say("nothing stands here"))
    match = COUNTED.fullmatch(text)
    if match is None:
        raise ValueError(
            say("{text!r} is neither a whole number nor one of the markers - . ... / x", text=text)
        )
    return Count(value=int(re.sub(r"\D", "", match[1])), has_footnote=match[2] is not None)
