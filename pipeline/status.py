"""What the floors say of each dataset: the one answer behind ``status`` and the run's summary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from kreishaus.datasets import REGISTRY, Dataset
from kreishaus.settings import Settings
from kreishaus.store.dataset_store import DatasetStore
from kreishaus.store.index_queries import summary
from kreishaus.store.originals import deadline, originals
from kreishaus.store.quarantine import QuarantinedFile
from kreishaus.store.visits import Visit, Visits
from pipeline.freshness import Freshness, freshness


@dataclass(frozen=True)
class DatasetStatus:
    """One dataset, as its owner would ask about it.

    ``files_new`` counts what landed in the run asked for. ``expected_reference`` is the newest
    reference date that should have arrived by today, ``revisions`` how often a period was issued
    again. Check counts are of the files that are staged or in quarantine now. ``unjudged`` are
    the labels of files that landed and were neither staged nor put into quarantine;
    ``reissued`` the periods of which there is another version since the last visit began.
    ``last_backfill`` is a visit out of turn that came after the last one in turn. ``originals``
    counts files that earlier code landed as they came, to be reduced by ``originals_by``.
    """

    dataset: Dataset
    last_fetched: datetime | None
    last_good: datetime | None
    newest_reference: date | None
    expected_reference: date
    files_landed: int
    files_new: int
    files_staged: int
    revisions: int
    checks_passed: int
    checks_warned: int
    checks_failed: int
    quarantined: tuple[QuarantinedFile, ...]
    enabled: bool = True
    fresh: Freshness | None = None
    last_visit: Visit | None = None
    last_backfill: Visit | None = None
    unjudged: tuple[str, ...] = ()
    reissued: tuple[str, ...] = ()
    originals: int = 0
    originals_by: date | None = None

    @property
    def late(self) -> bool:
        """Whether a reference date that is due has not arrived. A warning, never a failure."""
        if not self.enabled or (self.fresh and self.fresh.ended):
            return False
        return self.newest_reference is None or self.newest_reference < self.expected_reference


def dataset_status(
    settings: Settings, today: date, run_id: str | None = None, source: str | None = None
) -> list[DatasetStatus]:
    """The status of every dataset in the registry (or of one source), in its order."""
    entries = [entry for entry in REGISTRY if source in (None, entry.source)]
    return [_status(settings, entry, today, run_id) for entry in entries]


def _status(settings: Settings, entry: Dataset, today: date, run_id: str | None) -> DatasetStatus:
    store = DatasetStore.of(settings, entry.source, entry.name)
    visit, backfill = Visits(settings.landing, entry.source, entry.name).last()
    since = visit.visited_at if visit else None
    calendar = entry.calendar_in(settings)
    found = store.landing.index.ask(
        partial(summary, run_id=run_id, since=since, newest_only=not calendar.without_gaps)
    )
    fresh = freshness(calendar, found.known, today)
    in_quarantine = found.totals["quarantined"]
    reduce_by = deadline(settings, entry)
    return DatasetStatus(
        dataset=entry,
        last_fetched=found.last_seen_at,
        last_good=found.last_good,
        newest_reference=fresh.newest,
        expected_reference=fresh.expected,
        files_landed=found.totals["landed"],
        files_new=found.landed_in_run,
        files_staged=found.totals["staged"],
        revisions=found.totals["revisions"],
        checks_passed=found.totals["passed"],
        checks_warned=found.totals["warning"],
        checks_failed=found.totals["critical"],
        quarantined=tuple(store.quarantine.files()) if in_quarantine else (),
        enabled=settings.dataset(entry.source, entry.name).enabled,
        fresh=fresh,
        last_visit=visit,
        last_backfill=backfill,
        unjudged=found.unjudged,
        reissued=found.reissued,
        originals=sum(1 for _ in originals(settings, entry)) if reduce_by else 0,
        originals_by=reduce_by,
    )
