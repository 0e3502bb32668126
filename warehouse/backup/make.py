"""Making a snapshot: contents first, each once; the manifest last, which makes it count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from ingest.settings import Settings
from warehouse import audit, versions
from warehouse.backup.contents import Item, as_of_asked, items
from warehouse.backup.store import Held, Snapshot, Store, hash_of, name_of
from warehouse.code_version import code_version
from warehouse.who import who


class NoTarget(Exception):
    """Nobody said where to, or where to cannot be."""


def target(settings: Settings, folder: Path | None = None) -> Path:
    """The folder that backups go to. Raises ``NoTarget``."""
    chosen = folder or settings.backup.folder
    if chosen is None:
        raise NoTarget(
            f"{settings.county_file}: [backup] folder is not set; nothing is backed up. "
            "Name a folder on another disk, or give one: kreishaus backup --to FOLDER"
        )
    if chosen.resolve().is_relative_to(settings.home.resolve()):
        raise NoTarget(f"{chosen}: lies inside the house and would be lost with it")
    return chosen


def make_snapshot(
    settings: Settings, folder: Path | None = None, now: datetime | None = None
) -> Snapshot:
    """Save the house as it is, also while a night is at work.

    A landed file that is damaged or missing is no reason to leave the others unsaved: it stands
    in ``complaints``, and in the snapshot in its good state where the backup has that from before.
    Raises ``NoTarget``, ``NotABackup``, ``BackupBusy`` and ``OSError``.
    """
    store = Store.make(target(settings, folder), settings.county.ags)
    with store.locked(alone=True):
        now = now or datetime.now(UTC)
        complaints: list[str] = []
        head = audit.head(settings)  # before the log is saved, which then reaches it
        files = tuple(_save(settings, store, complaints))
        version, marts = _published(settings, files)
        snapshot = Snapshot(
            name=name_of(now),
            made_at=now,
            made_by=f"{who().user}@{who().host}",
            county_ags=settings.county.ags,
            code_version=code_version(),
            files=files,
            version=version,
            marts=marts,
            as_of=as_of_asked(settings),
            audit_head=asdict(head) if head else None,
            complaints=tuple(complaints),
        )
        store.write(snapshot)
        return snapshot


def _save(settings: Settings, store: Store, complaints: list[str]) -> Iterator[Held]:
    for item in items(settings):
        complaint = _wrong_with(item)
        good = store.blob(item.sha256) if complaint and item.sha256 else None
        if good and good.exists() and item.sha256:
            complaints.append(f"{complaint}; the backup has it as it was: {good}")
            yield Held(item.path, item.sha256, good.stat().st_size, 0o644)
        elif complaint:
            complaints.append(complaint)
        else:
            try:
                sha256, size = store.put(item.source)
                yield Held(item.path, sha256, size, item.source.stat().st_mode & 0o777)
            except FileNotFoundError:
                if not item.path.startswith("alerts/"):  # a night forgets what was told long ago
                    complaints.append(f"{item.source}: vanished while the house was saved")


def _wrong_with(item: Item) -> str | None:
    """Landed bytes are called by their hash: whether they still are what they are called."""
    if item.sha256 is None:
        return None
    if not item.source.exists():
        return f"{item.source}: is missing, and no rule deleted it"
    if hash_of(item.source) != item.sha256:
        return f"{item.source}: is not what landed; its bytes have another hash"
    return None


def _published(
    settings: Settings, files: tuple[Held, ...]
) -> tuple[str | None, dict[str, dict[str, str]]]:
    """The version among ``files``, and the content hashes of its marts by audience."""
    saved = [held.path.split("/")[1] for held in files if held.path.startswith("published/")]
    if not saved:
        return None, {}
    return saved[0], hashes(versions.manifest(settings.published / saved[0]))


def hashes(manifest: dict[str, object]) -> dict[str, dict[str, str]]:
    """The content hash of each mart of a published version, by audience."""
    of = {"internal": manifest["marts"], "public": manifest.get("public", [])}
    return {
        audience: {mart["name"]: mart["content_hash"] for mart in marts}  # type: ignore[attr-defined]
        for audience, marts in of.items()
    }
