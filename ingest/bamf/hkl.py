"""Understands the HKL table (Antrags-, Entscheidungs- und Bestandsstatistik) of one month.

Which measure a column holds is read from the printed row of column numbers on each page, never
from its place. A row without LS is the total where its name says "gesamt", else a continent, to
which the countries above it belong. Nothing is added up here: that is judged by the suite.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from ingest.bamf.ruled_pages import Page, RuledRow, read_pages, ruled_rows
from ingest.bamf.tables import MEASURES
from ingest.model import Batch, Finding, Origin, UnreadableFile

TITLE = "Antrags-, Entscheidungs- und Bestandsstatistik"
NAME_COLUMN = "Spalte 1"
COLUMN_NUMBERS = (NAME_COLUMN, *MEASURES)
NOTHING = "-"
PERIOD = re.compile(r"Berichtszeitraum:?\s*(\d\d\.\d\d\.\d{4})\s*[-–]\s*(\d\d\.\d\d\.\d{4})")
PAGE_OF = re.compile(r"Seite\s*(\d+)\s*/\s*(\d+)")
SCOPE = {
    "bezogen auf": (re.compile(r"bezogen auf:?\s*(\w+)"), "Personen"),
    "Bereich": (re.compile(r"Bereich:?\s*(\w+ \w+)"), "Bundesgebiet gesamt"),
}
NUMBER = re.compile(r"0|[1-9][0-9]{0,2}(\.[0-9]{3})*")
LS_CODE = re.compile(r"[0-9]{3}")
EDGE_TOLERANCE = 2.0


@dataclass(frozen=True)
class PrintedTable:
    """The rows of one page's table, and where in a row each printed column number stands."""

    page: int
    columns: dict[str, int]
    numbers_row: RuledRow
    rows: tuple[RuledRow, ...]


@dataclass(frozen=True)
class Line:
    """A row of the table as it is printed. ``cells`` are texts by printed column number."""

    page: int
    row: int
    label: str
    ls_code: str | None
    cells: dict[str, str]

    @property
    def kind(self) -> str:
        if self.ls_code:
            return "country"
        return "total" if "gesamt" in self.label.lower() else "continent"


def parse(content: bytes, origin: Origin) -> Batch:
    """One row per printed row and measure, in the order of print; period = the printed month.

    Raises ``UnreadableFile`` with a finding for everything that cannot be read truly.
    """
    pages = read_pages(content)
    tables = [_table(page) for page in pages]
    month = _month(pages, tables)
    lines: list[Line] = []
    findings: list[Finding] = []
    for table in tables:
        for number, row in enumerate(table.rows, start=1):
            line = _line(table, number, row)
            faults = [line] if isinstance(line, Finding) else list(_unreadable_cells(line))
            findings.extend(faults)
            if isinstance(line, Line):
                lines.append(line)
    if findings:
        raise UnreadableFile(*findings)
    frame = _frame(month, lines, _continents(lines))
    return Batch(f"{month:%Y-%m}", {"rows": frame}, findings=tuple(_other_month(month, origin)))


def number_of(text: str) -> int | None:
    """``1.648`` -> 1648, ``-`` -> None. Raises ``ValueError`` for any other way of writing."""
    if text == NOTHING:
        return None
    if not NUMBER.fullmatch(text):
        raise ValueError(f"not a count as BAMF prints it: {text!r}")
    return int(text.replace(".", ""))


def _table(page: Page) -> PrintedTable:
    head = page.lines_above(float("-inf"))
    if not any(TITLE in line for line in head):
        raise _unreadable(
            "other_report",
            page.number,
            f'this is not the HKL table: its title "{TITLE}" is missing',
            expected=TITLE,
            found=" / ".join(head[:3]) or "a page without text",
        )
    rows = ruled_rows(page)
    at = next((i for i, row in enumerate(rows) if NAME_COLUMN in row.cells), None)
    if at is None:
        raise _unreadable(
            "column_numbers",
            page.number,
            "no ruled row of column numbers was found; without it no column can be named",
            expected=" ".join(COLUMN_NUMBERS),
            found=f"{len(rows)} ruled rows, none with a cell {NAME_COLUMN!r}",
        )
    printed = tuple(cell for cell in rows[at].cells if cell)
    if printed != COLUMN_NUMBERS:
        raise _unreadable(
            "column_numbers",
            page.number,
            "the printed column numbers are not those of the HKL table; its layout has changed",
            expected=" ".join(COLUMN_NUMBERS),
            found=" ".join(printed),
        )
    columns = {cell: i for i, cell in enumerate(rows[at].cells) if cell}
    return PrintedTable(page.number, columns, rows[at], tuple(rows[at + 1 :]))


def _month(pages: Sequence[Page], tables: Sequence[PrintedTable]) -> date:
    """The month that every page prints. Checks each page's number and scope on the way."""
    months = set()
    for page, table in zip(pages, tables, strict=True):
        head = "\n".join(page.lines_above(table.numbers_row.top))
        months.add(_printed_month(page.number, head))
        _check_scope(page.number, head)
        counted = PAGE_OF.search(head)
        if counted and (int(counted[1]), int(counted[2])) != (page.number, len(pages)):
            raise _unreadable(
                "page_count",
                page.number,
                "the printed page number does not fit: a page is missing or out of order",
                expected=f"Seite {page.number}/{len(pages)}",
                found=counted[0],
            )
    if len(months) != 1:
        raise _unreadable(
            "reference_month",
            1,
            "the pages are about different months",
            expected="one month",
            found=", ".join(f"{month:%Y-%m}" for month in sorted(months)),
        )
    return months.pop()


def _printed_month(page: int, head: str) -> date:
    printed = PERIOD.search(head)
    if not printed:
        raise _unreadable(
            "reference_month",
            page,
            "the page does not say which month it is about",
            expected="Berichtszeitraum: dd.mm.yyyy - dd.mm.yyyy",
            found=head.replace("\n", " / ")[:120],
        )
    try:
        first, last = (datetime.strptime(day, "%d.%m.%Y").date() for day in printed.groups())
    except ValueError as error:
        raise _not_one_month(page, printed[0]) from error
    last_day = calendar.monthrange(first.year, first.month)[1]
    if first.day != 1 or last != first.replace(day=last_day):
        raise _not_one_month(page, printed[0])
    return first


def _not_one_month(page: int, found: str) -> UnreadableFile:
    return _unreadable(
        "reference_month",
        page,
        "the table is not about one whole month",
        expected="the first to the last day of one month",
        found=found,
    )


def _check_scope(page: int, head: str) -> None:
    for label, (pattern, expected) in SCOPE.items():
        printed = pattern.search(head)
        if not printed or printed[1] != expected:
            raise _unreadable(
                "scope",
                page,
                f'"{label}" is not that of the national table by persons',
                expected=expected,
                found=printed[1] if printed else "nothing printed",
            )


def _line(table: PrintedTable, number: int, row: RuledRow) -> Line | Finding:
    edges = table.numbers_row.edges
    same_edges = len(row.edges) == len(edges) and all(
        abs(mine - printed) <= EDGE_TOLERANCE
        for mine, printed in zip(row.edges, edges, strict=True)
    )
    if not same_edges:
        return Finding(
            rule="row_cells",
            severity="critical",
            message=f"page {table.page}, row {number}: its ruled cells are not those of the "
            f"column numbers: {' | '.join(row.cells)}",
            place=str(table.page),
            row=str(number),
            expected=f"{len(edges) - 1} cells",
            found=f"{len(row.cells)} cells",
        )
    name_at, first_at = table.columns[NAME_COLUMN], table.columns["2"]
    return Line(
        page=table.page,
        row=number,
        label=row.cells[name_at],
        ls_code="".join(row.cells[name_at + 1 : first_at]) or None,
        cells={column: row.cells[table.columns[column]] for column in MEASURES},
    )


def _unreadable_cells(line: Line) -> Iterator[Finding]:
    if not line.label:
        yield _cell_finding(line, "row_label", "1", "a name", "")
    if line.ls_code and not LS_CODE.fullmatch(line.ls_code):
        yield _cell_finding(line, "ls_code", "LS", "three digits, or nothing", line.ls_code)
    for column, text in line.cells.items():
        try:
            number_of(text)
        except ValueError:
            yield _cell_finding(line, "number", column, 'a count such as 1.648, or "-"', text)


def _cell_finding(line: Line, rule: str, column: str, expected: str, found: str) -> Finding:
    name = f"{line.label or 'row without a name'} {line.ls_code or ''}".strip()
    return Finding(
        rule=rule,
        severity="critical",
        message=f"page {line.page}, {name}, column {column}: expected {expected}, found {found!r}",
        place=str(line.page),
        row=f"{line.row} ({name})",
        column=column,
        expected=expected,
        found=found,
    )


def _continents(lines: Sequence[Line]) -> list[str | None]:
    """The continent of each line: that of the next continent row. None for the total."""
    continents: list[str | None] = []
    ahead: str | None = None
    for line in reversed(lines):
        if line.kind != "country":
            ahead = line.label if line.kind == "continent" else None
        elif ahead is None:
            raise UnreadableFile(
                _cell_finding(line, "continent_row", "1", "a continent row below", "none")
            )
        continents.append(ahead)
    return continents[::-1]


def _frame(month: date, lines: Sequence[Line], continents: Sequence[str | None]) -> pd.DataFrame:
    records = [
        {
            "reference_month": month,
            "row_kind": line.kind,
            "continent": continent,
            "ls_code": line.ls_code,
            "row_label": line.label,
            "measure": MEASURES[column],
            "value": number_of(text),
            "marker": NOTHING if text == NOTHING else None,
            "source_place": str(line.page),
            "source_row": line.row,
        }
        for line, continent in zip(lines, continents, strict=True)
        for column, text in line.cells.items()
    ]
    texts = ("row_kind", "continent", "ls_code", "row_label", "measure", "marker", "source_place")
    return pd.DataFrame(records, dtype=object).astype(
        {**dict.fromkeys(texts, "string"), "value": "Int64", "source_row": "int64"}
    )


def _other_month(month: date, origin: Origin) -> Iterator[Finding]:
    if re.fullmatch(r"\d{4}-\d{2}", origin.label) and origin.label != f"{month:%Y-%m}":
        yield Finding(
            rule="linked_month",
            severity="warning",
            message=f"linked as {origin.label}, but the table prints {month:%Y-%m}",
            place="1",
            expected=origin.label,
            found=f"{month:%Y-%m}",
        )


def _unreadable(rule: str, page: int, message: str, *, expected: str, found: str) -> UnreadableFile:
    return UnreadableFile(
        Finding(
            rule=rule,
            severity="critical",
            message=f"page {page}: {message}",
            place=str(page),
            expected=expected,
            found=found,
        )
    )
