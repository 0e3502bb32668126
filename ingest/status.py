"""What the floors say of each dataset: the one answer behind ``status`` and the run's summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.dataset as ds

from ingest.batches import versions
from ingest.datasets import REGISTRY, Dataset
from ingest.freshness import Freshness, freshness, known_days, last_sighting
from ingest.quarantine import QuarantinedFile
from ingest.settings import Settings
from ingest.staging import CHECKS, BatchRecord
from ingest.steps import Floors
from ingest.visits import Visit, Visits


@dataclass(frozen=True)
class DatasetStatus:
    """One dataset, as its owner would ask about it.

    ``files_new`` counts what landed in the run asked for. ``expected_reference`` is the newest
    reference date that should have arrived by today, ``revisions`` how often a period was issued
    again. Check counts are of the files that are staged or in quarantine now. ``unjudged`` are
    the labels of files that landed and were neither staged nor put into quarantine;
    ``reissued`` the periods of which there is another version since the last visit began.
    ``last_backfill`` is a visit out of turn that came after the last one in turn.
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
    floors = Floors.of(settings, entry.source, entry.name)
    staged = list(floors.staging.records())
    quarantined = tuple(floors.quarantine.files())
    landed = list(floors.landing.hashes())
    counts = _check_counts(
        [*floors.staging.folder.glob("*/*/checks.parquet")]
        + [file.folder / "checks.parquet" for file in quarantined]
    )
    fresh = freshness(entry.calendar_in(settings), known_days(entry, floors.landing, staged), today)
    visit, backfill = Visits(settings.landing, entry.source, entry.name).last()
    treated = {record.sha256 for record in staged} | {file.record.sha256 for file in quarantined}
    return DatasetStatus(
        dataset=entry,
        last_fetched=last_sighting(floors.landing),
        last_good=max((record.retrieved_at for record in staged), default=None),
        newest_reference=fresh.newest,
        expected_reference=fresh.expected,
        files_landed=len(landed),
        files_new=sum(floors.landing.sidecar(sha256).run_id == run_id for sha256 in landed),
        files_staged=len(staged),
        revisions=sum(found.revision > 1 for found in versions(floors.landing, staged)),
        checks_passed=counts["passed"],
        checks_warned=counts["warning"],
        checks_failed=counts["critical"],
        quarantined=quarantined,
        enabled=settings.dataset(entry.source, entry.name).enabled,
        fresh=fresh,
        last_visit=visit,
        last_backfill=backfill,
        unjudged=tuple(
            floors.landing.sidecar(sha256).label
            for sha256 in floors.landing.readable()
            if sha256 not in treated
        ),
        reissued=_reissued(staged, visit),
    )


def _reissued(staged: Iterable[BatchRecord], visit: Visit | None) -> tuple[str, ...]:
    """The periods of which a version came since a visit began, beside an earlier one."""
    if visit is None:
        return ()
    old = {record.period for record in staged if record.retrieved_at < visit.visited_at}
    new = {record.period for record in staged if record.retrieved_at >= visit.visited_at}
    return tuple(sorted(period for period in old & new if period is not None))


def _check_counts(paths: list[Path]) -> Counter[str]:
    """How many checks passed, and of those that did not, how many of each severity."""
    if not paths:
        return Counter()
    checks = ds.dataset(paths, schema=CHECKS, format="parquet").to_table(
        columns=["outcome", "severity"]
    )
    kind = pc.if_else(pc.equal(checks["outcome"], "passed"), "passed", checks["severity"])
    return Counter(kind.to_pylist())
