"""Readers for the test of serving: a process with a few of them, who ask until they are stopped.

    python serving_readers.py '{"url": ..., "published": ..., "stop": ..., "seed": 1, "kinds": []}'

Each counts the transactions in which all that it read was of one version, and writes down every
one in which it was not, and every error. The report is a JSON document on standard output.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import duckdb
import psycopg

MARTS = (
    "internal.vacancy",
    "internal.staffing",
    "internal.refugees",
    "internal.vacancy_by_offer",
    "public.vacancy",
    "public.staffing",
    "public.refugees",
)
PAUSE_SECONDS = (0.1, 0.5)
"""Between two transactions of a reader: fifty who never pause would test the processor."""


@dataclass
class Report:
    """What a reader saw."""

    kind: str
    transactions: int = 0
    newest: int = 0
    versions: int = 0
    mixtures: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    slowest_seconds: float = 0.0


class Reader(threading.Thread):
    """One reader: ``read`` is one transaction and returns the numbers that it saw."""

    def __init__(self, kind: str, asked: dict, number: int) -> None:
        super().__init__()
        self.report = Report(kind)
        self._chance = random.Random(f"{asked['seed']}-{number}")
        self._stop_file = Path(asked["stop"])
        self._published = Path(asked["published"])
        self._url = asked["url"]
        self._read: Callable[[psycopg.Connection], set[int]] = getattr(self, f"_{kind}")

    def run(self) -> None:
        try:
            with psycopg.connect(self._url, autocommit=True) as connection:
                while not self._stop_file.exists():
                    self._once(connection)
                    time.sleep(self._chance.uniform(*PAUSE_SECONDS))
        except (psycopg.Error, duckdb.Error, OSError) as error:
            self.report.errors.append(repr(error))

    def _once(self, connection: psycopg.Connection) -> None:
        begun = time.monotonic()
        try:
            seen = self._read(connection)
        except (psycopg.Error, duckdb.Error) as error:
            self.report.errors.append(f"{type(error).__name__}: {error}")
            return
        report = self.report
        report.slowest_seconds = max(report.slowest_seconds, time.monotonic() - begun)
        report.transactions += 1
        if len(seen) != 1 or None in seen or min(seen) < report.newest:
            numbers = sorted(seen, key=str)
            report.mixtures.append(f"{report.kind}: {numbers} after {report.newest}")
            return
        report.versions += min(seen) > report.newest
        report.newest = min(seen)

    def _join(self, connection: psycopg.Connection) -> set[int]:
        """One statement on two marts."""
        one, other = self._chance.sample(MARTS, 2)
        rows = connection.execute(
            f"select a.number, b.number from {one} as a full join {other} as b using (line)"
        ).fetchall()
        return {number for row in rows for number in row} if len(rows) == 20 else {-1}

    def _statements(self, connection: psycopg.Connection) -> set[int]:
        """Several statements, each with a snapshot of its own."""
        with connection.transaction():
            connection.execute("set transaction isolation level read committed")
            return self._several(connection)

    def _repeatable(self, connection: psycopg.Connection) -> set[int]:
        """A snapshot that is older than the first look at a mart."""
        with connection.transaction():
            connection.execute("set transaction isolation level repeatable read")
            connection.execute("select count(*) from pg_catalog.pg_class")
            time.sleep(self._chance.uniform(0, 0.3))
            return self._several(connection)

    def _several(self, connection: psycopg.Connection) -> set[int]:
        seen: set[int] = set()
        for mart in self._chance.sample(MARTS, 3):
            rows = connection.execute(f"select number from {mart}").fetchall()
            seen |= {number for (number,) in rows} if len(rows) == 20 else {-1}
            time.sleep(self._chance.uniform(0, 0.01))
        return seen

    def _duckdb(self, _connection: psycopg.Connection) -> set[int]:
        """The published file, opened anew each time, as a report opens it."""
        file = (self._published / "current").resolve() / "internal" / "kreishaus.duckdb"
        with duckdb.connect(file, read_only=True) as database:
            rows = database.execute(
                "select a.number, b.number from internal.vacancy as a "
                "full join internal.vacancy_by_offer as b using (line)"
            ).fetchall()
            later = database.execute("select number from internal.refugees").fetchall()
        return {number for row in (*rows, *later) for number in row}


def main() -> None:
    asked = json.loads(sys.argv[1])
    readers = [Reader(kind, asked, number) for number, kind in enumerate(asked["kinds"])]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    print(json.dumps([asdict(reader.report) for reader in readers]))


if __name__ == "__main__":
    main()
