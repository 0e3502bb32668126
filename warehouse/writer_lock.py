"""One at a time: building, publishing and whatever else needs the private warehouse to itself.

``warehouse/writer.lock`` is the kernel's lock (``flock``), so no file that a killed process leaves
can hold it. dbt inherits it: a dbt whose build was killed still holds it, and whoever comes next
ends that dbt (its pid and the start of its process stand in the file) before anything is written.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

from kreishaus.settings import Settings
from warehouse.refusal import Refusal

NAME = "writer.lock"
LOOK_AGAIN_SECONDS = 0.2
TERMINATES_WITHIN_SECONDS = 5
DIES_WITHIN_SECONDS = 10
"""A killed process holds its files until the kernel has taken its memory back."""


class WarehouseBusy(Refusal):
    """Another process builds or publishes. The message says which one, and since when."""


@dataclass(frozen=True)
class Running:
    """A process: its pid, and when it started, by which a later one of the same pid is known."""

    pid: int
    started: str

    @classmethod
    def of(cls, pid: int) -> Running:
        return cls(pid, _started(pid) or "")

    @property
    def lives(self) -> bool:
        return bool(self.started) and _started(self.pid) == self.started


@dataclass(frozen=True)
class Holder:
    """Who holds the lock. ``child`` is the dbt that inherited it."""

    host: str
    process: Running
    since: str
    purpose: str
    child: Running | None = None

    @classmethod
    def read(cls, path: Path) -> Holder | None:
        """The holder that the file names; None while it is being written."""
        try:
            said = json.loads(path.read_text())
            child = Running(**said["child"]) if said["child"] else None
            return cls(**{**said, "process": Running(**said["process"]), "child": child})
        except (ValueError, KeyError, TypeError):
            return None

    @property
    def told(self) -> str:
        where = f"process {self.process.pid} on {self.host}"
        return f"kreishaus {self.purpose}, {where}, since {self.since}"


class WriterLock:
    """The lock, held. ``descriptor`` is for a child that shall hold it too."""

    def __init__(self, descriptor: int, holder: Holder) -> None:
        self.descriptor = descriptor
        self._holder = holder
        self.note(None)

    def note(self, child: int | None) -> None:
        """Say in the file who holds the lock, with the child that inherited it."""
        running = Running.of(child) if child else None
        holder = asdict(self._holder) | {"child": asdict(running) if running else None}
        content = json.dumps(holder).encode()
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, content, 0)


@contextmanager
def writing(settings: Settings, purpose: str, patience_seconds: float = 0) -> Iterator[WriterLock]:
    """Have the private warehouse to oneself.

    An orphaned dbt of a build that was killed is ended first. Raises ``WarehouseBusy`` when
    somebody else still has it after ``patience_seconds``.
    """
    path = settings.warehouse / NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        _take(descriptor, path, patience_seconds)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        holder = Holder(socket.gethostname(), Running.of(os.getpid()), now, purpose)
        yield WriterLock(descriptor, holder)
    finally:
        os.close(descriptor)


def _take(descriptor: int, path: Path, patience_seconds: float) -> None:
    begun = time.monotonic()
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            holder = Holder.read(path)
            if holder and _ended_orphan(holder):
                continue
            dying = holder is None or (_is_here(holder) and not holder.process.lives)
            patience = max(patience_seconds, DIES_WITHIN_SECONDS if dying else 0)
            if time.monotonic() - begun >= patience:
                raise WarehouseBusy(_who(path, holder)) from taken
            time.sleep(LOOK_AGAIN_SECONDS)
        else:
            return


def _ended_orphan(holder: Holder) -> bool:
    """End the dbt of a build that was killed. False where nothing proves that it is one."""
    orphan = holder.child
    if not _is_here(holder) or holder.process.lives or orphan is None or not orphan.lives:
        return False
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(orphan.pid)
        process.terminate()
        try:
            process.wait(TERMINATES_WITHIN_SECONDS)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(TERMINATES_WITHIN_SECONDS)
    return not orphan.lives


def _is_here(holder: Holder) -> bool:
    """Whether its processes can be seen from here: those of another container cannot."""
    return holder.host == socket.gethostname()


def _started(pid: int) -> str | None:
    """When a process started, in a form that no change of the clock moves; None if it ended."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        stat = Path(f"/proc/{pid}/stat")
        if stat.exists():
            return stat.read_text().rpartition(")")[2].split()[19]  # in ticks since the boot
        return str(process.create_time())
    except (psutil.Error, OSError):
        return None


def _who(path: Path, holder: Holder | None) -> str:
    told = holder.told if holder else "another process"
    return (
        f"{path.parent} is in use: {told}. Nothing was touched. Wait until it has ended, or end "
        "it, and try again."
    )
