"""How a refused file is told from the others without its name: a name may be a person's.

The name stays in the drop folder alone. What is recorded is the file's place among its neighbours,
when it was saved, and the folder.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from kreishaus.datasets import Dataset
from kreishaus.model import Request
from kreishaus.terminal import printable_name


def unread_file(entry: Dataset, request: Request) -> str:
    """A file that could not be read; by its place where the dataset keeps no name of a file."""
    return refused_file(entry, request) if entry.reduce else request.label


def refused_file(entry: Dataset, request: Request) -> str:
    """A refused file in words; its label where it is no dropped file that is judged first."""
    if (entry.guard or entry.reduce) is None or request.path is None:
        return request.label
    path = Path(request.path)
    try:
        names = sorted(one.name for one in path.parent.iterdir())
        saved = datetime.fromtimestamp(path.stat().st_mtime)
        number = f"file {names.index(path.name) + 1} of {len(names)} by name"
    except (OSError, ValueError):  # taken away meanwhile
        return "a dropped file"
    return f"{number}, saved {saved:%Y-%m-%d %H.%M}: in {printable_name(str(path.parent))}"
