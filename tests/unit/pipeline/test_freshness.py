"""How fresh a dataset is, and the facts that the mart ``freshness`` is made from."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pyarrow.parquet as pq
import pytest

from kreishaus.calendars import MonthDays, Monthly, NoCalendar
from kreishaus.datasets import dataset
from kreishaus.model import Finding, Request
from kreishaus.settings import DatasetConfig, Settings
from kreishaus.store.landing import Landing
from kreishaus.store.quarantine import Quarantine
from kreishaus.store.staging import BatchRecord, Staging
from pipeline.freshness import freshness, write_freshness

QUARTER_ENDS = ((3, 31), (6, 30), (9, 30), (12, 31))

MONTHLY = Monthly(lag_days=20)
SEPTEMBER = date(2021, 9, 1)


@pytest.mark.parametrize(
    ("today", "late", "days"),
    [
        (date(2021, 11, 20), False, 0),  # October is due on this very day
        (date(2021, 11, 21), True, 1),
        (date(2021, 12, 25), True, 35),  # November is late too; what is awaited is October
    ],
)
def test_a_month_is_late_from_the_day_after_its_due_day(today: date, late: bool, days: int) -> None:
    found = freshness(MONTHLY, {SEPTEMBER}, today)
    assert (found.awaited, found.due_on) == (date(2021, 10, 1), date(2021, 11, 20))
    assert (found.late, found.days_late) == (late, days)


def test_what_never_arrived_is_late_since_its_newest_due_day() -> None:
    found = freshness(MonthDays(days=QUARTER_ENDS, lag_days=60), set(), date(2021, 12, 1))
    assert (found.newest, found.awaited) == (None, date(2021, 9, 30))
    assert (found.due_on, found.late, found.days_late) == (date(2021, 11, 29), True, 2)


def test_an_early_file_makes_nothing_late() -> None:
    found = freshness(MONTHLY, {date(2021, 10, 1)}, date(2021, 11, 3))
    assert (found.newest, found.expected) == (date(2021, 10, 1), date(2021, 9, 1))
    assert (found.awaited, found.late, found.days_late) == (date(2021, 11, 1), False, 0)


@pytest.mark.parametrize("known", [set(), {SEPTEMBER}])
def test_what_has_no_calendar_is_never_late(known: set[date]) -> None:
    found = freshness(NoCalendar(), known, date(2031, 1, 1))
    assert (found.late, found.days_late, found.gaps, found.ended) == (False, 0, (), True)


def record(month: str, day: int) -> BatchRecord:
    at = datetime(2021, 10, day, 23, 30, tzinfo=UTC)
    newest = date.fromisoformat(f"{month}-01")
    return BatchRecord("bamf", "hkl", f"{day:064x}", month, month, 1, None, at, 1, newest)


@pytest.fixture
def installation(settings: Settings) -> Settings:
    """July staged on the 10th, September on the 20th (both UTC, late), one in quarantine."""
    landing = Landing(settings.landing, "bamf", "hkl")
    staging = Staging(settings.staged, "bamf", "hkl")
    for month, day in (("2021-07", 10), ("2021-09", 20)):
        at = record(month, day).retrieved_at
        request = Request(f"hkl/{month}", month, url="http://127.0.0.1/")
        landing.land(month.encode(), request, run_id="night", licence="", now=at)
        staging.stage(record(month, day), {}, [], "{}")
    finding = Finding("sum", "critical", "a row is lost")
    Quarantine(settings.quarantine, "bamf", "hkl").keep(
        record("2021-08", 20), b"%PDF", [finding], [], ""
    )
    return settings


def row(settings: Settings, dataset: str) -> dict[str, object]:
    rows = pq.read_table(settings.warehouse / "freshness.parquet").to_pylist()
    (found,) = [one for one in rows if f"{one['source']}/{one['dataset']}" == dataset]
    return found


def test_the_facts_of_a_dataset_on_a_day(installation: Settings) -> None:
    write_freshness(installation, today=date(2021, 12, 1))
    assert row(installation, "bamf/hkl") == {
        "source": "bamf",
        "dataset": "hkl",
        "title": dataset("bamf/hkl").title,
        "calendar": "every month; due 20 days after its end",
        "newest_reference": date(2021, 9, 1),
        "expected_reference": date(2021, 10, 1),
        "awaited_reference": date(2021, 10, 1),
        "due_on": date(2021, 11, 20),
        "is_late": True,
        "days_late": 11,
        "missing_references": "2021-08-01",
        "last_fetched_on": date(2021, 10, 21),  # half past one in the night, German time
        "last_good_at": datetime(2021, 10, 20, 23, 30, tzinfo=UTC),
        "files_in_quarantine": 1,
        "looked_at_on": date(2021, 12, 1),
    }


@pytest.mark.parametrize("as_of", ["2021-10-15", "2021-10-15T12:00:00+00:00"])
def test_as_of_an_earlier_day_only_what_was_known_then_counts(
    installation: Settings, as_of: str
) -> None:
    write_freshness(installation, as_of)
    found = row(installation, "bamf/hkl")
    assert found["looked_at_on"] == date(2021, 10, 15)
    assert (found["newest_reference"], found["expected_reference"]) == (
        date(2021, 7, 1),
        date(2021, 8, 1),
    )
    assert (found["files_in_quarantine"], found["missing_references"]) == (0, None)
    assert found["last_fetched_on"] == date(2021, 10, 11)


def test_the_whole_german_day_counts(installation: Settings) -> None:
    """23:30 UTC on the 20th is half past one on the 21st."""
    write_freshness(installation, "2021-10-20")
    assert row(installation, "bamf/hkl")["newest_reference"] == date(2021, 7, 1)
    write_freshness(installation, "2021-10-21")
    assert row(installation, "bamf/hkl")["newest_reference"] == date(2021, 9, 1)


def test_a_dataset_that_is_switched_off_has_no_row(installation: Settings) -> None:
    off = installation.source["bamf"].model_copy(
        update={"datasets": {"hkl": DatasetConfig(enabled=False)}}
    )
    without = installation.model_copy(update={"source": {**installation.source, "bamf": off}})
    write_freshness(without, today=date(2021, 12, 1))
    with pytest.raises(ValueError, match="not enough values"):
        row(without, "bamf/hkl")
