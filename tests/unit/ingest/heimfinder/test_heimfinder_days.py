"""One landed answer seen on many days: each day is an observation, none replaces another."""

from datetime import date, datetime

import pyarrow.parquet as pq
import pytest
from heimfinder_answers_made import home, v1

from kreishaus.calendars import Daily
from kreishaus.datasets import REGISTRY, dataset
from kreishaus.model import Request
from kreishaus.settings import Settings
from kreishaus.store.landing import Landing
from kreishaus.store.sightings import write_sightings
from kreishaus.store.staging import Staging
from operations.doctor import examine
from pipeline.status import dataset_status
from pipeline.steps import process_file

A, B = v1(home(1)), v1(home(1, plaetze=81))


def see(settings: Settings, content: bytes, moment: str) -> str:
    """The source answers so at this moment, and the night reads it."""
    landing = Landing(settings.landing, "wtg", "heimfinder")
    request = Request("http://list", "Heimfinder", url="http://list", extension="json")
    landed, _ = landing.land(
        content, request, run_id=moment, licence="", now=datetime.fromisoformat(moment)
    )
    assert process_file(landed, settings).status == "staged"
    return landed.sha256


def seen(settings: Settings) -> list[tuple[date, str]]:
    write_sightings(settings)
    rows = pq.read_table(settings.warehouse / "sightings.parquet").to_pylist()
    assert {(row["source"], row["dataset"]) for row in rows} <= {("wtg", "heimfinder")}
    ordered = sorted(rows, key=lambda row: row["seen_at"])
    return [(row["seen_on"], row["source_sha256"]) for row in ordered]


def test_a_b_and_a_again_are_three_days_and_two_files(settings: Settings) -> None:
    a = see(settings, A, "2026-07-28T00:10:00+00:00")
    b = see(settings, B, "2026-07-29T00:10:00+00:00")
    assert see(settings, A, "2026-07-30T00:10:00+00:00") == a
    assert seen(settings) == [
        (date(2026, 7, 28), a),
        (date(2026, 7, 29), b),
        (date(2026, 7, 30), a),
    ]
    periods = {
        record.sha256: record.period
        for record in Staging(settings.staged, "wtg", "heimfinder").records()
    }
    assert periods == {a: f"2026-07-28_{a[:12]}", b: f"2026-07-29_{b[:12]}"}


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-07-28T21:59:59+00:00", date(2026, 7, 28)),  # summer: two hours ahead
        ("2026-07-28T22:00:00+00:00", date(2026, 7, 29)),
        ("2026-12-31T22:59:59+00:00", date(2026, 12, 31)),
        ("2026-12-31T23:00:00+00:00", date(2027, 1, 1)),
    ],
)
def test_a_day_is_a_german_day(settings: Settings, moment: str, day: date) -> None:
    sha256 = see(settings, A, moment)
    assert seen(settings) == [(day, sha256)]
    (path,) = settings.staged.glob("wtg/heimfinder/*/*/homes.parquet")
    (row,) = pq.read_table(path).to_pylist()
    assert (row["first_seen_date"], row["period"]) == (day, f"{day}_{sha256[:12]}")


def test_the_bytes_are_kept_beside_their_sidecar(settings: Settings) -> None:
    """Both would be called <hash>.json."""
    sha256 = see(settings, A, "2026-07-28T00:10:00+00:00")
    landing = Landing(settings.landing, "wtg", "heimfinder")
    assert landing.content(sha256) == A
    assert landing.sidecar(sha256).sha256 == sha256
    assert list(landing.hashes()) == [sha256]


def test_an_installation_that_saw_nothing_has_an_empty_list(settings: Settings) -> None:
    assert write_sightings(settings) == 0
    assert pq.read_table(settings.warehouse / "sightings.parquet").num_rows == 0


def test_only_snapshots_are_observed_by_day() -> None:
    assert [entry.id for entry in REGISTRY if entry.snapshot] == ["wtg/heimfinder"]


def test_every_day_is_due_the_day_after(settings: Settings) -> None:
    calendar = dataset("wtg/heimfinder").calendar_in(settings)
    assert calendar == Daily(lag_days=1)
    assert calendar.expected_by(date(2026, 3, 1)) == date(2026, 2, 27)
    assert calendar.next_after(date(2026, 2, 28)) == date(2026, 3, 1)
    assert calendar.gaps([date(2026, 2, 1), date(2026, 2, 3)]) == []


def test_an_answer_that_never_changes_is_not_late_while_it_is_seen(settings: Settings) -> None:
    for day in ("2026-07-27", "2026-07-28", "2026-07-30"):
        see(settings, A, f"{day}T00:10:00+00:00")
    for today, newest, late in (
        (date(2026, 7, 30), date(2026, 7, 30), False),
        (date(2026, 8, 1), date(2026, 7, 30), False),  # 31 July is due on 1 August
        (date(2026, 8, 2), date(2026, 7, 30), True),
    ):
        (status,) = (
            found
            for found in dataset_status(settings, today, source="wtg")
            if found.dataset.id == "wtg/heimfinder"
        )
        assert (status.newest_reference, status.late, status.revisions) == (newest, late, 0)


def test_live_sources_still_want_the_drop_folder_of_the_workbooks(settings: Settings) -> None:
    """Heimfinder gave the source an address; its workbooks are dropped all the same."""
    live = settings.model_copy(
        update={
            "sources": "live",
            "source": {
                name: source.model_copy(update={"databases": {}})
                for name, source in settings.source.items()
            },
        }
    )
    assert [line for line in examine(live) if "source.wtg" in line]
    assert not [line for line in examine(live) if "source.bamf" in line]
