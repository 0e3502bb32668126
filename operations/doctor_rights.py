"""What other users of the machine can open that they should not: for ``kreishaus doctor``."""

from __future__ import annotations

import grp
import os
import pwd
import stat
from collections.abc import Iterator
from pathlib import Path

from kreishaus.rights import Wrong, wrong_rights
from kreishaus.settings import REPOSITORY, Settings
from kreishaus.wording import joined, say

LOOKS = 200_000
"""So many names are looked at; a home folder that has more is closed at its doors all the same."""
FIRST_PERSON, NOBODY = 1000, 65534
MOUNTED = Path("/run/secrets")
"""Where a container has its secrets: readable in there, and for nobody else."""


def rights(settings: Settings) -> Iterator[str]:
    """Every error about rights, as a sentence that says what to do."""
    found = list(wrong_rights(settings, LOOKS))
    yield from _modes([wrong for wrong in found if wrong.ours])
    yield from _owners(settings.home, [wrong for wrong in found if not wrong.ours])
    yield from _group(settings.home)
    yield from _secrets()
    yield from _backup(settings)


def open_to_others(folder: Path) -> str:
    """An error about a folder of exact figures that every user can look into; empty if none."""
    if _mode(folder) & 0o007:
        return say(
            "{folder}: every user of this machine can look into it: chmod o= {folder}, "
            "and give those who need it a group.",
            folder=folder,
        )
    return ""


def _modes(wrong: list[Wrong]) -> Iterator[str]:
    if wrong:
        first = wrong[0]
        more = say(", and so have {count} more", count=len(wrong) - 1) if len(wrong) > 1 else ""
        yield (
            say(
                "{path} has the rights {found:04o} instead of {mode:04o}{more}: run "
                "`kreishaus upgrade`, which sets them.",
                path=first.path,
                found=first.found,
                mode=first.mode,
                more=more,
            )
        )


def _owners(home: Path, foreign: list[Wrong]) -> Iterator[str]:
    if foreign:
        owner = _user(home.stat().st_uid)
        more = say(", and so do {count} more", count=len(foreign) - 1) if len(foreign) > 1 else ""
        yield (
            say(
                "{path} belongs to another user than {home}{more}: Kreishaus may be unable "
                "to write or to close it. chown -R {owner} {home}, and run Kreishaus as "
                "{owner} only.",
                path=foreign[0].path,
                home=home,
                more=more,
                owner=owner,
            )
        )


def _group(home: Path) -> Iterator[str]:
    """A group that accounts have by default was chosen by nobody to read exact figures."""
    if not home.is_dir():
        return
    entry = home.stat()
    others = [
        account.pw_name
        for account in pwd.getpwall()
        if account.pw_gid == entry.st_gid
        and account.pw_uid != entry.st_uid
        and FIRST_PERSON <= account.pw_uid != NOBODY
    ]
    if others and stat.S_IMODE(entry.st_mode) & 0o070:
        name = _group_name(entry.st_gid)
        yield (
            say(
                "{home} belongs to the group {name}, which is that of {others} too: they "
                "can read everything exact. Give the home folder a group of its own: chgrp "
                "-R kreishaus {home}",
                home=home,
                name=name,
                others=joined(others[:3], ", "),
            )
        )


def _secrets() -> Iterator[str]:
    named = [
        Path(value)
        for name, value in sorted(os.environ.items())
        if name.startswith("KREISHAUS_") and name.endswith(("PASSWORD_FILE", "KEY_FILE")) and value
    ]
    for path in (REPOSITORY / ".env", REPOSITORY / "secrets", *named):
        if not path.is_relative_to(MOUNTED) and _mode(path) & 0o007:
            yield say("{path}: every user of this machine can read it: chmod o= {path}", path=path)


def _backup(settings: Settings) -> Iterator[str]:
    folder = settings.backup.folder
    if folder and _mode(folder) & 0o077:
        yield say(
            "The backup folder {folder} is open to others than its owner: chmod 0700 {folder}",
            folder=folder,
        )


def _mode(path: Path) -> int:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return 0


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _group_name(number: int) -> str:
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)
