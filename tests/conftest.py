"""What every test may use: settings over a folder of its own."""

import os
from collections.abc import Generator
from pathlib import Path

import hypothesis
import pytest
import restic_backup

from kreishaus.settings import Settings
from operations.maintenance.backup.restic import Repository

# The same inputs in every run, however slow the machine: a red run shall be about the change at
# hand. Chance has its place in `make fuzz`.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None)
hypothesis.settings.load_profile("steady")


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup() -> Generator[None, object, object]:
    """Each fixture finds the umask of a usual login, whatever a step before it made of that."""
    os.umask(0o022)
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    """So does each test."""
    os.umask(0o022)
    return (yield)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "var")


@pytest.fixture(scope="session")
def restic_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty repository that opens fast; see ``restic_backup``."""
    return restic_backup.make_template(tmp_path_factory.mktemp("restic"))


@pytest.fixture
def backup_key(tmp_path: Path, restic_template: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The password file of backups, which begin as copies of the template."""
    monkeypatch.setattr(
        Repository, "init", lambda self: restic_backup.copy_template(restic_template, self)
    )
    return restic_backup.password_file(tmp_path)
