"""The record of visits: bounded, readable after a kill."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from kreishaus.settings import Settings
from kreishaus.store.visits import Visit, Visits

MOMENT = datetime(2021, 10, 21, 1, 50, tzinfo=UTC)
NIGHT = Visit(
    MOMENT, "night 1", 53, 1, ("4f2a",), ("9c01",), ("list.xlsx: a name",), ("2021-09: 503",)
)

GOOD = {
    "visited_at": "2021-10-21T01:50:00+00:00",
    "run_id": "night 1",
    "offered": 53,
    "new": 1,
    "pending": ["4f2a"],
    "still_quarantined": ["9c01"],
    "refused": ["list.xlsx: a name"],
    "unavailable": ["2021-09: 503"],
    "reason": None,
    "number": 1,
}


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


@pytest.mark.parametrize(
    "line",
    [
        "7",
        "{}",
        '{"visited_at": "2021-10-21T01:50:00+00:00", "run_id": "n"}',
        json.dumps({**GOOD, "visited_at": "yesterday"}),
        json.dumps({**GOOD, "visited_at": "2021-10-21T01:50:00"}),
        json.dumps({**GOOD, "visited_at": None}),
        json.dumps({**GOOD, "pending": None}),
        json.dumps({**GOOD, "refused": "list.xlsx"}),
        json.dumps({**GOOD, "colour": "red"}),
    ],
)
def test_a_line_that_is_no_visit_spoils_no_other(settings: Settings, line: str) -> None:
    visits = Visits(settings.landing, "bamf", "hkl")
    visits.note(NIGHT)
    with visits.path.open("a") as handle:
        handle.write(f"{line}\n")
    assert (visits.read(), visits.last()) == ([NIGHT], (NIGHT, None))
    visits.note(NIGHT)
    assert visits.read() == [NIGHT, NIGHT]
    assert line in visits.path.read_text().splitlines()  # kept, for who looks into the file


def test_the_oldest_are_forgotten(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kreishaus.store.visits.KEPT", 5)
    visits = Visits(settings.landing, "bamf", "hkl")
    for day in range(10):
        visits.note(Visit(MOMENT + timedelta(days=day), f"night {day}"))
    assert [visit.run_id for visit in visits.read()] == [f"night {day}" for day in range(5, 10)]
