"""How counts and nothing are written, in BAMF's typesetting and in others; all are read alike.

BAMF writes ``1.648`` and ``-``. Other typesettings write a dash or a minus sign for nothing, and
a no-break or thin blank between thousands, of which pdfium shows a plain blank or a gap.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ingest.bamf.pages import Char, Word, words_of

NOTHING = "-"
NUMBER = re.compile(r"0|[1-9][0-9]{0,2}(\.[0-9]{3}){0,4}")
DASHES = frozenset("-\u00ad\u2010\u2011\u2012\u2013\u2014\u2212")
"""Hyphens, figure, en and em dash, minus. That they mean zero, the sums of the table prove."""
WITH_BLANKS = re.compile(r"[1-9][0-9]{0,2}( [0-9]{3}){1,4}")
WITH_POINTS = re.compile(r"[1-9][0-9]{0,2}(\.[0-9]{3}){1,4}")
BLANK = 0.35
"""The widest blank between thousands, as a share of a character's height."""
WITH_A_SIGN = re.compile(r"[0-9]{1,3}(?:([^0-9A-Za-z])[0-9]{3})(?:\1[0-9]{3})*")


def is_number(text: str) -> bool:
    """Whether a text is a count or a dash as BAMF prints them."""
    return text == NOTHING or NUMBER.fullmatch(text) is not None


def blanks_part_thousands(texts: Iterable[str]) -> bool:
    """Whether a file writes ``1 648``: only where it never writes ``1.648``.

    Where it does, ``1 648`` may be two numbers that share a cell.
    """
    return not any(WITH_POINTS.fullmatch(text) for text in texts)


def as_bamf_prints(text: str, *, blanks: bool) -> str:
    """``–`` -> ``-`` and, with ``blanks``, ``1 648`` -> ``1.648``; any other text stays."""
    if text in DASHES:
        return NOTHING
    if blanks and WITH_BLANKS.fullmatch(text):
        return text.replace(" ", ".")
    return text


def counts_of(line: Sequence[Char]) -> list[Word]:
    """The words of a line; ``1 648`` is one word where its parts stand close together."""
    height = max(char.top - char.bottom for char in line)
    words: list[Word] = []
    for word in words_of(line):
        together = f"{words[-1].text} {word.text}" if words else ""
        near = bool(words) and word.left - words[-1].right <= BLANK * height
        if near and WITH_BLANKS.fullmatch(together):
            words[-1] = Word(together, words[-1].left, word.right)
        else:
            words.append(Word(as_bamf_prints(word.text, blanks=False), word.left, word.right))
    return words


def cause(text: str) -> tuple[str, str]:
    """Why a text is no count, as a rule and what all cells with the same cause have in common."""
    if not any(char.isdigit() for char in text):
        return "zero_sign", text
    if sign := WITH_A_SIGN.fullmatch(text):
        return "thousands_separator", sign[1]
    if re.fullmatch(r"[1-9][0-9]{3,}", text):
        return "thousands_separator", ""
    return "number", re.sub(r"[0-9]+", "9", text)
