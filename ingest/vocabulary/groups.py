"""Groups by sex and age that statistics of people print, and the headers that mean them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SEX_GROUPS = ("not_stated", "male", "female", "unknown")
AGE_GROUPS = (
    "not_stated",
    "0_15",
    "16_17",
    "18_24",
    "25_34",
    "35_44",
    "45_54",
    "55_64",
    "65_plus",
)
ALIAS_FILE = Path(__file__).with_name("group_aliases.csv")


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


Heads = tuple[tuple[str, Group], ...]
"""Headers, and the group that each means."""

_OF_COUNTY: ContextVar[Heads] = ContextVar("heads of the county", default=())


def group_aliases() -> Mapping[str, Mapping[str, Group]]:
    """Header -> margin -> group, with those of the county whose file is being read.

    "k.A." stands under both margins.
    """
    return _table(_OF_COUNTY.get())


@contextmanager
def with_own_heads(own: Heads) -> Iterator[None]:
    """Read with a county's own words for groups, too."""
    before = _OF_COUNTY.set(own)
    try:
        yield
    finally:
        _OF_COUNTY.reset(before)


@cache
def _table(own: Heads) -> Mapping[str, Mapping[str, Group]]:
    table: dict[str, dict[str, Group]] = {}
    with ALIAS_FILE.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter=";"):
            group = Group(row["margin"], row["group_code"])
            table.setdefault(header_key(row["alias"]), {})[group.margin] = group
    for alias, group in own:
        table.setdefault(header_key(alias), {}).setdefault(group.margin, group)
    return table
