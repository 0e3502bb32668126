"""The audit log: who read or took what from ``internal``, and what was deleted.

    audit/<yyyy-mm>.jsonl    an entry a line, each with the hash of the one before it
         /head.json          number and hash of the last entry

An entry that was changed, taken out or put in breaks the chain; entries cut off at the end no
longer reach the head. Whoever may write all of this folder could make the whole chain anew:
therefore every backup notes the head, and ``verify`` compares with what backups noted.

An entry names statement, marts and number of rows, never what stood in the rows.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from kreishaus.actor import current_actor
from kreishaus.files import append_line, write_secret
from kreishaus.folder_formats import begin
from kreishaus.settings import Settings

Outcome = Literal["done", "failed"]
BEGINNING = "0" * 64
FORGET = "forget"
"""The action that names the last entry of a month that was deleted: the chain begins after it."""
LONGEST_STATEMENT = 20_000
TAIL = 2**20
PATIENCE_SECONDS = 10.0


class AuditUnwritable(Exception):
    """What must be noted cannot be noted, so it must not be done either."""


@dataclass(frozen=True)
class Head:
    """The last entry of a log: its number, counted from 1, and its hash."""

    number: int
    hash: str


@dataclass(frozen=True)
class Entry:
    """One line of the log, as it was read. ``document`` is the whole of it."""

    number: int
    previous: str
    hash: str
    document: Mapping[str, Any]
    place: str

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.document["at"])


@dataclass(frozen=True)
class Verification:
    """What a look at the whole chain found. ``notes`` are no faults: a line cut off by a kill."""

    entries: int
    faults: tuple[str, ...]
    notes: tuple[str, ...] = ()
    head: Head | None = None


@dataclass
class _Walk:
    entries: list[Entry] = field(default_factory=list)
    torn: list[str] = field(default_factory=list)


def folder(settings: Settings) -> Path:
    """Where the log lies."""
    return settings.home / "audit"


def record(
    settings: Settings,
    action: str,
    *,
    audience: str = "internal",
    marts: Sequence[str] = (),
    statement: str | None = None,
    rows: int | None = None,
    version: str | None = None,
    as_of: str | None = None,
    outcome: Outcome = "done",
    details: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> Head:
    """Note one reading, export or deletion; it is on disk on return.

    Call it before anything is shown, written or deleted. Raises ``AuditUnwritable``: then show,
    write and delete nothing.
    """
    now = now or datetime.now(UTC)
    document = {
        "at": now.isoformat(),
        "action": action,
        "outcome": outcome,
        "who": {
            name: value for name, value in asdict(current_actor()).items() if value is not None
        },
        "audience": audience,
        "marts": sorted(set(marts)),
        "statement": statement[:LONGEST_STATEMENT] if statement is not None else None,
        "statement_sha256": _sha256(statement) if statement is not None else None,
        "rows": rows,
        "version": version,
        "as_of": as_of,
        "details": dict(details or {}),
    }
    try:
        with _locked(settings):
            return _append(settings, document, now)
    except OSError as error:
        raise AuditUnwritable(
            f"{folder(settings)}: the audit log cannot be written ({error.strerror or error}). "
            f"Nothing is read from internal, exported or deleted without a line in it. Run this "
            "as the user who owns the home folder, and look for room on the disk."
        ) from error


def head(settings: Settings) -> Head | None:
    """The last entry, by the log itself or by the head that was noted, whichever is later."""
    last = _last_entry(settings)
    noted = _noted_head(settings)
    if last is None or (noted is not None and noted.number > last.number):
        return noted
    return last


def entries(settings: Settings, since: datetime | None = None) -> Iterator[Entry]:
    """Every whole entry, oldest first; those of or after ``since``."""
    for entry in _walk(settings).entries:
        if since is None or entry.at >= since:
            yield entry


def verify(settings: Settings, anchors: Mapping[int, str] | None = None) -> Verification:
    """Look whether the chain is whole. ``anchors`` are number -> hash as backups noted them."""
    walk = _walk(settings)
    faults = [*_broken_links(walk.entries), *_missing_end(settings, walk.entries)]
    hashes = {entry.number: entry.hash for entry in walk.entries}
    for number, anchor in sorted((anchors or {}).items()):
        if hashes.get(number, anchor) != anchor:
            faults.append(f"entry {number} is not the one that a backup noted")
        if walk.entries and number > walk.entries[-1].number:
            faults.append(f"a backup noted {number} entries, here are {walk.entries[-1].number}")
    if anchors and not walk.entries:
        faults.append(f"a backup noted {max(anchors)} entries, here is none")
    notes = tuple(f"{place}: a line cut off while it was written" for place in walk.torn)
    return Verification(len(walk.entries), tuple(faults), notes, head(settings))


def months_before(settings: Settings, first_kept: str) -> list[Path]:
    """The files of months before ``first_kept`` (``2026-01``).

    Never the newest: the chain goes on from it.
    """
    return [path for path in _files(settings)[:-1] if path.stem < first_kept]


def forget(settings: Settings, months: Sequence[str], now: datetime | None = None) -> None:
    """Delete the files of these months, once the log says so and where the chain begins then."""
    for path in _files(settings)[:-1]:
        if path.stem not in months:
            continue
        last = max(_read(path).entries, key=lambda entry: entry.number, default=None)
        if last is not None:
            details = {"file": path.name, "number": last.number, "hash": last.hash}
            record(settings, FORGET, details=details, now=now)
        path.unlink()


def _append(settings: Settings, document: dict[str, Any], now: datetime) -> Head:
    before = head(settings)
    document["number"] = before.number + 1 if before else 1
    document["previous"] = before.hash if before else BEGINNING
    document["hash"] = _hash_of(document)
    path = folder(settings) / f"{now.astimezone(UTC):%Y-%m}.jsonl"
    # A clock that was set back must not write before what is there already.
    path = max([path, *_files(settings)[-1:]])
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    append_line(path, json.dumps(document, ensure_ascii=False))
    last = Head(document["number"], document["hash"])
    text = json.dumps(asdict(last), indent=2, sort_keys=True)
    write_secret(folder(settings) / "head.json", text.encode() + b"\n")
    return last


def _hash_of(document: Mapping[str, Any]) -> str:
    content = {name: value for name, value in document.items() if name != "hash"}
    return _sha256(json.dumps(content, ensure_ascii=False, sort_keys=True))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@contextmanager
def _locked(settings: Settings) -> Iterator[None]:
    """Alone with the log, among all processes of this machine."""
    folder(settings).mkdir(mode=0o700, parents=True, exist_ok=True)
    begin(folder(settings), "audit")
    descriptor = os.open(folder(settings) / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
        yield
    finally:
        os.close(descriptor)


def _files(settings: Settings) -> list[Path]:
    return sorted(folder(settings).glob("????-??.jsonl"))


def _walk(settings: Settings) -> _Walk:
    whole = _Walk()
    for path in _files(settings):
        part = _read(path)
        whole.entries += part.entries
        whole.torn += part.torn
    return whole


def _read(path: Path) -> _Walk:
    walk = _Walk()
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line_number, line in enumerate(lines, start=1):
            place = f"{path.name}, line {line_number}"
            entry = _entry(line, place)
            if entry is None:
                walk.torn.append(place)
            else:
                walk.entries.append(entry)
    return walk


def _entry(line: str, place: str) -> Entry | None:
    try:
        document = json.loads(line)
        return Entry(document["number"], document["previous"], document["hash"], document, place)
    except (json.JSONDecodeError, KeyError, TypeError):
        return None


def _last_entry(settings: Settings) -> Head | None:
    for path in reversed(_files(settings)):
        with path.open("rb") as handle:
            end = handle.seek(0, os.SEEK_END)
            handle.seek(max(0, end - TAIL))
            lines = handle.read().decode("utf-8", errors="replace").splitlines()
        for line in reversed(lines):
            if entry := _entry(line, path.name):
                return Head(entry.number, entry.hash)
    return None


def _noted_head(settings: Settings) -> Head | None:
    try:
        document = json.loads((folder(settings) / "head.json").read_text())
        return Head(document["number"], document["hash"])
    except (FileNotFoundError, json.JSONDecodeError, KeyError, TypeError):
        return None  # verify() calls that a fault


def _broken_links(found: Sequence[Entry]) -> Iterator[str]:
    forgotten = {
        (entry.document["details"].get("number"), entry.document["details"].get("hash"))
        for entry in found
        if entry.document.get("action") == FORGET
    }
    number, previous = 0, BEGINNING
    if found and (found[0].number - 1, found[0].previous) in forgotten:
        number, previous = found[0].number - 1, found[0].previous
    for entry in found:
        if _hash_of(entry.document) != entry.hash:
            yield f"{entry.place}: entry {entry.number} was changed after it was written"
        if entry.number != number + 1 or entry.previous != previous:
            yield (
                f"{entry.place}: entry {entry.number} does not follow entry {number}: something "
                "between them was taken out, put in or changed"
            )
        number, previous = entry.number, entry.hash


def _missing_end(settings: Settings, found: Sequence[Entry]) -> Iterator[str]:
    noted = _noted_head(settings)
    if noted is None:
        if len(found) > 1:
            yield "head.json is missing or not what was written"
        return
    last = found[-1] if found else None
    if last is None or noted.number > last.number:
        have = last.number if last else 0
        yield f"entries {have + 1} to {noted.number} are missing at the end"
    else:
        hashes = {entry.number: entry.hash for entry in found}
        if hashes.get(noted.number) != noted.hash:
            yield f"entry {noted.number} is not the one that head.json names"
