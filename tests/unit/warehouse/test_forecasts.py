"""What is kept of the published forecast, so that the next build can say what changed and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kreishaus.settings import Settings
from warehouse import versions
from warehouse.forecasts import FORECASTS, KEPT, SLOT, write_forecasts_published

INPUTS = ("expected_persons", "contracted_places", "base_year")
"""Of what a forecast is made from, columns that 0.1.0 did not keep."""


def publish(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, name: str, **columns: object
) -> None:
    """A published version with one row of the forecast, and no rates."""
    folder = versions.parquet(settings.published / name, "internal")
    folder.mkdir(parents=True)
    for mart, schema, _ in KEPT.values():
        mine = pa.schema([field for field in schema if field not in SLOT])
        row = {"is_current_set": True, "care_kind_code": "full_inpatient", **columns}
        rows = [row] if mart == "demand_forecast" else []
        pq.write_table(pa.Table.from_pylist(rows, mine), folder / f"{mart}.parquet")
    monkeypatch.setattr(versions, "current", lambda _: settings.published / name)


def kept(settings: Settings) -> list[dict[str, Any]]:
    table = pq.read_table(settings.warehouse / "forecasts_published.parquet")
    assert set(table.schema.names) == set(FORECASTS.names)
    return sorted(table.to_pylist(), key=lambda row: str(row["slot"]), reverse=True)


def without_inputs(path: Path) -> None:
    """Take from a file what an earlier release did not keep."""
    table = pq.read_table(path)
    pq.write_table(table.drop_columns(list(INPUTS)), path)


def test_a_forecast_of_an_earlier_release_gets_its_inputs_and_stays_what_it_is(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(settings, monkeypatch, "v1", need_places=90.0, expected_persons=80.0)
    assert write_forecasts_published(settings)
    publish(settings, monkeypatch, "v2", need_places=100.0, expected_persons=95.0)
    assert write_forecasts_published(settings)
    without_inputs(settings.warehouse / "forecasts_published.parquet")
    publish(settings, monkeypatch, "v3", need_places=100.0, expected_persons=95.0)

    assert not write_forecasts_published(settings)
    columns = ("slot", "published_version", "need_places", "expected_persons")
    assert [tuple(row[name] for name in columns) for row in kept(settings)] == [
        ("last", "v2", 100.0, 95.0),
        ("earlier", "v1", 90.0, None),
    ]


def test_a_forecast_that_differs_replaces_one_whose_inputs_were_not_kept(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(settings, monkeypatch, "v1", need_places=90.0, expected_persons=80.0)
    write_forecasts_published(settings)
    without_inputs(settings.warehouse / "forecasts_published.parquet")
    publish(settings, monkeypatch, "v2", need_places=100.0, expected_persons=80.0)

    assert write_forecasts_published(settings)
    columns = ("slot", "published_version", "need_places", "expected_persons")
    assert [tuple(row[name] for name in columns) for row in kept(settings)] == [
        ("last", "v2", 100.0, 80.0),
        ("earlier", "v1", 90.0, None),
    ]


def test_another_input_is_another_forecast(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(settings, monkeypatch, "v1", need_places=90.0, expected_persons=80.0)
    assert write_forecasts_published(settings)
    assert not write_forecasts_published(settings)
    publish(settings, monkeypatch, "v2", need_places=90.0, expected_persons=81.0)
    assert write_forecasts_published(settings)
    assert [row["slot"] for row in kept(settings)] == ["last", "earlier"]
