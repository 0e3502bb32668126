"""What an officer may learn of a file of their own, on their own screen: texts and all.

For ``kreishaus azr check`` alone: nothing of what is found here is written or logged.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NoReturn

from formats.sheets import OpaqueFile
from ingest.azr.guard import LAWFUL
from ingest.azr.known_tables import tables_by_dataset
from ingest.azr.opened import look_into
from ingest.azr.own_aliases import own_aliases
from ingest.azr.parsers import read_office
from ingest.azr.plausible import no_counts
from ingest.azr.recognise import Unknown, recognise
from kreishaus.model import Batch, Finding, Origin, UnreadableFile
from kreishaus.settings import Settings
from kreishaus.wording import say, text_of
from persons.search import search_for_persons


@dataclass(frozen=True)
class Mark:
    """Where something reads like data of persons, and which sign of it was found."""

    place: str
    marker: str


@dataclass
class Examination:
    """What a file would be: the tables that can be read, and what keeps it out."""

    tables: dict[str, Batch] = field(default_factory=dict)
    opaque: str = ""
    unknown: list[Unknown] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    faults: dict[str, tuple[Finding, ...]] = field(default_factory=dict)

    @property
    def enters(self) -> bool:
        """Whether the file would be taken."""
        return len(self.tables) == 1 and not (self.unknown or self.marks)


class _Marked(Exception):
    """Ends the search at the first mark."""


def examine(content: bytes, label: str, settings: Settings) -> Examination:
    """Look at a file as the door does, and read it as each table that it may be."""
    with own_aliases(settings).in_use():
        return _examined(content, label, settings)


def _examined(content: bytes, label: str, settings: Settings) -> Examination:
    found = Examination()
    if not content.strip():
        found.opaque = say("an empty file")
        return found
    try:
        workbook = look_into(content)
    except OpaqueFile as opaque:
        found.opaque = text_of(opaque)
        return found
    recognised = recognise(workbook, settings.county)
    found.unknown = recognised.unknown

    def note(place: str, marker: str) -> NoReturn:
        found.marks.append(Mark(place, marker))
        raise _Marked

    with suppress(_Marked):
        cells = recognised.letterhead | recognised.heads
        searched = recognised.searched(workbook)
        search_for_persons(searched, settings.county, cells, note, LAWFUL)
    datasets = {
        dataset: None
        for sheet in workbook.sheets
        for dataset in tables_by_dataset(sheet, settings.county)
    }
    for dataset in datasets:
        try:
            found.tables[dataset] = _read(dataset, content, label, settings)
        except UnreadableFile as error:
            found.faults[dataset] = error.findings
    return found


def _read(dataset: str, content: bytes, label: str, settings: Settings) -> Batch:
    original = hashlib.sha256(content).hexdigest()
    origin = Origin("azr", dataset, original, label, label, datetime.now(UTC))
    batch = read_office(dataset, content, origin, settings.county)
    if findings := tuple(no_counts(dataset, batch.tables["cells"], settings.county.ags)):
        raise UnreadableFile(*findings)
    return batch
