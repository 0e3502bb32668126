"""Processes that an earlier run left behind because it was killed: found again, and ended.

Everything an embedded Airflow starts lives in one session (in the kernel's sense), whose leader
is recorded. A session outlives its leader, and its number is not given away as long as a member
lives: whoever is in it is ours.
"""

from __future__ import annotations

import json
import os
import signal
from contextlib import suppress
from pathlib import Path

import psutil

from kreishaus.files import write_json_atomically

SAME_START_SECONDS = 0.02


def record_session(path: Path, leader: int) -> None:
    """Remember a session by its leader's process id and the time that process began."""
    begun = psutil.Process(leader).create_time()
    write_json_atomically(path, {"leader": leader, "begun": begun})


def end_leftovers(path: Path, grace_seconds: float = 5.0) -> int:
    """End whatever lives of the recorded session; return how many processes that were."""
    if not path.exists():
        return 0
    recorded = json.loads(path.read_text())
    ended = end_session(recorded["leader"], recorded["begun"], grace_seconds)
    path.unlink()
    return ended


def end_session(leader: int, begun: float, grace_seconds: float) -> int:
    """End every process of a session: asked first, then made to."""
    members = session_members(leader, begun)
    for process in members:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGTERM)
    _, stubborn = psutil.wait_procs(members, timeout=grace_seconds)
    # Asked again, because a process may have forked in between.
    for process in {*stubborn, *session_members(leader, begun)}:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(stubborn, timeout=grace_seconds)
    return len(members)


def session_members(leader: int, begun: float) -> list[psutil.Process]:
    """The living processes of the session that ``leader`` opened at ``begun``."""
    if _belongs_to_another(leader, begun):
        return []
    return [
        process
        for process in psutil.process_iter(["status"])
        if _session_of(process.pid) == leader and process.info["status"] != psutil.STATUS_ZOMBIE
    ]


def _belongs_to_another(leader: int, begun: float) -> bool:
    """Whether the number is a new process's, which then is not our session's leader."""
    try:
        return bool(abs(psutil.Process(leader).create_time() - begun) > SAME_START_SECONDS)
    except psutil.NoSuchProcess:
        return False


def _session_of(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except (ProcessLookupError, PermissionError):
        return None
