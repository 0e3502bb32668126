"""Room on the disk: looked for before something large is written, and said when it runs out."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from warehouse.refusal import Refusal

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
SPARE_BYTES = 16 * 2**20
"""What is always left to others who write beside: logs, lists, the audit log."""


class NoRoom(Refusal):
    """The disk is full, or would be. The message names the folder, needed, free, and what to do."""


def need(folder: Path, needed: int, doing: str) -> None:
    """Raises ``NoRoom`` where ``folder`` has fewer free bytes than ``needed`` and some spare."""
    free = free_bytes(folder)
    if free < needed + SPARE_BYTES:
        raise NoRoom(
            _sentence(folder, "about", needed + SPARE_BYTES, free, f"{doing} was not begun")
        )


@contextmanager
def said(folder: Path, needed: int, doing: str) -> Iterator[None]:
    """Turn an error of a full disk into ``NoRoom``; any other goes on as it is."""
    try:
        yield
    except (OSError, duckdb.Error) as error:
        if not is_full(error):
            raise
        raise NoRoom(explained(folder, needed, doing)) from error


def explained(folder: Path, needed: int, doing: str) -> str:
    """The sentence for something that was stopped by a full disk, once it has cleared up."""
    stopped = f"{doing} was stopped, and what it had written aside is removed"
    return _sentence(folder, "more than", needed, free_bytes(folder), stopped)


def is_full(error: BaseException) -> bool:
    """Whether an error says that no more could be written: disk, quota, or largest file."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno in FULL
    return isinstance(error, (OSError, duckdb.Error)) and tells_of_full(str(error))


def tells_of_full(text: str) -> bool:
    """Whether words of DuckDB or dbt say so: they pass on those of the system."""
    return any(os.strerror(number) in text for number in FULL)


def free_bytes(folder: Path) -> int:
    """What may still be written in a folder, or in the nearest one above that exists."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def size_of(folder: Path) -> int:
    """The bytes of all files below a folder, one of two names counted once; 0 without a folder."""
    seen = {}
    for path in folder.rglob("*"):
        about = path.lstat()
        if path.is_file() and not path.is_symlink():
            seen[about.st_ino] = about.st_size
    return sum(seen.values())


def _sentence(folder: Path, how_near: str, needed: int, free: int, what: str) -> str:
    return (
        f"{folder}: {how_near} {_mebibytes(needed)} MiB are needed and {_mebibytes(free)} MiB are "
        f"free; {what}, and readers keep the current version: free some room there (`kreishaus "
        "maintenance --dry-run` lists what rules let go), or lower KREISHAUS_KEEP_VERSIONS, and "
        "try again."
    )


def _mebibytes(size: int) -> str:
    return f"{size / 2**20:,.0f}"
