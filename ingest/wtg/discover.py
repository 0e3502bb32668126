"""What lies in the WTG authority's drop folder: files of a reference date, exports of its register.

What lies in the folder counts. Of several files of one date the one that was changed last stands
for the date; the others are landed once, so that they stay known. An old file that is renamed or
copied there later does not displace the newest; taking the newest away brings the one before back.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from ingest.drop_folder import Dropped, changed_lately, dropped, is_being_copied, not_taken
from ingest.http import Client
from ingest.wtg.contacts import strip_list, strip_workbook
from ingest.wtg.stated_dates import NoSuchDay, days_of_name
from kreishaus.model import FileRejected, Request, SourceUnavailable
from kreishaus.settings import Settings
from kreishaus.store.landing import Landing
from kreishaus.wording import say

NAMES = {
    "stichtag": re.compile(r"wtg[ _-]*stichtag", re.IGNORECASE),
    "register": re.compile(r"wtg[ _-]*register", re.IGNORECASE),
}
"""How the name of a dataset's file begins; the rest is the date and whatever an officer adds."""
STRIPPED = {"stichtag": strip_workbook, "register": strip_list}
"""What of a file lands: by that a file is known."""

OFFICE_FILES = frozenset(
    [".xlsx", ".zip", ".csv", ".xls", ".xlsm", ".xlsb", ".xltx", ".ods", ".txt", ""]
)
"""Also what cannot be read is offered: it is refused with a reason instead of lying unseen."""
EXPECTED = say("WTG_Stichtag_YYYY-MM-DD.xlsx (or .zip), WTG_Register_YYYY-MM-DD.xlsx (or .csv)")


def workbooks(settings: Settings, client: Client, name: str) -> list[Request]:
    """The files called ``WTG_Stichtag_...`` that are not still being copied, oldest first.

    Raises ``SourceUnavailable`` naming the folder when it cannot be read.
    """
    return _offered(settings, name)


def register_exports(settings: Settings, client: Client, name: str) -> list[Request]:
    """The files called ``WTG_Register_...``, as ``workbooks``."""
    return _offered(settings, name)


def _offered(settings: Settings, name: str) -> list[Request]:
    landing = Landing(settings.landing, "wtg", name)
    offered = []
    files = sorted(_files(settings, name), key=lambda file: (_identity(file, name), *_age(file)))
    for _, of_one_date in groupby(files, key=lambda file: _identity(file, name)):
        *older, newest = of_one_date
        offered += [*(file for file in older if _is_unknown(file, landing, settings)), newest]
    return [
        replace(file.request("wtg", identity=_identity(file, name)), extension=_extension(file))
        for file in sorted(offered, key=_age)
        if not (is_being_copied(file) or (file.suffix == ".csv" and changed_lately(file)))
    ]


def _files(settings: Settings, name: str) -> list[Dropped]:
    folder = settings.drop_folder("wtg")
    try:
        entries = dropped(folder)
    except SourceUnavailable as error:
        raise SourceUnavailable(
            say(
                "wtg/{name}: {error}. Create it, mount it, or correct [source.wtg] "
                "drop_folder in {county_file}",
                name=name,
                error=error,
                county_file=settings.county_file,
            )
        ) from error
    not_taken(folder, (entry for entry in entries if _kind(entry) is None), EXPECTED)
    return [entry for entry in entries if _kind(entry) == name]


def _kind(entry: Dropped) -> str | None:
    """The dataset that a file is of, by how its name begins and ends."""
    if entry.suffix not in OFFICE_FILES:
        return None
    return next((one for one, begins in NAMES.items() if begins.match(entry.name)), None)


def _age(file: Dropped) -> tuple[int, str]:
    """What sorts files by their last change; in doubt "..._korrigiert" is the later one."""
    return file.changed_ns, Path(file.name).stem


def _is_unknown(file: Dropped, landing: Landing, settings: Settings) -> bool:
    if file.fault or file.size > settings.http.largest_bytes:
        return True  # The visit says what is wrong with it.
    try:
        content = file.path.read_bytes()
        landed = STRIPPED[landing.dataset](content, file.name, settings).content
        return not landing.has(hashlib.sha256(landed).hexdigest())
    except (OSError, FileRejected):
        return True


def _extension(file: Dropped) -> str:
    return file.suffix.lstrip(".") or "bin"


def _identity(file: Dropped, kind: str) -> str:
    """The plain name of a date's file, whatever an officer added to it: a correction is the same
    thing at another time."""
    try:
        days = days_of_name(file.name)
    except NoSuchDay:
        days = []
    return f"WTG_{kind.capitalize()}_{days[0]}.xlsx" if len(days) == 1 else file.name
