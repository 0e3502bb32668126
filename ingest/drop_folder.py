"""What lies in a folder that officers drop files into: the files, and what is wrong with an entry.

The one scanner of all sources. An entry that cannot be taken (a dangling link, a pipe, a name that
is no UTF-8) is a finding about itself; the rest of the folder is taken.
"""

from __future__ import annotations

import logging
import os
import stat
import time
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kreishaus.file_places import place_in_folder
from kreishaus.model import Request, SourceUnavailable
from kreishaus.terminal import printable_name
from kreishaus.wording import say

log = logging.getLogger(__name__)

LEFT_OVER = ("~$", ".", "thumbs.db", "desktop.ini")
"""How the names begin of what office programs and file servers leave behind while somebody looks
at a folder."""
COPYING_SECONDS = 300
"""An incomplete file that still changed this recently is being copied; an older one is broken."""
ZIPPED = frozenset([".xlsx", ".xlsm", ".xlsb", ".xltx", ".ods", ".zip"])
"""These end with the directory of their parts, so that a whole one is known by itself."""
ZIP_BEGINS = b"PK\x03\x04"

STRANGERS_NAMED = 20
"""Somebody's whole archive in the folder shall not fill the log, three times a night."""


@dataclass(frozen=True)
class Dropped:
    """An entry of a drop folder. ``name`` can be printed, whatever bytes it is made of.

    ``fault`` says what keeps it from being read, and what to do; None for a plain file.
    """

    path: Path
    name: str
    changed_ns: int = 0
    size: int = 0
    fault: str | None = None
    is_folder: bool = False

    @property
    def suffix(self) -> str:
        """The ending of the name, small, with its dot."""
        return Path(self.name).suffix.casefold()

    @property
    def composed(self) -> str:
        """The name in small letters, each in one sign: a Mac writes "ü" in two."""
        return unicodedata.normalize("NFC", self.name).casefold()

    def request(
        self, source: str, identity: str | None = None, label: str | None = None
    ) -> Request:
        """The file as a source's offer. Its ``identity`` is its name unless one is given."""
        return Request(
            identity=identity or f"{source}/drop/{self.name}",
            label=label or self.name,
            path=str(self.path) if self.fault is None else None,
            extension=self.suffix.lstrip("."),
            fault=self.fault,
        )


def dropped(folder: Path) -> list[Dropped]:
    """Every entry but what programs left over, by name.

    Raises ``SourceUnavailable`` when the folder itself cannot be read.
    """
    try:
        with os.scandir(folder) as entries:
            inside = folder.resolve()
            found = [
                _entry(folder, inside, entry) for entry in entries if not _left_over(entry.name)
            ]
    except OSError as error:
        raise SourceUnavailable(
            say(
                "drop folder {folder} cannot be read ({strerror}): is the share mounted? "
                "May this user read it?",
                folder=folder,
                strerror=error.strerror,
            )
        ) from error
    return sorted(filter(None, found), key=lambda one: one.name)


def is_being_copied(file: Dropped) -> bool:
    """Whether a file has not arrived whole yet; a later visit takes it.

    A text does not say whether it is whole: it is taken as it is.
    """
    if file.fault or file.suffix not in ZIPPED or not changed_lately(file):
        return False
    try:
        with file.path.open("rb") as content:
            begins_so = content.read(4) in (b"", ZIP_BEGINS)
            return begins_so and not zipfile.is_zipfile(content)
    except OSError:
        return False  # what reads it says why it cannot be read


def changed_lately(file: Dropped) -> bool:
    """Whether somebody may still be writing it. A server's clock may be ahead, but not by hours."""
    return abs(time.time() - file.changed_ns / 1e9) < COPYING_SECONDS


def not_taken(folder: Path, entries: Iterator[Dropped], expected: str) -> None:
    """Say in the log which entries are no file of any dataset; a folder of old files is nothing.

    Nobody opened them, so their names may be persons': only their places are said.
    """
    strangers = [entry for entry in entries if not entry.is_folder]
    for entry in strangers[:STRANGERS_NAMED]:
        log.warning(
            "%s: is taken for nothing and was not opened; expected %s. Rename it, or take it away "
            "if it holds data of persons",
            place_in_folder(folder / entry.path.name),
            expected,
        )
    if len(strangers) > STRANGERS_NAMED:
        more = f"{len(strangers) - STRANGERS_NAMED:,}"
        log.warning("drop folder %s: and %s more that are taken for nothing", folder, more)


def _left_over(name: str) -> bool:
    return name.casefold().startswith(LEFT_OVER)


def _entry(folder: Path, inside: Path, entry: os.DirEntry[str]) -> Dropped | None:
    """What an entry is; None for one that somebody took away meanwhile."""
    name = printable_name(entry.name)
    path = folder / entry.name
    if not _is_utf8(entry.name):
        return Dropped(path, name, fault=say("its name is no UTF-8: rename it, in plain letters"))
    if name != entry.name:
        fault = say("its name holds signs that cannot be printed: rename it, in plain letters")
        return Dropped(path, name, fault=fault)
    try:
        if entry.is_symlink():
            path = path.resolve(strict=True)
            if not path.is_relative_to(inside):
                fault = say("is a link that leads out of the drop folder: drop the file itself")
                return Dropped(path, name, fault=fault)
        state = entry.stat()
    except (OSError, RuntimeError) as error:  # a link to itself is a RuntimeError of pathlib's
        why = getattr(error, "strerror", None) or say("it leads to itself")
        if entry.is_symlink():
            fault = say("is a link that leads nowhere ({why}): drop the file itself", why=why)
        elif isinstance(error, FileNotFoundError):
            return None
        else:
            fault = say("cannot be looked at ({why}): let this user read it", why=why)
        return Dropped(path, name, fault=fault)
    if stat.S_ISREG(state.st_mode):
        return Dropped(path, name, state.st_mtime_ns, state.st_size)
    is_folder = stat.S_ISDIR(state.st_mode)
    kind = say("a folder") if is_folder else say("a device or pipe")
    return Dropped(path, name, fault=say("is {kind}, and no file", kind=kind), is_folder=is_folder)


def _is_utf8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
