"""Making a snapshot: an image of what must be saved, a document beside it, and then restic."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

from kreishaus.actor import current_actor
from kreishaus.files import write_json_atomically
from kreishaus.settings import Settings
from operations.maintenance.backup.contents import as_of_asked
from operations.maintenance.backup.folder import OURS, BackupFolder, target
from operations.maintenance.backup.image import image
from operations.maintenance.backup.snapshot import DOCUMENT, FORMAT, Snapshot
from warehouse import audit
from warehouse.code_version import code_version
from warehouse.manifest import published_marts
from warehouse.versions import AUDIENCES

AUDIT_TAG = "audit"
"""Its value is number-hash of the last entry in the audit log: ``anchors`` reads it from a list."""


def make_snapshot(
    settings: Settings, folder: Path | None = None, now: datetime | None = None
) -> Snapshot:
    """Save the home as it is, also while the pipeline is at work.

    A landed file that is damaged or missing is no reason to leave the others unsaved: it stands
    in ``complaints``, and in the snapshot in its good state where the backup has that from before.
    Raises ``BackupRefused``, ``AuditUnwritable`` and ``OSError``.
    """
    backup = BackupFolder.make(settings, target(settings, folder))
    with backup.locked() as repository:
        now = now or datetime.now(UTC)
        noted = _note(settings, backup, elsewhere=folder is not None, now=now)
        head = audit.head(settings)  # before the log is saved, which then reaches it
        with image(settings, backup, repository) as made:
            version = settings.published / made.version if made.version else None
            snapshot = Snapshot(
                made_at=now,
                made_by=f"{current_actor().user}@{current_actor().host}",
                county_ags=settings.county.ags,
                code_version=code_version(),
                files=made.files,
                landed=made.landed,
                version=made.version,
                marts=hashes(made.folder / "published" / version.name) if version else {},
                as_of=as_of_asked(settings),
                audit_head=asdict(head) if head else None,
                complaints=(*noted, *made.complaints),
            )
            write_json_atomically(made.folder / DOCUMENT, snapshot.document())
            tags = [OURS, f"format={FORMAT}", f"version={snapshot.version or 'none'}"]
            if head:
                tags.append(f"{AUDIT_TAG}={head.number}-{head.hash}")
            host = f"{OURS}-{settings.county.ags}"
            return replace(
                snapshot, id=repository.backup(made.folder, host=host, tags=tags, now=now)
            )


def _note(
    settings: Settings, backup: BackupFolder, *, elsewhere: bool, now: datetime
) -> tuple[str, ...]:
    """Note in the audit log that everything exact is taken, and where to.

    Where that cannot be noted, nothing is taken to a folder that a person named by hand; the backup
    by the settings is made all the same, with a complaint: a full disk must not cost it too.
    """
    try:
        audit.record(settings, "backup", details={"folder": str(backup.folder)}, now=now)
    except audit.AuditUnwritable as error:
        if elsewhere:
            raise
        return (str(error),)
    return ()


def hashes(version: Path) -> dict[str, dict[str, str]]:
    """The content hash of each mart of a published version, by audience."""
    return {
        audience: {
            name: mart.content_hash for name, mart in published_marts(version, audience).items()
        }
        for audience in AUDIENCES
    }
