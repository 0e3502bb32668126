"""A cumulative HKL table of several published months, as BAMF would print it: their sums.

BAMF's own differs a little, for corrections; its layout is assumed to be that of the months.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ingest.bamf.tables import MEASURES
from sample import bamf
from sample.bamf_pdf import PrintedRow, render

PENDING = tuple(at for at, measure in enumerate(MEASURES.values()) if measure.startswith("pending"))
"""Columns that are not added up: how many there are at the end."""


def cumulated_rows(first: date, last: date) -> list[PrintedRow]:
    """The rows of all months, in the order of the last one; those that it lacks stand before them.

    A continent's countries are the rows above it.
    """
    months = [one for one in bamf.figures() if first <= one.month <= last]
    blocks: dict[str, dict[tuple[str, str | None], list[tuple[int, ...]]]] = {}
    for number, month in enumerate(months):
        for continent, rows in _blocks(month.rows):
            block = blocks.setdefault(continent, {})
            for row in rows:
                key = (row.ls_code or row.label, row.ls_code)
                counts = block.setdefault(key, [(0,) * len(MEASURES)] * len(months))
                counts[number] = row.values
    names = {row.ls_code or row.label: row.label for month in months for row in month.rows}
    return [
        PrintedRow(names[key], ls_code, _together(counts))
        for block in blocks.values()
        for (key, ls_code), counts in sorted(block.items(), key=lambda item: item[0][1] or "999x")
    ]


def cumulated_pdf(first: date, last: date) -> bytes:
    """The table as a PDF."""
    content = render(last, cumulated_rows(first, last))
    month = f"(01.{last:%m.%Y} - ".encode()
    assert content.count(month) > 1
    return content.replace(month, f"(01.{first:%m.%Y} - ".encode())


def _blocks(rows: Sequence[PrintedRow]) -> list[tuple[str, list[PrintedRow]]]:
    """Each continent with its countries and its own row; at last the total."""
    blocks: list[tuple[str, list[PrintedRow]]] = []
    block: list[PrintedRow] = []
    for row in rows:
        block.append(row)
        if row.ls_code is None:
            blocks.append((row.label, block))
            block = []
    return blocks


def _together(counts: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(
        counts[-1][at] if at in PENDING else sum(month[at] for month in counts)
        for at in range(len(MEASURES))
    )
