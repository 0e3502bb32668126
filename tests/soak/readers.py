"""A reader who looks at published marts in transactions until he is stopped.

    python readers.py '{"kind": "duckdb", "audience": "public", "published": ..., "marts": [], ...}'

It writes down, by version, every different content that one of its transactions saw, and how often.
Which content was published under that version is not its business: the soak compares.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import psycopg

PAUSE_SECONDS = (0.2, 1.0)
WITHIN_SECONDS = (0.0, 0.3)
"""Between two statements of a transaction: long enough for a switch to fall in between."""
Seen = tuple[str, str]
"""The version, and the content of all marts as one text."""


def duckdb_content(connection: duckdb.DuckDBPyConnection, relation: str) -> str:
    """A hash of the rows of one mart of the open file."""
    sql = f"select count(*), bit_xor(hash(m)), sum(hash(m)) from {relation} as m"
    return str(connection.execute(sql).fetchone())


def postgres_content(connection: psycopg.Connection[Any], relation: str) -> str:
    """A hash of the rows of one mart being served."""
    sql = f"select count(*), sum(hashtextextended(m::text, 0)) from {relation} as m"
    return str(connection.execute(sql).fetchone())


def as_text(contents: dict[str, str]) -> str:
    return json.dumps(contents, sort_keys=True)


def read_duckdb(
    published: Path, audience: str, marts: Sequence[str], pause: Callable[[], None]
) -> Seen:
    """One transaction on the published file: opened, read in pieces, closed."""
    version = (published / "current").resolve()
    file = version / audience / "kreishaus.duckdb"
    with duckdb.connect(file, read_only=True) as connection:
        connection.begin()
        contents = {}
        for mart in marts:
            contents[mart] = duckdb_content(connection, mart)
            pause()
        connection.commit()
    return version.name, as_text(contents)


def read_postgres(
    connection: psycopg.Connection[Any],
    marts: Sequence[str],
    pause: Callable[[], None],
    isolation: str,
) -> Seen:
    """One transaction on the serving database, in several statements."""
    with connection.transaction():
        connection.execute(f"set transaction isolation level {isolation}")
        contents = {}
        for mart in marts:
            contents[mart] = postgres_content(connection, mart)
            pause()
        row = connection.execute("select version from kreishaus.publication").fetchone()
    return str(row and row[0]), as_text(contents)


def main() -> None:
    asked = json.loads(sys.argv[1])
    chance = random.Random(asked["seed"])
    stop, report = Path(asked["stop"]), Path(asked["report"])
    seen: Counter[Seen] = Counter()
    errors: Counter[str] = Counter()
    again = 0
    connection: psycopg.Connection[Any] | None = None

    def pause() -> None:
        time.sleep(chance.uniform(*WITHIN_SECONDS))

    while not stop.exists():
        try:
            if asked["kind"] == "duckdb":
                published = Path(asked["published"])
                seen[read_duckdb(published, asked["audience"], asked["marts"], pause)] += 1
            else:
                connection = connection or psycopg.connect(asked["url"], autocommit=True)
                isolation = chance.choice(("read committed", "repeatable read"))
                seen[read_postgres(connection, asked["marts"], pause, isolation)] += 1
        except psycopg.errors.SerializationFailure:
            again += 1  # the server's word for: ask again
        except (psycopg.Error, duckdb.Error, OSError) as error:
            errors[f"{type(error).__name__}: {error}"[:300]] += 1
            connection = None
        time.sleep(chance.uniform(*PAUSE_SECONDS))
    document = {
        "kind": asked["kind"],
        "audience": asked["audience"],
        "transactions": sum(seen.values()),
        "seen": [[*what, times] for what, times in seen.items()],
        "asked_again": again,
        "errors": dict(errors),
    }
    report.write_text(json.dumps(document))


if __name__ == "__main__":
    main()
