"""Whether a backup is what was written: restic reads every byte of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kreishaus.settings import Settings
from operations.maintenance.backup.folder import BackupFolder
from operations.maintenance.backup.restic import Listed, Repository


@dataclass(frozen=True)
class Checked:
    """What was read. ``faults`` are restic's words; with one of them, no snapshot counts as right.

    ``size`` are bytes of the repository on the disk.
    """

    snapshots: int
    size: int
    faults: tuple[str, ...]


def verify(settings: Settings, folder: Path, now: datetime | None = None) -> Checked:
    """Read everything; if all of it is right, each snapshot is stamped so.

    A snapshot that was not verified before is compared with its document, too: it must hold all
    that was put together for it. Raises ``BackupRefused``.
    """
    backup = BackupFolder.open(settings, folder)
    with backup.locked() as repository:
        there = backup.listed()
        if not there:
            return Checked(0, 0, (f"{folder}: there is no snapshot yet",))
        faults = [f"{repository.path}: {fault}" for fault in repository.check()]
        if not faults:
            known = backup.verified()
            unknown = (one for one in there if one.id not in known)
            faults = [fault for one in unknown for fault in _missing(backup, repository, one)]
        if repository.writable:
            stamped = [] if faults else [one.id for one in there]
            backup.stamp(stamped, now or datetime.now(UTC))
    return Checked(len(there), size_of(repository.path), tuple(faults))


def _missing(backup: BackupFolder, repository: Repository, listed: Listed) -> Iterator[str]:
    """What a snapshot does not hold although its document says so."""
    snapshot = backup.snapshot(listed)
    paths = repository.paths(listed.id)
    missing = sorted(snapshot.landed.keys() - paths)
    if missing or len(paths) != snapshot.files + 1:
        yield (
            f"{repository.path}: snapshot {listed.name} holds {len(paths) - 1:,} of "
            f"{snapshot.files:,} files{f', not {missing[0]}' if missing else ''}: "
            f"restic forget {listed.name}"
        )


def size_of(folder: Path) -> int:
    """Bytes of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
