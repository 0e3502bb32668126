"""What is kept of each finished build, and whether the warehouse still holds its rows.

    warehouse/kreishaus.duckdb        the rows; its table kreishaus_build.build names the build
    warehouse/builds/<build>/manifest.json      dbt's: relations, columns, rules, compiled SQL
                            /run_results.json   what became of each node
                            /build.json         code, as_of, sources, the mark of the database

A build's folder is committed last, by one rename. Publishing reads it and nothing else of dbt's,
and only while the database carries the build's name and its mark: dbt's own folder ``target`` may
be written by whoever likes, and a database that something else has written is refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from kreishaus.files import commit_directory, new_directory, remove_directory, write_synced
from kreishaus.settings import Settings
from kreishaus.wording import say
from warehouse import versions
from warehouse.as_of import requested_as_of
from warehouse.code_version import code_version
from warehouse.database import connect
from warehouse.refusal import Refusal

KEPT = 3
"""How many builds' folders stay. The newest is published; those before it are for looking back."""
RECORD, MANIFEST, RESULTS = "build.json", "manifest.json", "run_results.json"
SCHEMA = "kreishaus_build"
HEADERS_BYTES = 3 * 4096
"""DuckDB's main header and its two database headers, which count checkpoints in turn."""
LOCKED = "Could not set lock on file"
"""What DuckDB says of a file that another process has open."""
IN_FORCE = "stg_kreishaus__batches_in_force"


class BuildNotFinished(Refusal):
    """There is no finished build to publish by. The message says why, and what to do."""


class WarehouseChanged(BuildNotFinished):
    """The database was written after its build: its rows are no longer those of the results."""


@dataclass(frozen=True)
class BuildRecord:
    """What is known of one finished build. ``folder`` holds dbt's manifest and results.

    ``database`` is the mark of the database file when the build ended (``mark``). ``sources`` are
    the landed files in force: source, dataset, period, sha256, figure_origin.
    """

    folder: Path
    name: str
    ended_at: str
    exit_code: int
    code_version: str
    as_of: str | None
    known_by: str
    database: str
    sources: tuple[Mapping[str, str], ...]

    @cached_property
    def manifest(self) -> Mapping[str, Any]:
        """dbt's manifest, with the SQL as it ran."""
        return _document(self.folder / MANIFEST)

    @cached_property
    def results(self) -> Mapping[str, Any]:
        """dbt's run results."""
        return _document(self.folder / RESULTS)

    @property
    def failed(self) -> tuple[str, ...]:
        """The nodes that broke or failed their test, by dbt's unique id."""
        return tuple(
            result["unique_id"]
            for result in self.results["results"]
            if result["status"] in ("error", "fail")
        )


def builds(settings: Settings) -> Path:
    """The folder of the kept builds."""
    return settings.warehouse / "builds"


def keep(
    settings: Settings, artefacts: Path, exit_code: int = 0, now: datetime | None = None
) -> BuildRecord | None:
    """Keep what dbt left in ``artefacts`` of the build that has just ended; forget old builds.

    Returns None where dbt wrote no results: it did not come to its end. Raises ``BuildNotFinished``
    when the manifest there is that of another dbt command. Who calls holds the warehouse's lock.
    """
    if not (artefacts / RESULTS).exists():
        return None
    manifest, results = ((artefacts / name).read_bytes() for name in (MANIFEST, RESULTS))
    if _invocation(manifest) != _invocation(results):
        raise BuildNotFinished(
            f"{artefacts}: another dbt command wrote here while the build was at work, so its "
            f"results cannot be told apart. Run `kreishaus build` again; for dbt by hand use "
            f"`kreishaus dbt`, which has a folder of its own"
        )
    now = now or datetime.now(UTC)
    name = versions.new_name([path.name for path in _folders(settings)], now)
    sources = _name_database(settings, name)
    as_of = requested_as_of(settings)
    record = BuildRecord(
        folder=builds(settings) / name,
        name=name,
        ended_at=now.isoformat(),
        exit_code=exit_code,
        code_version=code_version(),
        as_of=as_of.moment if as_of else None,
        known_by=as_of.by if as_of else "retrieved",
        database=mark(settings.warehouse / versions.DATABASE),
        sources=sources,
    )
    said = {key: value for key, value in asdict(record).items() if key != "folder"}
    document = json.dumps(said, indent=2, ensure_ascii=False).encode()
    folder = new_directory(record.folder)
    try:
        for file, content in ((MANIFEST, manifest), (RESULTS, results), (RECORD, document)):
            write_synced(folder / file, content)
        commit_directory(folder, record.folder)
    except BaseException:
        remove_directory(folder)
        raise
    for old in _folders(settings)[:-KEPT]:
        remove_directory(old)
    return record


def _invocation(artefact: bytes) -> str | None:
    found: str | None = json.loads(artefact).get("metadata", {}).get("invocation_id")
    return found


def _name_database(settings: Settings, name: str) -> tuple[Mapping[str, str], ...]:
    """Write the build's name into the database. Returns the files that its rows came from."""
    with connect(settings, settings.warehouse / versions.DATABASE) as warehouse:
        warehouse.execute(f"create schema if not exists {SCHEMA}")
        warehouse.execute(f"create or replace table {SCHEMA}.build as select ? as name", [name])
        sources = _sources(warehouse)
        warehouse.execute("checkpoint")
    return sources


def _sources(warehouse: duckdb.DuckDBPyConnection) -> tuple[Mapping[str, str], ...]:
    found = warehouse.execute(
        "select table_schema from information_schema.tables where table_name = ?", [IN_FORCE]
    ).fetchone()
    if found is None:
        return ()
    rows = warehouse.execute(
        f"select source, dataset, period, source_sha256, figure_origin "
        f"from {found[0]}.{IN_FORCE} order by all"
    ).fetchall()
    names = ("source", "dataset", "period", "sha256", "figure_origin")
    return tuple(dict(zip(names, row, strict=True)) for row in rows)


def mark(database: Path) -> str:
    """A mark of the content of a DuckDB file that nobody has open for writing.

    Each checkpoint writes one of the two database headers with a higher count and the place of the
    new catalogue, so any change of rows changes them; what was not checkpointed lies in the WAL.
    A copy of the file has the same mark. Read: 12 KiB, whatever the size of the file.
    """
    if database.with_name(f"{database.name}.wal").exists():
        return "unfinished: a write-ahead log lies beside it"
    with database.open("rb") as handle:
        return hashlib.sha256(handle.read(HEADERS_BYTES)).hexdigest()


def _folders(settings: Settings) -> list[Path]:
    """The folders of the kept builds, oldest first."""
    if not builds(settings).exists():
        return []
    return sorted(path for path in builds(settings).iterdir() if (path / RECORD).exists())


def named(settings: Settings, name: str) -> BuildRecord | None:
    """The build of that name; None when it did not come to its end, or is forgotten.

    Raises ``BuildNotFinished`` where what was kept of it is damaged.
    """
    folder = builds(settings) / name
    if not (folder / RECORD).exists():
        return None
    said = _document(folder / RECORD)
    try:
        record = BuildRecord(folder=folder, **{**said, "sources": tuple(said["sources"])})
    except (KeyError, TypeError) as fault:
        raise BuildNotFinished(_damaged(folder / RECORD, fault)) from fault
    if record.name != name:
        raise BuildNotFinished(
            _damaged(folder / RECORD, say("it is that of build {name}", name=record.name))
        )
    return record


def _document(path: Path) -> Mapping[str, Any]:
    """A file of a kept build. Raises ``BuildNotFinished`` where it is missing or damaged."""
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as fault:
        raise BuildNotFinished(_damaged(path, fault)) from fault
    if not isinstance(document, dict):
        raise BuildNotFinished(_damaged(path, say("it is a {kind}", kind=type(document).__name__)))
    return document


def _damaged(path: Path, fault: object) -> str:
    return say(
        "{path}: expected what was kept of the build when it ended, and it cannot be used "
        "({fault}). Nothing is published; readers keep the current version. Run `kreishaus build`.",
        path=path,
        fault=fault,
    )


def last(settings: Settings) -> BuildRecord:
    """The last build that came to its end, whatever became of the database since.

    Raises ``BuildNotFinished`` when there is none.
    """
    folders = _folders(settings)
    record = named(settings, folders[-1].name) if folders else None
    if record is None:
        raise BuildNotFinished(
            f"{builds(settings)} holds no finished build: dbt did not finish, or the warehouse is "
            f"of a release that did not keep builds. Run `kreishaus build`. "
            f"{_see(settings)}"
        )
    return record


def failed_nodes(settings: Settings) -> tuple[str, ...]:
    """The nodes of the last finished build that broke or failed their test; none without one."""
    try:
        return last(settings).failed
    except BuildNotFinished:
        return ()


@contextmanager
def opened(settings: Settings) -> Iterator[tuple[duckdb.DuckDBPyConnection, BuildRecord]]:
    """The warehouse, open for reading, and the build whose rows it holds.

    While it is open nobody can write it: DuckDB lets no writer in. Raises ``BuildNotFinished`` when
    the last build did not come to its end, ``WarehouseChanged`` when the rows are not those of a
    build any more.
    """
    database = settings.warehouse / versions.DATABASE
    if not database.exists():
        raise BuildNotFinished(
            f"{database} does not exist: nothing has been built. Run `kreishaus build`."
        )
    with _reading(settings, database) as warehouse:
        yield warehouse, _record_of(settings, database, warehouse)


def _reading(settings: Settings, database: Path) -> duckdb.DuckDBPyConnection:
    try:
        return connect(settings, database, read_only=True)
    except duckdb.Error as held:
        raise BuildNotFinished(
            f"{unreadable(database, held)} Nothing is published; readers keep the current version."
        ) from held


def require_readable(settings: Settings) -> None:
    """Raises ``BuildNotFinished`` where a warehouse is there and dbt could not open it."""
    database = settings.warehouse / versions.DATABASE
    if database.exists():
        _reading(settings, database).close()


def unreadable(database: Path, fault: duckdb.Error) -> str:
    """What is the matter with a warehouse that cannot be opened or read, and what to do."""
    if LOCKED in str(fault):
        return f"{database}: another program has it open. End it, and try again. {fault}"
    return (
        f"{database} is damaged. Move it away, and `kreishaus build` makes it anew from what is "
        f"staged; look at the disk. {fault}"
    )


def _record_of(
    settings: Settings, database: Path, warehouse: duckdb.DuckDBPyConnection
) -> BuildRecord:
    name = _name_in(warehouse)
    if name is None and not _folders(settings):
        raise BuildNotFinished(
            f"{database} was built by a release that did not keep its builds, or its first build "
            "did not finish: nothing says which of its marts are good. Nothing is published; "
            f"readers keep the current version. Run `kreishaus build`. {_see(settings)}"
        )
    record = named(settings, name) if name else None
    if record is None:
        raise BuildNotFinished(
            f"The last build in {database} did not finish, so nothing says which of its marts are "
            "good. Nothing is published; readers keep the current version. "
            f"Run `kreishaus build`. {_see(settings)}"
        )
    if mark(database) != record.database:
        raise WarehouseChanged(
            f"{database} was written after its build {record.name} had ended: by dbt run by hand, "
            "or by a build that was stopped. Its rows are not those that the build checked. "
            "Nothing is published; readers keep the current version. Run `kreishaus build`; for "
            "dbt by hand use `kreishaus dbt`, which has a database of its own. "
            f"{_see(settings)}"
        )
    return record


def _name_in(warehouse: duckdb.DuckDBPyConnection) -> str | None:
    try:
        row = warehouse.execute(f"select name from {SCHEMA}.build").fetchone()
    except duckdb.CatalogException:
        return None
    return str(row[0]) if row else None


def _see(settings: Settings) -> str:
    return f"See {settings.warehouse / 'logs' / 'dbt.log'}."
