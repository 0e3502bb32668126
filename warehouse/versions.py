"""The published versions: where they lie, which one is current, which ones may go.

    published/<version>/internal/manifest.json   the whole account of it, for who may read it
                       /public/manifest.json     what everybody may know: the public marts alone
                       /version.json             its name and moment: no version without it

``version.json`` is written last, and says nothing of either half.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, get_args

from kreishaus.files import remove_directory
from kreishaus.local_time import HERE
from kreishaus.settings import Settings
from warehouse import withdrawals
from warehouse.as_of import requested_as_of

CURRENT = "current"
MARK = "version.json"
MANIFEST = "manifest.json"
DATABASE = "kreishaus.duckdb"
UPGRADED_FROM = "upgraded_from"
"""In ``version.json`` of a version that earlier code published: the format that it had."""
Audience = Literal["internal", "public"]
AUDIENCES: tuple[Audience, ...] = get_args(Audience)
"""Who reads: named people of the county, and everybody. Each has its own folder and schema."""


STAMP = "%Y%m%dT%H%M%S.%fZ"
"""How a version is called: by the moment of its making, so that the names sort by age."""


class NothingPublished(Exception):
    """There is no published version yet."""


class Damaged(NothingPublished):
    """What a version says of itself cannot be read. The message says what to do."""


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

    Never a withdrawn one: where the link still names it, because a withdrawal was interrupted, it
    is the newest version that was not. Raises ``NothingPublished`` with what to do.
    """
    link = settings.published / CURRENT
    if link.is_dir() and not is_withdrawn(settings, link.resolve()):
        return link.resolve()
    if link.is_dir() and (valid := not_withdrawn(settings)):
        return valid[-1]
    if gone := newest_withdrawal(settings):
        raise NothingPublished(
            f"{settings.published}: every version was withdrawn, and readers get none. The newest: "
            f"{gone.words}. The next `kreishaus publish` brings a version again."
        )
    if there := [path.name for path in versions(settings)] if not link.is_dir() else []:
        raise NothingPublished(
            f"{link} leads to no version, and there are {', '.join(there)}: `kreishaus publish` "
            "sets it."
        )
    if not link.is_dir():
        as_of = requested_as_of(settings)
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


def manifest(version: Path, audience: Audience) -> dict[str, Any]:
    """What a version says of itself to one audience; ``marts`` are those of that audience.

    That of ``internal`` is ``warehouse.manifest.Manifest`` whole, with ``public`` as well; that of
    ``public`` holds no word of the other half.
    """
    return _read(version / audience / MANIFEST)


def facts(version: Path) -> dict[str, Any]:
    """``version``, ``created_at``, ``code_version``, ``as_of``, ``known_by``: for everybody."""
    return _read(version / MARK)


def made_at(version: Path) -> datetime:
    """When a version was made. Raises ``Damaged``, also where it says no moment that there is."""
    said = facts(version).get("created_at")
    try:
        made = datetime.fromisoformat(said)  # type: ignore[arg-type]  # refused like any other
        made.astimezone(HERE)
        if made.tzinfo is not None:
            return made
        raise ValueError("without an offset")
    except (TypeError, ValueError, OverflowError) as fault:
        raise Damaged(
            f"{version / MARK}: expected created_at, a time with its offset, found {said!r}. "
            "The version is damaged: `kreishaus publish` makes another one; look at the disk."
        ) from fault


def _read(path: Path) -> dict[str, Any]:
    """Raises ``Damaged``."""
    try:
        document = json.loads(path.read_bytes())
        if isinstance(document, dict):
            return document
        raise ValueError(f"it is a {type(document).__name__}")
    except (OSError, ValueError, RecursionError) as fault:
        raise Damaged(
            f"{path}: expected what the version says of itself, and it cannot be read ({fault}). "
            "The version is damaged: `kreishaus publish` makes another one; look at the disk."
        ) from fault


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
        if path.name != CURRENT
        and path.is_dir()
        and not path.is_symlink()
        and (path / MARK).exists()
    )


def outdated(settings: Settings) -> list[Path]:
    """All versions before the newest ``keep_versions``; never the current one.

    A withdrawn version takes no place among them, so that readers can fall back on as many; what is
    recorded of it stays when it goes. A version that an upgrade brought up to date goes as soon as
    it is not the current one any longer: its public half was made by rules of earlier code.
    """
    there = [path.resolve() for path in versions(settings)]
    kept = [path.resolve() for path in not_withdrawn(settings)[-settings.keep_versions :]]
    keep = {*(path for path in kept if not _upgraded(path)), current(settings)}
    oldest = kept[0].name if len(kept) == settings.keep_versions else ""
    return [path for path in there if path not in keep and (path.name < oldest or _upgraded(path))]


def _upgraded(version: Path) -> bool:
    """Whether earlier code made it. A damaged one does not say so; it goes when its time comes."""
    try:
        return UPGRADED_FROM in facts(version)
    except Damaged:
        return False


def prune(settings: Settings) -> list[str]:
    """Remove the outdated versions. Returns their names."""
    doomed = outdated(settings)
    for path in doomed:
        remove_directory(path)
    return [path.name for path in doomed]
