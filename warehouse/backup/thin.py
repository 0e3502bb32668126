"""Which snapshots may go: some days, some weeks, some months stay; contents nobody names go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from ingest.landing import Landing
from ingest.settings import Backups, Settings
from warehouse.backup.store import Snapshot, Store


@dataclass(frozen=True)
class Doomed:
    """A snapshot that may go, and why."""

    name: str
    why: str


def doomed(settings: Settings, store: Store) -> list[Doomed]:
    """The snapshots that the rule lets go. Raises ``DamagedBackup`` when one cannot be read.

    The newest one stays, and the newest that was verified. One that holds a file whose figures had
    to be erased goes in any case, once a verified one without it is there.
    """
    snapshots = store.snapshots()
    verified = [snapshot for snapshot in snapshots if store.verified_at(snapshot)]
    newest = {one.name for one in (*snapshots[-1:], *verified[-1:])}
    stay = newest | kept(snapshots, settings.backup)
    found = [
        Doomed(one.name, "not among the last days, weeks and months that are kept")
        for one in snapshots
        if one.name not in stay
    ]
    erased = erased_files(settings)
    if verified and not verified[-1].contents & erased:
        found += [
            Doomed(one.name, "holds a file whose figures were erased")
            for one in snapshots
            if one.name in stay and one.contents & erased
        ]
    return sorted(found, key=lambda one: one.name)


def kept(snapshots: Sequence[Snapshot], rule: Backups) -> set[str]:
    """The newest of each of the last days, weeks and months that have a snapshot."""
    return {
        *_newest_of_each(snapshots, rule.daily, lambda at: at.date()),
        *_newest_of_each(snapshots, rule.weekly, lambda at: at.isocalendar()[:2]),
        *_newest_of_each(snapshots, rule.monthly, lambda at: (at.year, at.month)),
    }


def _newest_of_each(
    snapshots: Sequence[Snapshot], number: int, span: Callable[[datetime], object]
) -> Iterable[str]:
    newest = {span(one.made_at): one.name for one in sorted(snapshots, key=lambda one: one.made_at)}
    return list(newest.values())[-number:] if number else []


def erased_files(settings: Settings) -> frozenset[str]:
    """The landed files that went together with their figures."""
    return frozenset(
        tombstone.sha256
        for folder in settings.landing.glob("*/*")
        for tombstone in Landing(settings.landing, folder.parent.name, folder.name).tombstones()
        if tombstone.what == "figures"
    )


def saved_and_verified(settings: Settings, folder: Path | None, now: datetime) -> frozenset[str]:
    """The contents that the newest verified snapshot holds; none if that is too long ago."""
    if folder is None or not folder.exists():
        return frozenset()
    store = Store.open(folder, settings.county.ags)
    for snapshot in reversed(store.snapshots()):
        verified = store.verified_at(snapshot)
        if verified and now - verified <= timedelta(days=settings.backup.verified_days):
            return snapshot.contents
    return frozenset()
