"""A file in words without its name: the name may be a person's, and stays in its folder alone."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from kreishaus.terminal import printable_name
from kreishaus.wording import say


def place_in_folder(path: Path) -> str:
    """Where a file is among its neighbours, when it was saved, and the folder."""
    try:
        names = sorted(one.name for one in path.parent.iterdir())
        saved = datetime.fromtimestamp(path.stat().st_mtime)
        index = names.index(path.name) + 1
    except (OSError, ValueError):  # taken away meanwhile
        return say("a dropped file")
    return say(
        "file {index} of {count} by name, saved {saved:%Y-%m-%d %H.%M}: in {parent}",
        index=index,
        count=len(names),
        saved=saved,
        parent=printable_name(str(path.parent)),
    )
