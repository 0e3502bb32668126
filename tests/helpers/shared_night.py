"""One night of the whole sample, for every module that needs an installation that has had one.

It is a real one, ``kreishaus run`` with its Airflow, and is made once, whatever number of processes
share the tests. Who changes something takes one ``of_its_own``. The ``conftest.py`` of a folder
whose tests need them hands these fixtures on.
"""

from __future__ import annotations

import fcntl
import os
import pickle
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from nights import manifest_of
from real_runs import Ended, ended, kreishaus, listens_elsewhere, processes_in, wait_until

from kreishaus.settings import Settings
from sample.server import serve
from warehouse import versions
from warehouse.manifest import Manifest


@dataclass(frozen=True)
class FirstNight:
    """An installation after its first night, what was published, and what was seen of the run.

    ``beside`` is how a second run ended that was started while the first was at work; ``pid`` is
    the first's. ``listening`` says what listened to more than this machine meanwhile, and ``left``
    which processes outlived the run.
    """

    installation: Settings
    manifest: Manifest
    pid: int
    run: Ended
    beside: Ended
    listening: list[str]
    left: list[str]


def make_night(installation: Settings) -> FirstNight:
    """Run the first night, and a second run beside it that has to be turned away."""
    first = kreishaus(installation, "run", umask=0)  # a night closes what is exact by itself
    wait_until("the first run holds the home folder", (installation.home / "run.lock").exists)
    time.sleep(20)
    beside = ended(kreishaus(installation, "run"))
    listening = listens_elsewhere(processes_in(installation))
    run = ended(first)
    assert run.status == 0, run.said
    return FirstNight(
        installation,
        manifest_of(versions.current(installation)),
        first.pid,
        run,
        beside,
        listening,
        [" ".join(process.cmdline()) for process in processes_in(installation)],
    )


@pytest.fixture(scope="session")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> FirstNight:
    """The night that all modules look at, and none may change."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    ready = shared / "first_night.pickle"
    with (shared / "first_night.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            settings = Settings(home=shared / "first_night" / "var")
            ready.write_bytes(pickle.dumps(make_night(settings)))
    first: FirstNight = pickle.loads(ready.read_bytes())
    return first


@pytest.fixture(scope="module")
def of_its_own(
    first_night: FirstNight, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
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
