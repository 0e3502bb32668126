"""The dates that a workbook's title rows and file name speak of: counted on, and made on."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from formats.dates import dates_in, month_end, read_date_label
from formats.sheets import Sheet, Workbook
from formats.text import printed, written_out
from formats.xlsx_texts import HEADS_AND_FEET
from ingest.azr.beside import CODE
from ingest.azr.findings import unreadable
from kreishaus.local_time import HERE
from kreishaus.model import Origin, UnreadableFile
from kreishaus.wording import say

NO_DATE, SEVERAL_DATES, NOT_THEN, NO_SUCH_DAY = (
    *("no_reference_date", "several_reference_dates"),
    *("implausible_reference_date", "no_such_reference_date"),
)
"""Rules: what is wrong with the reference date of a whole table."""

EARLIEST_YEAR = 2000

DAY = r"(\d{4}-\d{2}-\d{2}|\d{1,2}\.\s?(?:\d{1,2}\.|[^\W\d_]+)\s?(?:\d{4}|\d{2}(?!\d)))"

STATED = re.compile(
    rf"\b(?:(?:berichts|auswertungs)?stand|(?:berichts|auswertungs|zähl)?stichtag|zum|per)\b\D{{0,20}}{DAY}",
    re.IGNORECASE,
)
"""The words before a reference date."""

MADE = re.compile(
    rf"\b(?:datenstand|erstellt|ausgewertet|abgerufen|exportiert|(?:auswertung|abfrage)(?:sdatum)?|druckdatum)"
    rf"\b\D{{0,20}}{DAY}",
    re.IGNORECASE,
)
"""The words before the day on which a file was made: never a reference date."""


STATED_BESIDE = re.compile(
    rf"\b(?:(?:berichts|auswertungs)?stand|(?:berichts|auswertungs|zähl)?stichtag)\b\D{{0,20}}{DAY}",
    re.IGNORECASE,
)
"""The same in a note or a footer, where "zum" may speak of any day."""

QUARTER_OF_NAME = re.compile(r"(?<![^\W_])Q([1-4])[-_. ]?(20\d\d)(?!\d)", re.IGNORECASE | re.ASCII)
STATED_PERIOD = re.compile(
    r"\s*(?:(?:stand|stichtag|berichtsstand)\b\s?:?\s*(?P<month>[^\W\d_]{3,9}\.?\s20\d\d)"
    r"|(?:(?:stand|stichtag|berichtsstand)\b\s?:?\s*)?(?P<quarter>(?:[1-4]|I{1,3}|IV)\.\sQuartal\s20\d\d))\s*",
    re.IGNORECASE,
)
"""A title line that is a month or a quarter and nothing else: its last day is meant."""
SHORT_OF_NAME = re.compile(r"(?<!\d)(\d\d)(\d\d)(?!\d)", re.ASCII)
LAST_DAY, LAST_MONTH = 31, 12

WORDS_FILE = Path(__file__).with_name("title_words.csv")
COUNTED, OTHER, WHOLE = "counted", "other", "whole"
"""Stems of words in a title: what the table counts, and what else was done on a day; words that
speak of another day as they stand."""

EACH_YEAR = re.compile(
    r"\b(?:zum|am|per|stand|stichtag|jeweils)\b\s?:?\s?"
    r"(?P<day>\d{1,2}\.\s?(?:\d{1,2}\.|[^\W\d_]{3,9}\b))(?!\s?\d)"
    r"|\b(?:jahresende|jahresschluss|ende des jahres)\b",
    re.IGNORECASE,
)
"""A day of every year: "jeweils zum 31.12."."""
YEARS_END = "31.12."

CLOSING_DAY = re.compile(rf"(?:\bam\s|[,:–—-]\s|\s|\(){DAY}(?!\d)\)?", re.IGNORECASE)


@cache
def _says(kind: str) -> re.Pattern[str]:
    with WORDS_FILE.open(encoding="utf-8", newline="") as lines:
        rows = [*csv.DictReader(lines, delimiter=";")]
    stems = "|".join(re.escape(written_out(row["stem"])) for row in rows if row["kind"] == kind)
    return re.compile(rf"\b(?:{stems})\b" if kind == WHOLE else stems)


def reference_date(
    workbook: Workbook,
    sheet: Sheet,
    header_row: int,
    origin: Origin,
    listed: Collection[date] = (),
) -> date:
    """The date in the title rows or the file name. Raises ``UnreadableFile``.

    Where both say one they must agree: a workbook copied from the last quarter keeps one of them.
    So must the notes, the sheet's name, headers and footers, and a quarter in the file's name;
    where neither says one, theirs is it. ``listed`` are the days that rows of the table say.
    """
    beside = {*_beside(workbook, sheet, header_row), *listed}
    stated = _stated(sheet, header_row, origin) or (min(beside) if beside else None)
    if stated is None:
        raise unreadable(
            NO_DATE,
            say(
                "neither the title rows nor the file name say a reference date: write "
                "'Stand: TT.MM.JJJJ' above the table"
            ),
            place=sheet.title,
            expected=say("Stand: TT.MM.JJJJ"),
        )
    if not can_count(stated):
        raise unreadable(
            NOT_THEN,
            say("a reference date before {year}, or in the future", year=EARLIEST_YEAR),
            place=sheet.title,
        )
    named = _ends_in_name(origin.label, stated)
    others = {*beside, *named, *_periods_above(sheet, header_row)} - {stated}
    if others:
        raise unreadable(
            SEVERAL_DATES,
            say("the file speaks of several reference dates: one was not changed"),
            place=sheet.title,
            expected=say("one date"),
            found=", ".join(sorted(str(day) for day in {stated, *others})),
        )
    return stated


def _periods_above(sheet: Sheet, header_row: int) -> Iterator[date]:
    """The last days of the months and quarters that a line above the table is."""
    for row in (row for row in sorted(sheet.rows) if row < header_row):
        found = STATED_PERIOD.fullmatch(_line(sheet, row))
        if found:
            with suppress(ValueError):
                yield read_date_label(found["month"] or found["quarter"])


def _beside(workbook: Workbook, sheet: Sheet, header_row: int) -> Iterator[date]:
    """The last days of months that notes, the sheet's name, headers and footers state."""
    texts = [_line(sheet, row) for row in sheet.below(header_row)]
    for place in HEADS_AND_FEET:
        texts += (CODE.sub(" ", text) for text in workbook.unseen.get(place, ()))
    stated = (found for text in texts for found in STATED_BESIDE.findall(text))
    for text in (sheet.title, *stated):
        with suppress(ValueError):
            yield from (day for day in dates_in(text) if day == month_end(day))


def _ends_in_name(name: str, stated: date) -> Iterator[date]:
    """The reference dates that a quarter, a month or a day without its year in a name means.

    "0921" is no day of a month, "3009" no month of a year; what may be both says nothing.
    """
    for quarter, year in QUARTER_OF_NAME.findall(name):
        yield month_end(date(int(year), 3 * int(quarter), 1))
    for first, second in SHORT_OF_NAME.findall(name):
        one, two = int(first), int(second)
        if 1 <= one <= LAST_MONTH < two <= stated.year % 100 + 1:
            yield month_end(date(2000 + two, one, 1))
        elif LAST_MONTH < one <= LAST_DAY and 1 <= two <= LAST_MONTH:
            with suppress(ValueError):
                yield stated.replace(month=two, day=one)


def _stated(sheet: Sheet, header_row: int, origin: Origin) -> date | None:
    above = [
        day
        for row, column in dates_above(sheet, header_row)
        for day in _dates(_words(sheet.own(row, column)), say("the title rows"))
    ]
    titled = _title_dates(sheet, header_row, STATED)
    in_title = _only_date([*titled, *above], say("the title rows"), sheet.title)
    in_name = _only_date(
        _dates(origin.label, say("the file name")), say("the file name"), sheet.title
    )
    if in_title and in_name and in_title != in_name:
        raise unreadable(
            SEVERAL_DATES,
            say(
                "title and file name speak of two dates: one was not changed when the file was made"
            ),
            place=sheet.title,
            expected=say("{in_name} as in the file name", in_name=in_name),
            found=say("{in_title} in the title rows", in_title=in_title),
        )
    if stated := in_title or in_name or _date_of_what_is_counted(sheet, header_row):
        return stated
    return next(_periods_above(sheet, header_row), None)


def day_of_each_year(sheet: Sheet, header_row: int) -> str:
    """The one day that titles and heads say of all years; "" where they say none, or several."""
    lines = [sheet.title, *(_line(sheet, row) for row in sorted(sheet.rows) if row <= header_row)]
    days = {
        "".join((found["day"] or YEARS_END).split())
        for line in lines
        for found in EACH_YEAR.finditer(line)
    }
    return days.pop() if len(days) == 1 else ""


def can_count(day: date) -> bool:
    """Whether persons may have been counted on a day: not before the register's tables, not yet to
    come. A date of birth is as a rule neither."""
    return day.year >= EARLIEST_YEAR and day <= datetime.now(HERE).date()


def made_at(workbook: Workbook, sheet: Sheet, header_row: int, newest: date) -> datetime | None:
    """When the file was made, as its title or else its properties say; None where neither does.

    Nothing can be made before the day it counts: an older time stamp is that of a template.
    """
    try:
        days = _title_dates(sheet, header_row, MADE)
    except UnreadableFile:
        days = []
    titled = datetime(*days[0].timetuple()[:3], tzinfo=UTC) if len(days) == 1 else None
    made = titled or workbook.modified
    return made if made and newest <= made.date() and can_count(made.date()) else None


def _date_of_what_is_counted(sheet: Sheet, header_row: int) -> date | None:
    """The day in a title that says what is counted: "Ausländer am 30. Juni 2021".

    Only the last day of a month, and the only day above the table: others may be of a sitting.
    """
    above = (row for row in sorted(sheet.rows) if row < header_row)
    lines = [MADE.sub(" ", _line(sheet, row)) for row in above]
    days: set[date] = set()
    for line in lines:
        found = _dates(" ".join(CLOSING_DAY.findall(line)), say("the title rows"))
        plain = written_out(line)
        elsewhere = any(_says(kind).search(plain) for kind in (OTHER, WHOLE))
        if found and (elsewhere or not _says(COUNTED).search(plain)):
            return None
        days.update(found)
    day = days.pop() if len(days) == 1 else None
    return day if day and day == month_end(day) else None


def dates_above(sheet: Sheet, header_row: int) -> list[tuple[int, int]]:
    """The cells in the row above the heads that hold the last day of a month and nothing else."""
    row = header_row - 1
    return [(row, column) for column, value in sheet.filled(row) if _ends_a_month(value)]


def _ends_a_month(value: object) -> bool:
    text = _words(value)
    try:
        days = dates_in(text) if re.fullmatch(DAY, text, re.IGNORECASE) else []
    except ValueError:
        return False
    return any(day == month_end(day) for day in days)


def _line(sheet: Sheet, row: int) -> str:
    return " ".join(_words(value) for _, value in sheet.filled(row))


def _title_dates(sheet: Sheet, header_row: int, words: re.Pattern[str]) -> list[date]:
    found: list[date] = []
    for row in sorted(sheet.rows):
        if row >= header_row:
            break
        line = _line(sheet, row)
        for stated in words.findall(line):
            where = say("sheet {sheet}, row {row}", sheet=sheet.title, row=row)
            found += _dates(stated, where)
    return found


def _words(value: object) -> str:
    return value.strftime("%Y-%m-%d") if isinstance(value, date) else printed(value)


def _dates(text: str, place: str) -> list[date]:
    try:
        return dates_in(text)
    except ValueError as error:
        raise unreadable(
            NO_SUCH_DAY,
            say("{place} holds a day that never was", place=place),
            found=text,
        ) from error


def _only_date(found: list[date], where: str, sheet: str) -> date | None:
    if len(set(found)) > 1:
        raise unreadable(
            SEVERAL_DATES,
            say("{where} speak of several dates", where=where),
            place=sheet,
            expected=say("one date"),
            found=", ".join(sorted({str(day) for day in found})),
        )
    return found[0] if found else None
