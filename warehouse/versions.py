"""The published versions: where they lie, which one is current, which ones may go."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal, get_args

from ingest.files import remove_directory
from ingest.settings import Settings
from warehouse import withdrawals
from warehouse.as_of import asked_for

CURRENT = "current"
DATABASE = "kreishaus.duckdb"
Audience = Literal["internal", "public"]
AUDIENCES: tuple[Audience, ...] = get_args(Audience)
"""Who reads: named people of the county, and everybody. Each has its own folder and schema."""


class NothingPublished(Exception):
    """There is no published version yet."""


def current(settings: Settings) -> Path:
    """The folder of the current version, with the link resolved: a switch cannot move it.

    Never a withdrawn one: where the link still names it, because a withdrawal was interrupted, it
    is the newest version that was not. Raises ``NothingPublished`` with what to do.
    """
    link = settings.published / CURRENT
    if link.exists() and not is_withdrawn(settings, link.resolve()):
        return link.resolve()
    if link.exists() and (valid := not_withdrawn(settings)):
        return valid[-1]
    if gone := newest_withdrawal(settings):
        raise NothingPublished(
            f"{settings.published}: every version was withdrawn, and readers get none. The newest: "
            f"{gone.words}. The next `kreishaus publish` brings a version again."
        )
    if not link.exists():
        as_of = asked_for(settings)
        command = f"build {as_of.options}" if as_of else "run"
        raise NothingPublished(
            f"{link} does not exist: nothing has been published there yet. "
            f"Run `kreishaus {command}` first."
        )
    return link.resolve()


def is_withdrawn(settings: Settings, version: Path) -> bool:
    """Whether readers must no longer rely on a version."""
    return withdrawals.mark(settings, "versions", version.name) is not None


def not_withdrawn(settings: Settings) -> list[Path]:
    """The published versions that readers may have, oldest first."""
    return [path for path in versions(settings) if not is_withdrawn(settings, path)]


def newest_withdrawal(settings: Settings) -> withdrawals.Mark | None:
    """The mark of the newest withdrawn version in this folder of versions; None without one."""
    found = [withdrawals.mark(settings, "versions", one.name) for one in versions(settings)]
    return next((mark for mark in reversed(found) if mark), None)


def warning(settings: Settings) -> str:
    """What a reader must know who gets an older version because newer ones were withdrawn.

    Empty otherwise. Raises ``NothingPublished``.
    """
    used, mark = current(settings), newest_withdrawal(settings)
    if mark is None or mark.name < used.name:
        return ""
    return f"Version {mark.words}. This is from {used.name}, the newest that was not withdrawn."


def named(settings: Settings, name: str) -> Path:
    """The folder of a version by its name.

    Raises ``NothingPublished`` naming those there are, and for one that was withdrawn.
    """
    if mark := withdrawals.mark(settings, "versions", name):
        raise NothingPublished(f"version {mark.words}. It is no longer given to readers.")
    there = {path.name: path for path in versions(settings)}
    if name not in there:
        raise NothingPublished(
            f"there is no version {name} in {settings.published}; there are: "
            f"{', '.join(there) or 'none'}"
        )
    return there[name]


def database(version: Path, audience: Audience) -> Path:
    """The database of a version for one audience; its schema is called like the audience."""
    return version / audience / DATABASE


def parquet(version: Path, audience: Audience) -> Path:
    """The folder with a Parquet file for each mart of an audience."""
    return version / audience / "parquet"


def manifest(version: Path) -> dict[str, Any]:
    """The ``manifest.json`` of a version."""
    document: dict[str, Any] = json.loads((version / "manifest.json").read_text())
    return document


def published_by(settings: Settings, run_id: str) -> bool:
    """Whether the version that readers have now was published by this run."""
    try:
        return bool(manifest(current(settings))["run_id"] == run_id)
    except NothingPublished:
        return False


def versions(settings: Settings) -> list[Path]:
    """All published versions, oldest first."""
    if not settings.published.exists():
        return []
    return sorted(
        path
        for path in settings.published.iterdir()
        if path.is_dir() and not path.is_symlink() and (path / "manifest.json").exists()
    )


def outdated(settings: Settings) -> list[Path]:
    """All versions before the newest ``keep_versions``; never the current one.

    A withdrawn version takes no place among them, so that readers can fall back on as many; what is
    recorded of it stays when it goes.
    """
    there = [path.resolve() for path in versions(settings)]
    kept = [path.resolve() for path in not_withdrawn(settings)[-settings.keep_versions :]]
    keep = {*kept, current(settings)}
    oldest = kept[0].name if len(kept) == settings.keep_versions else ""
    return [path for path in there if path not in keep and path.name < oldest]


def prune(settings: Settings) -> list[str]:
    """Remove the outdated versions. Returns their names."""
    doomed = outdated(settings)
    for path in doomed:
        remove_directory(path)
    return [path.name for path in doomed]
