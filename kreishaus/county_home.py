"""Whose home a folder is: the files of two counties never lie in one.

    <home>/county.json            {"county_ags": "05162"}
    <home>/counties/<ags>/...     the homes of further counties

What a county's authorities hand in is the county's alone, by law: another county that is run with
the same ``KREISHAUS_HOME`` has a home of its own in there, with landing, warehouse, published
versions and reports.
"""

from __future__ import annotations

import errno
import json
import re
from pathlib import Path

from kreishaus.files import create_json
from kreishaus.wording import say

KEY = re.compile(r"[0-9]{5}")
FILE = "county.json"
FURTHER = "counties"


class NotItsHome(ValueError):
    """The home is another county's. The message says what to do."""


NOT_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
"""There is no home, or none that is a folder: what works in it says so."""


def home_of(root: Path, county_ags: str) -> Path:
    """The home of a county in ``root``: ``root`` itself where it is nobody's, or its own."""
    return root if owner(root) in (None, county_ags) else root / FURTHER / county_ags


def owner(home: Path) -> str | None:
    """The key of the county whose home it is; None where nobody has used it yet.

    Raises ``ValueError`` for a file that says no key.
    """
    try:
        said = json.loads((home / FILE).read_bytes())["county_ags"]
        if not isinstance(said, str) or not KEY.fullmatch(said):
            raise ValueError(f"it says {said!r}")
    except OSError as fault:
        if fault.errno in NOT_THERE:
            return None
        raise
    except (ValueError, KeyError, TypeError, RecursionError) as fault:
        raise ValueError(
            f'{home / FILE}: expected {{"county_ags": "05162"}}, which says whose home it is; it '
            f"cannot be read ({fault}). Nothing was read or changed"
        ) from fault
    return said


def claim(home: Path, county_ags: str) -> bool:
    """Note whose home it is, where nobody has used it yet; whether that was so.

    Of two counties that come at the same time one has it. Raises ``NotItsHome`` for the other, and
    for a county whose settings are older than the note.
    """
    if new := owner(home) is None:
        new = create_json(home / FILE, {"county_ags": county_ags})
    if (whose := owner(home)) != county_ags:
        raise NotItsHome(
            say(
                "{home} has become the home of county {whose} since county {county_ags} "
                "looked: start again, then it has {home_2}. Nothing was changed",
                home=home,
                whose=whose,
                county_ags=county_ags,
                home_2=home / FURTHER / county_ags,
            )
        )
    return new
