"""What the doctor says of backups: where they go, and what encrypts them."""

from __future__ import annotations

from kreishaus.settings import Backups
from operations.doctor import _backup


def test_a_live_installation_without_a_backup_is_told_so(settings, tmp_path, backup_key):
    live = settings.model_copy(update={"sources": "live"})
    live.home.mkdir()
    assert ["folder is not set" in line for line in _backup(live)] == [True]
    backup = Backups(folder=tmp_path / "backup", password_file=backup_key)
    there = live.model_copy(update={"backup": backup})
    assert ["is missing or cannot be written" in line for line in _backup(there)] == [True]
    (tmp_path / "backup").mkdir()
    assert ["is on the disk of the home folder" in line for line in _backup(there)] == [True]
    assert list(_backup(settings)) == []


def test_what_encrypts_backups_is_missing_or_open_to_others(
    settings, tmp_path, backup_key, monkeypatch
):
    def said(**chosen) -> list[str]:
        backup = Backups(folder=tmp_path, **chosen)
        live = settings.model_copy(update={"sources": "live", "backup": backup})
        live.home.mkdir(exist_ok=True)
        return [line for line in _backup(live) if "is on the disk" not in line]

    assert said(password_file=backup_key) == []
    (line,) = said()
    assert "[backup] password_file is not set" in line
    backup_key.chmod(0o444)
    (line,) = said(password_file=backup_key)
    assert f"chmod 0400 {backup_key}" in line
    backup_key.chmod(0o400)
    monkeypatch.setenv("PATH", "/nowhere")
    (line,) = said(password_file=backup_key)
    assert "apt-get install restic" in line
