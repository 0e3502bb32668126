"""One night of the whole sample, for every module that needs a house that has had one.

It is made once, whatever number of processes share the tests. Who changes something takes a house
``of_its_own``.
"""

from __future__ import annotations

import fcntl
import os
import pickle
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from nights import Night, night
from postgres import Server
from serving_databases import databases, server_with_loader

from kreishaus.settings import Settings
from sample.make import make
from sample.server import serve


@pytest.fixture(scope="session")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """The night that all modules look at, and none may change."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    ready = shared / "first_night.pickle"
    with (shared / "first_night.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            settings = Settings(home=shared / "first_night" / "var")
            with serve(make(settings) / "http") as server:
                visited = settings.model_copy(update={"sample_url": server.url})
                os.umask(0)  # a night closes what is exact by itself
                ready.write_bytes(pickle.dumps(night(visited, "first")))
    first: Night = pickle.loads(ready.read_bytes())
    return first


@pytest.fixture(scope="module")
def of_its_own(first_night: Night, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A copy of that house, for a module that goes on from there; its sources are served."""
    home = tmp_path_factory.mktemp("house") / "var"
    shutil.copytree(first_night.house.home, home, symlinks=True)
    settings = first_night.house.model_copy(update={"home": home})
    with serve(settings.sample / "http") as server:
        yield settings.model_copy(update={"sample_url": server.url})


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A PostgreSQL with the loader's role."""
    with server_with_loader() as running:
        yield running


@pytest.fixture
def serving(server: Server, settings: Settings, tmp_path: Path) -> Iterator[Settings]:
    """A house that serves from two new databases of its own."""
    with databases(server, settings, tmp_path) as house:
        yield house
