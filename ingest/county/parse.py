"""Reads one list of the county: CSV with the columns of its table, each value as its type says."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import PurePosixPath

import pandas as pd
import pyarrow as pa

from ingest.county.tables import COUNTY, TABLES, columns
from ingest.formats.encodings import decoded
from ingest.formats.faults import fault
from kreishaus.county_folder import FaultyList, read_list
from kreishaus.model import Batch, Finding, Origin, UnreadableFile

WHOLE = re.compile(r"-?\d{1,15}", re.ASCII)
NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,12})?", re.ASCII)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
YES_OR_NO = {"true": True, "false": False}
REGIONS = ("region_code", "municipality_code")
MOST_FINDINGS = 50
"""Of a file that is wrong from end to end nobody reads more."""

Value = str | int | float | bool | date | Decimal


class NotThat(ValueError):
    """A cell that does not hold what its column holds; the message says what was expected."""


def parse(content: bytes, origin: Origin) -> Batch:
    """The rows of a list. Which list, and whose, say the name of the file and its folder.

    Raises ``UnreadableFile`` with a finding for each cell that cannot be read.
    """
    _, county_ags, file = PurePosixPath(origin.identity).parts
    name = file.removesuffix(".csv")
    schema = TABLES[name]
    expected = [field.name for field in columns(schema)]
    try:
        header, rows = read_list(decoded(content))
    except FaultyList as error:
        raise fault(
            "list",
            f"{file}: {error}",
            place=file,
            row=error.line,
            expected=error.expected,
            found=error.found,
        ) from error
    if sorted(header) != sorted(expected):
        raise fault(
            "columns",
            f"{file} has not the columns of this list",
            place=file,
            row=1,
            expected=",".join(expected),
            found=",".join(header) or "no line",
        )
    found: list[Finding] = []
    records = [
        {
            **_values(county_ags, file, line, dict(zip(header, cells, strict=True)), found),
            "source_place": file,
            "source_row": line,
        }
        for line, cells in rows
    ]
    if found:
        raise UnreadableFile(*found[:MOST_FINDINGS])
    # Python's own values: a column that pandas makes one of numbers turns an empty year into 2021.0
    frame = pd.DataFrame(
        records, columns=[*schema.names, "source_place", "source_row"], dtype=object
    )
    return Batch(period=name, tables={name: frame})


def _values(
    county_ags: str,
    file: str,
    line: int,
    cells: dict[str, str],
    found: list[Finding],
) -> dict[str, Value | None]:
    """The cells of one row as values; what cannot be read is added to ``found``."""
    schema = TABLES[file.removesuffix(".csv")]
    values: dict[str, Value | None] = {COUNTY: county_ags}
    for column, cell in cells.items():
        field = schema.field(column)
        try:
            values[column] = _value(county_ags, cell, field)
        except NotThat as error:
            found.append(
                Finding(
                    rule="value",
                    severity="critical",
                    message=f"{file}, line {line}: {column} does not hold what the column holds",
                    place=file,
                    row=str(line),
                    column=column,
                    expected=str(error),
                    found=cell or "nothing",
                )
            )
    return values


def _value(county_ags: str, cell: str, field: pa.Field) -> Value | None:
    if not cell:
        if field.nullable:
            return None
        raise NotThat(f"a value: {expected_of(field.type)}")
    try:
        value = _reader(field.type)(cell)
    except ValueError:
        raise NotThat(expected_of(field.type)) from None
    if field.name in REGIONS and not cell.startswith(county_ags):
        raise NotThat(f"an official key of this county, {county_ags} or {county_ags}...")
    return value


def _reader(kind: pa.DataType) -> Callable[[str], Value]:
    if pa.types.is_date(kind):
        return partial(_matched, DAY, date.fromisoformat)
    if pa.types.is_boolean(kind):
        return _yes_or_no
    if pa.types.is_integer(kind):
        return partial(_matched, WHOLE, int)
    if pa.types.is_decimal(kind):
        return partial(_matched, NUMBER, Decimal)
    if pa.types.is_floating(kind):
        return partial(_matched, NUMBER, float)
    return str


def expected_of(kind: pa.DataType) -> str:
    """What a cell of this type looks like."""
    if pa.types.is_date(kind):
        return "a day as 2021-11-30"
    if pa.types.is_boolean(kind):
        return "true or false"
    if pa.types.is_integer(kind):
        return "a whole number without separators, as 1250"
    if pa.types.is_decimal(kind) or pa.types.is_floating(kind):
        return "a number with a point and no other separators, as 0.98"
    return "text"


def _matched(pattern: re.Pattern[str], read: Callable[[str], Value], cell: str) -> Value:
    if not pattern.fullmatch(cell):
        raise ValueError(cell)
    return read(cell)


def _yes_or_no(cell: str) -> bool:
    if cell.casefold() not in YES_OR_NO:
        raise ValueError(cell)
    return YES_OR_NO[cell.casefold()]
