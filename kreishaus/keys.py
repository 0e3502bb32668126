"""What tells the rows of a staged table apart, said beside its columns.

Two versions of a period can only be compared row by row when it is known which rows are the same.
The key stands in the metadata of the table's schema: a table of another dataset that has the same
schema has the same key.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import pyarrow as pa

METADATA = b"kreishaus.row_key"


@dataclass(frozen=True)
class RowKey:
    """``columns`` name a row; ``label`` is its column of words for people, if it has one.

    ``measure`` is the column of the key that says what is counted, in a table of one value a row.
    ``positions`` say where a row stands in the file, beside ``source_row``: a row that only moved
    is no other row.
    """

    columns: tuple[str, ...]
    label: str | None = None
    measure: str | None = None
    positions: tuple[str, ...] = ()


def keyed(
    schema: pa.Schema,
    *columns: str,
    label: str | None = None,
    measure: str | None = None,
    positions: tuple[str, ...] = (),
) -> pa.Schema:
    """The schema, saying what tells its rows apart. Raises ``ValueError`` for unknown columns."""
    key = RowKey(columns, label, measure, positions)
    named = {*columns, *positions, *filter(None, (label, measure))}
    if unknown := named - set(schema.names):
        raise ValueError(f"the key names columns that the table does not have: {sorted(unknown)}")
    document = json.dumps(asdict(key)).encode()
    return schema.with_metadata({**(schema.metadata or {}), METADATA: document})


def row_key(schema: pa.Schema) -> RowKey | None:
    """What tells the rows of a table apart; None where nobody said."""
    document = (schema.metadata or {}).get(METADATA)
    if document is None:
        return None
    said = json.loads(document)
    return RowKey(
        columns=tuple(said["columns"]),
        label=said["label"],
        measure=said["measure"],
        positions=tuple(said["positions"]),
    )
