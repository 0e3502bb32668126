"""The county's own lists of words, of which a row counts where a second person has confirmed it.

Whatever does not count is a finding of ``kreishaus county check``; the other rows count all the
same.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from kreishaus.county_folder import FaultyList, read_list
from kreishaus.model import Finding
from kreishaus.wording import say

ADDED, CONFIRMED = "added_by", "confirmed_by"
MOST_BYTES = 2**20
WORD = re.compile(r"[^\W\d_]+")

Row = Mapping[str, str]


class Faulty(Exception):
    """A row that does not count: column, what was expected, what was found."""

    def __init__(self, column: str, expected: str, found: str) -> None:
        super().__init__(column)
        self.column, self.expected, self.found = column, expected, found


def rows_of(path: Path, columns: Collection[str]) -> Iterator[tuple[int, Row]]:
    """The rows of a list with their lines. None of a list that is not there, or that cannot be
    read: that one is refused where it lands, with the reason."""
    try:
        if not path.is_file() or path.stat().st_size > MOST_BYTES:
            return
        header, rows = read_list(_text(path.read_bytes()))
    except (OSError, UnicodeDecodeError, FaultyList):
        return
    if sorted(header) != sorted(columns):
        return
    for line, cells in rows:
        yield line, dict(zip(header, cells, strict=True))


def require_confirmed(row: Row) -> None:
    """Raise ``Faulty`` where nobody, or only who added a row, has confirmed it."""
    added, confirmed = (_person(row[column]) for column in (ADDED, CONFIRMED))
    if not added:
        raise Faulty(ADDED, say("who added it"), say("nothing"))
    if not confirmed or confirmed == added:
        found = say("the same person") if confirmed else say("nothing")
        raise Faulty(CONFIRMED, say("a second person"), found)


def finding(rule: str, file: str, line: int, fault: Faulty) -> Finding:
    """The warning of a row that does not count."""
    return Finding(
        rule=rule,
        severity="warning",
        message=say(
            "{file}, line {line}: {column}: this row does not count",
            file=file,
            line=line,
            column=fault.column,
        ),
        place=file,
        row=str(line),
        column=fault.column,
        expected=fault.expected,
        found=fault.found,
    )


def _text(content: bytes) -> str:
    """The list as text, in the encodings of every list of a county; said in no log."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")


def _person(name: str) -> str:
    return " ".join(sorted(re.findall(r"\w+", name.casefold())))
