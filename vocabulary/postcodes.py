"""Postcodes of the Land, by the ranges that Deutsche Post gives to it."""

from __future__ import annotations

import re

POSTCODE = re.compile(r"[0-9]{5}", re.ASCII)
OF_THE_LAND = (
    *((32049, 33829), (34414, 34439), (37671, 37696), (40210, 48739), (49477, 49549)),
    *((50126, 51598), (52062, 53359), (53581, 53604), (53621, 53949), (57072, 57489)),
    *((58084, 59969),),
)
"""First and last postcode: five digits that begin as no other Land's do."""


def is_postcode(text: str) -> bool:
    """Whether a text is a postcode that a place of the Land can have."""
    return POSTCODE.fullmatch(text) is not None and any(
        first <= int(text) <= last for first, last in OF_THE_LAND
    )
