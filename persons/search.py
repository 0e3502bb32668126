"""The search for persons in a file, whatever source it was handed to.

It is made for aggregates: a table of counts passes, a list of persons does not. What a source's own
tables say lawfully though lists of persons say it, too, the source names in a ``Lawful``. A place
and a kind of mark are reported, never a value, a header or the name of a sheet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import NoReturn

from openpyxl.utils import get_column_letter

from formats.sheets import Rows, Sheet, Workbook
from kreishaus.settings import County
from kreishaus.wording import say
from persons import rows as person_rows
from persons import values as person_values
from persons.words import OF_A_LETTERHEAD, is_counting, is_nationality, person_marker

MOST_ROWS_JUDGED = 2_000
"""Enough to find the marker; a register export has hundreds of thousands."""

Cell = tuple[int, int, int]
"""Number of the sheet, row, column."""

Refuse = Callable[[str, str], NoReturn]
"""Takes the place and the kind of mark."""


@dataclass(frozen=True)
class Lawful:
    """What the tables of one source may hold though it marks persons elsewhere.

    ``headers``: markers of ``person_marker`` that head columns of its own. ``repeated``: kinds of
    ``values.REPEATED`` that stand in them again and again. ``things``: a text in which it is found
    is the name of a thing. ``days``: columns of any days; ``rows``: rows that share their words;
    ``names``: labels of two words.
    ``without_counts``: a table without a single number. ``most_rows`` and ``most_columns``: a sheet
    with more is a list.
    """

    headers: frozenset[str] = frozenset()
    repeated: frozenset[str] = frozenset()
    things: re.Pattern[str] | None = None
    days: bool = False
    rows: bool = False
    names: bool = False
    without_counts: bool = False
    most_rows: int | None = None
    most_columns: int | None = None


AGGREGATES = Lawful()


def search_for_persons(
    workbook: Workbook,
    county: County,
    letterhead: Collection[Cell],
    refuse: Refuse,
    lawful: Lawful = AGGREGATES,
) -> None:
    """Refuse what bears a mark of persons, in a cell or beside them.

    ``letterhead`` are the cells in which the office that made the file names itself.
    """
    for number, sheet in enumerate(workbook.sheets, start=1):
        of_office = {(row, column) for at, row, column in letterhead if at == number}
        _OneSheet(place_of(number, sheet), county, of_office, lawful, refuse).search(sheet.rows)
    for place, texts in workbook.unseen.items():
        for text in texts:
            if marker := _marker_beside(text, county, lawful):
                refuse(place, marker)
    if not lawful.without_counts and not any(
        sheet.uncalculated or _counts(sheet.rows) for sheet in workbook.sheets
    ):
        refuse(say("the whole file"), say("not a single number: a list, whatever of"))


def place_of(number: int, sheet: Sheet) -> str:
    """A sheet as a refusal names it: by its number, since a name may be a person's."""
    if sheet.hidden:
        return say("sheet {number} (hidden)", number=number)
    return say("sheet {number}", number=number)


def _counts(rows: Rows) -> bool:
    return any(
        person_rows.count_in(value) is not None for row in rows.values() for value in row.values()
    )


def _marker_beside(text: str, county: County, lawful: Lawful) -> str | None:
    if marker := person_values.marker_in(text, county):
        return marker
    header = person_marker(text)
    if header is None or header in OF_A_LETTERHEAD | lawful.headers:
        return None
    return say("a text that reads like {header}", header=header)


@dataclass(frozen=True)
class _OneSheet:
    """A sheet while it is searched. ``of_office``: row and column of the letterhead's cells."""

    place: str
    county: County
    of_office: Collection[tuple[int, int]]
    lawful: Lawful
    refuse: Refuse

    def search(self, rows: Rows) -> None:
        first = {number: rows[number] for number in sorted(rows)[:MOST_ROWS_JUDGED]}
        self._judge_rows(first)
        widths = {column for row in rows.values() for column in row}
        for what, found, most in (
            (say("rows"), rows, self.lawful.most_rows),
            (say("columns"), widths, self.lawful.most_columns),
        ):
            if most is not None and len(found) > most:
                self.refuse(
                    self.place,
                    say(
                        "more than {most} {what}, more than a table of counts has",
                        most=most,
                        what=what,
                    ),
                )
        self._judge_columns(first)

    def _judge_rows(self, rows: Rows) -> None:
        for number, row in sorted(rows.items()):
            for column in row:
                if marker := self._marker_of_cell(number, row, column):
                    where = say(
                        "{place}, column {column}, row {row}",
                        place=self.place,
                        column=get_column_letter(column),
                        row=number,
                    )
                    self.refuse(where, marker)
            days = [day for value in row.values() if (day := person_values.day_of(value))]
            odd = [day for day in days if not person_values.is_month_edge(day)]
            if not self.lawful.days and len(odd) >= person_rows.FEWEST_PERSONS:
                self.refuse(
                    say("{place}, row {row}", place=self.place, row=number),
                    say("a row of dates that read like dates of birth"),
                )

    def _marker_of_cell(self, number: int, row: dict[int, object], column: int) -> str | None:
        value = row[column]
        if person_values.is_identifier(value, self.county):
            return say("a number of 12 digits, as AZR numbers are")
        if not isinstance(value, str):
            return None
        if marker := person_values.marker_in(value, self.county):
            return marker
        header = None if (number, column) in self.of_office else person_marker(value)
        if header is None or header in self.lawful.headers:
            return None
        if header in OF_A_LETTERHEAD and _is_letterhead(row, column):
            return None
        return say("a header that reads like {header}", header=header)

    def _judge_columns(self, rows: Rows) -> None:
        if not self.lawful.rows and person_rows.repeats_attributes(rows):
            self.refuse(
                self.place, say("rows that repeat the same words, as a list of persons does")
            )
        for column in sorted({column for row in rows.values() for column in row}):
            where = say(
                "{place}, column {column}", place=self.place, column=get_column_letter(column)
            )
            for marker in _markers_of_column(rows, column, self.lawful, self.county):
                self.refuse(where, marker)


def _is_letterhead(row: dict[int, object], column: int) -> bool:
    """Whether a word stands alone beside one value with digits or a mail address in it."""
    others = [str(value) for place, value in row.items() if place != column]
    return len(others) == 1 and any(sign.isdigit() or sign == "@" for sign in others[0])


def _markers_of_column(rows: Rows, column: int, lawful: Lawful, county: County) -> Iterator[str]:
    values = [row[column] for _, row in sorted(rows.items()) if column in row]
    if not lawful.days:
        days = [day for value in values if (day := person_values.day_of(value))]
        if len(days) >= person_rows.FEWEST_PERSONS and not person_values.are_reference_dates(days):
            yield say("a column of dates that read like dates of birth")
        if _holds_serial_dates(rows, column):
            yield say("a column of numbers that read like dates of birth")
    # Offices number their records behind the county's key, which reads like an area code.
    texts = {value.strip() for value in values if isinstance(value, str)}
    texts = {text for text in texts if not text.startswith(county.ags)}
    for marker, tells in person_values.REPEATED.items():
        found = sum(tells(text) is not None for text in texts)
        if marker not in lawful.repeated and found >= person_rows.FEWEST_PERSONS:
            yield say("a column of {marker}", marker=person_values.SAID_OF[marker])
    if _holds_halves(rows, column):
        yield say("numbers of 12 digits in two columns, as AZR numbers are")
    things_left_out = _without(lawful.things, rows)
    if not lawful.names and person_rows.holds_names(things_left_out, column):
        yield say("a column that reads like names")
    if not lawful.names and person_rows.count_one_each(things_left_out, column):
        yield say("rows that name somebody and count one each")
    if person_rows.holds_nations(rows, column) or any(
        is_nationality(row.get(column)) and person_rows.lists_nations(rows, number, column)
        for number, row in rows.items()
    ):
        yield say("nationalities row by row, each counting one person")


def _without(things: re.Pattern[str] | None, rows: Rows) -> Rows:
    """The rows without texts that name a thing."""
    if things is None:
        return rows
    return {
        number: {
            column: value
            for column, value in row.items()
            if not (isinstance(value, str) and things.search(value))
        }
        for number, row in rows.items()
    }


def _holds_serial_dates(rows: Rows, column: int) -> bool:
    """Whether a column holds days since 1900: under no header that counts, not summed, and with
    no counts beside it but a running number in front."""
    found = {
        number: count
        for number, row in sorted(rows.items())
        if (count := person_rows.count_in(row.get(column))) is not None
    }
    numbers = list(found.values())
    if len(numbers) < person_rows.FEWEST_PERSONS or not person_values.are_serial_dates(numbers):
        return False
    header = (row.get(column) for number, row in rows.items() if number < min(found))
    beside = (
        person_rows.count_in(value) is not None
        for number in found
        for place, value in rows[number].items()
        if place != column and place > min(rows[number])
    )
    return not (any(map(is_counting, header)) or 2 * max(numbers) == sum(numbers) or any(beside))


def _holds_halves(rows: Rows, column: int) -> bool:
    pairs = [
        (str(row[column]).strip("' "), str(row[column + 1]).strip("' "))
        for row in rows.values()
        if column in row and column + 1 in row
    ]
    halves = [pair for pair in pairs if all(half.isdecimal() for half in pair)]
    return len(halves) >= person_rows.FEWEST_PERSONS and person_values.are_halves(halves)
