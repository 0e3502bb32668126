"""What the rules let go now: a list to be read before anything is deleted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from kreishaus.datasets import REGISTRY
from kreishaus.settings import Settings
from kreishaus.store.landing import Tombstone
from operations.maintenance.backup.folder import BackupFolder, format_of
from operations.maintenance.backup.prune import expired, saved_and_verified
from operations.maintenance.retention.landed import due_files, unfinished
from operations.maintenance.retention.quarantined import expired_files
from warehouse import audit, versions
from warehouse.as_of import FOLDER

Kind = Literal["landed", "version", "as_of", "log", "audit", "snapshot"]


@dataclass(frozen=True)
class Deletion:
    """One thing that may go, by which rule. ``held_back`` says why it stays all the same.

    ``snapshot`` is the id of one in the backup, which is at no path of the home.
    """

    kind: Kind
    about: str
    rule: str
    paths: tuple[Path, ...] = ()
    tombstone: Tombstone | None = None
    held_back: str | None = None
    snapshot: str = ""

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        return sum(_size(path) for path in self.paths)


def plan(settings: Settings, now: datetime | None = None) -> list[Deletion]:
    """Everything that is due.

    Raises ``ValueError`` for a rule about a dataset that is none, and ``BackupRefused`` where the
    backup cannot be asked: what it holds decides what may go.
    """
    now = now or datetime.now(UTC)
    unknown = settings.retention.datasets.keys() - {entry.id for entry in REGISTRY}
    if unknown:
        raise ValueError(
            f"{settings.county_file}: [retention.datasets] names {', '.join(sorted(unknown))}; "
            f"there are: {', '.join(entry.id for entry in REGISTRY)}"
        )
    return [
        *_landed(settings, now),
        *_versions(settings),
        *_as_of(settings, now),
        *_logs(settings, now),
        *_audit(settings, now),
        *_snapshots(settings),
    ]


def _landed(settings: Settings, now: datetime) -> Iterator[Deletion]:
    saved = saved_and_verified(settings, settings.backup.folder, now)
    found: list[tuple[Tombstone, Path]] = []
    for entry in REGISTRY:
        found += [*due_files(settings, entry, now), *expired_files(settings, entry, now)]
        found += unfinished(settings, entry)
    seen = set()
    for tombstone, path in found:
        if path in seen:
            continue
        seen.add(path)
        yield Deletion(
            "landed",
            f"{tombstone.source}/{tombstone.dataset} {tombstone.period or tombstone.label} "
            f"{tombstone.sha256[:12]} ({tombstone.what})",
            tombstone.rule,
            (path,),
            tombstone,
            _why_not(settings, tombstone, saved),
        )


def _why_not(settings: Settings, tombstone: Tombstone, saved: frozenset[str]) -> str | None:
    """What must not be known any longer waits for nothing; everything else for a backup."""
    if tombstone.what in ("figures", "reduced") or tombstone.sha256 in saved:
        return None
    if settings.backup.folder is None:
        return "no backup holds it: [backup] folder is not set"
    return f"no backup verified in the last {settings.backup.verified_days} days holds it"


def _versions(settings: Settings) -> Iterator[Deletion]:
    try:
        found = versions.outdated(settings)
    except versions.NothingPublished:
        return
    for path in found:
        rule = f"keep_versions = {settings.keep_versions}"
        yield Deletion("version", f"published {path.name}", rule, (path,))


def _as_of(settings: Settings, now: datetime) -> Iterator[Deletion]:
    days = settings.retention.as_of_days
    if days is None:
        return
    folders: dict[str, list[Path]] = {}
    for floor in (settings.published, settings.warehouse):
        for path in sorted((floor / FOLDER).glob("[!.]*")):
            folders.setdefault(path.name, []).append(path)
    for name, paths in sorted(folders.items()):
        youngest = max(_changed(path) for path in paths)
        if now - youngest > timedelta(days=days):
            rule = f"as_of_days = {days}: it can be built again"
            yield Deletion("as_of", f"marts as of {name}", rule, tuple(paths))


def _logs(settings: Settings, now: datetime) -> Iterator[Deletion]:
    days = settings.retention.log_days
    if days is None:
        return
    for folder in (settings.home / "airflow" / "logs", settings.warehouse / "logs"):
        old = tuple(
            path
            for path in sorted(folder.rglob("*"))
            if path.is_file() and now - _changed(path) > timedelta(days=days)
        )
        if old:
            about = f"{len(old)} files in {folder.relative_to(settings.home)}"
            yield Deletion("log", about, f"log_days = {days}", old)


def _audit(settings: Settings, now: datetime) -> Iterator[Deletion]:
    months = settings.retention.audit_months
    if months is None:
        return
    for path in audit.months_before(settings, first_month_kept(now, months)):
        yield Deletion("audit", f"audit log of {path.stem}", f"audit_months = {months}", (path,))


def first_month_kept(now: datetime, months: int) -> str:
    """The oldest month that stays, when the present one and ``months`` before it do."""
    number = now.year * 12 + now.month - 1 - months
    return f"{number // 12:04}-{number % 12 + 1:02}"


def _snapshots(settings: Settings) -> Iterator[Deletion]:
    folder = settings.backup.folder
    if folder is None or format_of(folder) is None:
        return
    for one in expired(settings, BackupFolder.open(settings, folder)):
        yield Deletion("snapshot", f"backup {one.name}", one.why, snapshot=one.id)


def _changed(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(inner.stat().st_size for inner in path.rglob("*") if inner.is_file())
    return path.stat().st_size if path.exists() else 0
