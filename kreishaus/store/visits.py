"""What each visit to a source brought, one line each, so that a night can be explained later.

landing/<source>/<dataset>/visits.jsonl          the last visits, oldest first
                          /visits.older.jsonl    those before them
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from kreishaus.earlier_names import VISIT_FIELDS
from kreishaus.files import append_line, write_atomically
from kreishaus.folder_formats import begin
from kreishaus.settings import Settings
from kreishaus.store.journal import Journal
from kreishaus.wording import from_document, to_document

KEPT = 400
"""A year of nights, and the retries of bad ones."""
BLOCK = 1024
NUMBER = "number"
"""Which line of its file a visit is, from 1."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Visit:
    """One visit. ``refused`` and ``unavailable`` are texts that hold no value of a file; they are
    kept in English and in German.

    ``pending`` and ``still_quarantined`` are hashes: of what waited to be read, and of what the
    source offers although it is in quarantine. ``reason`` says why a backfill was asked for.
    """

    visited_at: datetime
    run_id: str
    offered: int = 0
    new: int = 0
    pending: tuple[str, ...] = ()
    still_quarantined: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    unavailable: tuple[str, ...] = ()
    reason: str | None = None


class Visits:
    """The visits for one dataset."""

    def __init__(self, root: Path, source: str, dataset: str) -> None:
        self.root = root
        self.path = root / source / dataset / "visits.jsonl"
        self.older = self.path.with_name("visits.older.jsonl")

    @property
    def files(self) -> tuple[Path, Path]:
        """The files that may hold visits, oldest first."""
        return self.older, self.path

    def note(self, visit: Visit) -> None:
        """Add a visit; the last ``KEPT`` at least are kept, and less than twice as many."""
        begin(self.root, "landing")
        number = self._count() + 1
        document = {**asdict(visit), NUMBER: number}
        text = json.dumps(to_document(document), ensure_ascii=False, default=str)
        append_line(self.path, text)
        if number >= KEPT:
            with Journal(self.path.parent).locked():
                if self._count() >= KEPT:  # no other process was faster
                    self.path.replace(self.older)

    def read(self) -> list[Visit]:
        """The visits, oldest first. A line torn by a kill was no visit."""
        documents = (document for path in self.files for document in _documents(path))
        return [visit for visit in map(_visit, documents) if visit]

    def last(self) -> tuple[Visit | None, Visit | None]:
        """The newest visit that was the night's turn, and the newest backfill after that.

        Reads the files from their end, and no further than it must.
        """
        backfill = None
        for visit in filter(None, map(_visit, self._newest_first())):
            if visit.reason is None:
                return visit, backfill
            backfill = backfill or visit
        return None, backfill

    def _newest_first(self) -> Iterator[dict[str, Any]]:
        for path in reversed(self.files):
            yield from filter(None, map(_parsed, lines_backwards(path)))

    def _count(self) -> int:
        """How many visits the newer file holds: its last line says it."""
        newest = next(filter(None, map(_parsed, lines_backwards(self.path))), None)
        if newest is None:
            return 0
        if isinstance(newest.get(NUMBER), int):
            return int(newest[NUMBER])
        return sum(1 for _ in _documents(self.path))  # written before visits had numbers


def upgrade_visits(settings: Settings) -> str:
    """Give the fields of the recorded visits the names of today.

    Each file is replaced whole; one that has today's names already is left as it is. A line torn by
    a kill is dropped: it was no visit. Returns what was done, in words.
    """
    upgraded = sum(
        _rename_fields(path) for path in sorted(settings.landing.glob("*/*/visits*.jsonl"))
    )
    return f"landing: fields renamed in {upgraded} records of visits"


def _rename_fields(path: Path) -> bool:
    documents = list(_documents(path))
    if not any(VISIT_FIELDS.keys() & document.keys() for document in documents):
        return False
    lines = (
        json.dumps(_with_names_of_today(document), ensure_ascii=False) for document in documents
    )
    write_atomically(path, "".join(f"{line}\n" for line in lines).encode())
    return True


def lines_backwards(path: Path) -> Iterator[bytes]:
    """The lines of a file from its end, which is read in blocks. None where there is no file."""
    try:
        handle = path.open("rb", buffering=0)
    except FileNotFoundError:
        return
    with handle:
        start = handle.seek(0, os.SEEK_END)
        kept = b""
        while start > 0:
            size = min(BLOCK, start)
            start = handle.seek(start - size)
            kept = handle.read(size) + kept
            first, *whole = kept.split(b"\n")
            yield from reversed(whole)
            kept = first
        if kept:
            yield kept


def _documents(path: Path) -> Iterator[dict[str, Any]]:
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return
    yield from filter(None, map(_parsed, lines))


def _parsed(line: bytes) -> dict[str, Any] | None:
    """The visit of a line; None for a line that a kill has torn."""
    try:
        document = json.loads(line.decode("utf-8", errors="replace"))
    except json.JSONDecodeError:
        return None
    return document if isinstance(document, dict) else None


def _with_names_of_today(document: dict[str, Any]) -> dict[str, Any]:
    """Where a field stands under both names, that of today is right: code of today wrote it."""
    return {
        VISIT_FIELDS.get(name, name): value
        for name, value in document.items()
        if VISIT_FIELDS.get(name) not in document
    }


def _visit(document: dict[str, Any]) -> Visit | None:
    """The visit of a document; None, with a word in the log, where it is none of ours."""
    fields = _with_names_of_today(document)
    fields.pop(NUMBER, None)
    try:
        fields["visited_at"] = datetime.fromisoformat(fields["visited_at"])
        if fields["visited_at"].tzinfo is None:
            raise ValueError("visited_at has no offset")
        for field in ("pending", "still_quarantined", "refused", "unavailable"):
            if not isinstance(fields[field], list):
                raise ValueError(f"{field} is no list")
            fields[field] = tuple(from_document(fields[field]))
        return Visit(**fields)
    except (KeyError, TypeError, ValueError) as fault:
        log.warning(
            "a recorded visit cannot be read and is left out (%r): it has %s",
            fault,
            sorted(document),
        )
        return None
