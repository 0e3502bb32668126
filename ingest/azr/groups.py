"""The columns of the cross table: which group of which margin a printed header means."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ingest.azr.sheets import Sheet
from ingest.azr.tables import AGE_GROUPS, SEX_GROUPS

ALIAS_FILE = Path(__file__).with_name("group_aliases.csv")
SECTIONS = {
    "geschlecht": "sex",
    "altersgruppen": "age",
    "altersgruppe": "age",
    "alter": "age",
    "alterinjahren": "age",
}
"""Upper header, as a rule merged over its columns -> margin."""


MOST_UPPER_ROWS = 3
"""So many rows above the groups may hold their upper headers."""


@dataclass(frozen=True, order=True)
class Group:
    """One column: ``margin`` is ``sex``, ``age`` or ``total``."""

    margin: str
    code: str

    def __str__(self) -> str:
        return self.code if self.margin == self.code else f"{self.margin}/{self.code}"


GROUPS = (
    *(Group("sex", code) for code in SEX_GROUPS),
    Group("total", "total"),
    *(Group("age", code) for code in AGE_GROUPS),
)
"""All columns a cross table has, in their printed order."""


def header_key(text: str) -> str:
    """What of a header must agree: no blanks, one kind of dash, no capitals."""
    return re.sub(r"[–—‐]", "-", re.sub(r"\s", "", text)).casefold()


@cache
def group_aliases() -> Mapping[str, Mapping[str, Group]]:
    """Header -> margin -> group. "k.A." stands under both margins."""
    table: dict[str, dict[str, Group]] = {}
    with ALIAS_FILE.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter=";"):
            group = Group(row["margin"], row["group_code"])
            table.setdefault(header_key(row["alias"]), {})[group.margin] = group
    return table


def group_at(sheet: Sheet, row: int, column: int) -> Group | None:
    """The group a header cell means, or None.

    The header above it decides where a word stands under both margins, and overrules nothing: a
    word of one margin under the other's header means no group.
    """
    candidates = group_aliases().get(header_key(header_text(sheet, row, column)), {})
    section = _section_above(sheet, row, column)
    if section and "total" not in candidates:
        return candidates.get(section)
    return next(iter(candidates.values())) if len(candidates) == 1 else None


def header_text(sheet: Sheet, row: int, column: int) -> str:
    """A column's header: its cell, or the one above where a format knows no merged cells."""
    text = sheet.text(row, column)
    above = sheet.text(row - 1, column) if not text and row > 1 else ""
    return text or ("" if header_key(above) in SECTIONS else above)


def _section_above(sheet: Sheet, row: int, column: int) -> str | None:
    """The upper header over a column. It stands in the first of its columns only, merged or not:
    the nearest text to the left in that row is the one."""
    for line in range(row - 1, max(row - 1 - MOST_UPPER_ROWS, 0), -1):
        left = [number for number, _ in sheet.filled(line) if number <= column]
        section = SECTIONS.get(header_key(sheet.text(line, left[-1]))) if left else None
        if section:
            return section
    return None
