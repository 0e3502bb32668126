"""What letters look like: a raised 1 is a footnote mark, and a struck-out figure is none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
MOST_DIGITS = 2
"""A footnote mark has no more; what is longer stays as it is typed, so that a search finds it."""


@dataclass(frozen=True)
class Piece:
    """Letters of one look. ``level`` is 1 for raised ones, -1 for lowered ones."""

    text: str
    level: int = 0
    struck: bool = False


@dataclass(frozen=True)
class Looks:
    """A text with its raised digits as such. ``struck``: letters of it are struck through;
    ``joined``: raised digits stand behind a digit, and could not be told from it."""

    text: str
    struck: bool = False
    joined: bool = False


def looks_of(pieces: Iterable[Piece]) -> Looks:
    """A text made of pieces, as a person sees it."""
    found = list(pieces)
    text, joined = "", False
    for level, group in groupby(found, key=lambda piece: piece.level):
        part = "".join(piece.text for piece in group)
        digits = sum(sign in "0123456789" for sign in part)
        if level and digits <= MOST_DIGITS:
            part = part.translate(RAISED if level > 0 else LOWERED)
        elif level and digits:
            joined = joined or text[-1:].isdecimal()
        text += part
    struck = any(piece.struck and piece.text.strip() for piece in found)
    return Looks(text, struck, joined)
