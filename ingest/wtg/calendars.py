"""Days that are four years and a day off: a workbook with the other calendar.

A spreadsheet keeps a day as a number, counted from 1900 or, in workbooks of an old Mac, from 1904.
Days that are copied from one kind of workbook into the other move by 1,462 days, in silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ingest.wtg.grids import Grid
from ingest.wtg.rows import SheetRows
from kreishaus.model import Finding, Severity, UnreadableFile
from kreishaus.wording import say

SHIFT = timedelta(days=1462)
HAPPENED = ("gemeldet_am", "erhoben_am", "freigabe_am", "datum", "eingang_am")
"""Columns of what had happened when the workbook was handed in."""
RELEASED = "freigabe_am"
"""Years later only where a workbook of the past was made up for."""
REPORTED = ("gemeldet_am", "erhoben_am")
LATEST = timedelta(days=366)
"""A workbook is handed in some weeks after its date; a correction perhaps within a year."""
OLDEST = timedelta(days=3 * 365)
FEWEST = 3
MEND = say(
    "Open the workbook in Excel, see File, Options, Advanced, When calculating "
    "this workbook, Use 1904 date system; correct the days and hand it in again"
)


@dataclass(frozen=True)
class _Day:
    sheet: str
    row: str
    column: str
    day: date


def require_days(
    grids: Sequence[Grid], read: Mapping[str, SheetRows], reference: date
) -> Iterator[Finding]:
    """At most one warning, of days that nobody can be sure of. Raises ``UnreadableFile`` where days
    lie so late that they cannot be."""
    days = [day for sheet in read.values() for day in _days(sheet)]
    late = [one for one in days if LATEST < one.day - reference <= SHIFT + LATEST]
    reported = [one for one in days if one.column in REPORTED]
    if any(one.column != RELEASED for one in late):
        raise UnreadableFile(_finding("days_too_late", "critical", late, reference))
    if late:
        yield _finding("days_too_late", "warning", late, reference)
    elif len(reported) >= FEWEST and all(
        one.day < reference - OLDEST and one.day + SHIFT > reference - OLDEST for one in reported
    ):
        yield _finding("days_too_early", "warning", reported, reference)
    elif any(grid.since_1904 and _has_days(grid) for grid in grids) and not _is_proven(
        grids, reference
    ):
        yield _of_1904(grids, reference)


def said_of_calendars(found: date, expected: date) -> str:
    """What to add to a finding where the other calendar explains it; else nothing."""
    if abs(found - expected) != SHIFT:
        return ""
    return say(
        ": four years and a day off, as between the calendars of 1900 and of 1904. {mend}",
        mend=MEND,
    )


def _days(sheet: SheetRows) -> Iterator[_Day]:
    for row in sheet.rows:
        for column in HAPPENED:
            if isinstance(day := row.get(column), date):
                yield _Day(sheet.sheet.title, str(row["source_row"]), column, day)


def _has_days(grid: Grid) -> bool:
    return any(isinstance(raw, datetime) for row in grid.rows for raw in row)


def _is_proven(grids: Sequence[Grid], reference: date) -> bool:
    """Whether a cell that is kept as a number is the reference date: the calendar is then right."""
    return any(
        isinstance(raw, datetime) and raw.date() == reference
        for grid in grids
        for row in grid.rows
        for raw in row
    )


def _finding(rule: str, severity: Severity, days: Sequence[_Day], reference: date) -> Finding:
    first = days[0]
    meant = first.day - SHIFT if rule == "days_too_late" else first.day + SHIFT
    more = say(", and {count} other cells", count=len(days) - 1) if len(days) > 1 else ""
    when = say("after") if rule == "days_too_late" else say("before")
    return Finding(
        rule=rule,
        severity=severity,
        message=say(
            "sheet {sheet}, row {row}, column {column}{more}: {day:%d.%m.%Y} is years "
            "{when} the reference date {reference:%d.%m.%Y}. Days copied between "
            "workbooks that count from 1900 and from 1904 move by four years and a day "
            "({meant:%d.%m.%Y} would be meant). {mend}",
            sheet=first.sheet,
            row=first.row,
            column=first.column,
            more=more,
            day=first.day,
            when=when,
            reference=reference,
            meant=meant,
            mend=MEND,
        ),
        place=first.sheet,
        row=first.row,
        column=first.column,
        expected=say(
            "days around {reference:%d.%m.%Y}, such as {meant:%d.%m.%Y}",
            reference=reference,
            meant=meant,
        ),
        found=f"{first.day:%d.%m.%Y}",
    )


def _of_1904(grids: Sequence[Grid], reference: date) -> Finding:
    (first, *_) = (grid for grid in grids if grid.since_1904 and _has_days(grid))
    return Finding(
        rule="calendar_of_1904",
        severity="warning",
        message=say(
            "the workbook counts its days from 1904, and no cell with a day shows that "
            "they are right (none is {reference:%d.%m.%Y}). Days copied in from "
            "another workbook are then four years and a day late. Compare some. {mend}",
            reference=reference,
            mend=MEND,
        ),
        place=first.title,
        expected=say("the calendar of 1900, or stichtag as a date"),
        found=say("the calendar of 1904"),
    )
