"""Asking the published marts a question, as any reader would: read-only, one version."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

from kreishaus.settings import Settings
from warehouse import audit, versions
from warehouse.as_of import requested_as_of
from warehouse.statements import marts_read

NOTHING_ELSE: dict[str, str | bool | int | float | list[str]] = {"enable_external_access": False}
"""A question reads the published database and nothing else, and writes no file past the audit."""


def query(settings: Settings, sql: str, audience: versions.Audience = "internal") -> pa.Table:
    """Run one SQL statement on the current version; marts may be named without their schema.

    What was asked of ``internal`` stands in the audit log before the answer is returned. Raises
    ``NothingPublished``, ``duckdb.Error`` with the database's own words, and ``AuditUnwritable``.
    """
    version = versions.current(settings)
    database = versions.database(version, audience)
    with duckdb.connect(database, read_only=True, config=NOTHING_ELSE) as connection:
        connection.execute(f"use {audience}")
        try:
            answer = connection.execute(sql).to_arrow_table()
        except duckdb.Error:
            _note(settings, connection, sql, audience, version, None)  # its message may quote cells
            raise
        _note(settings, connection, sql, audience, version, answer.num_rows)
        return answer


def _note(
    settings: Settings,
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    audience: versions.Audience,
    version: Path,
    rows: int | None,
) -> None:
    if audience != "internal":
        return
    marts = [str(name) for (name,) in connection.execute("show tables").fetchall()]
    as_of = requested_as_of(settings)
    audit.record(
        settings,
        "query",
        audience=audience,
        marts=marts_read(connection, sql, marts),
        statement=sql,
        rows=rows,
        version=version.name,
        as_of=as_of.moment if as_of else None,
        outcome="done" if rows is not None else "failed",
    )
