"""What comes between a build and its publishing, with the real dbt: nothing of it reaches readers.

The tests follow one another in one installation.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from nights import parsed_where_it_lies, take_parse

from kreishaus.settings import Settings
from warehouse import versions
from warehouse.build import dbt
from warehouse.builds import BuildNotFinished, WarehouseChanged
from warehouse.docs import write_docs
from warehouse.manifest import published_marts
from warehouse.publish import publish
from warehouse.writer_lock import NAME, Holder

KREISHAUS = Path(sys.executable).with_name("kreishaus")


def hashes(settings: Settings) -> dict[str, str]:
    version = versions.current(settings)
    return {
        f"{audience} {mart.name}": mart.content_hash
        for audience in versions.AUDIENCES
        for mart in published_marts(version, audience).values()
    }


def test_neither_a_parse_nor_the_documentation_changes_what_is_published(
    installation: Settings,
) -> None:
    before = hashes(installation)
    parsed_where_it_lies(installation)
    write_docs(installation)
    assert publish(installation, "afterwards").faults == {}
    assert hashes(installation) == before


def test_a_dbt_by_hand_on_the_same_database_is_found_out(
    installation: Settings, tmp_path: Path
) -> None:
    before = versions.current(installation)
    own = tmp_path / "target"
    own.mkdir()
    take_parse(installation, own)
    done = dbt(installation, "run", "--select", "metric", "--target-path", str(own))
    assert done.returncode == 0, done.stdout
    with pytest.raises(WarehouseChanged, match="dbt run by hand"):
        publish(installation, "afterwards")
    assert versions.current(installation) == before


def test_a_killed_build_leaves_no_dbt_behind_and_is_not_published(installation: Settings) -> None:
    before = versions.current(installation)
    process = subprocess.Popen(
        [KREISHAUS, "build"],
        env={**os.environ, "KREISHAUS_HOME": str(installation.home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    lock = installation.warehouse / NAME
    until(lambda: (held := Holder.read(lock)) is not None and held.process.pid == process.pid)
    until(lambda: (held := Holder.read(lock)) is not None and held.child is not None)
    until((installation.warehouse / f"{versions.DATABASE}.wal").exists)
    held = Holder.read(lock)
    assert held is not None
    assert held.child is not None
    child = psutil.Process(held.child.pid)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    with pytest.raises(BuildNotFinished, match="kreishaus build"):
        publish(installation, "afterwards")
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
    assert versions.current(installation) == before


def until(condition: Callable[[], bool], seconds: float = 240) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
