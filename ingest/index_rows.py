"""The rows of a dataset's index, and how one sighting or one file changes them.

Every total that somebody asks for each night is kept, not counted: a change first takes away what
a file contributed, then adds what it contributes now. Times are microseconds since 1970, UTC.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from ingest.backfill import reference_in

HERE = ZoneInfo("Europe/Berlin")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

FORMAT = 1
"""Goes up with every change of the tables or of what they mean: an older index is made again."""

SCHEMA = """
-- Totals, and how far the journal was read.
create table facts (name text primary key, value) without rowid;
-- A row for each file that landed. In "treated" is the version of the parser that staged it or put it
-- into quarantine.
create table files (
    sha256 text primary key, label text, run_id text, landed_at integer, buried integer,
    treated integer
) without rowid;
create index files_by_run on files (run_id);
create index files_waiting on files (treated, sha256) where buried = 0;
-- What batch.json says, staged and in quarantine (where period is the empty text).
create table batches (
    floor text, sha256 text, period text, version integer, retrieved_at integer, record text,
    passed integer, warning integer, critical integer,
    primary key (sha256, floor, period)
) without rowid;
create index batches_by_period on batches (floor, period, retrieved_at, sha256);
create index batches_by_time on batches (floor, retrieved_at);
-- An unbroken run of sightings of the same bytes at one address; its number is the order.
create table spells (
    number integer primary key, identity text, sha256 text, first_at integer, last_at integer,
    sightings integer
);
create index spells_by_file on spells (sha256);
create table addresses (identity text primary key, spell integer, sighting text) without rowid;
-- Each sighting, for datasets that are observed day by day.
create table seen (sha256 text, seen_at integer, identity text, day integer);
create index seen_by_file on seen (sha256, day);
create table days (day integer primary key, first_at integer, last_at integer);
-- The reference dates that staged files are known to hold, and how many files hold each.
create table known (day integer primary key, files integer);
create table periods (
    period text primary key, spell integer, sha256 text, versions integer
) without rowid;
-- Files that a process is changing, or was changing when it was killed.
create table unsettled (
    sha256 text, period text, since integer, primary key (sha256, period)
) without rowid;
-- Sightings of files that are not there: a restored landing that is not whole.
create table skipped (sha256 text primary key) without rowid;
"""

TOTALS = ("landed", "staged", "revisions", "passed", "warning", "critical")
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

    def fact(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 - as SQLite gives it
        """A total, or how far something was read."""
        row = self.db.execute("select value from facts where name = ?", (name,)).fetchone()
        return row[0] if row else default

    def set_fact(self, name: str, value: Any) -> None:  # noqa: ANN401
        self.db.execute("insert or replace into facts values (?, ?)", (name, value))

    def sighted(self, document: Mapping[str, Any]) -> None:
        """Fold in one sighting, in the order of the journal."""
        sha256, identity = document["sha256"], document["identity"]
        if not self._has_landed(sha256):
            self.db.execute("insert or ignore into skipped values (?)", (sha256,))
            return
        moment = datetime.fromisoformat(document["seen_at"])
        seen_at, day = microseconds(moment), moment.astimezone(HERE).date().toordinal()
        self._spell(identity, sha256, seen_at, document)
        if self.snapshot:
            self._seen(sha256, seen_at, identity, day)
        self.db.execute(
            "insert into days values (?, ?, ?) on conflict (day) do update set "
            "first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)",
            (day, seen_at, seen_at),
        )
        self.set_fact("last_seen_at", max(seen_at, self.fact("last_seen_at", seen_at)))

    def observe(self, sha256: str, periods: Iterable[str] = ()) -> None:
        """Take over what the files say of ``sha256`` now; ``periods`` may have it staged too."""
        before = self._periods_of(sha256)
        self._contribute(sha256, -1)
        self.db.execute("delete from batches where sha256 = ?", (sha256,))
        for period in sorted({*before, *periods} - {""}):
            self._take_batch(STAGED, period, self.folders.staged / period / sha256)
        self._take_batch(QUARANTINED, "", self.folders.quarantine / sha256)
        self._take_file(sha256)
        self._contribute(sha256, 1)
        for period in sorted(before ^ self._periods_of(sha256)):
            self._recount(period, sha256)

    def _spell(self, identity: str, sha256: str, seen_at: int, document: Mapping[str, Any]) -> None:
        known = self.db.execute(
            "select spell, sha256 from addresses join spells on spell = number "
            "where addresses.identity = ?",
            (identity,),
        ).fetchone()
        if known and known[1] == sha256:
            spell = known[0]
            self.db.execute(
                "update spells set last_at = max(last_at, ?), sightings = sightings + 1 "
                "where number = ?",
                (seen_at, spell),
            )
        else:
            spell = self.db.execute(
                "insert into spells (identity, sha256, first_at, last_at, sightings) "
                "values (?, ?, ?, ?, 1)",
                (identity, sha256, seen_at, seen_at),
            ).lastrowid
            for period in sorted(self._periods_of(sha256)):
                self._recount(period, sha256)
        line = json.dumps(document, ensure_ascii=False)
        self.db.execute("insert or replace into addresses values (?, ?, ?)", (identity, spell, line))

    def _seen(self, sha256: str, seen_at: int, identity: str, day: int) -> None:
        known = self.db.execute(
            "select 1 from seen where sha256 = ? and day = ? limit 1", (sha256, day)
        ).fetchone()
        self.db.execute("insert into seen values (?, ?, ?, ?)", (sha256, seen_at, identity, day))
        if not known:
            for _ in self._periods_of(sha256):
                self._know(day, 1)

    def _has_landed(self, sha256: str) -> bool:
        if self.db.execute("select 1 from files where sha256 = ?", (sha256,)).fetchone():
            return True
        self.observe(sha256)
        found = self.db.execute("select 1 from files where sha256 = ?", (sha256,)).fetchone()
        return found is not None

    def _take_file(self, sha256: str) -> None:
        self.db.execute("delete from files where sha256 = ?", (sha256,))
        try:
            sidecar = json.loads((self.folders.landing / f"{sha256}.json").read_text())
        except FileNotFoundError:
            return
        buried = (self.folders.landing / f"{sha256}.tombstone").exists()
        (treated,) = self.db.execute(
            "select max(version) from batches where sha256 = ?", (sha256,)
        ).fetchone()
        landed_at = microseconds(datetime.fromisoformat(sidecar["retrieved_at"]))
        self.db.execute(
            "insert into files values (?, ?, ?, ?, ?, ?)",
            (sha256, sidecar["label"], sidecar["run_id"], landed_at, buried, treated),
        )

    def _take_batch(self, floor: str, period: str, folder: Path) -> None:
        try:
            text = (folder / "batch.json").read_text()
        except (FileNotFoundError, NotADirectoryError):
            return
        record = json.loads(text)
        counts = check_counts(folder / "checks.parquet")
        self.db.execute(
            "insert or replace into batches values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                floor,
                folder.name,
                period,
                record["version"],
                microseconds(datetime.fromisoformat(record["retrieved_at"])),
                json.dumps(record, ensure_ascii=False),
                counts["passed"],
                counts["warning"],
                counts["critical"],
            ),
        )

    def _contribute(self, sha256: str, sign: int) -> None:
        """Add (or take away) what one file contributes to the totals."""
        changes: Counter[str] = Counter()
        if self.db.execute("select 1 from files where sha256 = ?", (sha256,)).fetchone():
            changes["landed"] = sign
        rows = self.db.execute(
            "select floor, record, passed, warning, critical from batches where sha256 = ?",
            (sha256,),
        ).fetchall()
        for floor, record, passed, warning, critical in rows:
            changes["passed"] += sign * passed
            changes["warning"] += sign * warning
            changes["critical"] += sign * critical
            if floor == STAGED:
                changes["staged"] += sign
                for day in self._days_of(sha256, json.loads(record)):
                    self._know(day, sign)
        for name, change in changes.items():
            self._add(name, change)

    def _days_of(self, sha256: str, record: Mapping[str, Any]) -> list[int]:
        """The reference dates for which a staged file counts."""
        if self.snapshot:
            rows = self.db.execute("select distinct day from seen where sha256 = ?", (sha256,))
            return [day for (day,) in rows]
        newest = record["newest_reference"]
        days = references(record["period"], date.fromisoformat(newest) if newest else None)
        return [day.toordinal() for day in days]

    def _know(self, day: int, change: int) -> None:
        self.db.execute(
            "insert into known values (?, ?) on conflict (day) do update "
            "set files = files + excluded.files",
            (day, change),
        )
        self.db.execute("delete from known where day = ? and files <= 0", (day,))

    def _periods_of(self, sha256: str) -> set[str]:
        rows = self.db.execute(
            "select period from batches where sha256 = ? and floor = ?", (sha256, STAGED)
        )
        return {period for (period,) in rows}

    def _recount(self, period: str, sha256: str) -> None:
        """Count the versions of a period again; only the new one where that can be told apart."""
        known = self.db.execute(
            "select spell, sha256, versions from periods where period = ?", (period,)
        ).fetchone()
        before = known[2] if known else 0
        mine = self.db.execute("select number from spells where sha256 = ?", (sha256,)).fetchall()
        comes_last = known and len(mine) == 1 and mine[0][0] > known[0] and known[1] != sha256
        if comes_last and period in self._periods_of(sha256):
            last, versions = (mine[0][0], sha256), before + 1
        else:
            rows = self.db.execute(
                "select number, spells.sha256 from batches join spells using (sha256) "
                "where floor = ? and period = ? order by number",
                (STAGED, period),
            ).fetchall()
            last = rows[-1] if rows else (0, "")
            versions = sum(1 for _ in groupby(file for _, file in rows))
        self.db.execute("insert or replace into periods values (?, ?, ?, ?)", (period, *last, versions))
        self._add("revisions", max(versions - 1, 0) - max(before - 1, 0))

    def _add(self, name: str, change: int) -> None:
        if change:
            self.set_fact(name, self.fact(name, 0) + change)


def references(period: str | None, newest: date | None) -> set[date]:
    """The reference dates that a staged file is known to hold: its period and its newest."""
    of_period = reference_in(period) if period else None
    return {day for day in (of_period, newest) if day}


def check_counts(path: Path) -> Counter[str]:
    """How many checks passed, and of those that did not, how many of each severity."""
    import pyarrow.parquet as pq  # not needed by DAG files, which read this module's names

    if not path.exists():
        return Counter()
    checks = pq.read_table(path, columns=["outcome", "severity"]).to_pydict()
    return Counter(
        "passed" if outcome == "passed" else severity
        for outcome, severity in zip(checks["outcome"], checks["severity"], strict=True)
    )


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970, UTC."""
    return (moment.astimezone(UTC) - EPOCH) // MICROSECOND


def moment_of(value: int) -> datetime:
    """The moment, in UTC, of a number of microseconds since 1970."""
    return EPOCH + timedelta(microseconds=value)
