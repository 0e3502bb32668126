"""The staged store: tidy typed Parquet, one folder per landed file, visible by one rename.

    staged/<source>/<dataset>/<period>/<sha256>/<table>.parquet   the rows
                                               /checks.parquet    what was checked, with outcome
                                               /validation.json   as Great Expectations keeps it
                                               /batch.json        period, publication, version

Every table has in addition an empty template under ``staged/<source>/<dataset>/_/_/``, so that a
reader's pattern finds the columns of a dataset that never arrived.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from kreishaus.figure_origin import FigureOrigin
from kreishaus.files import (
    commit_directory,
    new_directory,
    remove_directory,
    write_atomically,
    write_synced,
)
from kreishaus.folder_formats import begin
from kreishaus.model import Finding, UnreadableFile
from kreishaus.store import index_queries as queries
from kreishaus.store.index import Index
from kreishaus.wording import say


def text(name: str, *, nullable: bool = False) -> pa.Field:
    """A text column of a staged table."""
    return pa.field(name, pa.string(), nullable=nullable)


FIGURE_ORIGIN = "figure_origin"
PROVENANCE = (
    text("source_place"),
    pa.field("source_row", pa.int32(), nullable=False),
    text("source_sha256"),
    text("period"),
    pa.field("published_at", pa.timestamp("us", tz="UTC")),
    pa.field("retrieved_at", pa.timestamp("us", tz="UTC"), nullable=False),
    text(FIGURE_ORIGIN),
)
"""What every staged row says about itself, after its own columns."""

CHECKS = pa.schema(
    [
        text("source"),
        text("dataset"),
        text("period"),
        text("source_sha256"),
        text("table_name"),
        text("rule"),
        text("description"),
        text("severity"),  # critical, warning
        text("outcome"),  # passed, failed
        pa.field("offending_rows", pa.int64(), nullable=False),
        pa.field("evaluated_rows", pa.int64(), nullable=False),
        text("place", nullable=True),
        text("row_label", nullable=True),
        text("expected", nullable=True),
        text("found", nullable=True),
        text("batch_outcome"),  # staged, quarantined
        pa.field("retrieved_at", pa.timestamp("us", tz="UTC"), nullable=False),
    ]
)
"""Every check of every batch; the warehouse reads it as the mart ``data_quality``."""
CHECKS_FILE, RECORD_FILE = "checks.parquet", "batch.json"
TEMPLATE = "_"


@dataclass(frozen=True)
class BatchRecord:
    """What ``batch.json`` says of a processed file, staged or quarantined.

    ``label_from`` is the identity of the request that corrected its label: before that, nobody knew
    what the file is about.
    """

    source: str
    dataset: str
    sha256: str
    label: str
    period: str | None
    version: int
    published_at: datetime | None
    retrieved_at: datetime
    rows: int = 0
    newest_reference: date | None = None
    figure_origin: FigureOrigin = "unknown"
    label_from: str | None = None


def typed(frame: pd.DataFrame, schema: pa.Schema, provenance: Mapping[str, Any]) -> pa.Table:
    """The frame as an Arrow table of ``schema`` plus provenance.

    Without a word about them the figures are of unknown origin.

    Raises ``UnreadableFile`` where a value does not fit its declared type: never coerces.
    """
    full = pa.schema([*schema, *PROVENANCE])
    missing = set(schema.names) - set(frame.columns)
    unknown = set(frame.columns) - set(full.names)
    if missing or unknown:
        raise UnreadableFile(
            Finding(
                rule="columns",
                severity="critical",
                message=say(
                    "columns missing: {missing}; columns unknown: {unknown}",
                    missing=sorted(missing),
                    unknown=sorted(unknown),
                ),
                expected=", ".join(schema.names),
                found=", ".join(map(str, frame.columns)),
            )
        )
    frame = frame.assign(**{FIGURE_ORIGIN: "unknown", **provenance})[full.names]
    _refuse_lossy_integers(frame, full)
    try:
        table = pa.Table.from_pandas(frame, schema=full, preserve_index=False, safe=True)
        table.validate(full=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        raise UnreadableFile(
            Finding(
                rule="types",
                severity="critical",
                message=say("a value does not fit its column: {error}", error=error),
            )
        ) from error
    for field in full:
        if not field.nullable and table[field.name].null_count:
            row = table[field.name].is_null().index(pa.scalar(True)).as_py()
            raise UnreadableFile(
                Finding(
                    rule="not_null",
                    severity="critical",
                    message=say("column {name} is empty where it must not be", name=field.name),
                    place=str(frame["source_place"].iloc[row]),
                    row=str(frame["source_row"].iloc[row]),
                    column=field.name,
                    expected=say("a value"),
                    found=say("nothing"),
                )
            )
    return table


def _refuse_lossy_integers(frame: pd.DataFrame, schema: pa.Schema) -> None:
    """Arrow cuts 3.5 to 3 where a column holds Python objects; a count must be whole."""
    for field in schema:
        if not pa.types.is_integer(field.type):
            continue
        for position, value in enumerate(frame[field.name].array):
            if value is None or pd.isna(value):
                continue
            if isinstance(value, bool | str) or int(value) != value:
                raise UnreadableFile(
                    Finding(
                        rule="types",
                        severity="critical",
                        message=say("a value does not fit its column {name}", name=field.name),
                        place=str(frame["source_place"].iloc[position]),
                        row=str(frame["source_row"].iloc[position]),
                        column=field.name,
                        expected=say("a whole number"),
                        found=repr(value),
                    )
                )


def write_record(folder: Path, record: BatchRecord) -> None:
    """Write ``batch.json`` into a folder that is being filled."""
    write_synced(folder / RECORD_FILE, _as_json(record))


def _as_json(record: BatchRecord) -> bytes:
    document = json.dumps(asdict(record), indent=2, ensure_ascii=False, default=str)
    return document.encode() + b"\n"


def read_record(folder: Path) -> BatchRecord | None:
    """The ``batch.json`` of a processed file; None where there is none."""
    try:
        return record_of(json.loads((folder / RECORD_FILE).read_text()))
    except FileNotFoundError:
        return None


def record_of(document: dict[str, Any]) -> BatchRecord:
    """The record that a ``batch.json`` holds."""
    for key in ("published_at", "retrieved_at"):
        if document[key] is not None:
            document[key] = datetime.fromisoformat(document[key])
    if document["newest_reference"] is not None:
        document["newest_reference"] = date.fromisoformat(document["newest_reference"])
    return BatchRecord(**document)


def write_checks(folder: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write ``checks.parquet`` into a folder that is being filled."""
    pq.write_table(pa.Table.from_pylist([dict(row) for row in rows], CHECKS), folder / CHECKS_FILE)


class Staging:
    """The staged store of one dataset."""

    def __init__(self, root: Path, source: str, dataset: str) -> None:
        self.root = root
        self.folder = root / source / dataset
        self.index = Index(root, source, dataset)

    def stage(
        self,
        record: BatchRecord,
        tables: Mapping[str, pa.Table],
        checks: Sequence[Mapping[str, Any]],
        validation: str,
    ) -> Path:
        """Make a validated batch visible, all its tables at once. Replaces an older treatment."""
        if record.period is None:
            raise ValueError(f"{record.label}: a batch without a period cannot be staged")
        final = self.folder / record.period / record.sha256
        begin(self.root, "staged")
        with self.index.changing(record.sha256, record.period) as before:
            temporary = self._filled(final, record, tables, checks, validation)
            for period in sorted({*before, record.period}):
                remove_directory(self.folder / period / record.sha256)
            commit_directory(temporary, final)
        return final

    def withdraw(self, sha256: str) -> None:
        """Take back an earlier treatment of the same bytes."""
        if folders := self._folders(sha256):
            with self.index.changing(sha256):
                for folder in folders:
                    remove_directory(folder)

    def relabel(self, sha256: str, figure_origin: FigureOrigin) -> bool:
        """Have the rows staged from these bytes say who made their figures.

        Nothing else of them changes. Returns whether anything did. Each table is replaced by
        itself and the record last: killed in between, nothing is lost and the next call goes on.
        """
        changed = False
        for folder in self._folders(sha256):
            record = read_record(folder)
            if record is None or _says(folder, record, figure_origin):
                continue
            with self.index.changing(sha256, folder.parent.name):
                _say(folder, replace(record, figure_origin=figure_origin))
            changed = True
        return changed

    def rename(self, sha256: str, label: str) -> None:
        """Call a staged file otherwise: for a name that must not be kept."""
        for folder in self._folders(sha256):
            record = read_record(folder)
            if record and record.period and record.label != label:
                with self.index.changing(sha256, record.period):
                    content = _as_json(replace(record, label=label))
                    write_atomically(folder / RECORD_FILE, content)

    def record(self, sha256: str) -> BatchRecord | None:
        """How the bytes of this hash were staged; None if they were not."""
        return next(filter(None, map(read_record, self._folders(sha256))), None)

    def records(self) -> Iterator[BatchRecord]:
        """Every staged batch, in a stable order. Looks whether each still lies where it was."""
        found = self._records()
        if not all((self.folder / str(one.period) / one.sha256).exists() for one in found):
            self.index.compare()
            found = self._records()
        yield from found

    def newest_table(self, name: str) -> Path | None:
        """The Parquet file of this table in the file retrieved last; None where none is staged."""
        found = self.index.ask(queries.newest_staged)
        path = self.folder / found[0] / found[1] / f"{name}.parquet" if found else None
        return path if path is not None and path.is_file() else None

    def _records(self) -> list[BatchRecord]:
        return [record_of(json.loads(text)) for text in self.index.ask(queries.staged_records)]

    def _filled(
        self,
        final: Path,
        record: BatchRecord,
        tables: Mapping[str, pa.Table],
        checks: Sequence[Mapping[str, Any]],
        validation: str,
    ) -> Path:
        temporary = new_directory(final)
        for name, table in tables.items():
            pq.write_table(table, temporary / f"{name}.parquet")
        write_checks(temporary, checks)
        write_synced(temporary / "validation.json", validation.encode())
        write_record(temporary, record)
        return temporary

    def _folders(self, sha256: str) -> list[Path]:
        """Where the bytes of this hash are staged: one folder, or none."""
        return [
            self.folder / period / sha256
            for period in self.index.ask(partial(queries.staged_periods, sha256=sha256))
        ]

    def write_templates(self, schemas: Mapping[str, pa.Schema]) -> None:
        """Write the empty template of every table, where it is missing or of other columns."""
        begin(self.root, "staged")
        folder = self.folder / TEMPLATE / TEMPLATE
        full = {name: pa.schema([*schema, *PROVENANCE]) for name, schema in schemas.items()}
        write_templates(folder, {**full, "checks": CHECKS})


def _tables(folder: Path) -> Iterator[Path]:
    """The staged tables in the folder of a file."""
    return (path for path in sorted(folder.glob("*.parquet")) if path.name != CHECKS_FILE)


def _says(folder: Path, record: BatchRecord, figure_origin: FigureOrigin) -> bool:
    """Whether a staged file says this word already, in its record and in each row."""
    return record.figure_origin == figure_origin and all(
        FIGURE_ORIGIN in pq.read_schema(path).names for path in _tables(folder)
    )


def _say(folder: Path, record: BatchRecord) -> None:
    for path in _tables(folder):
        table = pq.ParquetFile(path).read()
        if FIGURE_ORIGIN in table.column_names:
            table = table.drop_columns([FIGURE_ORIGIN])
        words = pa.repeat(pa.scalar(record.figure_origin, pa.string()), table.num_rows)
        sink = pa.BufferOutputStream()
        pq.write_table(table.append_column(text(FIGURE_ORIGIN), words), sink)
        write_atomically(path, sink.getvalue().to_pybytes())
    write_atomically(folder / RECORD_FILE, _as_json(record))


def write_templates(folder: Path, schemas: Mapping[str, pa.Schema]) -> None:
    """Write an empty Parquet file per schema, so that a reader's pattern always matches."""
    for name, schema in schemas.items():
        path = folder / f"{name}.parquet"
        if path.exists() and pq.read_schema(path).equals(schema):
            continue
        sink = pa.BufferOutputStream()
        pq.write_table(schema.empty_table(), sink)
        write_atomically(path, sink.getvalue().to_pybytes())
