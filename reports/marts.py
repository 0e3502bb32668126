"""Reading the published marts, all of one version, for reports and their plots."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import duckdb

from kreishaus.county_words import CountyWords
from kreishaus.earlier_names import columns_of_today, renamed
from kreishaus.labels.figure_origin import NO_NOTE, OriginNote
from kreishaus.settings import County, Settings
from reports.phrasing import short_name
from warehouse import audit, versions
from warehouse.origins import note_on
from warehouse.statements import EVERYTHING

Row = dict[str, Any]


class NoData(Exception):
    """A mart that a report stands on is empty, or not published yet."""

    def __init__(self, mart: str) -> None:
        super().__init__(mart)
        self.mart = mart


class Marts:
    """Marts in a database, the county whose they are, and what is noted on their figures."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        *,
        county: County,
        origin_note: OriginNote = NO_NOTE,
    ) -> None:
        self.connection = connection
        self.county = county
        self.origin_note = origin_note
        self._names = {str(name) for (name,) in connection.execute("show tables").fetchall()}
        _show_names_of_today(connection)

    @property
    def kreis(self) -> str:
        """The official key of the county."""
        return self.county.ags

    @property
    def land(self) -> str:
        """The official key of its Land."""
        return self.county.land_ags

    @property
    def words(self) -> CountyWords:
        """What the county and its offices are called in German."""
        return self.county.words

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

    def region_name(self, row: Row) -> str:
        """The name of a row's region: the county's as its folder has it, else without the kind.

        Official tables call a Kreis by the city that it is named after: "Viersen, Kreis".
        """
        if row["region_code"] == self.kreis:
            return self.county.name
        return short_name(row["region_name"])

    def some_rows(
        self, mart: str, sql: str, parameters: Mapping[str, object] | None = None
    ) -> list[Row]:
        """The same, where no rows leave nothing to show. Raises ``NoData``."""
        found = self.rows(mart, sql, parameters)
        if not found:
            raise NoData(mart)
        return found


def _show_names_of_today(connection: duckdb.DuckDBPyConnection) -> None:
    """Put a view with the columns' names of today before each mart of an earlier release."""
    tables = connection.execute(
        "select schema_name, table_name, list(column_name) from duckdb_columns() "
        "where database_name = current_database() and schema_name = current_schema() group by all"
    ).fetchall()
    for schema, name, held in tables:
        if columns := columns_of_today(held):
            select = renamed(f'{schema}."{name}"', columns)
            connection.execute(f'create temp view "{name}" as {select}')


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
        note = note_on(versions.manifest(version, audience))
        yield Marts(connection, county=settings.county, origin_note=note)
