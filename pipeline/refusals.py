"""How a refused file is told from the others without its name: a name may be a person's.

The name stays in the drop folder alone. What is recorded is the file's place among its neighbours,
when it was saved, and the folder.
"""

from __future__ import annotations

from pathlib import Path

from kreishaus.datasets import Dataset
from kreishaus.file_places import place_in_folder
from kreishaus.model import Request


def refused_file(entry: Dataset, request: Request) -> str:
    """A refused file in words; its label where it is no dropped file that a guard judges."""
    if entry.guard is None or request.path is None:
        return request.label
    return place_in_folder(Path(request.path))
