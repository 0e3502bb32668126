"""Taking in the county's own lists before a build: a changed one counts in it at once."""

from __future__ import annotations

from kreishaus.settings import Settings
from pipeline.steps import fetch_new, process_file

DATASET = "county/lists"


def take_county_lists(settings: Settings) -> None:
    """Land and stage what changed in the county's folder since the last time.

    A list that is refused lies in quarantine, as any file: the version before it stays in force.
    Raises ``SourceUnavailable`` where the folder cannot be read.
    """
    for landed in fetch_new(DATASET, settings, "build").pending:
        process_file(landed, settings)
