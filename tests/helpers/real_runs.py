"""Commands of Kreishaus as a user runs them, and the processes that they start."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from kreishaus.settings import Settings

KREISHAUS = Path(sys.executable).with_name("kreishaus")


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it printed."""

    status: int
    said: str


def kreishaus(
    installation: Settings,
    *arguments: str,
    env: Mapping[str, str] | None = None,
    umask: int = 0o022,
) -> subprocess.Popen[str]:
    """Start a command in a session of its own, as from a terminal of its own."""
    return subprocess.Popen(
        [KREISHAUS, *arguments],
        env={**os.environ, "KREISHAUS_HOME": str(installation.home), **(env or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        umask=umask,
    )


def ended(process: subprocess.Popen[str]) -> Ended:
    output, _ = process.communicate(timeout=1500)
    return Ended(process.returncode, output)


def processes_in(installation: Settings) -> list[psutil.Process]:
    """Every process that works in this installation's home folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("KREISHAUS_HOME") == str(installation.home):
                found.append(process)
        except psutil.Error:
            continue
    return found


def wait_until(what: str, condition: Callable[[], object], seconds: float = 600) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(0.5)


def listens_elsewhere(processes: Sequence[psutil.Process]) -> list[str]:
    """What listens to more than this machine."""
    found = []
    for process in processes:
        try:
            connections = process.net_connections("inet")
        except psutil.Error:
            continue
        found += [
            f"{process.name()} on {connection.laddr.ip}:{connection.laddr.port}"
            for connection in connections
            if connection.status == psutil.CONN_LISTEN and connection.laddr.ip != "127.0.0.1"
        ]
    return found
