"""The county's own names of homes: ``home_names.csv`` in its folder.

A name counts where a second person has confirmed it, as words of the register do
(``ingest/azr/own_aliases.py``), and where it has the form of a name. Whatever does not count is a
finding of ``kreishaus county check``; the other rows count all the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from kreishaus.county_folder import HOME_NAMES, LONGEST_NAME, FaultyList, read_list
from kreishaus.model import Finding
from kreishaus.wording import say

FILE = f"{HOME_NAMES}.csv"
COLUMNS = ("name", "added_by", "confirmed_by")
MOST_BYTES = 2**20
WORD = re.compile(r"[^\W\d_]+")
NO_NAME = re.compile(r"\d{3}|\d[^\w]+\d|@|\b(?:frau|herrn?|fr|hr|familie|fam)\b", re.IGNORECASE)
"""Numbers of telephones, days, mail addresses, forms of address."""


@dataclass(frozen=True)
class Own:
    """The names that count, and what is wrong with the others."""

    names: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def own_home_names(folder: Path) -> Own:
    """The names in the folder of a county. A list that cannot be read has none that counts."""
    path = folder / FILE
    try:
        found = path.stat()
        if not path.is_file() or found.st_size > MOST_BYTES:
            return Own()
        return _read(path, found.st_mtime_ns, found.st_size)
    except OSError:
        return Own()


@lru_cache(maxsize=4)
def _read(path: Path, changed: int, size: int) -> Own:
    del changed, size  # of another file
    try:
        header, rows = read_list(_text(path.read_bytes()))
    except (UnicodeDecodeError, FaultyList):
        return Own()  # the list is refused where it lands, with the reason
    if sorted(header) != sorted(COLUMNS):
        return Own()
    names, findings = [], []
    for line, cells in rows:
        row = dict(zip(header, cells, strict=True))
        if fault := _fault(row):
            findings.append(_finding(line, *fault))
        else:
            names.append(row["name"])
    return Own(tuple(names), tuple(findings))


def _text(content: bytes) -> str:
    """The list as text, in the encodings of every list of a county."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")


def _fault(row: dict[str, str]) -> tuple[str, str, str] | None:
    """Column, what was expected, what was found; None where a row counts."""
    name = row["name"]
    if not WORD.search(name) or len(name) > LONGEST_NAME or NO_NAME.search(name):
        return "name", say("the name of a home, or a word of it"), say("another text")
    added, confirmed = (_person(row[column]) for column in ("added_by", "confirmed_by"))
    if not added:
        return "added_by", say("who added it"), say("nothing")
    if not confirmed or confirmed == added:
        found = say("the same person") if confirmed else say("nothing")
        return "confirmed_by", say("a second person"), found
    return None


def _person(name: str) -> str:
    return " ".join(sorted(WORD.findall(name.casefold())))


def _finding(line: int, column: str, expected: str, found: str) -> Finding:
    return Finding(
        rule="own_home_name",
        severity="warning",
        message=say(
            "{file}, line {line}: {column}: this name does not count",
            file=FILE,
            line=line,
            column=column,
        ),
        place=FILE,
        row=str(line),
        column=column,
        expected=expected,
        found=found,
    )
