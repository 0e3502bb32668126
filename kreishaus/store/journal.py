"""The journal of sightings: which bytes a source offered, when and where, in the order they came.

landing/<source>/<dataset>/sightings/000001.jsonl.gz    closed: written once, never again
                                    /000002.jsonl       open: a line is appended each sighting

A line is written once and never changed. A segment that has grown to ``SEGMENT_BYTES`` is closed:
compressed (``zgrep`` reads it), about a thirtieth of its size, without losing a line. The place of
a line is its order: a clock that was set back does not change what came last.

Older homes have one file ``<sha256>.sightings.jsonl`` for each landed file; ``upgrade`` turns them
into a journal, sorted by time.
"""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kreishaus.files import (
    append_line,
    commit_directory,
    new_directory,
    write_atomically,
    write_synced,
)

SEGMENT_BYTES = 1024 * 1024
FINGERPRINT_BYTES = 256
FOLDER = "sightings"
OLD_ENDING = ".sightings.jsonl"


@dataclass(frozen=True)
class Position:
    """How far a reader has come: the number of a segment, and bytes of it, uncompressed.

    ``fingerprint`` is of the bytes just before: another journal under the same name differs in it.
    """

    segment: int = 0
    offset: int = 0
    fingerprint: int = 0


class Journal:
    """The journal of one dataset, in its landing folder."""

    def __init__(self, landing_folder: Path) -> None:
        self.landing_folder = landing_folder
        self.folder = landing_folder / FOLDER
        self._newest = 0  # a segment that was the newest one; another process may have gone on

    def append(self, document: dict[str, Any]) -> None:
        """Add a sighting; it is on disk on return. Closes the segment when it is full."""
        with self.locked():
            self._upgrade()
            number, path = self._open_segment()
            append_line(path, json.dumps(document, ensure_ascii=False))
            if path.stat().st_size >= SEGMENT_BYTES:
                closed = gzip.compress(path.read_bytes(), mtime=0)
                write_atomically(self._closed(number), closed)
                path.unlink()

    def rewrite(self, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        """Put what ``change`` makes of each sighting in its place: for what must not be kept.

        A segment is replaced whole: killed in between, the next call goes on. The index of the
        dataset must be made anew afterwards.
        """
        with self.locked():
            for number in self._numbers():
                plain, closed = self._plain(number), self._closed(number)
                lines = self._content(number, 0)[1].splitlines(keepends=True)
                changed = b"".join(_changed(line, change) for line in lines)
                if changed == b"".join(lines):
                    continue
                if plain.exists():
                    write_atomically(plain, changed)
                else:
                    write_atomically(closed, gzip.compress(changed, mtime=0))

    def lines_after(self, position: Position) -> Iterator[tuple[bytes, Position]]:
        """The whole lines behind ``position``, oldest first, each with the position behind it.

        A line that a kill has torn, or that is being written, is no line yet.
        """
        for number in self._numbers():
            if number < position.segment:
                continue
            offset = position.offset if number == position.segment else 0
            before, content = self._content(number, offset)
            start = 0
            while (end := content.find(b"\n", start)) >= 0:
                line = content[start : end + 1]
                start = end + 1
                before = (before + line)[-FINGERPRINT_BYTES:]
                yield line, Position(number, offset + start, zlib.crc32(before))

    def holds(self, position: Position) -> bool:
        """Whether this is the journal in which ``position`` was reached."""
        if position.offset == 0:
            return position.segment <= 1 or self._closed(position.segment - 1).exists()
        try:
            before, _ = self._content(position.segment, position.offset, most=0)
        except FileNotFoundError:
            return False
        return zlib.crc32(before) == position.fingerprint

    def ends_at(self, position: Position) -> bool:
        """Whether nothing was written behind ``position``. Reads no line."""
        newest = self._newest_number()
        if newest != position.segment:
            return position.offset == 0 and newest == position.segment - 1
        path = self._plain(position.segment)
        # A segment that was closed meanwhile is read again from the position: it may hold more.
        return newest == 0 or (path.exists() and path.stat().st_size == position.offset)

    def past_closed(self, position: Position) -> Position:
        """``position``, reached by reading to the end; before the next segment if its is closed."""
        if position.segment and not self._plain(position.segment).exists():
            return Position(position.segment + 1)
        return position

    def documents(self) -> Iterator[dict[str, Any]]:
        """Every sighting, oldest first, also of a home that was not upgraded."""
        if self.is_old():
            yield from self._old_documents()
            return
        for line, _ in self.lines_after(Position()):
            if document := parsed(line):
                yield document

    def files(self) -> Iterator[Path]:
        """The files that hold the journal, oldest first: what a backup must save."""
        for number in self._numbers():
            closed = self._closed(number)
            yield closed if closed.exists() else self._plain(number)
        yield from sorted(self.landing_folder.glob(f"*{OLD_ENDING}")) if self.is_old() else ()

    def is_old(self) -> bool:
        """Whether the sightings lie in files of the old layout only."""
        return not self.folder.exists() and any(self.landing_folder.glob(f"*{OLD_ENDING}"))

    def upgrade(self) -> int:
        """Make a journal of the files of the old layout. Returns how many of these went.

        Killed at any instant, the old files count until the journal is there whole; the next call
        goes on. Nothing to do is no fault.
        """
        old = list(self.landing_folder.glob(f"*{OLD_ENDING}"))
        if not old:
            return 0
        with self.locked():
            self._upgrade()
            for path in old:
                path.unlink(missing_ok=True)
        return len(old)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from writing sightings and visits of this dataset meanwhile."""
        self.landing_folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.landing_folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _upgrade(self) -> None:
        if not self.is_old():
            return
        temporary = new_directory(self.folder)
        number, lines, size = 1, [], 0
        for document in self._old_documents():
            line = json.dumps(document, ensure_ascii=False).encode() + b"\n"
            lines.append(line)
            size += len(line)
            if size >= SEGMENT_BYTES:
                closed = gzip.compress(b"".join(lines), mtime=0)
                write_synced(temporary / self._closed(number).name, closed)
                number, lines, size = number + 1, [], 0
        if lines:
            write_synced(temporary / self._plain(number).name, b"".join(lines))
        commit_directory(temporary, self.folder)

    def _old_documents(self) -> Iterator[dict[str, Any]]:
        """By time; of one instant the file that landed later comes later, then the higher hash."""
        found: list[tuple[str, str, str, int, dict[str, Any]]] = []
        for path in sorted(self.landing_folder.glob(f"*{OLD_ENDING}")):
            sha256 = path.name.removesuffix(OLD_ENDING)
            sidecar = path.with_name(f"{sha256}.json")
            landed_at = json.loads(sidecar.read_text())["retrieved_at"] if sidecar.exists() else ""
            for line in path.read_bytes().splitlines():
                if document := parsed(line):
                    key = (document["seen_at"], landed_at, sha256, len(found))
                    found.append((*key, {"sha256": sha256, **document}))
        yield from (entry[-1] for entry in sorted(found, key=lambda entry: entry[:-1]))

    def _numbers(self) -> list[int]:
        names = (path.name.split(".")[0] for path in self.folder.glob("[0-9]*.jsonl*"))
        return sorted({int(name) for name in names})

    def _newest_number(self) -> int:
        """The number of the newest segment, 0 if there is none.

        The folder, which grows with the years, is listed once; numbers that came since are looked
        for by name.
        """
        if not self._newest or not self._exists(self._newest):
            self._newest = max(self._numbers(), default=0)
        while self._newest and self._exists(self._newest + 1):
            self._newest += 1
        return self._newest

    def _exists(self, number: int) -> bool:
        return self._plain(number).exists() or self._closed(number).exists()

    def _open_segment(self) -> tuple[int, Path]:
        """The segment to write to. One that was closed and not yet removed is removed first."""
        number = self._newest_number() or 1
        if self._closed(number).exists():
            self._plain(number).unlink(missing_ok=True)
            number += 1
        return number, self._plain(number)

    def _content(self, number: int, offset: int, most: int = -1) -> tuple[bytes, bytes]:
        """The last bytes before ``offset`` and those behind it (at most ``most``)."""
        start = max(0, offset - FINGERPRINT_BYTES)
        try:
            with self._plain(number).open("rb", buffering=0) as plain:
                plain.seek(start)
                before = plain.read(offset - start)
                return before, b"" if most == 0 else plain.read()
        except FileNotFoundError:  # closed, perhaps just now
            with gzip.open(self._closed(number)) as closed:
                closed.seek(start)
                return closed.read(offset - start), b"" if most == 0 else closed.read()

    def _plain(self, number: int) -> Path:
        return self.folder / f"{number:06}.jsonl"

    def _closed(self, number: int) -> Path:
        return self.folder / f"{number:06}.jsonl.gz"


def _changed(line: bytes, change: Callable[[dict[str, Any]], dict[str, Any]]) -> bytes:
    """A line after a change; one that says the same keeps its bytes."""
    before = parsed(line)
    after = change(before) if before else before
    if after is None or after == before:
        return line
    return json.dumps(after, ensure_ascii=False).encode() + b"\n"


def parsed(line: bytes) -> dict[str, Any] | None:
    """The sighting of a line; None for a line that a kill has torn."""
    try:
        document = json.loads(line.decode("utf-8", errors="replace"))
    except json.JSONDecodeError:
        return None
    return document if isinstance(document, dict) and "seen_at" in document else None
