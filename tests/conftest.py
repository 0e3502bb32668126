"""What every test may use: settings over a folder of its own."""

import os
from collections.abc import Generator
from pathlib import Path

import hypothesis
import pytest

from ingest.settings import Settings

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
