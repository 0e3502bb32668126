"""The folder of a backup: a restic repository, whose it is, and when it was read whole.

    <folder>/kreishaus-backup.json     format and county
            /repository/               restic's: everything in it is encrypted
            /verified.json             snapshot -> when every byte of it was read and was right
            /lock

Who can read the folder without the password sees these small files and sizes and times, and no
content and no name of any file that was saved.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from kreishaus.files import commit_directory, new_directory, remove_directory, write_json_atomically
from kreishaus.settings import Settings
from operations.maintenance.backup.errors import BackupBusy, DamagedBackup, NotABackup, NoTarget
from operations.maintenance.backup.key import password_file
from operations.maintenance.backup.restic import Listed, Repository
from operations.maintenance.backup.snapshot import DOCUMENT, FORMAT, Snapshot

MARKER = "kreishaus-backup.json"
REPOSITORY = "repository"
OURS = "kreishaus"
"""The tag of each snapshot that Kreishaus made."""
OLD_FORMAT = 1


def target(settings: Settings, folder: Path | None = None) -> Path:
    """The folder that backups go to. Raises ``NoTarget``."""
    chosen = folder or settings.backup.folder
    if chosen is None:
        raise NoTarget(
            f"{settings.county_file}: [backup] folder is not set; nothing is backed up. "
            "Name a folder on another disk, or give one: kreishaus backup --to FOLDER"
        )
    if chosen.resolve().is_relative_to(settings.home.resolve()):
        raise NoTarget(f"{chosen}: is in the home folder {settings.home}, and is lost with it")
    return chosen


def format_of(folder: Path) -> int | None:
    """The format number of the backup in ``folder``; None where there is no backup."""
    try:
        return int(json.loads((folder / MARKER).read_text())["format"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise NotABackup(f"{folder / MARKER}: is not what a backup writes ({error})") from error


class BackupFolder:
    """A backup of this county, with the password that opens it."""

    def __init__(self, folder: Path, key: Path) -> None:
        self.folder = folder
        self.key = key

    @classmethod
    def make(cls, settings: Settings, folder: Path) -> BackupFolder:
        """The backup in ``folder``, begun where there is none. Raises ``BackupRefused``."""
        key = password_file(settings)
        if format_of(folder) is None:
            if folder.exists() and any(folder.iterdir()):
                raise NotABackup(f"{folder}: holds other files; name an empty folder or a new one")
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            marker = {"format": FORMAT, "county_ags": settings.county.ags}
            write_json_atomically(folder / MARKER, marker)
        return cls._begun_or_made(cls.open(settings, folder, key))

    @classmethod
    def open(cls, settings: Settings, folder: Path, key: Path | None = None) -> BackupFolder:
        """The backup in ``folder``. Raises ``BackupRefused``."""
        found = format_of(folder)
        if found is None:
            raise NotABackup(f"{folder}: there is no backup ({MARKER} is missing)")
        if found == OLD_FORMAT:
            raise NotABackup(
                f"{folder}: is an unencrypted backup of an earlier version (format {OLD_FORMAT}). "
                f"`kreishaus restore --from {folder}` still reads it; nothing is added to it. "
                "Name a new folder for backups, verify the first one made there, and then delete "
                "this folder."
            )
        if found != FORMAT:
            raise NotABackup(
                f"{folder}: was made by a later version (format {found}, this one reads {FORMAT}): "
                "install that version"
            )
        ags = json.loads((folder / MARKER).read_text())["county_ags"]
        if ags != settings.county.ags:
            raise NotABackup(
                f"{folder}: is the backup of county {ags}, not of {settings.county.ags}"
            )
        return cls(folder, key or password_file(settings))

    @classmethod
    def _begun_or_made(cls, backup: BackupFolder) -> BackupFolder:
        """A repository is made aside and renamed: a kill leaves none, and never half of one."""
        final = backup.folder / REPOSITORY
        if final.exists():
            return backup
        with backup.locked() as repository:
            aside = new_directory(final)
            try:
                Repository(aside, backup.key, repository.held).init()
                commit_directory(aside, final)
            finally:
                remove_directory(aside)
        return backup

    @contextmanager
    def locked(self) -> Iterator[Repository]:
        """The repository, with every other process of this machine kept out. Raises ``BackupBusy``.

        restic inherits the lock: while a restic of a killed process still writes, it is held. On a
        medium that cannot be written nobody else writes either.
        """
        if not os.access(self.folder, os.W_OK):
            yield Repository(self.folder / REPOSITORY, self.key, writable=False)
            return
        descriptor = os.open(self.folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise BackupBusy(f"{self.folder}: another process works on this backup") from error
            repository = Repository(self.folder / REPOSITORY, self.key, (descriptor,))
            if any((repository.path / "locks").glob("*")):
                repository.unlock_stale()
            yield repository
        finally:
            os.close(descriptor)

    @property
    def repository(self) -> Repository:
        """For reading what a process that writes meanwhile cannot change: lists and documents."""
        return Repository(self.folder / REPOSITORY, self.key, writable=False)

    def listed(self) -> list[Listed]:
        """Our snapshots, oldest first."""
        if not (self.folder / REPOSITORY).exists():
            return []
        return [one for one in self.repository.snapshots() if OURS in one.tags]

    def find(self, name: str | None) -> Listed:
        """The snapshot whose id begins with ``name``; the newest by default.

        Raises ``NotABackup`` naming those there are.
        """
        there = self.listed()
        found = [one for one in there if one.id.startswith(name)] if name else there[-1:]
        if len(found) != 1:
            known = ", ".join(f"{one.name} ({one.made_at:%Y-%m-%d %H:%M})" for one in there)
            raise NotABackup(
                f"{self.folder}: no such snapshot{f' {name}' if name else ''}; "
                f"there are: {known or 'none'}"
            )
        return found[0]

    def snapshot(self, listed: Listed) -> Snapshot:
        """The document of a snapshot. Raises ``DamagedBackup``."""
        try:
            return Snapshot.read(self.repository.read(listed.id, DOCUMENT), listed.id)
        except ValueError as error:
            raise DamagedBackup(f"{self.folder}: snapshot {listed.name}: {error}") from error

    def stamp(self, ids: list[str], now: datetime) -> None:
        """Note which snapshots were read whole and were right; all others no longer count so."""
        write_json_atomically(self.folder / "verified.json", {id_: now.isoformat() for id_ in ids})

    def verified(self) -> dict[str, datetime]:
        """When each snapshot was read whole and was right; without those that never were."""
        try:
            stamps = json.loads((self.folder / "verified.json").read_text())
            return {id_: datetime.fromisoformat(at) for id_, at in stamps.items()}
        except (FileNotFoundError, ValueError, AttributeError, TypeError):
            return {}
