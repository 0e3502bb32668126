"""What a backfill asks for again, by names as sources give them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from servers import Server, Visit, serving

from kreishaus.calendars import MonthDays, Monthly
from kreishaus.datasets import dataset
from kreishaus.model import Request
from kreishaus.references import reference_in
from kreishaus.settings import Settings
from kreishaus.store.dataset_store import DatasetStore
from kreishaus.store.visits import Visits
from pipeline.backfill import Window
from pipeline.steps import fetch_new

QUARTER_ENDS = ((3, 31), (6, 30), (9, 30), (12, 31))

REASON = "BAMF corrected the first quarter"
MONTHLY = Monthly(lag_days=20)
QUARTERS = MonthDays(days=QUARTER_ENDS, lag_days=60)


@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("2021-09", date(2021, 9, 1)),
        ("2021-08-15", date(2021, 8, 15)),
        ("WTG_Stichtag_2021-08-15.xlsx", date(2021, 8, 15)),
        ("AZR_Kreuztabelle_2018-08-31.xlsx", date(2018, 8, 31)),
        ("all", None),
        ("22421-02i", None),
        ("12411-03-03-4", None),
        ("2021-13", None),
        ("2021-02-30", None),
        ("2021-09-151", None),
    ],
)
def test_the_reference_date_in_a_name(name: str, reference: date | None) -> None:
    assert reference_in(name) == reference


def window(first: str, last: str | None = None) -> Window:
    return Window(date.fromisoformat(first), date.fromisoformat(last or first), REASON)


@pytest.mark.parametrize(
    ("first", "last", "wanted"),
    [
        ("2021-09-01", "2021-09-30", True),
        ("2021-08-02", "2021-08-31", False),  # a month is named by its first day
        ("2021-08-02", "2021-09-01", True),
    ],
)
def test_a_month_is_wanted_by_its_first_day(first: str, last: str, wanted: bool) -> None:
    assert window(first, last).asks_for("2021-09", None, MONTHLY) is wanted


def test_a_file_is_wanted_by_its_true_date_though_no_calendar_knows_it() -> None:
    label = "AZR_Kreuztabelle_2018-08-31.xlsx"
    assert window("2018-08-31").asks_for(label, "2018-08-31", QUARTERS)
    assert not window("2018-09-30").asks_for(label, "2018-08-31", QUARTERS)


def test_a_file_of_the_whole_history_is_wanted_when_the_calendar_has_a_date() -> None:
    for label, period in (("22421-02i", None), ("AZR_Zeitreihe_2021-09-30.xlsx", "all")):
        assert window("2018-09-30").asks_for(label, period, QUARTERS)
        assert not window("2018-10-01").asks_for(label, period, QUARTERS)


def test_a_month_without_a_first_day_cannot_bring_anything() -> None:
    assert not window("2021-09-02").may_hold_any(MONTHLY)
    assert window("2021-09-01").may_hold_any(MONTHLY)
    assert window("2021-09-02").may_hold_any(QUARTERS)


class Source:
    """Three months at an address that calls everything unchanged when it is asked so."""

    def __init__(self) -> None:
        self.content = {"2021-07": b"July", "2021-08": b"August", "2021-09": b"September"}
        self.asked: list[tuple[str, str | None]] = []
        self.silent = False

    def play(self, visit: Visit) -> None:
        month = visit.path.strip("/")
        self.asked.append((month, visit.headers.get("If-None-Match")))
        if self.silent:
            visit.answer(503)
        elif visit.headers.get("If-None-Match"):
            visit.answer(304)
        else:
            visit.answer(200, b"%PDF " + self.content[month], ETag='"always the same"')


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Source, Server]]:
    played = Source()
    with serving(played.play) as server:

        def discover(*_: object) -> list[Request]:
            months = sorted(played.content)
            return [Request(f"hkl/{one}", one, url=f"{server.url}/{one}") for one in months]

        entry = replace(dataset("bamf/hkl"), guard=None, strip=None, noted=None)
        monkeypatch.setattr("pipeline.steps.dataset", lambda _: entry)
        monkeypatch.setattr("kreishaus.datasets.Dataset.load", lambda *_: discover)
        yield played, server


def test_a_backfill_fetches_what_is_about_its_window_whole_and_keeps_its_reason(
    settings: Settings, source: tuple[Source, Server]
) -> None:
    """The server calls a corrected file unchanged, which is why somebody backfills."""
    played, server = source
    here = settings.model_copy(
        update={
            "sample_url": server.url,
            "http": settings.http.model_copy(update={"tries": 1, "pause_seconds": 0}),
        }
    )
    assert len(fetch_new("bamf/hkl", here, "night 1").new) == 3
    played.content["2021-08"] = b"August, corrected"
    assert fetch_new("bamf/hkl", here, "night 2").new == ()
    played.asked.clear()

    report = fetch_new("bamf/hkl", here, "backfill 1", window("2021-08-01", "2021-08-31"))

    assert played.asked == [("2021-08", None)]
    assert (report.offered, [landed.label for landed in report.new]) == (1, ["2021-08"])
    store = DatasetStore.of(here, "bamf", "hkl")
    (sighting,) = store.landing.sightings(report.new[0].sha256)
    assert (sighting.run_id, sighting.reason) == ("backfill 1", REASON)
    nightly, backfill = Visits(here.landing, "bamf", "hkl").last()
    assert nightly and (nightly.run_id, nightly.reason) == ("night 2", None)
    assert backfill and (backfill.run_id, backfill.reason) == ("backfill 1", REASON)

    played.silent = True
    assert len(fetch_new("bamf/hkl", here, "backfill 2", window("2021-08-01")).unavailable) == 1
    played.silent = False
    before = {path for path in here.landing.rglob("*") if path.is_file()}
    assert fetch_new("bamf/hkl", here, "backfill 3", window("2021-08-01", "2021-08-31")).new == ()
    assert {path for path in here.landing.rglob("*") if path.is_file()} == before


def test_a_window_without_a_month_visits_nobody_and_notes_nothing(
    settings: Settings, source: tuple[Source, Server]
) -> None:
    played, _ = source
    report = fetch_new("bamf/hkl", settings, "backfill", window("2021-08-02", "2021-08-31"))
    assert (report.offered, report.pending, played.asked) == (0, (), [])
    assert not Path(settings.landing).exists()
