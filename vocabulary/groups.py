"""Groups by sex and age that statistics of people print, and the headers that mean them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from formats.text import LABELS_REMEMBERED, written_out

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


@lru_cache(maxsize=LABELS_REMEMBERED)
def header_key(text: str) -> str:
    """What of a header must agree: no blanks, one kind of dash, no capitals, no umlauts."""
    return written_out(re.sub(r"[–—‐]", "-", re.sub(r"[\s\u00ad]", "", text)))


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


def groups_named(key: str) -> Mapping[str, Group]:
    """Margin -> the group that a header means; ``key`` as ``header_key`` gives it.

    A word of the tables of aliases, an age in whatever way it is written, or either behind the name
    of its margin: "Alter bis 16", "Geschlecht Männlich".
    """
    if found := group_aliases().get(key):
        return found
    if age := _age_group(key):
        return {"age": age}
    for word, margin in MARGIN_WORDS:
        rest = key.removesuffix(f"({word})").removeprefix(word).lstrip(":-")
        if rest != key and (group := groups_named(rest).get(margin)):
            return {margin: group}
    return {}


MARGIN_WORDS = (
    ("geschlecht", "sex"),
    ("geschl.", "sex"),
    ("geschl", "sex"),
    ("altersgruppen", "age"),
    ("altersgruppe", "age"),
    ("alter", "age"),
)
YEARS = r"(?:-?jaehrigen?|-|lebensjahren?|jahren?|j\.?)?"
AND = r"(?:und|u\.?)"
AGES = re.compile(
    rf"(?P<upper>bisunter|(?:juenger|weniger)als|unter|biseinschl(?:iesslich|\.)?|bis|<=|≤|<)(?P<below>\d{{1,2}}){YEARS}"
    rf"|(?:von)?(?P<first>\d{{1,2}}){YEARS}(?P<range>-|/|bisunter|-?unter|-?<|bis)"
    rf"(?P<last>\d{{1,2}}){YEARS}"
    rf"|(?P<youngest>\d{{1,2}}){YEARS}{AND}juenger"
    rf"|(?:ab)?(?P<oldest>\d{{1,2}}){YEARS}"
    rf"(?:\+|{AND}(?:aelter|ae\.?|mehr|m\.|darueber)){YEARS}"
    rf"|(?:ab|mindestens|>=|≥)(?P<from>\d{{1,2}}){YEARS}"
    rf"|(?:ueber|aelterals|>)(?P<above>\d{{1,2}}){YEARS}",
    re.ASCII,
)
EXCLUSIVE, INCLUSIVE = ("unter", "als", "<"), ("einschl", "<=", "≤", "undjuenger")


def is_age(key: str) -> bool:
    """Whether a header says ages, of whatever years: "0-17", "unter 18 Jahre", "80 und älter"."""
    return AGES.fullmatch(key) is not None


def _age_group(key: str) -> Group | None:
    """The group of an age: the years it may mean are those of one group, or it means none.

    "16-18" and "16-17" mean the same group: a last year counts where no group ends before it.
    """
    match = AGES.fullmatch(key)
    if match is None:
        return None
    if (start := match["oldest"] or match["from"] or match["above"]) is not None:
        wanted: set[tuple[int, int | None]] = {(int(start) + bool(match["above"]), None)}
    else:
        last = int(match["last"] or match["below"] or match["youngest"])
        said = match["range"] or match["upper"] or "undjuenger"
        wanted = {(int(match["first"] or 0), end) for end in _ends(last, said)}
    groups = {group for group in GROUPS if _years(group) in wanted}
    return groups.pop() if len(groups) == 1 else None


def _ends(last: int, said: str) -> set[int]:
    """The first years behind an age group that is said to reach to ``last``."""
    if any(sign in said for sign in INCLUSIVE):
        return {last + 1}
    return {last} if any(sign in said for sign in EXCLUSIVE) else {last, last + 1}


def _years(group: Group) -> tuple[int, int | None] | None:
    """The first year of an age group, and the first behind it."""
    if group.margin != "age" or group.code == "not_stated":
        return None
    first, last = group.code.split("_")
    return int(first), None if last == "plus" else int(last) + 1


@cache
def first_heads() -> Mapping[Group, str]:
    """Group -> its first word in the list of aliases, as the register prints it."""
    with ALIAS_FILE.open(encoding="utf-8", newline="") as lines:
        rows = [*csv.DictReader(lines, delimiter=";")]
    return {Group(row["margin"], row["group_code"]): row["alias"] for row in reversed(rows)}


def printed_head(group: Group) -> str:
    """A group as the register heads it, with its margin where a word stands under both."""
    if group.margin == "total":
        return "Gesamt"
    margin = {"sex": "Geschlecht", "age": "Alter"}[group.margin]
    return f"{margin} {first_heads()[group]}"


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
