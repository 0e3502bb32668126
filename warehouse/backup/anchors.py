"""What backups noted of the audit log: a chain made anew does not fit it."""

from __future__ import annotations

from ingest.settings import Settings
from warehouse.backup.store import DamagedBackup, NotABackup, Store


def noted_by_backups(settings: Settings) -> dict[int, str]:
    """Number and hash of the last entry at each snapshot; nothing without a backup folder."""
    folder = settings.backup.folder
    if folder is None:
        return {}
    try:
        store = Store.open(folder, settings.county.ags)
    except NotABackup:
        return {}
    noted = {}
    for name in store.names():
        try:
            head = store.snapshot(name).audit_head
        except DamagedBackup:
            continue  # `kreishaus backup --verify` tells of it
        if head:
            noted[int(head["number"])] = str(head["hash"])
    return noted
