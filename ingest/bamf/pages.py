"""A PDF page as evidence: characters with their places, straight rules, lines of text.

Nothing here knows how a PDF is opened or what a page is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

SNAP = 1.5
"""Points within which two rules are one: a line may be drawn as a thin box, or twice."""
WORD_GAP = 0.15
"""Share of a character's height that parts two words; pdfium's own guesses fail on turned text."""


class Char(NamedTuple):
    """A character and its box in points; upwards and to the right is more.

    ``turned``: it does not stand upright on the page as that is looked at.
    """

    text: str
    left: float
    bottom: float
    right: float
    top: float
    turned: bool = False

    @property
    def middle(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.bottom + self.top) / 2


class Rule(NamedTuple):
    """A straight line: where it lies across its direction, and from where to where it runs."""

    at: float
    start: float
    end: float


class Mark(NamedTuple):
    """Something laid over a page by whoever had the file, and its box: a note, a stamp, a field.

    It is no part of what is printed; ``writes`` says that it may show text or cover some.
    """

    kind: str
    left: float
    bottom: float
    right: float
    top: float
    writes: bool

    def covers(self, x: float, y: float) -> bool:
        return self.left <= x <= self.right and self.bottom <= y <= self.top


class Word(NamedTuple):
    """Characters without a gap between them, and from where to where they run."""

    text: str
    left: float
    right: float


@dataclass(frozen=True)
class Page:
    """A page: what is written on it, how it is ruled, and what was laid over it."""

    number: int
    chars: tuple[Char, ...]
    horizontals: tuple[Rule, ...]
    verticals: tuple[Rule, ...]
    marks: tuple[Mark, ...] = ()

    @cached_property
    def lines(self) -> list[str]:
        """All lines of text, from the top."""
        return text_lines(self.chars)

    def lines_above(self, height: float) -> list[str]:
        """The lines of text that lie wholly above ``height``, from the top."""
        return text_lines(char for char in self.chars if char.bottom >= height)


@dataclass(frozen=True)
class Document:
    """The pages of a PDF, and when the file says that it was made (UTC), where it says so."""

    pages: tuple[Page, ...]
    made_at: datetime | None


def text_lines(chars: Iterable[Char]) -> list[str]:
    """Characters as lines of text, from the top, each from left to right."""
    texts = (" ".join(word.text for word in words_of(line)) for line in char_lines(chars))
    return [text for text in texts if text]


def char_lines(chars: Iterable[Char]) -> list[list[Char]]:
    """Characters by the lines they stand on, from the top, each from left to right."""
    lines: list[list[Char]] = []
    for char in sorted(chars, key=lambda char: -char.middle[1]):
        tolerance = (char.top - char.bottom) / 2
        if lines and abs(lines[-1][-1].middle[1] - char.middle[1]) <= tolerance:
            lines[-1].append(char)
        else:
            lines.append([char])
    return [sorted(line, key=lambda char: char.left) for line in lines]


def words_of(line: Sequence[Char]) -> list[Word]:
    """The words of one line: parted by a blank or by a gap."""
    words: list[list[Char]] = [[]]
    for before, char in pairwise([line[0], *line]):
        if char.left - before.right > WORD_GAP * (char.top - char.bottom) or char.text.isspace():
            words.append([])
        if not char.text.isspace():
            words[-1].append(char)
    return [
        Word("".join(char.text for char in word), word[0].left, word[-1].right)
        for word in words
        if word
    ]
