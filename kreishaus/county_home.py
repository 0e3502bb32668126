"""Whose home a folder is: the files of two counties never lie in one.

    <home>/county.json            {"county_ags": "05162"}
    <home>/counties/<ags>/...     the homes of further counties

What a county's authorities hand in is the county's alone, by law: another county that is run with
the same ``KREISHAUS_HOME`` has a home of its own in there, with landing, warehouse, published
versions and reports.
"""

from __future__ import annotations

import json
from pathlib import Path

from kreishaus.files import write_json_atomically

FILE = "county.json"
FURTHER = "counties"


def home_of(root: Path, county_ags: str) -> Path:
    """The home of a county in ``root``: ``root`` itself where it is nobody's, or its own."""
    return root if owner(root) in (None, county_ags) else root / FURTHER / county_ags


def owner(home: Path) -> str | None:
    """The key of the county whose home it is; None where nobody has used it yet.

    Raises ``ValueError`` for a file that says no key.
    """
    try:
        said = json.loads((home / FILE).read_bytes())["county_ags"]
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as fault:
        raise ValueError(
            f'{home / FILE}: expected {{"county_ags": "05162"}}, which says whose home it is; it '
            f"cannot be read ({fault}). Nothing was read or changed"
        ) from fault
    return str(said)


def claim(home: Path, county_ags: str) -> None:
    """Note whose home it is, where nobody has used it yet."""
    if owner(home) is None:
        write_json_atomically(home / FILE, {"county_ags": county_ags})
