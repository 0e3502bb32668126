"""The forecasts that a build is compared with: what the mart ``demand_forecast_change`` splits.

    warehouse/forecasts_published.parquet    rows of the mart ``demand_forecast``
    warehouse/rates_published.parquet        the rates that they were made with

Each row bears a slot: ``last``, the forecast that readers see now, and ``earlier``, the one that
differed from it when it was replaced. A night that changes nothing leaves both as they are.
"""

from __future__ import annotations

import logging
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ingest.files import write_atomically
from ingest.settings import Settings
from warehouse import versions
from warehouse.as_of import asked_for

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
        pa.field("reference_year", pa.int32()),
        *(
            pa.field(name, pa.float64())
            for name in (
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
    "rates_published": ("demand_rates", RATES),
    "forecasts_published": ("demand_forecast", FORECASTS),
}
"""File -> the mart that it is taken from, and the columns that are kept. The last one commits."""


def write_forecasts_published(settings: Settings) -> bool:
    """Lay ready what the coming build compares its forecast with. Returns whether it is new.

    A build as of an earlier day is compared with nothing: readers never saw its forecast.
    """
    for file, (_, schema) in KEPT.items():
        path = settings.warehouse / f"{file}.parquet"
        if not path.exists() or not pq.read_schema(path).equals(schema):
            _write(path, schema.empty_table())
    published = None if asked_for(settings) else _published(settings)
    if published is None or not _replaces_last(settings, published):
        return False
    replaced = _version_of(settings, LAST)
    for file, (mart, schema) in KEPT.items():
        path = settings.warehouse / f"{file}.parquet"
        with duckdb.connect() as connection:
            rows = connection.execute(
                f"""{_current(published, mart, schema)}
                    union all by name
                    select distinct * replace ('{EARLIER}' as slot)
                    from '{path}' where published_version = ?""",
                [replaced],
            ).to_arrow_table()
        _write(path, rows.select(schema.names).cast(schema))
    return True


def _published(settings: Settings) -> Path | None:
    """The version that readers see, if its forecast has the columns that are compared."""
    try:
        folder = versions.current(settings)
    except versions.NothingPublished:
        return None
    for mart, schema in KEPT.values():
        path = folder / "parquet" / f"{mart}.parquet"
        wanted = {field.name for field in schema if field not in SLOT}
        if not path.exists() or not wanted <= set(pq.read_schema(path).names):
            log.warning("%s: made before forecasts were compared, or without one", folder)
            return None
    return folder


def _current(published: Path, mart: str, schema: pa.Schema) -> str:
    columns = ", ".join(field.name for field in schema if field not in SLOT)
    path = published / "parquet" / f"{mart}.parquet"
    only = "where is_current_set" if "is_current_set" in schema.names else ""
    return (
        f"select '{LAST}' as slot, '{published.name}' as published_version, {columns} "
        f"from '{path}' {only}"
    )


def _replaces_last(settings: Settings, published: Path) -> bool:
    """Whether readers see other numbers than those kept: the day they were published is none."""
    with duckdb.connect() as connection:
        for file, (mart, schema) in KEPT.items():
            path = settings.warehouse / f"{file}.parquet"
            kept = f"select {_rounded(schema)} from '{path}' where slot = '{LAST}'"
            now = f"select {_rounded(schema)} from ({_current(published, mart, schema)})"
            for one, other in ((kept, now), (now, kept)):
                if connection.execute(f"({one}) except all ({other}) limit 1").fetchone():
                    return True
    return False


def _rounded(schema: pa.Schema) -> str:
    """The compared columns, without the last digits that floating point leaves to chance."""
    return ", ".join(
        f"round({field.name}, 9) as {field.name}"
        if pa.types.is_floating(field.type)
        else field.name
        for field in schema
        if field not in SLOT
    )


def _version_of(settings: Settings, slot: str) -> str | None:
    path = settings.warehouse / "forecasts_published.parquet"
    with duckdb.connect() as connection:
        found = connection.execute(
            f"select max(published_version) from '{path}' where slot = ?", [slot]
        ).fetchone()
    return found[0] if found else None


def _write(path: Path, table: pa.Table) -> None:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    write_atomically(path, sink.getvalue().to_pybytes())
