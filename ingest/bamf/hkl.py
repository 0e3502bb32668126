"""Understands the HKL table (Antrags-, Entscheidungs- und Bestandsstatistik) of one month.

``read_hkl`` reads the same layout about any period: ``hkl_cumulative.py``.

Which measure a column holds is read from the printed row of column numbers on each page, never
from its place. A row without LS is the total where its name says "gesamt" and no continent,
else a continent, to which the countries above it belong. Nothing is added up here: that is judged
by the suite.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Generic

import pandas as pd

from ingest.bamf.annotations import annotated, require_print
from ingest.bamf.evidence import read_document
from ingest.bamf.findings import on_page
from ingest.bamf.folding import by_cause
from ingest.bamf.hkl_head import NAME_COLUMN, Period, PrintedTable, read_tables
from ingest.bamf.hkl_names import continent_of, is_new_spelling, name_fault
from ingest.bamf.hkl_period import printed_month
from ingest.bamf.months import about_month, published
from ingest.bamf.pages import Word, char_lines, words_of
from ingest.bamf.ruled_pages import RuledRow
from ingest.bamf.tables import HKL, MEASURES
from ingest.bamf.writing import (
    NOTHING,
    NUMBER,
    WITH_BLANKS,
    as_bamf_prints,
    blanks_part_thousands,
    is_number,
)
from kreishaus.model import Batch, Finding, Origin, UnreadableFile
from kreishaus.wording import say

LS_CODE = re.compile(r"[0-9]{3}")
NAME_OVER_THE_EDGE = re.compile(r"(\D+?) ?([0-9]{3})")
EDGE_TOLERANCE = 2.0
NUMBERS_OF_A_ROW = 5
"""So many counts or dashes on one line below the table are a row of it, not a note."""


@dataclass(frozen=True)
class Line:
    """A row of the table as it is printed. ``cells`` are texts by printed column number."""

    page: int
    row: int
    label: str
    ls_code: str | None
    cells: dict[str, str]
    outside: str

    @property
    def name(self) -> str:
        return f"{self.label or 'row without a name'} {self.ls_code or ''}".strip()

    @property
    def kind(self) -> str:
        if self.ls_code:
            return "country"
        return "continent" if continent_of(self.label) else "total"


@dataclass(frozen=True)
class Reading(Generic[Period]):
    """A table as it is printed: its period, its rows, and when the file says it was made."""

    period: Period
    lines: Sequence[Line]
    made_at: datetime | None
    warnings: Sequence[Finding]


def parse(content: bytes, origin: Origin) -> Batch:
    """One row per printed row and measure, in the order of print; period = the printed month.

    ``published_at`` is when the file says it was made. Raises ``UnreadableFile`` with a finding
    for everything that cannot be read truly.
    """
    read = read_hkl(content, origin, printed_month, last_month=lambda month: month)
    return batch_of(read, origin, f"{read.period:%Y-%m}", reference_month=read.period)


def read_hkl(
    content: bytes,
    origin: Origin,
    printed: Callable[[str, int], Period | Finding],
    last_month: Callable[[Period], date],
) -> Reading[Period]:
    """A table of the HKL layout about any period that ``printed`` understands.

    Raises ``UnreadableFile`` also where the last month of the period was not over.
    """
    document = read_document(content)
    laid_over = annotated(document.pages)
    require_print(laid_over)
    period, tables = read_tables(document.pages, printed)
    lines, findings = _lines(tables)
    findings = by_cause([*(finding for table in tables for finding in _below(table)), *findings])
    odd = about_month(last_month(period), origin)
    findings += [finding for finding in odd if finding.severity == "critical"]
    if not lines and not findings:
        findings = [
            on_page(
                "no_rows", 1, say("no page holds a row"), expected=say("rows"), found=say("none")
            )
        ]
    if findings:
        raise UnreadableFile(*findings)
    return Reading(period, lines, document.made_at, laid_over)


def batch_of(
    read: Reading[Any], origin: Origin, period: str, *, reference_month: date, **dates: date
) -> Batch:
    """The staged rows. ``dates`` are further columns that are alike in every row."""
    made_at, made_odd = published(read.made_at, reference_month, origin)
    frame = _frame(reference_month, read.lines, _continents(read.lines)).assign(**dates)
    odd = about_month(reference_month, origin)
    return Batch(
        period,
        {"rows": frame},
        made_at,
        (*read.warnings, *odd, *made_odd, *_new_spellings(read.lines)),
    )


def number_of(text: str) -> int | None:
    """``1.648`` -> 1648, ``-`` -> None. Raises ``ValueError`` for any other way of writing."""
    if text == NOTHING:
        return None
    if not NUMBER.fullmatch(text):
        raise ValueError(f"not a count as BAMF prints it: {text!r}")
    return int(text.replace(".", ""))


def _lines(tables: Sequence[PrintedTable]) -> tuple[list[Line], list[Finding]]:
    """The rows of all pages, counts as BAMF prints them, and what cannot be read in them."""
    lines: list[Line] = []
    findings: list[Finding] = []
    for table in tables:
        for number, row in enumerate(table.rows, start=1):
            if not any(row.cells) and not row.outside:
                continue  # the gap between the two strokes of a double line
            line = _line(table, number, row)
            if isinstance(line, Line):
                lines.append(line)
            else:
                findings.append(line)
    blanks = blanks_part_thousands(text for line in lines for text in line.cells.values())
    lines = [_as_bamf_prints(line, blanks=blanks) for line in lines]
    return lines, [*findings, *(fault for line in lines for fault in _faults(line))]


def _as_bamf_prints(line: Line, *, blanks: bool) -> Line:
    """The row with its counts as BAMF writes them. A row with an empty cell may be shifted."""
    whole = blanks and not line.outside and all(line.cells.values())
    cells = {column: as_bamf_prints(text, blanks=whole) for column, text in line.cells.items()}
    return replace(line, cells=cells)


def _line(table: PrintedTable, number: int, row: RuledRow) -> Line | Finding:
    edges = table.numbers_row.edges
    same_edges = len(row.edges) == len(edges) and all(
        abs(mine - printed) <= EDGE_TOLERANCE
        for mine, printed in zip(row.edges, edges, strict=True)
    )
    if not same_edges:
        return on_page(
            "row_cells",
            table.page.number,
            say(
                "row {number}: its ruled cells are not those of the column numbers: {cells}",
                number=number,
                cells=" | ".join(row.cells),
            ),
            row=str(number),
            expected=say("{count} cells", count=len(edges) - 1),
            found=say("{count} cells", count=len(row.cells)),
        )
    name_at, first_at = table.columns[NAME_COLUMN], table.columns["2"]
    label, key = row.cells[name_at], "".join(row.cells[name_at + 1 : first_at])
    if over := NAME_OVER_THE_EDGE.fullmatch(key):
        label, key = label + over[1], over[2]
    return Line(
        page=table.page.number,
        row=number,
        label=label,
        ls_code=key or None,
        cells={column: row.cells[table.columns[column]] for column in MEASURES},
        outside=row.outside,
    )


def _below(table: PrintedTable) -> Iterator[Finding]:
    """Rows under the last ruled line: a page break cut the table, or its last line is missing."""
    bottom = min([table.numbers_row.bottom, *(row.bottom for row in table.rows)])
    for line in char_lines(char for char in table.page.chars if char.middle[1] < bottom):
        words = words_of(line)
        if _is_row(table, words):
            texts = [word.text for word in words]
            yield on_page(
                "row_outside_rules",
                table.page.number,
                say(
                    "a row stands below the table's last line; the table is cut off: {texts}",
                    texts=" ".join(texts)[:120],
                ),
                row=" ".join(text for text in texts if not _is_count(text)) or None,
                expected=say("every row between two lines"),
                found=say("{count} words below them", count=len(words)),
            )


def _is_row(table: PrintedTable, words: Sequence[Word]) -> bool:
    """Whether words below the table are a row: numbers alone, each under a column of its own.

    A note has words among its numbers, or several of them under one column.
    """
    edges = table.numbers_row.edges[table.columns["2"] :]
    right = [word for word in words if (word.left + word.right) / 2 > edges[0]]
    counts = [word for word in right if _is_count(word.text)]
    columns = {bisect_right(edges, (word.left + word.right) / 2) for word in counts}
    lettered = sum(any(char.isalpha() for char in word.text) for word in right)
    return len(columns) >= NUMBERS_OF_A_ROW and len(columns) > 4 * lettered


def _is_count(text: str) -> bool:
    return is_number(as_bamf_prints(text, blanks=False))


def _faults(line: Line) -> Iterator[Finding]:
    """What cannot be read in a row. A row cut in two, or shifted, is one finding."""
    empty = [column for column, text in line.cells.items() if not text]
    if not line.label and not line.ls_code and len(empty) < len(MEASURES):
        yield _fault(line, "row_split", "1", say("a name beside the numbers"), "")
        return
    if line.label and len(empty) == len(MEASURES):
        yield _fault(
            line,
            "row_split",
            None,
            say("{count} numbers beside the name", count=len(MEASURES)),
            say("none"),
        )
        return
    about_name = list(_name_faults(line))
    yield from about_name
    yield from _cell_faults(line, empty, explained=bool(about_name))


def _name_faults(line: Line) -> Iterator[Finding]:
    if line.ls_code and not LS_CODE.fullmatch(line.ls_code):
        yield _fault(line, "ls_code", "LS", say("three digits, or nothing"), line.ls_code)
    elif not line.label:
        yield _fault(line, "row_label", "1", say("a name"), "")
    elif name := name_fault(line.kind, line.label, line.ls_code):
        yield _fault(line, "row_label", "1", name, line.label)


def _cell_faults(line: Line, empty: Sequence[str], *, explained: bool) -> Iterator[Finding]:
    """Cells of a row that are no counts. A shifted row is one, or none that a name explains."""
    crowded = [
        column
        for column, text in line.cells.items()
        if _several(text) and (empty or not WITH_BLANKS.fullmatch(text))
    ]
    unread = [
        column
        for column, text in line.cells.items()
        if text and column not in crowded and not is_number(text)
    ]
    if line.outside and not explained:
        yield _fault(line, "shifted_cell", None, say("nothing beside the table"), line.outside)
    elif crowded and not explained:
        column = crowded[0]
        yield _fault(
            line, "shifted_cell", column, say("one number in the cell"), line.cells[column]
        )
    elif empty and not unread and not explained:
        column = empty[0]
        others = say("; empty too: {columns}", columns=", ".join(empty[1:])) if empty[1:] else ""
        yield _fault(line, "empty_cell", column, say('a count, or "-"{others}', others=others), "")
    for column in unread:
        yield _fault(
            line, "number", column, say('a count such as 1.648, or "-"'), line.cells[column]
        )


def _several(text: str) -> bool:
    words = text.split()
    return len(words) > 1 and all(map(is_number, words))


def _fault(line: Line, rule: str, column: str | None, expected: str, found: str) -> Finding:
    where = say("{row}, column {column}", row=line.name, column=column) if column else line.name
    return on_page(
        rule,
        line.page,
        say(
            "{where}: expected {expected}, found {found!r}",
            where=where,
            expected=expected,
            found=found,
        ),
        row=f"{line.row} ({line.name})",
        column=column,
        expected=expected,
        found=found,
    )


def _new_spellings(lines: Sequence[Line]) -> Iterator[Finding]:
    for line in lines:
        if line.ls_code and is_new_spelling(line.label, line.ls_code):
            yield on_page(
                "country_name",
                line.page,
                say(
                    "LS {ls_code} has a name under which it was never printed: {label!r}. Its "
                    "numbers count for its key; look whether the name is right",
                    ls_code=line.ls_code,
                    label=line.label,
                ),
                severity="warning",
                row=f"{line.row} ({line.name})",
                expected=say("a name of vocabulary/countries.csv"),
                found=line.label,
            )


def _continents(lines: Sequence[Line]) -> list[str | None]:
    """The continent of each line: that of the next continent row. None for the total."""
    continents: list[str | None] = []
    ahead: str | None = None
    for line in reversed(lines):
        if line.kind != "country":
            ahead = continent_of(line.label) or None
        elif ahead is None:
            raise UnreadableFile(
                _fault(line, "continent_row", "1", say("a continent row below"), say("none"))
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
    columns = [*HKL["rows"].names, "source_place", "source_row"]
    texts = ("row_kind", "continent", "ls_code", "row_label", "measure", "marker", "source_place")
    return pd.DataFrame(records, columns=columns, dtype=object).astype(
        {**dict.fromkeys(texts, "string"), "value": "Int64", "source_row": "int64"}
    )
