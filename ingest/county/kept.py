"""What lands of a list of the county: its rows as they are read, without comments.

Reasons, sources and titles of documents are the county's own prose, which papers print: the search
for persons (``guard``) reads it, and no list of words could. A number stands for who wrote or
confirmed a line: that these are two is all that counts.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from formats.encodings import decoded
from ingest.county.guard import OF_OFFICERS
from ingest.county.parse import parse
from kreishaus.county_folder import read_list
from kreishaus.model import FileRejected, Finding, Origin, Request, Stripped, UnreadableFile
from kreishaus.settings import Settings
from kreishaus.wording import joined, say
from vocabulary.opaque import opaque

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
    for _, cells in rows:
        row = dict(zip(header, cells, strict=True))
        written.append([_kept(head, cell) for head, cell in row.items()])
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerows(written)
    return Stripped(sink.getvalue().encode(), FORM)


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
