"""One night of the whole sample, for every module that needs an installation that has had one.

It is made once, whatever number of processes share the tests. Who changes something takes one
``of_its_own``. The ``conftest.py`` of a folder whose tests need them hands these fixtures on.
"""

from __future__ import annotations

import fcntl
import os
import pickle
import shutil
from collections.abc import Iterator

import pytest
from nights import Night, night

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
    """A copy of that installation, for a module that goes on from there; its sources are served."""
    home = tmp_path_factory.mktemp("installation") / "var"
    shutil.copytree(first_night.installation.home, home, symlinks=True)
    settings = first_night.installation.model_copy(update={"home": home})
    with serve(settings.sample / "http") as server:
        yield settings.model_copy(update={"sample_url": server.url})


@pytest.fixture(scope="module")
def installation(of_its_own: Settings) -> Settings:
    """``of_its_own`` under the name by which most tests speak of it."""
    return of_its_own
