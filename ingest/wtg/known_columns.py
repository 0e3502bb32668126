"""Which cells of a file are columns of the layout, and which are anything else.

The door and the reduction look at both: what the layout does not know is never read, and may speak
of persons.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from formats.sheets import Rows
from formats.sheets import Sheet as Cells
from ingest.wtg.cells import is_blank, squeezed
from ingest.wtg.grids import Grid
from ingest.wtg.header import FEWEST_NAMES, ROWS_SEARCHED, known_names, names_in
from ingest.wtg.layout import ALL, Sheet, folded
from ingest.wtg.positive import THINGS
from ingest.wtg.prepared import prepared
from ingest.wtg.repeated_heads import head_words
from ingest.wtg.sums import sums_a_region
from persons.contacts import holds_contact, is_contact_field
from persons.rows import FEWEST_PERSONS, SURNAME_FIRST, is_full_name

SURELY_KNOWN = 4
"""A list of persons may have a status and a place, too; with fewer columns most must be known."""


@dataclass(frozen=True)
class Part:
    """A sheet: its cells, the row of its header (0 where there is none), and its columns from 1.

    ``known`` maps a column to its name in the layout, ``contacts`` a column to its own name.
    """

    title: str
    rows: Rows
    hidden: bool
    header: int
    known: dict[int, str]
    contacts: dict[int, str]
    head_words: frozenset[tuple[int, int]] = frozenset()
    """Row and column of names of columns that stand there again."""

    def texts(self, column: int) -> set[str]:
        """The different texts of a column below the header."""
        return {
            value.strip()
            for row, cells in self.rows.items()
            if row > self.header and isinstance(value := cells.get(column), str)
        }

    def below(self, column: int) -> list[object]:
        """What stands in a column below the header, in rows of several cells."""
        return [
            cells[column]
            for row, cells in self.rows.items()
            if row > self.header and column in cells and len(cells) > 1
        ]

    def own(self) -> Cells:
        """The cells of the columns that the layout knows."""
        return self._only(
            lambda row, column: self.is_own(row, column) and not self._is_sum(row, column)
        )

    def rest(self) -> Cells:
        """All other cells but those of contact persons."""
        return self._only(
            lambda row, column: not (self.is_own(row, column) or self.is_contact(row, column))
        )

    def is_own(self, row: int, column: int) -> bool:
        """Whether a cell is in a known column, of a row that is more than a note."""
        is_row = 0 < self.header <= row and len(self.rows[row]) > 1
        return is_row and column in self.known

    def is_contact(self, row: int, column: int) -> bool:
        """Whether a cell is one of a contact person: by its column, or by its own text."""
        value = self.rows[row][column]
        in_column = 0 < self.header <= row and column in self.contacts
        return in_column or (isinstance(value, str) and holds_contact(value))

    def _is_sum(self, row: int, column: int) -> bool:
        """Whether a cell is the label of a region's sum, which reads like two names."""
        value = self.rows[row][column]
        return isinstance(value, str) and sums_a_region(value)

    def contact_places(self) -> Iterator[tuple[int, int]]:
        """Row and column of every cell of a contact person outside the known columns."""
        for row, cells in self.rows.items():
            for column in cells:
                if not self.is_own(row, column) and self.is_contact(row, column):
                    yield row, column

    def _only(self, fits: Callable[[int, int], bool]) -> Cells:
        rows = {
            row: {column: value for column, value in cells.items() if fits(row, column)}
            for row, cells in self.rows.items()
        }
        return Cells(self.title, {row: cells for row, cells in rows.items() if cells})


def part_of(grid: Grid) -> Part:
    """A sheet by its columns: under whatever title, the layout that it has most columns of."""
    sheet = max(ALL, key=lambda one: _most_named(grid, one))
    grid = prepared(grid, sheet)
    most = _most_named(grid, sheet)
    rows = {
        number: cells
        for number, row in enumerate(grid.rows, start=1)
        if (cells := {at: raw for at, raw in enumerate(row, start=1) if not is_blank(raw)})
    }
    header = next(
        (
            number
            for number, row in enumerate(grid.rows[:ROWS_SEARCHED], start=1)
            if known_names(row, sheet) == most
        ),
        0,
    )
    named = sum(isinstance(raw, str) for raw in rows.get(header, {}).values())
    if most < FEWEST_NAMES or (most < SURELY_KNOWN and 2 * most < named):
        return Part(grid.title, rows, grid.hidden, 0, {}, _contacts(rows, _texts_of(rows)))
    own = sheet.headers
    names = enumerate(names_in(grid.rows[header - 1], sheet), start=1)
    known = {at: name for at, name in names if name in own}
    heads = {at: str(raw) for at, raw in rows[header].items() if at not in known}
    contacts = _contacts(rows, heads)
    words = head_words(grid, sheet)
    return Part(grid.title, rows, grid.hidden, header, known, contacts, words)


def _most_named(grid: Grid, sheet: Sheet) -> int:
    return max((known_names(row, sheet) for row in grid.rows[:ROWS_SEARCHED]), default=0)


def _texts_of(rows: Rows) -> dict[int, str]:
    """The first row with a text, as a header of a sheet that the layout does not know."""
    first = next((rows[row] for row in sorted(rows)), {})
    return {column: value for column, value in first.items() if isinstance(value, str)}


def _contacts(rows: Rows, heads: dict[int, str]) -> dict[int, str]:
    """The columns of contact persons among ``heads``: by their name, or by what stands in them."""
    texts: dict[int, set[str]] = {column: set() for column in heads}
    for row in rows.values():
        for column, value in row.items():
            if column in heads and isinstance(value, str):
                texts[column].add(value.strip())
    return {
        column: squeezed(name)
        for column, name in heads.items()
        if is_contact_field(folded(name))
        or any(map(holds_contact, texts[column]))
        or holds_names(texts[column])
    }


def holds_names(texts: Collection[str]) -> bool:
    """Whether most texts of a column are names of persons, and of no home or street."""
    persons = [text for text in texts if not THINGS.search(text) and _is_name(text)]
    return len(persons) >= FEWEST_PERSONS and 2 * len(persons) > len(texts)


def _is_name(text: str) -> bool:
    return is_full_name(text) or SURNAME_FIRST.fullmatch(text) is not None


def parts_of(grids: Iterable[Grid]) -> tuple[Part, ...]:
    """Every sheet of a file."""
    return tuple(map(part_of, grids))
