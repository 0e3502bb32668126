"""Reading the published marts, all of one version, for reports and their plots."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import duckdb

from kreishaus.settings import Settings
from warehouse import audit, versions
from warehouse.statements import EVERYTHING

Row = dict[str, Any]
SAMPLE = "Beispieldaten der Auslieferung, teils erfunden: nicht für Beschlüsse."
"""What stands on everything that is shown while the house runs on its sample sources."""


class NoData(Exception):
    """A mart that a report stands on is empty, or not published yet."""

    def __init__(self, mart: str) -> None:
        super().__init__(mart)
        self.mart = mart


class Marts:
    """Marts in a database, and whose they are: the keys of the county and of its Land."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, *, kreis: str, land: str, is_sample: bool
    ) -> None:
        self.connection = connection
        self.kreis = kreis
        self.land = land
        self.is_sample = is_sample
        self._names = {str(name) for (name,) in connection.execute("show tables").fetchall()}

    def rows(
        self, mart: str, sql: str, parameters: Mapping[str, object] | None = None
    ) -> list[Row]:
        """The rows of a statement on ``mart``; none where it is not published.

        ``$kreis`` and ``$land`` in the statement are the keys of the county and of its Land.
        """
        if mart not in self._names:
            return []
        known = {"kreis": self.kreis, "land": self.land, **(parameters or {})}
        used = {name: value for name, value in known.items() if f"${name}" in sql}
        table = self.connection.execute(sql, used or None).to_arrow_table()
        return [dict(row) for row in table.to_pylist()]

    def some_rows(
        self, mart: str, sql: str, parameters: Mapping[str, object] | None = None
    ) -> list[Row]:
        """The same, where no rows leave nothing to show. Raises ``NoData``."""
        found = self.rows(mart, sql, parameters)
        if not found:
            raise NoData(mart)
        return found


@contextmanager
def published(settings: Settings, audience: versions.Audience = "public") -> Iterator[Marts]:
    """The marts of the current version. Raises ``NothingPublished``.

    That a report was made from ``internal`` stands in the audit log before it can read anything;
    raises ``AuditUnwritable`` where that cannot be.
    """
    version = versions.current(settings)
    if audience == "internal":
        audit.record(settings, "report", marts=[EVERYTHING], version=version.name)
    database = versions.database(version, audience)
    with duckdb.connect(database, read_only=True) as connection:
        connection.execute(f"use {audience}")
        yield Marts(
            connection,
            kreis=settings.county.ags,
            land=settings.county.land_ags,
            is_sample=settings.sources == "sample",
        )
