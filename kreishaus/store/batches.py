"""Which staged file stood for a period, and since when: the versions of every dataset."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import pyarrow as pa
import pyarrow.parquet as pq

from kreishaus.datasets import REGISTRY, Dataset
from kreishaus.files import write_atomically
from kreishaus.settings import Settings
from kreishaus.store.landing import Landing
from kreishaus.store.staging import BatchRecord, Staging, text

SCHEMA = pa.schema(
    [
        text("county_ags"),
        text("source"),
        text("dataset"),
        text("period"),
        text("source_sha256"),
        text("label"),
        pa.field("published_at", pa.timestamp("us", tz="UTC")),
        pa.field("retrieved_at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("in_force_from", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("revision", pa.int64(), nullable=False),
        text("figure_origin"),
    ]
)


@dataclass(frozen=True)
class Appearance:
    """The moment from which an address offered these bytes (again).

    ``number`` is the order of their coming.
    """

    sha256: str
    since: datetime
    number: int = 0
    identity: str = ""


def appearances(landing: Landing) -> Iterator[Appearance]:
    """When each address changed to other bytes.

    An address that goes on offering the same bytes does not appear again: an old file left in a
    drop folder must not displace a correction handed in beside it. One that goes back to earlier
    bytes does.
    """
    for spell in landing.spells():
        yield Appearance(spell.sha256, spell.first_seen_at, spell.number, spell.identity)


@dataclass(frozen=True)
class Version:
    """One of the files that stood for a period, one after the other; ``revision`` counts from 1."""

    record: BatchRecord
    in_force_from: datetime
    revision: int


def versions(landing: Landing, records: Iterable[BatchRecord]) -> Iterator[Version]:
    """Every version of every period of a dataset, by period and in the order of their coming.

    ``landing`` and ``records`` are its landed and its staged files.

    Of two files that came for a period the one that came later counts, by the order of their
    sightings: a clock that was set back brings no earlier version back, and a version is in force
    from no earlier moment than the one before it. Bytes that come again while they stand are no
    new version: not at another address, and not after a file between them that was put into
    quarantine. A file whose name was corrected came with the corrected name: what it is about was
    not known before.
    """
    staged = {record.sha256: record for record in records}
    coming: dict[str, list[Appearance]] = {}
    came_all = sorted(appearances(landing), key=lambda came: came.number)
    known = {(one.sha256, one.identity) for one in came_all}
    unnamed = {
        sha256: one.label_from
        for sha256, one in staged.items()
        if (sha256, one.label_from) in known
    }
    for appearance in came_all:
        if unnamed.get(appearance.sha256) == appearance.identity:
            del unnamed[appearance.sha256]
        record = staged.get(appearance.sha256)
        if record and appearance.sha256 not in unnamed:
            coming.setdefault(str(record.period), []).append(appearance)
    for _, came in sorted(coming.items()):
        in_force_from = came[0].since
        by_file = groupby(came, key=lambda appearance: appearance.sha256)
        for revision, (sha256, times) in enumerate(by_file, start=1):
            in_force_from = max(in_force_from, next(times).since)
            yield Version(staged[sha256], in_force_from, revision)


def versions_of(settings: Settings, entry: Dataset) -> Iterator[Version]:
    """The versions of one dataset of this installation."""
    staging = Staging(settings.staged, entry.source, entry.name)
    return versions(Landing(settings.landing, entry.source, entry.name), staging.records())


def write_batches(settings: Settings) -> int:
    """Write ``batches.parquet`` into the warehouse: a row for each version of each period.

    Whose home the file came to, the county's, stands in each.
    """
    rows = [
        {
            "county_ags": settings.county.ags,
            "source": version.record.source,
            "dataset": version.record.dataset,
            "period": version.record.period,
            "source_sha256": version.record.sha256,
            "label": version.record.label,
            "published_at": version.record.published_at,
            "retrieved_at": version.record.retrieved_at,
            "in_force_from": version.in_force_from,
            "revision": version.revision,
            "figure_origin": version.record.figure_origin,
        }
        for entry in REGISTRY
        for version in versions_of(settings, entry)
    ]
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(rows, SCHEMA), sink)
    write_atomically(settings.warehouse / "batches.parquet", sink.getvalue().to_pybytes())
    return len(rows)
