"""What a backup must save: landing, and what cannot be made again from it.

| saved | because |
| --- | --- |
| landing: bytes, sidecars, sightings, tombstones, visits | everything else is made from it |
| staged files whose bytes a rule deleted | they are the only copy of their figures |
| the published version that readers see | the last good state of marts; readers have it at once |
| the forecasts that readers saw before | the build compares the next forecast with them |
| printed papers, with those that were withdrawn | what a committee was shown |
| the format of each folder | a restored folder is read by it |
| the audit log, withdrawals, alerts sent, county.toml | no other place has it |

Not saved, because it is made again: staged, quarantine, warehouse, the index, older published
versions, marts as of a day (their days are listed). Not in the home folder: Airflow's
database, drop folders, secrets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kreishaus import county_home
from kreishaus.files import TEMPORARY
from kreishaus.folder_formats import FILE as FORMAT_FILE
from kreishaus.folder_formats import folders
from kreishaus.settings import Settings
from kreishaus.store.landing import Landing
from warehouse import audit, versions, withdrawals

HASH_NAMES = re.compile(r"[0-9a-f]{64}\.")
"""How the files begin that belong to one landed file."""
COUNTY_FILE = "restored/county.toml"
"""Where a restored installation finds the old one's settings, to compare: never over its own."""


@dataclass(frozen=True)
class Item:
    """A file to be saved, and its path in the home. ``sha256`` is what it must be, where known.

    ``replaced_only``: it is never written in place. All others are copied before they are saved.
    """

    path: str
    source: Path
    sha256: str | None = None
    replaced_only: bool = False


def items(settings: Settings) -> Iterator[Item]:
    """Every file, in an order that a night at work cannot spoil.

    A file that commits others comes before them: what is listed later can only be newer.
    """
    yield from _published(settings)
    for name in ("forecasts_published", "rates_published"):
        yield from _existing(settings, settings.warehouse / f"{name}.parquet")
    for folder in sorted(path for path in settings.landing.glob("*/*") if path.is_dir()):
        yield from _landed(settings, folder)
    yield from _existing(settings, audit.folder(settings) / "head.json")
    for path in sorted(audit.folder(settings).glob("*.jsonl")):
        yield from _existing(settings, path)
    for name in ("alerts", withdrawals.FOLDER):
        yield from _tree(settings, settings.home / name)
    yield from _tree(settings, settings.home / "reports", replaced_only=True)
    for numbered in folders(settings):
        yield from _existing(settings, numbered.path / FORMAT_FILE)
    yield from _existing(settings, settings.home / county_home.FILE)
    yield Item(COUNTY_FILE, settings.county_file)


def as_of_asked(settings: Settings) -> tuple[dict[str, str], ...]:
    """The earlier moments that marts are published as of: what to build again."""
    found = []
    for link in sorted((settings.published / "as_of").glob(f"*/{versions.CURRENT}")):
        if link.exists():
            facts = versions.facts(link.resolve())
            found.append({"moment": facts["as_of"], "known_by": facts["known_by"]})
    return tuple(found)


def _published(settings: Settings) -> Iterator[Item]:
    try:
        version = versions.current(settings)
    except versions.NothingPublished:
        return
    for path in sorted(version.rglob("*")):
        if path.is_file():
            inside = path.relative_to(version).as_posix()
            yield Item(f"published/{version.name}/{inside}", path, replaced_only=True)


def _landed(settings: Settings, folder: Path) -> Iterator[Item]:
    """Everything in the folder of a dataset but what is derived from the rest.

    First the files about the dataset as a whole, then those that a hash names: a visit that is
    noted meanwhile must not speak of a file that the snapshot does not have. The journal of
    sightings comes last: a sighting counts only beside its file, and a file only if it was seen.
    """
    landing = Landing(settings.landing, folder.parent.name, folder.name)
    there = [path for path in sorted(folder.rglob("*")) if _is_saved(path)]
    for path in there:
        if not HASH_NAMES.match(path.name) and path.parent != landing.journal.folder:
            yield from _existing(settings, path)
    for sha256 in landing.hashes():
        path = landing.path(sha256)
        buried = landing.tombstone(sha256)
        if buried is None:
            yield Item(_inside(settings, path), path, sha256, replaced_only=True)
        elif buried.what == "bytes":
            staged = settings.staged / landing.source / landing.dataset
            for batch in sorted(staged.glob(f"*/{sha256}")):
                yield from _tree(settings, batch, replaced_only=True)
        for beside in sorted(folder.glob(f"{sha256}.*")):
            if beside != path:
                yield from _existing(settings, beside)
    yield from _tree(settings, landing.journal.folder)


def _is_saved(path: Path) -> bool:
    """What begins with a dot is temporary or derived: an index is made again from its files."""
    return path.is_file() and not path.name.startswith(".")


def _tree(settings: Settings, folder: Path, *, replaced_only: bool = False) -> Iterator[Item]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith(TEMPORARY):
            yield from _existing(settings, path, replaced_only=replaced_only)


def _existing(settings: Settings, path: Path, *, replaced_only: bool = False) -> Iterator[Item]:
    if path.exists():
        yield Item(_inside(settings, path), path, replaced_only=replaced_only)


def _inside(settings: Settings, path: Path) -> str:
    return path.relative_to(settings.home).as_posix()
