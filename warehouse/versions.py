"""The published versions: where they lie, which one is current, which ones may go."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, get_args

from ingest.files import remove_directory
from ingest.settings import Settings
from warehouse.as_of import asked_for

CURRENT = "current"
DATABASE = "kreishaus.duckdb"
Audience = Literal["internal", "public"]
AUDIENCES: tuple[Audience, ...] = get_args(Audience)
"""Who reads: named people of the county, and everybody. Each has its own folder and schema."""


STAMP = "%Y%m%dT%H%M%S.%fZ"
"""How a version is called: by the moment of its making, so that the names sort by age."""


class NothingPublished(Exception):
    """There is no published version yet."""


def new_name(existing: Iterable[str], now: datetime) -> str:
    """A name for what is made now, which sorts after all ``existing`` ones.

    By the clock; where that was set back, the smallest step after the newest name. So the order of
    names is the order of making, whatever the clock says.
    """
    made = [moment for name in existing if (moment := _moment(name))]
    newest = max(made, default=datetime.min.replace(tzinfo=UTC))
    return max(now.astimezone(UTC), newest + timedelta(microseconds=1)).strftime(STAMP)


def _moment(name: str) -> datetime | None:
    """The moment in a name; None where it is no name of ours."""
    try:
        return datetime.strptime(name, STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def current(settings: Settings) -> Path:
    """The folder of the current version, with the link resolved: a switch cannot move it.

    Raises ``NothingPublished`` with what to do.
    """
    link = settings.published / CURRENT
    if not link.exists():
        as_of = asked_for(settings)
        command = f"build {as_of.options}" if as_of else "run"
        raise NothingPublished(
            f"{link} does not exist: nothing has been published there yet. "
            f"Run `kreishaus {command}` first."
        )
    return link.resolve()


def named(settings: Settings, name: str) -> Path:
    """The folder of a version by its name. Raises ``NothingPublished`` naming those there are."""
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
    """All but the newest ``keep_versions``; never the current one."""
    keep = {path.resolve() for path in versions(settings)[-settings.keep_versions :]}
    keep.add(current(settings))
    return [path for path in versions(settings) if path.resolve() not in keep]


def prune(settings: Settings) -> list[str]:
    """Remove the outdated versions. Returns their names."""
    doomed = outdated(settings)
    for path in doomed:
        remove_directory(path)
    return [path.name for path in doomed]
