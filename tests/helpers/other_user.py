"""A user of this machine who is not the owner: what a process of another uid can open."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

NOBODY = 65534


@contextmanager
def reachable_folder() -> Iterator[Path]:
    """A folder that every user of the machine reaches; pytest's own ones are closed to others."""
    with tempfile.TemporaryDirectory(prefix="kreishaus-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def everything_in(home: Path) -> list[Path]:
    """Each folder and file of a home by its name, as its owner knows them; links too."""
    return [home, *home.rglob("*")]


def opened_by_another(paths: Iterable[Path]) -> set[Path]:
    """Those of ``paths`` that a process of another user can list, read or write."""
    known = list(paths)
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            become_nobody()
            opened = [str(path) for path in known if _opens(path)]
            with os.fdopen(sending, "w") as out:
                json.dump(opened, out)
            os._exit(0)
        finally:
            os._exit(1)
    os.close(sending)
    with os.fdopen(receiving) as told:
        said = told.read()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    return {Path(path) for path in json.loads(said)}


def become_nobody() -> None:
    """Give up every right of this process, for good."""
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def _opens(path: Path) -> bool:
    for attempt in (_lists, _reads, _writes):
        with suppress(OSError):
            attempt(path)
            return True
    return False


def _lists(folder: Path) -> None:
    list(folder.iterdir())


def _reads(path: Path) -> None:
    path.open("rb").close()


def _writes(path: Path) -> None:
    if path.is_dir():
        (path / "written by another").touch()
    else:
        path.open("ab").close()
