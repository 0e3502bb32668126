"""Reference dates as they stand in titles, file names and month labels."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import date

from formats.text import FOOTNOTE

MONTHS = {
    "jan": 1, "januar": 1, "feb": 2, "februar": 2, "mrz": 3, "mär": 3, "märz": 3,
    "maer": 3, "maerz": 3, "apr": 4, "april": 4, "mai": 5, "jun": 6, "juni": 6, "jul": 7,
    "juli": 7, "aug": 8, "august": 8,
    "sep": 9, "sept": 9, "september": 9, "okt": 10, "oktober": 10, "nov": 11, "november": 11,
    "dez": 12, "dezember": 12,
}  # fmt: skip
SHORT_MONTHS = (
    "Jan", "Feb", "Mrz", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez",
)  # fmt: skip

ISO = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)", re.ASCII)
COMPACT = re.compile(r"(?<!\d)((?:19|20)\d{2})([_.]?)(0[1-9]|1[0-2])\2(\d{2})(?!\d)", re.ASCII)
GERMAN = re.compile(r"(?<!\d)(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})(?!\d)", re.ASCII)
WRITTEN = re.compile(r"(?<!\d)([0-9]{1,2})\.\s?([^\W\d_]+)(?:\.\s?|\s)([0-9]{4}|[0-9]{2})(?!\d)")
SLASHED = re.compile(r"(?<!\d)(1[3-9]|2\d|3[01])/(0?[1-9]|1[0-2])/(20\d{2})(?!\d)", re.ASCII)
"""Only where the day cannot be the month."""
STATED = re.compile(r"^(?:stand|stichtag|zum|per|ende)\b:?\s*", re.IGNORECASE)
NUMBERED_MONTH = re.compile(
    r"(?P<month>0?[1-9]|1[0-2])[/.](?P<year>(?:19|20)\d{2})"
    r"|(?P<two>0[1-9]|1[0-2])/(?P<short>1[3-9]|[2-9]\d)"
    r"|(?P<iso_year>20\d{2})-(?P<iso>0[1-9]|1[0-2])",
    re.ASCII,
)
ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
PART_OF_YEAR = re.compile(
    r"(?P<number>[1-4]|i{1,3}|iv)\.?\s*"
    r"(?P<part>quartal|vierteljahr|halbjahr|vj\.?|hj\.?|quart\.?|qu\.?|q\.?)"
    r"[ /-]*(?P<year>20\d{2})"
    r"|q(?P<q>[1-4]|i{1,3}|iv)[ /-]?(?P<q_year>20\d{2}|\d{2})"
    r"|(?P<roman>i{1,3}|iv)\.?\s?[/-]?\s?(?P<roman_year>20\d{2})"
    r"|(?P<before>20\d{2})\s?[/-]?\s?(?:q(?P<q_behind>[1-4]|i{1,3}|iv)|(?P<behind>i{1,3}|iv))",
    re.ASCII | re.IGNORECASE,
)
BEHIND = re.compile(
    rf"(?<=\S)(?:{FOOTNOTE}|\s\(\d\)|\s?\((?:vorl(?:\.|äufig\w*)|endgültig\w*)(?:\s\w+)?\))$",
    re.IGNORECASE,
)
"""What stands behind a head and changes nothing: a footnote mark, "(vorläufig)"."""

MONTH_OR_QUARTER = re.compile(r"[1-4][/.]20\d{2}", re.ASCII)
"""Where all heads are such, either may be meant."""

ANY_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
YEAR_ALONE = re.compile(r"(?:\b([A-ZÄÖÜ][a-zäöüß]+)[ -]{1,2}|^)(20\d\d)(?![\d-])")
"""A year behind a noun, or alone: no part of a date, and not "seit 2015"."""

HEAD_AND_DATE = re.compile(
    r"(?P<head>.*?)[\s(:,]*(?:\b(?:am|zum|Stand|Ende))?\s*"
    r"\b(?P<day>\d{1,2}\.\s?\d{1,2}\.\s?20\d\d|\d{4}-\d\d-\d\d(?: 00:00:00)?|20\d\d)\)?"
)
YEAR = re.compile(r"(?:jahr\s)?(20\d{2})", re.ASCII | re.IGNORECASE)
WITHOUT_YEAR = re.compile(
    r"(?P<day>[0-9]{1,2}\.\s?[0-9]{1,2})\.?|(?P<word>(?:[0-9]{1,2}\.\s?)?[^\W\d_]{3,9})\.?"
    r"|(?P<part>(?:q[1-4]|i{1,3}|iv)|(?:[1-4]|i{1,3}|iv)\.?\s?(?:quartal|vierteljahr|halbjahr|vj|hj))\.?",
    re.IGNORECASE,
)
MONTH_LABEL = re.compile(r"([^\W\d_]+)\.?[ \u00a0'’/-]*(\d{4}|\d{2})")


def dates_in(text: str) -> list[date]:
    """Every date written out in a text. Raises ``ValueError`` for a day that never was."""
    found = [date(int(year), int(month), int(day)) for year, month, day in ISO.findall(text)]
    found += [
        date(int(year), int(month), int(day)) for year, _, month, day in COMPACT.findall(text)
    ]
    for pattern in (GERMAN, SLASHED):
        days = pattern.findall(text)
        found += [date(_year(year), int(month), int(day)) for day, month, year in days]
    found += [
        date(_year(year), MONTHS[name.casefold()], int(day))
        for day, name, year in WRITTEN.findall(text)
        if name.casefold() in MONTHS
    ]
    return found


def _year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def month_end(day: date) -> date:
    """The last day of the month of ``day``."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def read_date_label(text: str) -> date:
    """The reference date a column label means: "31.08.2018" itself, "Aug 2018" the month's end.

    Raises ``ValueError`` where the label is neither.
    """
    label = STATED.sub("", without_footnote(text))
    if month := MONTH_LABEL.fullmatch(label):
        name = month.group(1).casefold()
        if name in MONTHS:
            return month_end(date(_year(month.group(2)), MONTHS[name], 1))
    if day := _period_end(label):
        return day
    if not any(pattern.fullmatch(label) for pattern in (ISO, GERMAN, SLASHED, WRITTEN)):
        raise ValueError(f"{label!r} is neither a date nor a month with its year")
    days = dates_in(label)
    if not days:
        raise ValueError(f"{label!r} names no month")
    return days[0]


def without_footnote(text: str) -> str:
    """A head without what stands behind it: "Sep 20¹)", "31.12.2021 (vorläufig)"."""
    return BEHIND.sub("", text.strip())


def year_in(value: object) -> int | None:
    """The year that a cell says and nothing else: 2020, "2020", "Jahr 2020"."""
    match = YEAR.fullmatch(str(value).strip())
    return int(match[1]) if match else None


def date_behind(head: str) -> tuple[date, bool, str] | None:
    """The year or last day of a month that a head says behind its words: "Insgesamt 2021".

    With whether it is a year, whose last day stands for it, and the words; None where it is none.
    """
    match = HEAD_AND_DATE.fullmatch(without_footnote(" ".join(head.split())))
    if match is None:
        return None
    if year := year_in(match["day"]):
        return date(year, 12, 31), True, match["head"]
    with suppress(ValueError):
        day = read_date_label(match["day"].removesuffix(" 00:00:00"))
        return (day, False, match["head"]) if day == month_end(day) else None
    return None


def only_year(titles: Iterable[str]) -> int | None:
    """The only year that titles say, once without a day or month; None where there is none."""
    texts = list(titles)
    alone = [word for text in texts for word in YEAR_ALONE.findall(text)]
    years = {year for text in texts for year in ANY_YEAR.findall(text)}
    said = [year for word, year in alone if word.casefold() not in MONTHS]
    return int(said[0]) if said and len(years) == 1 else None


def may_stand_under_year(text: str) -> bool:
    """Whether a label has the form of one under a year: a word, a day and month, a quarter."""
    return _under_year(text) is not None


def _under_year(text: str) -> re.Match[str] | None:
    return WITHOUT_YEAR.fullmatch(STATED.sub("", without_footnote(text)))


def read_label_under_year(text: str, year: int) -> date:
    """The date of a label under the year above it: "Mrz", "31. März", "31.03.", "I. Quartal".

    Raises ``ValueError`` where label and year together are no date.
    """
    match = _under_year(text)
    if match is None:
        raise ValueError(f"{text!r} is no part of a year")
    day = match["day"]
    return read_date_label(f"{day}.{year}" if day else f"{match['word'] or match['part']} {year}")


def _period_end(label: str) -> date | None:
    """The last day of "06/2017", "II. Quartal 2017", "Q2 2017", "IV/2021", "1. Halbjahr 2017"."""
    if numbered := NUMBERED_MONTH.fullmatch(label):
        month = numbered["month"] or numbered["two"] or numbered["iso"]
        year = numbered["year"] or numbered["short"] or numbered["iso_year"]
        return month_end(date(_year(year), int(month), 1))
    match = PART_OF_YEAR.fullmatch(label)
    if match is None:
        return None
    said = match["number"] or match["q"] or match["roman"] or match["q_behind"] or match["behind"]
    year = match["year"] or match["q_year"] or match["roman_year"] or match["before"]
    number = ROMAN.get(said.casefold()) or int(said)
    months = 6 if (match["part"] or "").casefold().startswith("h") else 3
    return month_end(date(_year(year), number * months, 1)) if number * months <= 12 else None


def month_label(day: date) -> str:
    """A month as offices shorten it: "Mrz 2018"."""
    return f"{SHORT_MONTHS[day.month - 1]} {day.year}"
