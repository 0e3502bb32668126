"""What lies in the WTG authority's drop folder: files of a reference date, exports of its register.

What lies in the folder counts. Of several files of one date the one that was changed last stands
for the date; the others are landed once, so that they stay known. An old file that is renamed or
copied there later does not displace the newest; taking the newest away brings the one before back.
"""

from __future__ import annotations

import hashlib
import logging
import re
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from ingest.http import Client
from ingest.landing import Landing
from ingest.model import Request, SourceUnavailable
from ingest.settings import Settings

log = logging.getLogger(__name__)

NAMES = {
    "stichtag": re.compile(r"wtg[ _-]*stichtag", re.IGNORECASE),
    "register": re.compile(r"wtg[ _-]*register", re.IGNORECASE),
}
"""How the name of a dataset's file begins; the rest is the date and whatever an officer adds."""
OFFICE_FILES = frozenset(
    [".xlsx", ".zip", ".csv", ".xls", ".xlsm", ".xlsb", ".xltx", ".ods", ".txt", ""]
)
"""Also what cannot be read is offered: it is refused with a reason instead of lying unseen."""
EXPECTED = "WTG_Stichtag_YYYY-MM-DD.xlsx (or .zip), WTG_Register_YYYY-MM-DD.xlsx (or .csv)"
COPYING_SECONDS = 300
"""An incomplete file that still changed this recently is being copied; an older one is broken."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NOT_FOR_US = ("~$", ".", "thumbs.db", "desktop.ini")
"""Excel's lock files; hidden and temporary files."""


def workbooks(settings: Settings, client: Client, name: str) -> list[Request]:
    """The files called ``WTG_Stichtag_...`` that are not still being copied, oldest first.

    Raises ``SourceUnavailable`` naming the folder when it cannot be read.
    """
    return _offered(settings, name)


def register_exports(settings: Settings, client: Client, name: str) -> list[Request]:
    """The files called ``WTG_Register_...``, as ``workbooks``."""
    return _offered(settings, name)


@dataclass(frozen=True)
class _Dropped:
    """A file in the folder. ``identity`` is one for all files of a date: a correction is the same
    thing at another time."""

    path: Path
    identity: str
    changed_ns: int

    @property
    def age(self) -> tuple[int, str]:
        """What sorts files by their last change; in doubt "..._korrigiert" is the later one."""
        return self.changed_ns, self.path.stem

    def is_unknown(self, landing: Landing) -> bool:
        try:
            return not landing.has(hashlib.sha256(self.path.read_bytes()).hexdigest())
        except OSError:
            return True  # The visit says what is wrong with it.

    @property
    def is_being_copied(self) -> bool:
        """Whether it may still grow. A workbook ends with the directory of its parts, so a whole
        one is known by itself; a text is not."""
        suffix = self.path.suffix.lower()
        if suffix not in (".xlsx", ".zip", ".csv"):
            return False
        if suffix != ".csv" and zipfile.is_zipfile(self.path):
            return False
        return time.time() - self.changed_ns / 1e9 < COPYING_SECONDS


def _offered(settings: Settings, name: str) -> list[Request]:
    landing = Landing(settings.landing, "wtg", name)
    offered = []
    by_date = sorted(_files(settings, name), key=lambda file: (file.identity, *file.age))
    for _, of_one_date in groupby(by_date, key=lambda file: file.identity):
        *older, newest = of_one_date
        offered += [*(file for file in older if file.is_unknown(landing)), newest]
    return [
        Request(
            identity=file.identity,
            label=file.path.name,
            path=str(file.path),
            extension=file.path.suffix.lstrip(".").lower() or "bin",
        )
        for file in sorted(offered, key=lambda file: file.age)
        if not file.is_being_copied
    ]


def _files(settings: Settings, name: str) -> Iterator[_Dropped]:
    folder = settings.drop_folder("wtg")
    try:
        found = [(path, path.stat()) for path in sorted(folder.iterdir())]
    except OSError as error:
        raise SourceUnavailable(
            f"wtg/{name}: the drop folder {folder} does not exist or cannot be read "
            f"({error.strerror}); create it, mount it, or correct [source.wtg] drop_folder in "
            f"{settings.county_file}"
        ) from error
    for path, state in found:
        if path.name.casefold().startswith(_NOT_FOR_US):
            continue
        kind = next((one for one, begins in NAMES.items() if begins.match(path.name)), None)
        if path.is_dir() or kind is None or path.suffix.lower() not in OFFICE_FILES:
            log.warning("%s is not read; expected a file called %s", path, EXPECTED)
        elif kind == name:
            yield _Dropped(path, _identity(path.name, kind), state.st_mtime_ns)


def _identity(file_name: str, kind: str) -> str:
    """The plain name of a date's file, whatever an officer added to it."""
    match = _DAY.search(file_name)
    return f"WTG_{kind.capitalize()}_{match[0]}.xlsx" if match else file_name
