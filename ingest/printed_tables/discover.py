"""What lies in the drop folder of papers: CSV files, one per printed table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.drop_folder import dropped, is_being_copied, not_taken
from kreishaus.model import Request
from kreishaus.wording import joined, say

if TYPE_CHECKING:
    from ingest.http import Client
    from kreishaus.settings import Settings

TABLES = (".csv", ".txt", ".xlsx", ".xls", ".ods")
"""Also workbooks are offered: they are refused with a reason instead of lying unseen."""


def tables(settings: Settings, client: Client, dataset_name: str) -> list[Request]:
    """The tables in the drop folder, by name. Raises ``SourceUnavailable`` without the folder."""
    folder = settings.drop_folder("papers")
    entries = dropped(folder)
    strangers = (entry for entry in entries if entry.suffix not in TABLES)
    not_taken(folder, strangers, say("a table ({tables})", tables=joined(TABLES, ", ")))
    return [
        entry.request("papers")
        for entry in entries
        if entry.suffix in TABLES and not is_being_copied(entry)
    ]
