"""Writing so that a process killed at any instant leaves the old state or the new one.

Everything here follows one pattern: write under a temporary name, fsync, rename. A rename within
a folder is atomic on every file system the house runs on.
"""

from __future__ import annotations

import json
import os
import shutil
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

TEMPORARY = ".tmp-"
ABANDONED_AFTER_SECONDS = 24 * 3600


def write_synced(path: Path, content: bytes) -> None:
    """Write a file that nobody reads yet, and have it on disk on return."""
    with path.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())


def write_atomically(path: Path, content: bytes) -> None:
    """Write ``path`` so that readers see the old content or the new, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary_beside(path)
    write_synced(temporary, content)
    temporary.replace(path)
    _sync_folder(path.parent)


def write_secret(path: Path, content: bytes) -> None:
    """``write_atomically`` for what nobody else may read, at no instant."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary_beside(path)
    temporary.touch(mode=0o600)
    write_synced(temporary, content)
    temporary.replace(path)
    _sync_folder(path.parent)


@contextmanager
def written_atomically(path: Path) -> Iterator[Path]:
    """A temporary name for what is too large to be held as bytes; ``path`` once it is written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary_beside(path)
    try:
        yield temporary
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    with temporary.open("rb") as handle:
        os.fsync(handle.fileno())
    temporary.replace(path)
    _sync_folder(path.parent)


def write_json_atomically(path: Path, document: Mapping[str, Any]) -> None:
    """``write_atomically`` for a JSON document, in a form people can read."""
    text = json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True, default=str)
    write_atomically(path, text.encode() + b"\n")


def append_line(path: Path, line: str) -> None:
    """Append one line. A line torn by an earlier kill is closed first, so that it stays alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as handle:
        end = handle.seek(0, os.SEEK_END)
        torn = False
        if end:
            handle.seek(end - 1)
            torn = handle.read(1) != b"\n"
        handle.write((b"\n" if torn else b"") + line.encode() + b"\n")
        handle.flush()
        os.fsync(handle.fileno())


def keep_last_lines(path: Path, count: int) -> None:
    """Forget the oldest lines of a file that is only appended to, once it has twice ``count``."""
    lines = path.read_bytes().splitlines(keepends=True)
    if len(lines) >= 2 * count:
        write_atomically(path, b"".join(lines[-count:]))


def new_directory(final: Path) -> Path:
    """A temporary folder beside ``final``, to be filled and then committed."""
    final.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary_beside(final)
    temporary.mkdir()
    return temporary


def sync_directory(folder: Path) -> None:
    """Have all files of a filled folder on disk: other programs have written some of them."""
    for path in folder.rglob("*"):
        if path.is_dir():
            _sync_folder(path)
        else:
            with path.open("rb") as handle:
                os.fsync(handle.fileno())


def commit_directory(temporary: Path, final: Path) -> None:
    """Make a filled folder visible under its final name by one rename."""
    _sync_folder(temporary)
    temporary.rename(final)
    _sync_folder(final.parent)


def switch_link(link: Path, target: Path) -> None:
    """Point the symbolic link ``link`` at ``target`` (in the same folder), atomically."""
    temporary = _temporary_beside(link)
    temporary.symlink_to(target.name)
    temporary.replace(link)
    _sync_folder(link.parent)


def remove_directory(path: Path) -> None:
    """Remove a folder; it disappears from readers at once, even if the removal is cut short."""
    if path.exists():
        doomed = _temporary_beside(path)
        path.rename(doomed)
        shutil.rmtree(doomed, ignore_errors=True)


def sweep(root: Path) -> int:
    """Remove what killed processes left behind more than a day ago. Returns how many."""
    oldest = time.time() - ABANDONED_AFTER_SECONDS
    swept = 0
    for path in root.rglob(f"{TEMPORARY}*"):
        if path.lstat().st_mtime < oldest:
            swept += 1
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
    return swept


def _temporary_beside(path: Path) -> Path:
    return path.with_name(f"{TEMPORARY}{uuid.uuid4().hex}")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
