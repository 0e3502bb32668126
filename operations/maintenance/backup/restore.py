"""Making a home from a backup: its files as they were, then everything that is made from them."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kreishaus.datasets import REGISTRY
from kreishaus.files import hash_of, remove_directory, switch_link, write_json_atomically
from kreishaus.model import Landed
from kreishaus.rights import prepare_home, repair_modes
from kreishaus.settings import Settings
from kreishaus.store.landing import Landing
from operations.maintenance.backup import old_format
from operations.maintenance.backup.errors import BackupRefused, DamagedBackup, NotABackup
from operations.maintenance.backup.folder import OLD_FORMAT, BackupFolder, format_of
from operations.maintenance.backup.make import hashes
from operations.maintenance.backup.snapshot import DOCUMENT, Snapshot
from operations.maintenance.migrations import upgrade
from pipeline.steps import process_file
from warehouse import audit, versions, withdrawals
from warehouse.build import build
from warehouse.manifest import Manifest
from warehouse.publish import publish

log = logging.getLogger(__name__)

RESTORING = "restoring.json"
"""Is in a home whose files are not all back yet; names the snapshot and how far it came."""
ASIDE = "restoring"
"""The folder in the home that a snapshot is written to and compared, before it is moved in."""
FLOORS = (
    *("landing", "staged", "quarantine", "warehouse", "published"),
    *("audit", "alerts", "reports", withdrawals.FOLDER),
)


class HomeFolderInUse(BackupRefused):
    """The home holds files already: none of them is overwritten."""


@dataclass(frozen=True)
class Restored:
    """A home that was made again. ``differing`` are marts, by audience, that came out otherwise.

    ``broken`` are files that our own code broke on, ``build_failed`` is what dbt said, where it
    could not build everything.
    """

    snapshot: Snapshot
    files: int
    processed: int
    broken: tuple[str, ...]
    manifest: Manifest
    differing: Mapping[str, tuple[str, ...]]
    build_failed: str = ""


def restore_files(
    settings: Settings, folder: Path, name: str | None = None
) -> tuple[Snapshot, int]:
    """Bring back the files of a snapshot (the newest by default) into an empty home.

    They are written aside, read again and compared, and only then moved to where they belong: of a
    damaged snapshot nothing is restored. Interrupted, it goes on when it is called again. At its
    end readers have the published version of that time. Raises ``BackupRefused``:
    ``HomeFolderInUse``, ``DamagedBackup`` naming the file, ``NotABackup`` and the rest.
    """
    if format_of(folder) == OLD_FORMAT:
        snapshot = _from_old_format(settings, folder, name)
    else:
        snapshot = _from_repository(settings, folder, name)
    _move_in(settings)
    if snapshot.version:
        switch_link(settings.published / versions.CURRENT, settings.published / snapshot.version)
    for done in upgrade(settings):
        log.info("%s", done)
    repair_modes(settings)  # a snapshot of an earlier version has looser ones
    details = {"snapshot": snapshot.id, "from": str(folder)}
    audit.record(settings, "restore", version=snapshot.version, details=details)
    os.sync()
    (settings.home / RESTORING).unlink()
    return snapshot, snapshot.files


def _from_repository(settings: Settings, folder: Path, name: str | None) -> Snapshot:
    backup = BackupFolder.open(settings, folder)
    with backup.locked() as repository:
        listed = backup.find(name)
        if _begin(settings, listed.name):
            return _document(settings, listed.id)
        aside = settings.home / ASIDE
        try:
            repository.restore(listed.id, aside)
            snapshot = Snapshot.read((aside / DOCUMENT).read_bytes(), listed.id)
            _compare(aside, snapshot)
        except (BackupRefused, OSError, ValueError) as error:
            _give_up(settings)
            others = ", ".join(one.name for one in backup.listed() if one.id != listed.id)
            raise DamagedBackup(
                f"{folder}: snapshot {listed.name}: {error}. Nothing was restored. "
                f"Other snapshots: {others or 'none'}"
            ) from error
    return snapshot


def _from_old_format(settings: Settings, folder: Path, name: str | None) -> Snapshot:
    found = old_format.find(folder, settings.county.ags, name)
    if not _begin(settings, found.name):
        try:
            old_format.write(folder, found, settings.home / ASIDE)
        except (BackupRefused, OSError) as error:
            _give_up(settings)
            raise DamagedBackup(f"{error}. Nothing was restored.") from error
    return found.snapshot


def _begin(settings: Settings, name: str) -> bool:
    """Mark the home as being restored. True where all files were read and compared already."""
    marker = settings.home / RESTORING
    if marker.exists():
        written = json.loads(marker.read_text())
        if written["snapshot"] != name:
            raise HomeFolderInUse(
                f"{settings.home}: another snapshot was being restored here. Empty it, or go on "
                f"with that one: --snapshot {written['snapshot']}"
            )
        if written.get("complete"):
            return True
    else:
        _refuse_a_home_in_use(settings)
        prepare_home(settings)
        write_json_atomically(marker, {"snapshot": name})
    remove_directory(settings.home / ASIDE)
    (settings.home / ASIDE).mkdir(mode=0o700)
    return False


def _give_up(settings: Settings) -> None:
    """Leave the home as empty as it was."""
    remove_directory(settings.home / ASIDE)
    (settings.home / RESTORING).unlink(missing_ok=True)


def _compare(aside: Path, snapshot: Snapshot) -> None:
    """Landed bytes with their hashes, and the number of files. Raises ``DamagedBackup``."""
    for path, sha256 in snapshot.landed.items():
        if not (aside / path).is_file() or hash_of(aside / path) != sha256:
            raise DamagedBackup(f"{path} is not what landed")
    there = sum(path.is_file() for path in aside.rglob("*")) - 1
    if there != snapshot.files:
        raise DamagedBackup(f"{there:,} files came back, {snapshot.files:,} were saved")


def _document(settings: Settings, id_: str) -> Snapshot:
    """The document of a snapshot whose files are compared, and moved in or about to be."""
    for root in (settings.home, settings.home / ASIDE):
        if (root / DOCUMENT).exists():
            return Snapshot.read((root / DOCUMENT).read_bytes(), id_)
    raise NotABackup(f"{settings.home}: {DOCUMENT} is missing: empty this folder and begin anew")


def _move_in(settings: Settings) -> None:
    """Move each folder to its place by a rename. What is moved already is not in ``ASIDE``."""
    marker, aside = settings.home / RESTORING, settings.home / ASIDE
    name = json.loads(marker.read_text())["snapshot"]
    write_json_atomically(marker, {"snapshot": name, "complete": True})
    if not aside.exists():
        return
    for path in sorted(aside.iterdir()):
        if path.name == Path(DOCUMENT).parts[0]:  # an earlier restore left its own, to compare
            remove_directory(settings.home / path.name)
        path.rename(settings.home / path.name)
    aside.rmdir()


def restore(
    settings: Settings,
    folder: Path,
    name: str | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Restored:
    """Bring back the files, then stage, build and publish, and compare with what was published."""
    snapshot, files = restore_files(settings, folder, name)
    say(f"{files:,} files are back, as of {snapshot.made_at:%Y-%m-%d %H:%M} UTC; staging them")
    processed, broken = stage_again(settings)
    say(f"{processed:,} files staged or put aside; building the marts")
    result = build(settings, compare_as_before=True)
    manifest = publish(settings, f"restore-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    return Restored(
        snapshot=snapshot,
        files=files,
        processed=processed,
        broken=broken,
        manifest=manifest,
        differing=differing(snapshot, versions.current(settings)),
        build_failed=result.output if result.exit_code else "",
    )


def stage_again(settings: Settings) -> tuple[int, tuple[str, ...]]:
    """Read and judge every landed file, as in the night it landed.

    Returns how many, and those that our own code broke on: no reason to stop the others.
    """
    landed = [
        Landed(entry.source, entry.name, sha256, landing.sidecar(sha256).label)
        for entry in REGISTRY
        for landing in [Landing(settings.landing, entry.source, entry.name)]
        for sha256 in landing.readable()
    ]
    broken = []
    for file in landed:
        try:
            process_file(file, settings)
        except Exception as fault:  # ours, and no reason to stop its neighbours
            log.exception("%s %s: our own code broke on it", file.dataset_id, file.label)
            broken.append(f"{file.dataset_id} {file.label}: our own code broke on it ({fault!r})")
    return len(landed), tuple(broken)


def differing(snapshot: Snapshot, version: Path) -> dict[str, tuple[str, ...]]:
    """The marts, by audience, whose content is not that of the snapshot's published version."""
    now = hashes(version)
    found = {}
    for audience, before in snapshot.marts.items():
        names = sorted(before.keys() | now[audience].keys())
        found[audience] = tuple(n for n in names if before.get(n) != now[audience].get(n))
    return {audience: names for audience, names in found.items() if names}


def _refuse_a_home_in_use(settings: Settings) -> None:
    for floor in FLOORS:
        path = settings.home / floor
        if path.exists() and any(path.iterdir()):
            raise HomeFolderInUse(
                f"{path}: holds files already, and none of them will be overwritten. Move them "
                "away, or restore elsewhere: KREISHAUS_HOME=/an/empty/folder kreishaus restore ..."
            )
