"""An attacker who guesses exact counts until a hash that he may read is that of his guess.

He has the rounded table, knows how it adds up, and reads in the open source how a mart is hashed.
Rounded cells leave five values each: few tables fit, and a second tries ten thousand of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import duckdb

ROUNDED_TO = 5
ROWS = """
    select
        shown.reference_date, shown.region_code, shown.origin_code, shown.origin_label,
        shown.national_month, persons.guess as pending_persons, shown.marker,
        persons.guess / nullif(wholes.guess, 0) as county_pending_share,
        shown.national_pending_count, shown.national_pending_share,
        persons.guess / nullif(shown.national_pending_count, 0) as county_of_national_share,
        shown.method, shown.caveat, shown.source_sha256, shown.published_at, shown.recorded_at,
        shown.revision
    from (select * from '{path}') as shown
    cross join wholes
    inner join persons on shown.pending_persons = persons.shown
    where shown.origin_code <> 'total' or persons.guess = wholes.guess
"""


@dataclass(frozen=True)
class Guessed:
    """How many tables were tried, and the one that a hash gave away: persons by country."""

    tried: int
    persons: Mapping[str, int] | None


def guess_pending(rounded: Path, hashes: Collection[str]) -> Guessed:
    """Guess the exact ``pending_by_country`` behind the public Parquet file ``rounded``."""
    schema, shown, text_sums = _rows(rounded)
    countries = sorted(name for name in shown if name not in ("total", "other"))
    tried = 0
    for persons in _tables(shown, countries):
        whole = persons["total"]
        halves = [text_sums[name, persons[name], whole] for name in persons]
        sums = (len(halves), sum(half[0] for half in halves), sum(half[1] for half in halves))
        tried += 1
        if hashlib.sha256(f"{schema}{sums}".encode()).hexdigest() in hashes:
            return Guessed(tried, persons)
    return Guessed(tried, None)


def _tables(shown: Mapping[str, int], countries: list[str]) -> Iterator[dict[str, int]]:
    """Every table that rounds to the one shown, and adds up."""
    for counts in product(*(_behind(shown[name]) for name in countries)):
        for whole in _behind(shown["total"]):
            other = whole - sum(counts)
            if other in _behind(shown["other"]):
                yield {**dict(zip(countries, counts, strict=True)), "other": other, "total": whole}


def _behind(rounded: int) -> range:
    slack = ROUNDED_TO // 2
    return range(max(0, rounded - slack), rounded + slack + 1)


def _rows(
    rounded: Path,
) -> tuple[str, dict[str, int], dict[tuple[str, int, int], tuple[int, int]]]:
    """How the exact table is described, what is shown, and the hashes of every row's texts."""
    with duckdb.connect() as database:
        shown = dict(
            database.execute(f"select origin_code, pending_persons from '{rounded}'").fetchall()
        )
        database.execute("create table persons (shown bigint, guess bigint)")
        pairs = [(value, guess) for value in set(shown.values()) for guess in _behind(value)]
        database.executemany("insert into persons values (?, ?)", pairs)
        database.execute("create table wholes (guess bigint)")
        wholes = [(guess,) for guess in _behind(shown["total"])]
        database.executemany("insert into wholes values (?)", wholes)
        described = database.execute(f"describe from '{rounded}'").fetchall()
        columns = [row for row in described if row[0] != "rounded_to"]
        statement = ROWS.format(path=rounded)
        halves = database.execute(
            f"""select origin_code, pending_persons, whole,
                       md5_number_lower(row_text), md5_number_upper(row_text)
                from (select mart.origin_code, mart.pending_persons, wholes.guess as whole,
                             to_json(mart)::varchar as row_text
                      from wholes, lateral (
                          {statement.replace("cross join wholes", "")}
                      ) as mart)"""
        ).fetchall()
    return str(columns), shown, {(row[0], row[1], row[2]): (row[3], row[4]) for row in halves}
