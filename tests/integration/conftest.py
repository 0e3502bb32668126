"""What these tests share: an installation after a night, and a PostgreSQL that serves one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres import Server
from serving_databases import databases, server_with_loader
from shared_night import first_night, installation, of_its_own

from kreishaus.settings import Settings

__all__ = ["first_night", "installation", "of_its_own"]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A PostgreSQL with the loader's role."""
    with server_with_loader() as running:
        yield running


@pytest.fixture
def serving(server: Server, settings: Settings, tmp_path: Path) -> Iterator[Settings]:
    """An installation that serves from two new databases of its own."""
    with databases(server, settings, tmp_path) as installation:
        yield installation
