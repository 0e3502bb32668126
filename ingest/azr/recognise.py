"""The positive door: what of a file is understood, and where something else stands.

A table is known by its heads, and each of its cells by its place in it; every other text must be a
note, a date or a field of the office's letterhead. What is neither is said by place and form.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from openpyxl.utils import get_column_letter

from formats.forms import form_of
from formats.sheets import Sheet, Workbook
from formats.xlsx_texts import AUTHORS, HEADERS, HEADS_AND_FEET
from ingest.azr.beside import CODE, MOST_AUTHORS, is_known, understood_at
from ingest.azr.known_tables import KnownTable, known_tables
from ingest.azr.letterhead import Letterhead
from ingest.azr.meaning import EXPECTED, SHARES, Meanings, shares_shown
from ingest.azr.title_dates import EARLIEST_YEAR
from ingest.azr.understood import Language
from kreishaus.settings import County
from kreishaus.wording import joined, say
from persons.search import place_of
from persons.values import day_of, is_month_edge

MOST_NOTES = 60
"""So many rows may stand beside the tables of a file: titles, notes, a glossary."""

MOST_REPEATED = 2
MOST_SIDE_BY_SIDE = 2
WITH_LETTERHEAD = frozenset(HEADS_AND_FEET)
"""Places beside the cells where an office names itself."""


@dataclass(frozen=True)
class Unknown:
    """Where something stands that is not understood, and its form or what else is wrong.

    ``text`` is what stands there: for ``kreishaus azr check`` alone, and in no log.
    """

    place: str
    what: str
    text: str = field(default="", repr=False)
    expected: str = ""
    is_understood: bool = False
    """Whether it is understood, and refused for what it says."""


@dataclass
class Recognised:
    """What was found: the tables, what is not understood, the cells of the letterhead."""

    placed: list[tuple[int, KnownTable]] = field(default_factory=list)
    """Number of the sheet, and a table in it."""
    unknown: list[Unknown] = field(default_factory=list)
    letterhead: set[tuple[int, int, int]] = field(default_factory=set)
    heads: set[tuple[int, int, int]] = field(default_factory=set)
    """Heads of columns of municipalities: "Name" marks no persons there."""

    @property
    def tables(self) -> list[KnownTable]:
        """The tables of the file."""
        return [table for _, table in self.placed]

    def searched(self, workbook: Workbook) -> Workbook:
        """The workbook as persons are searched for in it.

        A table in long form stands as a table: in its lines each date comes back once a status,
        and each was judged. What else lies in its sheet stays. A head of municipalities' names is
        no mark where a format lists its texts, either.
        """
        sheets: list[Sheet] = []
        for number, sheet in enumerate(workbook.sheets, start=1):
            long = [table for at, table in self.placed if at == number and table.long]
            listed = [table.listed for at, table in self.placed if at == number]
            sheets.append(_without(sheet, frozenset().union(*(t.long for t in long), *listed)))
        sheets += [table.sheet for _, table in self.placed if table.long]
        heads = {
            str(workbook.sheets[number - 1].own(row, column)).strip()
            for number, row, column in self.heads
        }
        unseen = {
            place: tuple(text for text in texts if text.strip() not in heads)
            for place, texts in workbook.unseen.items()
        }
        return replace(workbook, sheets=tuple(sheets), unseen=unseen)


def _without(sheet: Sheet, cells: frozenset[tuple[int, int]]) -> Sheet:
    rows = {
        row: left
        for row, values in sheet.rows.items()
        if (left := {at: value for at, value in values.items() if (row, at) not in cells})
    }
    return replace(sheet, rows=rows)


class _Reading:
    """A file while it is being recognised."""

    def __init__(self, county: County) -> None:
        self.language = Language(county, composes=True)
        self.county = county
        self.office = Letterhead(self.language.understands, self.language.names_the_office)
        self.found = Recognised()
        self.notes: Counter[str] = Counter()
        self.texts: set[str] = set()
        self.said: set[tuple[str, str]] = set()
        self.rows_of_notes = 0

    def sheet(self, number: int, sheet: Sheet) -> None:
        place = place_of(number, sheet)
        tables = known_tables(sheet, self.county)
        self.found.placed += [(number, table) for table in tables]
        if not is_known(sheet.title, self.language, {"CSV"}):
            self._say(say("{place}, its name", place=place), form_of(sheet.title), sheet.title)
        self.found.heads |= {
            (number, *head) for table in tables if (head := table.head_of_names) is not None
        }
        for table in tables:
            for _ in table.repeated:
                self._say(place, TWICE)
        self._looks(place, sheet)
        self._meaning(place, sheet, tables)
        for row in sorted(sheet.rows):
            self._row(number, place, sheet, tables, row)

    def _looks(self, place: str, sheet: Sheet) -> None:
        """Say what is struck through, and raised digits that would be read as others."""
        for cells, what in ((sheet.struck, STRUCK), (sheet.joined, JOINED)):
            for row, column in sorted(cells):
                where = _cell(say("{place}, row {row}", place=place, row=row), column)
                self._mean(where, what, _shown(sheet.own(row, column)), "")

    def _meaning(self, place: str, sheet: Sheet, tables: list[KnownTable]) -> None:
        """Say what the sheet's name, heads of labels and formats say of its numbers."""
        if not tables:
            return
        meanings = Meanings(tuple(tables), self.language)
        self._mean(say("{place}, its name", place=place), meanings.of_title(sheet.title))
        for table in tables:
            for row, column in shares_shown(sheet, table):
                where = _cell(say("{place}, row {row}", place=place, row=row), column)
                self._mean(where, SHARES, _shown(sheet.own(row, column)))
        for row in sorted(sheet.rows):
            for column, value in sheet.filled(row):
                if isinstance(value, str):
                    where = _cell(say("{place}, row {row}", place=place, row=row), column)
                    self._mean(where, _meaning_at(meanings, row, column, value), value)

    def _mean(self, place: str, what: str | None, text: str = "", expected: str = EXPECTED) -> None:
        """Note what is refused although it is understood."""
        if what is not None and (place, what) not in self.said:
            self.said.add((place, what))
            self.found.unknown.append(Unknown(place, what, text, expected, is_understood=True))

    def _row(
        self, number: int, place: str, sheet: Sheet, tables: list[KnownTable], row: int
    ) -> None:
        beside: dict[int, object] = {}
        for column, value in sheet.filled(row):
            if any(table.holds(row, column) for table in tables):
                self.texts.add(_shown(value).strip())
            else:
                beside[column] = value
        texts = [_shown(value) for value in beside.values()]
        is_alone = len(beside) == len(sheet.rows[row])
        if beside and is_alone and self.office.takes(texts):
            self.found.letterhead |= {(number, row, column) for column in beside}
            self.texts |= {text.strip() for text in texts}
        elif beside:
            where = say("{place}, row {row}", place=place, row=row)
            own = self._explained(place, sheet, tables, row, beside)
            self._notes(where, beside, texts, own)

    def _explained(
        self,
        place: str,
        sheet: Sheet,
        tables: list[KnownTable],
        row: int,
        beside: dict[int, object],
    ) -> dict[int, str]:
        """Say the label or head that explains cells of a row, once; the cells that it leaves.

        With each of them what was expected in it.
        """
        own: dict[int, str] = {}
        for column, value in beside.items():
            causes = [table.explained_by(row, column) for table in tables]
            cause = next((one for one in causes if one is not None), None)
            if cause is None:
                counted = any(table.counts_at(row, column) for table in tables)
                others = (table.expected_at(row, column) for table in tables)
                own[column] = _expected_count(value) if counted else next(filter(None, others), "")
                continue
            at, head, expected = cause
            found = sheet.own(at, head)
            where = _cell(say("{place}, row {row}", place=place, row=at), head)
            self._say(where, form_of(found), _shown(found), expected)
        return own

    def _notes(
        self, where: str, beside: dict[int, object], texts: list[str], own: dict[int, str]
    ) -> None:
        """Judge the cells of a row that belong to no table, and that no other cell explains."""
        self.rows_of_notes += 1
        strange = [at for at, value in beside.items() if not self._is_note(value, len(beside))]
        too_many = len(beside) > MOST_SIDE_BY_SIDE
        if too_many or (not strange and self.language.describes("  ".join(texts))):
            strange = list(beside)
        for column in strange:
            value = beside[column]
            if column in own:
                self._say(_cell(where, column), form_of(value), _shown(value), own[column])
        for column, text in zip(beside, texts, strict=True):
            self.texts.add(text.strip())
            if column not in own or not any(map(str.isalnum, text)):
                continue
            self.notes[text] += 1
            if self.notes[text] == MOST_REPEATED + 1 and len(text) > 1:
                self._say(_cell(where, column), REPEATED, text)

    def _is_note(self, value: object, beside: int) -> bool:
        day = day_of(value)
        if day is not None:
            return day.year >= EARLIEST_YEAR and (is_month_edge(day) or beside > 1)
        return isinstance(value, str) and self.language.understands(value)

    def beside_cells(self, workbook: Workbook) -> None:
        known = self.texts | self.office.values
        meanings = Meanings(tuple(self.found.tables), self.language)
        for text in (text for place in HEADS_AND_FEET for text in workbook.unseen.get(place, ())):
            self._mean(HEADERS, meanings.of_title(CODE.sub(" ", text)), text)
        if len(set(workbook.unseen.get(AUTHORS, ()))) > MOST_AUTHORS:
            self._say(AUTHORS, say("more than {most} of them", most=MOST_AUTHORS))
        for place, texts in workbook.unseen.items():
            is_understood = understood_at(place, self.language, known)
            for text in texts:
                office = place in WITH_LETTERHEAD and self.office.takes([CODE.sub("", text)])
                if text.strip() and not office and not is_understood(text):
                    self._say(place, form_of(text.strip()), text.strip())

    def whole(self) -> None:
        # Series of other dates are one, a table for each year.
        kinds = Counter((table.is_head, day) for table in self.found.tables for day in _days(table))
        if max(kinds.values(), default=0) > 1:
            self._say(
                say("the whole file"),
                say("several tables of one kind: drop each in a file of its own"),
            )
        if self.rows_of_notes > MOST_NOTES:
            self._say(
                say("the whole file"),
                say("more than {most} rows beside the tables", most=MOST_NOTES),
            )
        if not self.office.is_of_an_office:
            self._say(
                say("the whole file"), say("fields of a letterhead that are not one office's")
            )

    def _say(self, place: str, what: str, text: str = "", expected: str = "") -> None:
        if (place, what) in self.said:
            return
        self.said.add((place, what))
        self.found.unknown.append(Unknown(place, what, text, expected))


ENGLISH = re.compile(r"\d{1,3}(?:,\d{3})+", re.ASCII)
TWICE = say(
    "a row of which there is another, as in a list of persons or of parts of a municipality"
)
STRUCK = say("struck through: delete what does not count, or take the line away")
JOINED = say("raised digits behind others: write a footnote mark as *, or take it away")
REPEATED = say("the same text again and again, as in a list of persons")


def recognise(workbook: Workbook, county: County) -> Recognised:
    """Judge every text and number of a file."""
    reading = _Reading(county)
    for number, sheet in enumerate(workbook.sheets, start=1):
        reading.sheet(number, sheet)
    reading.beside_cells(workbook)
    reading.whole()
    return reading.found


def _meaning_at(meanings: Meanings, row: int, column: int, text: str) -> str | None:
    """What a text says of the numbers, by its place above, beside or below the tables."""
    tables = meanings.tables
    if any(table.heads_labels(row, column) for table in tables):
        return meanings.of_corner(text)
    held = any(table.holds(row, column) for table in tables)
    if all(table.is_below_heads(row) for table in tables):
        return None if held else meanings.of_note(text)
    is_upper = any(table.is_above_heads(row) for table in tables)
    if held:
        return meanings.of_upper_head(text) if is_upper else None
    return meanings.of_title(text)


def _days(table: KnownTable) -> frozenset[date | None]:
    return frozenset(table.days) or frozenset([None])


def _expected_count(value: object) -> str:
    if isinstance(value, float) and not value.is_integer():
        return say("a whole number: if the point stands for thousands, type the number without it")
    if isinstance(value, str) and ENGLISH.fullmatch(value.strip()):
        return say("a whole number: if the comma stands for thousands, type the number without it")
    return say("a count, or one of - . ... / x")


def _cell(where: str, column: int) -> str:
    return say("{row}, column {column}", row=where, column=get_column_letter(column))


def _shown(value: object) -> str:
    return f"{value:%d.%m.%Y}" if isinstance(value, date) else str(value)


def _with_expected(one: Unknown) -> str:
    if not one.expected:
        return one.what
    return say("{found} (expected {expected})", found=one.what, expected=one.expected)


def explained(unknown: Sequence[Unknown], most: int) -> Iterator[str]:
    """What is not understood, as one reads it."""
    for one in unknown[:most]:
        yield joined((one.place, _with_expected(one)), ": ")
    if len(unknown) > most:
        yield say("and {count} more", count=len(unknown) - most)
