"""What the doctor says of rights: which, of what, and the command that mends it."""

from __future__ import annotations

import os
import pwd
from pathlib import Path
from types import SimpleNamespace

import pytest

from kreishaus.files import write_atomically
from kreishaus.rights import prepare_home, repair_modes
from kreishaus.settings import Backups, Settings
from operations import doctor_rights
from operations.doctor import examine
from operations.doctor_rights import rights

root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")


@pytest.fixture
def installation(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(doctor_rights, "REPOSITORY", tmp_path / "code")
    (tmp_path / "code").mkdir()
    prepare_home(settings)
    write_atomically(settings.landing / "azr" / "crosstable" / "a.csv", b"1")
    return settings


def test_a_home_folder_as_it_is_made_has_no_complaint(installation: Settings) -> None:
    assert list(rights(installation)) == []


def test_a_home_folder_that_is_not_there_yet_is_made_closed(settings: Settings) -> None:
    examine(settings)
    assert settings.home.stat().st_mode & 0o777 == 0o751


def test_looser_rights_are_counted_and_upgrade_sets_them(installation: Settings) -> None:
    (installation.landing / "azr" / "crosstable" / "a.csv").chmod(0o644)
    installation.landing.chmod(0o755)
    said = list(rights(installation))
    assert said == [
        f"{installation.landing} has the rights 0755 instead of 0750, and so have 1 more: "
        "run `kreishaus upgrade`, which sets them."
    ]
    repair_modes(installation)
    assert list(rights(installation)) == []


@root
def test_what_is_somebody_elses_is_named_with_whom_it_should_belong_to(
    installation: Settings,
) -> None:
    file = installation.landing / "azr" / "crosstable" / "a.csv"
    os.chown(file, 4711, 4711)
    (said,) = rights(installation)
    assert said.startswith(f"{file} belongs to another user than {installation.home}: ")
    assert f"chown -R {pwd.getpwuid(os.geteuid()).pw_name} {installation.home}" in said


@root
def test_a_group_that_others_have_by_default_is_none_of_the_home_folder(
    installation: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def accounts(*gids: int) -> None:
        made = [
            SimpleNamespace(pw_name=f"person{n}", pw_uid=5000 + n, pw_gid=gid)
            for n, gid in enumerate(gids)
        ]
        monkeypatch.setattr(pwd, "getpwall", lambda: made)

    os.chown(installation.home, 0, 4712)
    accounts(4711, 4711)
    assert list(rights(installation)) == []
    accounts(4711, 4712)
    (said,) = rights(installation)
    assert "belongs to the group 4712, which is that of person1 too" in said
    installation.home.chmod(0o701)
    assert list(rights(installation)) == []


def test_files_with_secrets_are_nobody_elses_to_read(
    installation: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env, password = tmp_path / "code" / ".env", tmp_path / "genesis"
    for path in (env, password):
        path.write_text("x")
        path.chmod(0o644)
    monkeypatch.setenv("KREISHAUS_GENESIS_PASSWORD_FILE", str(password))
    monkeypatch.setenv("KREISHAUS_SERVING__PASSWORD_FILE", str(tmp_path / "nowhere"))
    assert [line.split(":")[0] for line in rights(installation)] == [str(env), str(password)]
    for path in (env, password):
        path.chmod(0o640)
    assert list(rights(installation)) == []


def test_a_backup_that_others_can_look_into_is_told(installation: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    folder.mkdir(mode=0o755)
    kept = installation.model_copy(update={"backup": Backups(folder=folder)})
    assert list(rights(kept)) == [
        f"The backup folder {folder} is open to others than its owner: chmod 0700 {folder}"
    ]


def test_a_drop_folder_that_everybody_looks_into_is_told(
    installation: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "drop"
    folder.mkdir()
    folder.chmod(0o755)
    source = installation.source_config("azr").model_copy(update={"drop_folder": folder})
    live = installation.model_copy(update={"sources": "live", "source": {"azr": source}})
    said = [line for line in examine(live) if "drop folder of azr" in line]
    assert len(said) == 1
    assert f"chmod o= {folder}" in said[0]
    folder.chmod(0o2770)
    assert [line for line in examine(live) if "drop folder of azr" in line] == []
