"""The rows of a dataset's index, and how one sighting or one file changes them.

Every total that somebody asks for each night is kept, not counted: a change first takes away what
a file contributed, then adds what it contributes now. Rows refer to files by number, in the order
of their coming: what is new is written at the end of each table, however long the history is.
Times are microseconds since 1970, UTC.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from kreishaus.local_time import HERE
from kreishaus.references import reference_in

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

FORMAT = 1
"""Goes up with every change of the tables or of what they mean: an older index is made again."""
PAGE_BYTES = 1024
"""Small pages: a night reads a row here and there."""

SCHEMA = """
-- Totals, and how far the journal was read.
create table facts (name text primary key, value) without rowid;
-- In "treated" is the version of the parser that staged a file or put it into quarantine.
create table files (
    id integer primary key, sha256 text unique, landed integer, buried integer, label text,
    run_id text, run_key integer, treated integer
);
create index files_by_run on files (run_key);
create index files_unjudged on files (sha256, label)
where landed = 1 and buried = 0 and treated is null;
create index files_waiting on files (treated) where landed = 1 and buried = 0;
-- What batch.json says, staged and in quarantine (there the period is the empty text).
create table batches (
    number integer primary key, file integer, floor text, period text, version integer,
    retrieved_at integer, newest integer, passed integer, warning integer, critical integer
);
create unique index batches_by_file on batches (file, floor, period);
create table records (batch integer primary key, record text);
create index batches_by_period on batches (floor, period, retrieved_at);
create index batches_by_time on batches (floor, retrieved_at, period);
-- An unbroken run of sightings of the same bytes at one address. The number is the order of their
-- coming. The last one of each address is still open: addresses says when it was seen last.
create table spells (
    number integer primary key, identity text, file integer, first_at integer, last_at integer,
    sightings integer
);
create index spells_by_file on spells (file);
create table addresses (
    identity text primary key, spell integer, file integer, sha256 text, last_at integer,
    sightings integer, sighting text
) without rowid;
-- Each sighting, for datasets that are observed day by day.
create table seen (file integer, spell integer, seen_at integer, day integer);
create index seen_by_file on seen (file, day);
create table days (day integer primary key, first_at integer, last_at integer);
-- The reference dates that staged files are known to hold, and how many files hold each.
create table known (day integer primary key, files integer);
-- How many versions each period has, and which came last.
create table periods (
    period text primary key, spell integer, file integer, versions integer
) without rowid;
-- Files that a process is changing, or was changing when it was killed.
create table unsettled (
    sha256 text, period text, since integer, primary key (sha256, period)
) without rowid;
-- Sightings of files that are not there: a restored landing that is not whole.
create table skipped (sha256 text primary key) without rowid;
"""

TOTALS = (
    *("landed", "unjudged", "staged", "quarantined", "revisions"),
    *("passed", "warning", "critical"),
)
REFILL = "refill"
"""A fact that says: make every row anew from the files."""
STAGED, QUARANTINED = "staged", "quarantined"


class Folders(NamedTuple):
    """Where the files of one dataset lie, floor by floor."""

    landing: Path
    staged: Path
    quarantine: Path


class Rows:
    """The index's rows, to be changed inside of one transaction."""

    def __init__(self, db: sqlite3.Connection, folders: Folders, *, snapshot: bool) -> None:
        self.db = db
        self.folders = folders
        self.snapshot = snapshot
        self._replaced: dict[str, str] = {}

    def all(self, query: str, *values: object) -> list[Any]:
        """Every row that a query finds."""
        return self.db.execute(query, values).fetchall()

    def one(self, query: str, *values: object) -> Any:  # noqa: ANN401 - as SQLite gives it
        """The first row that a query finds, or None."""
        return self.db.execute(query, values).fetchone()

    def fact(self, name: str, default: Any = None) -> Any:  # noqa: ANN401
        """A total, or how far something was read."""
        row = self.one("select value from facts where name = ?", name)
        return default if row is None else row[0]

    def set_fact(self, name: str, value: Any) -> None:  # noqa: ANN401
        self.db.execute("insert or replace into facts values (?, ?)", (name, value))

    def sighted(self, document: Mapping[str, Any]) -> None:
        """Fold in one sighting, in the order of the journal.

        One of a file that was reduced is one of the canonical table in its place.
        """
        identity, sha256 = document["identity"], self._stands_for(document["sha256"])
        document = {**document, "sha256": sha256}
        moment = datetime.fromisoformat(document["seen_at"])
        seen_at, day = microseconds(moment), moment.astimezone(HERE).date().toordinal()
        known = self.one(
            "select spell, file, sha256, last_at, sightings from addresses where identity = ?",
            identity,
        )
        if known and known[2] == sha256:
            spell, file, _, last_at, sightings = known
            last_at, sightings = max(last_at, seen_at), sightings + 1
        elif (landed := self._landed(sha256)) is not None:
            file = landed
            if known:
                self.db.execute(
                    "update spells set last_at = ?, sightings = ? where number = ?",
                    (known[3], known[4], known[0]),
                )
            spell = self._new_spell(identity, file, seen_at)
            last_at, sightings = seen_at, 1
        else:
            self.db.execute("insert or ignore into skipped values (?)", (sha256,))
            return
        line = json.dumps(document, ensure_ascii=False)
        self.db.execute(
            "insert or replace into addresses values (?, ?, ?, ?, ?, ?, ?)",
            (identity, spell, file, sha256, last_at, sightings, line),
        )
        self._on_day(day, seen_at)
        if self.snapshot:
            self._seen(file, spell, seen_at, day)

    def observe(self, sha256: str, periods: Iterable[str] = ()) -> None:
        """Take over what the files say of ``sha256`` now; ``periods`` may have it staged too."""
        file = self._file(sha256)
        before = self._periods_of(file)
        self._contribute(file, -1)
        for (number,) in self.all("select number from batches where file = ?", file):
            self.db.execute("delete from records where batch = ?", (number,))
            self.db.execute("delete from batches where number = ?", (number,))
        for period in sorted({*before, *periods} - {""}):
            self._take_batch(file, STAGED, period, self.folders.staged / period / sha256)
        self._take_batch(file, QUARANTINED, "", self.folders.quarantine / sha256)
        self._take_file(file, sha256)
        if self._stands_for(sha256) != sha256 and self.one(
            "select 1 from spells where file = ? limit 1", file
        ):
            self.set_fact(REFILL, 1)  # its sightings are those of another file from now on
        self._contribute(file, 1)
        for period in sorted(before ^ self._periods_of(file)):
            self._recount(period, file)
        (newest,) = self.one("select max(retrieved_at) from batches where floor = ?", STAGED)
        self.set_fact("last_good", newest)

    def _file(self, sha256: str) -> int:
        row = self.one("select id from files where sha256 = ?", sha256)
        if row is None:
            self.db.execute(
                "insert into files (sha256, landed, buried) values (?, 0, 0)", (sha256,)
            )
            row = self.one("select last_insert_rowid()")
        number: int = row[0]
        return number

    def _stands_for(self, sha256: str) -> str:
        """The hash of the canonical table that took the place of a file; else its own."""
        if sha256 not in self._replaced:
            found = sha256
            with suppress(FileNotFoundError, NotADirectoryError):
                said = json.loads((self.folders.landing / f"{sha256}.tombstone").read_text())
                found = said.get("replaced_by") or sha256
            self._replaced[sha256] = found
        return self._replaced[sha256]

    def _landed(self, sha256: str) -> int | None:
        """The number of a file that has landed; None for one that has not."""
        for attempt in (1, 2):
            row = self.one("select id from files where sha256 = ? and landed = 1", sha256)
            if row:
                number: int = row[0]
                return number
            if attempt == 1:
                self.observe(sha256)
        return None

    def _new_spell(self, identity: str, file: int, seen_at: int) -> int:
        spell = self.db.execute(
            "insert into spells (identity, file, first_at, last_at, sightings) "
            "values (?, ?, ?, ?, 1)",
            (identity, file, seen_at, seen_at),
        ).lastrowid
        assert spell is not None
        for period in sorted(self._periods_of(file)):
            self._recount(period, file)
        return spell

    def _on_day(self, day: int, seen_at: int) -> None:
        self.db.execute(
            "insert into days values (?, ?, ?) on conflict (day) do update set "
            "first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)",
            (day, seen_at, seen_at),
        )
        self.set_fact("last_seen_at", max(seen_at, self.fact("last_seen_at", seen_at)))

    def _seen(self, file: int, spell: int, seen_at: int, day: int) -> None:
        known = self.one("select 1 from seen where file = ? and day = ? limit 1", file, day)
        self.db.execute("insert into seen values (?, ?, ?, ?)", (file, spell, seen_at, day))
        if not known:
            for _ in self._periods_of(file):
                self._know(day, 1)

    def _take_file(self, file: int, sha256: str) -> None:
        (treated,) = self.one("select max(version) from batches where file = ?", file)
        landed, buried, label, run_id = 0, 0, None, None
        try:
            sidecar = json.loads((self.folders.landing / f"{sha256}.json").read_text())
        except FileNotFoundError:
            pass
        else:
            landed, label, run_id = 1, sidecar["label"], sidecar["run_id"]
            buried = int((self.folders.landing / f"{sha256}.tombstone").exists())
        self.db.execute(
            "update files set landed = ?, buried = ?, label = ?, run_id = ?, run_key = ?, "
            "treated = ? where id = ?",
            (landed, buried, label, run_id, run_key(run_id), treated, file),
        )

    def _take_batch(self, file: int, floor: str, period: str, folder: Path) -> None:
        try:
            record = json.loads((folder / "batch.json").read_text())
        except (FileNotFoundError, NotADirectoryError):
            return
        counts: Counter[str] = Counter()
        with suppress(FileNotFoundError):  # being replaced, by a process that will say so
            counts = check_counts(folder / "checks.parquet")
        newest = record["newest_reference"]
        number = self.db.execute(
            "insert into batches values (null, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                file,
                floor,
                period,
                record["version"],
                microseconds(datetime.fromisoformat(record["retrieved_at"])),
                date.fromisoformat(newest).toordinal() if newest else None,
                counts["passed"],
                counts["warning"],
                counts["critical"],
            ),
        ).lastrowid
        text = json.dumps(record, ensure_ascii=False)
        self.db.execute("insert into records values (?, ?)", (number, text))

    def _contribute(self, file: int, sign: int) -> None:
        """Add (or take away) what one file contributes to the totals."""
        changes: Counter[str] = Counter()
        landed, buried, treated = self.one(
            "select landed, buried, treated from files where id = ?", file
        )
        changes["landed"] = sign * landed
        changes["unjudged"] = sign * (landed and not buried and treated is None)
        for floor, period, newest, passed, warning, critical in self.all(
            "select floor, period, newest, passed, warning, critical from batches where file = ?",
            file,
        ):
            changes["passed"] += sign * passed
            changes["warning"] += sign * warning
            changes["critical"] += sign * critical
            changes[floor] += sign
            if floor == STAGED:
                for day in self._days_of(file, period, newest):
                    self._know(day, sign)
        for name, change in changes.items():
            self._add(name, change)

    def _days_of(self, file: int, period: str, newest: int | None) -> list[int]:
        """The reference dates for which a staged file counts."""
        if self.snapshot:
            return [
                day for (day,) in self.all("select distinct day from seen where file = ?", file)
            ]
        days = references(period, date.fromordinal(newest) if newest else None)
        return [day.toordinal() for day in days]

    def _know(self, day: int, change: int) -> None:
        self.db.execute(
            "insert into known values (?, ?) on conflict (day) do update "
            "set files = files + excluded.files",
            (day, change),
        )
        self.db.execute("delete from known where day = ? and files <= 0", (day,))

    def _periods_of(self, file: int) -> set[str]:
        rows = self.all("select period from batches where file = ? and floor = ?", file, STAGED)
        return {period for (period,) in rows}

    def _recount(self, period: str, file: int) -> None:
        """Count the versions of a period again; only the new one where that can be told apart."""
        known = self.one("select spell, file, versions from periods where period = ?", period)
        before = known[2] if known else 0
        mine = self.all("select number from spells where file = ? limit 2", file)
        comes_last = known and len(mine) == 1 and mine[0][0] > known[0] and known[1] != file
        if comes_last and period in self._periods_of(file):
            last, versions = (mine[0][0], file), before + 1
        else:
            rows = self.all(
                "select spells.number, spells.file from batches "
                "join spells on spells.file = batches.file "
                "where floor = ? and period = ? order by spells.number",
                *(STAGED, period),
            )
            last = rows[-1] if rows else (0, 0)
            versions = sum(1 for _ in groupby(came for _, came in rows))
        self.db.execute(
            "insert or replace into periods values (?, ?, ?, ?)", (period, *last, versions)
        )
        self._add("revisions", max(versions - 1, 0) - max(before - 1, 0))

    def _add(self, name: str, change: int) -> None:
        if change:
            self.set_fact(name, self.fact(name, 0) + change)


def references(period: str | None, newest: date | None) -> set[date]:
    """The reference dates that a staged file is known to hold: its period and its newest."""
    of_period = reference_in(period) if period else None
    return {day for day in (of_period, newest) if day}


def check_counts(path: Path) -> Counter[str]:
    """How many checks passed, and of those that did not, how many of each severity.

    Raises ``FileNotFoundError``.
    """
    import pyarrow.parquet as pq  # not needed by DAG files, which read this module's names

    checks = pq.read_table(path, columns=["outcome", "severity"]).to_pydict()
    return Counter(
        "passed" if outcome == "passed" else severity
        for outcome, severity in zip(checks["outcome"], checks["severity"], strict=True)
    )


def run_key(run_id: str | None) -> int:
    """A short key to find a run by; two runs may share one."""
    return zlib.crc32((run_id or "").encode())


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970, UTC."""
    return (moment.astimezone(UTC) - EPOCH) // MICROSECOND


def moment_of(value: int) -> datetime:
    """The moment, in UTC, of a number of microseconds since 1970."""
    return EPOCH + timedelta(microseconds=value)
