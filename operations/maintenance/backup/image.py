"""The image: exactly what a snapshot will hold, put together inside the home before it is saved.

    <home>/backup/image/landing/... published/... audit/... restored/...

restic reads a folder in its own order and over minutes. A pipeline at work meanwhile would leave it
with a note of a visit whose file is missing, or an audit log that ends before its head. In the
image each file stands as it was when its turn came, in the order of ``contents``: files that are
only ever replaced are hard links and cost no room, all others are copies.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from kreishaus.files import hash_of, remove_directory
from kreishaus.settings import Settings
from operations.maintenance.backup.contents import Item, items
from operations.maintenance.backup.errors import BackupBusy, BackupRefused
from operations.maintenance.backup.folder import BackupFolder
from operations.maintenance.backup.restic import Repository


@dataclass
class Image:
    """What was put together. ``landed`` is path -> SHA-256 of landed files."""

    folder: Path
    files: int = 0
    landed: dict[str, str] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    version: str | None = None


def place(settings: Settings) -> Path:
    """Where the image is made. Always the same path: restic finds its last snapshot by it."""
    return settings.home / "backup" / "image"


@contextmanager
def image(settings: Settings, backup: BackupFolder, repository: Repository) -> Iterator[Image]:
    """The image of the home as it is now, removed again at the end.

    A landed file that is damaged or missing stands in ``complaints``, and in the image as it was
    where an earlier snapshot has it.
    """
    folder = place(settings)
    with _alone(settings) as descriptor:
        repository.held = (*repository.held, descriptor)
        folder.mkdir(mode=0o700)
        try:
            made = Image(folder)
            for item in items(settings):
                _put(settings, made, item, backup, repository)
            yield made
        finally:
            remove_directory(folder)


def remove_leftovers(settings: Settings) -> None:
    """Remove the image of a killed backup, which holds links to files that may have to go.

    Raises ``BackupBusy`` while a backup is at work, to whatever folder.
    """
    if place(settings).parent.exists():
        with _alone(settings):
            pass


@contextmanager
def _alone(settings: Settings) -> Iterator[int]:
    """The place of the image, empty and for this process and its restic alone.

    Two backups to two folders would take it from each other.
    """
    parent = place(settings).parent
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(parent / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupBusy(f"{parent}: another backup of this home is at work") from error
        for left in parent.iterdir():
            if left.is_dir():
                remove_directory(left)
        yield descriptor
    finally:
        os.close(descriptor)


def _put(
    settings: Settings, made: Image, item: Item, backup: BackupFolder, repository: Repository
) -> None:
    final = made.folder / item.path
    _make_folders(settings, made.folder, Path(item.path).parent)
    try:
        _link_or_copy(item, final)
    except FileNotFoundError:
        if item.sha256 is None:
            if not item.path.startswith("alerts/"):  # old notes are forgotten while we look
                made.complaints.append(f"{item.source}: vanished while it was being saved")
            return
    if item.sha256:
        if complaint := _wrong_with(item, final):
            final.unlink(missing_ok=True)
            good = _as_it_was(item, final, backup, repository)
            made.complaints.append(complaint + good)
            if not good:
                return
        made.landed[item.path] = item.sha256
    made.files += 1
    if item.path.startswith("published/") and item.path.count("/") > 1:  # not the folder's format
        made.version = item.path.split("/")[1]


def _make_folders(settings: Settings, image_: Path, inside: Path) -> None:
    """The folders of a file, with the rights that they have in the home."""
    for folder in (*reversed(inside.parents), inside):
        made = image_ / folder
        if not made.exists():
            made.mkdir(mode=0o700)
            if (settings.home / folder).is_dir():
                shutil.copymode(settings.home / folder, made)


def _link_or_copy(item: Item, final: Path) -> None:
    if item.replaced_only:
        try:
            os.link(item.source, final)
            return
        except FileNotFoundError:
            raise
        except OSError:  # another disk, or a file system without hard links
            pass
    shutil.copy2(item.source, final)


def _wrong_with(item: Item, put: Path) -> str | None:
    """Landed bytes are named by their hash: whether they still are what they are named."""
    if not put.exists():
        return f"{item.source}: is missing, and no rule deleted it"
    if hash_of(put) != item.sha256:
        return f"{item.source}: is not what landed; its bytes have another hash"
    return None


def _as_it_was(item: Item, final: Path, backup: BackupFolder, repository: Repository) -> str:
    """Fetch landed bytes from the newest snapshot that has them; how to do so, or nothing."""
    try:
        held = repository.holding([item.source.name])
        for listed in reversed(backup.listed()):
            if f"/{item.path}" not in held.get(listed.id, ()):
                continue
            repository.dump(listed.id, item.path, final)
            if hash_of(final) == item.sha256:
                return (
                    f"; snapshot {listed.name} has it as it was: restic --repo {repository.path} "
                    f"--password-file {repository.password_file} dump {listed.name} "
                    f"/{item.path} > {item.source}"
                )
    except BackupRefused:
        pass  # a damaged backup is what `kreishaus backup --verify` is for
    final.unlink(missing_ok=True)
    return ""
