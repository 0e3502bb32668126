"""Which snapshots may go: some days, some weeks, some months stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from kreishaus.settings import Settings
from kreishaus.store.landing import Landing
from operations.maintenance.backup.folder import BackupFolder, format_of
from operations.maintenance.backup.restic import Listed, Rule


@dataclass(frozen=True)
class Expired:
    """A snapshot that may go, and why."""

    id: str
    name: str
    why: str


def expired(settings: Settings, backup: BackupFolder) -> list[Expired]:
    """The snapshots that the rules let go, oldest first. Raises ``BackupRefused``.

    The newest one stays, and the newest that was verified. One that holds a file whose figures had
    to be erased, or of which only the canonical table may stay, goes in any case, once a verified
    one without it is there.
    """
    there = backup.listed()
    if not there:
        return []
    kept = settings.backup
    outside = backup.repository.outside(Rule(kept.daily, kept.weekly, kept.monthly))
    verified = backup.verified()
    newest_verified = [one.id for one in there if one.id in verified][-1:]
    stay = {there[-1].id, *newest_verified}
    why = {
        one.id: "not among the last days, weeks and months that are kept"
        for one in there
        if one.id in outside - stay
    }
    holding = _holding_erased(settings, backup, there)
    if newest_verified and not holding & set(newest_verified):
        why |= dict.fromkeys(holding, "holds a file that was erased or reduced")
    return [Expired(one.id, one.name, why[one.id]) for one in there if one.id in why]


def _holding_erased(settings: Settings, backup: BackupFolder, there: Sequence[Listed]) -> set[str]:
    """Those of the snapshots that hold an erased file: its bytes, or the figures staged from it."""
    names = [name for sha256, path in erased_files(settings).items() for name in (sha256, path)]
    if not names:
        return set()
    return {one.id for one in there} & backup.repository.holding(names).keys()


def erased_files(settings: Settings) -> dict[str, str]:
    """The landed files that no backup may hold any longer: hash -> name of the file.

    They went together with their figures, or a canonical table took their place.
    """
    return {
        tombstone.sha256: landing.path(tombstone.sha256).name
        for folder in settings.landing.glob("*/*")
        for landing in [Landing(settings.landing, folder.parent.name, folder.name)]
        for tombstone in landing.tombstones()
        if tombstone.what in ("figures", "reduced")
    }


def saved_and_verified(settings: Settings, folder: Path | None, now: datetime) -> frozenset[str]:
    """The landed files that the newest verified snapshot holds; none if that is too long ago.

    Raises ``BackupRefused``.
    """
    if folder is None or format_of(folder) is None:
        return frozenset()
    backup = BackupFolder.open(settings, folder)
    oldest = now - timedelta(days=settings.backup.verified_days)
    young = {id_ for id_, verified_at in backup.verified().items() if verified_at >= oldest}
    found = [one for one in backup.listed() if one.id in young] if young else []
    return backup.snapshot(found[-1]).contents if found else frozenset()
