"""Text of a cell without what only its setting needed: soft hyphens, line ends, double blanks."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

FOOTNOTE = r"\s?(?:\*{1,3}|[¹²³⁰-⁹]{1,2})[)⁾]?|\s\d\)"
"""A mark that is typed behind a label, a head or a number, and cannot be one of its digits."""

BROKEN_WORD = re.compile(r"(?<=[^\W\d_]{2})-[ \r]*\n\s*(?=[a-zäöüß])(?!(?:und|oder|bzw|bis)\b)")
"""The hyphen of a word that a cell breaks over two lines: "Ins-" and "gesamt"."""


LABELS_REMEMBERED = 4096
"""Each way to read a sheet asks for its labels anew."""

UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def written_out(text: str) -> str:
    """Small letters with umlauts and ß written out: "Jüchen" and "Juechen" are one word then."""
    return unicodedata.normalize("NFC", text).casefold().translate(UMLAUTS)


def printed(label: object) -> str:
    """A label as printed, on one line and without blanks around it."""
    return _on_one_line(str(label))


@lru_cache(maxsize=LABELS_REMEMBERED)
def _on_one_line(label: str) -> str:
    label = BROKEN_WORD.sub("", label)
    return " ".join(unicodedata.normalize("NFC", label).replace("\u00ad", "").split())
