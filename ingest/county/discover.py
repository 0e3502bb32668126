"""Which lists lie in the folder of the county."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.county.tables import TABLES
from ingest.drop_folder import dropped, not_taken
from kreishaus.county_folder import COUNTY_TOML
from kreishaus.model import Request
from kreishaus.wording import joined, say

if TYPE_CHECKING:
    from ingest.drop_folder import Dropped
    from ingest.http import Client
    from kreishaus.settings import Settings


def lists(settings: Settings, client: Client, dataset_name: str) -> list[Request]:
    """The lists of the county, by name. Raises ``SourceUnavailable`` without its folder."""
    entries = [one for one in dropped(settings.county_folder) if one.name != COUNTY_TOML]
    strangers = (entry for entry in entries if not _is_list(entry))
    not_taken(
        settings.county_folder,
        strangers,
        say("a list ({tables}) as .csv", tables=joined(TABLES, ", ")),
    )
    return [
        entry.request("county", identity=f"county/{settings.county.ags}/{entry.name}")
        for entry in entries
        if _is_list(entry)
    ]


def _is_list(entry: Dropped) -> bool:
    return entry.suffix == ".csv" and entry.name.removesuffix(".csv") in TABLES
