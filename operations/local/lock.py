"""One run at a time in one home folder."""

from __future__ import annotations

import fcntl
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from kreishaus.files import CLOSED_FILE, make_folder


class AlreadyRunning(Exception):
    """Another process holds the lock. The message says which one, since when, and what it does."""


class RunLock:
    """``run.lock`` in the home folder, held as long as this process lives, whatever ends it.

    The lock is the kernel's (``flock``): no file left behind by a killed run can hold it. Children
    do not inherit it, so that a stray one cannot hold it either.
    """

    def __init__(self, path: Path, purpose: str) -> None:
        self.path = path
        self.purpose = purpose
        self._descriptor = -1

    def __enter__(self) -> Self:
        make_folder(self.path.parent)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, CLOSED_FILE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            os.close(descriptor)
            raise AlreadyRunning(_who_holds(self.path)) from taken
        holder = {
            "pid": os.getpid(),
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
            "purpose": self.purpose,
        }
        os.ftruncate(descriptor, 0)
        os.write(descriptor, json.dumps(holder).encode())
        self._descriptor = descriptor
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)


def holder(path: Path) -> dict[str, Any] | None:
    """Who holds the lock: ``pid``, ``since``, ``purpose``; None when nobody does."""
    if not path.exists():
        return None
    with path.open("r") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _read(path)
    return None


def _read(path: Path) -> dict[str, Any]:
    try:
        held: dict[str, Any] = json.loads(path.read_text())
    except ValueError:  # taken this instant, its holder not yet written
        return {"pid": None, "since": "just now", "purpose": "run"}
    return held


def _who_holds(path: Path) -> str:
    held = _read(path)
    return (
        f"{path.parent} is in use: kreishaus {held['purpose']}, process {held['pid']}, "
        f"since {held['since']}. Nothing was touched."
    )
