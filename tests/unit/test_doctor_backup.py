"""What the doctor says of the place where backups go."""

from __future__ import annotations

from ingest.doctor import _backup
from ingest.settings import Backups


def test_a_live_house_without_a_backup_is_told_so(settings, tmp_path):
    live = settings.model_copy(update={"sources": "live"})
    live.home.mkdir()
    assert ["folder is not set" in line for line in _backup(live)] == [True]
    there = live.model_copy(update={"backup": Backups(folder=tmp_path / "backup")})
    assert ["is missing or cannot be written" in line for line in _backup(there)] == [True]
    (tmp_path / "backup").mkdir()
    assert ["is on the disk of the house" in line for line in _backup(there)] == [True]
    assert list(_backup(settings)) == []
