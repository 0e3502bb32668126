"""What lands of a list of the county: its rows as they are read, without comments.

Reasons, sources and titles of documents are the county's own prose, which papers print: the search
for persons (``guard``) reads it, and no list of words could. Where it may name somebody is a
warning (``prose``). A number stands for who wrote or confirmed a line: that these are two is all
that counts. A municipality has a name of its key.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from formats.encodings import decoded
from ingest.county.guard import OF_OFFICERS
from ingest.county.parse import parse
from ingest.county.prose import may_name_somebody
from kreishaus.county_folder import MUNICIPALITIES, read_list
from kreishaus.model import FileRejected, Finding, Origin, Request, Stripped, UnreadableFile
from kreishaus.settings import Settings
from kreishaus.wording import joined, say
from vocabulary.opaque import opaque
from vocabulary.region_names import RegionNames, official_names

FORM = 1
"""Version of what is written."""
MOST_FAULTS = 10
OPAQUE = re.compile(r"Person-\d{9}")


def strip(content: bytes, label: str, settings: Settings) -> Stripped:
    """The rows of a list. Raises ``FileRejected`` for one that cannot be read."""
    identity = f"county/{settings.county.ags}/{label}"
    try:
        parse(content, Origin("county", "lists", "", label, identity, datetime.now(UTC)))
        header, rows = read_list(decoded(content))
    except UnreadableFile as unreadable:
        raise FileRejected(_cannot_be_read(unreadable.findings)) from None
    written = [header]
    doubtful: dict[int, None] = {}
    names = RegionNames(official_names().items())
    for line, cells in rows:
        row = dict(zip(header, cells, strict=True))
        if Path(label).stem == MUNICIPALITIES:
            _require_its_name(line, row["municipality_code"], row["name"], names, settings)
        if any(may_name_somebody(cell) for head, cell in row.items() if head not in OF_OFFICERS):
            doubtful[line] = None
        written.append([_kept(head, cell) for head, cell in row.items()])
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerows(written)
    return Stripped(sink.getvalue().encode(), FORM, _told(list(doubtful)))


def noted(request: Request, content: bytes, settings: Settings) -> Request:
    """A list that a person hands in is the one of its name in the county's folder. Raises
    ``FileRejected`` for a list from elsewhere: nobody knows whose it is."""
    del content
    if request.path and Path(request.path).resolve().parent != settings.county_folder.resolve():
        raise FileRejected(
            say(
                "a list of the county is read from the county's folder, which says whose "
                "it is: put it there under its own name. Nothing of this file was kept"
            )
        )
    return replace(request, identity=f"county/{settings.county.ags}/{request.label}")


def _kept(head: str, cell: str) -> str:
    is_somebody = head in OF_OFFICERS and cell and not OPAQUE.fullmatch(cell)
    return opaque("Person", cell) if is_somebody else cell


def _require_its_name(
    line: int, key: str, name: str, names: RegionNames, settings: Settings
) -> None:
    """Raise ``FileRejected`` for a municipality under a name that is not its own."""
    known = names.name_of(key)
    if not known or names.only_spells(key, name):
        return
    if name in settings.county.other_names.get(key, ()):
        return
    raise FileRejected(
        say(
            "line {line}, column name: expected a name of {key} ({known}). Nothing of the list was "
            "kept. Correct it, or write the spelling into other_names of county.toml, and hand "
            "it in again",
            line=line,
            key=key,
            known=known,
        )
    )


def _told(lines: Sequence[int]) -> tuple[Finding, ...]:
    """The lines of which somebody shall look whether they name a person; never their words."""
    if not lines:
        return ()
    numbers = ", ".join(map(str, lines[:MOST_FAULTS])) + (" ..." if lines[MOST_FAULTS:] else "")
    return (
        Finding(
            rule="may_name_somebody",
            severity="warning",
            message=say(
                "lines {numbers}: words that could be the name of a person. Papers print this "
                "list: name papers, offices and functions in it, no persons. If nobody is meant, "
                "nothing is to be done",
                numbers=numbers,
            ),
            expected=say("papers, offices and functions"),
            found=say("{count} such lines", count=len(lines)),
        ),
    )


def _cannot_be_read(findings: tuple[Finding, ...]) -> str:
    """The first faults by their place; what stands there is not repeated."""
    told = [
        say(
            "line {row}, column {column}: expected {expected}",
            row=one.row or "1",
            column=one.column or "-",
            expected=one.expected or "CSV",
        )
        for one in findings[:MOST_FAULTS]
    ]
    return say(
        "the list cannot be read. {faults}. Nothing of it was kept. Correct it (kreishaus county "
        "check shows each fault) and hand it in again",
        faults=joined(told, "; "),
    )
