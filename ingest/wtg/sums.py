"""Rows of sums by their label: "Summe", "Gesamt", or the name of the region that is summed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.wtg.cells import Raw, squeezed
from ingest.wtg.municipality_keys import is_region

TOTAL = re.compile(
    r"(?<!\w)(insgesamt|gesamt|(?:zwischen|gesamt|teil)?summen?|total|Σ)(?!\w)", re.IGNORECASE
)
_WORD = re.compile(r"[^\W\d_]{2,}")


def only_label(raws: Sequence[Raw]) -> str | None:
    """The one text of a row, where it is the label of a sum and all else in the row are numbers or
    signs; None for any other row."""
    texts = [squeezed(raw) for raw in raws if isinstance(raw, str) and _WORD.search(raw)]
    if len(texts) != 1 or not (TOTAL.search(texts[0]) or is_region(texts[0])):
        return None
    return texts[0]
