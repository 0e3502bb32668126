"""Which staged file stood for a period, and since when: the versions of every dataset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq

from ingest.datasets import REGISTRY, Dataset
from ingest.files import write_atomically
from ingest.landing import Landing
from ingest.settings import Settings
from ingest.staging import Staging, text

SCHEMA = pa.schema(
    [
        text("source"),
        text("dataset"),
        text("period"),
        text("source_sha256"),
        text("label"),
        pa.field("published_at", pa.timestamp("us", tz="UTC")),
        pa.field("retrieved_at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("in_force_from", pa.timestamp("us", tz="UTC"), nullable=False),
    ]
)


@dataclass(frozen=True)
class Appearance:
    """The moment from which an address offered these bytes (again)."""

    sha256: str
    since: datetime


def appearances(landing: Landing) -> Iterator[Appearance]:
    """When each address changed to other bytes.

    An address that goes on offering the same bytes does not appear again: an old file left in a
    drop folder must not displace a correction handed in beside it. One that goes back to earlier
    bytes does.
    """
    offers: dict[str, list[tuple[datetime, str]]] = {}
    for sha256 in landing.hashes():
        for sighting in landing.sightings(sha256):
            offers.setdefault(sighting.identity, []).append((sighting.seen_at, sha256))
    for offered in offers.values():
        before = None
        for seen_at, sha256 in sorted(offered):
            if sha256 != before:
                yield Appearance(sha256, seen_at)
            before = sha256


def write_batches(settings: Settings) -> int:
    """Write ``warehouse/batches.parquet``: a row each time a staged file came into force."""
    rows = [row for entry in REGISTRY for row in _rows(settings, entry)]
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(rows, SCHEMA), sink)
    write_atomically(settings.warehouse / "batches.parquet", sink.getvalue().to_pybytes())
    return len(rows)


def _rows(settings: Settings, entry: Dataset) -> Iterator[dict[str, object]]:
    staging = Staging(settings.staged, entry.source, entry.name)
    staged = {record.sha256: record for record in staging.records()}
    for appearance in appearances(Landing(settings.landing, entry.source, entry.name)):
        if record := staged.get(appearance.sha256):
            yield {
                "source": record.source,
                "dataset": record.dataset,
                "period": record.period,
                "source_sha256": record.sha256,
                "label": record.label,
                "published_at": record.published_at,
                "retrieved_at": record.retrieved_at,
                "in_force_from": appearance.since,
            }
