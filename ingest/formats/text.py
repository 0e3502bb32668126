"""Text of a cell without what only its setting needed: soft hyphens, line ends, double blanks."""

from __future__ import annotations

import unicodedata


def printed(label: object) -> str:
    """A label as printed, on one line and without blanks around it."""
    return " ".join(unicodedata.normalize("NFC", str(label)).replace("\u00ad", "").split())
