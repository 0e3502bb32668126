"""Reading a backup of version 0.1.0: unencrypted contents, and a manifest per snapshot.

    <folder>/blobs/<ab>/<sha256>          contents
            /snapshots/<moment>.json      path -> content

Nothing writes this format any longer. It is read so that a county can restore a backup that it has,
with the version that it runs.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from kreishaus.files import hash_of
from operations.maintenance.backup.errors import DamagedBackup, NotABackup
from operations.maintenance.backup.folder import MARKER
from operations.maintenance.backup.snapshot import Snapshot


@dataclass(frozen=True)
class OldSnapshot:
    """A snapshot and its files, each with ``path``, ``sha256`` and ``mode``."""

    name: str
    files: tuple[Mapping[str, Any], ...]
    snapshot: Snapshot


def find(folder: Path, county_ags: str, name: str | None) -> OldSnapshot:
    """The snapshot ``name``, or the newest. Raises ``NotABackup`` and ``DamagedBackup``."""
    ags = json.loads((folder / MARKER).read_text())["county_ags"]
    if ags != county_ags:
        raise NotABackup(f"{folder}: is the backup of county {ags}, not of {county_ags}")
    there = sorted(path.stem for path in (folder / "snapshots").glob("*.json"))
    if not there or (name and name not in there):
        raise NotABackup(
            f"{folder}: no such snapshot {name or ''}; there are: {', '.join(there) or 'none'}"
        )
    path = folder / "snapshots" / f"{name or there[-1]}.json"
    try:
        return _read(json.loads(path.read_bytes()))
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedBackup(f"{path}: is not as it was written ({error})") from error


def write(folder: Path, found: OldSnapshot, target: Path) -> None:
    """Write the files of a snapshot into ``target``. Raises ``DamagedBackup`` naming one."""
    for file in found.files:
        source = folder / "blobs" / file["sha256"][:2] / file["sha256"]
        final = target / file["path"]
        final.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        try:
            shutil.copyfile(source, final)
        except FileNotFoundError as error:
            raise DamagedBackup(f"{source}: is missing; it holds {file['path']}") from error
        final.chmod(file["mode"])
        if hash_of(final) != file["sha256"]:
            raise DamagedBackup(f"{source}: is not what was written; it holds {file['path']}")
    if (target / "audit").exists():
        (target / "audit").chmod(0o700)


def _read(document: Mapping[str, Any]) -> OldSnapshot:
    for file in document["files"]:
        inside = PurePosixPath(file["path"])
        if inside.is_absolute() or ".." in inside.parts:
            raise ValueError(f"{inside} leads out of the home")
    landed = {
        file["path"]: file["sha256"]
        for file in document["files"]
        if PurePosixPath(file["path"]).stem == file["sha256"]
    }
    snapshot = Snapshot(
        made_at=datetime.fromisoformat(document["made_at"]),
        made_by=document["made_by"],
        county_ags=document["county_ags"],
        code_version=document["code_version"],
        files=len(document["files"]),
        landed=landed,
        version=document["version"],
        marts=document["marts"],
        as_of=tuple(document["as_of"]),
        audit_head=document["audit_head"],
        complaints=tuple(document["complaints"]),
        id=document["name"],
    )
    return OldSnapshot(document["name"], tuple(document["files"]), snapshot)
