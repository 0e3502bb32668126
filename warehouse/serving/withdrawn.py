"""What PostgreSQL serves after a version was withdrawn."""

from __future__ import annotations

from kreishaus.settings import Settings
from warehouse import versions
from warehouse.serving.connection import connected
from warehouse.serving.load import Loads, load
from warehouse.serving.publication import publication
from warehouse.serving.readers import GROUPS


def replace_withdrawn(settings: Settings) -> Loads | None:
    """Serve the current version where a database serves a withdrawn one; None where none does.

    Raises ``NothingPublished`` where a withdrawn version is served and no other is left, and
    ``ServingFailed`` as ``load`` does: readers then go on reading the withdrawn one.
    """
    if any(serves_withdrawn(settings, audience) for audience in GROUPS):
        return load(settings)
    return None


def serves_withdrawn(settings: Settings, audience: versions.Audience) -> bool:
    """Whether the readers of a database read what must no longer be relied on."""
    with connected(settings, audience) as connection:
        served = publication(connection)
    return served is not None and versions.is_withdrawn(
        settings, settings.published / served.version
    )
