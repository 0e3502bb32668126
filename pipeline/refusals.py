"""How a refused file is told from the others without its name: a name may be a person's.

The name stays in the drop folder alone. What is recorded is the file's place among its neighbours,
when it was saved, and the folder.
"""

from __future__ import annotations

import re
from pathlib import Path

from kreishaus.datasets import Dataset
from kreishaus.file_places import place_in_folder
from kreishaus.model import Request

NUMBER = re.compile(r"^file \d+ of \d+ by name, ", re.ASCII)


def same_refusal(text: str) -> str:
    """What stays the same of a refusal while its file lies unchanged in the drop folder.

    A file's number changes with its neighbours; its time, its folder and the reason do not.
    """
    return NUMBER.sub("", text)


def unread_file(entry: Dataset, request: Request) -> str:
    """A file that could not be read; by its place where the dataset keeps no name of a file."""
    return refused_file(entry, request) if entry.reduce else request.label


def refused_file(entry: Dataset, request: Request) -> str:
    """A refused file in words; its label where it is no dropped file that is judged first."""
    if (entry.guard or entry.reduce or entry.strip) is None or request.path is None:
        return request.label
    return place_in_folder(Path(request.path))
