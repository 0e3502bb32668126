"""The public half of a version: what the disclosure rules leave of each mart."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb

from ingest.settings import Settings
from warehouse import room, versions
from warehouse.database import connect
from warehouse.disclosure import (
    NotCovered,
    columns_shown,
    is_public,
    looked_up,
    public_select,
    shows_all,
)
from warehouse.manifest import PublishedMart, described
from warehouse.marts import Mart
from warehouse.tables import create_table


@dataclass(frozen=True)
class Public:
    """The public marts of a version, and those that no rule covers, with the reason."""

    marts: tuple[PublishedMart, ...]
    refused: dict[str, str]


def write_public(
    settings: Settings, folder: Path, there: Sequence[Mart], exact: Sequence[PublishedMart]
) -> Public:
    """Write the public marts of ``there``, whose ``exact`` rows lie in ``folder``.

    A mart that no rule covers, or whose rule does not run, is left out and named; the others go on.
    """
    published: list[PublishedMart] = []
    refused: dict[str, str] = {}
    made: dict[str, Mart] = {}
    entries = {entry.name: entry for entry in exact}
    with connect(settings, versions.database(folder, "public")) as database:
        database.execute("set preserve_insertion_order = true")
        database.execute("create schema public")
        database.execute("use public")
        for mart in _parents_first(there):
            database.begin()
            try:
                if is_public(mart):
                    published.append(_write(database, folder, mart, entries[mart.name], made))
                    made[mart.name] = mart
                database.commit()
            except (NotCovered, duckdb.Error) as reason:
                if room.is_full(reason):
                    raise  # no fault of the mart: publishing ends
                database.rollback()
                _parquet(folder, mart).unlink(missing_ok=True)
                refused[mart.name] = _told(mart, reason)
    return Public(tuple(sorted(published, key=lambda mart: mart.name)), refused)


def _parquet(folder: Path, mart: Mart) -> Path:
    return versions.parquet(folder, "public") / f"{mart.name}.parquet"


def _told(mart: Mart, reason: Exception) -> str:
    if isinstance(reason, NotCovered):
        return str(reason)
    return (
        f"{mart.name}: its disclosure rules make no statement that runs: {reason} "
        "See public_sql, public_where and homes in the mart's yml."
    )


def _parents_first(there: Sequence[Mart]) -> list[Mart]:
    by_name = {mart.name: mart for mart in there}
    before = {mart.name: {*mart.parents, *looked_up(mart)} for mart in there}
    return [by_name[name] for name in TopologicalSorter(before).static_order() if name in by_name]


def _write(
    database: duckdb.DuckDBPyConnection,
    folder: Path,
    mart: Mart,
    entry: PublishedMart,
    made: dict[str, Mart],
) -> PublishedMart:
    exact = versions.parquet(folder, "internal") / f"{mart.name}.parquet"
    path = _parquet(folder, mart)
    held = [row[0] for row in database.execute(f"describe from '{exact}'").fetchall()]
    shown = columns_shown(mart)
    select = public_select(mart, f"'{exact}'", held, made)
    if mart.key:
        select = f"select * from ({select}) order by {', '.join(mart.key)}"
    create_table(database, "public", mart, shown, select)
    if shows_all(mart):
        os.link(exact, path)
        return entry
    database.execute(f"copy public.{mart.name} to '{path}' (format parquet)")
    made_now = described(database, mart, shown, path)
    return replace(made_now, kept_from=entry.kept_from, fault=entry.fault)
