"""Texts of known words, numbers and days alone: nobody can be named there.

A name cannot be told from a noun. What a source's tables say can be listed, so a text lands where
every word of it is on the list, and every number has the form of a count or a day.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

from formats.text import written_out

TOKEN = re.compile(r"[^\W\d_]+|\d[\d.,:]*|[^\s\w]|_+")
NUMBER = re.compile(
    r"0\d{0,2}|[1-9]\d{0,3}|(?:[1-9]\d{0,2}[.,]|[1-9]\d?(?:[.,]\d{3})[.,])\d{3}(?:,\d{1,2})?"
    r"|\d{1,3}[.,]\d{1,2}"
    r"|\d{1,2}\.\d{1,2}\.(?:199|20\d)\d|(?:0?1\.0?1|31\.12)\.19\d\d|\d{2}:\d{2}(?::\d{2})?",
    re.ASCII,
)
"""Counts with points between thousands (of eight digits at most, as many as Germany has people),
shares, years, times, days of the last decades, ends of years. A longer run of digits, or one with a
zero in front, may be a telephone's or a register's."""
BORN = re.compile(r"(?<!\d)1[89][0-8]\d-\d{2}-\d{2}(?!\d)", re.ASCII)
OF_CODE = re.compile(r"(?<=[^\W\d_])\d{1,4}(?!\d)", re.ASCII)
"""The number of a code, behind its letters."""
NO_SIGNS = frozenset("@\\")
"""Other signs name nobody."""
SHORTEST_PART = 3


def read_words(path: Path) -> frozenset[str]:
    """The words of a list, one a line; lines with ``#`` say where they are from."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


class KnownWords:
    """The words that a source's tables are made of, in whatever case, umlauts written out too.

    ``joints`` may stand between the known words of a compound; alone a lost blank is none.
    """

    def __init__(self, texts: Iterable[str], joints: Sequence[str] = ("",)) -> None:
        self._texts = tuple(texts)
        self._joints = joints
        self._judged: dict[str, bool] = {}

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(
            written_out(token) for text in self._texts for token in TOKEN.findall(text)
        )

    def explain(self, text: str) -> bool:
        """Whether nothing in ``text`` is unknown."""
        if text not in self._judged:
            self._judged[text] = not BORN.search(text) and all(map(self._knows, _tokens(text)))
        return self._judged[text]

    def _knows(self, token: str) -> bool:
        if token[0].isdecimal():
            return NUMBER.fullmatch(token) is not None
        if not any(map(str.isalpha, token)):
            return token not in NO_SIGNS
        return self.are_in(written_out(token))

    def are_in(self, word: str) -> bool:
        """Whether a word, umlauts written out, is known, or is a compound of known ones."""
        return word in self._words or any(
            self._begins(word[:at]) and self.are_in(word[at:])
            for at in range(SHORTEST_PART, len(word) - SHORTEST_PART + 1)
        )

    def _begins(self, part: str) -> bool:
        """Whether the first part of a compound is a known word, with the joint behind it."""
        bare = (part.removesuffix(joint) for joint in self._joints if part.endswith(joint))
        return any(word in self._words for word in bare if len(word) >= SHORTEST_PART)


def _tokens(text: str) -> list[str]:
    return [token.rstrip(".,:") or token for token in TOKEN.findall(OF_CODE.sub(" ", text))]
