"""Reads one list of the county: CSV with the columns of its table, each value as its type says."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import PurePosixPath

import pandas as pd
import pyarrow as pa

from formats.encodings import decoded
from formats.faults import fault
from ingest.county.tables import COUNTY, TABLES, columns
from kreishaus.county_folder import FaultyList, read_list
from kreishaus.model import Batch, Finding, Origin, UnreadableFile
from kreishaus.terminal import UNSHOWN
from kreishaus.wording import joined, say, text_of

WHOLE = re.compile(r"-?\d{1,15}", re.ASCII)
NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,12})?", re.ASCII)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
YES_OR_NO = {"true": True, "false": False}
THOUSANDS = re.compile(r"-?[1-9]\d{0,2}\.\d{2}0", re.ASCII)
"""One and three quarters, or one thousand seven hundred and fifty: ``1.750``."""
REGIONS = {"region_code": r"(\d{3})?", "municipality_code": r"\d{3}"}
"""What follows the key of the county in the key of a region."""
SEVERAL_LINES = frozenset(["source", "reason", "document", "description"])
"""Columns of sentences; everything else is a code or a name, on one line."""
MOST_BYTES, MOST_ROWS = 2 * 2**20, 20_000
"""A county's list has some hundred rows; a table of another kind shall not cost a night."""
LONGEST_QUOTED = 200
MOST_FINDINGS = 50
"""Of a file that is wrong from end to end nobody reads more."""

Value = str | int | float | bool | date | Decimal


class NotThat(ValueError):
    """A cell that does not hold what its column holds; the message says what was expected."""


def parse(content: bytes, origin: Origin) -> Batch:
    """The rows of a list. Which list, and whose, say the name of the file and its folder.

    Raises ``UnreadableFile`` with a finding for each cell that cannot be read.
    """
    _, county_ags, file = _said_by_folder(origin)
    name = file.removesuffix(".csv")
    schema = TABLES[name]
    expected = [field.name for field in columns(schema)]
    if len(content) > MOST_BYTES:
        raise _too_large(
            file,
            say("{most_bytes:,} bytes", most_bytes=MOST_BYTES),
            say("{count:,} bytes", count=len(content)),
        )
    try:
        header, rows = read_list(decoded(content))
    except UnreadableFile as error:
        raise UnreadableFile(*(_of_file(file, one) for one in error.findings)) from error
    except FaultyList as error:
        raise fault(
            "list",
            joined((file, text_of(error)), ": "),
            place=file,
            row=error.line,
            expected=_shortened(error.expected),
            found=_shortened(error.found),
        ) from error
    if sorted(header) != sorted(expected):
        raise fault(
            "columns",
            say("{file} has not the columns of this list", file=file),
            place=file,
            row=1,
            expected=",".join(expected),
            found=(_shortened(",".join(header)) or say("no line")),
        )
    if len(rows) > MOST_ROWS:
        raise _too_large(
            file,
            say("{most_rows:,} rows", most_rows=MOST_ROWS),
            say("{count:,} rows", count=len(rows)),
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


def _said_by_folder(origin: Origin) -> tuple[str, str, str]:
    """Source, county and file. Raises ``UnreadableFile`` for a file handed in by hand."""
    parts = PurePosixPath(origin.identity).parts
    if len(parts) == 3 and parts[2].removesuffix(".csv") in TABLES:
        return parts[0], parts[1], parts[2]
    raise fault(
        "list",
        say(
            "a list of the county is read from the county's folder, which says whose "
            "it is: put it there under its own name"
        ),
        expected=", ".join(f"{name}.csv" for name in TABLES),
        found=say("a file from elsewhere"),
    )


def _of_file(file: str, finding: Finding) -> Finding:
    """What a reader of any file found, with the name of this one."""
    return replace(
        finding, message=joined((file, finding.message), ": "), place=finding.place or file
    )


def _too_large(file: str, expected: str, found: str) -> UnreadableFile:
    return fault(
        "size",
        say("{file} is larger than any list of a county", file=file),
        place=file,
        expected=say("at most {expected}", expected=expected),
        found=found,
    )


def _shortened(cell: str) -> str:
    """A cell as a finding quotes it: what cannot be seen is escaped, and a letter is no cell."""
    shown = cell if cell.isprintable() else ascii(cell)[1:-1]
    return shown if len(shown) <= LONGEST_QUOTED else f"{shown[:LONGEST_QUOTED]}..."


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
                    message=say(
                        "{file}, line {line}: {column} does not hold what the column holds",
                        file=file,
                        line=line,
                        column=column,
                    ),
                    place=file,
                    row=str(line),
                    column=column,
                    expected=text_of(error),
                    found=(_shortened(cell) or say("nothing")),
                )
            )
    return values


def _value(county_ags: str, cell: str, field: pa.Field) -> Value | None:
    if not cell:
        if field.nullable:
            return None
        raise NotThat(say("a value: {expected_of}", expected_of=expected_of(field.type)))
    if pa.types.is_string(field.type):
        _require_printable(cell, several_lines=field.name in SEVERAL_LINES)
    behind = REGIONS.get(field.name)
    if behind and not re.fullmatch(re.escape(county_ags) + behind, cell, re.ASCII):
        own = (
            say("{county_ags} or {county_ags}...", county_ags=county_ags)
            if "?" in behind
            else f"{county_ags}..."
        )
        raise NotThat(say("an official key of this county, five or eight digits: {own}", own=own))
    try:
        return _reader(field.type)(cell)
    except NotThat:
        raise
    except ValueError:
        raise NotThat(expected_of(field.type)) from None


def _require_printable(cell: str, *, several_lines: bool) -> None:
    """Raise ``NotThat`` for signs that nobody sees, and that a terminal or a reader obeys."""
    text = cell.replace("\n", "").replace("\t", "") if several_lines else cell
    if any(unicodedata.category(sign) in UNSHOWN for sign in text):
        lines = "" if several_lines else say(" on one line")
        raise NotThat(
            say("text{lines}, without control characters and signs of no width", lines=lines)
        )


def _reader(kind: pa.DataType) -> Callable[[str], Value]:
    if pa.types.is_date(kind):
        return partial(_matched, DAY, date.fromisoformat)
    if pa.types.is_boolean(kind):
        return _yes_or_no
    if pa.types.is_integer(kind):
        return partial(_matched, WHOLE, int)
    if pa.types.is_decimal(kind):
        return partial(_decimal, kind)
    if pa.types.is_floating(kind):
        return partial(_number, float)
    return str


def expected_of(kind: pa.DataType) -> str:
    """What a cell of this type looks like."""
    if pa.types.is_date(kind):
        return say("a day as 2021-11-30")
    if pa.types.is_boolean(kind):
        return say("true or false")
    if pa.types.is_integer(kind):
        return say("a whole number without separators, as 1250")
    if pa.types.is_decimal(kind) or pa.types.is_floating(kind):
        return say("a number with a point and no other separators, as 0.98")
    return "text"


def _matched(pattern: re.Pattern[str], read: Callable[[str], Value], cell: str) -> Value:
    if not pattern.fullmatch(cell):
        raise ValueError(cell)
    return read(cell)


def _number(read: Callable[[str], Value], cell: str) -> Value:
    if THOUSANDS.fullmatch(cell):
        zeros = cell.rstrip("0").rstrip(".")
        raise NotThat(
            say(
                "{zeros}, or {cell}: the point may part thousands",
                zeros=zeros,
                cell=cell.replace(".", ""),
            )
        )
    return _matched(NUMBER, read, cell)


def _decimal(kind: pa.Decimal128Type, cell: str) -> Value:
    most = kind.precision - kind.scale
    if len(cell.lstrip("-").partition(".")[0].lstrip("0")) > most:
        raise NotThat(say("a number with at most {most} digits before its point", most=most))
    return _number(Decimal, cell)


def _yes_or_no(cell: str) -> bool:
    if cell.casefold() not in YES_OR_NO:
        raise ValueError(cell)
    return YES_OR_NO[cell.casefold()]
