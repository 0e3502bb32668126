"""Starting a command as a process of its own, and ending it with SIGKILL at some moment."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil

Whom = Literal["group", "parent", "child"]
KREISHAUS = Path(sys.executable).with_name("kreishaus")
LONGEST_SECONDS = 3600


@dataclass(frozen=True)
class Ended:
    """How a command ended, and after how long. ``killed`` is whom SIGKILL was sent to."""

    status: int
    seconds: float
    output: str
    killed: str | None = None


def run(arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> Ended:
    """Run a command of ``kreishaus`` to its end."""
    return _run(arguments, environment, log, None, "group")


def run_and_kill(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    log: Path,
    after_seconds: float,
    whom: Whom,
) -> Ended:
    """Run a command of ``kreishaus`` and kill some of it, unless it has ended by then.

    ``parent`` leaves its children to go on; ``child`` leaves the parent to find out.
    """
    return _run(arguments, environment, log, after_seconds, whom)


def _run(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    log: Path,
    after_seconds: float | None,
    whom: Whom,
) -> Ended:
    begun = time.monotonic()
    killed = None
    with log.open("w+") as output:
        process = subprocess.Popen(
            [KREISHAUS, *arguments],
            env={**os.environ, **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            process.wait(LONGEST_SECONDS if after_seconds is None else after_seconds)
        except subprocess.TimeoutExpired:
            if after_seconds is None:
                _kill_all(process, environment)
                raise
            killed = _kill(process, environment, whom)
            process.wait(LONGEST_SECONDS)
        output.seek(0)
        return Ended(process.returncode, time.monotonic() - begun, output.read(), killed)


def _kill(
    process: subprocess.Popen[bytes], environment: Mapping[str, str], whom: Whom
) -> str | None:
    """Kill; return whom. None where the command was over before it had a child to kill."""
    if whom == "child":
        return _kill_a_child(process)
    if whom == "parent":
        process.kill()
        return "the parent"
    _kill_all(process, environment)
    return "all"


def _kill_a_child(process: subprocess.Popen[bytes]) -> str | None:
    """Kill one of the children; where there is none at the moment, the next one that comes."""
    until = time.monotonic() + LONGEST_SECONDS
    while process.poll() is None and time.monotonic() < until:
        children = _children(process)
        if children:
            victim = random.choice(children)
            with suppress(psutil.Error):
                name = victim.name()
                victim.kill()
                return f"a child ({name})"
        time.sleep(0.005)
    return None


def _children(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    try:
        children = psutil.Process(process.pid).children(recursive=True)
        return [one for one in children if one.status() != psutil.STATUS_ZOMBIE and _is_ours(one)]
    except psutil.NoSuchProcess:
        return []


def _is_ours(child: psutil.Process) -> bool:
    """Whether a child works for Kreishaus. Python's own resource tracker, which dbt has, does not:
    Python starts it anew, and the new one ends with a traceback (``KeyError``), for it was not told
    of the semaphores."""
    return not any("multiprocessing.resource_tracker" in part for part in child.cmdline())


def _kill_all(process: subprocess.Popen[bytes], environment: Mapping[str, str]) -> None:
    """The process group, and what of the home works in sessions of its own: Airflow's parts."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    for other in of_home(environment["KREISHAUS_HOME"]):
        with suppress(psutil.NoSuchProcess):
            other.kill()


def of_home(home: str) -> list[psutil.Process]:
    """Every process that was started to work in a home folder."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get("KREISHAUS_HOME") == home:
                found.append(process)
    return found
