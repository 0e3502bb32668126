"""What one cell of the workbook means. Each reader takes one kind of cell, and never guesses.

A reader returns a ``Cell``: a value, or a marker such as "k. A.", or both where a footnote stands
beside a number. It raises ``CellError`` where the cell holds neither.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeAlias

from kreishaus.wording import joined, say

Raw: TypeAlias = object
"""What a reader of workbooks makes of a cell: None, str, int, float, bool, datetime, time,
timedelta, or our ``Percent``."""


@dataclass(frozen=True)
class Percent:
    """A number that the workbook shows as a percentage: 55 % is kept as ``share`` 0.55."""

    share: float

    def __str__(self) -> str:
        return f"{self.share:%}"


@dataclass(frozen=True)
class Cell:
    """A value, and what stood there instead of it, as written, or ``NOTE`` beside it.

    ``warning`` is the rule of a warning: what a spreadsheet seems to have made of the cell.
    """

    value: object | None
    marker: str | None = None
    warning: str | None = None


Reader: TypeAlias = Callable[[Raw], Cell]


class SeveralKinds(str):
    """Places of several kinds of care in one row, as they stand there: not one number."""


class CellError(ValueError):
    """The cell cannot be read truly. The message says what is expected instead."""


EMPTY = Cell(None)
NOTE = "Anm."
"""The marker of a value beside which something stood: what it was is not kept."""

MARKERS = frozenset(
    [
        "k.a.",
        "k.a",
        "ka",
        "keineangabe",
        "keineangaben",
        "n.b.",
        "n.a.",
        "n/a",
        "nichtbekannt",
        "nichterhoben",
        "entfällt",
        "entf.",
        "unbekannt",
        "unbek.",
        "unbek",
        *("keinemeldung", "nichtgemeldet", "keinerückmeldung", "keinerueckmeldung", "keineantwort"),
        *("keineauskunft", "keinedaten", "keinwert", "keinewerte", "ohneangabe", "ohneangaben"),
        *("o.a.", "o.a", "nichtangegeben", "nichtvorhanden", "nichtermittelt", "nichterfasst"),
        *("nichtverfügbar", "nichtverfuegbar", "nichtmitgeteilt", "nichtbeantwortet"),
        *("liegtnichtvor", "liegennichtvor", "liegtnochnichtvor", "liegennochnichtvor"),
        *("wirdnachgereicht", "wirdnachgemeldet", "wirdnachgeliefert", "nachgereicht", "folgt"),
        *("ausstehend", "stehtaus", "stehtnochaus", "nochoffen", "fehlt", "fehlend"),
        *("inklärung", "inklaerung", "ungeklärt", "unklar", "verweigert", "rückmeldungfehlt"),
        *("meldungfehlt", "angabefehlt", "n.v.", "n.v", "n.e.", "k.r."),
        "k.m.",
        "?",
        "??",
        "???",
        "-",
        "--",
        "---",
        "–",
        "—",
        "−",
        "./.",
        ".",
        "..",
        "...",
        "…",
        "/",
        "x",
        "_",
        "anm.",
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

_MONTH_STEMS = {name[:3]: number for name, number in MONTHS.items()} | {"mrz": 3, "sept": 9}

_FOOTNOTE = r"(?P<note>\s*\(.*\)|\s*\*+|\s+[0-9]\)|\s*[¹²³⁴-⁹]+)?"
_NUMBER = re.compile(
    r"(?P<sign>[-+−]?)"
    r"(?P<whole>[0-9]{1,3}(?:[.\u00a0\u202f ][0-9]{3})+|[0-9]{1,15})"
    r"(?:,(?P<decimals>[0-9]{1,15}))?" + _FOOTNOTE
)
_POINTED = re.compile(
    r"(?P<sign>[-+−]?)(?P<whole>[0-9]{1,15})\.(?P<decimals>[0-9]{1,2}|[0-9]{4,15})" + _FOOTNOTE
)
"""A decimal point as exports write it: never before three digits, which may be thousands."""
_MEASURED = re.compile(
    r"(?P<number>[-+−]?[0-9](?:[0-9.,: ]*[0-9])?)\s*(?P<unit>[^\W\d_][^()*¹²³⁴-⁹]*)" + _FOOTNOTE
)
_CLOCK = re.compile(r"(?P<hours>[0-9]{1,3}):(?P<minutes>[0-5][0-9])(?::00)?(?: Uhr)?")
_WORDED_HOURS = re.compile(
    r"(?P<hours>[0-9]{1,3}) ?(?:h|Std\.?|Stunden)(?: und)? ?"
    r"(?P<minutes>[0-5]?[0-9]) ?(?:min\.?|Minuten)",
    re.IGNORECASE,
)
_DAYS_BEFORE = (datetime(1899, 12, 31), datetime(1904, 1, 1))
"""Day 0 of the two calendars of workbooks, as openpyxl counts: a duration may look like a day."""
_LONGEST_WEEK = 168
_COORDINATE = re.compile(r"[0-9]{1,2}[.,][0-9]+")
_GERMAN_DATE = re.compile(
    r"(?P<day>[0-9]{1,2})\.\s?(?P<month>[0-9]{1,2})\.\s?(?P<year>[0-9]{4})(?: 0?0:00(?::00)?)?"
)
_ISO_DATE = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})(?:[ T]00:00(?::00)?)?"
)
_WORDED_DATE = re.compile(r"(?P<day>[0-9]{1,2})\.?\s*(?P<month>[A-Za-zä]+)\.?\s+(?P<year>[0-9]{4})")
_SHORT_YEAR = re.compile(r"([0-9]{1,2}\.\s?[0-9]{1,2}\.\s?)([0-9]{2})")
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_ESCAPED_BREAK = re.compile("_x000[ADad]_")
_TRAILING_DIRT = re.compile(r"[\s_]+$")
_ABBREVIATED = re.compile(r"(?:\b[^\W\d_]|[Ss]tr|[Ss]t|Co|Nr|Dr|[Ee]v|[Kk]ath|Inh|gem)\.$")
_FIRST_EXCEL_DAY = date(1899, 12, 30).toordinal()
_LARGEST = 10**9
_DUST = 1e-9
"""What sums of floating-point numbers leave behind: 61.00000000000002 is 61, and 61.01 is not."""


def squeezed(text: str) -> str:
    """The text with every run of white space as one blank, and none at its ends.

    What nobody sees goes: zero-width signs of web pages, the escaped line ends of XLSX exports,
    letters in two parts.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(_INVISIBLE)
    return " ".join(_ESCAPED_BREAK.sub(" ", text).split())


def without_trailing_dirt(text: str) -> str:
    """A name without the ``_`` and ``.`` that registers leave at its end; "e. V." keeps its dot."""
    clean = _TRAILING_DIRT.sub("", text)
    while clean.endswith(".") and not _ABBREVIATED.search(clean):
        clean = _TRAILING_DIRT.sub("", clean[:-1])
    return clean


def is_blank(raw: Raw) -> bool:
    """Whether nothing is written in the cell."""
    return raw is None or (isinstance(raw, str) and not squeezed(raw))


def count(raw: Raw) -> Cell:
    """A whole number: ``1.234``, ``17``, ``349 (coronabedingt)``."""
    if isinstance(raw, str):
        return _written_number(raw, say("a whole number such as 17"), _whole)
    return Cell(_whole(_plain_number(raw, say("a whole number such as 17"))))


def number(raw: Raw) -> Cell:
    """A number: ``12,5``, ``12.5``. ``12.345`` could be two numbers and is refused."""
    if isinstance(raw, str):
        return _written_number(raw, say("a number such as 12,5"), _real, dot_is_ambiguous=True)
    return Cell(_real(_plain_number(raw, say("a number such as 12,5"))))


def percent(raw: Raw) -> Cell:
    """A percentage, in percent: ``55``, ``55,3 %``, or a cell formatted as a percentage."""
    if isinstance(raw, Percent):
        return Cell(round(raw.share * 100, 10))
    if isinstance(raw, str):
        return number(re.sub(r"\s*(%|v\. ?H\.)\s*$", "", raw))
    return number(raw)


def hours(raw: Raw) -> Cell:
    """Hours a week: ``38,5``, ``38:30``, or a cell that a spreadsheet keeps as a time."""
    expected = say("weekly hours such as 38,5 or 38:30")
    if isinstance(raw, str):
        text = squeezed(raw)
        match = _CLOCK.fullmatch(text) or _WORDED_HOURS.fullmatch(text)
        if match is None:
            return number(raw)
        lasting = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"]))
    elif isinstance(raw, datetime):
        # More than a day, in a cell whose format shows the time of day only.
        lasting = min((raw - first for first in _DAYS_BEFORE if raw >= first), default=timedelta())
    elif isinstance(raw, time):
        lasting = timedelta(hours=raw.hour, minutes=raw.minute, seconds=raw.second)
    elif isinstance(raw, timedelta):
        lasting = raw
    else:
        return number(raw)
    found = lasting.total_seconds() / 3600
    if not 0 < found <= _LONGEST_WEEK:
        raise CellError(expected)
    return Cell(_real(found))


def measured(read: Reader, units: frozenset[str]) -> Reader:
    """A reader that also takes a unit of its column behind the number: ``17 Plätze``."""

    def reader(raw: Raw) -> Cell:
        is_one = isinstance(raw, str) and not isinstance(raw, SeveralKinds)
        match = _MEASURED.fullmatch(squeezed(str(raw))) if is_one else None
        if match is None or unit_key(match["unit"]) not in units:
            return read(raw)
        return read(f"{match['number']}{match['note'] or ''}")

    return reader


def unit_key(text: str) -> str:
    """A unit as it is compared: without blanks, dots and capitals."""
    return re.sub(r"[\s.]+", "", text).casefold()


def shown(raw: Raw) -> str:
    """A cell for people, as the spreadsheet shows it: ``38:30`` and not "1 day, 14:30:00"."""
    if isinstance(raw, timedelta):
        minutes = round(raw.total_seconds() / 60)
        return f"{minutes // 60}:{minutes % 60:02}"
    if isinstance(raw, datetime) and raw.time() == time():
        return f"{raw:%d.%m.%Y}"
    return f"{raw:%d.%m.%Y}" if type(raw) is date else str(raw)


def coordinate(raw: Raw) -> Cell:
    """Degrees with a comma or a point, where nothing is parted into thousands: ``51.2041``."""
    if isinstance(raw, str) and _COORDINATE.fullmatch(raw.strip()):
        return Cell(float(raw.strip().replace(",", ".")))
    return number(raw)


def flag(raw: Raw) -> Cell:
    """Yes or no: ``ja``, ``nein``. An ``x`` may mean either and is refused."""
    expected = say("ja or nein")
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
    expected = say("a date such as 15.08.2021")
    if isinstance(raw, datetime):
        return Cell(raw.date())
    if isinstance(raw, date):
        return Cell(raw)
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        raise CellError(joined((expected, _as_excel_day(raw)), ""))
    if not isinstance(raw, str):
        raise CellError(expected)
    if _is_marker(raw):
        return Cell(None, squeezed(raw))
    return Cell(_written_day(squeezed(raw), expected))


def reference_day(raw: Raw) -> Cell:
    """A ``stichtag``: a day, also with a two-digit year or as the number Excel keeps of a day.

    Neither is a guess here: the day must be the one in the file's name.
    """
    if isinstance(raw, str) and (match := _SHORT_YEAR.fullmatch(squeezed(raw))):
        return day(f"{match[1]}20{match[2]}")
    if isinstance(raw, int | float) and not isinstance(raw, bool) and raw == _floor(raw):
        meant = _excel_day(raw)
        return Cell(meant) if meant else day(raw)
    return day(raw)


def words(raw: Raw) -> Cell:
    """A text without surplus blanks. A whole number is taken as its digits; a date is refused."""
    if isinstance(raw, str):
        text = squeezed(raw)
        if _is_error(text):
            raise CellError(say("a text, not the error of a formula"))
        return Cell(None, text) if _is_marker(text) else Cell(text)
    if isinstance(raw, bool) or not isinstance(raw, int | float) or raw != _floor(raw):
        raise CellError(say("a text"))
    return Cell(str(int(raw)))


def identifier(raw: Raw) -> Cell:
    """A key, without the blanks, ``_`` and ``.`` that people leave at its end."""
    cell = words(raw)
    return Cell(cell.value.rstrip(" _.") or None) if isinstance(cell.value, str) else cell


def title(raw: Raw) -> Cell:
    """The name of an offer or a provider, without what registers leave at its end."""
    cell = words(raw)
    if not isinstance(cell.value, str):
        return cell
    return Cell(without_trailing_dirt(cell.value) or None)


def region_key(raw: Raw) -> Cell:
    """An official key of 5 or 8 digits. With one digit less it has lost its leading zero."""
    return _digits_restored(raw, lengths=(5, 8))


def postcode(raw: Raw) -> Cell:
    """A postcode of 5 digits. With 4 digits it has lost its leading zero."""
    return _digits_restored(raw, lengths=(5,))


def _digits_restored(raw: Raw, *, lengths: tuple[int, ...]) -> Cell:
    cell = words(raw)
    if not isinstance(cell.value, str):
        return cell
    digits = cell.value.replace(" ", "")
    if not re.fullmatch("[0-9]+", digits):
        return cell
    return Cell("0" + digits if len(digits) + 1 in lengths else digits)


def _is_marker(text: str) -> bool:
    return "".join(squeezed(text).split()).casefold() in MARKERS


def _is_error(text: str) -> bool:
    return squeezed(text).upper() in EXCEL_ERRORS


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
    if isinstance(raw, SeveralKinds):
        raise CellError(
            say("places of one kind of care (write a row for each kind of offer, or name the kind)")
        )
    text = squeezed(raw)
    if _is_marker(text):
        return Cell(None, text)
    match = _NUMBER.fullmatch(text) or _POINTED.fullmatch(text)
    if match is None:
        raise CellError(
            say("{expected}, not the error of a formula", expected=expected)
            if _is_error(text)
            else expected
        )
    if dot_is_ambiguous and "." in match["whole"] and match["decimals"] is None:
        raise CellError(
            say("{expected}; a dot alone may part thousands or decimals", expected=expected)
        )
    digits = re.sub(r"[^0-9]", "", match["whole"])
    sign = "-" if match["sign"] in ("-", "−") else ""
    value = kind(Decimal(f"{sign}{digits}.{match['decimals'] or '0'}"))
    return Cell(value, NOTE if match["note"] else None)


def _whole(value: int | float | Decimal) -> int:
    if not -_LARGEST <= value <= _LARGEST or abs(float(value) - round(value)) > _DUST:
        raise CellError(say("a whole number such as 17"))
    return round(value)


def _real(value: int | float | Decimal) -> float:
    if not -_LARGEST <= value <= _LARGEST:
        raise CellError(say("a number such as 12,5"))
    return round(float(value), 10)


def _floor(value: int | float | Decimal) -> int | None:
    return math.floor(value) if math.isfinite(value) else None


def _written_day(text: str, expected: str) -> date:
    for pattern in (_GERMAN_DATE, _ISO_DATE, _WORDED_DATE):
        if match := pattern.fullmatch(text):
            break
    else:
        raise CellError(say("{expected}, the year with four digits", expected=expected))
    named = str(match["month"])
    month = MONTHS.get(named.casefold()) or _MONTH_STEMS.get(named.casefold()) or named
    try:
        return date(int(match["year"]), int(month), int(match["day"]))
    except ValueError as error:
        raise CellError(say("{expected}; there is no such day", expected=expected)) from error


def _as_excel_day(raw: int | float) -> str:
    """What a number would be if it were an Excel date: a hint for people, not a reading."""
    meant = _excel_day(raw)
    return (
        say("; if {meant:%d.%m.%Y} is meant, format the cell as a date", meant=meant)
        if meant
        else ""
    )


def _excel_day(raw: int | float) -> date | None:
    """The day between 1982 and 2064 that a number is in Excel's own count."""
    if not 30_000 <= raw <= 60_000:
        return None
    return date.fromordinal(_FIRST_EXCEL_DAY + int(raw))
