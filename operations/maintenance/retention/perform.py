"""Doing what the plan says: noted in the audit log first, then deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from kreishaus.files import remove_directory, sweep
from kreishaus.settings import Settings
from kreishaus.store.dataset_store import DatasetStore
from operations.maintenance.backup.check import size_of
from operations.maintenance.backup.folder import BackupFolder, format_of
from operations.maintenance.backup.image import remove_leftovers
from operations.maintenance.retention.plan import Deletion, plan
from warehouse import audit
from warehouse.withdraw import settle
from warehouse.writer_lock import writing


@dataclass(frozen=True)
class Done:
    """What was deleted, what stays although it is due, and what killed processes had left."""

    deleted: tuple[Deletion, ...]
    held_back: tuple[Deletion, ...]
    freed: int
    swept: int = 0


def maintain(settings: Settings, now: datetime | None = None, patience_seconds: float = 0) -> Done:
    """Delete whatever is due. Killed at any instant, the next call finishes it.

    A withdrawal that was interrupted is finished first: it decides which versions may go.

    Nobody can build or publish while the home folder is tidied: figures may go. Raises
    ``WarehouseBusy`` when somebody does, longer than ``patience_seconds``; ``AuditUnwritable``,
    before anything is deleted that is not noted; ``BackupRefused`` where the backup is at work or
    cannot be asked.
    """
    now = now or datetime.now(UTC)
    remove_leftovers(settings)
    with writing(settings, "maintenance", patience_seconds):
        settle(settings)
        due = plan(settings, now)
        may_go = [one for one in due if one.held_back is None]
        freed = sum(one.size for one in may_go)
        _from_the_home_folder(settings, [one for one in may_go if one.kind != "snapshot"], now)
    freed += _from_the_backup(settings, [one for one in may_go if one.kind == "snapshot"])
    folders = (settings.landing, settings.staged, settings.quarantine, settings.warehouse)
    return Done(
        deleted=tuple(may_go),
        held_back=tuple(one for one in due if one.held_back),
        freed=freed,
        swept=sum(sweep(folder) for folder in folders),
    )


def _from_the_home_folder(settings: Settings, deletions: Sequence[Deletion], now: datetime) -> None:
    for one in deletions:
        if one.kind == "audit":
            audit.forget(settings, [path.stem for path in one.paths], now)
            continue
        details = {"kind": one.kind, "about": one.about, "rule": one.rule}
        if one.tombstone:
            details["sha256"] = one.tombstone.sha256
        audit.record(settings, "delete", details=details, now=now)
        if one.tombstone:
            _delete_with_tombstone(settings, one)
            continue
        for path in one.paths:
            if path.is_dir():
                remove_directory(path)
            else:
                path.unlink(missing_ok=True)


def _delete_with_tombstone(settings: Settings, deletion: Deletion) -> None:
    """Tombstone, then bytes, then figures: what was begun is found by its tombstone."""
    buried = deletion.tombstone
    if buried is None:
        return
    store = DatasetStore.of(settings, buried.source, buried.dataset)
    store.landing.bury(buried)
    if buried.what != "bytes":
        store.staging.withdraw(buried.sha256)
        store.quarantine.release(buried.sha256)


def _from_the_backup(settings: Settings, deletions: Sequence[Deletion]) -> int:
    """Remove snapshots and what only they hold. Returns the bytes that this freed."""
    folder = settings.backup.folder
    if folder is None or format_of(folder) is None:
        return 0
    backup = BackupFolder.open(settings, folder)
    with backup.locked() as repository:
        if not backup.listed():
            return 0
        before = size_of(repository.path)
        repository.forget(one.snapshot for one in deletions)
        return max(0, before - size_of(repository.path))
