"""Writing tables of cells straight to the staged store, without a file to parse.

They go where every batch goes, with a landed file, its sidecar and a record of the batch; what is
left out are the source's format, its parser and the checks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from kreishaus.model import Request
from kreishaus.settings import Settings
from kreishaus.store.landing import Landing
from kreishaus.store.staging import PROVENANCE, BatchRecord, Staging

Axes = Mapping[str, list[Any]]
"""Column -> its words. The cells are their product: the last one changes fastest."""
RUN_ID = "generated"


@dataclass(frozen=True)
class Table:
    """A table of one dataset: ``values`` has an axis for each of ``axes``, in their order.

    ``beside`` are columns that go along with an axis: its name -> the column -> a word for each of
    the axis. ``everywhere`` are columns with one value.
    """

    dataset: str
    period: str
    axes: Axes
    values: np.ndarray[Any, Any]
    beside: Mapping[str, Axes]
    everywhere: Mapping[str, Any]


def cells(table: Table, schema: pa.Schema, provenance: Mapping[str, Any]) -> pa.Table:
    """The cells as a staged table. A column that is not spoken of is empty."""
    rows = table.values.size
    full = pa.schema([*schema, *PROVENANCE])
    columns: dict[str, pa.Array] = {
        "value": pa.array(table.values.reshape(-1), pa.float64()),
        "source_row": pa.array(np.arange(1, rows + 1), pa.int32()),
    }
    for position, (name, words) in enumerate(table.axes.items()):
        places = _places(table.values.shape, position)
        for column, spoken in {name: words, **table.beside.get(name, {})}.items():
            dictionary = pa.array(spoken, full.field(column).type)
            columns[column] = dictionary.take(places)
    for column, value in {**table.everywhere, **provenance}.items():
        columns[column] = pa.repeat(pa.scalar(value, full.field(column).type), rows)
    empty = {field.name: field.type for field in full if field.name not in columns}
    columns |= {name: pa.nulls(rows, kind) for name, kind in empty.items()}
    return pa.table([columns[field.name] for field in full], schema=full)


def _places(shape: tuple[int, ...], position: int) -> pa.Array:
    """For each cell, which word of this axis it bears."""
    before, after = np.prod(shape[:position], dtype=int), np.prod(shape[position + 1 :], dtype=int)
    places = np.tile(np.repeat(np.arange(shape[position], dtype=np.int32), after), before)
    return pa.array(places)


def stage(
    settings: Settings, source: str, table: Table, schema: pa.Schema, made_from: Mapping[str, Any]
) -> int:
    """Land what the table is made from, stage its cells beside it; return how many there are."""
    content = json.dumps({"dataset": table.dataset, **made_from}, indent=2).encode()
    label = f"{table.dataset}_generated.json"
    request = Request(identity=f"generated:{table.dataset}", label=label, extension="json")
    landed, _ = Landing(settings.landing, source, table.dataset).land(
        content, request, run_id=RUN_ID, licence="none: invented", figure_origin="invented"
    )
    now = datetime.now(UTC)
    provenance = {
        "source_place": label,
        "source_sha256": landed.sha256,
        "period": table.period,
        "retrieved_at": now,
        "figure_origin": "invented",
    }
    record = BatchRecord(
        source=source,
        dataset=table.dataset,
        sha256=landed.sha256,
        label=label,
        period=table.period,
        version=1,
        published_at=None,
        retrieved_at=now,
        rows=table.values.size,
        newest_reference=max(_dates(table)),
        figure_origin="invented",
    )
    staging = Staging(settings.staged, source, table.dataset)
    staging.stage(record, {"cells": cells(table, schema, provenance)}, [], "{}\n")
    return table.values.size


def _dates(table: Table) -> list[date]:
    return list(table.axes["reference_date"])
