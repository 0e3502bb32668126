"""What is measured of visits, of judging, and of freshness."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

from kreishaus.settings import Settings
from kreishaus.telemetry import Measurement
from pipeline.status import dataset_status
from pipeline.steps import FetchReport, Outcome


def of_fetch(report: FetchReport) -> Iterator[Measurement]:
    """What one visit brought."""
    about = {"dataset": report.dataset_id}
    yield Measurement("files_landed", len(report.new), about)
    yield Measurement("files_refused", len(report.refused), about)
    yield Measurement("files_unavailable", len(report.unavailable), about)


def of_processing(outcomes: Iterable[Outcome]) -> Iterator[Measurement]:
    """What became of the files that one task judged."""
    counted = Counter((outcome.landed.dataset_id, outcome.status) for outcome in outcomes)
    for (dataset_id, status), files in sorted(counted.items()):
        yield Measurement(f"files_{status}", files, {"dataset": dataset_id})


def of_freshness(settings: Settings, today: date) -> Iterator[Measurement]:
    """How late each dataset is by its calendar, and how old its newest reference date."""
    for status in dataset_status(settings, today):
        if not status.enabled or status.fresh is None or status.fresh.ended:
            continue
        about = {"dataset": status.dataset.id}
        yield Measurement("days_late", status.fresh.days_late, about)
        if status.fresh.newest is not None:
            yield Measurement("reference_age_days", (today - status.fresh.newest).days, about)
