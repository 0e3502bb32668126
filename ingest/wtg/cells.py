"""What one cell of the workbook means. Each reader takes one kind of cell, and never guesses.

A reader returns a ``Cell``: a value, or a marker such as "k. A.", or both where a footnote stands
beside a number. It raises ``CellError`` where the cell holds neither.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

Raw: TypeAlias = object
"""What openpyxl makes of a cell: None, str, int, float, bool, datetime, or our ``Percent``."""


@dataclass(frozen=True)
class Percent:
    """A number that the workbook shows as a percentage: 55 % is kept as ``share`` 0.55."""

    share: float

    def __str__(self) -> str:
        return f"{self.share:%}"


@dataclass(frozen=True)
class Cell:
    """A value, and what stood there instead of it or beside it, as written."""

    value: object | None
    marker: str | None = None


class CellError(ValueError):
    """The cell cannot be read truly. The message says what is expected instead."""


EMPTY = Cell(None)

MARKERS = frozenset(
    [
        "k.a.",
        "k.a",
        "ka",
        "keineangabe",
        "keineangaben",
        "entfällt",
        "unbekannt",
        "-",
        "–",
        "—",
        ".",
        "..",
        "...",
        "…",
        "/",
        "x",
        "_",
    ]
)
"""What officers write where there is no value; compared in lower case and without blanks."""

EXCEL_ERRORS = frozenset(
    [
        "#BEZUG!",
        "#DIV/0!",
        "#N/A",
        "#NAME?",
        "#NULL!",
        "#NUM!",
        "#NV",
        "#REF!",
        "#VALUE!",
        "#WERT!",
        "#ZAHL!",
    ]
)

MONTHS = {
    "januar": 1,
    "februar": 2,
    "märz": 3,
    "april": 4,
    "mai": 5,
    "juni": 6,
    "juli": 7,
    "august": 8,
    "september": 9,
    "oktober": 10,
    "november": 11,
    "dezember": 12,
}

_FOOTNOTE = r"(?P<note>\s*\(.*\)|\s*\*+|\s+[0-9]\)|\s*[¹²³⁴-⁹]+)?"
_NUMBER = re.compile(
    r"(?P<sign>[-+−]?)"
    r"(?P<whole>[0-9]{1,3}(?:[.\u00a0\u202f ][0-9]{3})+|[0-9]+)"
    r"(?:,(?P<decimals>[0-9]+))?" + _FOOTNOTE
)
_GERMAN_DATE = re.compile(r"(?P<day>[0-9]{1,2})\.\s?(?P<month>[0-9]{1,2})\.\s?(?P<year>[0-9]{4})")
_ISO_DATE = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})(?:[ T]00:00(?::00)?)?"
)
_WORDED_DATE = re.compile(r"(?P<day>[0-9]{1,2})\.\s*(?P<month>[A-Za-zä]+)\s+(?P<year>[0-9]{4})")
_FIRST_EXCEL_DAY = date(1899, 12, 30).toordinal()
_LARGEST_COUNT = 10**9


def squeezed(text: str) -> str:
    """The text with every run of white space as one blank, and none at its ends."""
    return " ".join(text.split())


def is_blank(raw: Raw) -> bool:
    """Whether nothing is written in the cell."""
    return raw is None or (isinstance(raw, str) and not raw.strip())


def count(raw: Raw) -> Cell:
    """A whole number: ``1.234``, ``17``, ``349 (coronabedingt)``."""
    if isinstance(raw, str):
        return _written_number(raw, "a whole number such as 17", _whole)
    return Cell(_whole(_plain_number(raw, "a whole number such as 17")))


def number(raw: Raw) -> Cell:
    """A number with a decimal comma: ``12,5``. ``12.345`` could be two numbers and is refused."""
    if isinstance(raw, str):
        return _written_number(raw, "a number such as 12,5", float, dot_is_ambiguous=True)
    return Cell(float(_plain_number(raw, "a number such as 12,5")))


def percent(raw: Raw) -> Cell:
    """A percentage, in percent: ``55``, ``55,3 %``, or a cell formatted as a percentage."""
    if isinstance(raw, Percent):
        return Cell(round(raw.share * 100, 10))
    if isinstance(raw, str):
        return number(re.sub(r"\s*(%|v\. ?H\.)\s*$", "", raw))
    return number(raw)


def flag(raw: Raw) -> Cell:
    """Yes or no: ``ja``, ``nein``. An ``x`` may mean either and is refused."""
    expected = "ja or nein"
    if isinstance(raw, bool):
        return Cell(raw)
    if isinstance(raw, int | float) and raw in (0, 1):
        return Cell(bool(raw))
    if not isinstance(raw, str):
        raise CellError(expected)
    word = squeezed(raw).casefold()
    if word in ("ja", "j", "wahr", "true"):
        return Cell(True)
    if word in ("nein", "n", "falsch", "false"):
        return Cell(False)
    if word != "x" and _is_marker(raw):
        return Cell(None, squeezed(raw))
    raise CellError(expected)


def day(raw: Raw) -> Cell:
    """A day: an Excel date, ``15.08.2021``, ``15. August 2021`` or ``2021-08-15``."""
    expected = "a date such as 15.08.2021"
    if isinstance(raw, datetime):
        return Cell(raw.date())
    if isinstance(raw, date):
        return Cell(raw)
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        raise CellError(f"{expected}{_as_excel_day(raw)}")
    if not isinstance(raw, str):
        raise CellError(expected)
    if _is_marker(raw):
        return Cell(None, squeezed(raw))
    return Cell(_written_day(squeezed(raw), expected))


def words(raw: Raw) -> Cell:
    """A text without surplus blanks. A whole number is taken as its digits; a date is refused."""
    if isinstance(raw, str):
        text = squeezed(raw)
        if text in EXCEL_ERRORS:
            raise CellError("a text, not the error of a formula")
        return Cell(None, text) if _is_marker(text) else Cell(text)
    if isinstance(raw, bool) or not isinstance(raw, int | float) or raw != _floor(raw):
        raise CellError("a text")
    return Cell(str(int(raw)))


def region_key(raw: Raw) -> Cell:
    """An official key of 5 or 8 digits. With one digit less it has lost its leading zero."""
    return _digits_restored(raw, lengths=(5, 8))


def postcode(raw: Raw) -> Cell:
    """A postcode of 5 digits. With 4 digits it has lost its leading zero."""
    return _digits_restored(raw, lengths=(5,))


Reader = Callable[[Raw], Cell]


def _digits_restored(raw: Raw, *, lengths: tuple[int, ...]) -> Cell:
    cell = words(raw)
    if not isinstance(cell.value, str):
        return cell
    digits = cell.value.replace(" ", "")
    if not re.fullmatch("[0-9]+", digits):
        return cell
    return Cell("0" + digits if len(digits) + 1 in lengths else digits)


def _is_marker(text: str) -> bool:
    return "".join(text.split()).casefold() in MARKERS


def _plain_number(raw: Raw, expected: str) -> int | float:
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw):
        raise CellError(expected)
    return raw


def _written_number(
    raw: str,
    expected: str,
    kind: Callable[[Decimal], int | float],
    *,
    dot_is_ambiguous: bool = False,
) -> Cell:
    text = raw.strip()
    if _is_marker(text):
        return Cell(None, squeezed(text))
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise CellError(expected)
    if dot_is_ambiguous and "." in match["whole"] and match["decimals"] is None:
        raise CellError(f"{expected}; a dot alone may part thousands or decimals")
    digits = re.sub(r"[^0-9]", "", match["whole"])
    sign = "-" if match["sign"] in ("-", "−") else ""
    value = kind(Decimal(f"{sign}{digits}.{match['decimals'] or '0'}"))
    return Cell(value, squeezed(text) if match["note"] else None)


def _whole(value: int | float | Decimal) -> int:
    if value != _floor(value) or not -_LARGEST_COUNT <= value <= _LARGEST_COUNT:
        raise CellError("a whole number such as 17")
    return int(value)


def _floor(value: int | float | Decimal) -> int | None:
    return math.floor(value) if math.isfinite(value) else None


def _written_day(text: str, expected: str) -> date:
    for pattern in (_GERMAN_DATE, _ISO_DATE, _WORDED_DATE):
        if match := pattern.fullmatch(text):
            break
    else:
        raise CellError(f"{expected}, the year with four digits")
    named = str(match["month"])
    month = MONTHS.get(named.casefold()) or named
    try:
        return date(int(match["year"]), int(month), int(match["day"]))
    except ValueError as error:
        raise CellError(f"{expected}; there is no such day") from error


def _as_excel_day(raw: int | float) -> str:
    """What a number would be if it were an Excel date: a hint for people, not a reading."""
    if not 30_000 <= raw <= 60_000:
        return ""
    meant = date.fromordinal(_FIRST_EXCEL_DAY + int(raw))
    return f"; if {meant:%d.%m.%Y} is meant, format the cell as a date"
