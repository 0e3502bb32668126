"""The workbooks that lie in the WTG authority's drop folder."""

from __future__ import annotations

import logging
import time
import zipfile
from fnmatch import fnmatch
from pathlib import Path

from ingest.http import Client
from ingest.model import Request, SourceUnavailable
from ingest.settings import Settings

log = logging.getLogger(__name__)

PATTERN = "wtg_stichtag_*.xlsx"
COPYING_SECONDS = 300
"""An incomplete file that still changed this recently is being copied; an older one is broken."""
_NOT_FOR_US = ("~$", ".")
"""Excel's lock files; hidden and temporary files."""


def workbooks(settings: Settings, client: Client, name: str) -> list[Request]:
    """Every ``WTG_Stichtag_*.xlsx`` that is not still being copied, in the order of its name.

    A workbook ends with the directory of its parts, so one without it is incomplete: it is left
    for the next run while it may still grow, and offered (and then refused with a reason) once it
    does not. Raises ``SourceUnavailable`` naming the folder when it is not there.
    """
    folder = settings.drop_folder("wtg")
    if not folder.is_dir():
        raise SourceUnavailable(
            f"wtg/{name}: the drop folder {folder} does not exist; create it, or correct "
            f"[source.wtg] drop_folder in {settings.county_file}"
        )
    return [
        Request(identity=path.name, label=path.name, path=str(path), extension="xlsx")
        for path in sorted(folder.iterdir())
        if _is_workbook(path) and not _is_being_copied(path)
    ]


def _is_workbook(path: Path) -> bool:
    if path.name.startswith(_NOT_FOR_US) or not path.is_file():
        return False
    if fnmatch(path.name.casefold(), PATTERN):
        return True
    log.warning("%s is not called WTG_Stichtag_YYYY-MM-DD.xlsx and is not read", path)
    return False


def _is_being_copied(path: Path) -> bool:
    if zipfile.is_zipfile(path):
        return False
    return time.time() - path.stat().st_mtime < COPYING_SECONDS
