"""Two tables in one file: the figures of the second would be read under the labels of the first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ingest.printed_tables.findings import unreadable
from ingest.printed_tables.head import TABLE, Head, label_key
from ingest.printed_tables.header_rows import is_day_or_year, is_label
from ingest.printed_tables.numbers import NOT_UNDERSTOOD
from ingest.printed_tables.text import Line
from kreishaus.wording import say

FEWEST_LABELS = 2
"""So many words in a row without a known label are column labels; one may be a remark."""


def require_one_table(table: Sequence[Line], head: Head, is_known: Callable[[str], bool]) -> None:
    """Raise ``UnreadableFile`` where a line below the first figures begins another table.

    ``is_known`` says whether a row label means something.
    """
    for at, line in enumerate(table[1:], start=1):
        if _is_header(line, table[0], head, is_known) and _has_figures(table[at + 1 :], head):
            raise unreadable(
                "second_table",
                say(
                    "line {number} reads like the column labels of a second table. Write that one "
                    "into a file of its own, under a head of its own. If the line is a row of "
                    "figures, write a marker (k. A. - . ... / x) where none is printed",
                    number=line.number,
                ),
                expected=say("one table in a file"),
            )


def _is_header(line: Line, first: Line, head: Head, is_known: Callable[[str], bool]) -> bool:
    filled = [cell for cell in line.cells[1:] if cell and cell != NOT_UNDERSTOOD]
    corner = label_key(line.cell(0))
    if not filled:
        return corner.rstrip(":") == TABLE
    if corner and corner == label_key(first.cell(0)):
        return True
    if not all(is_label(cell, head.notation) for cell in filled) or is_known(line.cell(0)):
        return False
    if all(map(is_day_or_year, filled)):
        return any(is_day_or_year(cell) for cell in first.cells[1:])
    labels = {label_key(cell) for cell in first.cells[1:] if cell} | set(head.own_columns)
    return len(filled) >= FEWEST_LABELS or all(label_key(cell) in labels for cell in filled)


def _has_figures(lines: Sequence[Line], head: Head) -> bool:
    return any(
        cell and not is_label(cell, head.notation) for line in lines for cell in line.cells[1:]
    )
