"""Which landed files a dataset's own rule lets go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path

from kreishaus.actor import current_actor
from kreishaus.datasets import Dataset
from kreishaus.settings import Retention, Settings
from kreishaus.store.batches import Version, versions
from kreishaus.store.dataset_store import DatasetStore
from kreishaus.store.landing import Landing, Tombstone, What


def due_files(
    settings: Settings, entry: Dataset, now: datetime
) -> Iterator[tuple[Tombstone, Path]]:
    """The files of a dataset that are due, each with the tombstone it will leave.

    A file that was not judged yet stays in any case. Raises ``ValueError`` for a rule of days about
    a dataset that is no snapshot.
    """
    rule = entry.retention_in(settings)
    if rule is None:
        return
    if rule.daily_days is not None and not entry.snapshot:
        raise ValueError(f"{entry.id}: daily_days is for datasets that are asked each day")
    store = DatasetStore.of(settings, entry.source, entry.name)
    present = set(store.landing.readable())
    staged = {record.sha256: record for record in store.staging.records()}
    known = list(versions(store.landing, staged.values()))
    if rule.after_days is not None:
        cutoff = now - timedelta(days=rule.after_days)
        words = _words(entry, rule)
        for sha256 in sorted(_old(known, rule, cutoff) & present):
            made = tombstone(store.landing, sha256, rule.what, words, rule.reason, now)
            period = staged[sha256].period
            yield about(made, period), store.landing.path(sha256)
        if rule.in_force_too:
            for file in store.quarantine.files():
                sha256 = file.record.sha256
                if file.record.retrieved_at < cutoff and sha256 in present - staged.keys():
                    made = tombstone(store.landing, sha256, "quarantined", words, rule.reason, now)
                    yield made, store.landing.path(sha256)
    if rule.daily_days is not None:
        first_daily = (now - timedelta(days=rule.daily_days)).date()
        words = f"{entry.id}: every day for {rule.daily_days} days, then the first of each month"
        for sha256 in sorted(_thinned(store.landing, staged, first_daily) & present):
            made = tombstone(store.landing, sha256, "thinned", words, rule.reason, now)
            yield about(made, staged[sha256].period), store.landing.path(sha256)


def unfinished(settings: Settings, entry: Dataset) -> Iterator[tuple[Tombstone, Path]]:
    """Files that have their tombstone and were not deleted whole: a kill came between."""
    store = DatasetStore.of(settings, entry.source, entry.name)
    for buried in store.landing.tombstones():
        path = store.landing.path(buried.sha256)
        figures_left = buried.what != "bytes" and (
            store.staging.record(buried.sha256) or store.quarantine.record(buried.sha256)
        )
        if path.exists() or figures_left:
            yield buried, path


def tombstone(
    landing: Landing, sha256: str, what: What, rule: str, reason: str, now: datetime
) -> Tombstone:
    """What a file that goes now will leave."""
    sidecar = landing.sidecar(sha256)
    return Tombstone(
        source=landing.source,
        dataset=landing.dataset,
        sha256=sha256,
        label=sidecar.label,
        period=None,
        size=sidecar.size,
        retrieved_at=sidecar.retrieved_at,
        what=what,
        rule=rule,
        reason=reason,
        deleted_at=now,
        deleted_by=f"{current_actor().user}@{current_actor().host}",
    )


def about(made: Tombstone, period: str | None) -> Tombstone:
    """The same, saying what the file was about."""
    return replace(made, period=period)


def _words(entry: Dataset, rule: Retention) -> str:
    in_force = "in force or not" if rule.in_force_too else "unless in force"
    return f"{entry.id}: {rule.what} go {rule.after_days} days after retrieval, {in_force}"


def _old(known: list[Version], rule: Retention, cutoff: datetime) -> set[str]:
    """The versions that are due. The figures in force go only with all others of their period:
    an earlier version must not come back into force because the one that replaced it went."""
    due = set()
    for _, of_period in groupby(known, key=lambda version: version.record.period):
        period = list(of_period)
        old = {one.record.sha256 for one in period if one.record.retrieved_at < cutoff}
        in_force = period[-1].record.sha256
        all_old = old == {one.record.sha256 for one in period}
        if in_force in old and not (rule.in_force_too and (rule.what == "bytes" or all_old)):
            old.discard(in_force)
        due |= old
    return due


def _thinned(landing: Landing, staged: Iterable[str], first_daily: date) -> set[str]:
    """The answers that were seen before ``first_daily`` only, and are no month's first."""
    seen: dict[str, set[date]] = {sha256: set() for sha256 in staged}
    for sha256, _, _, day in landing.seen():
        if sha256 in seen:
            seen[sha256].add(day)
    first_of: dict[tuple[int, int], tuple[date, str]] = {}
    for sha256, days in seen.items():
        for day in days:
            month = (day.year, day.month)
            first_of[month] = min(first_of.get(month, (day, sha256)), (day, sha256))
    first = {sha256 for _, sha256 in first_of.values()}
    return {
        sha256
        for sha256, days in seen.items()
        if days and max(days) < first_daily and sha256 not in first
    }
