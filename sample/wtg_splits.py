"""Splitting a published total into invented parts, so that the parts make the total exactly."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from fractions import Fraction


def uneven(*keys: object) -> Fraction:
    """A factor from 0.5 to 1.5 that depends on the keys only: the same in every run."""
    return Fraction(500 + zlib.crc32("|".join(map(str, keys)).encode()) % 1001, 1000)


def split(total: int, weights: Sequence[int | Fraction]) -> list[int]:
    """``total`` in whole parts proportional to ``weights``, by largest remainder.

    Raises ``ValueError`` when there is something to split and nothing to split it on.
    """
    whole = sum(weights, Fraction(0))
    if not whole:
        if total:
            raise ValueError(f"{total} cannot be split on weights that are all zero")
        return [0] * len(weights)
    exact = [Fraction(total) * weight / whole for weight in weights]
    parts = [int(share) for share in exact]
    by_remainder = sorted(range(len(parts)), key=lambda at: (parts[at] - exact[at], at))
    for at in by_remainder[: total - sum(parts)]:
        parts[at] += 1
    return parts
