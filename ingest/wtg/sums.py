"""Rows of sums by their label: "Summe", "Gesamt", or the name of the region that is summed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.wtg.cells import Raw, squeezed
from ingest.wtg.municipality_keys import is_region, key_of

TOTAL = re.compile(
    r"(?<!\w)(insgesamt|gesamt|(?:zwischen|gesamt|teil)?summen?|total|Σ)(?!\w)", re.IGNORECASE
)
_WORD = re.compile(r"[^\W\d_]{2,}")


_LABEL_OF_REGION = re.compile(
    r"(?:zwischen|gesamt|teil)?summe(?: f(?:ü|ue)r)? (?P<after>.+)|(?P<before>.+?) (?:ins)?gesamt",
    re.IGNORECASE,
)


def sums_a_region(text: str) -> bool:
    """Whether a text is the label of a region's sum and nothing else: "Summe Dormagen"."""
    return is_region(_summed(text))


def summed_key(text: str) -> str | None:
    """The key of the municipality whose sum a label says; None for any other label."""
    return key_of(_summed(text) or squeezed(text))


def _summed(text: str) -> str:
    match = _LABEL_OF_REGION.fullmatch(squeezed(text))
    return (match["after"] or match["before"]) if match else ""


def only_label(raws: Sequence[Raw]) -> str | None:
    """The one text of a row, where it is the label of a sum and all else in the row are numbers or
    signs; None for any other row."""
    texts = [squeezed(raw) for raw in raws if isinstance(raw, str) and _WORD.search(raw)]
    if len(texts) != 1 or not (TOTAL.search(texts[0]) or is_region(texts[0])):
        return None
    return texts[0]
