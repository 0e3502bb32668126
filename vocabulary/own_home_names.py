"""The county's own names of homes: ``home_names.csv`` in its folder.

A name counts where a second person has confirmed it and where it has the form of a name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from kreishaus.county_folder import HOME_NAMES, LONGEST_NAME
from kreishaus.model import Finding
from kreishaus.wording import say
from vocabulary.own_lists import ADDED, CONFIRMED, WORD, Faulty, finding, require_confirmed, rows_of

FILE = f"{HOME_NAMES}.csv"
COLUMNS = ("name", ADDED, CONFIRMED)
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
    except OSError:
        return Own()
    return _read(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=4)
def _read(path: Path, changed: int, size: int) -> Own:
    del changed, size  # of another file
    names, findings = [], []
    for line, row in rows_of(path, COLUMNS):
        try:
            _require_name(row["name"])
            require_confirmed(row)
        except Faulty as fault:
            findings.append(finding("own_home_name", FILE, line, fault))
        else:
            names.append(row["name"])
    return Own(tuple(names), tuple(findings))


def _require_name(name: str) -> None:
    if not WORD.search(name) or len(name) > LONGEST_NAME or NO_NAME.search(name):
        raise Faulty("name", say("the name of a home, or a word of it"), say("another text"))
