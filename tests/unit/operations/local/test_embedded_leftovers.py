"""What a killed run left behind is found and ended; nothing else is touched."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import psutil
import pytest

from operations.local.leftovers import end_leftovers, record_session, session_members

FAMILY = """
import os, signal, subprocess, sys, time
stubborn = os.fork()
if stubborn == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.setpgid(0, 0)
    time.sleep(60)
    os._exit(0)
print(stubborn, flush=True)
time.sleep(60)
"""


@pytest.fixture
def family():
    """A session of a leader and a child in a process group of its own that ignores SIGTERM."""
    leader = subprocess.Popen(
        [sys.executable, "-c", FAMILY], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    child = psutil.Process(int(leader.stdout.readline()))
    time.sleep(0.2)
    yield leader, child
    for process in (leader, child):
        if psutil.pid_exists(process.pid):
            process.kill()
    leader.wait()


@pytest.fixture
def stranger():
    process = subprocess.Popen(["sleep", "60"], start_new_session=True)
    yield process
    process.kill()
    process.wait()


def is_gone(process):
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_the_whole_session_is_ended_also_who_does_not_listen(tmp_path, family, stranger):
    leader, child = family
    record_session(tmp_path / "session.json", leader.pid)
    assert end_leftovers(tmp_path / "session.json", grace_seconds=0.3) == 2
    assert leader.wait(1) is not None
    assert is_gone(child)
    assert stranger.poll() is None
    assert not (tmp_path / "session.json").exists()


def test_orphans_are_found_when_the_leader_is_dead(tmp_path, family):
    leader, child = family
    record_session(tmp_path / "session.json", leader.pid)
    leader.kill()
    leader.wait()
    assert not is_gone(child)
    assert end_leftovers(tmp_path / "session.json", grace_seconds=0.3) == 1
    assert is_gone(child)


def test_a_process_that_got_the_same_number_later_is_left_alone(tmp_path, stranger):
    begun = psutil.Process(stranger.pid).create_time()
    (tmp_path / "session.json").write_text(json.dumps({"leader": stranger.pid, "begun": begun - 1}))
    assert end_leftovers(tmp_path / "session.json") == 0
    assert stranger.poll() is None
    assert [process.pid for process in session_members(stranger.pid, begun)] == [stranger.pid]


def test_without_a_record_nothing_is_ended(tmp_path):
    assert end_leftovers(tmp_path / "session.json") == 0
