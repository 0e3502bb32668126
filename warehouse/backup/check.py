"""Looking whether a backup is what was written: every manifest and every content, read whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ingest.settings import Settings
from warehouse.backup.store import DamagedBackup, Held, Snapshot, Store, hash_of


@dataclass(frozen=True)
class Checked:
    """What was looked at. ``faults`` name the file of the backup and what is lost with it."""

    snapshots: int
    contents: int
    size: int
    faults: tuple[str, ...]


def verify(settings: Settings, folder: Path, now: datetime | None = None) -> Checked:
    """Read everything; each snapshot that is right is stamped so, and no other.

    Raises ``NotABackup`` and ``BackupBusy``.
    """
    store = Store.open(folder, settings.county.ags)
    with store.locked(alone=False):
        found, faults = _readable(store)
        wrong: dict[str, str] = {}
        checked: dict[str, int] = {}
        for snapshot in found:
            for held in snapshot.files:
                if held.sha256 in checked or held.sha256 in wrong:
                    continue
                complaint = wrong_with(store, held)
                if complaint:
                    wrong[held.sha256] = complaint
                else:
                    checked[held.sha256] = held.size
        for sha256, complaint in wrong.items():
            faults.append(f"{complaint}; it holds {_told(sha256, found)}")
        for snapshot in found:
            if snapshot.contents & wrong.keys():
                store.unstamp(snapshot.name)
            else:
                store.stamp(snapshot, now or datetime.now(UTC))
    if not store.names():
        faults.append(f"{folder}: there is no snapshot yet")
    return Checked(len(found), len(checked), sum(checked.values()), tuple(faults))


def _readable(store: Store) -> tuple[list[Snapshot], list[str]]:
    found, faults = [], []
    for name in store.names():
        try:
            found.append(store.snapshot(name))
        except DamagedBackup as damage:
            faults.append(str(damage))
            store.unstamp(name)
    return found, faults


def wrong_with(store: Store, held: Held) -> str | None:
    """What is wrong with a content, named by its file in the backup; None if nothing is."""
    path = store.blob(held.sha256)
    if not path.exists():
        return f"{path}: is missing"
    size = path.stat().st_size
    if size != held.size:
        return f"{path}: has {size:,} bytes, {held.size:,} were written"
    if hash_of(path) != held.sha256:
        return f"{path}: its bytes are not those that were written"
    return None


def _told(sha256: str, snapshots: list[Snapshot]) -> str:
    """What a content is in the house, and of how many snapshots."""
    of = [snapshot for snapshot in snapshots if sha256 in snapshot.contents]
    path = next(held.path for held in of[-1].files if held.sha256 == sha256)
    return f"{path} of {len(of)} snapshot{'s' if len(of) > 1 else ''}, the last {of[-1].name}"
