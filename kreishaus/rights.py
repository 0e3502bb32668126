"""Who may read what under the home folder: said once, by path, and held here.

    home/                                   others pass through, and cannot list it
        /published/                         others list it
                  /<version>/               others list it
                            /public/...     everybody reads it
                            /version.json   everybody reads it
                            /...            the owner and its group
        /docs/                              others pass through
             /site-<hash>/...               everybody reads it: the public catalogue
        /county.json                        everybody reads whose home it is
        /counties/                          others pass through
                 /<ags>/...                 the home of a further county: the same again
        /audit, /readers, /dashboards       the owner alone; so are Airflow's keys and passwords
        /landing, /staged, ...              whatever is not named: the owner and its group

Closed folders stand around all that is exact, and are closed before anything is in them: whatever
a library makes in there, by whatever umask, no other user reaches it at any instant.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import chain, islice
from pathlib import Path
from typing import Self

from kreishaus import county_home
from kreishaus.files import (
    CLOSED_FOLDER,
    OPEN_FILE,
    OPEN_FOLDER,
    SECRET_FOLDER,
    closed_umask,
    open_to_all,
)
from kreishaus.settings import Settings

FOR_EVERYBODY = ("public", "version.json")
"""What everybody reads of a published version."""
NAMED = 20
"""So many paths are named of those that could not be repaired."""


class Access(Enum):
    """Who may read something under the home folder."""

    closed = "the owner and its group"
    secret = "the owner alone"
    passage = "others pass through a folder"
    listed = "others list a folder"
    public = "everybody, with all that is in it"


@dataclass(frozen=True)
class Wrong:
    """Something whose rights are ``found`` and should be ``mode``, or that is somebody else's."""

    path: Path
    found: int
    mode: int
    ours: bool


@dataclass(frozen=True)
class Repaired:
    """What a repair did: how much it changed, and what it could not (the first few, by path)."""

    changed: int
    left: tuple[Path, ...]


Look = tuple[Path, os.stat_result, Access]
"""A file or folder, what the system says of it, and who may read it."""


def access(parts: tuple[str, ...]) -> Access:
    """Who may read what lies at ``parts`` under the home folder."""
    match parts:
        case () | ("docs",) | (county_home.FURTHER,):
            return Access.passage
        case (county_home.FILE,):
            return Access.public
        case (county_home.FURTHER, _, *within):
            return access(tuple(within))
        case ("published",):
            return Access.listed
        case ("published", version, *within) if re.match("[0-9]", version):
            if within and within[0] in FOR_EVERYBODY:
                return Access.public
            return Access.closed if within else Access.listed
        case ("docs", site, *_) if re.fullmatch("site-[0-9a-f]+", site):
            return Access.public
        case (_, "format.json"):
            return Access.closed
        case ("audit" | "readers" | "dashboards", *_):
            return Access.secret
        case ("airflow", "secrets.json" | "passwords.json"):
            return Access.secret
        case _:
            return Access.closed


def prepare_home(settings: Settings) -> None:
    """Make the home folder, and close what others shall not reach. Before each step that writes.

    Costs some hundred looks at names, however large the home folder is: of a closed folder only the
    door is looked at. What belongs to another user stays as it is; ``kreishaus doctor`` names it.

    Raises ``OSError`` when there is no home and none can be made, ``NotItsHome`` when it is
    another county's.
    """
    _close_doors(settings)
    if county_home.claim(settings.home, settings.county.ags):
        (settings.home / county_home.FILE).chmod(OPEN_FILE)


def open_as_named(settings: Settings, made: Path, final: Path) -> None:
    """Open what was made aside to those who may read it at ``final``, before it is moved there."""
    kind = access(final.relative_to(settings.home).parts)
    if kind is Access.public:
        open_to_all(made)
    elif kind is Access.listed:
        open_to_all(made / "public")
        if (made / "version.json").exists():
            (made / "version.json").chmod(OPEN_FILE)
        made.chmod(OPEN_FOLDER)


def repair_modes(settings: Settings) -> Repaired:
    """Give everything under the home folder the rights it should have; again, nothing changes.

    Rights are taken, and given only to what is public. Looks at each name once, and once more at
    the doors; changes no content. Doors are closed first, so that whatever is behind them is safe
    from then on. The folder of backups is closed too; what is in it is its own affair.
    """
    changed = _close_doors(settings)
    left: list[Path] = []
    found = chain(Walk.over(settings.home).everything(), _backup(settings.backup.folder))
    for wrong in found:
        if _repair(wrong):
            changed += 1
        elif len(left) < NAMED:
            left.append(wrong.path)
    return Repaired(changed, tuple(left))


def wrong_rights(settings: Settings, at_most: int) -> Iterator[Wrong]:
    """What is open that should be closed, or closed that should be open, or somebody else's.

    Looks at the doors, and at ``at_most`` names in all.
    """
    if settings.home.is_dir():
        walk = Walk.over(settings.home)
        doors = {wrong.path: wrong for wrong in walk.doors()}
        yield from doors.values()
        yield from (one for one in walk.everything(at_most) if one.path not in doors)


@dataclass(frozen=True)
class Walk:
    """A way through a home folder that follows no link but those of its owner at its top.

    Such are a home, or a floor of it, that lies on another disk. ``owner`` is the user to whom the
    home folder belongs: folders of others are not looked into.
    """

    home: Path
    owner: int

    @classmethod
    def over(cls, home: Path) -> Self:
        real = home.resolve()
        return cls(real, real.stat().st_uid)

    def doors(self) -> Iterator[Wrong]:
        """What is wrong with every folder and file that others reach through no closed door.

        Public folders are not looked into.
        """
        return self._wrong(self._from((), behind_doors=False))

    def everything(self, at_most: int | None = None) -> Iterator[Wrong]:
        """What is wrong anywhere, or at the first ``at_most`` names; the public folders first."""
        return self._wrong(islice(chain(self._public(), self._from(())), at_most))

    def _wrong(self, looks: Iterator[Look]) -> Iterator[Wrong]:
        """A file that is public under one name is so under the other, wherever that stands."""
        shared: set[tuple[int, int]] = set()
        for path, entry, kind in looks:
            file = (entry.st_dev, entry.st_ino)
            if kind is Access.public and entry.st_nlink > 1 and stat.S_ISREG(entry.st_mode):
                shared.add(file)
            wrong = self._compared(path, entry, kind)
            if wrong and (kind is Access.public or file not in shared):
                yield wrong

    def _public(self) -> Iterator[Look]:
        """All that is in the public folders."""
        for pattern in ("published/[0-9]*/public", "docs/site-*"):
            for root in sorted(self.home.glob(pattern)):
                parts = root.relative_to(self.home).parts
                if access(parts) is Access.public:
                    yield from self._from(parts)

    def _from(self, start: tuple[str, ...], *, behind_doors: bool = True) -> Iterator[Look]:
        """What lies at ``start`` and below it; of public folders met on the way only the door."""
        waiting = [start]
        while waiting:
            parts = waiting.pop()
            if (found := self._at(parts)) is None:
                continue
            path, entry = found
            kind = access(parts)
            yield path, entry, kind
            goes_in = {
                Access.public: access(start) is Access.public,
                Access.closed: behind_doors,
                Access.secret: behind_doors,
            }.get(kind, True)
            if goes_in and stat.S_ISDIR(entry.st_mode) and entry.st_uid == self.owner:
                waiting += [(*parts, name) for name in _names(path)]

    def _at(self, parts: tuple[str, ...]) -> tuple[Path, os.stat_result] | None:
        """What lies there; None where nothing does, or a link that is not to be followed."""
        path = self.home.joinpath(*parts)
        try:
            entry = path.lstat()
            if not stat.S_ISLNK(entry.st_mode):
                return path, entry
            if len(parts) == 1 and entry.st_uid == self.owner:
                return path.resolve(), path.stat()
        except (OSError, RuntimeError):  # gone meanwhile, closed to us, or a link to itself
            return None
        return None

    def _compared(self, path: Path, entry: os.stat_result, kind: Access) -> Wrong | None:
        """What is wrong with the rights of a file or folder; None where nothing is."""
        folder = stat.S_ISDIR(entry.st_mode)
        if not folder and not stat.S_ISREG(entry.st_mode):
            return None
        found = stat.S_IMODE(entry.st_mode)
        mode = _mode(kind, found, folder=folder)
        ours = entry.st_uid == self.owner
        return None if ours and found == mode else Wrong(path, found, mode, ours)


def _close_doors(settings: Settings) -> int:
    """What ``prepare_home`` does; returns how much it changed."""
    closed_umask()
    _make_home(settings.home)
    found = Walk.over(settings.home).doors()
    # What is to be closed first: then nothing behind it is open when the way there is.
    ordered = sorted(found, key=lambda wrong: bool(wrong.mode & ~wrong.found))
    return sum(_repair(wrong) for wrong in ordered)


def _make_home(home: Path) -> None:
    """Make the home folder; what is missing above it is no part of it, and open as folders are."""
    for parent in reversed([path for path in home.parents if not path.exists()]):
        parent.mkdir(OPEN_FOLDER, exist_ok=True)
        parent.chmod(OPEN_FOLDER)
    home.mkdir(CLOSED_FOLDER, exist_ok=True)


def _backup(folder: Path | None) -> Iterator[Wrong]:
    try:
        if folder and (found := stat.S_IMODE(folder.stat().st_mode)) & ~SECRET_FOLDER:
            yield Wrong(folder, found, found & SECRET_FOLDER, ours=True)
    except OSError:  # not there, or a share that is away
        return


def _names(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir()]
    except OSError:  # gone meanwhile, or closed to us
        return []


def _mode(kind: Access, found: int, *, folder: bool) -> int:
    """The rights that something should have which has ``found``; fewer are good as well."""
    if not folder and kind in (Access.passage, Access.listed):
        kind = Access.closed
    match kind:
        case Access.closed:
            return found & ~0o027
        case Access.secret:
            return found & ~0o077
        case Access.passage:
            return found & ~0o026 | 0o001
        case Access.listed | Access.public:
            return found & ~0o022 | (OPEN_FOLDER if folder else OPEN_FILE)


def _repair(wrong: Wrong) -> bool:
    """Set the rights, unless it is somebody else's or gone. True if they were set."""
    if not wrong.ours or wrong.found == wrong.mode:
        return False
    try:
        # Not through a link: one that was put there since is not what was looked at.
        descriptor = os.open(wrong.path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        os.fchmod(descriptor, wrong.mode)
    except OSError:  # not ours to change, or a disk that can only be read
        return False
    finally:
        os.close(descriptor)
    return True
