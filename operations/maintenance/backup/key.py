"""The password of the backup: a file that only the user who backs up can read."""

from __future__ import annotations

import stat
from pathlib import Path

from kreishaus.settings import Settings
from operations.maintenance.backup.errors import NoKey

MOUNTED = Path("/run/secrets")
"""Where a container has its secrets: readable in there, where no other account is."""
MAKE_ONE = 'docs/keeping.md, "The key", says how to make one and where to keep its copies'


def password_file(settings: Settings) -> Path:
    """The file that restic reads the password from. Raises ``NoKey`` with what to do."""
    chosen = settings.backup.password_file
    if chosen is None:
        raise NoKey(
            f"{settings.county_file}: [backup] password_file is not set, and a backup is always "
            f"encrypted; {MAKE_ONE}."
        )
    try:
        mode = chosen.stat().st_mode
        empty = not chosen.read_bytes().strip()
    except OSError as error:
        raise NoKey(f"{chosen}: the password file cannot be read ({error.strerror})") from error
    if not stat.S_ISREG(mode):
        raise NoKey(f"{chosen}: the password file is not a file")
    if mode & stat.S_IRWXO and not chosen.is_relative_to(MOUNTED):
        raise NoKey(
            f"{chosen}: every account of this machine may use the password file (mode "
            f"{stat.S_IMODE(mode):04o}): chmod 0400 {chosen}, and change the password if others "
            "have accounts here."
        )
    if empty:
        raise NoKey(f"{chosen}: the password file is empty; {MAKE_ONE}.")
    if chosen.resolve().is_relative_to(settings.home.resolve()):
        raise NoKey(f"{chosen}: is in the home folder, and would be lost with it: {MAKE_ONE}.")
    return chosen.absolute()
