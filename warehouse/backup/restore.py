"""Making a house from a backup: its files as they were, then every floor below them anew."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ingest.datasets import REGISTRY
from ingest.files import switch_link, write_json_atomically, written_atomically
from ingest.landing import Landing
from ingest.model import Landed
from ingest.settings import Settings
from ingest.steps import treat
from warehouse import audit, versions
from warehouse.backup.check import wrong_with
from warehouse.backup.make import hashes
from warehouse.backup.store import DamagedBackup, Held, Snapshot, Store, hash_of
from warehouse.build import build
from warehouse.formats import upgrade
from warehouse.manifest import Manifest
from warehouse.publish import publish

log = logging.getLogger(__name__)

RESTORING = "restoring.json"
"""Lies in a house whose files are not all back yet, and names the snapshot."""
FLOORS = ("landing", "staged", "quarantine", "warehouse", "published", "audit", "alerts", "reports")


class HouseInUse(Exception):
    """There is a house already: nothing of it is overwritten."""


@dataclass(frozen=True)
class Restored:
    """A house that was made again. ``differing`` are marts, by audience, that came out otherwise.

    ``broken`` are files that our own code broke on, ``build_failed`` is what dbt said, where it
    could not build everything.
    """

    snapshot: Snapshot
    files: int
    treated: int
    broken: tuple[str, ...]
    manifest: Manifest
    differing: Mapping[str, tuple[str, ...]]
    build_failed: str = ""


def restore_files(
    settings: Settings, folder: Path, name: str | None = None
) -> tuple[Snapshot, int]:
    """Bring back the files of a snapshot (the newest by default) into an empty home.

    Every content is compared with its hash before and on the way. Interrupted, it goes on where it
    was when it is called again. At its end readers have the published version of that time. Raises
    ``HouseInUse``, ``DamagedBackup`` naming the file, ``NotABackup`` and ``BackupBusy``.
    """
    store = Store.open(folder, settings.county.ags)
    with store.locked(alone=False):
        snapshot = store.snapshot(name or next(reversed(store.names()), "none"))
        _refuse_a_house_in_use(settings, snapshot)
        _refuse_damaged(store, snapshot)
        settings.home.mkdir(parents=True, exist_ok=True)
        write_json_atomically(settings.home / RESTORING, {"snapshot": snapshot.name})
        for held in snapshot.files:
            _bring_back(settings, store, held)
    if snapshot.version:
        link = settings.published / versions.CURRENT
        switch_link(link, settings.published / snapshot.version)
    for done in upgrade(settings):
        log.info("%s", done)
    details = {"snapshot": snapshot.name, "from": str(folder)}
    audit.record(settings, "restore", version=snapshot.version, details=details)
    (settings.home / RESTORING).unlink()
    return snapshot, len(snapshot.files)


def restore(
    settings: Settings,
    folder: Path,
    name: str | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Restored:
    """Bring back the files, then stage, build and publish, and compare with what was published."""
    snapshot, files = restore_files(settings, folder, name)
    say(f"{files:,} files are back, as of {snapshot.made_at:%Y-%m-%d %H:%M} UTC; staging them")
    treated, broken = stage_again(settings)
    say(f"{treated:,} files staged or put aside; building the marts")
    result = build(settings, compare_as_before=True)
    manifest = publish(settings, f"restore-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    return Restored(
        snapshot=snapshot,
        files=files,
        treated=treated,
        broken=broken,
        manifest=manifest,
        differing=differing(snapshot, versions.manifest(versions.current(settings), "internal")),
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
            treat(file, settings)
        except Exception as fault:  # ours, and no reason to stop its neighbours
            log.exception("%s %s: our own code broke on it", file.dataset_id, file.label)
            broken.append(f"{file.dataset_id} {file.label}: our own code broke on it ({fault!r})")
    return len(landed), tuple(broken)


def differing(snapshot: Snapshot, manifest: dict[str, object]) -> dict[str, tuple[str, ...]]:
    """The marts, by audience, whose content is not that of the snapshot's published version."""
    now = hashes(manifest)
    found = {}
    for audience, before in snapshot.marts.items():
        names = sorted(before.keys() | now[audience].keys())
        found[audience] = tuple(n for n in names if before.get(n) != now[audience].get(n))
    return {audience: names for audience, names in found.items() if names}


def _refuse_a_house_in_use(settings: Settings, snapshot: Snapshot) -> None:
    if (settings.home / RESTORING).exists():
        if snapshot.name in (settings.home / RESTORING).read_text():
            return
        raise HouseInUse(
            f"{settings.home}: another snapshot was being restored here. Empty it, or go on with "
            f"that one: {(settings.home / RESTORING).read_text().strip()}"
        )
    for floor in FLOORS:
        path = settings.home / floor
        if path.exists() and any(path.iterdir()):
            raise HouseInUse(
                f"{path}: there is a house already, and nothing of it will be overwritten. Move it "
                "away, or restore elsewhere: KREISHAUS_HOME=/an/empty/folder kreishaus restore ..."
            )


def _refuse_damaged(store: Store, snapshot: Snapshot) -> None:
    """Read all of it before the first file is written: half a house is none."""
    for held in snapshot.files:
        if complaint := wrong_with(store, held):
            others = ", ".join(name for name in store.names() if name != snapshot.name)
            raise DamagedBackup(
                f"{complaint}; it holds {held.path}. Nothing was restored. Other snapshots: "
                f"{others or 'none'}"
            )


def _bring_back(settings: Settings, store: Store, held: Held) -> None:
    final = settings.home / held.path
    if final.exists() and hash_of(final) == held.sha256:
        return
    if held.path.startswith("audit/"):
        audit.folder(settings).mkdir(mode=0o700, parents=True, exist_ok=True)
    with written_atomically(final) as temporary:
        shutil.copyfile(store.blob(held.sha256), temporary)
        temporary.chmod(held.mode)
        if hash_of(temporary) != held.sha256:
            raise DamagedBackup(f"{final}: did not arrive as it left {store.blob(held.sha256)}")
