"""What lies in the drop folder of papers: CSV files, one per printed table."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from ingest.model import Request, SourceUnavailable

if TYPE_CHECKING:
    from ingest.http import Client
    from ingest.settings import Settings

log = logging.getLogger(__name__)

LEFT_OVER = ("~$", ".", "thumbs.db", "desktop.ini")
"""What office programs and file servers leave behind while somebody looks at a folder."""

TABLES = (".csv", ".txt", ".xlsx", ".xls", ".ods")
"""Also workbooks are offered: they are refused with a reason instead of lying unseen."""


def tables(settings: Settings, client: Client, dataset_name: str) -> list[Request]:
    """The tables in the drop folder, by name. Raises ``SourceUnavailable`` without the folder."""
    folder = settings.drop_folder("papers")
    try:
        paths = sorted(path for path in folder.iterdir() if path.is_file())
    except OSError as error:
        raise SourceUnavailable(
            f"drop folder {folder} cannot be read ({error.strerror}): is the share mounted?"
        ) from error
    offered = []
    for path in paths:
        if path.name.casefold().startswith(LEFT_OVER):
            continue
        if path.suffix.casefold() not in TABLES:
            log.warning("drop folder %s: %s is no table and was not opened", folder, path.name)
            continue
        offered.append(
            Request(
                identity=f"papers/drop/{path.name}",
                label=path.name,
                path=str(path),
                extension=path.suffix.lstrip(".").casefold(),
            )
        )
    return offered
