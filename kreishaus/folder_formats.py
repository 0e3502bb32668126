"""The format of each folder that lasts: a number that says which layout its files have.

    <folder>/format.json    {"format": 2}

A folder that holds something and has no such file has format 1: homes made before there were
numbers. Code that finds another format than its own refuses to read: an older one is brought up to
date by ``kreishaus upgrade`` (``operations/maintenance/migrations``), a newer one needs newer
code.

The number goes up whenever earlier code could not read the folder, or would read it wrongly.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kreishaus.files import TEMPORARY, write_json_atomically
from kreishaus.settings import Settings
from kreishaus.wording import say

FILE = "format.json"
FORMATS: Mapping[str, int] = {
    "landing": 5,
    "staged": 2,
    "published": 2,
    "warehouse": 1,
    "audit": 1,
    "backup": 1,
}
"""Folder -> the format that this code writes and reads. How to raise one:
``operations/maintenance/migrations``.

``backup`` lies outside the home and says its number in a file of its own:
``operations/maintenance/backup``.
"""
IN_THE_HOME = tuple(name for name in FORMATS if name != "backup")


class WrongFormat(Exception):
    """A folder has another format than this code reads. The message says what to do."""


@dataclass(frozen=True)
class Folder:
    """A folder of a home that has a format of its own. ``format`` is None while it is empty."""

    name: str
    path: Path
    format: int | None

    @property
    def wanted(self) -> int:
        return FORMATS[self.name]


def folders(settings: Settings) -> Iterator[Folder]:
    """Every folder of the home with its format. Raises ``WrongFormat`` for an unreadable one."""
    _require_folder(settings.home)
    for name in IN_THE_HOME:
        path = settings.home / name
        yield Folder(name, path, format_of(path))


def format_of(folder: Path) -> int | None:
    """The format of a folder; None where there is nothing in it yet.

    Raises ``WrongFormat`` when its number cannot be read.
    """
    _require_folder(folder)
    file = folder / FILE
    try:
        if os.path.lexists(file) and not file.is_file():
            raise ValueError("it is no file")
        document = json.loads(file.read_bytes())
        number = document["format"]
        if type(number) is int and number >= 1:
            return number
        raise ValueError(f"the format is {number!r}")
    except (FileNotFoundError, NotADirectoryError):
        return 1 if _holds_something(folder) else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as fault:
        raise WrongFormat(
            say(
                '{file}: expected {{"format": <number>}}, and it cannot be read ({fault}). '
                "Nothing was read or changed. Give this account the right to read it, or "
                "bring the file back from a backup.",
                file=file,
                fault=fault,
            )
        ) from fault


def _require_folder(path: Path) -> None:
    """Raises ``WrongFormat`` where something lies that is no folder, or a link into nowhere."""
    if os.path.lexists(path) and not path.is_dir():
        raise WrongFormat(
            say(
                "{path}: expected a folder, and it is a file, or a link that leads to "
                "none. Nothing was read or changed. Move it away, or mount the disk it "
                "leads to; or name another KREISHAUS_HOME.",
                path=path,
            )
        )


def _holds_something(folder: Path) -> bool:
    if not folder.is_dir():
        return False
    return any(not path.name.startswith(TEMPORARY) for path in folder.iterdir())


def write_format(folder: Path, number: int) -> None:
    """Note the format of a folder: the last step of a migration."""
    write_json_atomically(folder / FILE, {"format": number})


def begin(folder: Path, name: str) -> None:
    """Number the folder ``name`` while it is still empty. Whoever writes into it calls this first.

    Of a folder that holds something already nothing is said here: it has the format that it has.
    """
    if not (folder / FILE).exists() and not _holds_something(folder):
        write_format(folder, FORMATS[name])


def known(settings: Settings) -> Settings:
    """The same settings, once every folder of the home has the format of this code.

    Reads one small file a folder. Raises ``WrongFormat`` with what to do.
    """
    for folder in folders(settings):
        if folder.format is not None and folder.format != folder.wanted:
            raise WrongFormat(_refusal(folder, folder.format))
    return settings


def _refusal(folder: Folder, number: int) -> str:
    if number > folder.wanted:
        return say(
            "{path}: has format {number}, and this code reads format {wanted}: newer "
            "code wrote it. Nothing was read or changed. Use that code, or restore a "
            "backup that was made before the upgrade into an empty KREISHAUS_HOME.",
            path=folder.path,
            number=number,
            wanted=folder.wanted,
        )
    return say(
        "{path}: has format {number}, and this code reads format {wanted}. Nothing "
        "was read or changed. Stop what is running, then `kreishaus upgrade`; "
        "`kreishaus upgrade --check` says beforehand what it will do.",
        path=folder.path,
        number=number,
        wanted=folder.wanted,
    )
