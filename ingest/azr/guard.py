"""The door: only a table that is recognised enters, and data of persons are refused.

AZRG §§ 10, 12, 24: the register's data may be used here for planning, as aggregates. A file passes
where its table is known by its heads and everything else in it is understood (``recognise``). The
search for marks of persons is a second reason to refuse, over every part of a file. What is refused
is said by place, marker and form; a value, a header or a sheet's name is never repeated, since a
log is kept for years. What cannot be looked into is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import NoReturn

from openpyxl.utils import get_column_letter

from ingest.azr import person_rows, person_values
from ingest.azr.person_words import OF_A_LETTERHEAD, is_counting, is_nationality, person_marker
from ingest.azr.recognise import Recognised, explained, place_of, recognise
from ingest.formats.sheets import OpaqueFile, Rows, Sheet, Workbook
from ingest.formats.workbook import look_into
from kreishaus.model import FileRejected
from kreishaus.settings import County, Settings

MOST_ROWS = 300
"""The register's list of statuses has some 90 entries, printed with sums twice that at most; no
Kreis has more municipalities than 240."""

MOST_COLUMNS = 400
"""A series of a hundred years has as many."""

MOST_ROWS_JUDGED = 2_000
"""Enough to find the marker; a register export has hundreds of thousands."""

NO_TABLE = (
    "no table that is known by its heads: statuses by sex and age, statuses by reference date, or "
    "municipalities"
)

Cell = tuple[int, int, int]
"""Number of the sheet, row, column."""

Refuse = Callable[[str, str], NoReturn]


def refuse_person_level(content: bytes, settings: Settings) -> None:
    """Let a file of recognised aggregates pass. Raises ``FileRejected``, never with a value."""

    def refuse(place: str, marker: str) -> NoReturn:
        raise FileRejected(
            f"{place}: {marker}. Only aggregates may enter: nothing of this file was kept. Take it "
            "out of the drop folder and drop a table of counts"
        )

    county = settings.county
    if not content.strip():
        refuse("the whole file", "an empty file")
    try:
        workbook = look_into(content)
    except OpaqueFile as opaque:
        refuse("the whole file", str(opaque))
    # What is too large is refused below: to recognise each of its cells would take minutes.
    too_large = any(map(_is_too_large, workbook.sheets))
    recognised = Recognised() if too_large else recognise(workbook, county)
    search_for_persons(workbook, county, recognised.letterhead, refuse)
    if not recognised.tables:
        refuse("the whole file", NO_TABLE)
    if recognised.unknown:
        first, *more = explained(recognised.unknown)
        place, _, form = first.partition(": ")
        refuse(place, f"not understood ({form}{''.join(f'; {one}' for one in more)})")


def search_for_persons(
    workbook: Workbook, county: County, letterhead: Collection[Cell], refuse: Refuse
) -> None:
    """Refuse what bears a mark of persons, in a cell or beside them."""
    for number, sheet in enumerate(workbook.sheets, start=1):
        of_office = {(row, column) for at, row, column in letterhead if at == number}
        _judge_sheet(sheet.rows, place_of(number, sheet), county, of_office, refuse)
    for place, texts in workbook.unseen.items():
        for text in texts:
            if marker := _marker_beside(text, county):
                refuse(place, marker)
    if not any(sheet.uncalculated or _counts(sheet.rows) for sheet in workbook.sheets):
        refuse("the whole file", "not a single number: a list, whatever of")


def _is_too_large(sheet: Sheet) -> bool:
    return len(sheet.rows) > MOST_ROWS or len(sheet.columns) > MOST_COLUMNS


def _counts(rows: Rows) -> bool:
    return any(
        person_rows.count_in(value) is not None for row in rows.values() for value in row.values()
    )


def _marker_beside(text: str, county: County) -> str | None:
    if marker := person_values.marker_in(text, county):
        return marker
    header = person_marker(text)
    return f"a text that reads like {header}" if header not in {*OF_A_LETTERHEAD, None} else None


def _judge_sheet(
    rows: Rows, place: str, county: County, of_office: set[tuple[int, int]], refuse: Refuse
) -> None:
    first = {number: rows[number] for number in sorted(rows)[:MOST_ROWS_JUDGED]}
    _judge_rows(first, place, county, of_office, refuse)
    if len(rows) > MOST_ROWS:
        refuse(place, f"more than {MOST_ROWS} rows, more than a table of counts has")
    if len({column for row in rows.values() for column in row}) > MOST_COLUMNS:
        refuse(place, f"more than {MOST_COLUMNS} columns, more than a table of counts has")
    _judge_columns(first, place, refuse)


def _judge_rows(
    rows: Rows, place: str, county: County, of_office: set[tuple[int, int]], refuse: Refuse
) -> None:
    for number, row in sorted(rows.items()):
        for column, value in row.items():
            where = f"{place}, column {get_column_letter(column)}, row {number}"
            if person_values.is_identifier(value, county):
                refuse(where, "a number of 12 digits, as AZR numbers are")
            if not isinstance(value, str):
                continue
            if marker := person_values.marker_in(value, county):
                refuse(where, marker)
            header = None if (number, column) in of_office else person_marker(value)
            if header and not (header in OF_A_LETTERHEAD and _is_letterhead(row, column)):
                refuse(where, f"a header that reads like {header}")
        days = [day for value in row.values() if (day := person_values.day_of(value))]
        odd = [day for day in days if not person_values.is_month_edge(day)]
        if len(odd) >= person_rows.FEWEST_PERSONS:
            refuse(f"{place}, row {number}", "a row of dates that read like dates of birth")


def _is_letterhead(row: dict[int, object], column: int) -> bool:
    """Whether a word stands alone beside one value with digits or a mail address in it."""
    others = [str(value) for place, value in row.items() if place != column]
    return len(others) == 1 and any(sign.isdigit() or sign == "@" for sign in others[0])


def _judge_columns(rows: Rows, place: str, refuse: Refuse) -> None:
    if person_rows.repeats_attributes(rows):
        refuse(place, "rows that repeat the same words, as a list of persons does")
    for column in sorted({column for row in rows.values() for column in row}):
        where = f"{place}, column {get_column_letter(column)}"
        for marker in _markers_of_column(rows, column):
            refuse(where, marker)


def _markers_of_column(rows: Rows, column: int) -> Iterator[str]:
    values = [row[column] for _, row in sorted(rows.items()) if column in row]
    days = [day for value in values if (day := person_values.day_of(value))]
    if len(days) >= person_rows.FEWEST_PERSONS and not person_values.are_reference_dates(days):
        yield "a column of dates that read like dates of birth"
    texts = {value.strip() for value in values if isinstance(value, str)}
    for marker, tells in person_values.REPEATED.items():
        if sum(tells(text) is not None for text in texts) >= person_rows.FEWEST_PERSONS:
            yield f"a column of {marker}"
    if _holds_serial_dates(rows, column):
        yield "a column of numbers that read like dates of birth"
    if _holds_halves(rows, column):
        yield "numbers of 12 digits in two columns, as AZR numbers are"
    if person_rows.holds_names(rows, column):
        yield "a column that reads like names"
    if person_rows.holds_nations(rows, column) or any(
        is_nationality(row.get(column)) and person_rows.lists_nations(rows, number, column)
        for number, row in rows.items()
    ):
        yield "nationalities row by row, each counting one person"


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
