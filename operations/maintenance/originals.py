"""Putting canonical tables in the place of files that earlier code landed as they came.

For each file: make its table, read the table back and compare it with every staged row. Only where
all is equal does the table land, with the times of the file, and is staged; then the file leaves a
tombstone that names the table, and its bytes go. From the tombstone on the sightings of the file
are those of the table, so that it is the same version at the same time.

Killed at any instant, the next call finishes it: before the tombstone the file counts, afterwards
the table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from kreishaus.datasets import REGISTRY, Dataset
from kreishaus.model import Landed, Origin, Reduced, Request, UnreadableFile
from kreishaus.settings import Settings
from kreishaus.store.dataset_store import DatasetStore
from kreishaus.store.originals import Original, all_originals, forget_deadline, originals
from kreishaus.wording import say
from operations.maintenance.retention.landed import tombstone
from pipeline.reduction import Reducer, named
from pipeline.steps import process_file, validate
from warehouse import audit
from warehouse.writer_lock import writing

RULE = "kreishaus azr reduce: only the canonical table of a file of the register is kept"
REASON = "The county confirmed it; every staged row is made of the canonical table as before."


@dataclass(frozen=True)
class Done:
    """What came of one file: ``reduced`` and gone, or why it stays."""

    original: Original
    reduced: bool
    why: str = ""


@dataclass(frozen=True)
class _Table:
    """The canonical table of a file, and the sidecar's facts that go with it."""

    reduced: Reduced
    offer: Request
    origin: Origin


def reduce_originals(settings: Settings, *, confirmed: bool) -> Iterator[Done]:
    """Look at each file, and reduce it if the county ``confirmed`` it; otherwise change nothing.

    Nobody can build or publish meanwhile. Raises ``WarehouseBusy`` when somebody does, and
    ``AuditUnwritable`` before anything is deleted that is not noted.
    """
    with writing(settings, "azr reduce"):
        for original in all_originals(settings):
            yield _one(settings, original, confirmed=confirmed)
            if confirmed and not any(originals(settings, original.entry)):
                forget_deadline(settings, original.entry)
        if confirmed:
            _forget_names_of_deleted(settings)


def _one(settings: Settings, original: Original, *, confirmed: bool) -> Done:
    store = DatasetStore.of(settings, original.entry.source, original.entry.name)
    if original.begun:
        if confirmed:
            _finish(store, original)
        return Done(
            original, confirmed, "" if confirmed else say("its table stands: the rest can go")
        )
    try:
        table = _table(settings, store, original)
    except UnreadableFile as error:
        rules = ", ".join(sorted({finding.rule for finding in error.findings}))
        return Done(original, False, say("its table cannot be made ({rules})", rules=rules))
    if why := _difference(settings, store, original, table):
        return Done(original, False, why)
    if not confirmed:
        return Done(original, False, say("it can be reduced"))
    _land(store, original, table)
    landed = Landed(original.entry.source, original.entry.name, table.origin.sha256, "")
    process_file(replace(landed, label=table.reduced.label), settings)
    _forget_name(settings, store, original, table)
    _leave_tombstone(settings, store, original, table)
    _finish(store, original)
    return Done(original, True)


def _table(settings: Settings, store: DatasetStore, original: Original) -> _Table:
    """The canonical table of a file. Raises ``UnreadableFile``."""
    landing = store.landing
    sidecar = landing.sidecar(original.sha256)
    reducer: Reducer = original.entry.load("reduce")
    reduced = reducer.of_landed(
        landing.content(original.sha256), landing.origin(original.sha256), settings
    )
    request = Request(sidecar.identity, sidecar.label, path=sidecar.offered_as)
    offer = named(reducer.offer(request, original.sha256, settings), reduced.label)
    sha256 = hashlib.sha256(reduced.content).hexdigest()
    origin = Origin(
        source=sidecar.source,
        dataset=sidecar.dataset,
        sha256=sha256,
        label=reduced.label,
        identity=offer.identity,
        retrieved_at=sidecar.retrieved_at,
        reduction=reduced.reduction,
        figure_origin=sidecar.figure_origin,
    )
    return _Table(reduced, offer, origin)


def _difference(
    settings: Settings, store: DatasetStore, original: Original, table: _Table
) -> str | None:
    """What keeps the table from standing for the file: rows that differ, another judgement."""
    entry = original.entry
    try:
        batch, validation, tables = validate(
            entry, table.reduced.content, table.origin, settings.county
        )
    except UnreadableFile as error:
        return say("its table cannot be read back ({error})", error=error)
    if original.period is None:
        return None  # no figure was ever made of it
    if not validation.passed:
        rules = sorted({finding.rule for finding in validation.findings})
        return say(
            "it is staged, and its table would go into quarantine ({rules})", rules=", ".join(rules)
        )
    if batch.period != original.period:
        return say(
            "it is staged for {staged}, and its table is of {made}",
            staged=original.period,
            made=batch.period,
        )
    folder = store.staging.folder / original.period / original.sha256
    differing = sum(_differing(folder, name, made) for name, made in tables.items())
    return say("{count} staged rows are not reproduced", count=differing) if differing else None


def _differing(folder: Path, name: str, made: pa.Table) -> int:
    """How many rows of a staged table, or of the one made anew, have no equal in the other."""
    columns = [column for column in made.column_names if column != "source_sha256"]
    staged = pq.read_table(folder / f"{name}.parquet")
    if not set(columns) <= set(staged.column_names):
        return int(max(staged.num_rows, made.num_rows))
    before = _counted(staged.select(columns))
    after = _counted(made.select(columns))
    return sum(abs(before.get(row, 0) - after.get(row, 0)) for row in before.keys() | after.keys())


def _counted(table: pa.Table) -> dict[tuple[object, ...], int]:
    found: dict[tuple[object, ...], int] = {}
    for row in zip(*(column.to_pylist() for column in table.columns), strict=True):
        found[row] = found.get(row, 0) + 1
    return found


def _land(store: DatasetStore, original: Original, table: _Table) -> None:
    """Land the table with the file's times, and no sighting: it gets those of the file."""
    sidecar = store.landing.sidecar(original.sha256)
    made = replace(
        sidecar,
        sha256=table.origin.sha256,
        extension="csv",
        size=len(table.reduced.content),
        label=table.reduced.label,
        identity=table.offer.identity,
        offered_as=str(table.offer.path),
        declared_media_type=None,
        detected_media_type="text/plain",
        headers={},
        reduction=table.reduced.reduction,
        figure_origin_from=None if sidecar.figure_origin_from is None else table.offer.identity,
    )
    if not store.landing.has(made.sha256):
        with store.landing.index.changing(made.sha256):
            store.landing.write(made, table.reduced.content)


def _leave_tombstone(
    settings: Settings, store: DatasetStore, original: Original, table: _Table
) -> None:
    now = datetime.now(UTC)
    details = {"kind": "landed", "about": original.words, "rule": RULE, "sha256": original.sha256}
    audit.record(settings, "delete", details=details, now=now)
    made = tombstone(store.landing, original.sha256, "reduced", RULE, REASON, now)
    store.landing.bury(
        replace(
            made,
            period=original.period,
            label=table.reduced.label,
            replaced_by=table.origin.sha256,
        )
    )


def _forget_name(
    settings: Settings, store: DatasetStore, original: Original, table: _Table
) -> None:
    """Take the file's name out of sidecar and sightings; the label says the same date."""
    address = _address(settings, original.entry, original.sha256)
    store.landing.rename(original.sha256, table.reduced.label, str(table.offer.path), address)


def _address(settings: Settings, entry: Dataset, sha256: str) -> Callable[[str], str]:
    """What stands for the identity of a sighting, so that it says no name of a file."""
    reducer: Reducer = entry.load("reduce")
    places = (f"{entry.source}/drop/", "by hand: ")

    def address(identity: str) -> str:
        place = next((one for one in places if identity.startswith(one)), "")
        request = Request(identity, identity.removeprefix(place))
        return reducer.offer(request, sha256, settings).identity

    return address


def _forget_names_of_deleted(settings: Settings) -> None:
    """The names of files go, too, of which a rule deleted the bytes before."""
    for entry in REGISTRY:
        if entry.reduce is None:
            continue
        reducer: Reducer = entry.load("reduce")
        store = DatasetStore.of(settings, entry.source, entry.name)
        landing = store.landing
        for buried in landing.tombstones():
            sidecar = landing.sidecar(buried.sha256)
            if sidecar.reduction is None and buried.what != "reduced":
                named_so = Request(sidecar.identity, sidecar.label)
                label = reducer.offer(named_so, buried.sha256, settings).label
                folder = str(Path(sidecar.offered_as).parent)
                if label != sidecar.label:
                    store.staging.rename(buried.sha256, label)
                    address = _address(settings, entry, buried.sha256)
                    landing.rename(buried.sha256, label, folder, address)


def _finish(store: DatasetStore, original: Original) -> None:
    """Remove what is left of a file after its tombstone: bytes, rows, the copy in quarantine."""
    buried = store.landing.tombstone(original.sha256)
    if buried is None:
        return
    store.landing.bury(buried)
    store.staging.withdraw(original.sha256)
    store.quarantine.release(original.sha256)
