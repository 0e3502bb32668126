"""The published versions: where they lie, which one is current, which ones may go.

    published/<version>/internal/manifest.json   the whole account of it, for who may read it
                       /public/manifest.json     what everybody may know: the public marts alone
                       /version.json             its name and moment: no version without it

``version.json`` is written last, and says nothing of either half.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal, get_args

from ingest.files import remove_directory
from ingest.settings import Settings
from warehouse.as_of import asked_for

CURRENT = "current"
MARK = "version.json"
MANIFEST = "manifest.json"
DATABASE = "kreishaus.duckdb"
UPGRADED_FROM = "upgraded_from"
"""In ``version.json`` of a version that earlier code published: the format that it had."""
Audience = Literal["internal", "public"]
AUDIENCES: tuple[Audience, ...] = get_args(Audience)
"""Who reads: named people of the county, and everybody. Each has its own folder and schema."""


class NothingPublished(Exception):
    """There is no published version yet."""


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


def manifest(version: Path, audience: Audience) -> dict[str, Any]:
    """What a version says of itself to one audience; ``marts`` are those of that audience.

    That of ``internal`` is ``warehouse.manifest.Manifest`` whole, with ``public`` as well; that of
    ``public`` holds no word of the other half.
    """
    return _read(version / audience / MANIFEST)


def facts(version: Path) -> dict[str, Any]:
    """``version``, ``created_at``, ``code_version``, ``as_of``, ``known_by``: for everybody."""
    return _read(version / MARK)


def _read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def published_by(settings: Settings, run_id: str) -> bool:
    """Whether the version that readers have now was published by this run."""
    try:
        return bool(manifest(current(settings), "internal")["run_id"] == run_id)
    except NothingPublished:
        return False


def versions(settings: Settings) -> list[Path]:
    """All published versions, oldest first."""
    if not settings.published.exists():
        return []
    return sorted(
        path
        for path in settings.published.iterdir()
        if path.is_dir() and not path.is_symlink() and (path / MARK).exists()
    )


def outdated(settings: Settings) -> list[Path]:
    """All but the newest ``keep_versions``; never the current one.

    A version that an upgrade brought up to date goes as soon as it is not the current one any
    longer: its public half was made by the disclosure rules of earlier code.
    """
    there = versions(settings)
    keep = {path.resolve() for path in there[-settings.keep_versions :] if not _upgraded(path)}
    keep.add(current(settings))
    return [path for path in there if path.resolve() not in keep]


def _upgraded(version: Path) -> bool:
    return UPGRADED_FROM in facts(version)


def prune(settings: Settings) -> list[str]:
    """Remove the outdated versions. Returns their names."""
    doomed = outdated(settings)
    for path in doomed:
        remove_directory(path)
    return [path.name for path in doomed]
