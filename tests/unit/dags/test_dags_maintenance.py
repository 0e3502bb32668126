"""The tasks of the maintenance, called as Airflow calls them."""

from __future__ import annotations

import logging
import os
import stat
import sys
import tempfile
from pathlib import Path

import pytest
from restic_backup import with_backup
from small_home import day, staged

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="airflow-"))
sys.path.insert(0, str(Path(__file__).parents[3] / "dags"))

from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

import maintenance
from kreishaus.settings import Backups, Keeping, Retention, Settings
from kreishaus.store.landing import Landing
from operations.maintenance import airflow_history

RULE = Retention(after_days=10, in_force_too=True, reason="A rule for tests only")


@pytest.fixture
def installation(
    settings: Settings, tmp_path: Path, backup_key: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """An installation with a file that is due, and a folder for its backups."""
    with_rule = settings.model_copy(update={"retention": Keeping(datasets={"bamf/hkl": RULE})})
    installation = with_backup(with_rule, tmp_path / "backup", backup_key)
    staged(installation, b"old", day("2021-10-15"))
    monkeypatch.setattr(maintenance, "current_settings", lambda: installation)
    return installation


def task(name: str):
    return next(
        found.python_callable for found in maintenance.maintenance().tasks if found.task_id == name
    )


def readable(installation: Settings) -> list[str]:
    return list(Landing(installation.landing, "bamf", "hkl").readable())


def test_saved_checked_deleted(installation):
    for name in ("save", "check", "tidy"):
        task(name)()
    assert readable(installation) == []


def test_without_a_folder_saving_is_skipped_with_a_word_and_no_landed_file_goes(
    installation, monkeypatch, caplog
):
    nowhere = installation.model_copy(update={"backup": Backups()})
    monkeypatch.setattr(maintenance, "current_settings", lambda: nowhere)
    with pytest.raises(AirflowSkipException, match=r"\[backup\] folder is not set"):
        task("save")()
    with caplog.at_level(logging.WARNING):
        task("tidy")()
    assert len(readable(installation)) == 1
    assert "no backup holds it: [backup] folder is not set" in caplog.text


def test_a_damaged_landed_file_makes_it_red(installation):
    (key,) = readable(installation)
    Landing(installation.landing, "bamf", "hkl").path(key).write_bytes(b"rotten")
    with pytest.raises(AirflowFailException, match="is not what landed"):
        task("save")()


def test_a_flipped_byte_makes_it_red(installation):
    task("save")()
    (path, *_) = installation.backup.folder.glob("repository/data/??/*")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(content)
    with pytest.raises(AirflowFailException, match=path.name[:8]):
        task("check")()


def test_a_password_that_others_can_read_makes_it_red_and_is_tried_once(installation):
    installation.backup.password_file.chmod(0o444)
    with pytest.raises(AirflowFailException, match="every account of this machine"):
        task("save")()


def test_airflows_history_is_left_alone_where_its_database_is_not_named(installation, monkeypatch):
    monkeypatch.delenv(airflow_history.ADDRESS, raising=False)
    with pytest.raises(AirflowSkipException, match="KREISHAUS_AIRFLOW_DATABASE is not set"):
        task("airflow_history")()


def test_airflows_history_is_cleaned_in_the_database_that_is_named(
    installation, monkeypatch, tmp_path
):
    """A stand-in for the command says what it was called with; a task knows no other address."""
    program = tmp_path / "bin" / "airflow"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho "$AIRFLOW__DATABASE__SQL_ALCHEMY_CONN $@"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(airflow_history.sys, "executable", str(program.with_name("python")))
    monkeypatch.setenv(airflow_history.ADDRESS, "postgresql://airflow@postgres/airflow")
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "airflow-db-not-allowed:///")
    assert airflow_history.clean(installation, day("2026-11-25")).split() == [
        "postgresql://airflow@postgres/airflow",
        *("db", "clean", "--yes", "--skip-archive", "--error-on-cleanup-failure"),
        *("--clean-before-timestamp", "2025-11-25T02:00:00+00:00"),
    ]
    program.write_text("#!/bin/sh\necho no such table >&2\nexit 1\n")
    with pytest.raises(RuntimeError, match="no such table"):
        airflow_history.clean(installation)
