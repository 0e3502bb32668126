"""The door: data of persons are refused before anything of a file is kept.

AZRG §§ 10, 12, 24: the register's data may be used here for planning, as aggregates. What is
refused is said by marker, sheet and column; a value, a header or a sheet's name is never repeated,
since a log is kept for years.

The guard looks at every sheet, hidden ones too, and at what a workbook carries unseen (comments,
pivot caches). It errs on the side of refusing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NoReturn

from openpyxl.utils import get_column_letter

from ingest.azr.looking import OpaqueFile, Rows, rows_of
from ingest.azr.person_words import is_count_free, is_nationality, person_marker
from ingest.model import RefusedAtTheDoor

MOST_ROWS = 200
"""The register's list of statuses has some 90 entries, printed with sums twice that at most."""

FEWEST_PERSONS = 3
"""So many rows make a column of birth dates, or a list of single persons."""

TWELVE_DIGITS = re.compile(r"(?<!\d)(\d{12}|\d{6}[ \u00a0-]\d{6})(?!\d)")
WRITTEN_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})|(\d{4})-(\d{2})-(\d{2})")
NO_COUNT = 10**9
"""No county counts so many: a number of 10 to 12 digits is an id that lost its leading zeros."""


def refuse_person_level(content: bytes, label: str) -> None:
    """Let a file of aggregates pass. Raises ``RefusedAtTheDoor`` naming the marker, never a value.

    Bytes that are no workbook and no text pass: the parser says what is wrong with them.
    """
    try:
        for place, rows in rows_of(content):
            _judge_rows(rows, label, place)
            _judge_columns(rows, label, place)
    except OpaqueFile as opaque:
        _refuse(label, "the whole file", str(opaque))


def _refuse(label: str, place: str, marker: str) -> NoReturn:
    raise RefusedAtTheDoor(
        f"{label}, {place}: {marker}. Only aggregates may enter: nothing of this file was kept. "
        "Take it out of the drop folder and drop a table of counts"
    )


def _judge_rows(rows: Rows, label: str, place: str) -> None:
    for number, row in rows.items():
        for column, value in row.items():
            where = f"{place}, column {get_column_letter(column)}, row {number}"
            if isinstance(value, str) and (marker := person_marker(value)):
                _refuse(label, where, f"a header that reads like {marker}")
            if _is_identifier(value):
                _refuse(label, where, "a number of 12 digits, as AZR numbers are")
    if len(rows) > MOST_ROWS:
        _refuse(label, place, f"more than {MOST_ROWS} rows, more than the list of statuses has")


def _is_identifier(value: object) -> bool:
    if isinstance(value, str):
        return TWELVE_DIGITS.search(value) is not None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return NO_COUNT <= value < 10**12 and value == int(value)


def _judge_columns(rows: Rows, label: str, place: str) -> None:
    for column in sorted({column for row in rows.values() for column in row}):
        where = f"{place}, column {get_column_letter(column)}"
        days = [day for row in rows.values() if (day := _day(row.get(column)))]
        if len(days) >= FEWEST_PERSONS and not _are_reference_dates(days):
            _refuse(label, where, "a column of dates that read like dates of birth")
        for number, row in rows.items():
            if is_nationality(row.get(column)) and _lists_persons(rows, number, column):
                _refuse(label, where, "nationalities row by row, each counting one person")


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if not isinstance(value, str) or not (match := WRITTEN_DATE.fullmatch(value.strip())):
        return None
    day, month, year, *iso = match.groups()
    try:
        return date(*map(int, iso)) if iso[0] else date(int(year), int(month), int(day))
    except ValueError:
        return None


def _are_reference_dates(days: list[date]) -> bool:
    """Reference dates go one way and lie on the first or last day of a month."""
    one_way = len(set(days)) == len(days) and days in (sorted(days), sorted(days, reverse=True))
    return one_way and all(day.day == 1 or (day + timedelta(days=1)).day == 1 for day in days)


def _lists_persons(rows: Rows, header_row: int, column: int) -> bool:
    """Whether the rows below a header "Staatsangehörigkeit" are persons: no count above one."""
    below = [
        row
        for number, row in rows.items()
        if number > header_row and isinstance(row.get(column), str)
    ]
    if len(below) < FEWEST_PERSONS:
        return False
    counts = list(_counts(below, rows[header_row]))
    if not counts:
        nations = [row[column] for row in below]
        return len(set(nations)) < len(nations)
    return max(counts) == 1


def _counts(below: list[dict[int, object]], header: dict[int, object]) -> Iterator[float]:
    """The numbers that may be counts: neither a running number nor an age or a year."""
    for column in sorted({column for row in below for column in row}):
        numbers = [number for row in below if (number := _number(row.get(column))) is not None]
        running = (
            numbers == [numbers[0] + step for step in range(len(numbers))] if numbers else True
        )
        if not is_count_free(header.get(column)) and not (running and len(numbers) > 1):
            yield from numbers


def _number(value: object) -> float | None:
    if isinstance(value, str) and value.strip().isdecimal():
        return float(value)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
