"""Who made the figures of a file: the word in its sidecar and in its staged rows.

| word | the figures | said by |
| --- | --- | --- |
| ``official`` | as their owner issued them | a configured https host, or a declared folder |
| ``rebuilt`` | published ones, in a file that Kreishaus made | the mark in the file |
| ``invented`` | made up, all or some of them | the mark in the file |
| ``unknown`` | nobody says whose they are | nothing else |

The mark is plain ASCII, so that it is the same bytes in every encoding and format that a sample
file may have. It is part of the file and goes along where the file is copied to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, get_args

FigureOrigin = Literal["invented", "rebuilt", "unknown", "official"]
FIGURE_ORIGINS: tuple[FigureOrigin, ...] = get_args(FigureOrigin)
"""Every word, the weakest first: a file, or a sum, is what its weakest part is."""

MARKS: Mapping[FigureOrigin, str] = {
    "invented": "kreishaus-sample: invented",
    "rebuilt": "kreishaus-sample: rebuilt",
}
"""What the generators of ``sample/`` write into each file that they make."""


def weakest(words: Iterable[FigureOrigin]) -> FigureOrigin:
    """The weakest of some words. Raises ``ValueError`` without any."""
    return min(words, key=FIGURE_ORIGINS.index)


def is_stronger(word: FigureOrigin, other: FigureOrigin) -> bool:
    """Whether ``word`` says more for the figures than ``other``."""
    return FIGURE_ORIGINS.index(word) > FIGURE_ORIGINS.index(other)
