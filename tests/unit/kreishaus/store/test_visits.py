"""The record of visits: bounded, readable after a kill."""

from datetime import UTC, datetime, timedelta

import pytest

from kreishaus.settings import Settings
from kreishaus.store.visits import Visit, Visits

MOMENT = datetime(2021, 10, 21, 1, 50, tzinfo=UTC)
NIGHT = Visit(
    MOMENT, "night 1", 53, 1, ("4f2a",), ("9c01",), ("list.xlsx: a name",), ("2021-09: 503",)
)


def test_what_was_noted_is_read_again(settings: Settings) -> None:
    visits = Visits(settings.landing, "bamf", "hkl")
    assert (visits.read(), visits.last()) == ([], (None, None))
    visits.note(NIGHT)
    assert visits.read() == [NIGHT]
    assert visits.last() == (NIGHT, None)


def test_a_backfill_after_the_last_night_stands_beside_it(settings: Settings) -> None:
    visits = Visits(settings.landing, "bamf", "hkl")
    early, late = (Visit(MOMENT, name, reason="BAMF corrected it") for name in ("early", "late"))
    for visit in (early, NIGHT):
        visits.note(visit)
    assert visits.last() == (NIGHT, None)
    visits.note(late)
    assert visits.last() == (NIGHT, late)


def test_a_line_torn_by_a_kill_is_no_visit_and_spoils_no_other(settings: Settings) -> None:
    visits = Visits(settings.landing, "bamf", "hkl")
    visits.note(NIGHT)
    with visits.path.open("a") as handle:
        handle.write('{"visited_at": "2021-10-2')
    visits.note(NIGHT)
    assert visits.read() == [NIGHT, NIGHT]


def test_the_oldest_are_forgotten(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kreishaus.store.visits.KEPT", 5)
    visits = Visits(settings.landing, "bamf", "hkl")
    for day in range(10):
        visits.note(Visit(MOMENT + timedelta(days=day), f"night {day}"))
    assert [visit.run_id for visit in visits.read()] == [f"night {day}" for day in range(5, 10)]
