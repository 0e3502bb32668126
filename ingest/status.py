"""What the floors say of each dataset: the one answer behind ``status`` and the run's summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.dataset as ds

from ingest.datasets import REGISTRY, Dataset
from ingest.landing import Landing
from ingest.quarantine import QuarantinedFile
from ingest.settings import Settings
from ingest.staging import CHECKS, BatchRecord
from ingest.steps import Floors


@dataclass(frozen=True)
class DatasetStatus:
    """One dataset, as its owner would ask about it.

    ``files_new`` counts what landed in the run asked for. ``expected_reference`` is the newest
    reference date that should have arrived by today, ``revisions`` how often a period was issued
    again. Check counts are of the files that are staged or in quarantine now.
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

    @property
    def late(self) -> bool:
        """Whether a reference date that is due has not arrived. A warning, never a failure."""
        return self.newest_reference is None or self.newest_reference < self.expected_reference


def dataset_status(
    settings: Settings, today: date, run_id: str | None = None
) -> list[DatasetStatus]:
    """The status of every dataset in the registry, in its order."""
    return [_status(settings, entry, today, run_id) for entry in REGISTRY]


def _status(settings: Settings, entry: Dataset, today: date, run_id: str | None) -> DatasetStatus:
    floors = Floors.of(settings, entry.source, entry.name)
    staged = list(floors.staging.records())
    quarantined = tuple(floors.quarantine.files())
    landed = list(floors.landing.hashes())
    counts = _check_counts(
        [*floors.staging.folder.glob("*/*/checks.parquet")]
        + [file.folder / "checks.parquet" for file in quarantined]
    )
    return DatasetStatus(
        dataset=entry,
        last_fetched=_last_sighting(floors.landing, landed),
        last_good=max((record.retrieved_at for record in staged), default=None),
        newest_reference=max(
            (record.newest_reference for record in staged if record.newest_reference), default=None
        ),
        expected_reference=entry.calendar_in(settings).expected_by(today),
        files_landed=len(landed),
        files_new=sum(floors.landing.sidecar(sha256).run_id == run_id for sha256 in landed),
        files_staged=len(staged),
        revisions=_revisions(staged),
        checks_passed=counts["passed"],
        checks_warned=counts["warning"],
        checks_failed=counts["critical"],
        quarantined=quarantined,
    )


def _last_sighting(landing: Landing, landed: Iterable[str]) -> datetime | None:
    return max(
        (sighting.seen_at for sha256 in landed for sighting in landing.sightings(sha256)),
        default=None,
    )


def _revisions(staged: Iterable[BatchRecord]) -> int:
    by_period = Counter(record.period for record in staged)
    return sum(count - 1 for count in by_period.values())


def _check_counts(paths: list[Path]) -> Counter[str]:
    """How many checks passed, and of those that did not, how many of each severity."""
    if not paths:
        return Counter()
    checks = ds.dataset(paths, schema=CHECKS, format="parquet").to_table(
        columns=["outcome", "severity"]
    )
    kind = pc.if_else(pc.equal(checks["outcome"], "passed"), "passed", checks["severity"])
    return Counter(kind.to_pylist())
