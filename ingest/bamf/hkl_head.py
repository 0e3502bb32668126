"""What stands around the rows of the HKL table: title, column numbers, month, page numbers.

Every page is looked at before anything is refused, so that one reason names all that changed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from typing import TypeVar

from ingest.bamf.findings import NEW_LAYOUT, on_page
from ingest.bamf.folding import over_pages
from ingest.bamf.pages import Page
from ingest.bamf.positioned_rows import positioned_rows
from ingest.bamf.ruled_pages import RuledRow, ruled_rows
from ingest.bamf.stamps import written_over
from ingest.bamf.tables import MEASURES
from kreishaus.model import Finding, UnreadableFile
from kreishaus.wording import say

TITLE = "Antrags-, Entscheidungs- und Bestandsstatistik"
OTHER_TITLE = "Asylgeschäftsstatistik"
NAME_COLUMN = "Spalte 1"
COLUMN_NUMBERS = (NAME_COLUMN, *MEASURES)
PAGE_OF = re.compile(r"Seite\s*(\d{1,3})\s*(?:/|von)\s*(\d{1,3})\b", re.ASCII)
SCOPE = {
    "bezogen auf": (re.compile(r"bezogen auf:?\s*(\w+)"), "Personen"),
    "Bereich": (re.compile(r"Bereich:?\s*(\w+(?:[ -]\w+)?)"), "Bundesgebiet gesamt"),
}
FEWEST_EDGES = 3
"""A band with a left and a right rule only, or none, is a note in a frame."""
Period = TypeVar("Period")
MEND = say("If BAMF changed the layout, {new_layout}", new_layout=NEW_LAYOUT)


@dataclass(frozen=True)
class PrintedTable:
    """The rows of one page's table, and where in a row each printed column number stands."""

    page: Page
    columns: dict[str, int]
    numbers_row: RuledRow
    rows: tuple[RuledRow, ...]

    @cached_property
    def head(self) -> str:
        return "\n".join(self.page.lines_above(self.numbers_row.top))


def read_tables(
    pages: Sequence[Page], printed: Callable[[str, int], Period | Finding]
) -> tuple[Period, list[PrintedTable]]:
    """The period that every page prints, and the table of each page.

    ``printed`` understands the period in the head of a page, by its number. Raises
    ``UnreadableFile`` with everything that is not as it should be.
    """
    findings = list(_titles(pages))
    if findings:
        raise UnreadableFile(*findings)
    tables: list[PrintedTable] = []
    for page in pages:
        table = _table(page)
        if isinstance(table, PrintedTable):
            tables.append(table)
        else:
            findings.extend(table)
    periods: dict[int, Period] = {}
    for table in tables:
        period = printed(table.head, table.page.number)
        if isinstance(period, Finding):
            findings.append(period)
        else:
            periods[table.page.number] = period
        findings.extend(_scope(table))
        findings.extend(_stamped(table.page, table.numbers_row.bottom, table.rows))
    findings += [*_page_numbers(pages), *_one_period(periods)]
    if findings:
        raise UnreadableFile(*over_pages(findings))
    return periods[1], tables


def _titles(pages: Sequence[Page]) -> Iterator[Finding]:
    heads = {page.number: page.lines for page in pages}
    wanted = [number for number, lines in heads.items() if _holds(lines, TITLE)]
    if not wanted:
        lines = next((lines for lines in heads.values() if lines), [])
        hint = (
            say('; it looks like the "Asylgeschäftsbericht", which is dataset bamf/report')
            if any(_holds(lines, OTHER_TITLE) for lines in heads.values())
            else ""
        )
        yield on_page(
            "other_report",
            1,
            say(
                'this is not the HKL table: its title "{title}" is missing{hint}',
                title=TITLE,
                hint=hint,
            ),
            expected=TITLE,
            found=" / ".join(lines[:3]) or say("no words"),
        )
        return
    for number, lines in heads.items():
        if not lines:
            yield on_page(
                "scanned_page",
                number,
                say("the page holds no text while others do; it may be a picture of a page"),
                expected=TITLE,
                found=say("a page without text"),
            )
        elif number not in wanted:
            yield on_page(
                "other_report",
                number,
                say(
                    'the page does not belong to the HKL table: the title "{title}" is missing',
                    title=TITLE,
                ),
                expected=TITLE,
                found=" / ".join(lines[:3]),
            )


def _holds(lines: Sequence[str], title: str) -> bool:
    """Whether a line holds the title, however the file spaces its letters."""
    compact = "".join(title.split())
    return any(compact in "".join(line.split()) for line in lines)


def _table(page: Page) -> PrintedTable | list[Finding]:
    rows = ruled_rows(page)
    at = next((i for i, row in enumerate(rows) if NAME_COLUMN in row.cells), None)
    printed = () if at is None else tuple(cell for cell in rows[at].cells if cell)
    if at is None or (printed != COLUMN_NUMBERS and " ".join(printed) == " ".join(COLUMN_NUMBERS)):
        by_position = positioned_rows(page, COLUMN_NUMBERS[1:])
        if by_position:
            return _of_rows(page, by_position)
    if at is None:
        return [
            on_page(
                "column_numbers",
                page.number,
                say(
                    "no row of column numbers was found; without it no column can be named: hand "
                    "in the PDF as BAMF publishes it, with this row on each page"
                ),
                expected=" ".join(COLUMN_NUMBERS),
                found=say("no cell {cell!r} between rules", cell=NAME_COLUMN),
            )
        ]
    if printed != COLUMN_NUMBERS:
        stamp = list(_stamped(page, rows[at].top, rows[at:]))
        return stamp or list(_columns_changed(page.number, printed))
    return _of_rows(page, _without_notes(rows[at:]))


def _of_rows(page: Page, rows: Sequence[RuledRow]) -> PrintedTable:
    columns = {cell: i for i, cell in enumerate(rows[0].cells) if cell}
    return PrintedTable(page, columns, rows[0], tuple(rows[1:]))


def _without_notes(rows: Sequence[RuledRow]) -> Sequence[RuledRow]:
    """The rows without the bands below the last one that no upright rule divides: no row's."""
    end = len(rows)
    while end > 1 and len(rows[end - 1].edges) < FEWEST_EDGES:
        end -= 1
    return rows[:end]


def _stamped(page: Page, top: float, rows: Sequence[RuledRow]) -> Iterator[Finding]:
    """A stamp or watermark over the rows: then no text of them is surely theirs."""
    if not rows:
        return
    left, right, bottom = rows[0].edges[0], rows[0].edges[-1], rows[-1].bottom
    over = written_over(
        [
            char
            for char in page.chars
            if left <= char.middle[0] <= right and bottom < char.middle[1] < top
        ]
    )
    if over:
        yield on_page(
            "written_over",
            page.number,
            say(
                "something is written over the rows: {over!r}. It could be taken for a "
                "name or hide one; ask for the file without it",
                over=over[:60],
            ),
            expected=say("nothing but the table's rows"),
            found=over[:60],
        )


def _columns_changed(page: int, printed: Sequence[str]) -> Iterator[Finding]:
    """What is different in the row of column numbers: missing, added, or in another order."""
    missing = [number for number in COLUMN_NUMBERS if number not in printed]
    surplus = Counter(printed) - Counter(COLUMN_NUMBERS)
    changed = partial(on_page, expected=" ".join(COLUMN_NUMBERS), found=" ".join(printed))
    for number in missing:
        message = say(
            "column {number} ({measure}) is not printed. {mend}",
            number=number,
            measure=MEASURES.get(number, say("name")),
            mend=MEND,
        )
        yield changed("column_missing", page, message, column=number)
    for number in surplus:
        before = printed[printed.index(number) - 1] if printed.index(number) else say("the edge")
        twice = say("a second time") if number in COLUMN_NUMBERS else say("and is not known")
        message = say(
            "column {number} is printed {twice}, after {before}. {mend}",
            number=number,
            twice=twice,
            before=before,
            mend=MEND,
        )
        yield changed("column_added", page, message, column=number)
    if not missing and not surplus:
        yield changed(
            "column_order", page, say("the columns stand in another order. {mend}", mend=MEND)
        )


def _page_numbers(pages: Sequence[Page]) -> Iterator[Finding]:
    """Whether the printed page numbers run from 1 to the last, each once."""
    heads = ("\n".join(page.lines) for page in pages)
    printed = [match for head in heads if (match := PAGE_OF.search(head))]
    if not printed:
        return
    numbers = [int(match[1]) for match in printed]
    count = max(int(match[2]) for match in printed)
    amiss = partial(
        on_page,
        expected=say("pages 1 to {count}", count=count),
        found=say(
            "{count} pages, printed {printed}",
            count=len(pages),
            printed=", ".join(match[0] for match in printed),
        ),
    )
    missing = [number for number in range(1, count + 1) if number not in numbers]
    for number in missing[:10]:
        yield amiss(
            "page_missing", number, say("this page of {count} is not in the file", count=count)
        )
    if not missing and (numbers != [page.number for page in pages] or count != len(pages)):
        yield amiss("page_order", 1, say("a page is there twice or out of order"))


def _one_period(periods: Mapping[int, Period]) -> Iterator[Finding]:
    if len(set(periods.values())) > 1:
        often = Counter(periods.values()).most_common(1)[0][0]
        page = next(page for page, period in periods.items() if period != often)
        yield on_page(
            "reference_month",
            page,
            say("the pages are about different months"),
            expected=say("one period"),
            found=", ".join(sorted({_named(period) for period in periods.values()})),
        )


def _named(period: object) -> str:
    return f"{period:%Y-%m}" if isinstance(period, date) else str(period)


def _scope(table: PrintedTable) -> Iterator[Finding]:
    for label, (pattern, expected) in SCOPE.items():
        printed = pattern.search(table.head)
        if not printed or printed[1] != expected:
            yield on_page(
                "scope",
                table.page.number,
                say(
                    '"{label}" is not that of the national table by persons: hand in the table '
                    'that prints "{label}: {expected}"',
                    label=label,
                    expected=expected,
                ),
                expected=expected,
                found=printed[1] if printed else say("nothing printed"),
            )
