"""Where the columns of a sheet are: the header row is found by its names, in any order."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from openpyxl.utils import get_column_letter

from ingest.wtg.cells import Raw, is_blank, squeezed
from ingest.wtg.grids import Grid
from ingest.wtg.layout import (
    HEADER_ALIASES_PLACE,
    ONE_OF,
    PERSONAL,
    REGISTER_SHEET,
    Column,
    Sheet,
    bare,
    folded,
)
from kreishaus.model import Finding, UnreadableFile
from kreishaus.wording import joined, say

ROWS_SEARCHED = 40
ROWS_AT_HAND = 4_000
"""The rows of one file, in each sheet of the layout: door, reader and reduction ask about them."""
ALIKE = 0.88
"""From here on a head is a column's own name, mistyped: "plaetze_belgt"."""
PART = re.compile(r"davon|darunter|nicht|ohne|freie|belegt|zusaetz|weitere")
"""How the head of another number begins that has the words of a column: "davon Plätze KZP"."""
_NUMBERS = frozenset({"nr", "nummer"})
FEWEST_NAMES = 2
"""A row with fewer known column names is no header: a title may hold one by chance."""


@dataclass(frozen=True)
class Header:
    """Position of the header: its row number (from 1), and each column's index (from 0)."""

    row: int
    columns: tuple[tuple[Column, int], ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Names:
    """The names of the header row, as the layout has them; "" where there is none."""

    sheet: Sheet
    title: str
    row: int
    names: tuple[str, ...]

    @property
    def absent(self) -> list[Column]:
        return [column for column in self.sheet.columns if column.header not in self.names]

    @property
    def strangers(self) -> list[tuple[int, str]]:
        own = self.sheet.headers
        return [(i, name) for i, name in enumerate(self.names) if name and name not in own]


def find_header(grid: Grid, sheet: Sheet) -> Header:
    """The header of a sheet. Raises ``UnreadableFile`` naming sheet and column."""
    row = _header_row(grid, sheet)
    names = _Names(sheet, grid.title, row, names_in(grid.rows[row - 1], sheet))
    missing = list(_missing(names, grid))
    faults = [*_twice(names), *(one for one in missing if one.severity == "critical")]
    if faults := faults or list(_none_of(names)):
        raise UnreadableFile(*faults)
    by_name = {column.header: column for column in sheet.columns}
    columns = tuple((by_name[name], i) for i, name in enumerate(names.names) if name in by_name)
    findings = (
        *missing,
        *_unknown(names, frozenset(map(folded, grid.gathered))),
        *_unnamed(grid, names),
    )
    return Header(row, columns, findings)


def names_in(row: tuple[Raw, ...], sheet: Sheet) -> tuple[str, ...]:
    """The cells of a row as names of columns. Where a column's own name stands in the row, other
    words for it are no names."""
    written = ["" if is_blank(raw) else str(raw) for raw in row]
    own = sheet.headers
    taken = own & set(map(folded, written))
    names: list[str] = []
    for text in written:
        name = folded(text)
        if name not in taken:
            # Of two words for one column the second is named twice, and refused: see ``_twice``.
            meanings = [one for one in sheet.meanings(text) if one not in taken]
            name = next((one for one in meanings if one not in names), (meanings or [name])[0])
        # A number right of the street is a hausnummer; elsewhere it may number the rows.
        is_in_address = text and bare(text) in _NUMBERS and names and names[-1] == "strasse"
        names.append("hausnummer" if is_in_address and "hausnummer" in own - taken else name)
    return tuple(names)


def known_names(row: tuple[Raw, ...], sheet: Sheet) -> int:
    """How many columns of the sheet a row names: a header names at least ``FEWEST_NAMES``."""
    return _known_names(tuple(raw for raw in row if isinstance(raw, str)), sheet)


@lru_cache(maxsize=ROWS_AT_HAND)
def _known_names(texts: tuple[str, ...], sheet: Sheet) -> int:
    return len(sheet.headers & set(names_in(texts, sheet)))


def best_row(grid: Grid, sheet: Sheet) -> int:
    """The row that names most columns of the sheet, from 1; 0 where none names enough of them."""
    hits = [known_names(row, sheet) for row in grid.rows[:ROWS_SEARCHED]]
    return hits.index(max(hits)) + 1 if hits and max(hits) >= FEWEST_NAMES else 0


def fits(grid: Grid, sheet: Sheet) -> bool:
    """Whether a row names every column that the sheet needs."""
    needed = {column.header for column in sheet.columns if column.required}
    return any(
        needed <= (names := set(names_in(row, sheet)))
        and (sheet.table not in ONE_OF or bool(names & set(ONE_OF[sheet.table])))
        for row in grid.rows[:ROWS_SEARCHED]
    )


def _header_row(grid: Grid, sheet: Sheet) -> int:
    row = best_row(grid, sheet)
    if not row:
        raise UnreadableFile(
            Finding(
                rule="header_missing",
                severity="critical",
                message=say(
                    "sheet {title}: no row among the first {rows_searched} names the columns; "
                    "put the column names above the data. If the authority names them "
                    "otherwise now, ask the data engineer to add its words to "
                    "{header_aliases_place}",
                    title=grid.title,
                    rows_searched=ROWS_SEARCHED,
                    header_aliases_place=HEADER_ALIASES_PLACE,
                ),
                place=grid.title,
                expected=", ".join(column.header for column in sheet.columns),
                found=_first_words(grid),
            )
        )
    return row


def _first_words(grid: Grid) -> str:
    """The first row with several texts: what stands where the column names should."""
    for row in grid.rows[:ROWS_SEARCHED]:
        texts = [squeezed(raw) for raw in row if isinstance(raw, str) and not is_blank(raw)]
        if len(texts) >= FEWEST_NAMES:
            return ", ".join(texts)[:200]
    return say("no such row")


def _missing(names: _Names, grid: Grid) -> Iterator[Finding]:
    """The columns that are absent: critical where no row is read without one, and where its
    numbers stand there under another head, so that they would be lost."""
    strangers = [name for _, name in names.strangers]
    numbers = [name for at, name in names.strangers if _holds_numbers(grid, names.row, at)]
    for column in names.absent:
        near = _nearest(column.header, strangers)
        hints = [say('; the nearest there is "{near}"', near=near)] if near else []
        other = _other_row(names, grid, column)
        is_header = other is not None and known_names(grid.rows[other - 1], names.sheet) > 1
        is_needed = column.required or is_header or _is_lost(column, near, numbers)
        if other:
            hints.append(say("; row {other} names it: put all names into one row", other=other))
        yield Finding(
            rule="column_missing",
            severity="critical" if is_needed else "warning",
            message=say(
                "sheet {title}: the column {header} is missing{hint}. Name it {header}; if "
                "the authority renamed it for good, ask the data engineer to add the new "
                "name to {header_aliases_place}. The heads found are: {heads}",
                title=names.title,
                header=column.header,
                hint=joined(hints, ""),
                header_aliases_place=HEADER_ALIASES_PLACE,
                heads=_heads(names),
            )
            if is_needed
            else say(
                "sheet {title}: there is no column {header}{hint}; its values are taken as not "
                "known, and never as 0",
                title=names.title,
                header=column.header,
                hint=joined(hints, ""),
            ),
            place=names.title,
            row=str(names.row),
            column=column.header,
            expected=column.header,
            found=(near or say("no such column")),
        )


def _holds_numbers(grid: Grid, header: int, at: int) -> bool:
    below = (row[at] for row in grid.rows[header:] if at < len(row))
    return any(isinstance(raw, int | float) or str(raw).strip().isdecimal() for raw in below)


def _is_lost(column: Column, near: str | None, numbers: list[str]) -> bool:
    """Whether the numbers of an absent column stand there under a head spelled nearly so, or one
    that says its words and more: "geplante Plätze". Of the register: ``places_not_read``."""
    if not column.summed:
        return False
    own = set(column.header.split("_"))
    is_place_of_list = column in REGISTER_SHEET.columns
    if not is_place_of_list and any(
        own < set(bare(name).split("_")) and not PART.match(bare(name)) for name in numbers
    ):
        return True
    return (
        near is not None
        and difflib.SequenceMatcher(None, bare(near), bare(column.header)).ratio() > ALIKE
    )


def _none_of(names: _Names) -> Iterator[Finding]:
    """A fault where a sheet has none of the columns of which it needs one."""
    wanted = ONE_OF.get(names.sheet.table, ())
    if not wanted or set(wanted) & set(names.names):
        return
    near = _nearest(wanted[0], [name for _, name in names.strangers])
    listed = joined(wanted, ", ")
    yield Finding(
        rule="column_missing",
        severity="critical",
        message=say(
            "sheet {title}: one of the columns {listed} must be there. Name it so; if the "
            "authority renamed it for good, ask the data engineer to add the new name to "
            "{header_aliases_place}. The heads found are: {heads}",
            title=names.title,
            listed=listed,
            header_aliases_place=HEADER_ALIASES_PLACE,
            heads=_heads(names),
        ),
        place=names.title,
        row=str(names.row),
        column=wanted[0],
        expected=listed,
        found=near or say("no such column"),
    )


def _heads(names: _Names) -> str:
    """The heads of a sheet as the layout writes them, but for those of contact persons."""
    heads = [name for name in names.names if name and not PERSONAL.search(name)]
    return ", ".join(heads)[:300]


def _nearest(name: str, candidates: list[str]) -> str | None:
    """What a name is most like, also with its words in another order."""
    for ordered in (str, _sorted_words):
        by_key = {ordered(candidate): candidate for candidate in candidates}
        if near := difflib.get_close_matches(ordered(name), list(by_key), n=1):
            return by_key[near[0]]
    return None


def _sorted_words(name: str) -> str:
    return "_".join(sorted(name.split("_")))


def _other_row(names: _Names, grid: Grid, column: Column) -> int | None:
    """The row next to the header that names a column: a header over two rows."""
    for number in (names.row - 1, names.row + 1):
        if 1 <= number <= len(grid.rows) and column.header in names_in(
            grid.rows[number - 1], names.sheet
        ):
            return number
    return None


def _twice(names: _Names) -> Iterator[Finding]:
    for column in names.sheet.columns:
        letters = [
            get_column_letter(i + 1) for i, name in enumerate(names.names) if name == column.header
        ]
        if len(letters) > 1:
            yield Finding(
                rule="column_twice",
                severity="critical",
                message=say(
                    "sheet {title}: the column {header} stands there {count} times "
                    "({letters}); which one holds is not known. Delete the others",
                    title=names.title,
                    header=column.header,
                    count=len(letters),
                    letters=joined(letters, ", "),
                ),
                place=names.title,
                row=str(names.row),
                column=column.header,
                expected=say("one column"),
                found=say("{count} columns", count=len(letters)),
            )


def _unknown(names: _Names, gathered: frozenset[str]) -> Iterator[Finding]:
    absent = sorted(column.header for column in names.absent)
    for index, name in names.strangers:
        if name in gathered:
            continue
        near = _nearest(name, absent)
        persons = say(" It speaks of persons: leave it out") if PERSONAL.search(name) else ""
        yield Finding(
            rule="column_unknown",
            severity="warning",
            message=say(
                'sheet {title}: the column "{name}" is not known and was not read. '
                "{to_do}{persons}",
                title=names.title,
                name=name,
                to_do=_to_do(near),
                persons=persons,
            ),
            place=names.title,
            row=str(names.row),
            column=f"{get_column_letter(index + 1)} ({name})",
            expected=(
                say("{near}, or no such column", near=near) if near else say("no such column")
            ),
            found=name,
        )


def _to_do(near: str | None) -> str:
    meant = say('If "{near}" is meant, rename the column so. ', near=near) if near else ""
    return say(
        "{meant}If it is another word for a column of the layout, ask the data "
        "engineer to add a line to {header_aliases_place}; else delete it, or "
        "leave it: its values are in no figure.",
        meant=meant,
        header_aliases_place=HEADER_ALIASES_PLACE,
    )


def _unnamed(grid: Grid, names: _Names) -> Iterator[Finding]:
    """Values under no name: a merged header, notes beside the table, a delimiter in a text."""
    seen: set[int] = set()
    for number, cells in enumerate(grid.rows[names.row :], start=names.row + 1):
        for index, raw in enumerate(cells):
            named = index < len(names.names) and names.names[index]
            if named or is_blank(raw) or index in seen:
                continue
            seen.add(index)
            letter = get_column_letter(index + 1)
            why = (
                say('a ";" inside a text moves the fields: put that text into quotes')
                if grid.delimited
                else say("it was not read")
            )
            yield Finding(
                rule="column_unnamed",
                severity="critical" if grid.delimited else "warning",
                message=say(
                    "sheet {title}: column {letter} has values but no name; {why}",
                    title=grid.title,
                    letter=letter,
                    why=why,
                ),
                place=grid.title,
                row=str(number),
                column=letter,
                expected=say("a column name, or no values"),
                found=str(raw)[:200],
            )
