"""A mart to be written into a file: its rows, its columns, and what has to be said with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from kreishaus.datasets import REGISTRY
from kreishaus.labels.figure_origin import OriginNote
from kreishaus.settings import Settings
from warehouse import versions, withdrawals
from warehouse.export.units import unit_de
from warehouse.manifest import PublishedMart, published_marts
from warehouse.origins import note_on
from warehouse.source_files import name_of

ROWS_AT_A_TIME = 5_000
Row = tuple[Any, ...]


class NoSuchMart(Exception):
    """The version does not have that mart for that audience."""


@dataclass(frozen=True)
class Column:
    """A column as readers see it. ``header`` is its German label, unlike all others of the mart."""

    name: str
    duckdb_type: str
    header: str
    unit_de: str
    description: str


@dataclass(frozen=True)
class Source:
    """A dataset that rows come from: how many of its files, about when, under which licence.

    ``title`` and ``licence`` are German.
    """

    dataset: str
    title: str
    licence: str
    files: int
    first_period: str
    last_period: str


@dataclass(frozen=True)
class Extract:
    """A mart of a published version. ``rows`` may be gone through once.

    ``withdrawn`` is what a reader must know of withdrawn versions, in German; empty without any.
    """

    mart: str
    audience: versions.Audience
    entry: PublishedMart
    manifest: dict[str, Any]
    columns: tuple[Column, ...]
    sources: tuple[Source, ...]
    rows: Iterator[Row]
    origin_note: OriginNote
    county: str
    withdrawn: str = ""


@contextmanager
def extract(settings: Settings, mart: str, audience: versions.Audience) -> Iterator[Extract]:
    """A mart of the current version. Raises ``NoSuchMart``, ``NothingPublished``."""
    version = versions.current(settings)
    entries = published_marts(version, audience)
    if mart not in entries:
        raise NoSuchMart(_missing(version, mart, audience, entries))
    manifest = versions.manifest(version, audience)
    with duckdb.connect(versions.database(version, audience), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        columns = _columns(connection, f"{audience}.{mart}", entries[mart])
        yield Extract(
            mart=mart,
            audience=audience,
            entry=entries[mart],
            manifest=manifest,
            columns=columns,
            sources=_sources(connection, f"{audience}.{mart}", columns, manifest["sources"]),
            rows=_rows(connection, f"{audience}.{mart}"),
            origin_note=note_on(manifest),
            county=settings.county.name,
            withdrawn=_withdrawn(settings, version, entries[mart]),
        )


def _withdrawn(settings: Settings, version: Path, entry: PublishedMart) -> str:
    """That newer versions were withdrawn, or the one that this mart was kept from."""
    found = []
    newest = versions.newest_withdrawal(settings)
    if newest and newest.name > version.name:
        found.append(f"Eine neuere Version ({newest.name}) wurde {newest.words_de}.")
    kept = entry.kept_from and withdrawals.mark(settings, "versions", entry.kept_from)
    if kept:
        found.append(f"Die Version {kept.name}, aus der die Tabelle stammt, wurde {kept.words_de}.")
    return " ".join(found)


def _missing(version: Path, mart: str, audience: str, entries: dict[str, PublishedMart]) -> str:
    if audience == "public" and _is_internal(version, mart):
        return f"{mart} is not for everybody: --audience internal, for those who may read it"
    alike = [name for name in entries if mart.split("_")[0] in name]
    return f"there is no mart {mart}. There are: {', '.join(alike or entries) or 'none'}"


def _is_internal(version: Path, mart: str) -> bool:
    try:
        return mart in published_marts(version, "internal")
    except PermissionError:  # the half of somebody else
        return False


def _columns(
    connection: duckdb.DuckDBPyConnection, table: str, entry: PublishedMart
) -> tuple[Column, ...]:
    types = {row[0]: row[1] for row in connection.execute(f"describe {table}").fetchall()}
    told = {name: entry.columns[name] for name in types}
    labels = {name: said["label_de"] or name for name, said in told.items()}
    often = Counter(labels.values())
    return tuple(
        Column(
            name=name,
            duckdb_type=duckdb_type,
            header=labels[name] if often[labels[name]] == 1 else f"{labels[name]} ({name})",
            unit_de=unit_de(name, duckdb_type, told[name]["description"]),
            description=told[name]["description"],
        )
        for name, duckdb_type in types.items()
    )


def _sources(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: Sequence[Column],
    files: Sequence[dict[str, str]],
) -> tuple[Source, ...]:
    """The datasets whose files the rows name, by hash or by ``source_files.name_of``."""
    named: set[str] = set()
    for column in columns:
        if column.name.endswith("source_sha256"):
            listed = f"unnest(string_split({column.name}, ', '))"
            rows = connection.execute(f"select distinct {listed} from {table}").fetchall()
            named.update(row[0] for row in rows)
    found = []
    for entry in REGISTRY:
        periods = sorted(
            file["period"]
            for file in files
            if (file["source"], file["dataset"]) == (entry.source, entry.name)
            and named & {file.get("sha256"), name_of(file)}
        )
        if periods:
            span = (_period(periods[0]), _period(periods[-1]))
            found.append(
                Source(entry.id, entry.title_de, entry.licence.title_de, len(periods), *span)
            )
    return tuple(found)


def _period(period: str) -> str:
    """A period for people: files that always hold the whole history have no other name for it."""
    return "gesamte Reihe" if period == "all" else period


def _rows(connection: duckdb.DuckDBPyConnection, table: str) -> Iterator[Row]:
    answer = connection.execute(f"select * from {table}")
    while rows := answer.fetchmany(ROWS_AT_A_TIME):
        yield from rows
