"""The public half of a version: what the disclosure rules leave of each mart."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb

from kreishaus.settings import Settings
from warehouse import room, versions
from warehouse.database import connect
from warehouse.disclosure import (
    NotCovered,
    columns_shown,
    is_public,
    looked_up,
    public_select,
    shows_all,
    shows_homes,
)
from warehouse.homes import tables as homes
from warehouse.manifest import PublishedMart, described
from warehouse.marts import Mart
from warehouse.source_files import NAMED, FileNames
from warehouse.tables import create_table


@dataclass(frozen=True)
class Public:
    """The public marts of a version, and those that no rule covers, with the reason."""

    marts: tuple[PublishedMart, ...]
    refused: dict[str, str]


def write_public(
    settings: Settings,
    folder: Path,
    there: Sequence[Mart],
    exact: Sequence[PublishedMart],
    names: FileNames,
) -> Public:
    """Write the public marts of ``there``, whose ``exact`` rows lie in ``folder``.

    Files that their rows name go by ``names``. A mart that no rule covers, or whose rule does not
    run, is left out and named; the others go on.
    """
    published: list[PublishedMart] = []
    refused: dict[str, str] = {}
    made: dict[str, Mart] = {}
    figures: homes.HomeFigures | None = None
    first = homes.needed_first(there)
    entries = {entry.name: entry for entry in exact}
    with connect(settings, versions.database(folder, "public")) as database:
        database.execute("set preserve_insertion_order = true")
        database.execute("create schema public")
        database.execute("use public")
        for mart in _parents_first(there, first):
            database.begin()
            try:
                if is_public(mart):
                    if shows_homes(mart):
                        figures = figures or _figures(settings, database, folder, there)
                        _prepare(database, folder, mart, figures)
                    published.append(
                        _write(database, folder, mart, entries[mart.name], made, names)
                    )
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


def _figures(
    settings: Settings, database: duckdb.DuckDBPyConnection, folder: Path, there: Sequence[Mart]
) -> homes.HomeFigures:
    found = homes.sources(there)
    if missing := {homes.CONTRIBUTIONS, homes.AREAS} - set(found):
        raise NotCovered(f"figures of homes need marts with meta.{homes.KEY} {sorted(missing)}")
    dominance = settings.disclosure.dominance_percent / 100
    return homes.HomeFigures(database, found, versions.parquet(folder, "internal"), dominance)


def _prepare(
    database: duckdb.DuckDBPyConnection, folder: Path, mart: Mart, figures: homes.HomeFigures
) -> None:
    exact = f"'{versions.parquet(folder, 'internal') / mart.name}.parquet'"
    held = [row[0] for row in database.execute(f"describe from {exact}").fetchall()]
    try:
        figures.prepare(mart, held, exact)
    except homes.MisstatedMeasure as reason:
        raise NotCovered(str(reason)) from reason


def _parents_first(there: Sequence[Mart], before_homes: set[str]) -> list[Mart]:
    by_name = {mart.name: mart for mart in there}
    before = {
        mart.name: {
            *mart.parents,
            *looked_up(mart),
            *(before_homes if shows_homes(mart) else ()),
        }
        for mart in there
    }
    return [by_name[name] for name in TopologicalSorter(before).static_order() if name in by_name]


def _write(
    database: duckdb.DuckDBPyConnection,
    folder: Path,
    mart: Mart,
    entry: PublishedMart,
    made: dict[str, Mart],
    names: FileNames,
) -> PublishedMart:
    exact = versions.parquet(folder, "internal") / f"{mart.name}.parquet"
    path = _parquet(folder, mart)
    held = [row[0] for row in database.execute(f"describe from '{exact}'").fetchall()]
    shown = columns_shown(mart)
    select = public_select(mart, f"'{exact}'", held, made)
    # In memory or among temporary files first: what is replaced never lies in the public file.
    database.execute(f"create or replace temp table seen as {select}")
    select, renamed = names.select(database, "temp.seen")
    shown = {
        name: replace(column, description=f"{column.description} {NAMED}".strip())
        if name in renamed
        else column
        for name, column in shown.items()
    }
    if mart.key:
        select = f"select * from ({select}) order by {', '.join(mart.key)}"
    create_table(database, "public", mart, shown, select)
    if shows_all(mart) and not renamed:
        shutil.copyfile(exact, path)  # no second name: the exact half stays closed, file by file
        return entry
    database.execute(f"copy public.{mart.name} to '{path}' (format parquet)")
    made_now = described(database, mart, shown, path)
    return replace(made_now, kept_from=entry.kept_from, fault=entry.fault)
