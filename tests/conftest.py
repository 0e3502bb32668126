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

# Engineers read what a test prints; the tests of German ask for it.
os.environ["KREISHAUS_LANGUAGE"] = "en"

# dbt's log of each statement is for whoever looks for a fault; it takes a tenth of a build.
os.environ.setdefault("DBT_LOG_LEVEL_FILE", "none")


DEAREST_FIRST = ("e2e", "integration", "full", "fuzz", "unit")
"""The order of the folders. Where processes share the tests, file by file, what takes minutes must
not begin last: the others would have nothing to do meanwhile. A night leaves processor time to
others, so the nights run beside tests that need one core."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of dear folders first; those of a file stay in their order.

    The first file makes the night that others look at (``shared_night``). Those others come after
    what needs no night: who needs it while it is made can only wait.
    """
    ranks = {name: rank for rank, name in enumerate(DEAREST_FIRST)}
    tests = Path(__file__).parent
    of_a_night = {item.path for item in items if "first_night" in getattr(item, "fixturenames", ())}

    def rank(item: pytest.Item) -> tuple[bool, bool, int]:
        folder = item.path.relative_to(tests).parts[0]
        waits = folder != DEAREST_FIRST[0] and item.path in of_a_night
        return folder == DEAREST_FIRST[-1], waits, ranks.get(folder, len(ranks))

    items.sort(key=rank)


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
