"""The columns of the cross table: which group of which margin a printed header means."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from openpyxl.worksheet.worksheet import Worksheet

from ingest.azr.tables import AGE_GROUPS, SEX_GROUPS
from ingest.azr.workbook import text_at

ALIAS_FILE = Path(__file__).with_name("group_aliases.csv")
SECTIONS = {
    "geschlecht": "sex",
    "altersgruppen": "age",
    "altersgruppe": "age",
    "alter": "age",
    "alterinjahren": "age",
}
"""Upper header, as a rule merged over its columns -> margin."""


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


def group_at(sheet: Worksheet, row: int, column: int) -> Group | None:
    """The group a header cell means, or None.

    The header above it decides where a word stands under both margins, and overrules nothing: a
    word of one margin under the other's header means no group.
    """
    candidates = group_aliases().get(header_key(text_at(sheet, row, column)), {})
    section = _section_above(sheet, row, column)
    if section and "total" not in candidates:
        return candidates.get(section)
    return next(iter(candidates.values())) if len(candidates) == 1 else None


def _section_above(sheet: Worksheet, row: int, column: int) -> str | None:
    above = (header_key(text_at(sheet, line, column)) for line in range(row - 1, 0, -1))
    return next((SECTIONS[key] for key in above if key in SECTIONS), None)
