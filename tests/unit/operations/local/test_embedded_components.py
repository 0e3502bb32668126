"""The process that keeps Airflow's components alive, with harmless stand-ins for them."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import psutil

KEEP = """
import os, signal, sys, time
from pathlib import Path
from operations.local import components

def become(name, log):
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if name in sys.argv[1:]:
        os._exit(1)
    time.sleep(60)

components._run_component = become
parent = os.getppid()
processes = components.ProcessPool(Path("logs"))
signal.signal(signal.SIGTERM, processes.ask_to_stop)
for name in ("api-server", "scheduler"):
    processes.start(name)
print(*processes.alive, flush=True)
processes.watch(until=lambda: os.getppid() != parent)
"""


def keep(*dying):
    return subprocess.Popen(
        [sys.executable, "-c", KEEP, *dying],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_component_that_dies_is_started_again_but_not_for_ever():
    process = keep("scheduler")
    output, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert output.count("scheduler died; started again") == 5
    assert "gave up after 5 restarts" in errors


def test_a_killed_component_is_replaced_and_the_others_go_on():
    process = keep()
    api_server, scheduler = map(int, process.stdout.readline().split())
    psutil.Process(scheduler).kill()
    assert "scheduler died; started again (1)" in process.stdout.readline()
    assert psutil.Process(api_server).is_running()
    time.sleep(0.1)
    children = {child.pid for child in psutil.Process(process.pid).children()}
    assert len(children) == 2
    assert scheduler not in children
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    assert not any(psutil.pid_exists(pid) for pid in children)


def test_components_end_with_the_run_that_started_them():
    """A run killed with SIGKILL cannot stop anything: its components notice that it is gone."""
    nested = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import subprocess, sys, time\n"
            "child = subprocess.Popen([sys.executable, '-c', sys.argv[1]])\n"
            "print(child.pid, flush=True)\n"
            "time.sleep(60)",
            KEEP,
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    supervisor = psutil.Process(int(nested.stdout.readline()))
    components = [int(pid) for pid in nested.stdout.readline().split()]
    assert len(components) == 2
    nested.kill()
    nested.wait()
    deadline = time.monotonic() + 10
    while any(alive(pid) for pid in (supervisor.pid, *components)):
        assert time.monotonic() < deadline, "still there"
        time.sleep(0.1)


def alive(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
