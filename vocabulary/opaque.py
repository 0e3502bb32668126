"""Numbers that stand for texts which must not be kept, and are still compared with each other."""

from __future__ import annotations

import hashlib
import re

from formats.text import written_out

DIGITS = 9
"""Fewer than any number that a register gives to a person."""


def opaque(kind: str, text: str) -> str:
    """A number that stands for a text, the same however it is spelled: ``Träger-012345678``."""
    plain = " ".join(re.findall(r"\w+", written_out(text)))
    return f"{kind}-{int(hashlib.sha256(plain.encode()).hexdigest(), 16) % 10**DIGITS:0{DIGITS}}"
