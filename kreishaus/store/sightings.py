"""On which day each landed file was seen: what makes a daily series of answers without a date.

The same bytes on two days are one landed file, and still two observations. Only datasets that are
snapshots are observed so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

import pyarrow as pa
import pyarrow.parquet as pq

from kreishaus.datasets import REGISTRY, Dataset
from kreishaus.files import write_atomically
from kreishaus.settings import Settings
from kreishaus.store.landing import Landing
from kreishaus.store.staging import text

SCHEMA = pa.schema(
    [
        text("source"),
        text("dataset"),
        text("source_sha256"),
        text("identity"),
        pa.field("seen_on", pa.date32(), nullable=False),
        pa.field("seen_at", pa.timestamp("us", tz="UTC"), nullable=False),
    ]
)


def write_sightings(settings: Settings) -> int:
    """Write ``warehouse/sightings.parquet``: a row each sighting of a file of a snapshot dataset.

    ``seen_on`` is the day in Germany. Returns the number of rows.
    """
    rows = [row for entry in REGISTRY if entry.snapshot for row in _rows(settings, entry)]
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(rows, SCHEMA), sink)
    write_atomically(settings.warehouse / "sightings.parquet", sink.getvalue().to_pybytes())
    return len(rows)


def days_seen(landing: Landing, staged: Iterable[str], before: datetime | None = None) -> set[date]:
    """The days on which one of the ``staged`` files was seen (before a moment, if one is given)."""
    wanted = frozenset(staged)
    return {
        day
        for sha256, _, seen_at, day in landing.seen()
        if sha256 in wanted and (before is None or seen_at < before)
    }


def _rows(settings: Settings, entry: Dataset) -> Iterator[dict[str, object]]:
    landing = Landing(settings.landing, entry.source, entry.name)
    for sha256, identity, seen_at, day in landing.seen():
        yield {
            "source": entry.source,
            "dataset": entry.name,
            "source_sha256": sha256,
            "identity": identity,
            "seen_on": day,
            "seen_at": seen_at,
        }
