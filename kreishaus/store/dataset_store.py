"""Landing, staged and quarantine of one dataset, side by side."""

from __future__ import annotations

from dataclasses import dataclass

from kreishaus.settings import Settings
from kreishaus.store.landing import Landing
from kreishaus.store.quarantine import Quarantine
from kreishaus.store.staging import Staging


@dataclass(frozen=True)
class DatasetStore:
    """Landing, staged and quarantine of one dataset, side by side."""

    landing: Landing
    staging: Staging
    quarantine: Quarantine

    @classmethod
    def of(
        cls, settings: Settings, source: str, name: str, reason: str | None = None
    ) -> DatasetStore:
        return cls(
            Landing(settings.landing, source, name, reason),
            Staging(settings.staged, source, name),
            Quarantine(settings.quarantine, source, name, settings.language),
        )
