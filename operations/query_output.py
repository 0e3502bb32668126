"""How the answer to a question is written: for people, for spreadsheets, for programs."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TextIO

import pyarrow as pa
from rich import box
from rich.console import Group
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from kreishaus.terminal import json_text, visible
from operations.console import SafeConsole, console_for
from warehouse.export.textfile import csv_cell, harmless

COLUMNS_OF_A_FILE = 200
UNBOUNDED = 1_000_000
"""Columns of a console that cuts nothing: what a table would be wide is measured on it."""


def as_table(answer: pa.Table, stream: TextIO) -> None:
    """A table; where it is wider than the terminal, a record for each row, one column a line."""
    console = console_for(stream, COLUMNS_OF_A_FILE)
    rows = [[_cell(value) for value in row] for row in _rows(answer)]
    table = _table(answer.schema, rows)
    if _width(table) <= console.width:
        console.print(table)
    else:
        names = [_cell(name) for name in answer.column_names]
        console.print(_records(names, rows, console.width))


def _rows(answer: pa.Table) -> Iterator[tuple[Any, ...]]:
    """The rows as tuples: as dictionaries they would lose columns of one name."""
    return zip(*(column.to_pylist() for column in answer.columns), strict=True)


def _unlike(names: Sequence[str]) -> list[str]:
    """The names, a number behind each that is there already."""
    unlike: list[str] = []
    for name in names:
        number, chosen = 1, name
        while chosen in unlike:
            number += 1
            chosen = f"{name}_{number}"
        unlike.append(chosen)
    return unlike


def _table(schema: pa.Schema, rows: Sequence[Sequence[str]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, caption=_count(len(rows)), caption_justify="left")
    for field in schema:
        number = pa.types.is_integer(field.type) or pa.types.is_floating(field.type)
        justify = "right" if number or pa.types.is_decimal(field.type) else "left"
        table.add_column(Text(visible(field.name)), justify=justify, no_wrap=True)  # type: ignore[arg-type]
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def _width(table: Table) -> int:
    console = SafeConsole(width=UNBOUNDED)
    return Measurement.get(console, console.options, table).maximum


def _records(names: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> Group:
    """``name  value`` for each column of each row: nothing is cut, long values are folded."""
    parts: list[Table | Text] = []
    for number, row in enumerate(rows, start=1):
        record = Table(box=None, show_header=False, pad_edge=False)
        record.add_column(overflow="fold", max_width=width // 2)  # the rest is the figures'
        record.add_column(overflow="fold")
        for name, value in zip(names, row, strict=True):
            record.add_row(Text(name, "dim"), Text(value))
        parts += [Text(f"row {number} of {len(rows)}", "bold"), record, Text()]
    return Group(*parts, Text(_count(len(rows))))


def _count(rows: int) -> str:
    return "1 row" if rows == 1 else f"{rows:,} rows"


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = f"{value:.10g}" if isinstance(value, float) else str(value)
    return visible(text.replace("\n", " ").replace("\t", " "))


def as_csv(answer: pa.Table, stream: TextIO) -> None:
    """RFC 4180, without what a spreadsheet would compute: as ``kreishaus export`` writes it."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(visible(harmless(name)) for name in answer.column_names)
    for row in _rows(answer):
        writer.writerow(visible(csv_cell(value, for_spreadsheets=False)) for value in row)


def as_json(answer: pa.Table, stream: TextIO) -> None:
    """A list of objects, one for each row."""
    names = _unlike(answer.column_names)
    rows = [dict(zip(names, row, strict=True)) for row in _rows(answer)]
    stream.write(f"{json_text(rows)}\n")


RENDERERS: dict[str, Callable[[pa.Table, TextIO], None]] = {
    "table": as_table,
    "csv": as_csv,
    "json": as_json,
}
