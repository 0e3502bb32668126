"""The series of the register of foreigners: status groups at every reference date so far.

Reference dates are what they are, not quarters: "Aug 2018" is 31.08.2018, because for 30.09.2018
there were no data. The file always holds the whole history.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise
from typing import Any

import pandas as pd
from openpyxl.utils import get_column_letter

from formats.counts import Count, read_count
from formats.dates import (
    MONTH_OR_QUARTER,
    dates_in,
    may_stand_under_year,
    month_end,
    month_label,
    only_year,
    read_date_label,
    read_label_under_year,
    without_footnote,
    year_in,
)
from formats.sheets import Sheet, Workbook
from ingest.azr.findings import (
    Where,
    bad_number,
    footnotes,
    left_out,
    unknown_label,
    unmet,
    unreadable,
)
from ingest.azr.headers import (
    DERIVED,
    derived_columns,
    head_over,
    is_derived_head,
    is_head_of,
    is_units_row,
)
from ingest.azr.labels import label_at
from ingest.azr.opened import open_workbook
from ingest.azr.title_dates import can_count, day_of_each_year, made_at
from ingest.azr.turned import Turned, turned
from kreishaus.model import Batch, Finding, Origin, UnreadableFile
from kreishaus.wording import joined, say, text_of
from vocabulary import statuses

FEWEST_DATES = 2
"""A row with so many dates side by side is the header."""

YEARS_APART = {1, 2, 5}
"""Heads that are years alone stand for each, each second or each fifth year."""


@dataclass(frozen=True)
class Column:
    """One reference date: where it stands, as printed and as meant."""

    number: int
    printed: str
    reference_date: date

    def __str__(self) -> str:
        return f"{get_column_letter(self.number)} ({self.printed})"


@dataclass(frozen=True)
class Layout:
    """Where the table lies. Labels stand in the filled column left of the first date."""

    sheet: Sheet
    header_row: int
    label_column: int
    columns: tuple[Column, ...]
    heads: Turned | None = None
    """Set where the dates run down: the sheet is the table turned round."""

    def where(self, row: int, column: Column | int) -> Where:
        """A cell as a person finds it."""
        number = column if isinstance(column, int) else column.number
        if self.heads:
            label = self.sheet.text(row, self.label_column)
            said = (
                f"{get_column_letter(row)} ({label})"
                if number != self.label_column
                else (get_column_letter(row))
            )
            return {"place": self.sheet.title, "row": number, "column": said}
        said = get_column_letter(column) if isinstance(column, int) else str(column)
        return {"place": self.sheet.title, "row": row, "column": said}

    @property
    def newest(self) -> date:
        """The last of its reference dates."""
        return max(column.reference_date for column in self.columns)

    @property
    def title_rows_end(self) -> int:
        """The row in which the heads stand; above it are titles."""
        return self.heads.heads if self.heads else self.header_row


def parse(
    content: bytes, origin: Origin, as_table: Callable[[Sheet], Sheet | None] | None = None
) -> Batch:
    """One row per status group and reference date. Raises ``UnreadableFile``.

    ``as_table`` gives the table of a sheet that holds it in another form.
    """
    workbook = open_workbook(content)
    if as_table is not None:
        sheets = tuple(as_table(sheet) or sheet for sheet in workbook.sheets)
        workbook = replace(workbook, sheets=sheets)
    layouts = _layouts(workbook)
    read = [_read(layout) for layout in layouts]
    cells = [cell for found, _ in read for cell in found]
    layout = layouts[-1]
    frame = pd.DataFrame(cells)
    # By date, not by line: the suite demands that dates only ever go up.
    frame = frame.sort_values(["reference_date", "source_row"], kind="stable", ignore_index=True)
    texts = ("reference_label", "status_code", "status_label", "marker", "source_place")
    frame = frame.astype({"value": "Int64", **dict.fromkeys(texts, "string")})
    newest = max(cell["reference_date"] for cell in cells)
    titles = next(sheet for sheet in workbook.sheets if sheet.title == layout.sheet.title)
    return Batch(
        period="all",
        tables={"cells": frame},
        published_at=made_at(workbook, titles, layout.title_rows_end, newest),
        findings=(
            *(
                finding
                for one, (_, marked) in zip(layouts, read, strict=True)
                for finding in footnotes(one.sheet.title, marked)
            ),
            *(
                finding
                for one in layouts
                for finding in left_out(titles if one.heads else one.sheet, one.title_rows_end)
            ),
            *_stale(layout, origin),
        ),
    )


def _layouts(workbook: Workbook) -> list[Layout]:
    """The tables of a file, the newest last: one for each year, where their dates are others."""
    tables = [table for sheet in workbook.sheets for table in tables_of(sheet)]
    heads = None
    if not tables:
        turns = [turn for sheet in workbook.sheets if (turn := turned(sheet))]
        tables = [table for turn in turns for table in tables_of(turn.sheet)]
        heads = turns[0] if turns else None
    layouts = [_layout(sheet, row, heads) for sheet, row in tables]
    days = [column.reference_date for layout in layouts for column in layout.columns]
    if not tables or len(days) > len(set(days)) or (heads and len(tables) > 1):
        raise unreadable(
            "header",
            say(
                "a series has one row with its reference dates side by side (Jun 2017, Sep "
                "2017, ...)"
            ),
            place=", ".join(sheet.title for sheet in workbook.sheets),
            expected=say("one such row"),
            found=joined(
                (say("{sheet} row {row}", sheet=sheet.title, row=row) for sheet, row in tables),
                ", ",
            )
            or say("none"),
        )
    return sorted(layouts, key=lambda layout: layout.newest)


def _layout(sheet: Sheet, row: int, heads: Turned | None) -> Layout:
    columns = _columns(sheet, row)
    first = min(columns, key=lambda column: column.number)
    return Layout(sheet, row, _label_column(sheet, row, first), columns, heads)


def dated_rows(sheet: Sheet) -> list[int]:
    """The rows that hold dates side by side."""
    return [row for row in sheet.top if _count_of_dates(sheet, row) >= FEWEST_DATES]


def tables_of(sheet: Sheet) -> list[tuple[Sheet, int]]:
    """The sheet down to the last row of each of its tables, and the row of the table's heads."""
    rows = dated_rows(sheet)
    ends = (*(row - 1 for row in rows[1:]), max(sheet.rows, default=0))
    return [
        (replace(sheet, rows={at: sheet.rows[at] for at in sheet.rows if at <= end}), row)
        for row, end in zip(rows, ends, strict=False)
    ]


def dated_columns(sheet: Sheet, row: int) -> list[int]:
    """The columns that a header row dates."""
    return [column for column, _ in sheet.filled(row) if _date_at(sheet, row, column) is not None]


def _count_of_dates(sheet: Sheet, row: int) -> int:
    return sum(_date_at(sheet, row, column) is not None for column, _ in sheet.filled(row))


def _date_at(sheet: Sheet, row: int, number: int) -> Column | None:
    """The date of a head on which persons may have been counted; None where it is none."""
    found = _any_date_at(sheet, row, number)
    return found if found and can_count(found.reference_date) else None


def _any_date_at(sheet: Sheet, row: int, number: int) -> Column | None:
    value = sheet.own(row, number)
    if is_derived_head(head_over(sheet, row, number)):
        return None  # changes at a date are no counts
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        # Typing "Jun 2017" makes 01.06.2017 of it, shown as a month: the month is what is meant.
        if (row, number) in sheet.months:
            return Column(number, month_label(day), month_end(day))
        if day.day == 1 and not sheet.dates_are_shown:
            raise unreadable(
                "reference_date",
                say(
                    "a date cell on the first of a month is often a month: this format does "
                    "not say how it is shown. Save the workbook as .xlsx, or type the month as "
                    "text"
                ),
                place=sheet.title,
                row=str(row),
                column=get_column_letter(number),
                expected=say("a month with its year, or a date, as text"),
                found=f"{day:%d.%m.%Y}",
            )
        return Column(number, f"{day:%d.%m.%Y}", day)
    text = without_footnote(sheet.text(row, number))
    with suppress(ValueError):
        return Column(number, text, read_date_label(text))
    if (year := year_in(text)) is not None:
        each = _day_of_each_year(sheet, row)
        with suppress(ValueError):
            return Column(number, text, read_label_under_year(each, year)) if each else None
    above = year_above(sheet, row, number) if may_stand_under_year(text) else None
    with suppress(ValueError):
        if above is not None:
            return Column(number, f"{text} {above[1]}", read_label_under_year(text, above[1]))
    return None


def _day_of_each_year(sheet: Sheet, row: int) -> str:
    """The day that titles say of all years of a row of heads: "jeweils zum 31.12."; else "".

    Numbers of persons may look like years: those of a row with a status are none, nor are years
    that do not follow one another.
    """
    filled = [(at, sheet.text(row, at)) for at, _ in sheet.filled(row)]
    years = [year for _, text in filled if (year := year_in(text)) is not None]
    known = statuses.status_aliases()
    steps = {abs(later - earlier) for earlier, later in pairwise(years)}
    if len(years) < FEWEST_DATES or years not in (sorted(years), sorted(years, reverse=True)):
        return ""
    if not steps <= YEARS_APART or any(known.knows(text) for _, text in filled):
        return ""
    return day_of_each_year(sheet, row)


def date_of(sheet: Sheet, row: int, number: int) -> date | None:
    """The reference date that a cell says; None where it says none."""
    try:
        found = _date_at(sheet, row, number)
    except UnreadableFile:
        return None
    return found.reference_date if found else None


def year_above(sheet: Sheet, row: int, number: int) -> tuple[int, int] | None:
    """Column and year of the cell over a head: the nearest one to the left in the row above."""
    left = [(column, value) for column, value in sheet.filled(row - 1) if column <= number]
    year = year_in(left[-1][1]) if left else None
    if year is None:
        above = (str(value) for line in sheet.rows if line < row for _, value in sheet.filled(line))
        year = only_year([sheet.title, *above])
        return None if year is None else (0, year)
    return left[-1][0], year


def _columns(sheet: Sheet, row: int) -> tuple[Column, ...]:
    columns: list[Column] = []
    backwards = _go_backwards(sheet, row)
    repeated = derived_columns(sheet, row)
    _refuse_months_or_quarters(sheet, row)
    for number, _ in sorted(sheet.filled(row), reverse=backwards):
        column = _date_at(sheet, row, number)
        if column is not None:
            if columns and column.reference_date <= columns[-1].reference_date:
                raise unreadable(
                    "reference_date",
                    say("reference dates must go up from left to right"),
                    place=sheet.title,
                    row=str(row),
                    column=str(column),
                    expected=say(
                        "a date after {reference_date}", reference_date=columns[-1].reference_date
                    ),
                    found=str(column.reference_date),
                )
            columns.append(column)
        elif columns and not backwards and number not in repeated:
            raise unreadable(
                "reference_date",
                say("right of the first reference date every header must be one"),
                place=sheet.title,
                row=str(row),
                column=get_column_letter(number),
                expected=say("a month with its year, or a date"),
                found=sheet.text(row, number),
            )
    return tuple(columns)


def _go_backwards(sheet: Sheet, row: int) -> bool:
    """Whether the newest date stands first, and all others behind it in their order."""
    found = [_date_at(sheet, row, number) for number, _ in sheet.filled(row)]
    days = [column.reference_date for column in found if column]
    return len(days) > 1 and days == sorted(set(days), reverse=True)


def _refuse_months_or_quarters(sheet: Sheet, row: int) -> None:
    """Raise ``UnreadableFile`` where each head may be a month or a quarter: "1/2021"."""
    texts = {at: without_footnote(sheet.text(row, at)) for at in dated_columns(sheet, row)}
    if texts and all(MONTH_OR_QUARTER.fullmatch(text) for text in texts.values()):
        raise unreadable(
            "month_or_quarter",
            say("these heads may be months or quarters"),
            place=sheet.title,
            row=str(row),
            column=joined(map(get_column_letter, texts), ", "),
            expected=say("a month (04/2021, Apr 2021) or a quarter (IV/2021, 4. Quartal 2021)"),
            found=next(iter(texts.values())),
        )


def _label_column(sheet: Sheet, row: int, first: Column) -> int:
    known = statuses.status_aliases()
    hits = {
        column: sum(known.knows(sheet.text(line, column)) for line in sheet.below(row))
        for column in sheet.columns
        if column < first.number
    }
    best = max(hits, key=lambda column: hits[column], default=0)
    if not hits.get(best):
        raise unreadable(
            "label_column",
            say("left of the first reference date there must be a column of status labels"),
            place=sheet.title,
            row=str(row),
            expected=say("labels of vocabulary/{name}", name=statuses.ALIAS_FILE.name),
            found=say("no known label"),
        )
    return best


def _read(layout: Layout) -> tuple[list[dict[str, Any]], list[str]]:
    """The cells, and which of them carried a footnote mark."""
    cells: list[dict[str, Any]] = []
    marked: list[str] = []
    faults: list[Finding] = []
    for row in layout.sheet.below(layout.header_row):
        label = label_at(layout.sheet, row, layout.label_column)
        if not _is_data(layout, row, label) or is_units_row(layout.sheet, row, layout.header_row):
            continue
        for column in layout.columns:
            cell = layout.sheet.own(row, column.number)
            try:
                count = read_count(cell)
                cells.append(_cell(layout, row, label, column, count))
            except statuses.UnknownLabel as error:
                where = layout.where(row, layout.label_column)
                faults.append(unknown_label(label, text_of(error), **where))
                break
            except ValueError as error:
                where = layout.where(row, column)
                empty = (row, column.number) in layout.sheet.uncalculated
                faults.append(bad_number(label, text_of(error), cell, uncalculated=empty, **where))
            else:
                marked += [f"{get_column_letter(column.number)}{row}"] * count.has_footnote
    faults += unmet(cells)
    if faults:
        raise UnreadableFile(*faults)
    return cells, marked


def _is_data(layout: Layout, row: int, label: str) -> bool:
    sheet = layout.sheet
    if is_head_of(DERIVED, label):
        return False
    if _is_counted(layout, row):
        return True
    # A status without counts heads a section, where another row counts it.
    known = statuses.status_aliases()
    return known.knows(label) and not any(
        _is_counted(layout, other)
        and known.any_code(label_at(sheet, other, layout.label_column)) == known.any_code(label)
        for other in sheet.below(layout.header_row)
    )


def _is_counted(layout: Layout, row: int) -> bool:
    sheet = layout.sheet
    return any(
        sheet.own(row, column.number) is not None or (row, column.number) in sheet.uncalculated
        for column in layout.columns
    )


def _cell(layout: Layout, row: int, label: str, column: Column, count: Count) -> dict[str, Any]:
    return {
        "reference_date": column.reference_date,
        "reference_label": column.printed,
        "status_code": statuses.status_aliases().status_code(label, column.reference_date),
        "status_label": label,
        "value": count.value,
        "marker": count.marker,
        "source_place": layout.sheet.title,
        "source_row": column.number if layout.heads else row,
    }


def _stale(layout: Layout, origin: Origin) -> tuple[Finding, ...]:
    """A file named after a date its last column does not reach was probably not updated."""
    newest = layout.columns[-1]
    try:
        named = dates_in(origin.label)
    except ValueError:
        named = []
    if not named or newest.reference_date in named:
        return ()
    return (
        Finding(
            rule="newest_date",
            severity="warning",
            message=say(
                "the file is named after a date that is not its newest: was the last column added?"
            ),
            place=layout.sheet.title,
            row=str(layout.header_row),
            column=str(newest),
            expected=str(named[0]),
            found=str(newest.reference_date),
        ),
    )
