"""Finds what is written over a table: a stamp, a watermark, a line printed over another.

Where it lies over rows nobody can be sure which of the characters are the table's.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from statistics import median

from ingest.bamf.pages import Char, text_lines

ACCENTS = ("Mn", "Mc", "Sk")
LARGER = 1.6
"""A row's letters are alike; continents in bold are at most a little larger than countries."""
FEWEST_LETTERS = 2


def written_over(chars: Sequence[Char]) -> str | None:
    """The text that lies over the rows of a table, whose characters these are; None if none does.

    ``chars`` are all that stand between the first row and the last.
    """
    inked = [char for char in chars if not char.text.isspace()]
    if not inked:
        return None
    usual = median([c.top - c.bottom for c in inked if not c.turned] or [0.0])
    foreign = [char for char in inked if char.turned or char.top - char.bottom > LARGER * usual]
    if foreign:
        in_print = "".join(char.text for char in foreign)
        return in_print if any(char.turned for char in foreign) else " ".join(text_lines(foreign))
    over = _overprinted(inked)
    counts = any(not char.text.isalpha() for char in over)
    return " ".join(text_lines(over)) if counts or len(over) >= FEWEST_LETTERS else None


def _overprinted(chars: Sequence[Char]) -> list[Char]:
    """Characters whose middle lies in the box of another one that is no part of the same glyph."""
    by_height = sorted(chars, key=lambda char: char.middle[1])
    heights = [char.middle[1] for char in by_height]
    over = []
    for char in chars:
        first, last = bisect_left(heights, char.bottom), bisect_left(heights, char.top)
        over += [
            other
            for other in by_height[first:last]
            if other is not char
            and char.left < other.middle[0] < char.right
            and other.text != char.text
            and not _one_glyph(char, other)
        ]
    return over


def _one_glyph(char: Char, other: Char) -> bool:
    """An accent over its letter, or the letters of a ligature, which share its box."""
    accent = any(unicodedata.category(one.text) in ACCENTS for one in (char, other))
    letters = char.text.isalpha() and other.text.isalpha()
    return accent or (letters and (char.left, char.right) == (other.left, other.right))
