"""The running text of a page, made searchable.

Word loses blanks ("von409.113 Personennoch") and breaks words at line ends. So sentences are
searched in the text without any blanks, and quoted from the text with them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.bamf.pages import Page

NOT_THE_WORDS_REST = ("und ", "oder ", "bzw", "u. ")
"""After a hyphen at a line's end: "Erst-" and "und Folgeanträge" are no broken word."""


@dataclass(frozen=True)
class Prose:
    """A page's text, the same without blanks, and where each of its characters stands."""

    number: int
    text: str
    compact: str
    places: tuple[int, ...]
    line_starts: tuple[int, ...]

    @classmethod
    def of(cls, page: Page) -> Prose:
        text, starts = _joined(page.lines)
        places = tuple(i for i, char in enumerate(text) if not char.isspace())
        return cls(page.number, text, "".join(text[i] for i in places), places, tuple(starts))

    def quote(self, match: re.Match[str], group: int = 0) -> str:
        """What a match in the compact text, or a group of it, looks like in print."""
        return self.text[self.places[match.start(group)] : self.places[match.end(group) - 1] + 1]

    def line(self, match: re.Match[str]) -> int:
        """The line of the page, from 1, on which a match begins."""
        return bisect_right(self.line_starts, self.places[match.start()])


def _joined(lines: Sequence[str]) -> tuple[str, list[int]]:
    """Lines as one text, words put together again; and where in it each line starts."""
    text, starts = "", []
    for line in lines:
        broken = text.endswith("-") and line[:1].islower()
        if broken and not line.startswith(NOT_THE_WORDS_REST):
            text = text[:-1]
        elif text:
            text += " "
        starts.append(len(text))
        text += line
    return text, starts
