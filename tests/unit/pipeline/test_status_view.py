"""What ``kreishaus status`` prints: a night with every kind of fault, on one screen."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from kreishaus.calendars import Monthly
from kreishaus.datasets import dataset
from kreishaus.model import Finding, Request
from kreishaus.settings import DatasetConfig, Settings
from kreishaus.store.landing import Landing
from kreishaus.store.quarantine import QuarantinedFile
from kreishaus.store.staging import BatchRecord, Staging
from kreishaus.store.visits import Visit, Visits
from operations.status_view import as_json, as_screen
from pipeline.freshness import freshness
from pipeline.issues import RUNBOOK, Issue, issues
from pipeline.status import DatasetStatus, dataset_status

HOME = Path("/srv/kreishaus")
MOMENT = datetime(2021, 10, 15, 1, 50, tzinfo=UTC)
NOW = MOMENT + timedelta(hours=5)
SHA256 = "4f2a91c0" + 56 * "7"
FINDING = Finding("countries_sum", "critical", "A row is lost.", "5", "998", None, "1,648", "1,204")
VISIT = Visit(MOMENT, "night", offered=53, new=1, pending=(SHA256,))
ON_TIME = freshness(Monthly(lag_days=20), {date(2021, 9, 1)}, date(2021, 10, 21))
LATE = freshness(Monthly(lag_days=20), {date(2021, 8, 1)}, date(2021, 10, 23))


def quarantined(
    sha256: str = SHA256, findings: tuple[Finding, ...] = (FINDING,)
) -> QuarantinedFile:
    record = BatchRecord("bamf", "hkl", sha256, "2020-09", "2020-09", 1, None, MOMENT)
    return QuarantinedFile(record, findings, HOME / "quarantine" / "bamf" / "hkl" / sha256)


STATUS = DatasetStatus(
    dataset=dataset("it_nrw/population_municipalities"),
    last_fetched=MOMENT,
    last_good=MOMENT,
    newest_reference=date(2021, 9, 1),
    expected_reference=date(2021, 9, 1),
    files_landed=53,
    files_new=1,
    files_staged=52,
    revisions=3,
    checks_passed=1040,
    checks_warned=7,
    checks_failed=1,
    quarantined=(),
    fresh=ON_TIME,
    last_visit=VISIT,
)
EVERYTHING = replace(
    STATUS,
    newest_reference=date(2021, 8, 1),
    fresh=replace(LATE, gaps=(date(2020, 5, 1),)),
    quarantined=(quarantined(findings=(FINDING, FINDING)), quarantined(64 * "0")),
    last_visit=replace(
        VISIT,
        visited_at=MOMENT + timedelta(minutes=1),
        refused=("list.xlsx: column 'AZR-Nummer' looks like persons",),
        unavailable=("2021-09: GET https://www.bamf.de/9: expected status 200, found 503",),
    ),
    last_backfill=Visit(NOW, "backfill", offered=3, new=1, reason="BAMF corrected May"),
    unjudged=("2021-03",),
    reissued=("2021-01", "all"),
)


def found(status: DatasetStatus) -> list[Issue]:
    return issues([status], Settings(home=HOME), NOW)


def printed(*statuses: DatasetStatus, all_: bool = False, width: int = 120) -> list[str]:
    stream = io.StringIO()
    wrong = [issue for status in statuses for issue in found(status)]
    screen = as_screen(statuses, wrong, HOME, all_=all_)
    Console(file=stream, width=width).print(screen)
    return [line.rstrip() for line in stream.getvalue().splitlines()]


def test_every_kind_of_fault_is_told_worst_first_with_its_reason() -> None:
    about = "it_nrw/population_municipalities"
    assert [(issue.severity, issue.kind, issue.why) for issue in found(EVERYTHING)] == [
        (
            "red",
            "silent",
            "2021-09: GET https://www.bamf.de/9: expected status 200, found 503",
        ),
        (
            "red",
            "refused",
            "list.xlsx: column 'AZR-Nummer' looks like persons",
        ),
        (
            "red",
            "quarantine",
            "2020-09, page or sheet 5, row 998: [countries_sum] A row is lost. "
            "(expected 1,648, found 1,204) (and 1 more)",
        ),
        (
            "red",
            "unjudged",
            "1 landed file was not judged: 2021-03. The night was cut short, or our own code broke",
        ),
        (
            "yellow",
            "late",
            "2021-09-01 was due on 2021-10-20, 3 days ago; the newest is 2021-08-01",
        ),
        ("yellow", "gap", "missing between others: 2020-05-01"),
        ("note", "backfill", "3 asked for again, 1 new, because: BAMF corrected May"),
        ("note", "quarantine", "1 older file in quarantine is no longer offered"),
        (
            "note",
            "reissued",
            "another version came of 2021-01, the whole table; the earlier one is kept",
        ),
    ]
    assert {issue.about for issue in found(EVERYTHING)} == {about}
    assert {one.kind for one in found(EVERYTHING) if one.severity != "note"} <= set(RUNBOOK)


def test_a_good_night_has_nothing_to_say() -> None:
    assert found(STATUS) == []
    assert printed(STATUS)[-1] == "Nothing is red."


def test_a_dataset_switched_off_is_neither_late_nor_in_trouble() -> None:
    off = replace(EVERYTHING, enabled=False)
    assert found(off) == []
    assert off.late is False
    assert "switched off" in printed(off)[1]


@pytest.mark.parametrize(("hours", "said"), [(36, []), (37, ["not visited"])])
def test_a_visit_that_is_two_nights_old_is_a_warning(hours: int, said: list[str]) -> None:
    later = issues([STATUS], Settings(home=HOME), MOMENT + timedelta(hours=hours))
    assert [issue.kind for issue in later] == said


def test_a_file_in_quarantine_is_red_while_nobody_can_say_that_it_is_gone() -> None:
    """A source that was silent, or was asked for one month only, offers nothing at all."""
    status = replace(STATUS, quarantined=(quarantined(64 * "0"),))
    silent = Visit(NOW, "night", unavailable=("no answer",))
    for visit in (None, silent):
        kinds = [one.severity for one in found(replace(status, last_visit=visit)) if one.see]
        assert kinds == ["red"]


def test_the_widest_dataset_shows_every_column() -> None:
    heading, row, *_ = printed(STATUS)
    assert heading.split() == [
        *("dataset", "visited", "new", "newest", "next", "due"),
        *("files", "revised", "flagged", "quar."),
    ]
    moment = MOMENT.astimezone()
    assert row.split() == [
        *("it_nrw/population_municipalities", f"{moment:%m-%d}", f"{moment:%H:%M}"),
        *("1", "of", "53", "2021-09-01", "2021-11-20", "52", "3", "7", "0"),
    ]


def test_a_late_dataset_says_by_how_much_and_a_silent_one_that_it_is() -> None:
    silent = replace(EVERYTHING, last_visit=Visit(NOW, "night", unavailable=("no answer",)))
    row = printed(silent)[1]
    assert "late 3 d" in row and "silent" in row
    assert "1 of 53, 2 bad" in printed(EVERYTHING)[1]


def test_the_pointer_to_a_reason_is_short_and_a_shell_finds_it() -> None:
    lines = " ".join(printed(EVERYTHING))
    assert "quarantine/bamf/hkl/4f2a91c0*/reason.txt" in lines
    assert SHA256 not in lines


@pytest.mark.parametrize("datasets", [11, 18])
def test_a_night_with_every_fault_everywhere_is_one_screen(datasets: int) -> None:
    long = replace(FINDING, message="A row is lost. " * 40)
    status = replace(EVERYTHING, quarantined=(quarantined(findings=(long,)),))
    screen = printed(*[status] * datasets, width=110)
    assert 35 <= len(screen) <= 40
    assert max(map(len, screen)) <= 110
    assert screen[-1].endswith("more: kreishaus status --all")
    assert len(printed(*[status] * datasets, width=110, all_=True)) > 100


def test_a_long_reason_is_cut_unless_all_is_asked_for() -> None:
    long = replace(FINDING, message="A row is lost. " * 40)
    status = replace(EVERYTHING, quarantined=(quarantined(findings=(long,)),))
    screens = (printed(status, all_=all_) for all_ in (False, True))
    cut, whole = (" ".join(" ".join(screen).split()) for screen in screens)
    assert cut.count("A row is lost.") < 12
    assert whole.count("A row is lost.") == 40
    assert "row 998" in cut and "found 1,204)" in cut


def test_markup_in_a_file_is_shown_and_not_obeyed() -> None:
    odd = replace(FINDING, message="[bold]not ours[/bold] [/]")
    status = replace(STATUS, quarantined=(quarantined(findings=(odd,)),))
    assert "[bold]not ours[/bold] [/]" in " ".join(" ".join(printed(status)).split())


def test_programs_get_the_same() -> None:
    (document,) = as_json([EVERYTHING], found(EVERYTHING))["datasets"]
    assert (document["late"], document["days_late"], document["due_on"]) == (True, 3, "2021-10-20")
    assert document["gaps"] == ["2020-05-01"]
    assert document["last_backfill"]["reason"] == "BAMF corrected May"
    assert [issue["kind"] for issue in document["issues"]][:2] == ["silent", "refused"]
    (good,) = as_json([STATUS], found(STATUS))["datasets"]
    assert (good["late"], good["days_late"], good["issues"]) == (False, 0, [])


def test_the_status_of_files_that_really_lie_there(settings: Settings) -> None:
    """One month staged and issued again in the last visit, one landed and never judged."""
    landing, staging = (
        Landing(settings.landing, "bamf", "hkl"),
        Staging(settings.staged, "bamf", "hkl"),
    )
    for content, label, at in (
        (b"first", "2021-09", MOMENT - timedelta(days=3)),
        (b"corrected", "2021-09", MOMENT + timedelta(minutes=1)),
        (b"never judged", "2021-08", MOMENT + timedelta(minutes=1)),
    ):
        request = Request(f"hkl/{label}", label, url="http://127.0.0.1/")
        landed, _ = landing.land(content, request, run_id="night", licence="", now=at)
        if content != b"never judged":
            record = BatchRecord("bamf", "hkl", landed.sha256, label, label, 1, None, at)
            staging.stage(record, {}, [], "{}")
    Visits(settings.landing, "bamf", "hkl").note(VISIT)
    status = dataset_status(settings, date(2021, 10, 16), source="bamf")[0]
    assert (status.files_landed, status.files_staged, status.revisions) == (3, 2, 1)
    assert (status.unjudged, status.reissued) == (("2021-08",), ("2021-09",))
    assert (status.newest_reference, status.late) == (date(2021, 9, 1), False)
    assert status.last_visit == VISIT


def test_what_a_county_switched_off_is_not_enabled(settings: Settings) -> None:
    off = settings.source["bamf"].model_copy(
        update={"datasets": {"hkl": DatasetConfig(enabled=False)}}
    )
    without = settings.model_copy(update={"source": {**settings.source, "bamf": off}})
    status = dataset_status(without, date(2021, 10, 16), source="bamf")[0]
    assert (status.enabled, status.late) == (False, False)
