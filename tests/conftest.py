"""What every test may use: settings over a folder of its own."""

from pathlib import Path

import hypothesis
import pytest

from ingest.settings import Settings

# The same inputs in every run, however slow the machine: a red run shall be about the change at
# hand. Chance has its place in `make fuzz`.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None)
hypothesis.settings.load_profile("steady")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "var")
