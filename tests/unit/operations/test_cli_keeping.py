"""The commands: what they say, and with which exit status."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from small_home import day, installation_with_one_care_home, staged
from typer.testing import CliRunner, Result

from kreishaus.settings import REPOSITORY, Settings
from kreishaus.store.landing import Landing
from operations.cli import app
from warehouse import audit
from warehouse.room import NoRoom
from warehouse.writer_lock import WarehouseBusy, writing

OLD = day("2021-10-15")
RULE = """
[retention.datasets."bamf/hkl"]
after_days = 10
in_force_too = true
reason = "A rule for tests only"
"""


@pytest.fixture
def county(
    settings: Settings, tmp_path: Path, backup_key: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """An installation with a file that is due by the county's own rule; its county.toml."""
    counties = tmp_path / "counties"
    shutil.copytree(REPOSITORY / "counties", counties)
    county = counties / "05162" / "county.toml"
    county.write_text(county.read_text() + RULE)
    monkeypatch.setenv("KREISHAUS_HOME", str(settings.home))
    monkeypatch.setenv("KREISHAUS_COUNTIES", str(counties))
    monkeypatch.setenv("KREISHAUS_BACKUP__PASSWORD_FILE", str(backup_key))
    staged(settings, b"old", OLD)
    return county


def kreishaus(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def text(result: Result) -> str:
    return " ".join(result.output.split())


def test_backup_verify_loss_restore(settings, county, tmp_path):
    done = kreishaus("backup", "--to", tmp_path / "b")
    assert (done.exit_code, "snapshot" in done.output) == (0, True)
    checked = kreishaus("backup", "--verify", tmp_path / "b")
    assert checked.exit_code == 0
    assert "1 snapshots, 0.0 MiB: every byte is as it was written" in text(checked)
    shutil.rmtree(settings.home)
    restored = kreishaus("restore", "--from", tmp_path / "b", "--files-only")
    assert restored.exit_code == 0, restored.output
    assert "9 files are back" in text(restored)
    assert len(list(Landing(settings.landing, "bamf", "hkl").readable())) == 1
    again = kreishaus("restore", "--from", tmp_path / "b", "--files-only")
    assert again.exit_code == 1
    assert "none of them will be overwritten" in text(again)


def test_a_damaged_backup_ends_with_1_and_its_file(settings, county, tmp_path):
    kreishaus("backup", "--to", tmp_path / "b")
    (path, *_) = (tmp_path / "b").glob("repository/data/??/*")
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    checked = kreishaus("backup", "--verify", tmp_path / "b")
    assert checked.exit_code == 1
    assert path.name[:8] in checked.output.replace("\n", "")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("backup",), "[backup] folder is not set"),
        (("backup", "--verify", "/nowhere"), "there is no backup"),
        (("restore", "--from", "/nowhere"), "there is no backup"),
    ],
)
def test_what_cannot_be_done_is_said(county, arguments, told):
    done = kreishaus(*arguments)
    assert done.exit_code == 1
    assert told in text(done)


def test_a_dry_run_lists_and_deletes_nothing(settings, county, tmp_path, monkeypatch):
    monkeypatch.setenv("KREISHAUS_BACKUP__FOLDER", str(tmp_path / "b"))
    listed = kreishaus("maintenance", "--dry-run")
    assert "stays: bamf/hkl 2021-09" in text(listed)
    assert "no backup verified in the last 7 days holds it" in text(listed)
    assert kreishaus("backup").exit_code == 0
    assert kreishaus("backup", "--verify", tmp_path / "b").exit_code == 0
    listed = kreishaus("maintenance", "--dry-run")
    rule = "bamf/hkl: bytes go 10 days after retrieval, in force or not"
    assert f"would go: bamf/hkl 2021-09 {_key(settings)[:12]} (bytes); {rule}" in text(listed)
    assert "1 would go, 0 held back" in text(listed)
    assert len(list(Landing(settings.landing, "bamf", "hkl").readable())) == 1
    done = kreishaus("maintenance")
    assert (done.exit_code, "1 deleted, 0 held back" in text(done)) == (0, True)
    assert list(Landing(settings.landing, "bamf", "hkl").readable()) == []


def _key(settings: Settings) -> str:
    (key,) = Landing(settings.landing, "bamf", "hkl").hashes()
    return key


def test_nothing_is_deleted_beside_a_build(settings, county, tmp_path, monkeypatch):
    monkeypatch.setenv("KREISHAUS_BACKUP__FOLDER", str(tmp_path / "b"))
    assert kreishaus("backup").exit_code == 0
    assert kreishaus("backup", "--verify", tmp_path / "b").exit_code == 0
    with writing(settings, "build"):
        refused = kreishaus("maintenance")
    assert refused.exit_code == 3
    assert "is in use: kreishaus build, process" in text(refused)
    assert len(list(Landing(settings.landing, "bamf", "hkl").readable())) == 1


@pytest.mark.parametrize(
    ("refusal", "status"), [(NoRoom("The disk is full."), 1), (WarehouseBusy("It is in use."), 3)]
)
def test_a_restore_that_cannot_build_ends_with_a_sentence(
    settings, county, tmp_path, monkeypatch, refusal, status
):
    def refuse(*_: object, **__: object) -> None:
        raise refusal

    assert kreishaus("backup", "--to", tmp_path / "b").exit_code == 0
    shutil.rmtree(settings.home)
    monkeypatch.setattr("operations.maintenance.backup.restore.build", refuse)
    restored = kreishaus("restore", "--from", tmp_path / "b")
    assert (restored.exit_code, str(refusal) in text(restored)) == (status, True)


def test_a_wrong_rule_is_said(county):
    county.write_text(county.read_text().replace("bamf/hkl", "bamf/hlk"))
    done = kreishaus("maintenance", "--dry-run")
    assert done.exit_code == 1
    assert "[retention.datasets] names bamf/hlk" in text(done)


def test_the_audit_is_shown_and_verified(settings, county):
    for number in (1, 2):
        audit.record(settings, "query", rows=number, now=day(f"2026-11-0{number}"))
    shown = kreishaus("audit", "--since", "2026-11-02")
    assert [json.loads(line)["rows"] for line in shown.output.splitlines()] == [2]
    whole = kreishaus("audit", "--verify")
    assert (whole.exit_code, "2 entries, none changed" in text(whole)) == (0, True)
    (path,) = audit.folder(settings).glob("*.jsonl")
    path.write_text(path.read_text().replace('"rows": 1', '"rows": 0'))
    broken = kreishaus("audit", "--verify")
    assert broken.exit_code == 1
    assert "line 1: entry 1 was changed" in text(broken)


def test_the_audit_is_compared_with_what_backups_noted(settings, county, tmp_path, monkeypatch):
    monkeypatch.setenv("KREISHAUS_BACKUP__FOLDER", str(tmp_path / "b"))
    audit.record(settings, "query", now=OLD)
    assert kreishaus("backup").exit_code == 0
    shutil.rmtree(audit.folder(settings))
    audit.record(settings, "query", rows=7, now=OLD)
    broken = kreishaus("audit", "--verify")
    assert broken.exit_code == 1
    assert "a backup noted 2 entries, here are 1" in text(broken)


def test_where_the_backup_cannot_be_asked_the_audit_is_not_called_whole(
    settings, county, tmp_path, monkeypatch
):
    monkeypatch.setenv("KREISHAUS_BACKUP__FOLDER", str(tmp_path / "b"))
    audit.record(settings, "query", now=OLD)
    assert kreishaus("backup").exit_code == 0
    monkeypatch.setenv("KREISHAUS_BACKUP__PASSWORD_FILE", str(tmp_path / "missing"))
    checked = kreishaus("audit", "--verify")
    assert checked.exit_code == 1
    assert "not compared with what backups noted" in text(checked)


def test_without_a_password_nothing_is_saved_and_the_setting_is_named(
    county, tmp_path, monkeypatch
):
    monkeypatch.delenv("KREISHAUS_BACKUP__PASSWORD_FILE")
    refused = kreishaus("backup", "--to", tmp_path / "b")
    assert refused.exit_code == 1
    assert "[backup] password_file is not set" in text(refused)
    assert not (tmp_path / "b").exists()


def test_no_line_no_answer(settings, county):
    installation_with_one_care_home(settings)
    assert "Muster" in kreishaus("query", "from homes").output
    for month in audit.folder(settings).glob("*.jsonl"):
        month.unlink()
        month.mkdir()  # no line can be written here
    refused = kreishaus("query", "from homes")
    assert refused.exit_code == 1
    assert "the audit log cannot be written" in text(refused)
    assert "Muster" not in refused.output
