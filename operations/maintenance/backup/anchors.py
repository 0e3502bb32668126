"""What backups noted of the audit log: a chain made anew does not fit it."""

from __future__ import annotations

from kreishaus.settings import Settings
from operations.maintenance.backup.folder import BackupFolder, format_of
from operations.maintenance.backup.make import AUDIT_TAG


def noted_by_backups(settings: Settings) -> dict[int, str]:
    """Number and hash of the last entry at each snapshot; nothing where no backup was made.

    Raises ``BackupRefused`` where there is one that cannot be read: then nothing was compared.
    """
    folder = settings.backup.folder
    if folder is None or format_of(folder) is None:
        return {}
    noted = {}
    for listed in BackupFolder.open(settings, folder).listed():
        number, _, hash_ = (listed.tag(AUDIT_TAG) or "").partition("-")
        if hash_:
            noted[int(number)] = hash_
    return noted
