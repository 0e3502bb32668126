"""Bringing the folders of an earlier home to the formats of this code: ``kreishaus upgrade``.

``kreishaus/folder_formats.py`` says which format each folder has and which one this code reads.
``MIGRATIONS`` says how a folder gets from one format to the next.

To change the layout of a folder, say of ``landing``:

1. raise its number in ``FORMATS`` (``kreishaus/folder_formats.py``);
2. append one function to its entry here: ``"landing": (upgrade_landing, upgrade_visits)``. The
   first function leads from format 1 to 2, the second from 2 to 3.

A migration is ``(settings) -> str``. It returns a sentence about what it did. The first line of its
docstring says what it is going to do: ``kreishaus upgrade --check`` prints it. It must be

* idempotent: called again on what it has finished, it changes nothing;
* safe to kill at any instant: the next call finishes it. The number is written after it, not by it;
* complete: a backup may bring back a folder of any earlier format, without the folders around it.

Nothing else works in the home meanwhile. A folder that holds nothing is not migrated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from kreishaus.folder_formats import FILE, Folder, WrongFormat, folders, write_format
from kreishaus.settings import Settings
from kreishaus.store.landing import upgrade_landing
from kreishaus.store.originals import upgrade_originals
from kreishaus.store.visits import upgrade_visits
from operations.maintenance.migrations.figure_origins import upgrade_sidecars, upgrade_staged
from operations.maintenance.migrations.published import upgrade_published

Migration = Callable[[Settings], str]

MIGRATIONS: Mapping[str, tuple[Migration, ...]] = {
    "landing": (upgrade_landing, upgrade_visits, upgrade_originals, upgrade_sidecars),
    "staged": (upgrade_staged,),
    "published": (upgrade_published,),
}


@dataclass(frozen=True)
class Step:
    """One migration that is due: of which folder, and from which format to the next."""

    folder: Folder
    number: int
    migration: Migration

    @property
    def about(self) -> str:
        """What it is going to do, in a line."""
        what = (self.migration.__doc__ or "").strip().splitlines()[0]
        return f"{self.folder.path}: format {self.number} -> {self.number + 1}: {what}"


def pending(settings: Settings) -> list[Step]:
    """What ``upgrade`` would do. Raises ``WrongFormat`` for a folder that newer code wrote."""
    steps: list[Step] = []
    for folder in folders(settings):
        if folder.format is None:
            continue
        if folder.format > folder.wanted:
            raise WrongFormat(
                f"{folder.path}: has format {folder.format}, and this code knows formats up to "
                f"{folder.wanted}: newer code wrote it, and there is no way back. Nothing was "
                "changed. Use that code, or restore a backup that was made before the upgrade."
            )
        due = MIGRATIONS.get(folder.name, ())[folder.format - 1 :]
        steps += [
            Step(folder, number, migration)
            for number, migration in enumerate(due, start=folder.format)
        ]
    return steps


def upgrade(settings: Settings) -> Iterator[str]:
    """Do what is pending, a step at a time, with a sentence about each.

    Killed at any instant, the next call goes on. Raises ``WrongFormat``.
    """
    for step in pending(settings):
        done = step.migration(settings)
        write_format(step.folder.path, step.number + 1)
        yield f"{step.folder.path} has format {step.number + 1}: {done}"
    for folder in folders(settings):
        if folder.format is not None and not (folder.path / FILE).exists():
            write_format(folder.path, folder.format)
