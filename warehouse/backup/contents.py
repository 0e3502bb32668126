"""What a backup must save: landing, and what cannot be made again from it.

| saved | because |
| --- | --- |
| landing: bytes, sidecars, sightings, tombstones, visits | everything else is made from it |
| staged files whose bytes a rule deleted | they are the only copy of their figures |
| the published version that readers see | the last good state of marts; readers have it at once |
| the forecasts that readers saw before | the build compares the next forecast with them |
| printed papers | what a committee was shown; other code would print it otherwise |
| the audit log, what people were told, county.toml | nothing else knows it |

Not saved, because it is made again: staged, quarantine, warehouse, the index, older published
versions, marts as of a day (their days are listed). Not of the house: Airflow's database, drop
folders, secrets.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.files import TEMPORARY
from ingest.landing import Landing
from ingest.settings import Settings
from ingest.visits import Visits
from warehouse import audit, versions

COUNTY_FILE = "restored/county.toml"
"""Where a restored house finds the settings of the old one, to compare: never over its own."""


@dataclass(frozen=True)
class Item:
    """A file to be saved, and where it belongs in the house. ``sha256`` is what it must be."""

    path: str
    source: Path
    sha256: str | None = None


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
    for name in ("alerts", "reports"):
        yield from _tree(settings, settings.home / name)
    yield Item(COUNTY_FILE, settings.county_file)


def as_of_asked(settings: Settings) -> tuple[dict[str, str], ...]:
    """The earlier moments that marts are published as of: what to build again."""
    found = []
    for link in sorted((settings.published / "as_of").glob(f"*/{versions.CURRENT}")):
        if link.exists():
            manifest = versions.manifest(link.resolve())
            found.append({"moment": manifest["as_of"], "known_by": manifest["known_by"]})
    return tuple(found)


def _published(settings: Settings) -> Iterator[Item]:
    try:
        version = versions.current(settings)
    except versions.NothingPublished:
        return
    for path in sorted(version.rglob("*")):
        if path.is_file():
            inside = path.relative_to(version).as_posix()
            yield Item(f"published/{version.name}/{inside}", path)


def _landed(settings: Settings, folder: Path) -> Iterator[Item]:
    landing = Landing(settings.landing, folder.parent.name, folder.name)
    for path in Visits(settings.landing, landing.source, landing.dataset).files:
        yield from _existing(settings, path)
    for sha256 in landing.hashes():
        buried = landing.tombstone(sha256)
        if buried is None:
            path = landing.path(sha256)
            yield Item(_inside(settings, path), path, sha256)
        else:
            yield from _existing(settings, folder / f"{sha256}.tombstone")
            staged = settings.staged / landing.source / landing.dataset
            for batch in sorted(staged.glob(f"*/{sha256}")):
                yield from _tree(settings, batch)
        yield from _existing(settings, folder / f"{sha256}.json")
    for path in landing.journal.files():  # last: a sighting counts only beside its sidecar
        yield from _existing(settings, path)


def _tree(settings: Settings, folder: Path) -> Iterator[Item]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith(TEMPORARY):
            yield from _existing(settings, path)


def _existing(settings: Settings, path: Path) -> Iterator[Item]:
    if path.exists():
        yield Item(_inside(settings, path), path)


def _inside(settings: Settings, path: Path) -> str:
    return path.relative_to(settings.home).as_posix()
