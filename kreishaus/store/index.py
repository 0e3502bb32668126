"""An index of one dataset's files and sightings, so that no night reads the whole history.

index/<source>/<dataset>.sqlite    beside landing, staged and quarantine

The files are the truth: the index is made from them, holds nothing of its own, and may be deleted
at any time. It is looked at before each use, at a cost that does not grow: whether the journal of
sightings went on (only new lines are read), whether a floor's folder was changed by another hand
(then names are listed and compared), and whether a process was killed while it changed a file
(that file is looked at again).

SQLite, because it finds one row among many by reading a few pages, is whole after a kill, serves
several processes, and is part of Python. Not in WAL mode: that needs shared memory, and more files
than a reader of a folder mounted read-only could open.
"""

from __future__ import annotations

import errno
import logging
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple, TypeVar

from kreishaus.datasets import REGISTRY
from kreishaus.store.index_queries import staged_periods
from kreishaus.store.index_rows import (
    FORMAT,
    PAGE_BYTES,
    QUARANTINED,
    REFILL,
    SCHEMA,
    STAGED,
    Folders,
    Rows,
)
from kreishaus.store.journal import Journal, Position, parsed

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")
BUSY_SECONDS = 60
UNSETTLED_SECONDS = 24 * 3600
"""A change that was begun longer ago was killed: its file is looked at a last time."""
UNUSABLE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_NOTADB,
}
NO_WRITING = {errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EEXIST}


class State(NamedTuple):
    """Where the parts of one file lie, by name alone."""

    landed: bool = False
    buried: bool = False
    quarantined: bool = False
    periods: frozenset[str] = frozenset()


class Index:
    """The index of one dataset. ``root`` is one of the home's floors: landing, staged, quarantine.

    A connection lives as long as one use: nothing is shared between processes that were forked.
    """

    def __init__(self, root: Path, source: str, dataset: str) -> None:
        home = root.parent
        self.path = home / "index" / source / f"{dataset}.sqlite"
        self.folders = Folders(
            home / "landing" / source / dataset,
            home / "staged" / source / dataset,
            home / "quarantine" / source / dataset,
        )
        self.journal = Journal(self.folders.landing)
        self._snapshot = any(
            entry.snapshot for entry in REGISTRY if (entry.source, entry.name) == (source, dataset)
        )

    def ask(self, question: Callable[[Rows], Answer]) -> Answer:
        """What ``question`` reads from the rows, as the files say now.

        An index that is damaged is made again; where it cannot be kept, it is made for this once.
        """
        try:
            return self._ask(question, self._connect)
        except sqlite3.DatabaseError as error:
            if _cannot_write(error):
                log.info("%s cannot be written (%s): made for this once", self.path, error)
                return self._ask(question, self._in_memory)
            if isinstance(error, sqlite3.OperationalError):
                raise
            log.warning("%s is damaged (%s): made again from the files", self.path, error)
            self._remove()
            return self._ask(question, self._connect)

    @contextmanager
    def changing(self, sha256: str, period: str = "") -> Iterator[list[str]]:
        """Around every change of a file: killed in between, the file is looked at again later.

        ``period`` is that for which the file is being staged. Gives those for which it was staged.
        """

        def announce(rows: Rows) -> None:
            now = time.time_ns()
            rows.db.execute(
                "insert or replace into unsettled values (?, ?, ?)", (sha256, period, now)
            )

        def settle(rows: Rows) -> None:
            rows.observe(sha256, [period])
            if rows.fact(REFILL):
                self._fill(rows)
            self._read_journal(rows)
            rows.db.execute(
                "delete from unsettled where sha256 = ? and period = ?", (sha256, period)
            )
            rows.set_fact("folders", self._folders_state())

        def begin(rows: Rows) -> list[str]:
            _in_transaction(rows, announce)
            return staged_periods(rows, sha256)

        before = self.ask(begin)
        try:
            yield before
        finally:
            self._settle(settle)

    def compare(self) -> None:
        """Look for files that another hand has put into a floor's folders, or taken from them."""
        self.ask(lambda rows: _in_transaction(rows, self._compare))

    def rebuild(self) -> None:
        """Make the index again from the files."""
        self._remove()
        self.ask(lambda rows: None)

    def _ask(
        self, question: Callable[[Rows], Answer], connect: Callable[[], sqlite3.Connection]
    ) -> Answer:
        with closing(connect()) as db:
            rows = Rows(db, self.folders, snapshot=self._snapshot)
            self._bring_up_to_date(rows)
            return question(rows)

    def _settle(self, settle: Callable[[Rows], None]) -> None:
        """Without looking first whether the folders were changed: they were, by us."""
        try:
            with closing(self._connect()) as db:
                _in_transaction(Rows(db, self.folders, snapshot=self._snapshot), settle)
        except sqlite3.DatabaseError as error:
            if not (_cannot_write(error) or _code(error) in UNUSABLE):
                raise
            # Found again by the next use, from what was announced or from the folders.
            log.warning("%s: %s; the file counts all the same", self.path, error)

    def _connect(self) -> sqlite3.Connection:
        if not self.path.exists():
            if not self._anything_there():
                return self._in_memory()
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                if error.errno not in NO_WRITING:
                    raise
                return self._in_memory()
        db = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            db.execute(f"pragma page_size = {PAGE_BYTES}")  # of a file that is new
            db.execute("pragma synchronous = normal")
            if _format(db) != FORMAT:
                _in_transaction(Rows(db, self.folders, snapshot=self._snapshot), self._create)
        except BaseException:
            db.close()
            raise
        return db

    def _in_memory(self) -> sqlite3.Connection:
        """An index that is not kept: a copy of the one that can be read, or a new one."""
        db = sqlite3.connect(":memory:", isolation_level=None)
        if self.path.exists():
            address = f"{self.path.absolute().as_uri()}?mode=ro"
            with (
                suppress(sqlite3.DatabaseError),
                closing(sqlite3.connect(address, uri=True)) as kept,
            ):
                kept.backup(db)
        if _format(db) != FORMAT:
            _in_transaction(Rows(db, self.folders, snapshot=self._snapshot), self._create)
        return db

    def _remove(self) -> None:
        for path in (self.path, self.path.with_name(f"{self.path.name}-journal")):
            with suppress(NotADirectoryError):
                path.unlink(missing_ok=True)

    def _anything_there(self) -> bool:
        """Whether there is anything to keep an index of: not of a dataset that never came."""
        return any(folder.exists() for folder in self.folders)

    def _create(self, rows: Rows) -> None:
        if _format(rows.db) == FORMAT:
            return  # another process was faster
        tables = "select name from sqlite_master where type = 'table'"
        for (name,) in rows.all(tables):
            rows.db.execute(f"drop table {name}")
        for statement in SCHEMA.split(";\n"):
            rows.db.execute(statement)
        rows.db.execute(f"pragma user_version = {FORMAT}")
        self._fill(rows)

    def _fill(self, rows: Rows) -> None:
        """Every file and every sighting, from nothing."""
        tables = "select name from sqlite_master where type = 'table'"
        for (name,) in rows.all(tables):
            rows.db.execute(f"delete from {name}")
        state = self._folders_state()
        for sha256, found in self._listed().items():
            rows.observe(sha256, found.periods)
        self._set_position(rows, Position())
        self._read_journal(rows)
        rows.set_fact("folders", state)

    def _bring_up_to_date(self, rows: Rows) -> None:
        """Take over what changed. Where nothing did, it costs a few stats and rows."""
        if self._is_up_to_date(rows):
            return
        _in_transaction(rows, self._take_over)

    def _is_up_to_date(self, rows: Rows) -> bool:
        return (
            rows.fact("folders") == self._folders_state()
            and self.journal.ends_at(self._position(rows))
            and rows.one("select 1 from unsettled limit 1") is None
        )

    def _take_over(self, rows: Rows) -> None:
        if rows.fact(REFILL) or not self.journal.holds(self._position(rows)):
            self._fill(rows)
            return
        if rows.fact("folders") != self._folders_state():
            self._compare(rows)
        for sha256, period, since in rows.all("select sha256, period, since from unsettled"):
            rows.observe(sha256, [period])
            if time.time_ns() - since > UNSETTLED_SECONDS * 10**9:
                rows.db.execute(
                    "delete from unsettled where sha256 = ? and period = ?", (sha256, period)
                )
        if rows.fact(REFILL):
            self._fill(rows)
            return
        self._read_journal(rows)

    def _compare(self, rows: Rows) -> None:
        """Look at every file whose parts do not lie where the index knows them."""
        state = self._folders_state()
        there, known = self._listed(), _known(rows)
        changed = [
            sha256
            for sha256 in sorted(there.keys() | known.keys())
            if there.get(sha256, State()) != known.get(sha256, State())
        ]
        skipped = {sha256 for (sha256,) in rows.all("select sha256 from skipped")}
        if any(
            state.landed != there.get(sha256, State()).landed
            for sha256, state in {**dict.fromkeys(skipped, State()), **known}.items()
            if state.landed or sha256 in skipped
        ):
            self._fill(rows)  # sightings count, in their order, that did not; or no longer do
            return
        for sha256 in changed:
            rows.observe(sha256, there.get(sha256, State()).periods)
        if rows.fact(REFILL):
            self._fill(rows)
        rows.set_fact("folders", state)

    def _read_journal(self, rows: Rows) -> None:
        if self.journal.is_old():
            try:
                self.journal.upgrade()
            except OSError as error:
                if error.errno not in NO_WRITING:
                    raise
                for document in self.journal.documents():
                    rows.sighted(document)
                return
        position = self._position(rows)
        for line, behind in self.journal.lines_after(position):
            position = behind
            if sighting := parsed(line):
                rows.sighted(sighting)
        self._set_position(rows, self.journal.past_closed(position))

    def _position(self, rows: Rows) -> Position:
        return Position(*(rows.fact(name, 0) for name in ("segment", "offset", "fingerprint")))

    def _set_position(self, rows: Rows, position: Position) -> None:
        rows.set_fact("segment", position.segment)
        rows.set_fact("offset", position.offset)
        rows.set_fact("fingerprint", position.fingerprint)

    def _folders_state(self) -> str:
        """Changes when a name appears in a floor's folder of this dataset, or goes from it."""
        found = []
        for folder in self.folders:
            try:
                status = folder.stat()
            except (FileNotFoundError, NotADirectoryError):
                found.append("-")
            else:
                found.append(f"{status.st_ino}:{status.st_mtime_ns}")
        return " ".join(found)

    def _listed(self) -> dict[str, State]:
        """Every file of the dataset, by the names in its folders. Opens none of them."""
        landing, staged, quarantine = self.folders
        names = _names(landing)
        landed = {name.removesuffix(".json") for name in names if name.endswith(".json")}
        buried = {name.removesuffix(".tombstone") for name in names if name.endswith(".tombstone")}
        put_aside = {name for name in _names(quarantine) if _is_batch(quarantine / name)}
        periods: dict[str, set[str]] = {}
        for period in _names(staged):
            for name in _names(staged / period):
                if _is_batch(staged / period / name):
                    periods.setdefault(name, set()).add(period)
        return {
            sha256: State(
                sha256 in landed,
                sha256 in landed and sha256 in buried,
                sha256 in put_aside,
                frozenset(periods.get(sha256, ())),
            )
            for sha256 in sorted(landed | put_aside | periods.keys())
        }


def _names(folder: Path) -> list[str]:
    """What a folder holds, but for what is being written; nothing if it is gone, or is none."""
    try:
        names = [path.name for path in folder.iterdir()]
        return [name for name in names if not name.startswith((".", "_"))]
    except (FileNotFoundError, NotADirectoryError):
        return []


def _is_batch(folder: Path) -> bool:
    return (folder / "batch.json").exists()


def _known(rows: Rows) -> dict[str, State]:
    """What the index knows of the places of each file."""
    found = {
        sha256: State(landed=True, buried=bool(buried))
        for sha256, buried in rows.all("select sha256, buried from files where landed = 1")
    }
    for floor, sha256, period in rows.all(
        "select floor, sha256, period from batches join files on files.id = file"
    ):
        state = found.get(sha256, State())
        if floor == STAGED:
            state = state._replace(periods=state.periods | {period})
        elif floor == QUARANTINED:
            state = state._replace(quarantined=True)
        found[sha256] = state
    return found


def _in_transaction(rows: Rows, change: Callable[[Rows], None]) -> None:
    """All of a change or nothing of it, one process after the other."""
    rows.db.execute("begin immediate")
    try:
        change(rows)
    except BaseException:
        rows.db.execute("rollback")
        raise
    rows.db.execute("commit")


def _format(db: sqlite3.Connection) -> int:
    version: int = db.execute("pragma user_version").fetchone()[0]
    return version


def _cannot_write(error: sqlite3.DatabaseError) -> bool:
    """Whether the file may be right, and this process must not write it."""
    return _code(error) in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM)


def _code(error: sqlite3.DatabaseError) -> int:
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF
