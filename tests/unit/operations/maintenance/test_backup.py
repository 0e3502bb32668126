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
from operations.maintenance.backup.restore import HomeFolderInUse, restore_files
from warehouse import audit
from warehouse.audit import AuditUnwritable

SEPTEMBER = b"%PDF-1.4 September"
NOW = day("2026-11-25")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "elsewhere" / "backup"


@pytest.fixture
def installation(settings: Settings, folder: Path, backup_key: Path) -> Settings:
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


def opened(installation: Settings) -> BackupFolder:
    assert installation.backup.folder is not None
    return BackupFolder.open(installation, installation.backup.folder)


def elsewhere(installation: Settings, tmp_path: Path) -> Settings:
    return installation.model_copy(update={"home": tmp_path / "other"})


def packs(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_ino for path in folder.glob("repository/data/??/*")}


def largest_pack(folder: Path) -> Path:
    return max(packs(folder), key=lambda path: path.stat().st_size)


def test_a_restored_home_has_every_file_that_cannot_be_made_again(installation, folder, tmp_path):
    before = contents(installation.home)
    make_snapshot(installation, now=NOW)
    shutil.rmtree(installation.home)
    restore_files(installation, folder)
    after = contents(installation.home)
    assert after.pop("restored/county.toml") == installation.county_file.read_bytes()
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
    version = (installation.published / "current").resolve()
    assert version.name == "20261125T030000.000000Z"
    assert (version / "internal").stat().st_mode & 0o777 == 0o750
    actions = [entry.document["action"] for entry in audit.entries(installation)]
    assert actions == ["query", "backup", "restore"]
    assert (installation.home / "audit").stat().st_mode & 0o777 == 0o700
    assert audit.verify(installation, noted_by_backups(installation)).faults == ()
    landing = Landing(installation.landing, "bamf", "hkl")
    assert {
        sighting.seen_at for key in landing.hashes() for sighting in landing.sightings(key)
    } == {
        day("2021-10-15"),
        day("2021-11-15"),
    }


def test_the_document_says_what_the_snapshot_is(installation, folder):
    made = make_snapshot(installation, now=NOW)
    (listed,) = opened(installation).listed()
    assert (listed.id, listed.made_at) == (made.id, NOW)
    assert opened(installation).snapshot(listed) == made
    assert made.marts == {
        "internal": {"vacancy_by_region": "c0ffee"},
        "public": {"vacancy_by_region": "c0ffee"},
    }
    assert made.contents == {hash_of(SEPTEMBER), hash_of(b"%PDF-1.4 October")}
    head = audit.head(installation)
    assert head is not None
    assert noted_by_backups(installation) == {2: head.hash}


def test_what_is_taken_to_another_folder_is_noted_first_or_not_taken(
    installation, folder, tmp_path
):
    other = tmp_path / "usb-stick"
    make_snapshot(installation, other, NOW)
    *_, entry = audit.entries(installation)
    assert (entry.document["action"], entry.document["details"]) == (
        "backup",
        {"folder": str(other)},
    )
    (installation.home / "audit" / "lock").unlink()
    (installation.home / "audit" / "lock").mkdir()  # nobody can lock it, so nobody can write
    before = packs(other)
    with pytest.raises(AuditUnwritable):
        make_snapshot(installation, other)
    assert packs(other) == before
    (complaint,) = make_snapshot(
        installation, now=NOW
    ).complaints  # by the settings: a backup comes first
    assert "the audit log cannot be written" in complaint


def test_nothing_in_the_folder_can_be_read_without_the_password(installation, folder):
    """Neither contents nor names: a landed file, a county's dataset, a paper, the audit log."""
    make_snapshot(installation, now=NOW)
    verify(installation, folder, NOW)
    for path in folder.rglob("*"):
        if path.is_file():
            for word in (SEPTEMBER, b"hkl", b"landing", b"paper.pdf", hash_of(SEPTEMBER).encode()):
                assert word not in path.read_bytes(), path


def test_the_password_is_on_no_command_line_and_in_no_environment(installation, monkeypatch):
    seen = []
    run = subprocess.run

    def watched(arguments, **options):
        seen.append((arguments, options.get("env", {})))
        return run(arguments, **options)

    monkeypatch.setenv("RESTIC_PASSWORD", "that of another backup, set by hand")
    monkeypatch.setattr(subprocess, "run", watched)
    make_snapshot(installation, now=NOW)
    ours = [(arguments, env) for arguments, env in seen if "restic" in arguments[0]]
    assert len(ours) >= 2
    for arguments, env in ours:
        assert PASSWORD not in " ".join(map(str, [*arguments, *env.values()]))
        assert "RESTIC_PASSWORD" not in env


def test_what_is_there_already_is_not_copied_again(installation, folder):
    make_snapshot(installation, now=NOW)
    before = packs(folder)
    size = sum(path.stat().st_size for path in before)
    landed(installation, os.urandom(100_000), day("2021-12-15"), label="2021-11")
    make_snapshot(installation, now=NOW + timedelta(days=1))
    after = packs(folder)
    assert before.items() <= after.items()
    assert 100_000 < sum(path.stat().st_size for path in after) - size < 130_000


def test_a_note_made_while_restic_reads_is_not_in_the_snapshot(
    installation, folder, monkeypatch, tmp_path
):
    """A visit noted meanwhile would speak of a file that the snapshot does not have."""
    visits = installation.landing / "bamf" / "hkl" / "visits.jsonl"
    visits.write_text('{"first": 1}\n')
    backup = Repository.backup

    def meanwhile(self, *arguments, **options):
        with visits.open("a") as handle:
            handle.write('{"second": 2}\n')
        audit.record(installation, "query", now=NOW)
        return backup(self, *arguments, **options)

    monkeypatch.setattr(Repository, "backup", meanwhile)
    make_snapshot(installation, now=NOW)
    other = elsewhere(installation, tmp_path)
    restore_files(other, folder)
    assert (other.landing / "bamf" / "hkl" / "visits.jsonl").read_text() == '{"first": 1}\n'
    assert audit.verify(other).faults == ()


def test_a_whole_backup_is_verified_and_says_when(installation, folder):
    snapshot = make_snapshot(installation, now=NOW)
    assert opened(installation).verified() == {}
    checked = verify(installation, folder, NOW)
    assert (checked.snapshots, checked.faults) == (1, ())
    assert opened(installation).verified() == {snapshot.id: NOW}


def test_a_flipped_byte_is_found_and_nothing_is_restored_from_it(installation, folder, tmp_path):
    landed(installation, os.urandom(50_000), day("2021-12-15"), label="2021-11")
    make_snapshot(installation, now=NOW)
    verify(installation, folder, NOW)
    path = largest_pack(folder)
    flip_a_byte(path)
    faults = verify(installation, folder, NOW).faults
    assert any(path.name[:8] in fault for fault in faults), faults
    assert opened(installation).verified() == {}
    other = elsewhere(installation, tmp_path)
    with pytest.raises(DamagedBackup, match="Nothing was restored"):
        restore_files(other, folder)
    assert [path.name for path in other.home.iterdir()] == ["county.json"]


def flip_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(content)


@pytest.mark.parametrize("which", [0, 1], ids=["contents", "folders"])
def test_a_damaged_backup_heals_as_the_docs_say(installation, folder, which):
    """Delete the pack that is named, rebuild the index, back up, forget what cannot be healed."""
    old = make_snapshot(installation, now=NOW)
    lost = sorted(packs(folder), key=lambda path: path.stat().st_size)[which]
    flip_a_byte(lost)
    assert any(lost.name[:8] in fault for fault in verify(installation, folder, NOW).faults)
    lost.unlink()
    key = installation.backup.password_file
    restic(folder, key, "rebuild-index")
    new = make_snapshot(installation, now=NOW + timedelta(hours=1))
    restic(folder, key, "forget", old.name)
    assert verify(installation, folder, NOW).faults == ()
    assert opened(installation).verified().keys() == {new.id}
    assert new.files == old.files


def test_a_snapshot_that_lacks_a_file_is_never_a_verified_one(installation, folder, monkeypatch):
    """As it would be if a kill came between restic's word that a file is missing and ours."""
    put = Repository.backup

    def without_one(self, image_, **options):
        next(image_.glob("landing/*/*/*.pdf")).unlink()
        return put(self, image_, **options)

    monkeypatch.setattr(Repository, "backup", without_one)
    snapshot = make_snapshot(installation, now=NOW)
    (fault,) = verify(installation, folder, NOW).faults
    number = snapshot.files
    assert f"snapshot {snapshot.name} holds {number - 1} of {number} files, not landing/" in fault
    assert opened(installation).verified() == {}


def test_a_damaged_landed_file_is_named_and_saved_as_it_was(installation, folder, tmp_path):
    make_snapshot(installation, now=NOW)
    (path,) = [p for p in installation.landing.rglob("*.pdf") if p.read_bytes() == SEPTEMBER]
    path.write_bytes(b"rotten")
    second = make_snapshot(installation, now=NOW + timedelta(days=1))
    (complaint,) = second.complaints
    assert f"{path}: is not what landed" in complaint
    assert second.contents >= {path.stem}
    command = complaint.split("as it was: ")[1]
    subprocess.run(command, shell=True, check=True)
    assert path.read_bytes() == SEPTEMBER
    path.unlink()
    (complaint,) = make_snapshot(installation, now=NOW + timedelta(days=2)).complaints
    assert "is missing, and no rule deleted it" in complaint
    other = elsewhere(installation, tmp_path)
    restore_files(other, folder)
    assert (other.home / path.relative_to(installation.home)).read_bytes() == SEPTEMBER


def test_a_damaged_landed_file_that_no_backup_has_stops_no_other(installation):
    (path,) = [p for p in installation.landing.rglob("*.pdf") if p.read_bytes() == SEPTEMBER]
    path.write_bytes(b"rotten")
    snapshot = make_snapshot(installation, now=NOW)
    assert len(snapshot.complaints) == 1
    assert set(snapshot.landed.values()) == {hash_of(b"%PDF-1.4 October")}


def test_what_is_forgotten_meanwhile_is_no_fault_and_anything_else_is(installation, monkeypatch):
    told = installation.home / "alerts" / "told" / "x.json"
    told.parent.mkdir(parents=True)
    told.write_text("{}")
    put = image._link_or_copy

    def vanished(item, final):
        if item.source.name in ("x.json", "forecasts_published.parquet"):
            item.source.unlink()
        put(item, final)

    monkeypatch.setattr(image, "_link_or_copy", vanished)
    (complaint,) = make_snapshot(installation, now=NOW).complaints
    assert "forecasts_published.parquet: vanished while it was being saved" in complaint


def test_where_the_disk_has_no_hard_links_files_are_copied(
    installation, folder, tmp_path, monkeypatch
):
    def no_links(source, target):
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", no_links)
    assert make_snapshot(installation, now=NOW).complaints == ()
    other = elsewhere(installation, tmp_path)
    restore_files(other, folder)
    assert SEPTEMBER in contents(other.landing).values()


SLOW = """#!/bin/sh
echo $$ > {started}
{real} "$@"
status=$?
[ "$2" = {command} ] && sleep 30
exit $status
"""


def slowly(installation: Settings, tmp_path: Path, monkeypatch, command: str) -> Path:
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


def in_a_process(installation: Settings) -> subprocess.Popen[bytes]:
    places = [installation.home, installation.backup.folder, installation.backup.password_file]
    return subprocess.Popen([sys.executable, "-c", MAKE, *map(str, places)])


def until(happened, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)


def test_while_the_restic_of_a_killed_backup_still_writes_nobody_else_does(
    installation, folder, tmp_path, monkeypatch
):
    make_snapshot(installation, now=NOW)
    with monkeypatch.context() as patch:
        started = slowly(installation, tmp_path, patch, "backup")
        process = in_a_process(installation)
        until(started.exists)
        orphan = int(started.read_text())
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert image.place(installation).exists()
    try:
        with pytest.raises(BackupBusy, match="another process works on this backup"):
            make_snapshot(installation)
    finally:
        children = Path(f"/proc/{orphan}/task/{orphan}/children").read_text().split()
        for pid in (orphan, *map(int, children)):
            os.kill(pid, signal.SIGKILL)
    until(lambda: _is_free(installation))
    assert make_snapshot(installation).complaints == ()
    assert not image.place(installation).exists()
    assert verify(installation, folder, NOW).faults == ()


def _is_free(installation: Settings) -> bool:
    try:
        with opened(installation).locked():
            return True
    except BackupBusy:
        return False


def test_a_lock_that_a_killed_restic_left_is_removed(installation, folder, tmp_path):
    """restic's own lock in the repository, of a process that has ended; a live one stays."""
    make_snapshot(installation, now=NOW)
    environment = {
        **os.environ,
        "RESTIC_PASSWORD_FILE": str(installation.backup.password_file),
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
    with (
        opened(installation).locked() as repository,
        pytest.raises(BackupBusy, match="already locked"),
    ):
        repository.forget([])
    live.send_signal(signal.SIGKILL)
    live.wait()
    assert any(locks.iterdir())
    with opened(installation).locked() as repository:
        repository.forget([])
    assert not any(locks.iterdir())
    assert len(opened(installation).listed()) == 1


@pytest.mark.parametrize("after", [0.1, 0.4])
def test_a_backup_killed_at_any_moment_is_none_or_whole(installation, folder, after):
    """The whole group is killed, restic with it; each snapshot that is listed can be restored."""
    for number in range(6):
        landed(installation, os.urandom(3_000_000), day("2021-12-15"), label=f"2021-{number}")
    make_snapshot(installation, now=NOW)
    places = [installation.home, installation.backup.folder, installation.backup.password_file]
    landed(installation, os.urandom(9_000_000), day("2021-12-15"), label="2021-11")
    process = subprocess.Popen(
        [sys.executable, "-c", MAKE, *map(str, places)], start_new_session=True
    )
    until(lambda: image.place(installation).exists() or process.poll() is not None)
    time.sleep(after)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert len(opened(installation).listed()) in (1, 2)
    assert verify(installation, folder, NOW).faults == ()
    make_snapshot(installation, now=datetime.now(UTC))
    assert verify(installation, folder, NOW).faults == ()
    assert not image.place(installation).exists()


def test_a_start_that_was_killed_leaves_no_half_repository(installation, folder, monkeypatch):
    def killed(self):
        (self.path / "keys").mkdir()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Repository, "init", killed)
        with pytest.raises(KeyboardInterrupt):
            make_snapshot(installation, now=NOW)
    assert verify(installation, folder).faults == (f"{folder}: there is no snapshot yet",)
    make_snapshot(installation, now=NOW)
    assert verify(installation, folder).faults == ()


def test_a_home_in_use_is_not_overwritten(installation, folder):
    make_snapshot(installation, now=NOW)
    before = contents(installation.home)
    with pytest.raises(HomeFolderInUse, match="none of them will be overwritten"):
        restore_files(installation, folder)
    assert contents(installation.home) == before


@pytest.mark.parametrize("floor", ["landing", "published", "audit", "withdrawals"])
def test_one_file_in_one_folder_is_a_home_in_use(installation, folder, tmp_path, floor):
    make_snapshot(installation, now=NOW)
    other = elsewhere(installation, tmp_path)
    (other.home / floor).mkdir(parents=True)
    (other.home / floor / "x").write_text("x")
    with pytest.raises(HomeFolderInUse):
        restore_files(other, folder)


@pytest.mark.parametrize("renames", range(1, 7))
def test_an_interrupted_restore_goes_on_where_it_was(
    installation, folder, tmp_path, monkeypatch, renames
):
    snapshot = make_snapshot(installation, now=NOW)
    make_snapshot(installation, now=NOW + timedelta(days=1))
    other = elsewhere(installation, tmp_path)
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
    with pytest.raises(HomeFolderInUse, match=f"--snapshot {snapshot.name}"):
        restore_files(other, folder)
    _, files = restore_files(other, folder, snapshot.name)
    assert files == snapshot.files
    assert not (other.home / "restoring.json").exists()
    assert SEPTEMBER in contents(other.landing).values()
    assert (other.published / "current").resolve().name == "20261125T030000.000000Z"


def test_a_restore_needs_no_right_to_write_the_backup(installation, folder, tmp_path, monkeypatch):
    """On a medium that cannot be written: no lock, of ours or of restic's, is asked for."""
    make_snapshot(installation, now=NOW)
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path != folder and access(path, mode))
    (folder / "lock").unlink()
    shutil.rmtree(folder / "repository" / "locks")
    restore_files(elsewhere(installation, tmp_path), folder)
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
def test_a_folder_that_is_no_backup_of_this_county_is_refused(installation, folder, marker, told):
    folder.mkdir(parents=True)
    if marker:
        (folder / "kreishaus-backup.json").write_text(json.dumps(marker))
    for use in (lambda: verify(installation, folder), lambda: restore_files(installation, folder)):
        with pytest.raises(NotABackup, match=told):
            use()


def test_a_folder_with_something_else_in_it_is_left_alone(installation, folder):
    folder.mkdir(parents=True)
    (folder / "holiday.jpg").write_bytes(b"x")
    with pytest.raises(NotABackup, match="holds other files"):
        make_snapshot(installation)


def test_a_backup_inside_the_home_or_nowhere_is_refused(installation, settings):
    with pytest.raises(NoTarget, match="is lost with it"):
        make_snapshot(installation, installation.home / "backup")
    with pytest.raises(NoTarget, match=r"\[backup\] folder is not set"):
        make_snapshot(settings)


def with_key(installation: Settings, key: Path | None) -> Settings:
    return installation.model_copy(
        update={"backup": Backups(folder=installation.backup.folder, password_file=key)}
    )


def test_without_a_password_that_is_ours_alone_nothing_is_saved(installation, folder, tmp_path):
    key = tmp_path / "key"
    with pytest.raises(NoKey, match=r"\[backup\] password_file is not set"):
        make_snapshot(with_key(installation, None))
    with pytest.raises(NoKey, match="cannot be read"):
        make_snapshot(with_key(installation, key))
    key.write_text("secret\n")
    for mode in (0o644, 0o604, 0o602):
        key.chmod(mode)
        with pytest.raises(NoKey, match="every account of this machine") as refused:
            make_snapshot(with_key(installation, key))
        assert "secret" not in str(refused.value)
    key.write_text("\n")
    key.chmod(0o400)
    with pytest.raises(NoKey, match="is empty"):
        make_snapshot(with_key(installation, key))
    within = installation.home / "key"
    within.write_text("secret")
    within.chmod(0o400)
    with pytest.raises(NoKey, match="would be lost with it"):
        make_snapshot(with_key(installation, within))
    assert not folder.exists()


def test_a_secret_of_a_container_may_be_readable_in_there(installation, tmp_path, monkeypatch):
    """Compose mounts it as it is; whoever is in the container is this user."""
    mounted = tmp_path / "secrets" / "backup_password"
    mounted.parent.mkdir()
    mounted.write_text(PASSWORD)
    mounted.chmod(0o444)
    monkeypatch.setattr(key, "MOUNTED", mounted.parent)
    assert make_snapshot(with_key(installation, mounted), now=NOW).complaints == ()


def test_another_password_opens_nothing(installation, folder, tmp_path):
    make_snapshot(installation, now=NOW)
    key = tmp_path / "other"
    key.write_text("another password")
    key.chmod(0o400)
    other = with_key(installation, key)
    uses = (
        lambda: make_snapshot(other),
        lambda: verify(other, folder),
        lambda: restore_files(other, folder),
        lambda: noted_by_backups(other),
    )
    for use in uses:
        with pytest.raises(NoKey, match="opens no key of the backup"):
            use()


def test_a_machine_without_restic_says_so(installation, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(NotInstalled, match="apt-get install restic"):
        make_snapshot(installation)


def test_a_full_disk_is_said_in_restics_words(installation, folder, tmp_path, monkeypatch):
    program = tmp_path / "bin" / "restic"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho 'Fatal: no space left on device' >&2\nexit 1\n")
    program.chmod(0o755)
    make_snapshot(installation, now=NOW)
    monkeypatch.setenv("PATH", f"{program.parent}:/bin:/usr/bin")
    with pytest.raises(BackupFailed, match="no space left on device"):
        make_snapshot(installation)


def test_two_at_once_to_two_folders_do_not_meet_in_the_home(installation, tmp_path, monkeypatch):
    """A second image would take the place of the first while restic reads it."""
    second: list[str] = []
    put = Repository.backup

    def meanwhile(self, image_, **options):
        with pytest.raises(BackupBusy, match="another backup of this home"):
            make_snapshot(installation, tmp_path / "second")
        second.append("refused")
        return put(self, image_, **options)

    monkeypatch.setattr(Repository, "backup", meanwhile)
    snapshot = make_snapshot(installation, now=NOW)
    assert (second, snapshot.complaints) == (["refused"], ())
    assert verify(installation, installation.backup.folder, NOW).faults == ()


def test_two_at_once_do_not_meet(installation, folder):
    make_snapshot(installation, now=NOW)
    with opened(installation).locked():
        for use in (lambda: make_snapshot(installation), lambda: verify(installation, folder)):
            with pytest.raises(BackupBusy):
                use()


def test_the_newest_of_each_day_week_and_month_stays(installation, folder):
    """Kept: of days 25 (5 o'clock) and 24 November; of weeks, those that end on 29 and 22 November,
    the last of which is the 22nd; of months November, October and September."""
    make_snapshot(installation, now=day("2026-08-31"))
    moments = [
        *("2026-09-01", "2026-09-30", "2026-10-31", "2026-11-15", "2026-11-21", "2026-11-22"),
        *("2026-11-23", "2026-11-24"),
    ]
    for text in moments:
        make_snapshot(installation, now=day(text))
    early, late = day("2026-11-25", hour=1), day("2026-11-25", hour=5)
    make_snapshot(installation, now=early)
    make_snapshot(installation, now=late)
    ids = opened(installation).repository.outside(Rule(daily=2, weekly=2, monthly=3))
    kept = [one.made_at for one in opened(installation).listed() if one.id not in ids]
    assert kept == [
        *(day("2026-09-30"), day("2026-10-31"), day("2026-11-22"), day("2026-11-24")),
        late,
    ]


def one_day(installation: Settings) -> Settings:
    rule = {"daily": 1, "weekly": 0, "monthly": 0}
    return installation.model_copy(update={"backup": installation.backup.model_copy(update=rule)})


def test_what_may_go_goes_and_what_another_snapshot_holds_stays(installation, folder, tmp_path):
    installation = one_day(installation)
    only_in_the_first = installation.home / "reports" / "homes" / "2021-08-15" / "draft.pdf"
    only_in_the_first.write_bytes(os.urandom(200_000))
    old = make_snapshot(installation, now=NOW - timedelta(days=1))
    only_in_the_first.unlink()
    make_snapshot(installation, now=NOW)
    verify(installation, folder, NOW)
    assert [one.id for one in expired(installation, opened(installation))] == [old.id]
    before = sum(path.stat().st_size for path in packs(folder))
    with opened(installation).locked() as repository:
        repository.forget([old.id])
    assert before - sum(path.stat().st_size for path in packs(folder)) > 200_000
    assert verify(installation, folder, NOW).faults == ()
    other = elsewhere(installation, tmp_path)
    restore_files(other, folder)
    assert SEPTEMBER in contents(other.landing).values()


def test_one_small_file_among_many_is_gone_too(installation, folder):
    """A fiftieth of a pack: restic by itself would let it stay, as up to 5 % unused."""
    reports = installation.home / "reports" / "homes" / "2021-08-15"
    for number in range(50):
        (reports / f"{number}.pdf").write_bytes(os.urandom(20_000))
    old = make_snapshot(installation, now=NOW - timedelta(days=1))
    (reports / "7.pdf").unlink()
    make_snapshot(installation, now=NOW)
    before = sum(path.stat().st_size for path in packs(folder))
    with opened(installation).locked() as repository:
        repository.forget([old.id])
    assert before - sum(path.stat().st_size for path in packs(folder)) > 20_000
    assert verify(installation, folder, NOW).faults == ()


def test_the_last_verified_snapshot_stays_whatever_its_age(installation, folder):
    installation = one_day(installation)
    make_snapshot(installation, now=NOW - timedelta(days=9))
    verify(installation, folder, NOW)
    between = make_snapshot(installation, now=NOW - timedelta(days=5))
    make_snapshot(installation, now=NOW)
    assert [one.id for one in expired(installation, opened(installation))] == [between.id]


def test_a_snapshot_with_an_erased_file_goes_once_a_verified_one_without_it_is_there(
    installation, folder
):
    content = b"%PDF-1.4 to be erased" + os.urandom(100_000)
    key = staged(installation, content, day("2021-10-20"), period="2021-08")
    old = make_snapshot(installation, now=NOW - timedelta(days=1))
    verify(installation, folder, NOW)
    landing = Landing(installation.landing, "bamf", "hkl")
    landing.bury(
        Tombstone(
            *("bamf", "hkl", key, "2021-08", "2021-08", 21, day("2021-10-20"), "figures"),
            *("by hand", "a court said so", NOW, "dpo"),
        )
    )
    assert expired(installation, opened(installation)) == []
    make_snapshot(installation, now=NOW)
    assert expired(installation, opened(installation)) == []
    verify(installation, folder, NOW)
    (found,) = expired(installation, opened(installation))
    assert (found.id, found.why) == (old.id, "holds a file that was erased or reduced")
    with opened(installation).locked() as repository:
        repository.forget([found.id])
    assert opened(installation).repository.holding([f"{key}.pdf", key]) == {}
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


def test_a_backup_of_the_old_format_is_restored_and_nothing_is_added_to_it(
    installation, folder, tmp_path
):
    key = hash_of(SEPTEMBER)
    files = {f"landing/bamf/hkl/{key}.pdf": SEPTEMBER, "reports/homes/paper.pdf": b"shown"}
    old_backup(folder, files)
    for use in (lambda: make_snapshot(installation), lambda: verify(installation, folder)):
        with pytest.raises(NotABackup, match=r"unencrypted backup of an earlier version"):
            use()
    other = elsewhere(installation, tmp_path)
    snapshot, number = restore_files(other, folder)
    assert (number, snapshot.landed) == (2, {f"landing/bamf/hkl/{key}.pdf": key})
    assert {name: (other.home / name).read_bytes() for name in files} == files
    assert (other.home / "reports/homes/paper.pdf").stat().st_mode & 0o777 == 0o600


def test_a_damaged_backup_of_the_old_format_restores_nothing(installation, folder, tmp_path):
    manifest = old_backup(folder, {"reports/homes/paper.pdf": b"shown"})
    (blob,) = folder.glob("blobs/*/*")
    blob.write_bytes(b"shone")
    other = elsewhere(installation, tmp_path)
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


def test_every_refusal_is_one_kind(installation):
    kinds = (NoTarget, NoKey, NotInstalled, NotABackup, BackupBusy, DamagedBackup, BackupFailed)
    assert all(issubclass(kind, BackupRefused) for kind in (*kinds, HomeFolderInUse))
