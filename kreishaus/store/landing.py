"""The landing store: bytes as received, content-addressed, immutable, with a sidecar each.

landing/<source>/<dataset>/<sha256>.<ext>         the bytes
                          /<sha256>.json          the sidecar: written second, it commits
                          /<sha256>.tombstone     that the bytes were deleted, and by which rule
                          /sightings/             when bytes were offered, and where: a journal

A deleted file keeps sidecar and sightings: which version stood when can still be told. What is
asked each night comes from an index of these files (``index.py``), which holds nothing else.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal

from kreishaus.files import write_atomically, write_json_atomically
from kreishaus.folder_formats import begin
from kreishaus.model import Landed, Origin, Request
from kreishaus.settings import Settings
from kreishaus.store import index_queries as queries
from kreishaus.store.index import Index
from kreishaus.store.index_rows import moment_of
from kreishaus.store.journal import Journal

PLAIN_ENDING = re.compile(r"[A-Za-z0-9]{1,16}")
TAKEN_ENDINGS = ("json", "jsonl", "tombstone")
MAGIC = {
    b"%PDF": "application/pdf",
    b"PK\x03\x04": "application/zip",
    b"\xd0\xcf\x11\xe0": "application/x-ole-storage",
    b"{": "application/json",
    b"<": "text/html",
}


@dataclass(frozen=True)
class Sighting:
    """One time that a source offered these bytes, with the headers a next visit needs.

    ``reason`` says why, if it was not the night's turn.
    """

    seen_at: datetime
    identity: str
    run_id: str
    headers: Mapping[str, str] = field(default_factory=dict)
    reason: str | None = None


@dataclass(frozen=True)
class Sidecar:
    """What is known of a landed file besides its bytes."""

    source: str
    dataset: str
    sha256: str
    extension: str
    size: int
    label: str
    identity: str
    offered_as: str
    retrieved_at: datetime
    declared_media_type: str | None
    detected_media_type: str
    licence: str
    run_id: str
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Spell:
    """An unbroken run of sightings of the same bytes at one address.

    ``number`` is the order of their coming: higher came later, whatever the clock said.
    """

    number: int
    identity: str
    sha256: str
    first_seen_at: datetime
    last_seen_at: datetime
    sightings: int


What = Literal["bytes", "figures", "thinned", "quarantined"]
LANDS_AGAIN = ("thinned", "quarantined")
"""What went to save room, and may come again: an answer may be as it was on a day long ago."""


@dataclass(frozen=True)
class Tombstone:
    """That the bytes of a landed file were deleted.

    ``what``: the figures staged from them stayed (``bytes``), went because they must not be known
    any longer (``figures``) or because other days stand for theirs (``thinned``), or there never
    were any (``quarantined``). ``period`` is what the file was about, where that was read.
    """

    source: str
    dataset: str
    sha256: str
    label: str
    period: str | None
    size: int
    retrieved_at: datetime
    what: What
    rule: str
    reason: str
    deleted_at: datetime
    deleted_by: str


def detected_media_type(content: bytes) -> str:
    """What the first bytes say a file is; ``text/plain`` when they say nothing special."""
    head = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:8]
    return next((kind for magic, kind in MAGIC.items() if head.startswith(magic)), "text/plain")


class Landing:
    """The landing store of one dataset. ``reason`` goes into each sighting noted through it."""

    def __init__(self, root: Path, source: str, dataset: str, reason: str | None = None) -> None:
        self.source = source
        self.dataset = dataset
        self.reason = reason
        self.root = root
        self.folder = root / source / dataset
        self.journal = Journal(self.folder)
        self.index = Index(root, source, dataset)

    def land(
        self,
        content: bytes,
        request: Request,
        *,
        run_id: str,
        licence: str,
        headers: Mapping[str, str] | None = None,
        now: datetime | None = None,
    ) -> tuple[Landed, bool]:
        """Keep ``content`` and note the sighting. Returns the file and whether it is new.

        Bytes that were deleted stay deleted, but for those of ``LANDS_AGAIN``.
        """
        begin(self.root, "landing")
        now = now or datetime.now(UTC)
        sha256 = hashlib.sha256(content).hexdigest()
        buried = self.tombstone(sha256)
        again = buried is not None and buried.what in LANDS_AGAIN
        new = again or not self._sidecar(sha256).exists()
        if not new:
            self.sight(sha256, request, run_id=run_id, headers=headers, now=now)
            return Landed(self.source, self.dataset, sha256, request.label), False
        extension = _ending(request.extension)
        sidecar = Sidecar(
            source=self.source,
            dataset=self.dataset,
            sha256=sha256,
            extension=extension,
            size=len(content),
            label=request.label,
            identity=request.identity,
            offered_as=request.url or str(request.path),
            retrieved_at=now,
            declared_media_type=(headers or {}).get("Content-Type"),
            detected_media_type=detected_media_type(content),
            licence=licence,
            run_id=run_id,
            headers=dict(headers or {}),
        )
        with self.index.changing(sha256):
            write_atomically(self.folder / f"{sha256}.{extension}", content)
            write_json_atomically(self._sidecar(sha256), _jsonable(asdict(sidecar)))
            self._tombstone(sha256).unlink(missing_ok=True)
            self.sight(sha256, request, run_id=run_id, headers=headers, now=now)
        return Landed(self.source, self.dataset, sha256, request.label), True

    def sight(
        self,
        sha256: str,
        request: Request,
        *,
        run_id: str,
        headers: Mapping[str, str] | None = None,
        now: datetime | None = None,
    ) -> None:
        """Note that the source offers these bytes now (again)."""
        seen_at = now or datetime.now(UTC)
        sighting = Sighting(seen_at, request.identity, run_id, dict(headers or {}), self.reason)
        self.journal.append({"sha256": sha256, **_jsonable(asdict(sighting))})

    def has(self, sha256: str) -> bool:
        """Whether a file of this hash has landed whole, though it may have been deleted since."""
        return self._sidecar(sha256).exists()

    def content(self, sha256: str) -> bytes:
        return self.path(sha256).read_bytes()

    def path(self, sha256: str) -> Path:
        """Where the bytes lie."""
        return self.folder / f"{sha256}.{self.sidecar(sha256).extension}"

    def sidecar(self, sha256: str) -> Sidecar:
        """The sidecar. Raises ``FileNotFoundError`` when nothing of that hash has landed."""
        document = json.loads(self._sidecar(sha256).read_text())
        document["retrieved_at"] = datetime.fromisoformat(document["retrieved_at"])
        return Sidecar(**document)

    def origin(self, sha256: str) -> Origin:
        """What a parser may know of a landed file."""
        sidecar = self.sidecar(sha256)
        return Origin(
            source=self.source,
            dataset=self.dataset,
            sha256=sha256,
            label=sidecar.label,
            identity=sidecar.identity,
            retrieved_at=sidecar.retrieved_at,
        )

    def hashes(self) -> Iterator[str]:
        """Every file that has landed whole, in a stable order."""
        return iter(sorted(path.stem for path in self.folder.glob("*.json")))

    def readable(self) -> Iterator[str]:
        """Every file whose bytes are here still: not those that were deleted by a rule."""
        return (sha256 for sha256 in self.hashes() if not self._tombstone(sha256).exists())

    def tombstone(self, sha256: str) -> Tombstone | None:
        """How the bytes of this hash were deleted; None if they were not."""
        try:
            document = json.loads(self._tombstone(sha256).read_text())
        except FileNotFoundError:
            return None
        for key in ("retrieved_at", "deleted_at"):
            document[key] = datetime.fromisoformat(document[key])
        return Tombstone(**document)

    def tombstones(self) -> Iterator[Tombstone]:
        """Every file whose bytes were deleted, in a stable order."""
        return filter(None, map(self.tombstone, self.hashes()))

    def bury(self, tombstone: Tombstone) -> None:
        """Delete the bytes. The tombstone is written first: it counts, and a kill between them
        leaves bytes that the next call deletes."""
        with self.index.changing(tombstone.sha256):
            if self.tombstone(tombstone.sha256) is None:
                document = _jsonable(asdict(tombstone))
                write_json_atomically(self._tombstone(tombstone.sha256), document)
            self.path(tombstone.sha256).unlink(missing_ok=True)

    def sightings(self, sha256: str) -> Iterator[Sighting]:
        """When these bytes were offered, in the order of their coming. Reads the whole journal:
        for explaining one file; ``spells`` say the same shorter."""
        for document in self.journal.documents():
            if document["sha256"] == sha256:
                yield _sighting(document)

    def spells(self) -> list[Spell]:
        """Every run of sightings, in the order of their coming."""
        return [
            Spell(number, identity, sha256, moment_of(first), moment_of(last), sightings)
            for number, identity, sha256, first, last, sightings in self.index.ask(queries.spells)
        ]

    def newest_by_identity(self, identities: Iterable[str]) -> dict[str, tuple[str, Sighting]]:
        """For each of these addresses: the hash it offered last, and that sighting.

        Last is what came last, not what has the latest time: a clock may have been set back.
        """
        documents = self.index.ask(partial(queries.newest_documents, identities=list(identities)))
        return {
            identity: (document["sha256"], _sighting(document))
            for identity, document in documents.items()
        }

    def last_seen(self, sha256: str) -> datetime | None:
        """When any address last offered these bytes."""
        return self.index.ask(partial(queries.last_seen, sha256=sha256))

    def last_sighting(self, before: datetime | None = None) -> datetime | None:
        """When the source last offered anything; with ``before``, true to the day."""
        return self.index.ask(partial(queries.last_sighting, before=before))

    def seen(self) -> list[tuple[str, str, datetime, date]]:
        """Hash, address, moment and German day of each sighting, of a snapshot dataset.

        By hash, and in the order of their coming; empty for other datasets.
        """
        return [
            (sha256, identity, moment_of(seen_at), date.fromordinal(day))
            for sha256, identity, seen_at, day in self.index.ask(queries.seen)
        ]

    def waiting(self, version: int) -> list[tuple[str, str]]:
        """Hash and label of the files, by hash, that the parser of this version did not process."""
        return self.index.ask(partial(queries.waiting, version=version))

    def _sidecar(self, sha256: str) -> Path:
        return self.folder / f"{sha256}.json"

    def _tombstone(self, sha256: str) -> Path:
        return self.folder / f"{sha256}.tombstone"


def _ending(extension: str) -> str:
    """An ending for the bytes' own name, whatever a person has called the file.

    It leaves sidecar and tombstone their names: it would overwrite an answer in JSON, and delete
    what is called ``.tombstone``.
    """
    plain = extension if PLAIN_ENDING.fullmatch(extension) else "bin"
    return f"{plain}.bytes" if plain in TAKEN_ENDINGS else plain


def _sighting(document: Mapping[str, Any]) -> Sighting:
    seen_at = datetime.fromisoformat(document["seen_at"])
    fields = {key: value for key, value in document.items() if key != "sha256"}
    return Sighting(**{**fields, "seen_at": seen_at})


def upgrade_landing(settings: Settings) -> str:
    """Bring landing into the layout of today: a journal of sightings for each dataset.

    Files of sightings that lay beside each landed file become one journal, in the order of their
    times. Killed at any instant, the old files count until the journal of their dataset is there
    whole; the next call goes on. Returns what was done, in words.
    """
    upgraded = {
        f"{folder.parent.name}/{folder.name}": Journal(folder).upgrade()
        for folder in sorted(settings.landing.glob("*/*"))
        if folder.is_dir()
    }
    files = sum(upgraded.values())
    if not files:
        return "landing: nothing to upgrade"
    datasets = sum(1 for count in upgraded.values() if count)
    return f"landing: {files} files of sightings became the journals of {datasets} datasets"


def _jsonable(document: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value.isoformat() if isinstance(value, datetime) else value
        for key, value in document.items()
    }
