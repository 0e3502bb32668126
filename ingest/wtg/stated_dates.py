"""Which day a file says it is about, outside its rows: in its name, above a table, in a title.

Only a whole day counts. A month is none: which of its days is meant, nobody can know.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from formats.dates import MONTHS, dates_in
from ingest.wtg.cells import Raw, is_blank, squeezed
from ingest.wtg.grids import Grid
from ingest.wtg.header import FEWEST_NAMES, ROWS_SEARCHED, known_names
from ingest.wtg.layout import ALL

_OF_REFERENCE = re.compile(r"stichtag", re.IGNORECASE)
_OF_MAKING = re.compile(
    r"erstellt|erzeugt|gedruckt|druck|export|abgerufen|abruf|gespeichert|bearbeitet|ge[äa]ndert"
    r"|aktualisiert|freigegeben|g[üu]ltig|fassung|version|beschlossen|vom\b|ab\b|seit\b|bis\b",
    re.IGNORECASE,
)
"""Words beside a day on which something else happened: it says nothing about the figures."""
_MONTH = re.compile(
    rf"(?<![^\W_])(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))})\.?[ _-]*(?:19|20)\d{{2}}"
    r"|(?<!\d)(?:19|20)\d{2}[-_](?:0[1-9]|1[0-2])(?![-_]?\d)",
    re.IGNORECASE,
)
_SEPARATED = re.compile(r"(?<!\d)(\d{1,2})[-_](\d{1,2})[-_]((?:19|20)\d{2})(?!\d)", re.ASCII)
_YEAR_FIRST = re.compile(r"(?<!\d)(?:19|20)\d{2}[-_.]?(?:0[1-9]|1[0-2])[-_.]?\d{2}(?!\d)", re.ASCII)
_COMPACT = re.compile(r"(?<!\d)(\d{2})(\d{2})((?:19|20)\d{2})(?!\d)", re.ASCII)


@dataclass(frozen=True)
class Stated:
    """A day that a title states: where, and whether it is said to be the reference date."""

    day: date
    place: str
    row: str | None
    is_reference: bool


class NoSuchDay(ValueError):
    """A name writes a day that never was."""


def days_of_name(file_name: str) -> list[date]:
    """Every different day in the name of a file, however it is written: 2022-06-30, 20220630,
    30.06.2022, 30-06-2022, 30062022. Raises ``NoSuchDay``."""
    try:
        days = [*dates_in(file_name.replace("_", " ")), *dates_in(file_name.replace("_", "-"))]
        rest = _YEAR_FIRST.sub(" ", file_name)
        for pattern in (_SEPARATED, _COMPACT):
            days += [
                date(int(year), int(month), int(day)) for day, month, year in pattern.findall(rest)
            ]
    except ValueError as error:
        raise NoSuchDay(file_name) from error
    return sorted(set(days))


def names_a_month(text: str) -> str | None:
    """A month with its year and without a day: "Juni 2022", "2022-06"; None where there is none."""
    match = _MONTH.search(text)
    return match[0] if match else None


def stated_in(grids: Iterable[Grid]) -> list[Stated]:
    """The days in the titles of sheets, and in the rows above their tables."""
    found: list[Stated] = []
    for grid in grids:
        found += _in_text(grid.title, grid.title, None)
        for number, row in enumerate(_above(grid), start=1):
            found += _in_row(row, grid.title, str(number))
    return found


def months_in(grids: Iterable[Grid]) -> list[str]:
    """The months without a day in the same places."""
    return [
        month
        for grid in grids
        for text in (grid.title, *(str(raw) for row in _above(grid) for raw in row if raw))
        if (month := names_a_month(squeezed(text)))
    ]


def _above(grid: Grid) -> Sequence[tuple[Raw, ...]]:
    """The rows above the header; none where there is no table."""
    hits = [max(known_names(row, sheet) for sheet in ALL) for row in grid.rows[:ROWS_SEARCHED]] or [
        0
    ]
    return grid.rows[: hits.index(max(hits))] if max(hits) > FEWEST_NAMES else ()


def _in_row(row: tuple[Raw, ...], title: str, number: str) -> list[Stated]:
    """A label and its day may stand in two cells: "Stichtag:" and a day beside it."""
    said = " ".join(squeezed(raw) for raw in row if isinstance(raw, str) and not is_blank(raw))
    days = [f"{raw:%d.%m.%Y}" for raw in row if isinstance(raw, date)]
    said = " ".join((said, *days))
    return _in_text(said, title, number)


def _in_text(text: str, title: str, number: str | None) -> list[Stated]:
    try:
        days = dates_in(text)
    except ValueError:
        return []
    is_reference = bool(_OF_REFERENCE.search(text))
    if len(days) != 1 or (_OF_MAKING.search(text) and not is_reference):
        return []
    return [Stated(days[0], title, number, is_reference)]
