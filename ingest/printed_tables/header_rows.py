"""A header of two rows, as papers print them: named, with the row to write instead."""

from __future__ import annotations

import re
from collections.abc import Sequence

from formats.dates import dates_in
from ingest.printed_tables.findings import unreadable
from ingest.printed_tables.head import Head, label_key
from ingest.printed_tables.numbers import Notation, read_printed
from ingest.printed_tables.text import Line
from kreishaus.wording import say

YEAR = re.compile(r"(?:19|20)\d{2}", re.ASCII)


def require_one_header(table: Sequence[Line], head: Head) -> None:
    """Raise ``UnreadableFile`` where the second line of the table holds labels too."""
    first, second = table[0], table[1]
    if not _are_labels(first, second, head):
        return
    labels = _joined(first, second)
    raise unreadable(
        "two_header_rows",
        say(
            "the column labels stand in two rows (lines {number} and {next_number}). "
            "Write them into one row: {labels} - and say of each in the head what it "
            "means, such as Spalte;{label};<code>;Kennzahl=<code>",
            number=first.number,
            next_number=second.number,
            labels=";".join(labels),
            label=labels[1],
        ),
        expected=say("one row of column labels"),
        found=f"{';'.join(first.cells)} / {';'.join(second.cells)}"[:200],
    )


def _are_labels(first: Line, second: Line, head: Head) -> bool:
    texts = [cell for cell in second.cells[1:] if cell]
    if not texts or not all(is_label(cell, head.notation) for cell in texts):
        return False
    if label_key(second.cell(0)) in head.own_rows:
        return False
    has_gap = any(cell and not first.cell(at) for at, cell in enumerate(second.cells) if at)
    dated = all(map(is_day_or_year, texts))
    return not second.cell(0) or ((has_gap or dated) and not first.cell(0))


def _is_date(cell: str) -> bool:
    try:
        return bool(dates_in(cell))
    except ValueError:
        return False


def is_day_or_year(cell: str) -> bool:
    """Whether a cell is a label of time: 2021, 15.08.2021."""
    return bool(YEAR.fullmatch(cell)) or _is_date(cell)


def is_label(cell: str, notation: Notation) -> bool:
    """Whether a cell is words or a year, neither a number nor a marker."""
    if YEAR.fullmatch(cell):
        return True
    try:
        read_printed(cell, notation)
    except ValueError:
        return True
    return False


def _joined(first: Line, second: Line) -> list[str]:
    """Both rows as one. A label that stands over several columns holds until the next."""
    labels, above = [first.cell(0) or second.cell(0)], ""
    for at in range(1, max(len(first.cells), len(second.cells))):
        above = first.cell(at) or above
        labels.append(f"{above} {second.cell(at)}".strip())
    return labels
