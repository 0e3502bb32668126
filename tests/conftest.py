"""What every test may use: settings over a folder of its own."""

from pathlib import Path

import pytest

from ingest.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "var")
