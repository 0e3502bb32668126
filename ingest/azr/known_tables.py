"""The tables that are known by their heads: where they lie, and what each of their cells may hold.

The door asks this before the parsers read; both find the heads by the same functions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from formats.counts import read_count
from formats.dates import date_behind
from formats.sheets import Sheet
from formats.text import printed
from ingest.azr import crosstable, municipalities, series
from ingest.azr.headers import (
    DATE,
    DERIVED,
    LABEL,
    LINE,
    SECTIONS,
    UNITS,
    beside_regions,
    derived_columns,
    is_beside_regions,
    is_derived_head,
    is_derived_number,
    is_head_of,
    is_units_row,
    label_columns,
    line_columns,
    plain_key,
)
from ingest.azr.labels import is_country, label_at
from ingest.azr.long_form import long_form
from ingest.azr.municipalities import KEY, NAME, POSTCODE, RUNNING, UNCOUNTED
from ingest.azr.title_dates import dates_above
from ingest.azr.turned import turned
from ingest.azr.years import newest
from kreishaus.model import UnreadableFile
from kreishaus.settings import County
from kreishaus.wording import say
from vocabulary.groups import groups_named, header_key
from vocabulary.regions import UnknownRegion
from vocabulary.statuses import ROW_REFERENCE, status_aliases

MOST_UPPER_ROWS = 3
MOST_COUNTED = 999_999
"""No county counts so many foreigners; what is larger is a key, a date, a telephone's or an id."""

LARGEST_LINE = 999


@dataclass(frozen=True)
class Expects:
    """What a table asks for where something else stands, as one reads it."""

    label: str
    head: str


STATUSES = Expects(
    say("a status as in docs/sources/azr.md, or an alias of the county (register_aliases.csv)"),
    say(
        "a group by sex or age, a reference date, or a change, share or earlier year, which is "
        "left out"
    ),
)
REGIONS = Expects(
    say("a municipality of the county, or the county's total"),
    say("key, name, total or a sex, or a change, share, part or earlier year, which is left out"),
)


@dataclass(frozen=True)
class KnownTable:
    """A table as its heads say. ``row_of`` gives what a row counts, None for no known label."""

    sheet: Sheet
    header_row: int
    counts: frozenset[int]
    labels: frozenset[int]
    lines: frozenset[int]
    is_head: Callable[[str], bool]
    row_of: Callable[[int], Hashable | None]
    is_line: Callable[[object], bool] = lambda value: _counts(value, LARGEST_LINE)
    is_label: Callable[[object], bool] = lambda value: True
    heads: int | None = None
    """The row of the heads where the table was turned round."""
    derived: frozenset[int] = frozenset()
    upper: frozenset[tuple[int, int]] = frozenset()
    """Cells above the heads that were read with them: years, the reference date."""
    listed: frozenset[tuple[int, int]] = frozenset()
    """Cells below the heads that say the reference date once more."""
    names: int | None = None
    """The column of names of municipalities."""
    expects: Expects = STATUSES
    days: frozenset[date] = frozenset()
    """The reference dates that the heads say."""
    long: frozenset[tuple[int, int]] = frozenset()
    """The cells of a table in long form, all of them judged."""

    def holds(self, row: int, column: int) -> bool:
        """Whether a cell of the file is one of the table, and holds what its place asks for."""
        if self.long:
            return (row, column) in self.long
        if self.heads is not None:
            if row < self.heads or (row > self.heads and column not in self.sheet.rows):
                return False
            row, column = column, row
        value = self.sheet.own(row, column)
        if value is None:
            return False
        if self.header_row - MOST_UPPER_ROWS <= row <= self.header_row:
            dated = row == self.header_row and column in self.counts
            if dated or (row, column) in self.upper:
                return True
            if not isinstance(value, str):
                return False
            repeats = is_beside_regions if self.expects is REGIONS else is_derived_head
            return self.is_head(value) or repeats(value)
        if row < self.header_row:
            return False
        return self._holds_below(row, column, value)

    def _holds_below(self, row: int, column: int, value: object) -> bool:
        if is_units_row(self.sheet, row, self.header_row) or (row, column) in self.listed:
            return True
        if column in self.lines and self._is_blank_line(row):
            return self.is_line(value)
        if self._is_derived_row(row):
            return column in self.labels | self.lines or is_derived_number(value)
        if self.row_of(row) is None:
            return False
        if column in self.derived:
            return is_derived_number(value)
        if column in self.counts:
            return _counts(value, MOST_COUNTED)
        if column in self.lines and self.is_line(value):
            return True
        # Where two columns hold labels, the one that was not asked for may hold anything.
        return column in self.labels and self.is_label(value)

    def _is_blank_line(self, row: int) -> bool:
        """Whether a row has nothing but the number of its line."""
        return all(at in self.lines for at, _ in self.sheet.filled(row))

    def _is_derived_row(self, row: int) -> bool:
        return any(is_head_of(DERIVED, self.sheet.text(row, at)) for at in self.labels) and all(
            is_head_of(DERIVED, self.sheet.text(row, at)) or self.sheet.own(row, at) is None
            for at in self.labels
        )

    @property
    def has_derived_rows(self) -> bool:
        """Whether rows of the table say changes or shares."""
        return any(map(self._is_derived_row, self.sheet.below(self.header_row)))

    def heads_labels(self, row: int, column: int) -> bool:
        """Whether a cell of the file is the head of the labels."""
        if self.heads is not None:
            row, column = column, row
        return not self.long and row == self.header_row and column in self.labels

    def is_above_heads(self, row: int) -> bool:
        """Whether a row of the file lies above the heads."""
        return row < (self.header_row if self.heads is None else self.heads)

    def is_below_heads(self, row: int) -> bool:
        """Whether a row of the file lies below the heads: a text there is a note."""
        return row > (self.header_row if self.heads is None else self.heads)

    def explained_by(self, row: int, column: int) -> tuple[int, int, str] | None:
        """The label or the head for which a cell below the heads is not understood.

        Row and column in the file, and what was expected there; None where the cell itself is it.
        """
        if self.long:
            return None
        if self.heads is not None:
            row, column = column, row
        if row <= self.header_row:
            return None
        label = next((at for at in sorted(self.labels) if self.sheet.own(row, at) is not None), 0)
        is_number = isinstance(self.sheet.own(row, column), int | float)
        is_of_label = column in self.counts | self.derived and self.row_of(row) is None
        if is_of_label and (label or is_number):
            return self._in_file(row, label or min(self.labels), self.expects.label)
        if column in self.counts | self.derived | self.labels | self.lines:
            return None
        head = self.header_row
        if self.sheet.own(head, column) is None:
            head -= 1
        if not any(map(str.isalnum, self.sheet.text(head, column))):
            is_headless = is_number and self.row_of(row) is not None
            return (
                self._in_file(self.header_row, column, self.expects.head) if is_headless else None
            )
        return self._in_file(head, column, self.expects.head)

    def _in_file(self, row: int, column: int, expected: str) -> tuple[int, int, str]:
        return (row, column, expected) if self.heads is None else (column, row, expected)

    def expected_at(self, row: int, column: int) -> str:
        """What a cell of the file should hold that is judged by itself; "" beside the table."""
        if self.long:
            return ""
        if self.heads is not None:
            row, column = column, row
        if row == self.header_row:
            return self.expects.head
        if column in self.labels and row in self.sheet.below(self.header_row):
            return self.expects.label
        return ""

    def counts_at(self, row: int, column: int) -> bool:
        """Whether a cell stands where a known label and a known head ask for a count."""
        if self.long:
            return False
        if self.heads is not None:
            row, column = column, row
        return row > self.header_row and column in self.counts and self.row_of(row) is not None

    @property
    def head_of_names(self) -> tuple[int, int] | None:
        """The head of the municipalities' names, where nothing else stands below it.

        It may read "Name", as that of a list of persons.
        """
        if self.names is None:
            return None
        below = self.sheet.below(self.header_row)
        counted = [row for row in below if self.row_of(row) is not None]
        return (self.header_row, self.names) if counted else None

    @property
    def repeated(self) -> Iterator[int]:
        """The rows of which there is one before: a list says again what a table says once."""
        seen: set[Hashable] = set()
        for row in self.sheet.below(self.header_row):
            counted = any(self.sheet.own(row, column) is not None for column in self.counts)
            key = self.row_of(row) if counted else None
            if key is not None and key in seen:
                yield row
            seen.add(key)


def _counts(value: object, most: int) -> bool:
    try:
        count = read_count(value)
    except ValueError:
        return False
    return count.value is None or count.value <= most


def known_tables(sheet: Sheet, county: County) -> list[KnownTable]:
    """The tables of a sheet; one whose dates run down where there is no other."""
    tables = tables_by_dataset(sheet, county)
    further = _series_of(sheet)[1:] if "series" in tables and not tables["series"].heads else []
    return [*tables.values(), *further]


def tables_by_dataset(sheet: Sheet, county: County) -> dict[str, KnownTable]:
    """The tables of a sheet, by the dataset whose heads they have."""
    found = {
        "crosstable": _crosstable(sheet),
        "municipalities": _municipalities(sheet, county),
        "series": next(iter(_series_of(sheet)), None),
    }
    tables = {dataset: table for dataset, table in found.items() if table is not None}
    if not tables and (long := long_form(sheet)) and (series := _series_of(long.sheet)):
        return {"series": replace(series[0], long=long.cells)}
    turn = None if tables else turned(sheet)
    if turn is None:
        regions = None if tables else municipalities.turned_regions(sheet, county)
        table = regions and _municipalities(regions.sheet, county, regions.heads)
        return {"municipalities": table} if table else tables
    found = {
        "series": next(iter(_series_of(turn.sheet, turn.heads)), None),
        "crosstable": _crosstable(turn.sheet, turn.heads),
    }
    return {dataset: table for dataset, table in found.items() if table is not None}


def _crosstable(sheet: Sheet, heads: int | None = None) -> KnownTable | None:
    row = crosstable.header_row(sheet)
    if row is None:
        return None
    labels, lines = label_columns(sheet, row), line_columns(sheet, row)
    groups = frozenset(crosstable.groups(sheet, row))
    return _of_statuses(sheet, row, groups, labels[:1], lines[:1], _heads_groups, heads)


def _heads_groups(text: str) -> bool:
    key = plain_key(printed(text))
    return bool(groups_named(key)) or key in SECTIONS or _heads_labels(text)


def _series_of(sheet: Sheet, heads: int | None = None) -> list[KnownTable]:
    """The tables of a sheet that count statuses by dates: one for each year, as a rule one."""
    try:
        tables = [_series(one, row, heads) for one, row in series.tables_of(sheet)]
    except UnreadableFile:
        return []
    return [table for table in tables if table is not None]


def _series(sheet: Sheet, row: int, heads: int | None) -> KnownTable | None:
    dates = frozenset(series.dated_columns(sheet, row))
    left = [at for at in sheet.columns if at < min(dates)]
    known = status_aliases()
    hits = {at: sum(known.knows(sheet.text(line, at)) for line in sheet.below(row)) for at in left}
    if not any(hits.values()):
        return None
    labels = [max(hits, key=lambda at: hits[at])]
    lines = [at for at in line_columns(sheet, row) if at in left]
    years = {at: series.year_above(sheet, row, at) for at in dates}
    upper = {(row - 1, above[0]) for above in years.values() if above is not None}
    upper |= {(row, at) for at in derived_columns(sheet, row) if date_behind(sheet.text(row, at))}
    days = frozenset(day for at in dates if (day := series.date_of(sheet, row, at)))
    table = _of_statuses(sheet, row, dates, labels, lines, _heads_labels, heads)
    return table and replace(table, upper=frozenset(upper), days=days)


def _heads_labels(text: str) -> bool:
    return any(is_head_of(kind, text) for kind in (LABEL, LINE, DATE))


def _of_statuses(
    sheet: Sheet,
    row: int,
    counts: frozenset[int],
    labels: list[int],
    lines: list[int],
    is_head: Callable[[str], bool],
    heads: int | None = None,
) -> KnownTable | None:
    if not labels:
        return None
    known = status_aliases()

    def row_of(line: int) -> Hashable | None:
        return known.any_code(label_at(sheet, line, labels[0]))

    # A total may be merged over the column of line numbers, and then stands in that.
    held = frozenset([*labels, *lines])
    return KnownTable(
        sheet,
        row,
        counts,
        held,
        frozenset(lines),
        is_head,
        row_of,
        is_label=lambda value: is_status(value) or is_country(value),
        heads=heads,
        derived=derived_columns(sheet, row) - counts,
    )


def is_status(value: object) -> bool:
    """Whether a text is a label of a status, with no number in it but those of earlier lines."""
    return status_aliases().knows(printed(value)) and _refers_downwards(printed(value))


def _refers_downwards(label: str) -> bool:
    """Whether the lines that a label refers to are named in their order, as a sum names them."""
    numbers = [int(one) for one in re.findall(r"\d+", " ".join(ROW_REFERENCE.findall(label)))]
    return numbers == sorted(numbers) and all(number <= LARGEST_LINE for number in numbers)


def _municipalities(sheet: Sheet, county: County, heads: int | None = None) -> KnownTable | None:
    row = municipalities.header_row(sheet)
    if row is None:
        return None
    columns = municipalities.known_columns(sheet, row)
    of_newest, derived = newest(sheet, row), beside_regions(sheet, row)
    units = {(row, at) for at in derived if header_key(sheet.text(row, at)) in UNITS}
    first = {held: at for at, held in reversed([*columns.items()])}
    labels = frozenset(first[held] for held in (KEY, NAME) if held in first)
    numbered = frozenset(at for at, held in columns.items() if held in {POSTCODE, RUNNING})
    counts = frozenset(at for at, held in columns.items() if held not in UNCOUNTED)
    listed = frozenset(municipalities.days_listed(sheet, row, columns))

    def row_of(line: int) -> Hashable | None:
        try:
            return municipalities.region_at(sheet, columns, line, county).code
        except UnknownRegion:
            return None

    def is_label(value: object) -> bool:
        """A key, or a name; beside a name the column of keys may hold no other text."""
        return any(sign.isdigit() for sign in str(value)) or municipalities.names_a_region(
            county, value
        )

    return KnownTable(
        sheet,
        row,
        counts,
        labels,
        numbered,
        _heads_municipalities,
        row_of,
        lambda value: _is_postcode(value) or _counts(value, LARGEST_LINE),
        is_label,
        heads,
        derived=derived | of_newest.earlier,
        upper=of_newest.cells | units | set(dates_above(sheet, row)),
        listed=listed,
        names=first.get(NAME),
        expects=REGIONS,
    )


def _is_postcode(value: object) -> bool:
    return re.fullmatch(r"\d{5}", str(value).strip(), re.ASCII) is not None


def _heads_municipalities(text: str) -> bool:
    key = plain_key(printed(text))
    if is_head_of(LINE, text) or is_head_of(DATE, text):
        return True
    return key in municipalities.headers() or key in SECTIONS or key in {"davon", "darunter"}
