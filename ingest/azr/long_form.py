"""A series in long form: one line a count, with its date and its status ("stichtag;status;anzahl").

The same series as a table: statuses down, dates side by side. It is one only if each date counts
each status once: a list of persons, each with a date and a status, makes no such table.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from formats.counts import read_count
from formats.sheets import Rows, Sheet
from ingest.azr.headers import COUNT, DATE, LABEL, is_head_of
from ingest.azr.series import FEWEST_DATES, date_of
from ingest.azr.turned import FEWEST_LABELS
from persons.values import is_month_edge
from vocabulary.statuses import normalise, status_aliases

KINDS = (DATE, LABEL, COUNT)


@dataclass(frozen=True)
class LongForm:
    """The table, the row of the heads in the file, and the cells of the file that it is made of."""

    sheet: Sheet
    heads: int
    cells: frozenset[tuple[int, int]]


def long_form(sheet: Sheet) -> LongForm | None:
    """The table of a sheet in long form; None where it is not exactly one."""
    for heads in sheet.top:
        columns = [
            next((at for at, value in sheet.filled(heads) if is_head_of(kind, str(value))), 0)
            for kind in KINDS
        ]
        if all(columns) and len(set(columns)) == len(sheet.rows[heads]) == len(KINDS):
            return _of(sheet, heads, *columns)
    return None


def _of(sheet: Sheet, heads: int, dated: int, labelled: int, counted: int) -> LongForm | None:
    lines = [row for row in sheet.below(heads) if sheet.own(row, counted) is not None]
    days: dict[date, int] = {}
    labels: dict[str, int] = {}
    rows: Rows = {heads: {1: sheet.own(heads, labelled)}}
    for line in lines:
        label = sheet.text(line, labelled)
        day = date_of(sheet, line, dated)
        if day is None or not is_month_edge(day) or not _is_counted(sheet, line, counted, label):
            return None
        column = days.setdefault(day, len(days) + 2)
        row = labels.setdefault(normalise(label), heads + len(labels) + 1)
        if column in rows.setdefault(row, {1: label}):
            return None
        rows[row][column] = sheet.own(line, counted)
        rows[heads][column] = f"{day:%d.%m.%Y}"
    if len(days) < FEWEST_DATES or len(labels) < FEWEST_LABELS:
        return None
    if any(len(row) != len(days) + 1 for row in rows.values()):
        return None
    cells = {(row, at) for row in (heads, *lines) for at in (dated, labelled, counted)}
    made = replace(sheet, rows=rows, merged=(), months=frozenset(), uncalculated=frozenset())
    return LongForm(made, heads, frozenset(cells))


def _is_counted(sheet: Sheet, row: int, column: int, label: str) -> bool:
    try:
        read_count(sheet.own(row, column))
    except ValueError:
        return False
    return status_aliases().knows(label)
