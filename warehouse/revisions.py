"""What changed between two versions of a period, cell by cell: what the mart ``revisions`` shows.

    warehouse/revised_cells.parquet    a row for each cell in which two staged files differ

Landed bytes never change, so two files are compared once; a night compares what it brought. Two
files without a difference are one row too, of the kind ``reissued``.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import groupby, pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kreishaus.datasets import REGISTRY, Dataset
from kreishaus.files import write_atomically
from kreishaus.settings import Settings
from kreishaus.store.batches import versions_of
from kreishaus.store.staging import BatchRecord, Staging, text
from warehouse.as_of import nightly_warehouse
from warehouse.compare import DIFFERENCES, compare, key_or_place
from warehouse.database import connect

log = logging.getLogger(__name__)

FILE = "revised_cells.parquet"
REISSUED = "reissued"
METHOD = 1
"""Goes up when files come to be compared differently: all are then compared anew."""

PAIR = ("source", "dataset", "old_sha256", "new_sha256", "method")
REVISED_CELLS = pa.schema([*map(text, PAIR), *DIFFERENCES])


@dataclass(frozen=True)
class Pair:
    """Two versions of a period, one in force after the other."""

    entry: Dataset
    old: BatchRecord
    new: BatchRecord

    @property
    def identity(self) -> dict[str, str]:
        """By what its rows are found again, in the order of ``PAIR``."""
        values = (self.entry.source, self.entry.name, self.old.sha256, self.new.sha256)
        return dict(zip(PAIR, (*values, _method(self.entry)), strict=True))

    @property
    def words(self) -> str:
        return "|".join(self.identity.values())


def _method(entry: Dataset) -> str:
    """Equal as long as two files of a dataset, compared again, would differ in the same cells."""
    keys = {name: asdict(key_or_place(schema)) for name, schema in entry.load("tables").items()}
    document = json.dumps([METHOD, entry.version, keys], sort_keys=True)
    return hashlib.sha256(document.encode()).hexdigest()[:12]


def pairs(settings: Settings) -> Iterator[Pair]:
    """Every two versions that followed one another, of every period of every dataset.

    Files that wait to be read by the present parser are left out: they are not comparable yet.
    """
    for entry in REGISTRY:
        by_period = groupby(versions_of(settings, entry), key=lambda found: found.record.period)
        for _, of_period in by_period:
            for old, new in pairwise(version.record for version in of_period):
                if old.version == new.version == entry.version:
                    yield Pair(entry, old, new)


def write_revised_cells(settings: Settings) -> int:
    """Write ``revised_cells.parquet`` into the warehouse. Returns how many pairs were compared."""
    wanted = {pair.words: pair for pair in pairs(settings)}
    known = _known(nightly_warehouse(settings) / FILE)
    identities = pc.binary_join_element_wise(*(known[column] for column in PAIR), "|")
    kept = known.filter(pc.is_in(identities, pa.array(wanted, pa.string())))
    missing = wanted.keys() - set(identities.to_pylist())
    compared = [_compared(settings, wanted[words]) for words in sorted(missing)]
    path = settings.warehouse / FILE
    if compared or kept.num_rows < known.num_rows or not path.exists():
        sink = pa.BufferOutputStream()
        pq.write_table(pa.concat_tables([kept, *compared]), sink)
        write_atomically(path, sink.getvalue().to_pybytes())
    return len(compared)


def _known(path: Path) -> pa.Table:
    if path.exists() and pq.read_schema(path).equals(REVISED_CELLS):
        return pq.read_table(path)
    return REVISED_CELLS.empty_table()


def _compared(settings: Settings, pair: Pair) -> pa.Table:
    staging = Staging(settings.staged, pair.entry.source, pair.entry.name)
    old, new = (staging.folder / str(file.period) / file.sha256 for file in (pair.old, pair.new))
    schemas = pair.entry.tables_in(str(pair.new.period))
    if not all(_has_columns(folder, schemas) for folder in (old, new)):
        log.warning("%s and %s: not compared, staged with other columns than today's", old, new)
        return REVISED_CELLS.empty_table()
    with connect(settings) as connection:
        differences = pa.concat_tables(
            compare(connection, name, schema, old / f"{name}.parquet", new / f"{name}.parquet")
            for name, schema in schemas.items()
        )
    if not differences.num_rows:
        differences = pa.Table.from_pylist([{"kind": REISSUED}], DIFFERENCES)
    for position, (column, value) in enumerate(pair.identity.items()):
        values = pa.repeat(pa.scalar(value), differences.num_rows)
        differences = differences.add_column(position, text(column), values)
    return differences


def _has_columns(folder: Path, schemas: Mapping[str, pa.Schema]) -> bool:
    """Whether a file was staged with these tables. One that was not must not stop a build."""
    files = {name: folder / f"{name}.parquet" for name in schemas}
    return all(
        files[name].exists() and set(schema.names) <= set(pq.read_schema(files[name]).names)
        for name, schema in schemas.items()
    )
