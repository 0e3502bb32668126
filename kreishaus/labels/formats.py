"""Numbers and dates as German readers write them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from kreishaus.local_time import HERE

MINUS = "\u2212"


def rounded(value: float | Decimal, decimals: int = 0) -> Decimal:
    """As it is done by hand: half is rounded away from zero. 1.25 with one decimal is 1.3.

    What computing adds in the tenth decimal and beyond does not decide.
    """
    unit = Decimal(1).scaleb(-decimals)
    return Decimal(repr(round(float(value), 9))).quantize(unit, ROUND_HALF_UP)


def number(value: float | Decimal, decimals: int = 0, *, signed: bool = False) -> str:
    """``-1234.5`` with one decimal is ``−1.234,5``; with ``signed`` a plus stands too."""
    text = f"{abs(rounded(value, decimals)):,f}".translate(str.maketrans(",.", ".,"))
    is_zero = not text.strip("0,.")
    if is_zero:
        return text
    if value < 0:
        return MINUS + text
    return f"+{text}" if signed else text


def percent(share: float, decimals: int = 0, *, signed: bool = False) -> str:
    """A fraction as a percentage."""
    return f"{number(100 * share, decimals, signed=signed)} %"


def day(value: date) -> str:
    """``31.12.2024``."""
    return f"{value:%d.%m.%Y}"


def listed(words: list[str]) -> str:
    """``a, b und c``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} und {words[-1]}"


def moment(value: datetime) -> str:
    """``31.12.2024, 14:05 Uhr``, by the clock on the wall here."""
    return f"{value.astimezone(HERE):%d.%m.%Y, %H:%M} Uhr"
