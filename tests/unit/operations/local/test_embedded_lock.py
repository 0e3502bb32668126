"""One run at a time, and no lock outlives its holder."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time

import pytest

from operations.local.lock import AlreadyRunning, RunLock, holder

HOLD = """
import subprocess, sys, time
from pathlib import Path
from operations.local.lock import RunLock
with RunLock(Path(sys.argv[1]), "run"):
    child = subprocess.Popen(["sleep", "60"])
    print(child.pid, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def other_run(tmp_path):
    """Another process that holds the lock, and has a child."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "run.lock")], stdout=subprocess.PIPE, text=True
    )
    child = int(process.stdout.readline())
    yield process
    process.kill()
    process.wait()
    os.kill(child, signal.SIGKILL)


def test_a_second_run_is_told_who_holds_the_lock_and_since_when(tmp_path, other_run):
    with pytest.raises(AlreadyRunning) as refused, RunLock(tmp_path / "run.lock", "run"):
        pytest.fail("entered a locked folder")
    assert re.search(rf"kreishaus run, process {other_run.pid}, since 20\d\d-", str(refused.value))
    assert holder(tmp_path / "run.lock")["pid"] == other_run.pid


def test_a_killed_run_leaves_no_lock_though_its_child_lives(tmp_path, other_run):
    other_run.kill()
    other_run.wait()
    assert holder(tmp_path / "run.lock") is None
    with RunLock(tmp_path / "run.lock", "run"):
        pass


def test_the_lock_is_free_again_after_the_run(tmp_path):
    path = tmp_path / "deeper" / "run.lock"
    assert holder(path) is None
    with RunLock(path, "up"):
        assert holder(path)["purpose"] == "up"
    assert holder(path) is None


def test_a_refused_run_does_not_change_what_the_lock_says(tmp_path, other_run):
    before = (tmp_path / "run.lock").read_bytes()
    time.sleep(0.01)
    with pytest.raises(AlreadyRunning), RunLock(tmp_path / "run.lock", "run"):
        pass
    assert (tmp_path / "run.lock").read_bytes() == before
