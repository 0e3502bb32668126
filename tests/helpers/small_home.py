"""A home folder of a few small files, written floor by floor: for tests of what is kept of it."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256

import duckdb
import pandas as pd
import pyarrow as pa

from kreishaus.model import Finding, Request
from kreishaus.settings import Settings
from kreishaus.store.landing import Landing
from kreishaus.store.quarantine import Quarantine
from kreishaus.store.staging import BatchRecord, Staging, text, typed
from warehouse import versions

SCHEMA = pa.schema([text("country")])


def hash_of(content: bytes) -> str:
    return sha256(content).hexdigest()


def landed(
    settings: Settings,
    content: bytes,
    at: datetime,
    *,
    dataset: str = "bamf/hkl",
    label: str = "2021-09",
    identity: str | None = None,
) -> str:
    """Land some bytes at a moment, or see them again. Returns their hash."""
    source, name = dataset.split("/")
    request = Request(
        identity or f"https://source.example/{label}", label, url="-", extension="pdf"
    )
    landing = Landing(settings.landing, source, name)
    landing.land(content, request, run_id="night", licence="-", now=at)
    return hash_of(content)


def staged(
    settings: Settings,
    content: bytes,
    at: datetime,
    *,
    dataset: str = "bamf/hkl",
    period: str = "2021-09",
    identity: str | None = None,
) -> str:
    """Land some bytes and stage one row from them. Returns their hash."""
    source, name = dataset.split("/")
    key = landed(settings, content, at, dataset=dataset, label=period, identity=identity)
    provenance = {
        "source_sha256": key,
        "period": period,
        "published_at": None,
        "retrieved_at": at,
    }
    frame = pd.DataFrame({"country": ["Syrien"], "source_place": ["1"], "source_row": [4]})
    Staging(settings.staged, source, name).stage(
        BatchRecord(source, name, key, period, period, 2, None, at, 1),
        {"rows": typed(frame, SCHEMA, provenance)},
        [],
        "{}",
    )
    return key


def quarantined(
    settings: Settings, content: bytes, at: datetime, *, dataset: str = "bamf/hkl", label: str
) -> str:
    """Land some bytes and put them into quarantine. Returns their hash."""
    source, name = dataset.split("/")
    key = landed(settings, content, at, dataset=dataset, label=label)
    record = BatchRecord(source, name, key, label, None, 2, None, at)
    finding = Finding("hkl_total", "critical", "does not add up")
    Quarantine(settings.quarantine, source, name).keep(record, content, [finding], [], "")
    return key


def day(text_: str, hour: int = 2) -> datetime:
    return datetime.fromisoformat(text_).replace(hour=hour, tzinfo=UTC)


def installation_with_one_care_home(settings: Settings) -> None:
    """One small version: a home of eighty places in both halves."""
    version = settings.published / "20261125T030824Z"
    for audience in versions.AUDIENCES:
        path = versions.database(version, audience)
        path.parent.mkdir(parents=True)
        with duckdb.connect(path) as database:
            database.execute(f"create schema {audience}")
            database.execute(f"create table {audience}.homes as select 'Muster' as name, 80 as n")
    (settings.published / "format.json").write_text('{"format": 2}')
    (settings.published / "current").symlink_to(version.name)
