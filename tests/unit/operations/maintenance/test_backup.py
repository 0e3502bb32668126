"""Backups: what they hold, what of them is found to be wrong, and which snapshots stay."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from restic_backup import PASSWORD, restic, with_backup
from small_home import day, hash_of, landed, quarantined, staged

from kreishaus.settings import Backups, Settings
from kreishaus.store.landing import Landing, Tombstone
from operations.maintenance.backup import image, key
from operations.maintenance.backup.anchors import noted_by_backups
from operations.maintenance.backup.check import verify
from operations.maintenance.backup.errors import (
    BackupBusy,
    BackupFailed,
    BackupRefused,
    DamagedBackup,
    NoKey,
    NotABackup,
    NoTarget,
    NotInstalled,
)
from operations.maintenance.backup.folder import BackupFolder
from operations.maintenance.backup.make import make_snapshot
from operations.maintenance.backup.prune import expired
from operations.maintenance.backup.restic import Repository, Rule
from operations.maintenance.backup.restore import HouseInUse, restore_files
from warehouse import audit
from warehouse.audit import AuditUnwritable

SEPTEMBER = b"%PDF-1.4 September"
NOW = day("2026-11-25")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "elsewhere" / "backup"


@pytest.fixture
def house(settings: Settings, folder: Path, backup_key: Path) -> Settings:
    """Two files, one of them in quarantine; a published version; memory; a line in the audit."""
    staged(settings, SEPTEMBER, day("2021-10-15"))
    quarantined(settings, b"%PDF-1.4 October", day("2021-11-15"), label="2021-10")
    version = settings.published / "20261125T030000.000000Z"
    for audience in ("public", "internal"):
        (version / audience).mkdir(parents=True)
        (version / audience / "kreishaus.duckdb").write_bytes(b"marts")
    (version / "internal").chmod(0o750)
    mart = {"name": "vacancy_by_region", "rows": 1, "content_hash": "c0ffee", "newest": None}
    marts = [{**mart, "key": []}]
    manifest = {"marts": marts, "public": marts}
    (version / "internal" / "manifest.json").write_text(json.dumps(manifest))
    (version / "public" / "manifest.json").write_text(json.dumps({"marts": marts}))
    (version / "version.json").write_text("{}")
    (settings.published / "format.json").write_text('{"format": 2}')
    (settings.published / "current").symlink_to(version.name)
    settings.warehouse.mkdir()
    (settings.warehouse / "forecasts_published.parquet").write_bytes(b"forecasts")
    (settings.warehouse / "kreishaus.duckdb").write_bytes(b"made again from landing")
    paper = settings.home / "reports" / "homes" / "2021-08-15" / "paper.pdf"
    paper.parent.mkdir(parents=True)
    paper.write_bytes(b"as it was shown")
    (paper.parents[1] / "latest").symlink_to("2021-08-15")
    audit.record(settings, "query", now=day("2021-11-16"))
    return with_backup(settings, folder, backup_key)


def contents(home: Path) -> dict[str, bytes]:
    return {
        path.relative_to(home).as_posix(): path.read_bytes()
        for path in home.rglob("*")
        if path.is_file() and path.name != "lock" and "latest" not in path.parts
    }


def opened(house: Settings) -> BackupFolder:
    assert house.backup.folder is not None
    return BackupFolder.open(house, house.backup.folder)


def elsewhere(house: Settings, tmp_path: Path) -> Settings:
    return house.model_copy(update={"home": tmp_path / "other"})


def packs(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_ino for path in folder.glob("repository/data/??/*")}


def largest_pack(folder: Path) -> Path:
    return max(packs(folder), key=lambda path: path.stat().st_size)


def test_a_restored_home_has_every_file_that_cannot_be_made_again(house, folder, tmp_path):
    before = contents(house.home)
    make_snapshot(house, now=NOW)
    shutil.rmtree(house.home)
    restore_files(house, folder)
    after = contents(house.home)
    assert after.pop("restored/county.toml") == house.county_file.read_bytes()
    assert json.loads(after.pop("restored/snapshot.json"))["format"] == 2
    changed = {"audit/2021-11.jsonl", "audit/head.json"}  # saving and restoring are noted
    saved = {name for name in before if name.split("/")[0] not in ("staged", "quarantine", "index")}
    saved.remove("warehouse/kreishaus.duckdb")
    noted = {
        name
        for name in {*after, *before}
        if name.startswith("audit/") or name.endswith("/format.json") or name == "county.json"
    }
    assert set(after) - noted == saved - noted
    assert all(after[name] == before[name] for name in saved - changed)
    version = (house.published / "current").resolve()
    assert version.name == "20261125T030000.000000Z"
    assert (version / "internal").stat().st_mode & 0o777 == 0o750
    actions = [entry.document["action"] for entry in audit.entries(house)]
    assert actions == ["query", "backup", "restore"]
    assert (house.home / "audit").stat().st_mode & 0o777 == 0o700
    assert audit.verify(house, noted_by_backups(house)).faults == ()
    landing = Landing(house.landing, "bamf", "hkl")
    assert {
        sighting.seen_at for key in landing.hashes() for sighting in landing.sightings(key)
    } == {
        day("2021-10-15"),
        day("2021-11-15"),
    }


def test_the_document_says_what_the_snapshot_is(house, folder):
    made = make_snapshot(house, now=NOW)
    (listed,) = opened(house).listed()
    assert (listed.id, listed.made_at) == (made.id, NOW)
    assert opened(house).snapshot(listed) == made
    assert made.marts == {
        "internal": {"vacancy_by_region": "c0ffee"},
        "public": {"vacancy_by_region": "c0ffee"},
    }
    assert made.contents == {hash_of(SEPTEMBER), hash_of(b"%PDF-1.4 October")}
    head = audit.head(house)
    assert head is not None
    assert noted_by_backups(house) == {2: head.hash}


def test_what_is_taken_to_another_folder_is_noted_first_or_not_taken(house, folder, tmp_path):
    other = tmp_path / "usb-stick"
    make_snapshot(house, other, NOW)
    *_, entry = audit.entries(house)
    assert (entry.document["action"], entry.document["details"]) == (
        "backup",
        {"folder": str(other)},
    )
    (house.home / "audit" / "lock").unlink()
    (house.home / "audit" / "lock").mkdir()  # nobody can lock it, so nobody can write
    before = packs(other)
    with pytest.raises(AuditUnwritable):
        make_snapshot(house, other)
    assert packs(other) == before
    (complaint,) = make_snapshot(house, now=NOW).complaints  # by the settings: a backup comes first
    assert "the audit log cannot be written" in complaint


def test_nothing_in_the_folder_can_be_read_without_the_password(house, folder):
    """Neither contents nor names: a landed file, a county's dataset, a paper, the audit log."""
    make_snapshot(house, now=NOW)
    verify(house, folder, NOW)
    for path in folder.rglob("*"):
        if path.is_file():
            for word in (SEPTEMBER, b"hkl", b"landing", b"paper.pdf", hash_of(SEPTEMBER).encode()):
                assert word not in path.read_bytes(), path


def test_the_password_is_on_no_command_line_and_in_no_environment(house, monkeypatch):
    seen = []
    run = subprocess.run

    def watched(arguments, **options):
        seen.append((arguments, options.get("env", {})))
        return run(arguments, **options)

    monkeypatch.setenv("RESTIC_PASSWORD", "that of another backup, set by hand")
    monkeypatch.setattr(subprocess, "run", watched)
    make_snapshot(house, now=NOW)
    ours = [(arguments, env) for arguments, env in seen if "restic" in arguments[0]]
    assert len(ours) >= 2
    for arguments, env in ours:
        assert PASSWORD not in " ".join(map(str, [*arguments, *env.values()]))
        assert "RESTIC_PASSWORD" not in env


def test_what_is_there_already_is_not_copied_again(house, folder):
    make_snapshot(house, now=NOW)
    before = packs(folder)
    size = sum(path.stat().st_size for path in before)
    landed(house, os.urandom(100_000), day("2021-12-15"), label="2021-11")
    make_snapshot(house, now=NOW + timedelta(days=1))
    after = packs(folder)
    assert before.items() <= after.items()
    assert 100_000 < sum(path.stat().st_size for path in after) - size < 130_000


def test_a_note_made_while_restic_reads_is_not_in_the_snapshot(
    house, folder, monkeypatch, tmp_path
):
    """A visit noted meanwhile would speak of a file that the snapshot does not have."""
    visits = house.landing / "bamf" / "hkl" / "visits.jsonl"
    visits.write_text('{"first": 1}\n')
    backup = Repository.backup

    def meanwhile(self, *arguments, **options):
        with visits.open("a") as handle:
            handle.write('{"second": 2}\n')
        audit.record(house, "query", now=NOW)
        return backup(self, *arguments, **options)

    monkeypatch.setattr(Repository, "backup", meanwhile)
    make_snapshot(house, now=NOW)
    other = elsewhere(house, tmp_path)
    restore_files(other, folder)
    assert (other.landing / "bamf" / "hkl" / "visits.jsonl").read_text() == '{"first": 1}\n'
    assert audit.verify(other).faults == ()


def test_a_whole_backup_is_verified_and_says_when(house, folder):
    snapshot = make_snapshot(house, now=NOW)
    assert opened(house).verified() == {}
    checked = verify(house, folder, NOW)
    assert (checked.snapshots, checked.faults) == (1, ())
    assert opened(house).verified() == {snapshot.id: NOW}


def test_a_flipped_byte_is_found_and_nothing_is_restored_from_it(house, folder, tmp_path):
    landed(house, os.urandom(50_000), day("2021-12-15"), label="2021-11")
    make_snapshot(house, now=NOW)
    verify(house, folder, NOW)
    path = largest_pack(folder)
    flip_a_byte(path)
    faults = verify(house, folder, NOW).faults
    assert any(path.name[:8] in fault for fault in faults), faults
    assert opened(house).verified() == {}
    other = elsewhere(house, tmp_path)
    with pytest.raises(DamagedBackup, match="Nothing was restored"):
        restore_files(other, folder)
    assert [path.name for path in other.home.iterdir()] == ["county.json"]


def flip_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(content)


@pytest.mark.parametrize("which", [0, 1], ids=["contents", "folders"])
def test_a_damaged_backup_heals_as_the_docs_say(house, folder, which):
    """Delete the pack that is named, rebuild the index, back up, forget what cannot be healed."""
    old = make_snapshot(house, now=NOW)
    lost = sorted(packs(folder), key=lambda path: path.stat().st_size)[which]
    flip_a_byte(lost)
    assert any(lost.name[:8] in fault for fault in verify(house, folder, NOW).faults)
    lost.unlink()
    key = house.backup.password_file
    restic(folder, key, "rebuild-index")
    new = make_snapshot(house, now=NOW + timedelta(hours=1))
    restic(folder, key, "forget", old.name)
    assert verify(house, folder, NOW).faults == ()
    assert opened(house).verified().keys() == {new.id}
    assert new.files == old.files


def test_a_snapshot_that_lacks_a_file_is_never_a_verified_one(house, folder, monkeypatch):
    """As it would be if a kill came between restic's word that a file is missing and ours."""
    put = Repository.backup

    def without_one(self, image_, **options):
        next(image_.glob("landing/*/*/*.pdf")).unlink()
        return put(self, image_, **options)

    monkeypatch.setattr(Repository, "backup", without_one)
    snapshot = make_snapshot(house, now=NOW)
    (fault,) = verify(house, folder, NOW).faults
    number = snapshot.files
    assert f"snapshot {snapshot.name} holds {number - 1} of {number} files, not landing/" in fault
    assert opened(house).verified() == {}


def test_a_damaged_landed_file_is_named_and_saved_as_it_was(house, folder, tmp_path):
    make_snapshot(house, now=NOW)
    (path,) = [p for p in house.landing.rglob("*.pdf") if p.read_bytes() == SEPTEMBER]
    path.write_bytes(b"rotten")
    second = make_snapshot(house, now=NOW + timedelta(days=1))
    (complaint,) = second.complaints
    assert f"{path}: is not what landed" in complaint
    assert second.contents >= {path.stem}
    command = complaint.split("as it was: ")[1]
    subprocess.run(command, shell=True, check=True)
    assert path.read_bytes() == SEPTEMBER
    path.unlink()
    (complaint,) = make_snapshot(house, now=NOW + timedelta(days=2)).complaints
    assert "is missing, and no rule deleted it" in complaint
    other = elsewhere(house, tmp_path)
    restore_files(other, folder)
    assert (other.home / path.relative_to(house.home)).read_bytes() == SEPTEMBER


def test_a_damaged_landed_file_that_no_backup_has_stops_no_other(house):
    (path,) = [p for p in house.landing.rglob("*.pdf") if p.read_bytes() == SEPTEMBER]
    path.write_bytes(b"rotten")
    snapshot = make_snapshot(house, now=NOW)
    assert len(snapshot.complaints) == 1
    assert set(snapshot.landed.values()) == {hash_of(b"%PDF-1.4 October")}


def test_what_is_forgotten_meanwhile_is_no_fault_and_anything_else_is(house, monkeypatch):
    told = house.home / "alerts" / "told" / "x.json"
    told.parent.mkdir(parents=True)
    told.write_text("{}")
    put = image._link_or_copy

    def vanished(item, final):
        if item.source.name in ("x.json", "forecasts_published.parquet"):
            item.source.unlink()
        put(item, final)

    monkeypatch.setattr(image, "_link_or_copy", vanished)
    (complaint,) = make_snapshot(house, now=NOW).complaints
    assert "forecasts_published.parquet: vanished while it was being saved" in complaint


def test_where_the_disk_has_no_hard_links_files_are_copied(house, folder, tmp_path, monkeypatch):
    def no_links(source, target):
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", no_links)
    assert make_snapshot(house, now=NOW).complaints == ()
    other = elsewhere(house, tmp_path)
    restore_files(other, folder)
    assert SEPTEMBER in contents(other.landing).values()


SLOW = """#!/bin/sh
echo $$ > {started}
{real} "$@"
status=$?
[ "$2" = {command} ] && sleep 30
exit $status
"""


def slowly(house: Settings, tmp_path: Path, monkeypatch, command: str) -> Path:
    """The real restic, which lingers in ``command``. Returns where it writes its process id."""
    started = tmp_path / "started"
    program = tmp_path / "bin" / "restic"
    program.parent.mkdir()
    program.write_text(SLOW.format(started=started, real=shutil.which("restic"), command=command))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return started


MAKE = """
import sys
from pathlib import Path
from kreishaus.settings import Backups, Settings
from operations.maintenance.backup.make import make_snapshot
home, folder, key = map(Path, sys.argv[1:])
make_snapshot(Settings(home=home, backup=Backups(folder=folder, password_file=key)))
"""


def in_a_process(house: Settings) -> subprocess.Popen[bytes]:
    places = [house.home, house.backup.folder, house.backup.password_file]
    return subprocess.Popen([sys.executable, "-c", MAKE, *map(str, places)])


def until(happened, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)


def test_while_the_restic_of_a_killed_backup_still_writes_nobody_else_does(
    house, folder, tmp_path, monkeypatch
):
    make_snapshot(house, now=NOW)
    with monkeypatch.context() as patch:
        started = slowly(house, tmp_path, patch, "backup")
        process = in_a_process(house)
        until(started.exists)
        orphan = int(started.read_text())
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert image.place(house).exists()
    try:
        with pytest.raises(BackupBusy, match="another process works on this backup"):
            make_snapshot(house)
    finally:
        children = Path(f"/proc/{orphan}/task/{orphan}/children").read_text().split()
        for pid in (orphan, *map(int, children)):
            os.kill(pid, signal.SIGKILL)
    until(lambda: _is_free(house))
    assert make_snapshot(house).complaints == ()
    assert not image.place(house).exists()
    assert verify(house, folder, NOW).faults == ()


def _is_free(house: Settings) -> bool:
    try:
        with opened(house).locked():
            return True
    except BackupBusy:
        return False


def test_a_lock_that_a_killed_restic_left_is_removed(house, folder, tmp_path):
    """restic's own lock in the repository, of a process that has ended; a live one stays."""
    make_snapshot(house, now=NOW)
    environment = {
        **os.environ,
        "RESTIC_PASSWORD_FILE": str(house.backup.password_file),
        "RESTIC_REPOSITORY": str(folder / "repository"),
    }
    live = subprocess.Popen(
        ["restic", "--no-cache", "backup", "--stdin"],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    locks = folder / "repository" / "locks"
    until(lambda: any(locks.iterdir()))
    with opened(house).locked() as repository, pytest.raises(BackupBusy, match="already locked"):
        repository.forget([])
    live.send_signal(signal.SIGKILL)
    live.wait()
    assert any(locks.iterdir())
    with opened(house).locked() as repository:
        repository.forget([])
    assert not any(locks.iterdir())
    assert len(opened(house).listed()) == 1


@pytest.mark.parametrize("after", [0.1, 0.4])
def test_a_backup_killed_at_any_moment_is_none_or_whole(house, folder, after):
    """The whole group is killed, restic with it; each snapshot that is listed can be restored."""
    for number in range(6):
        landed(house, os.urandom(3_000_000), day("2021-12-15"), label=f"2021-{number}")
    make_snapshot(house, now=NOW)
    places = [house.home, house.backup.folder, house.backup.password_file]
    landed(house, os.urandom(9_000_000), day("2021-12-15"), label="2021-11")
    process = subprocess.Popen(
        [sys.executable, "-c", MAKE, *map(str, places)], start_new_session=True
    )
    until(lambda: image.place(house).exists() or process.poll() is not None)
    time.sleep(after)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert len(opened(house).listed()) in (1, 2)
    assert verify(house, folder, NOW).faults == ()
    make_snapshot(house, now=datetime.now(UTC))
    assert verify(house, folder, NOW).faults == ()
    assert not image.place(house).exists()


def test_a_start_that_was_killed_leaves_no_half_repository(house, folder, monkeypatch):
    def killed(self):
        (self.path / "keys").mkdir()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Repository, "init", killed)
        with pytest.raises(KeyboardInterrupt):
            make_snapshot(house, now=NOW)
    assert verify(house, folder).faults == (f"{folder}: there is no snapshot yet",)
    make_snapshot(house, now=NOW)
    assert verify(house, folder).faults == ()


def test_a_home_in_use_is_not_overwritten(house, folder):
    make_snapshot(house, now=NOW)
    before = contents(house.home)
    with pytest.raises(HouseInUse, match="none of them will be overwritten"):
        restore_files(house, folder)
    assert contents(house.home) == before


@pytest.mark.parametrize("floor", ["landing", "published", "audit", "withdrawals"])
def test_one_file_in_one_folder_is_a_home_in_use(house, folder, tmp_path, floor):
    make_snapshot(house, now=NOW)
    other = elsewhere(house, tmp_path)
    (other.home / floor).mkdir(parents=True)
    (other.home / floor / "x").write_text("x")
    with pytest.raises(HouseInUse):
        restore_files(other, folder)


@pytest.mark.parametrize("renames", range(1, 7))
def test_an_interrupted_restore_goes_on_where_it_was(house, folder, tmp_path, monkeypatch, renames):
    snapshot = make_snapshot(house, now=NOW)
    make_snapshot(house, now=NOW + timedelta(days=1))
    other = elsewhere(house, tmp_path)
    rename, times = os.rename, 0

    def killed(self, target):
        nonlocal times
        times += 1
        if times == renames:
            raise KeyboardInterrupt
        rename(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", killed)
        with pytest.raises(KeyboardInterrupt):
            restore_files(other, folder, snapshot.name)
    with pytest.raises(NotABackup, match="no such snapshot deadbeef"):
        restore_files(other, folder, "deadbeef")
    with pytest.raises(HouseInUse, match=f"--snapshot {snapshot.name}"):
        restore_files(other, folder)
    _, files = restore_files(other, folder, snapshot.name)
    assert files == snapshot.files
    assert not (other.home / "restoring.json").exists()
    assert SEPTEMBER in contents(other.landing).values()
    assert (other.published / "current").resolve().name == "20261125T030000.000000Z"


def test_a_restore_needs_no_right_to_write_the_backup(house, folder, tmp_path, monkeypatch):
    """On a medium that cannot be written: no lock, of ours or of restic's, is asked for."""
    make_snapshot(house, now=NOW)
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path != folder and access(path, mode))
    (folder / "lock").unlink()
    shutil.rmtree(folder / "repository" / "locks")
    restore_files(elsewhere(house, tmp_path), folder)
    assert not (folder / "lock").exists()
    assert not (folder / "repository" / "locks").exists()


@pytest.mark.parametrize(
    ("marker", "told"),
    [
        pytest.param(None, "there is no backup", id="nothing"),
        pytest.param({"county_ags": "05158", "format": 2}, "not of 05162", id="another county"),
        pytest.param({"county_ags": "05162", "format": 3}, "later version", id="a later version"),
        pytest.param({"county_ags": "05162"}, "is not what a backup writes", id="cut off"),
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
    with pytest.raises(NotABackup, match="holds other files"):
        make_snapshot(house)


def test_a_backup_inside_the_home_or_nowhere_is_refused(house, settings):
    with pytest.raises(NoTarget, match="is lost with it"):
        make_snapshot(house, house.home / "backup")
    with pytest.raises(NoTarget, match=r"\[backup\] folder is not set"):
        make_snapshot(settings)


def with_key(house: Settings, key: Path | None) -> Settings:
    return house.model_copy(
        update={"backup": Backups(folder=house.backup.folder, password_file=key)}
    )


def test_without_a_password_that_is_ours_alone_nothing_is_saved(house, folder, tmp_path):
    key = tmp_path / "key"
    with pytest.raises(NoKey, match=r"\[backup\] password_file is not set"):
        make_snapshot(with_key(house, None))
    with pytest.raises(NoKey, match="cannot be read"):
        make_snapshot(with_key(house, key))
    key.write_text("secret\n")
    for mode in (0o644, 0o604, 0o602):
        key.chmod(mode)
        with pytest.raises(NoKey, match="every account of this machine") as refused:
            make_snapshot(with_key(house, key))
        assert "secret" not in str(refused.value)
    key.write_text("\n")
    key.chmod(0o400)
    with pytest.raises(NoKey, match="is empty"):
        make_snapshot(with_key(house, key))
    within = house.home / "key"
    within.write_text("secret")
    within.chmod(0o400)
    with pytest.raises(NoKey, match="would be lost with it"):
        make_snapshot(with_key(house, within))
    assert not folder.exists()


def test_a_secret_of_a_container_may_be_readable_in_there(house, tmp_path, monkeypatch):
    """Compose mounts it as it is; whoever is in the container is this user."""
    mounted = tmp_path / "secrets" / "backup_password"
    mounted.parent.mkdir()
    mounted.write_text(PASSWORD)
    mounted.chmod(0o444)
    monkeypatch.setattr(key, "MOUNTED", mounted.parent)
    assert make_snapshot(with_key(house, mounted), now=NOW).complaints == ()


def test_another_password_opens_nothing(house, folder, tmp_path):
    make_snapshot(house, now=NOW)
    key = tmp_path / "other"
    key.write_text("another password")
    key.chmod(0o400)
    other = with_key(house, key)
    uses = (
        lambda: make_snapshot(other),
        lambda: verify(other, folder),
        lambda: restore_files(other, folder),
        lambda: noted_by_backups(other),
    )
    for use in uses:
        with pytest.raises(NoKey, match="opens no key of the backup"):
            use()


def test_a_machine_without_restic_says_so(house, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(NotInstalled, match="apt-get install restic"):
        make_snapshot(house)


def test_a_full_disk_is_said_in_restics_words(house, folder, tmp_path, monkeypatch):
    program = tmp_path / "bin" / "restic"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho 'Fatal: no space left on device' >&2\nexit 1\n")
    program.chmod(0o755)
    make_snapshot(house, now=NOW)
    monkeypatch.setenv("PATH", f"{program.parent}:/bin:/usr/bin")
    with pytest.raises(BackupFailed, match="no space left on device"):
        make_snapshot(house)


def test_two_at_once_to_two_folders_do_not_meet_in_the_home(house, tmp_path, monkeypatch):
    """A second image would take the place of the first while restic reads it."""
    second: list[str] = []
    put = Repository.backup

    def meanwhile(self, image_, **options):
        with pytest.raises(BackupBusy, match="another backup of this home"):
            make_snapshot(house, tmp_path / "second")
        second.append("refused")
        return put(self, image_, **options)

    monkeypatch.setattr(Repository, "backup", meanwhile)
    snapshot = make_snapshot(house, now=NOW)
    assert (second, snapshot.complaints) == (["refused"], ())
    assert verify(house, house.backup.folder, NOW).faults == ()


def test_two_at_once_do_not_meet(house, folder):
    make_snapshot(house, now=NOW)
    with opened(house).locked():
        for use in (lambda: make_snapshot(house), lambda: verify(house, folder)):
            with pytest.raises(BackupBusy):
                use()


def test_the_newest_of_each_day_week_and_month_stays(house, folder):
    """Kept: of days 25 (5 o'clock) and 24 November; of weeks, those that end on 29 and 22 November,
    the last of which is the 22nd; of months November, October and September."""
    make_snapshot(house, now=day("2026-08-31"))
    moments = [
        *("2026-09-01", "2026-09-30", "2026-10-31", "2026-11-15", "2026-11-21", "2026-11-22"),
        *("2026-11-23", "2026-11-24"),
    ]
    for text in moments:
        make_snapshot(house, now=day(text))
    early, late = day("2026-11-25", hour=1), day("2026-11-25", hour=5)
    make_snapshot(house, now=early)
    make_snapshot(house, now=late)
    ids = opened(house).repository.outside(Rule(daily=2, weekly=2, monthly=3))
    kept = [one.made_at for one in opened(house).listed() if one.id not in ids]
    assert kept == [
        *(day("2026-09-30"), day("2026-10-31"), day("2026-11-22"), day("2026-11-24")),
        late,
    ]


def one_day(house: Settings) -> Settings:
    rule = {"daily": 1, "weekly": 0, "monthly": 0}
    return house.model_copy(update={"backup": house.backup.model_copy(update=rule)})


def test_what_may_go_goes_and_what_another_snapshot_holds_stays(house, folder, tmp_path):
    house = one_day(house)
    only_in_the_first = house.home / "reports" / "homes" / "2021-08-15" / "draft.pdf"
    only_in_the_first.write_bytes(os.urandom(200_000))
    old = make_snapshot(house, now=NOW - timedelta(days=1))
    only_in_the_first.unlink()
    make_snapshot(house, now=NOW)
    verify(house, folder, NOW)
    assert [one.id for one in expired(house, opened(house))] == [old.id]
    before = sum(path.stat().st_size for path in packs(folder))
    with opened(house).locked() as repository:
        repository.forget([old.id])
    assert before - sum(path.stat().st_size for path in packs(folder)) > 200_000
    assert verify(house, folder, NOW).faults == ()
    other = elsewhere(house, tmp_path)
    restore_files(other, folder)
    assert SEPTEMBER in contents(other.landing).values()


def test_one_small_file_among_many_is_gone_too(house, folder):
    """A fiftieth of a pack: restic by itself would let it stay, as up to 5 % unused."""
    reports = house.home / "reports" / "homes" / "2021-08-15"
    for number in range(50):
        (reports / f"{number}.pdf").write_bytes(os.urandom(20_000))
    old = make_snapshot(house, now=NOW - timedelta(days=1))
    (reports / "7.pdf").unlink()
    make_snapshot(house, now=NOW)
    before = sum(path.stat().st_size for path in packs(folder))
    with opened(house).locked() as repository:
        repository.forget([old.id])
    assert before - sum(path.stat().st_size for path in packs(folder)) > 20_000
    assert verify(house, folder, NOW).faults == ()


def test_the_last_verified_snapshot_stays_whatever_its_age(house, folder):
    house = one_day(house)
    make_snapshot(house, now=NOW - timedelta(days=9))
    verify(house, folder, NOW)
    between = make_snapshot(house, now=NOW - timedelta(days=5))
    make_snapshot(house, now=NOW)
    assert [one.id for one in expired(house, opened(house))] == [between.id]


def test_a_snapshot_with_an_erased_file_goes_once_a_verified_one_without_it_is_there(house, folder):
    content = b"%PDF-1.4 to be erased" + os.urandom(100_000)
    key = staged(house, content, day("2021-10-20"), period="2021-08")
    old = make_snapshot(house, now=NOW - timedelta(days=1))
    verify(house, folder, NOW)
    landing = Landing(house.landing, "bamf", "hkl")
    landing.bury(
        Tombstone(
            *("bamf", "hkl", key, "2021-08", "2021-08", 21, day("2021-10-20"), "figures"),
            *("by hand", "a court said so", NOW, "dpo"),
        )
    )
    assert expired(house, opened(house)) == []
    make_snapshot(house, now=NOW)
    assert expired(house, opened(house)) == []
    verify(house, folder, NOW)
    (found,) = expired(house, opened(house))
    assert (found.id, found.why) == (old.id, "holds a file whose figures were erased")
    with opened(house).locked() as repository:
        repository.forget([found.id])
    assert opened(house).repository.holding([f"{key}.pdf", key]) == {}
    assert sum(path.stat().st_size for path in packs(folder)) < 100_000


def old_backup(folder: Path, files: dict[str, bytes], ags: str = "05162") -> Path:
    """As version 0.1.0 wrote it. Returns the manifest."""
    held = []
    for path, content in files.items():
        sha256 = hash_of(content)
        blob = folder / "blobs" / sha256[:2] / sha256
        blob.parent.mkdir(parents=True, exist_ok=True)
        blob.write_bytes(content)
        held.append({"path": path, "sha256": sha256, "size": len(content), "mode": 0o600})
    document = {
        "name": "20260101T040000.000000Z",
        "made_at": "2026-01-01T04:00:00+00:00",
        "made_by": "kreishaus@old",
        "county_ags": ags,
        "code_version": "0.1.0",
        "files": held,
        "version": None,
        "marts": {},
        "as_of": [],
        "audit_head": None,
        "complaints": [],
        "format": 1,
        "digest": "-",
    }
    (folder / "kreishaus-backup.json").write_text(json.dumps({"format": 1, "county_ags": ags}))
    manifest = folder / "snapshots" / f"{document['name']}.json"
    manifest.parent.mkdir(exist_ok=True)
    manifest.write_text(json.dumps(document))
    return manifest


def test_a_backup_of_the_old_format_is_restored_and_nothing_is_added_to_it(house, folder, tmp_path):
    key = hash_of(SEPTEMBER)
    files = {f"landing/bamf/hkl/{key}.pdf": SEPTEMBER, "reports/homes/paper.pdf": b"shown"}
    old_backup(folder, files)
    for use in (lambda: make_snapshot(house), lambda: verify(house, folder)):
        with pytest.raises(NotABackup, match=r"unencrypted backup of an earlier version"):
            use()
    other = elsewhere(house, tmp_path)
    snapshot, number = restore_files(other, folder)
    assert (number, snapshot.landed) == (2, {f"landing/bamf/hkl/{key}.pdf": key})
    assert {name: (other.home / name).read_bytes() for name in files} == files
    assert (other.home / "reports/homes/paper.pdf").stat().st_mode & 0o777 == 0o600


def test_a_damaged_backup_of_the_old_format_restores_nothing(house, folder, tmp_path):
    manifest = old_backup(folder, {"reports/homes/paper.pdf": b"shown"})
    (blob,) = folder.glob("blobs/*/*")
    blob.write_bytes(b"shone")
    other = elsewhere(house, tmp_path)
    with pytest.raises(DamagedBackup, match=r"holds reports/homes/paper.pdf.*Nothing was restored"):
        restore_files(other, folder)
    manifest.write_text(manifest.read_text().replace("reports/homes", "../../etc"))
    with pytest.raises(DamagedBackup, match="leads out of the home"):
        restore_files(other, folder)
    old_backup(folder, {}, ags="05158")
    with pytest.raises(NotABackup, match="county 05158, not of 05162"):
        restore_files(other, folder)
    assert not other.home.exists() or [path.name for path in other.home.iterdir()] == [
        "county.json"
    ]


def test_every_refusal_is_one_kind(house):
    kinds = (NoTarget, NoKey, NotInstalled, NotABackup, BackupBusy, DamagedBackup, BackupFailed)
    assert all(issubclass(kind, BackupRefused) for kind in (*kinds, HouseInUse))
