"""The landing store: files as received, content-addressed and immutable, each with a sidecar.

landing/<source>/<dataset>/<sha256>.<ext>         the bytes, or the canonical table made of them
                          /<sha256>.json          the sidecar, written after the bytes: the commit
                          /<sha256>.tombstone     why, when and by which rule they were deleted
                          /sightings/             journal: when and where which bytes were offered

A dataset may name a reducer (``pipeline/reduction.py``): then the bytes that were offered are
never written. The address is that of the canonical table, and sidecar and sightings know the hash
of the original.

A deleted file keeps its sidecar and sightings, so you can still see which version was in force
when. The nightly queries read an index of these files (``index.py``), which you can always rebuild.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal

from kreishaus.figure_origin import FigureOrigin
from kreishaus.files import write_atomically, write_json_atomically
from kreishaus.folder_formats import begin
from kreishaus.model import Finding, Landed, Origin, Reduction, Request
from kreishaus.settings import Settings
from kreishaus.store import index_queries as queries
from kreishaus.store.index import Index
from kreishaus.store.index_rows import moment_of
from kreishaus.store.journal import Journal
from kreishaus.wording import from_document, to_document

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
    """One visit at which a source offered these bytes, with the headers for the next request.

    ``reason`` explains a visit outside the nightly schedule. ``reduction`` says of which original
    a canonical table was made (without its findings, which stand in the sidecar).
    """

    seen_at: datetime
    identity: str
    run_id: str
    headers: Mapping[str, str] = field(default_factory=dict)
    reason: str | None = None
    reduction: Reduction | None = None


@dataclass(frozen=True)
class Sidecar:
    """The metadata of a landed file. ``reduction`` is set where it is a canonical table.

    ``label`` is the name under which its parser reads it. Where that is not the name under which it
    landed, since a person corrected it, ``label_from`` is the identity of the request that brought
    the present one, and ``earlier_labels`` are those before it.

    ``figure_origin`` says who made its figures, ``figure_origin_from`` is the identity of the
    request that brought this word; None where none did. ``left_out`` says what did not land of the
    offered bytes, such as contact persons.
    """

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
    reduction: Reduction | None = None
    figure_origin: FigureOrigin = "unknown"
    figure_origin_from: str | None = None
    left_out: tuple[Finding, ...] = ()
    label_from: str | None = None
    earlier_labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Spell:
    """An unbroken run of sightings of the same bytes at one address.

    ``number`` gives the order of arrival: a higher one came later, whatever the clock said.
    """

    number: int
    identity: str
    sha256: str
    first_seen_at: datetime
    last_seen_at: datetime
    sightings: int


What = Literal["bytes", "figures", "thinned", "quarantined", "reduced"]
LANDS_AGAIN = ("thinned", "quarantined")
"""Deleted only to save space. These files land again if offered: an old answer may recur."""


@dataclass(frozen=True)
class Tombstone:
    """The record of a landed file whose bytes were deleted.

    ``what`` says what happened to the figures staged from them: they stayed (``bytes``), were
    erased (``figures``), were removed because one day of each month is enough (``thinned``), or
    never existed (``quarantined``), or are those of the canonical table that stands in the file's
    place (``reduced``; ``replaced_by`` is its hash). ``period`` is the file's period, if a parser
    read it.
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
    replaced_by: str | None = None


def detected_media_type(content: bytes) -> str:
    """The media type by the first bytes; ``text/plain`` if they match none of ``MAGIC``."""
    head = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:8]
    return next((kind for magic, kind in MAGIC.items() if head.startswith(magic)), "text/plain")


class Landing:
    """The landing store of one dataset. Each sighting that it notes gets ``reason``."""

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
        reduction: Reduction | None = None,
        figure_origin: FigureOrigin = "unknown",
        left_out: tuple[Finding, ...] = (),
    ) -> tuple[Landed, bool]:
        """Store ``content`` and note the sighting. Returns the file and whether it is new.

        Of a file that is not new the sidecar stays; for its ``figure_origin`` see ``relabel``.

        Deleted bytes are not stored again, unless their tombstone is one of ``LANDS_AGAIN``.
        """
        begin(self.root, "landing")
        now = now or datetime.now(UTC)
        sha256 = hashlib.sha256(content).hexdigest()
        buried = self.tombstone(sha256)
        again = buried is not None and buried.what in LANDS_AGAIN
        new = again or not self._sidecar(sha256).exists()
        if not new:
            self.sight(
                sha256, request, run_id=run_id, headers=headers, now=now, reduction=reduction
            )
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
            offered_as=request.url or request.path or request.identity,
            retrieved_at=now,
            declared_media_type=(headers or {}).get("Content-Type"),
            detected_media_type=detected_media_type(content),
            licence=licence,
            run_id=run_id,
            headers=dict(headers or {}),
            reduction=reduction,
            figure_origin=figure_origin,
            figure_origin_from=request.identity,
            left_out=left_out,
        )
        with self.index.changing(sha256):
            self.write(sidecar, content)
            self._tombstone(sha256).unlink(missing_ok=True)
            self.sight(
                sha256, request, run_id=run_id, headers=headers, now=now, reduction=reduction
            )
        return Landed(self.source, self.dataset, sha256, request.label), True

    def write(self, sidecar: Sidecar, content: bytes) -> None:
        """Write a file and the sidecar that commits it, without a sighting."""
        write_atomically(self.folder / f"{sidecar.sha256}.{sidecar.extension}", content)
        write_json_atomically(self._sidecar(sidecar.sha256), _jsonable(asdict(sidecar)))

    def sight(
        self,
        sha256: str,
        request: Request,
        *,
        run_id: str,
        headers: Mapping[str, str] | None = None,
        now: datetime | None = None,
        reduction: Reduction | None = None,
    ) -> None:
        """Note that the source offers these bytes now, for the first time or again."""
        seen_at = now or datetime.now(UTC)
        made = replace(reduction, findings=()) if reduction else None
        sighting = Sighting(
            seen_at, request.identity, run_id, dict(headers or {}), self.reason, made
        )
        self.journal.append({"sha256": sha256, **_jsonable(asdict(sighting))})

    def relabel(self, sha256: str, figure_origin: FigureOrigin, identity: str | None) -> None:
        """Have the sidecar say who made the figures, and which request told so."""
        sidecar = replace(
            self.sidecar(sha256), figure_origin=figure_origin, figure_origin_from=identity
        )
        with self.index.changing(sha256):
            write_json_atomically(self._sidecar(sha256), _jsonable(asdict(sidecar)))

    def call(self, sha256: str, request: Request) -> None:
        """Have the file be read under the name that ``request`` brings; the names before it stay
        in the sidecar, and its sightings as they are."""
        before = self.sidecar(sha256)
        sidecar = replace(
            before,
            label=request.label,
            label_from=request.identity,
            earlier_labels=(*before.earlier_labels, before.label),
        )
        with self.index.changing(sha256):
            write_json_atomically(self._sidecar(sha256), _jsonable(asdict(sidecar)))

    def has(self, sha256: str) -> bool:
        """Whether a file with this hash has landed completely; its bytes may be deleted since."""
        return self._sidecar(sha256).exists()

    def content(self, sha256: str) -> bytes:
        return self.path(sha256).read_bytes()

    def path(self, sha256: str) -> Path:
        """The path of the bytes."""
        return self.folder / f"{sha256}.{self.sidecar(sha256).extension}"

    def sidecar(self, sha256: str) -> Sidecar:
        """The sidecar. Raises ``FileNotFoundError`` if no file with this hash has landed."""
        document = json.loads(self._sidecar(sha256).read_text())
        document["retrieved_at"] = datetime.fromisoformat(document["retrieved_at"])
        document["earlier_labels"] = tuple(document.get("earlier_labels", ()))
        left_out = _findings(document.get("left_out", ()))
        return Sidecar(**{**document, "reduction": _reduction(document), "left_out": left_out})

    def origin(self, sha256: str) -> Origin:
        """The facts about a landed file that its parser receives beside the bytes."""
        sidecar = self.sidecar(sha256)
        return Origin(
            source=self.source,
            dataset=self.dataset,
            sha256=sha256,
            label=sidecar.label,
            identity=sidecar.identity,
            retrieved_at=sidecar.retrieved_at,
            reduction=sidecar.reduction,
            figure_origin=sidecar.figure_origin,
            left_out=sidecar.left_out,
            label_from=sidecar.label_from,
        )

    def hashes(self) -> Iterator[str]:
        """The hash of every file that has landed completely, sorted."""
        return iter(sorted(path.stem for path in self.folder.glob("*.json")))

    def readable(self) -> Iterator[str]:
        """The hash of every file that no rule has deleted, sorted."""
        return (sha256 for sha256 in self.hashes() if not self._tombstone(sha256).exists())

    def tombstone(self, sha256: str) -> Tombstone | None:
        """The tombstone of the file with this hash; None if its bytes were not deleted."""
        try:
            document = json.loads(self._tombstone(sha256).read_text())
        except FileNotFoundError:
            return None
        for key in ("retrieved_at", "deleted_at"):
            document[key] = datetime.fromisoformat(document[key])
        return Tombstone(**document)

    def tombstones(self) -> Iterator[Tombstone]:
        """The tombstones of all deleted files, sorted by hash."""
        return filter(None, map(self.tombstone, self.hashes()))

    def rename(
        self, sha256: str, label: str, offered_as: str, address: Callable[[str], str]
    ) -> None:
        """Take the name of an offered file out of its sightings, sidecar and tombstone.

        ``address`` gives what stands for an identity instead. Killed in between, the next call
        goes on.
        """

        def renamed(document: dict[str, Any]) -> dict[str, Any]:
            if document["sha256"] != sha256:
                return document
            return {**document, "identity": address(document["identity"])}

        if any(renamed(one) != one for one in self.journal.documents()):
            self.journal.rewrite(renamed)
            self.index.rebuild()
        sidecar = self.sidecar(sha256)
        identity = address(sidecar.identity)
        said_by = sidecar.figure_origin_from
        made = replace(
            sidecar,
            label=label,
            identity=identity,
            offered_as=offered_as,
            figure_origin_from=None if said_by is None else address(said_by),
            label_from=None if sidecar.label_from is None else address(sidecar.label_from),
            earlier_labels=(),
        )
        buried = self.tombstone(sha256)
        with self.index.changing(sha256):
            if made != sidecar:
                write_json_atomically(self._sidecar(sha256), _jsonable(asdict(made)))
            if buried and buried.label != label:
                document = _jsonable(asdict(replace(buried, label=label)))
                write_json_atomically(self._tombstone(sha256), document)

    def bury(self, tombstone: Tombstone) -> None:
        """Write the tombstone, then delete the bytes.

        From the tombstone on, the file counts as deleted. If the process is killed before it
        deletes the bytes, the next call deletes them.
        """
        with self.index.changing(tombstone.sha256):
            if self.tombstone(tombstone.sha256) is None:
                document = _jsonable(asdict(tombstone))
                write_json_atomically(self._tombstone(tombstone.sha256), document)
            self.path(tombstone.sha256).unlink(missing_ok=True)

    def sightings(self, sha256: str) -> Iterator[Sighting]:
        """The sightings of these bytes, in order of arrival; also of an original they replaced.

        Reads the whole journal, to explain a single file; use ``spells`` for a summary.
        """
        replaced = {one.sha256 for one in self.tombstones() if one.replaced_by == sha256}
        for document in self.journal.documents():
            if document["sha256"] in {sha256, *replaced}:
                yield _sighting(document)

    def spells(self) -> list[Spell]:
        """Every run of sightings, in order of arrival."""
        return [
            Spell(number, identity, sha256, moment_of(first), moment_of(last), sightings)
            for number, identity, sha256, first, last, sightings in self.index.ask(queries.spells)
        ]

    def newest_by_identity(self, identities: Iterable[str]) -> dict[str, tuple[str, Sighting]]:
        """For each of these addresses, the newest sighting and its hash.

        The newest sighting is the last one in the journal. Its time may not be the latest, because
        a clock may have been set back.
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
        """When the source last offered anything; with ``before``, before it, exact to the day."""
        return self.index.ask(partial(queries.last_sighting, before=before))

    def seen(self) -> list[tuple[str, str, datetime, date]]:
        """Hash, address, moment and day (in German time) of each sighting of a snapshot dataset.

        Sorted by hash, then by arrival; empty for other datasets.
        """
        return [
            (sha256, identity, moment_of(seen_at), date.fromordinal(day))
            for sha256, identity, seen_at, day in self.index.ask(queries.seen)
        ]

    def waiting(self, version: int) -> list[tuple[str, str]]:
        """Hash and label of the files not processed by this parser version, sorted by hash."""
        return self.index.ask(partial(queries.waiting, version=version))

    def _sidecar(self, sha256: str) -> Path:
        return self.folder / f"{sha256}.json"

    def _tombstone(self, sha256: str) -> Path:
        return self.folder / f"{sha256}.tombstone"


def _ending(extension: str) -> str:
    """The file extension under which the bytes are stored, made safe whatever the file's name.

    An extension that the store uses itself gets ``.bytes`` appended: otherwise the sidecar would
    overwrite a JSON file, and ``land`` would delete the bytes of a ``.tombstone`` file.
    """
    plain = extension if PLAIN_ENDING.fullmatch(extension) else "bin"
    return f"{plain}.bytes" if plain in TAKEN_ENDINGS else plain


def _sighting(document: Mapping[str, Any]) -> Sighting:
    seen_at = datetime.fromisoformat(document["seen_at"])
    fields = {key: value for key, value in document.items() if key != "sha256"}
    return Sighting(**{**fields, "seen_at": seen_at, "reduction": _reduction(document)})


def _reduction(document: Mapping[str, Any]) -> Reduction | None:
    """How a canonical table was made, as a sidecar or a sighting says; None for other files."""
    said = document.get("reduction")
    if said is None:
        return None
    return Reduction(**{**said, "findings": _findings(said["findings"])})


def _findings(documents: Iterable[Mapping[str, Any]]) -> tuple[Finding, ...]:
    return tuple(Finding(**from_document(one)) for one in documents)


def upgrade_landing(settings: Settings) -> str:
    """Upgrade landing to a journal of sightings for each dataset.

    Earlier code wrote a file of sightings beside each landed file. These become one journal, sorted
    by time. If the process is killed, the old files stay valid until the journal of their dataset
    is complete, and the next call continues. Returns a summary of the changes.
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
    """What of a record JSON holds; some only where there is one."""
    return {
        key: value.isoformat() if isinstance(value, datetime) else to_document(value)
        for key, value in document.items()
        if value or key not in {"reduction", "replaced_by", "left_out"}
    }
