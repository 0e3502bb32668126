"""How fresh each dataset is by its own calendar: for status, for alerts, and as a mart."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq

from kreishaus.calendars import Calendar
from kreishaus.datasets import REGISTRY, Dataset
from kreishaus.files import write_atomically
from kreishaus.local_time import HERE
from kreishaus.settings import Settings
from kreishaus.store.index_rows import references
from kreishaus.store.landing import Landing
from kreishaus.store.quarantine import Quarantine
from kreishaus.store.sightings import days_seen
from kreishaus.store.staging import BatchRecord, Staging, text

SCHEMA = pa.schema(
    [
        text("source"),
        text("dataset"),
        text("title"),
        text("calendar"),
        pa.field("newest_reference", pa.date32()),
        pa.field("expected_reference", pa.date32()),
        pa.field("awaited_reference", pa.date32()),
        pa.field("due_on", pa.date32()),
        pa.field("is_late", pa.bool_(), nullable=False),
        pa.field("days_late", pa.int64(), nullable=False),
        text("missing_references", nullable=True),
        pa.field("last_fetched_on", pa.date32()),
        pa.field("last_good_at", pa.timestamp("us", tz="UTC")),
        pa.field("files_in_quarantine", pa.int64(), nullable=False),
        pa.field("looked_at_on", pa.date32(), nullable=False),
    ]
)


@dataclass(frozen=True)
class Freshness:
    """What has arrived of a dataset, against what should have by ``today``.

    ``expected`` is the newest reference date whose due day has passed; ``awaited`` the oldest one
    after ``newest`` (the expected one where nothing ever came), due on ``due_on``. Neither means
    anything of a series that has ``ended``.
    """

    newest: date | None
    expected: date
    awaited: date
    due_on: date
    today: date
    gaps: tuple[date, ...]
    ended: bool = False

    @property
    def late(self) -> bool:
        """Whether the due day of what is awaited has passed. A warning, never a failure."""
        return self.due_on < self.today

    @property
    def days_late(self) -> int:
        return max((self.today - self.due_on).days, 0)


def freshness(calendar: Calendar, known: Collection[date], today: date) -> Freshness:
    """Compare the reference dates that have arrived with the calendar."""
    newest = max(known, default=None)
    expected = calendar.expected_by(today)
    awaited = expected if newest is None else calendar.next_after(newest)
    return Freshness(
        newest=newest,
        expected=expected,
        awaited=awaited,
        due_on=calendar.due_on(awaited),
        today=today,
        gaps=tuple(calendar.gaps(known)),
        ended=calendar.ended,
    )


def known_days(
    entry: Dataset,
    landing: Landing,
    records: Collection[BatchRecord],
    before: datetime | None = None,
) -> set[date]:
    """What ``freshness`` compares with the calendar: for a snapshot the days that saw it."""
    if entry.snapshot:
        return days_seen(landing, (record.sha256 for record in records), before)
    return {day for record in records for day in references(record.period, record.newest_reference)}


def write_freshness(settings: Settings, as_of: str | None = None, today: date | None = None) -> int:
    """Write ``freshness.parquet`` into the warehouse: a row for each dataset that is taken in.

    ``as_of`` is a day or a UTC time stamp to look back to; otherwise it is ``today``.
    """
    before = end_of(as_of) if as_of else None
    day = (
        today or (before - timedelta(microseconds=1) if before else _now()).astimezone(HERE).date()
    )
    rows = [
        _row(settings, entry, day, before)
        for entry in REGISTRY
        if settings.dataset(entry.source, entry.name).enabled
    ]
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(rows, SCHEMA), sink)
    write_atomically(settings.warehouse / "freshness.parquet", sink.getvalue().to_pybytes())
    return len(rows)


def end_of(as_of: str) -> datetime:
    """The moment before which something must have arrived to be known as of ``as_of``."""
    if len(as_of) > len("2021-11-30"):
        return datetime.fromisoformat(as_of) + timedelta(microseconds=1)
    day = date.fromisoformat(as_of) + timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=HERE)


def _now() -> datetime:
    return datetime.now(UTC)


def _row(
    settings: Settings, entry: Dataset, today: date, before: datetime | None
) -> dict[str, object]:
    def known(record: BatchRecord) -> bool:
        return before is None or record.retrieved_at < before

    staging = Staging(settings.staged, entry.source, entry.name)
    staged = [record for record in staging.records() if known(record)]
    quarantine = Quarantine(settings.quarantine, entry.source, entry.name)
    calendar = entry.calendar_in(settings)
    landing = Landing(settings.landing, entry.source, entry.name)
    found = freshness(calendar, known_days(entry, landing, staged, before), today)
    fetched = landing.last_sighting(before)
    return {
        "source": entry.source,
        "dataset": entry.name,
        "title": entry.title,
        "calendar": calendar.words,
        "newest_reference": found.newest,
        "expected_reference": found.expected if found.expected > date.min else None,
        "awaited_reference": None if found.ended else found.awaited,
        "due_on": None if found.ended else found.due_on,
        "is_late": found.late,
        "days_late": found.days_late,
        "missing_references": ", ".join(map(str, found.gaps)) or None,
        "last_fetched_on": fetched.astimezone(HERE).date() if fetched else None,
        "last_good_at": max((record.retrieved_at for record in staged), default=None),
        "files_in_quarantine": sum(known(file.record) for file in quarantine.files()),
        "looked_at_on": today,
    }
