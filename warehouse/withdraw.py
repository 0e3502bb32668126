"""Withdrawing a published version, or naming the version that corrects it.

The audit log comes first, then the mark, which decides, and then what readers meet: the link
``current``, and a note in the folder of the version. ``settle`` repeats the last step, so that a
process killed between them leaves nothing that the next call, or the maintenance, does not finish.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from kreishaus.actor import current_actor
from kreishaus.files import switch_link, write_atomically
from kreishaus.settings import Settings
from warehouse import audit, versions, withdrawals
from warehouse.manifest import published_marts
from warehouse.withdrawals import AlreadyMarked, Mark

NOTE = "ZURUECKGEZOGEN.txt"
"""Beside the files of a withdrawn version, for whoever opens its folder."""
TAKEN_ALONG = ("export", "query", "report")


class NotToBeReplacedBy(Exception):
    """The version that is to replace another is missing, withdrawn or the same."""


@dataclass(frozen=True)
class Withdrawn:
    """A withdrawn version, and what a person has to see to.

    ``now_current`` is what readers get from now on, None for nothing. ``kept_in`` are later
    versions that still show marts of it: version -> marts. ``taken`` counts what the audit log has
    of exact figures taken from it: action -> number. ``was_marked``: it had been withdrawn before.
    """

    mark: Mark
    now_current: str | None
    kept_in: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    taken: Mapping[str, int] = field(default_factory=dict)
    was_marked: bool = False


def withdraw_version(
    settings: Settings,
    name: str,
    reason: str,
    *,
    replaced_by: str = "",
    now: datetime | None = None,
) -> Withdrawn:
    """Withdraw a published version; with ``replaced_by`` say which one corrects it.

    Readers get the newest version that was not withdrawn; nothing where there is none. Raises
    ``NoReason``, ``NothingPublished`` for a version that there never was, ``NotToBeReplacedBy``,
    ``AlreadyMarked`` and ``AuditUnwritable``: then nothing has changed.
    """
    reason = withdrawals.checked(reason)
    with alone(settings):
        before = withdrawals.mark(settings, "versions", name)
        _refuse_unknown(settings, name, before)
        _refuse_replacement(settings, name, replaced_by)
        act: withdrawals.Act = "correct" if replaced_by else "withdraw"
        made = Mark("versions", act, name, now or datetime.now(UTC), actor(), reason, replaced_by)
        mark = record(settings, made, before)
        settle(settings)
    try:
        now_current = versions.current(settings).name
    except versions.NothingPublished:
        now_current = None
    return Withdrawn(
        mark, now_current, _kept_in(settings, name), _taken(settings, name), before is not None
    )


def settle(settings: Settings) -> list[str]:
    """Have every mark of a version reach its readers. Returns what was still to be done."""
    done = []
    for mark in withdrawals.marks(settings, "versions"):
        version = settings.published / mark.name
        if version.is_dir():
            folders = [version, *(version / audience for audience in versions.AUDIENCES)]
            done += [f"{folder / NOTE}" for folder in folders if write_note(folder, mark)]
    link = settings.published / versions.CURRENT
    if link.is_symlink() and versions.is_withdrawn(settings, link.resolve()):
        _switch(settings, link)
        done.append(str(link))
    return done


def _switch(settings: Settings, link: Path) -> None:
    """Give readers the newest version that was not withdrawn; nothing where there is none.

    A version that is published meanwhile has its name before it has the link: we look again after
    our own switch, so that it is not taken from readers.
    """
    valid: list[Path] | None = None
    while (there := versions.not_withdrawn(settings)) != valid:
        valid = there
        if valid:
            switch_link(link, valid[-1])
        else:
            link.unlink(missing_ok=True)


def write_note(folder: Path, mark: Mark) -> bool:
    """Put what a person reads who opens the folder, in German; False if it is there already."""
    if not folder.is_dir():
        return False
    path, text = folder / NOTE, _note(mark)
    if path.exists() and path.read_bytes() == text:
        return False
    write_atomically(path, text)
    for name in ("manifest.json", versions.MARK):  # whoever may read the version may read this
        if (folder / name).exists():
            shutil.copymode(folder / name, path)
    return True


def _note(mark: Mark) -> bytes:
    what = "Diese Version" if mark.kind == "versions" else "Diese Fassung"
    instead = f"An ihre Stelle tritt {mark.replaced_by}.\n" if mark.replaced_by else ""
    text = (
        f"{what} ({mark.name}) wurde am {mark.day} zurückgezogen und gilt nicht mehr.\n"
        f"Grund: {mark.reason}\n{instead}"
    )
    return text.encode()


def actor() -> str:
    """Who withdraws: the login, where the machine knows it, else whose rights the process has."""
    return f"{current_actor().login or current_actor().user}@{current_actor().host}"


def record(settings: Settings, made: Mark, before: Mark | None) -> Mark:
    """Write the audit log and then the mark. Returns the mark that counts.

    The same act with the same reason again changes nothing. A paper may be corrected again, and a
    withdrawn version be replaced by another later on; any other second act has its answer in the
    first. Raises ``AlreadyMarked``, and ``AuditUnwritable``.
    """
    if before is not None:
        same = (before.act, before.replaced_by) == (made.act, made.replaced_by)
        if same and before.reason == made.reason:
            return before
        if made.act == "withdraw" and not before.is_valid:
            raise AlreadyMarked(f"{before.words}. That stands; nothing was changed.")
    audit.record(
        settings,
        made.act,
        audience="public",
        version=made.name if made.kind == "versions" else None,
        details={
            "kind": made.kind,
            "name": made.name,
            "reason": made.reason,
            **({"replaced_by": made.replaced_by} if made.replaced_by else {}),
            **({"files": dict(made.files)} if made.files else {}),
        },
        now=made.at,
    )
    withdrawals.write(settings, made)
    return made


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """One withdrawal at a time."""
    folder = settings.home / withdrawals.FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / ".lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _refuse_unknown(settings: Settings, name: str, before: Mark | None) -> None:
    there = [path.name for path in versions.versions(settings)]
    if before is None and name not in there:
        raise versions.NothingPublished(
            f"there is no version {name} in {settings.published}; there are: "
            f"{', '.join(there) or 'none'}"
        )


def _refuse_replacement(settings: Settings, name: str, replaced_by: str) -> None:
    if not replaced_by:
        return
    if replaced_by == name:
        raise NotToBeReplacedBy(f"{name} cannot replace itself")
    valid = [path.name for path in versions.not_withdrawn(settings) if path.name != name]
    if replaced_by not in valid:
        raise NotToBeReplacedBy(
            f"{replaced_by} cannot replace {name}: it is no published version, or it was withdrawn "
            f"itself; there are: {', '.join(valid) or 'none'}"
        )


def _kept_in(settings: Settings, name: str) -> dict[str, tuple[str, ...]]:
    """The versions that readers may have and that still show marts as they were in ``name``."""
    found = {}
    for version in versions.not_withdrawn(settings):
        marts = published_marts(version, "internal").values()
        if kept := tuple(mart.name for mart in marts if mart.kept_from == name):
            found[version.name] = kept
    return found


def _taken(settings: Settings, name: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for entry in audit.entries(settings):
        action = str(entry.document.get("action"))
        if entry.document.get("version") == name and action in TAKEN_ALONG:
            found[action] = found.get(action, 0) + 1
    return found
