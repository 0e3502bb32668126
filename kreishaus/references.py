"""The reference date that the name of a file or of a period holds."""

from __future__ import annotations

import re
from datetime import date

REFERENCE = re.compile(r"(?<!\d)((?:19|20)\d{2})-(\d{2})(?:-(\d{2}))?(?![\d-])")


def reference_in(name: str) -> date | None:
    """The date that ``name`` holds: ``2021-08-15``, or ``2021-09`` as its first day. Else None."""
    found = REFERENCE.search(name)
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3] or 1))
    except ValueError:
        return None
