"""The forecasts that a build is compared with: what the mart ``demand_forecast_change`` splits.

    warehouse/forecasts_published.parquet    rows of the mart ``demand_forecast``
    warehouse/rates_published.parquet        the rates that they were made with

Each row bears a slot: ``last``, the forecast that readers see now, and ``earlier``, the one that
differed from it when it was replaced. A night that changes nothing leaves both as they are. Of all
forecasts only full in-patient care has a need and a balance, and only that of the current set is
compared: nothing else is kept. What the forecast was made from is kept beside what came of it, so
that today's formulas can be tried on it: else a changed formula would look like another cause.
"""

from __future__ import annotations

import logging
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from kreishaus.files import written_atomically
from kreishaus.settings import Settings
from warehouse import versions
from warehouse.as_of import requested_as_of
from warehouse.database import connect

log = logging.getLogger(__name__)

LAST, EARLIER = "last", "earlier"

SLOT = (pa.field("slot", pa.string()), pa.field("published_version", pa.string()))
FORECASTS = pa.schema(
    [
        *SLOT,
        pa.field("is_current_set", pa.bool_()),
        *(
            pa.field(name, pa.string())
            for name in (
                *("parameter_set", "scenario", "parameter_fingerprint", "region_level"),
                *("region_code", "care_kind_code"),
            )
        ),
        *(pa.field(name, pa.int32()) for name in ("reference_year", "base_year")),
        *(
            pa.field(name, pa.float64())
            for name in (
                *("expected_persons", "base_expected_persons", "observed_to_expected"),
                *("kind_trend_rate_pa", "contracted_places", "fixed_short_term_places"),
                *("embedded_short_term_places", "planned_places", "decided_places"),
                *("under_construction_places", "closed_places"),
                *("county_factor", "trend_factor", "residents_persons", "need_places"),
                *("supply_places", "balance_places", "migration_balance_persons"),
                *("special_need_persons", "target_occupancy", "shrinkage_persons"),
                *("substitution_share", "trend_until_year", "embedded_share"),
                *("realisation_planned_share", "realisation_decided_share"),
                *("realisation_under_construction_share", "opening_delay_years"),
                "permanently_unusable_share",
            )
        ),
    ]
)
RATES = pa.schema(
    [
        *SLOT,
        pa.field("reference_date", pa.date32()),
        *(pa.field(name, pa.string()) for name in ("region_code", "care_kind_code", "sex_code")),
        pa.field("age_from_years", pa.int32()),
        pa.field("recipients_share", pa.float64()),
    ]
)
KEPT = {
    "rates_published": ("demand_rates", RATES, "true"),
    "forecasts_published": (
        "demand_forecast",
        FORECASTS,
        "is_current_set and care_kind_code = 'full_inpatient'",
    ),
}
"""File -> the mart that it is taken from, the columns and the rows. The last one commits."""
SQL_TYPES = {
    pa.string(): "varchar",
    pa.bool_(): "boolean",
    pa.int32(): "integer",
    pa.float64(): "double",
    pa.date32(): "date",
}


def write_forecasts_published(settings: Settings, *, renew: bool = True) -> bool:
    """Lay ready what the coming build compares its forecast with. Returns whether it is new.

    A build as of an earlier day is compared with nothing: readers never saw its forecast. One that
    makes again what is published does not ``renew``: it is compared as that was.
    """
    for file, (_, schema, _) in KEPT.items():
        _bring_to_schema(settings.warehouse / f"{file}.parquet", schema)
    published = _published(settings) if renew and not requested_as_of(settings) else None
    if published is None:
        return False
    with connect(settings) as connection:
        if not _replaces_last(connection, settings, published):
            _fill_in(connection, settings, published)
            return False
        replaced = _version_of(connection, settings, LAST)
        for file in KEPT:
            path = settings.warehouse / f"{file}.parquet"
            with written_atomically(path) as temporary:
                connection.execute(
                    f"""copy (
                            {_current(published, file)}
                            union all by name
                            select distinct * replace ('{EARLIER}' as slot)
                            from '{path}' where published_version = ?
                        ) to '{temporary}' (format parquet)""",
                    [replaced],
                )
    return True


def _bring_to_schema(path: Path, schema: pa.Schema) -> None:
    """Make the file, empty, or give one of an earlier release the columns that it lacks, empty."""
    if not path.exists():
        rows = schema.empty_table()
    elif (kept := pq.read_table(path)).schema.equals(schema):
        return
    else:
        known = kept.select([name for name in schema.names if name in kept.schema.names])
        rows = pa.concat_tables([schema.empty_table(), known], promote_options="default")
    with written_atomically(path) as temporary:
        pq.write_table(rows.cast(schema), temporary)


def _published(settings: Settings) -> Path | None:
    """The version that readers see, if its forecast has the columns that are compared."""
    try:
        folder = versions.current(settings)
    except versions.NothingPublished:
        return None
    for mart, schema, _ in KEPT.values():
        path = versions.parquet(folder, "internal") / f"{mart}.parquet"
        wanted = {field.name for field in schema if field not in SLOT}
        if not path.exists() or not wanted <= set(pq.read_schema(path).names):
            log.warning("%s: made before forecasts were compared, or without one", folder)
            return None
    return folder


def _current(published: Path, file: str) -> str:
    """The published rows as they are kept: same columns, same types."""
    mart, schema, condition = KEPT[file]
    columns = ", ".join(
        f"cast({field.name} as {SQL_TYPES[field.type]}) as {field.name}"
        for field in schema
        if field not in SLOT
    )
    path = versions.parquet(published, "internal") / f"{mart}.parquet"
    return (
        f"select '{LAST}' as slot, '{published.name}' as published_version, {columns} "
        f"from '{path}' where {condition}"
    )


def _replaces_last(
    connection: duckdb.DuckDBPyConnection, settings: Settings, published: Path
) -> bool:
    """Whether readers see other numbers than those kept: the day they were published is none."""
    for file, (_, schema, _) in KEPT.items():
        path = settings.warehouse / f"{file}.parquet"
        kept = f"select * from '{path}' where slot = '{LAST}'"
        fields = _filled(connection, schema, kept)
        now = _current(published, file)
        if _digest(connection, fields, kept) != _digest(connection, fields, now):
            return True
    return False


def _fill_in(connection: duckdb.DuckDBPyConnection, settings: Settings, published: Path) -> None:
    """Give a forecast that an earlier release kept the columns that it did not keep."""
    for file, (_, schema, _) in KEPT.items():
        path = settings.warehouse / f"{file}.parquet"
        kept = f"select * from '{path}' where slot = '{LAST}'"
        now = _current(published, file)
        if _filled(connection, schema, kept) == _filled(connection, schema, now):
            continue
        with written_atomically(path) as temporary:
            connection.execute(
                f"""copy (
                        select * replace (
                            (select max(published_version) from ({kept})) as published_version
                        )
                        from ({now})
                        union all by name
                        select * from '{path}' where slot = '{EARLIER}'
                    ) to '{temporary}' (format parquet)"""
            )


def _filled(connection: duckdb.DuckDBPyConnection, schema: pa.Schema, rows: str) -> list[pa.Field]:
    """The columns in which some row says something: an earlier release kept fewer."""
    fields = [field for field in schema if field not in SLOT]
    counts = ", ".join(f"count({field.name})" for field in fields)
    found = connection.execute(f"select {counts} from ({rows})").fetchone() or ()
    return [field for field, count in zip(fields, found, strict=True) if count]


def _digest(
    connection: duckdb.DuckDBPyConnection, fields: list[pa.Field], rows: str
) -> tuple[object, ...] | None:
    """Count and sum of hashes of the compared columns, whatever the order of the rows.

    The last digits, which floating point leaves to chance, do not count.
    """
    columns = ", ".join(
        ["''"]
        + [
            f"round({field.name}, 9)" if pa.types.is_floating(field.type) else field.name
            for field in fields
        ]
    )
    return connection.execute(f"select count(*), sum(hash({columns})) from ({rows})").fetchone()


def _version_of(connection: duckdb.DuckDBPyConnection, settings: Settings, slot: str) -> str | None:
    path = settings.warehouse / "forecasts_published.parquet"
    found = connection.execute(
        f"select max(published_version) from '{path}' where slot = ?", [slot]
    ).fetchone()
    return found[0] if found else None
