"""Deleting by rule: one case just due, one not yet, and what must never go."""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from kills import each_kill
from restic_backup import with_backup
from small_home import day, landed, quarantined, staged

from kreishaus.datasets import REGISTRY, dataset
from kreishaus.model import FileRejected, Landed, Request
from kreishaus.settings import Keeping, Retention, Settings
from kreishaus.store.batches import versions_of
from kreishaus.store.dataset_store import DatasetStore
from kreishaus.store.landing import Landing
from operations.maintenance.backup import image
from operations.maintenance.backup.check import verify
from operations.maintenance.backup.errors import BackupBusy
from operations.maintenance.backup.folder import BackupFolder
from operations.maintenance.backup.make import make_snapshot
from operations.maintenance.retention.perform import maintain
from operations.maintenance.retention.plan import Deletion, first_month_kept, plan
from pipeline.status import dataset_status
from pipeline.steps import keep, process_file
from warehouse import audit
from warehouse.audit import AuditUnwritable

NOW = day("2026-11-25")
TEN_DAYS = NOW - timedelta(days=10)
REASON = "A rule for tests only"


def with_rule(settings: Settings, folder: Path | None, **rule: object) -> Settings:
    keeping = Keeping(datasets={"bamf/hkl": Retention(reason=REASON, **rule)})
    installation = settings.model_copy(update={"retention": keeping})
    return with_folder(installation, folder) if folder else installation


def with_folder(settings: Settings, folder: Path, **rule: int) -> Settings:
    return with_backup(settings, folder, folder.parent / "backup-password", **rule)


@pytest.fixture
def folder(backup_key: Path) -> Path:
    return backup_key.parent / "backup"


def saved(installation: Settings, now: datetime = NOW) -> Settings:
    make_snapshot(installation, now=now)
    assert installation.backup.folder is not None
    assert verify(installation, installation.backup.folder, NOW).faults == ()
    return installation


def due(installation: Settings, now: datetime = NOW) -> list[Deletion]:
    return [one for one in plan(installation, now) if one.kind == "landed"]


def hashes(deletions: list[Deletion]) -> set[str]:
    return {one.tombstone.sha256 for one in deletions if one.tombstone}


def store(installation: Settings) -> DatasetStore:
    return DatasetStore.of(installation, "bamf", "hkl")


def test_only_the_register_and_the_daily_answers_have_a_rule_of_their_own():
    assert {entry.id for entry in REGISTRY if entry.retention} == {
        *("azr/crosstable", "azr/series", "azr/municipalities"),
        "wtg/heimfinder",
    }


def test_a_file_is_due_after_its_days_and_not_before(settings, folder):
    installation = with_rule(settings, folder, after_days=10, in_force_too=True)
    old = staged(installation, b"old", TEN_DAYS - timedelta(seconds=1), period="2021-08")
    staged(installation, b"young", TEN_DAYS + timedelta(seconds=1), period="2021-09")
    assert hashes(due(installation)) == {old}


def test_the_version_in_force_stays_unless_the_rule_says_otherwise(settings, folder):
    installation = with_rule(settings, folder, after_days=10)
    first = staged(installation, b"first", day("2021-10-15"))
    second = staged(installation, b"second", day("2021-10-20"))
    assert hashes(due(installation)) == {first}
    installation = with_rule(settings, folder, after_days=10, in_force_too=True)
    assert hashes(due(installation)) == {first, second}


def test_nothing_landed_goes_before_a_verified_backup_holds_it(settings, folder):
    nowhere = with_rule(settings, None, after_days=10, in_force_too=True)
    key = staged(nowhere, b"old", day("2021-10-15"))
    assert [one.held_back for one in due(nowhere)] == [
        "no backup holds it: [backup] folder is not set"
    ]
    installation = with_rule(settings, folder, after_days=10, in_force_too=True)
    unverified = "no backup verified in the last 7 days holds it"
    assert [one.held_back for one in due(installation)] == [unverified]
    make_snapshot(installation, now=NOW)
    assert [one.held_back for one in due(installation)] == [unverified]
    assert maintain(installation, NOW).deleted == ()
    verify(installation, folder, NOW)
    later = staged(installation, b"after the backup", day("2021-10-16"), period="2021-08")
    assert {one.tombstone.sha256: one.held_back for one in due(installation)} == {
        key: None,
        later: unverified,
    }
    assert {one.held_back for one in due(installation, NOW + timedelta(days=7))} == {
        None,
        unverified,
    }
    assert {one.held_back for one in due(installation, NOW + timedelta(days=7, seconds=1))} == {
        unverified
    }


def test_bytes_go_and_figures_and_versions_stay(settings, folder):
    installation = with_rule(settings, folder, after_days=10, in_force_too=True)
    key = staged(installation, b"old", day("2021-10-15"))
    before = list(versions_of(installation, dataset("bamf/hkl")))
    maintain(saved(installation), NOW)
    landing = store(installation).landing
    assert not landing.path(key).exists()
    assert list(versions_of(installation, dataset("bamf/hkl"))) == before
    stone = landing.tombstone(key)
    assert stone is not None
    assert (stone.sha256, stone.period, stone.what, stone.size) == (key, "2021-09", "bytes", 3)
    assert stone.rule == "bamf/hkl: bytes go 10 days after retrieval, in force or not"
    assert (stone.reason, stone.deleted_at) == (REASON, NOW)
    assert stone.deleted_by.endswith(os.uname().nodename)
    (entry,) = [one for one in audit.entries(installation) if one.document["action"] == "delete"]
    assert entry.document["details"]["sha256"] == key
    assert due(installation) == []


def test_deleted_bytes_wait_for_no_parser_and_are_no_trouble(settings, folder):
    """Today's parser is version 2 and would read what version 1 staged once more: not this one."""
    installation = with_rule(settings, folder, after_days=10, in_force_too=True)
    key = staged(installation, b"old", day("2021-10-15"))
    maintain(saved(installation), NOW)
    assert list(store(installation).landing.readable()) == []
    (status,) = [
        one
        for one in dataset_status(installation, NOW.date(), source="bamf")
        if one.dataset.name == "hkl"
    ]
    assert (status.files_landed, status.unjudged) == (1, ())
    outcome = process_file(Landed("bamf", "hkl", key, "2021-09"), installation)
    assert (outcome.status, outcome.period) == ("staged", "2021-09")


def test_bytes_that_are_offered_again_after_their_time_are_not_kept_again(settings, folder):
    installation = with_rule(settings, folder, after_days=10, in_force_too=True)
    key = staged(installation, b"old", day("2021-10-15"))
    maintain(saved(installation), NOW)
    landed(installation, b"old", NOW)
    assert not store(installation).landing.path(key).exists()
    assert len(list(store(installation).landing.sightings(key))) == 2


def test_erased_figures_wait_for_no_backup_and_do_not_come_back(settings):
    installation = with_rule(settings, None, after_days=10, what="figures", in_force_too=True)
    key = staged(installation, b"%PDF-1.7 old", day("2021-10-15"))
    done = maintain(installation, NOW)
    assert (hashes([*done.deleted]), done.held_back) == ({key}, ())
    assert list(store(installation).staging.records()) == []
    assert store(installation).landing.tombstone(key) is not None
    request = Request("again", "2021-09", path="x.pdf")
    entry = dataset("bamf/hkl")
    with pytest.raises(FileRejected, match=r"was erased on 2026-11-25 .*A rule for tests"):
        keep(entry, store(installation), installation, b"%PDF-1.7 old", request, "night")
    assert not store(installation).landing.path(key).exists()


def test_an_earlier_version_does_not_come_back_into_force(settings):
    """The first version is offered again after the second and stands since: it is as old as ever,
    and goes with the second, not before it."""
    installation = with_rule(settings, None, after_days=10, what="figures", in_force_too=True)
    first = staged(installation, b"first", day("2021-10-15"))
    second = staged(installation, b"second", TEN_DAYS + timedelta(seconds=1))
    landed(installation, b"first", TEN_DAYS + timedelta(seconds=2), label="2021-09")
    assert [one.record.sha256 for one in versions_of(installation, dataset("bamf/hkl"))][
        -1
    ] == first
    assert hashes(due(installation)) == set()
    assert hashes(due(installation, NOW + timedelta(seconds=2))) == {first, second}


def test_a_file_that_nobody_judged_yet_stays(settings, folder):
    installation = with_rule(settings, folder, after_days=10, in_force_too=True)
    landed(installation, b"waiting", day("2021-10-15"))
    assert due(saved(installation)) == []


def test_quarantine_goes_when_its_source_has_not_offered_it_for_long(settings, folder):
    installation = with_folder(settings, folder)
    bad = b"does not add up"
    key = quarantined(installation, bad, NOW - timedelta(days=400), label="2021-09")
    landed(installation, bad, NOW - timedelta(days=365))
    assert due(installation) == []
    later = NOW + timedelta(seconds=1)
    assert hashes(due(installation, later)) == {key}
    maintain(saved(installation), later)
    assert list(store(installation).quarantine.files()) == []
    assert list(store(installation).landing.readable()) == []
    landed(installation, bad, later)  # offered again: it is judged again, and makes its run red
    assert list(store(installation).landing.readable()) == [key]
    assert store(installation).landing.tombstone(key) is None


def test_a_raw_file_of_a_rule_goes_from_quarantine_too(settings, folder):
    installation = with_rule(settings, folder, after_days=10, in_force_too=True)
    key = quarantined(installation, b"bad", day("2026-11-01"), label="2021-09")
    landed(installation, b"bad", NOW)  # still offered: the file stays away all the same
    assert hashes(due(installation)) == {key}


HEIMFINDER = "wtg/heimfinder"


def answers(installation: Settings, *days: str) -> dict[str, str]:
    """One answer a day, each another. Returns hash -> day."""
    return {
        staged(
            installation,
            text.encode(),
            day(text),
            dataset=HEIMFINDER,
            period=text,
            identity="https://heimfinder.example",
        ): text
        for text in days
    }


def test_each_day_for_a_year_then_the_first_of_each_month(settings, folder):
    """365 days before 25 November 2026 is 25 November 2025: that day stays, the day before goes.
    Of October the 3rd is the first that was seen, of September the 30th the only one."""
    installation = with_folder(settings, folder)
    of = answers(
        installation,
        *("2025-09-30", "2025-10-03", "2025-10-04", "2025-10-31"),
        *("2025-11-01", "2025-11-24", "2025-11-25", "2025-11-26", "2026-11-24"),
    )
    assert {of[key] for key in hashes(due(installation))} == {
        "2025-10-04",
        "2025-10-31",
        "2025-11-24",
    }
    maintain(saved(installation), NOW)
    left = {
        record.period
        for record in DatasetStore.of(installation, "wtg", "heimfinder").staging.records()
    }
    assert left == set(of.values()) - {"2025-10-04", "2025-10-31", "2025-11-24"}
    assert due(installation) == []


def test_an_answer_that_is_seen_again_within_the_year_stays(settings, folder):
    installation = with_folder(settings, folder)
    answers(installation, "2025-10-03", "2025-10-04")
    again = {"dataset": HEIMFINDER, "identity": "https://heimfinder.example"}
    landed(installation, b"2025-10-04", day("2026-11-01"), **again)
    assert due(installation) == []


def test_an_answer_as_on_a_day_that_was_thinned_out_lands_again(settings, folder):
    installation = with_folder(settings, folder)
    of = {text: key for key, text in answers(installation, "2025-10-03", "2025-10-04").items()}
    maintain(saved(installation), NOW)
    landing = Landing(installation.landing, "wtg", "heimfinder")
    assert of["2025-10-04"] not in set(landing.readable())
    landed(
        installation, b"2025-10-04", NOW, dataset=HEIMFINDER, identity="https://heimfinder.example"
    )
    assert of["2025-10-04"] in set(landing.readable())
    assert landing.sidecar(of["2025-10-04"]).retrieved_at == NOW


def test_days_of_a_dataset_that_is_asked_for_no_days_are_a_mistake(settings):
    installation = with_rule(settings, None, daily_days=365)
    with pytest.raises(ValueError, match=r"bamf/hkl: daily_days is for"):
        plan(installation, NOW)


def test_a_rule_about_no_dataset_is_a_mistake(settings):
    keeping = Keeping(datasets={"azr/crostable": Retention(after_days=1, reason=REASON)})
    with pytest.raises(ValueError, match=r"names azr/crostable; there are: .*azr/crosstable"):
        plan(settings.model_copy(update={"retention": keeping}), NOW)


def old(path: Path, days: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    moment = (NOW - timedelta(days=days)).timestamp()
    for one in (path, path.parent):
        os.utime(one, (moment, moment))
    return path


def test_marts_as_of_a_day_go_together_after_their_days(settings):
    for name, days in (("2021-11-30", 91), ("2021-12-31", 89)):
        old(settings.published / "as_of" / name / "version.json", days)
        old(settings.warehouse / "as_of" / name / "kreishaus.duckdb", 91)
    found = [one for one in plan(settings, NOW) if one.kind == "as_of"]
    assert [one.about for one in found] == ["marts as of 2021-11-30"]
    maintain(settings, NOW)
    assert [path.name for path in (settings.published / "as_of").iterdir()] == ["2021-12-31"]
    assert [path.name for path in (settings.warehouse / "as_of").iterdir()] == ["2021-12-31"]


def test_published_versions_go_by_their_number_and_never_the_current_one(settings):
    installation = settings.model_copy(update={"keep_versions": 2})
    for number in range(1, 5):
        old(installation.published / f"2026112{number}T030000Z" / "version.json", 0).write_text(
            "{}"
        )
    (installation.published / "current").symlink_to("20261121T030000Z")
    maintain(installation, NOW)
    left = sorted(path.name for path in installation.published.iterdir() if not path.is_symlink())
    assert left == ["20261121T030000Z", "20261123T030000Z", "20261124T030000Z"]


def test_snapshots_go_by_their_rule_and_contents_with_them(settings, folder):
    """One day is kept: that of the second snapshot. The first one held a file that is gone now."""
    installation = with_folder(settings, folder, daily=1, weekly=0, monthly=0)
    staged(installation, b"old", day("2021-10-15"))
    notes = installation.home / "alerts" / "told" / "note.json"
    notes.parent.mkdir(parents=True)
    notes.write_bytes(os.urandom(100_000))  # only in the first
    make_snapshot(installation, now=NOW - timedelta(days=1))
    notes.unlink()
    saved(installation)
    done = maintain(installation, NOW)
    assert [one.kind for one in done.deleted] == ["snapshot"]
    assert done.freed > 100_000
    assert len(BackupFolder.open(installation, folder).listed()) == 1
    assert verify(installation, folder, NOW).faults == ()


@pytest.mark.parametrize("configured", [True, False])
def test_what_a_killed_backup_left_holds_no_erased_file(settings, folder, configured):
    """Its image is links to landed files: their bytes would live on in it."""
    installation = saved(with_folder(settings, folder)) if configured else settings
    left = image.place(installation) / "landing" / "erased.pdf"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"old")
    maintain(installation, NOW)
    assert not left.exists()


def test_nothing_goes_from_a_backup_that_is_at_work(settings, folder):
    installation = saved(with_folder(settings, folder))
    with BackupFolder.open(installation, folder).locked(), pytest.raises(BackupBusy):
        maintain(installation, NOW)


def test_logs_go_after_their_days(settings):
    gone = old(settings.home / "airflow" / "logs" / "dag_id=x" / "attempt=1.log", 90.1)
    stays = old(settings.home / "airflow" / "logs" / "scheduler.log", 89.9)
    maintain(settings, NOW)
    assert (gone.exists(), stays.exists()) == (False, True)


def test_the_audit_log_keeps_its_months(settings):
    """36 months before November 2026 is November 2023: that one stays."""
    assert first_month_kept(NOW, 36) == "2023-11"
    assert first_month_kept(day("2026-01-01"), 1) == "2025-12"
    for text in ("2023-10-31", "2023-11-01"):
        audit.record(settings, "query", now=day(text))
    maintain(settings, NOW)
    left = sorted(path.name for path in audit.folder(settings).glob("*.jsonl"))
    assert left == ["2023-11.jsonl", "2026-11.jsonl"]  # today's says where the chain begins
    assert audit.verify(settings).faults == ()


def test_what_cannot_be_noted_is_not_deleted(settings, folder):
    installation = saved(with_rule(settings, folder, after_days=10, in_force_too=True))
    key = staged(installation, b"old", day("2021-10-15"))
    saved(installation, NOW + timedelta(seconds=1))
    (installation.home / "audit" / "lock").unlink()
    (installation.home / "audit" / "lock").mkdir()  # nobody can lock it, so nobody can write
    with pytest.raises(AuditUnwritable):
        maintain(installation, NOW)
    assert store(installation).landing.path(key).exists()
    assert store(installation).landing.tombstone(key) is None


def test_a_dry_run_changes_nothing(settings, folder):
    installation = with_rule(settings, folder, after_days=10, in_force_too=True)
    staged(installation, b"old", day("2021-10-15"))
    saved(installation)
    before = sorted(installation.home.rglob("*"))
    assert [one.held_back for one in plan(installation, NOW)] == [None]
    assert sorted(installation.home.rglob("*")) == before


def test_killed_at_any_instant_the_next_time_finishes_it(settings):
    installation = with_rule(settings, None, after_days=10, what="figures", in_force_too=True)
    key = staged(installation, b"old", day("2021-10-15"))

    def check() -> None:
        here = store(installation)
        if here.landing.tombstone(key) is None:
            assert here.landing.content(key) == b"old"
            assert here.staging.record(key) is not None

    kills = each_kill(lambda: maintain(installation, NOW), installation.home, check)
    assert kills >= 4
    assert store(installation).staging.record(key) is None
    assert not store(installation).landing.path(key).exists()
    assert due(installation) == []


def test_the_default_rule_of_the_register_takes_no_young_file(settings, folder):
    """Five years are 1,825 days: retrieved on 26 November 2021, 2:00, due on 25 November 2026."""
    installation = with_folder(settings, folder)
    key = staged(
        installation, b"AZR", day("2021-11-26"), dataset="azr/crosstable", period="2021-09-30"
    )
    assert date(2021, 11, 26) + timedelta(days=1825) == date(2026, 11, 25)
    assert due(installation, day("2026-11-25", hour=1)) == []
    assert hashes(due(installation, day("2026-11-25", hour=3))) == {key}
