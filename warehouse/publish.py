"""Publishing: a version made aside, complete, and then one switch of a link.

published/<version>/kreishaus.duckdb         schema ``internal``, a table per mart
                   /parquet/<mart>.parquet   the same, for readers without a database
                   /manifest.json            run, code, as_of, sources, rows, content hashes
         /current -> <version>               switched last

A build as of an earlier day is published in the same way, in a folder of its own (``as_of``).
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version as package_version
from pathlib import Path
from typing import Any

import duckdb

from ingest.files import commit_directory, new_directory, sweep, switch_link, write_synced
from ingest.settings import REPOSITORY, Settings
from warehouse import versions
from warehouse.as_of import asked_for
from warehouse.database import connect
from warehouse.marts import Mart, marts

NEWEST_BY = ("reference_date", "reference_month", "reference_year", "year", "issue_date")
"""Columns that say how new a mart is, the most telling first."""


@dataclass(frozen=True)
class PublishedMart:
    """One mart of a published version. ``kept_from`` names the version of its last good state."""

    name: str
    rows: int
    content_hash: str
    newest: str | None
    kept_from: str | None = None
    fault: str | None = None


@dataclass(frozen=True)
class Manifest:
    """What a published version consists of."""

    version: str
    run_id: str
    created_at: str
    code_version: str
    as_of: str | None
    known_by: str
    marts: tuple[PublishedMart, ...]
    missing: dict[str, str]
    sources: tuple[dict[str, str], ...]

    @property
    def faults(self) -> dict[str, str]:
        """Every mart that this build did not make good, with the reason."""
        kept = {mart.name: mart.fault for mart in self.marts if mart.fault}
        return {**kept, **self.missing}


def publish(settings: Settings, run_id: str, now: datetime | None = None) -> Manifest:
    """Publish what the last build made good; keep the last good state of the rest.

    Raises ``BuildNotFinished`` when there is no finished build: readers keep what they have.
    """
    built = marts(settings)
    now = now or datetime.now(UTC)
    final = _free_name(settings.published, now)
    settings.published.mkdir(parents=True, exist_ok=True)
    sweep(settings.published)
    folder = new_directory(final)
    (folder / "parquet").mkdir()
    previous = _previous(settings)
    published, missing = _write_parquet(settings, built, folder, previous)
    _write_database(settings, folder, [mart for mart in built if mart.name not in missing])
    as_of = asked_for(settings)
    manifest = Manifest(
        version=final.name,
        run_id=run_id,
        created_at=now.isoformat(),
        code_version=code_version(),
        as_of=as_of.moment if as_of else None,
        known_by=as_of.by if as_of else "retrieved",
        marts=tuple(published),
        missing=missing,
        sources=_sources(settings),
    )
    document = json.dumps(asdict(manifest), indent=2, ensure_ascii=False)
    write_synced(folder / "manifest.json", document.encode() + b"\n")
    commit_directory(folder, final)
    switch_link(settings.published / versions.CURRENT, final)
    versions.prune(settings)
    return manifest


def _free_name(published: Path, now: datetime) -> Path:
    return published / now.strftime("%Y%m%dT%H%M%S.%fZ")


def _previous(settings: Settings) -> Path | None:
    try:
        return versions.current(settings)
    except versions.NothingPublished:
        return None


def _write_parquet(
    settings: Settings, built: Sequence[Mart], folder: Path, previous: Path | None
) -> tuple[list[PublishedMart], dict[str, str]]:
    published = []
    missing = {}
    with connect(settings, settings.warehouse / versions.DATABASE, read_only=True) as warehouse:
        for mart in built:
            path = folder / "parquet" / f"{mart.name}.parquet"
            if mart.fault is None:
                ordered = f"select * from {mart.relation} order by {', '.join(mart.key) or 'all'}"
                warehouse.execute(f"copy ({ordered}) to '{path}' (format parquet)")
                published.append(_described(warehouse, mart.name, path))
            elif kept := _keep(mart, path, previous):
                published.append(kept)
            else:
                missing[mart.name] = mart.fault
    return published, missing


def _described(connection: duckdb.DuckDBPyConnection, name: str, path: Path) -> PublishedMart:
    rows = _scalar(connection, f"select count(*) from '{path}'")
    columns = [row[0] for row in connection.execute(f"describe from '{path}'").fetchall()]
    newest_by = next((column for column in NEWEST_BY if column in columns), None)
    newest = (
        _scalar(connection, f"select max({newest_by})::varchar from '{path}'")
        if newest_by
        else None
    )
    return PublishedMart(name, int(rows), content_hash(connection, path), newest)


def content_hash(connection: duckdb.DuckDBPyConnection, path: Path) -> str:
    """A hash of a table's columns, types and rows: equal exactly when the content is equal.

    The order of the rows and the way they are stored do not matter: rows are hashed one by one, and
    their hashes added up, in two halves of 64 bits, so that nothing is held but two sums.
    """
    schema = str(connection.execute(f"describe from '{path}'").fetchall())
    sums = connection.execute(
        f"""select count(*), sum(md5_number_lower(row_text)), sum(md5_number_upper(row_text))
            from (select to_json(mart)::varchar as row_text from '{path}' as mart)"""
    ).fetchone()
    return hashlib.sha256(f"{schema}{sums}".encode()).hexdigest()


def _keep(mart: Mart, path: Path, previous: Path | None) -> PublishedMart | None:
    """Carry the last good state of a mart over from the version before."""
    if previous is None or not (previous / "parquet" / path.name).exists():
        return None
    shutil.copyfile(previous / "parquet" / path.name, path)
    before = next(
        entry for entry in versions.manifest(previous)["marts"] if entry["name"] == mart.name
    )
    kept_from = before["kept_from"] or previous.name
    return PublishedMart(**{**before, "kept_from": kept_from, "fault": mart.fault})


def _write_database(settings: Settings, folder: Path, built: Sequence[Mart]) -> None:
    with connect(settings, folder / versions.DATABASE) as database:
        # Rows lie as in the Parquet file: sorted by their key.
        database.execute("set preserve_insertion_order = true")
        database.execute(f"create schema {versions.SCHEMA}")
        for mart in built:
            table = f"{versions.SCHEMA}.{mart.name}"
            parquet = folder / "parquet" / f"{mart.name}.parquet"
            database.execute(f"create table {table} as from '{parquet}'")
            database.execute(f"comment on table {table} is {_literal(mart.description)}")
            held = {row[0] for row in database.execute(f"describe {table}").fetchall()}
            for column, description in mart.columns.items():
                if column in held:
                    comment = _literal(description)
                    database.execute(f'comment on column {table}."{column}" is {comment}')


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _sources(settings: Settings) -> tuple[dict[str, str], ...]:
    """The files that every number of this version came from."""
    with duckdb.connect(settings.warehouse / versions.DATABASE, read_only=True) as warehouse:
        relation = _scalar(
            warehouse,
            "select any_value(table_schema || '.' || table_name) from information_schema.tables "
            "where table_name = 'stg_house__batches_in_force'",
        )
        rows = warehouse.execute(
            f"select source, dataset, period, source_sha256 from {relation} order by all"
        ).fetchall()
    names = ("source", "dataset", "period", "sha256")
    return tuple(dict(zip(names, row, strict=True)) for row in rows)


def code_version() -> str:
    """The package's version, with the commit where the code lies in a git checkout."""
    released = package_version("kreishaus")
    try:
        commit = subprocess.run(
            ["git", "describe", "--always", "--dirty"],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return released
    return f"{released}+{commit}"


def _scalar(
    connection: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[object] = ()
) -> Any:  # noqa: ANN401 - whatever the query selects
    row = connection.execute(sql, list(parameters)).fetchone()
    return row[0] if row else None
