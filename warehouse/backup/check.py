"""Whether a backup is what was written: restic reads every byte of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ingest.settings import Settings
from warehouse.backup.folder import BackupFolder


@dataclass(frozen=True)
class Checked:
    """What was read. ``faults`` are restic's words; with one of them, no snapshot counts as right.

    ``size`` are bytes of the repository on the disk.
    """

    snapshots: int
    size: int
    faults: tuple[str, ...]


def verify(settings: Settings, folder: Path, now: datetime | None = None) -> Checked:
    """Read everything; if all of it is right, each snapshot is stamped so. Raises ``BackupRefused``."""
    backup = BackupFolder.open(settings, folder)
    with backup.locked() as repository:
        there = backup.listed()
        if not there:
            return Checked(0, 0, (f"{folder}: there is no snapshot yet",))
        faults = tuple(f"{repository.path}: {fault}" for fault in repository.check())
        if repository.writable:
            stamped = [] if faults else [one.id for one in there]
            backup.stamp(stamped, now or datetime.now(UTC))
    return Checked(len(there), size_of(repository.path), faults)


def size_of(folder: Path) -> int:
    """Bytes of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
