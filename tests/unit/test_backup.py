"""Backups: what they hold, what of them is found to be wrong, and which snapshots stay."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from small_house import day, landed, quarantined, staged

from ingest.landing import Landing, Tombstone
from ingest.settings import Backups, Settings
from warehouse import audit
from warehouse.backup.anchors import noted_by_backups
from warehouse.backup.check import verify
from warehouse.backup.make import NoTarget, make_snapshot
from warehouse.backup.restore import HouseInUse, restore_files
from warehouse.backup.store import BackupBusy, DamagedBackup, NotABackup, Snapshot, Store
from warehouse.backup.thin import doomed, kept

SEPTEMBER = b"%PDF-1.4 September"
NOW = day("2026-11-25")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "elsewhere" / "backup"


@pytest.fixture
def house(settings: Settings, folder: Path) -> Settings:
    """Two files, one of them in quarantine; a published version; memory; a line in the audit."""
    staged(settings, SEPTEMBER, day("2021-10-15"))
    quarantined(settings, b"%PDF-1.4 October", day("2021-11-15"), label="2021-10")
    version = settings.published / "20261125T030000.000000Z"
    (version / "public").mkdir(parents=True)
    (version / "public" / "kreishaus.duckdb").write_bytes(b"marts")
    marts = [{"name": "vacancy_by_region", "content_hash": "c0ffee"}]
    (version / "manifest.json").write_text(json.dumps({"marts": marts, "public": marts}))
    (settings.published / "current").symlink_to(version.name)
    settings.warehouse.mkdir()
    (settings.warehouse / "forecasts_published.parquet").write_bytes(b"forecasts")
    (settings.warehouse / "kreishaus.duckdb").write_bytes(b"made again from landing")
    paper = settings.home / "reports" / "homes" / "2021-08-15" / "paper.pdf"
    paper.parent.mkdir(parents=True)
    paper.write_bytes(b"as it was shown")
    (paper.parents[1] / "latest").symlink_to("2021-08-15")
    audit.record(settings, "query", now=day("2021-11-16"))
    return settings.model_copy(update={"backup": Backups(folder=folder)})


def contents(home: Path) -> dict[str, bytes]:
    return {
        path.relative_to(home).as_posix(): path.read_bytes()
        for path in home.rglob("*")
        if path.is_file() and path.name != "lock" and "latest" not in path.parts
    }


def blob(folder: Path, content: bytes) -> Path:
    return next(path for path in folder.glob("blobs/*/*") if path.read_bytes() == content)


def test_a_restored_house_has_every_file_that_cannot_be_made_again(house, folder, tmp_path):
    before = contents(house.home)
    make_snapshot(house, now=NOW)
    shutil.rmtree(house.home)
    restore_files(house, folder)
    after = contents(house.home)
    assert after.pop("restored/county.toml") == house.county_file.read_bytes()
    changed = {"audit/2021-11.jsonl", "audit/head.json"}  # the restoring itself is noted
    saved = {name for name in before if name.split("/")[0] not in ("staged", "quarantine", "index")}
    saved.remove("warehouse/kreishaus.duckdb")
    noted = {name for name in after if name.startswith("audit/")}
    assert set(after) - noted == saved - noted
    assert all(after[name] == before[name] for name in saved - changed)
    assert (house.published / "current").resolve().name == "20261125T030000.000000Z"
    assert [entry.document["action"] for entry in audit.entries(house)] == ["query", "restore"]
    assert audit.verify(house, noted_by_backups(house)).faults == ()
    landing = Landing(house.landing, "bamf", "hkl")
    assert {
        sighting.seen_at for key in landing.hashes() for sighting in landing.sightings(key)
    } == {
        day("2021-10-15"),
        day("2021-11-15"),
    }


def test_what_is_there_already_is_not_copied_again(house, folder):
    make_snapshot(house, now=NOW)
    before = {path: path.stat().st_ino for path in folder.glob("blobs/*/*")}
    landed(house, b"%PDF-1.4 November", day("2021-12-15"), label="2021-11")
    make_snapshot(house, now=NOW + timedelta(days=1))
    after = {path: path.stat().st_ino for path in folder.glob("blobs/*/*")}
    assert before.items() <= after.items()
    assert len(after) - len(before) == 3  # bytes, sidecar, sighting


def test_a_whole_backup_is_verified_and_says_when(house, folder):
    snapshot = make_snapshot(house, now=NOW)
    store = Store.open(folder, "05162")
    assert store.verified_at(snapshot) is None
    checked = verify(house, folder, NOW)
    assert (checked.snapshots, checked.faults) == (1, ())
    assert store.verified_at(snapshot) == NOW


def test_a_flipped_byte_is_found_and_named(house, folder):
    snapshot = make_snapshot(house, now=NOW)
    verify(house, folder, NOW)
    path = blob(folder, SEPTEMBER)
    path.write_bytes(SEPTEMBER.replace(b"S", b"T"))
    (fault,) = verify(house, folder, NOW).faults
    assert str(path) in fault and "its bytes are not those that were written" in fault
    assert f"landing/bamf/hkl/{path.name}.pdf of 1 snapshot, the last {snapshot.name}" in fault
    assert Store.open(folder, "05162").verified_at(snapshot) is None
    with pytest.raises(DamagedBackup, match=f"{path.name}.*Nothing was restored"):
        restore_files(house.model_copy(update={"home": house.home / "new"}), folder)
    assert not (house.home / "new").exists()


def test_a_missing_content_is_found_and_named_and_the_next_backup_heals_it(house, folder):
    make_snapshot(house, now=NOW)
    path = blob(folder, SEPTEMBER)
    path.unlink()
    (fault,) = verify(house, folder, NOW).faults
    assert str(path) in fault and "is missing" in fault
    make_snapshot(house, now=NOW + timedelta(hours=1))
    assert verify(house, folder, NOW).faults == ()


def test_a_cut_off_content_is_found(house, folder):
    make_snapshot(house, now=NOW)
    path = blob(folder, SEPTEMBER)
    path.write_bytes(SEPTEMBER[:-1])
    (fault,) = verify(house, folder, NOW).faults
    assert "has 17 bytes, 18 were written" in fault


def test_a_changed_manifest_is_found_and_nothing_is_collected_by_it(house, folder):
    snapshot = make_snapshot(house, now=NOW)
    path = folder / "snapshots" / f"{snapshot.name}.json"
    path.write_text(path.read_text().replace("bamf/hkl", "bamf/hkm", 1))
    (fault,) = verify(house, folder, NOW).faults
    assert str(path) in fault
    store = Store.open(folder, "05162")
    before = len(list(store.blobs()))
    with pytest.raises(DamagedBackup, match="digest"):
        store.collect()
    assert len(list(store.blobs())) == before


def test_a_manifest_that_leads_out_of_the_house_is_refused(house, folder):
    snapshot = make_snapshot(house, now=NOW)
    document = snapshot.document()
    document["files"][0]["path"] = "../../etc/cron.d/x"
    plain = {name: value for name, value in document.items() if name != "digest"}
    from warehouse.backup import store as module

    forged = {**plain, "digest": module._digest(plain)}
    with pytest.raises(ValueError, match="leads out of the house"):
        Snapshot.of(forged)


def test_a_damaged_landed_file_is_said_and_saved_as_it_was(house, folder):
    first = make_snapshot(house, now=NOW)
    (path,) = [p for p in house.landing.rglob("*.pdf") if p.read_bytes() == SEPTEMBER]
    path.write_bytes(b"rotten")
    second = make_snapshot(house, now=NOW + timedelta(days=1))
    (complaint,) = second.complaints
    assert f"{path}: is not what landed" in complaint
    assert f"the backup has it as it was: {blob(folder, SEPTEMBER)}" in complaint
    assert second.contents >= {path.stem} and first.contents >= {path.stem}
    path.unlink()
    (complaint,) = make_snapshot(house, now=NOW + timedelta(days=2)).complaints
    assert "is missing, and no rule deleted it" in complaint


def test_a_damaged_landed_file_that_no_backup_has_stops_no_other(house):
    (path,) = [p for p in house.landing.rglob("*.pdf") if p.read_bytes() == SEPTEMBER]
    path.write_bytes(b"rotten")
    snapshot = make_snapshot(house, now=NOW)
    assert len(snapshot.complaints) == 1
    assert path.stem not in snapshot.contents
    assert (
        len(
            [
                held
                for held in snapshot.files
                if held.path.startswith("landing/") and held.path.endswith(".pdf")
            ]
        )
        == 1
    )


def test_what_a_night_forgets_meanwhile_is_no_fault_and_anything_else_is(house, monkeypatch):
    told = house.home / "alerts" / "told" / "x.json"
    told.parent.mkdir(parents=True)
    told.write_text("{}")
    put = Store.put

    def vanished(self, source):
        if source.name in ("x.json", "forecasts_published.parquet"):
            source.unlink()
        return put(self, source)

    monkeypatch.setattr(Store, "put", vanished)
    (complaint,) = make_snapshot(house, now=NOW).complaints
    assert "forecasts_published.parquet: vanished while the house was saved" in complaint


def test_an_interrupted_backup_is_none_and_the_next_one_uses_what_it_copied(
    house, folder, monkeypatch
):
    copied = 0
    put = Store.put

    def killed(self, source):
        nonlocal copied
        copied += 1
        if copied == 6:
            raise KeyboardInterrupt
        return put(self, source)

    with monkeypatch.context() as patch:
        patch.setattr(Store, "put", killed)
        with pytest.raises(KeyboardInterrupt):
            make_snapshot(house, now=NOW)
    store = Store.open(folder, "05162")
    assert store.names() == []
    assert verify(house, folder).faults == (f"{folder}: there is no snapshot yet",)
    there = {path: path.stat().st_ino for path in store.blobs()}
    assert len(there) == 5
    make_snapshot(house, now=NOW)
    assert there.items() <= {path: path.stat().st_ino for path in store.blobs()}.items()
    assert verify(house, folder).faults == ()


def test_a_house_in_use_is_not_overwritten(house, folder):
    make_snapshot(house, now=NOW)
    before = contents(house.home)
    with pytest.raises(HouseInUse, match="nothing of it will be overwritten"):
        restore_files(house, folder)
    assert contents(house.home) == before


@pytest.mark.parametrize("floor", ["landing", "published", "audit"])
def test_one_file_on_one_floor_is_a_house(house, folder, tmp_path, floor):
    make_snapshot(house, now=NOW)
    other = house.model_copy(update={"home": tmp_path / "other"})
    (other.home / floor).mkdir(parents=True)
    (other.home / floor / "x").write_text("x")
    with pytest.raises(HouseInUse):
        restore_files(other, folder)


def test_an_interrupted_restore_goes_on_where_it_was(house, folder, tmp_path, monkeypatch):
    snapshot = make_snapshot(house, now=NOW)
    other = house.model_copy(update={"home": tmp_path / "other"})
    replace, times = os.replace, 0

    def killed(self, target):
        nonlocal times
        times += 1
        if times == 5:
            raise KeyboardInterrupt
        return replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            restore_files(other, folder)
    with pytest.raises(NotABackup, match="no such snapshot"):
        restore_files(other, folder, "20200101T000000.000000Z")
    make_snapshot(house, now=NOW + timedelta(days=1))
    with pytest.raises(HouseInUse, match="another snapshot was being restored"):
        restore_files(other, folder)
    _, files = restore_files(other, folder, snapshot.name)
    assert files == len(snapshot.files)
    assert not (other.home / "restoring.json").exists()


@pytest.mark.parametrize(
    ("marker", "told"),
    [
        pytest.param(None, "there is no backup", id="nothing"),
        pytest.param({"county_ags": "05158", "format": 1}, "not of 05162", id="another county"),
        pytest.param({"county_ags": "05162", "format": 2}, "another version", id="a later house"),
    ],
)
def test_a_folder_that_is_no_backup_of_this_county_is_refused(house, folder, marker, told):
    folder.mkdir(parents=True)
    if marker:
        (folder / "kreishaus-backup.json").write_text(json.dumps(marker))
    for use in (lambda: verify(house, folder), lambda: restore_files(house, folder)):
        with pytest.raises(NotABackup, match=told):
            use()


def test_a_folder_with_something_else_in_it_is_left_alone(house, folder):
    folder.mkdir(parents=True)
    (folder / "holiday.jpg").write_bytes(b"x")
    with pytest.raises(NotABackup, match="holds something else"):
        make_snapshot(house)


def test_a_backup_inside_the_house_or_nowhere_is_refused(house, settings):
    with pytest.raises(NoTarget, match="would be lost with it"):
        make_snapshot(house, house.home / "backup")
    with pytest.raises(NoTarget, match=r"\[backup\] folder is not set"):
        make_snapshot(settings)


def test_two_at_once_do_not_meet(house, folder):
    make_snapshot(house, now=NOW)
    with Store.open(folder, "05162").locked(alone=False):
        with pytest.raises(BackupBusy):
            make_snapshot(house)
        assert verify(house, folder).faults == ()  # reading beside reading is no harm


def of_days(*days: str) -> list[Snapshot]:
    moments = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in days]
    return [Snapshot(f"{at:%Y-%m-%d %H}", at, "x", "05162", "1", ()) for at in moments]


def test_seven_days_four_weeks_twelve_months_stay():
    """Every day of 2025 and 2026 up to Wednesday 25 November 2026.

    Days: 19 to 25 November. Weeks: their last days, 8, 15 and 22 November, and today's. Months:
    December 2025 to October 2026, their last days, and today's.
    """
    start = datetime(2025, 1, 1, 5, tzinfo=UTC)
    days = [start + timedelta(days=number) for number in range(694)]
    snapshots = of_days(*(f"{at:%Y-%m-%d}" for at in days))
    assert sorted(name[:10] for name in kept(snapshots, Backups())) == [
        "2025-12-31",
        *("2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30"),
        *("2026-07-31", "2026-08-31", "2026-09-30", "2026-10-31", "2026-11-08", "2026-11-15"),
        *("2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23", "2026-11-24"),
        "2026-11-25",
    ]


def test_the_newest_of_a_day_stands_for_it_and_a_pause_takes_no_snapshot_away():
    snapshots = of_days("2024-01-05T01", "2024-01-05T09", "2026-11-25T05")
    rule = Backups(daily=2, weekly=0, monthly=0)
    assert kept(snapshots, rule) == {"2024-01-05 09", "2026-11-25 05"}


def test_what_may_go_goes_and_what_another_snapshot_names_stays(house, folder):
    landing = Landing(house.landing, "bamf", "hkl")
    house = house.model_copy(
        update={"backup": Backups(folder=folder, daily=1, weekly=0, monthly=0)}
    )
    old = make_snapshot(house, now=NOW - timedelta(days=1))
    before = {path.name for path in folder.glob("blobs/*/*")}
    landed(house, SEPTEMBER, day("2021-10-16"))  # a sighting more: its file is another content
    make_snapshot(house, now=NOW)
    verify(house, folder, NOW)
    store = Store.open(folder, "05162")
    assert [one.name for one in doomed(house, store)] == [old.name]
    store.drop(old.name)
    number, _ = store.collect()
    gone = before - {path.name for path in folder.glob("blobs/*/*")}
    assert number == len(gone) == 1
    assert verify(house, folder, NOW).faults == ()
    assert set(landing.readable()) <= {path.name for path in store.blobs()}


def test_the_last_verified_snapshot_stays_whatever_its_age(house, folder):
    house = house.model_copy(
        update={"backup": Backups(folder=folder, daily=1, weekly=0, monthly=0)}
    )
    make_snapshot(house, now=NOW - timedelta(days=9))
    verify(house, folder, NOW)
    make_snapshot(house, now=NOW - timedelta(days=5))
    make_snapshot(house, now=NOW)
    names = Store.open(folder, "05162").names()
    assert [one.name for one in doomed(house, Store.open(folder, "05162"))] == [names[1]]


def test_a_snapshot_with_an_erased_file_goes_once_a_verified_one_without_it_is_there(house, folder):
    key = staged(house, b"%PDF-1.4 to be erased", day("2021-10-20"), period="2021-08")
    old = make_snapshot(house, now=NOW - timedelta(days=1))
    verify(house, folder, NOW)
    landing = Landing(house.landing, "bamf", "hkl")
    landing.bury(
        Tombstone(
            *("bamf", "hkl", key, "2021-08", "2021-08", 21, day("2021-10-20"), "figures"),
            *("by hand", "a court said so", NOW, "dpo"),
        )
    )
    store = Store.open(folder, "05162")
    assert doomed(house, store) == []
    make_snapshot(house, now=NOW)
    assert doomed(house, store) == []  # not verified yet
    verify(house, folder, NOW)
    assert [(one.name, one.why) for one in doomed(house, store)] == [
        (old.name, "holds a file whose figures were erased")
    ]
    store.drop(old.name)
    store.collect()
    assert not store.blob(key).exists()


def test_figures_whose_file_is_gone_are_saved_themselves(house, folder, tmp_path):
    landing = Landing(house.landing, "bamf", "hkl")
    (key,) = [key for key in landing.hashes() if landing.content(key) == SEPTEMBER]
    landing.bury(
        Tombstone(
            *("bamf", "hkl", key, "2021-09", "2021-09", 18, day("2021-10-15"), "bytes"),
            *("a rule", "a reason", NOW, "root"),
        )
    )
    snapshot = make_snapshot(house, now=NOW)
    assert snapshot.complaints == ()
    other = house.model_copy(update={"home": tmp_path / "other"})
    restore_files(other, folder)
    rows = other.staged / "bamf" / "hkl" / "2021-09" / key / "rows.parquet"
    assert rows.read_bytes() == (house.staged / rows.relative_to(other.staged)).read_bytes()
    assert Landing(other.landing, "bamf", "hkl").tombstone(key) == landing.tombstone(key)
