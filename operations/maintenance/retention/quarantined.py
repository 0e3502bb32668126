"""Files in quarantine that nobody offers any more: after a while nobody will mend them either."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from kreishaus.datasets import Dataset
from kreishaus.settings import Settings
from kreishaus.store.dataset_store import DatasetStore
from kreishaus.store.landing import Tombstone
from operations.maintenance.retention.landed import tombstone

REASON = "It never became figures, and its source has not offered it any more since."


def expired_files(
    settings: Settings, entry: Dataset, now: datetime
) -> Iterator[tuple[Tombstone, Path]]:
    """The quarantined files of a dataset that were offered last ``quarantine_days`` ago."""
    days = settings.retention.quarantine_days
    if days is None:
        return
    store = DatasetStore.of(settings, entry.source, entry.name)
    present = set(store.landing.readable())
    for file in store.quarantine.files():
        sha256 = file.record.sha256
        if sha256 not in present:
            continue
        offered = store.landing.last_seen(sha256) or file.record.retrieved_at
        if now - offered > timedelta(days=days):
            rule = f"quarantine_days = {days}"
            made = tombstone(store.landing, sha256, "quarantined", rule, REASON, now)
            yield made, store.landing.path(sha256)
