"""Writing so that a process killed at any instant leaves the old state or the new one.

Everything here follows one pattern: write under a temporary name, fsync, rename. A rename within
a folder is atomic on every file system that Kreishaus runs on.

What is made here is closed to other users of the machine from its first instant, whatever the
umask says; ``open_to_all`` is the one way to open something (``kreishaus/rights.py`` says what).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

CLOSED_FILE, CLOSED_FOLDER = 0o640, 0o750
SECRET_FILE, SECRET_FOLDER = 0o600, 0o700
OPEN_FILE, OPEN_FOLDER = 0o644, 0o755
TEMPORARY = ".tmp-"
ABANDONED_AFTER_SECONDS = 24 * 3600


def closed_umask() -> None:
    """Let nothing that this process or a child makes be open to others, or be the group's to write.

    For files that libraries make. Only ever stricter, and never taken back: another thread may be
    writing.
    """
    before = os.umask(0o027)
    os.umask(before | 0o027)


def make_folder(path: Path, mode: int = CLOSED_FOLDER) -> None:
    """Make a folder with its missing parents, each of ``mode``; one that exists stays as it is."""
    if path.is_dir():
        return
    make_folder(path.parent, mode)
    path.mkdir(mode, exist_ok=True)


def open_to_all(root: Path) -> None:
    """Let everybody read a folder with all it holds. For a folder that nobody else writes to.

    Its parents stay as they are: what is being made stays closed until it is moved.
    """
    for folder, _, files in os.walk(root):
        for name in files:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(OPEN_FILE)
        Path(folder).chmod(OPEN_FOLDER)


def write_synced(path: Path, content: bytes, mode: int = CLOSED_FILE) -> None:
    """Write a file that nobody reads yet, and have it on disk on return."""
    with _opened(path, "wb", os.O_WRONLY | os.O_TRUNC, mode) as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())


def write_atomically(path: Path, content: bytes) -> None:
    """Write ``path`` so that readers see the old content or the new, never a part."""
    make_folder(path.parent)
    temporary = _temporary_beside(path)
    write_synced(temporary, content)
    temporary.replace(path)
    _sync_folder(path.parent)


def write_secret(path: Path, content: bytes) -> None:
    """``write_atomically`` for what nobody else may read, at no instant."""
    make_folder(path.parent.parent)
    make_folder(path.parent, SECRET_FOLDER)
    temporary = _temporary_beside(path)
    write_synced(temporary, content, SECRET_FILE)
    temporary.replace(path)
    _sync_folder(path.parent)


@contextmanager
def written_atomically(path: Path) -> Iterator[Path]:
    """A temporary name for what is too large to be held as bytes; ``path`` once it is written."""
    make_folder(path.parent)
    temporary = _temporary_beside(path)
    try:
        yield temporary
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    with temporary.open("rb") as handle:
        _close(handle.fileno(), CLOSED_FILE)
        os.fsync(handle.fileno())
    temporary.replace(path)
    _sync_folder(path.parent)


def write_json_atomically(path: Path, document: Mapping[str, Any]) -> None:
    """``write_atomically`` for a JSON document, in a form people can read."""
    write_atomically(path, _json_for_people(document))


def create_json(path: Path, document: Mapping[str, Any]) -> bool:
    """``write_json_atomically`` where nothing lies yet; False, and nothing done, where it does.

    Of several processes one writes.
    """
    make_folder(path.parent)
    temporary = _temporary_beside(path)
    write_synced(temporary, _json_for_people(document))
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    except OSError:  # a file system without hard links
        return _create(path, temporary.read_bytes())
    finally:
        temporary.unlink()
    _sync_folder(path.parent)
    return True


def _create(path: Path, content: bytes) -> bool:
    """Write a file where none lies yet; whether that was so. It can be seen half written."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, CLOSED_FILE)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    _sync_folder(path.parent)
    return True


def _json_for_people(document: Mapping[str, Any]) -> bytes:
    text = json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True, default=str)
    return text.encode() + b"\n"


def append_line(path: Path, line: str) -> None:
    """Append one line. A line torn by an earlier kill is closed first, so that it stays alone."""
    make_folder(path.parent)
    with _opened(path, "ab+", os.O_RDWR | os.O_APPEND, CLOSED_FILE) as handle:
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
    make_folder(final.parent)
    temporary = _temporary_beside(final)
    temporary.mkdir(CLOSED_FOLDER)
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


def _opened(path: Path, how: str, flags: int, mode: int) -> IO[bytes]:
    """Open a file, made with ``mode`` at most; one that was there already is held to it."""
    descriptor = os.open(path, flags | os.O_CREAT | os.O_CLOEXEC, mode)
    _close(descriptor, mode)
    return os.fdopen(descriptor, how)


def _close(descriptor: int, mode: int) -> None:
    """Take from a file the rights that ``mode`` does not give; somebody else's stays as it is."""
    found = stat.S_IMODE(os.fstat(descriptor).st_mode)
    if found & ~mode:
        with suppress(PermissionError):
            os.fchmod(descriptor, found & mode)


def _temporary_beside(path: Path) -> Path:
    return path.with_name(f"{TEMPORARY}{uuid.uuid4().hex}")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def hash_of(path: Path) -> str:
    """The SHA-256 of a file, however large."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
