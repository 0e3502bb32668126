"""A mart as CSV, with a CSVW document beside it that says what its columns are.

Two dialects: for programs RFC 4180 as everybody reads it, for German spreadsheets a byte order
mark, semicolons and decimal commas. In both a text that a spreadsheet would take for a formula
gets an apostrophe before it; numbers and markers such as "-267" and "-" do not need one.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from warehouse.export.extract import Column, Extract
from warehouse.export.notes import notes

CONTEXT = ["http://www.w3.org/ns/csvw", {"@language": "de"}]
FORMULA = re.compile(r"[\s\"\x00-\x1f\x7f-\xa0\u200b-\u200f\u2060\ufeff]*[=+\-@\t\r\n＝＋－＠]")
SEPARATORS = re.compile(r"([;,\t\r\n])")
"""What some spreadsheet may take for the end of a cell, whatever this file's own separator is."""
HARMLESS = re.compile(r"[\s\"]*[+-]?[\d\s.,%\"]*")
CSVW_TYPES = {
    "BOOLEAN": "boolean",
    "DATE": "date",
    "DOUBLE": "double",
    "FLOAT": "float",
    "TIMESTAMP WITH TIME ZONE": "dateTime",
    "VARCHAR": "string",
}


def as_csv(extract: Extract, *, for_spreadsheets: bool) -> bytes:
    """The whole file, with German labels in its first line."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";" if for_spreadsheets else ",", lineterminator="\r\n")
    writer.writerow(column.header for column in extract.columns)
    for row in extract.rows:
        writer.writerow(csv_cell(value, for_spreadsheets=for_spreadsheets) for value in row)
    return stream.getvalue().encode("utf-8-sig" if for_spreadsheets else "utf-8")


def csv_cell(value: Any, *, for_spreadsheets: bool) -> str:  # noqa: ANN401  # whatever a mart holds
    """A value as text: in the German form for spreadsheets, else as programs read it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        words = ("WAHR", "FALSCH") if for_spreadsheets else ("true", "false")
        return words[0] if value else words[1]
    if isinstance(value, datetime):
        utc = value.astimezone(UTC)
        return f"{utc:%d.%m.%Y %H:%M:%S}" if for_spreadsheets else f"{utc:%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}" if for_spreadsheets else value.isoformat()
    if isinstance(value, str):
        return harmless(value)
    if not isinstance(value, int | float | Decimal):
        return harmless(str(value))
    text = repr(value) if isinstance(value, float) else str(value)
    return text.replace(".", ",") if for_spreadsheets else text


def harmless(text: str) -> str:
    """The text, so that no spreadsheet computes it, nor a part that it takes for a cell."""
    if FORMULA.match(text) and not HARMLESS.fullmatch(text):
        text = f"'{text}"
    if not SEPARATORS.search(text):
        return text
    return "".join(_harmless_part(part) for part in SEPARATORS.split(text))


def _harmless_part(part: str) -> str:
    is_formula = FORMULA.match(part) and not HARMLESS.fullmatch(part)
    return f"'{part}" if is_formula and not SEPARATORS.fullmatch(part) else part


def as_csvw(extract: Extract, csv_name: str, *, for_spreadsheets: bool) -> bytes:
    """What the file holds, by the W3C's model for tabular data (``<file>-metadata.json``)."""
    document = {
        "@context": CONTEXT,
        "url": csv_name,
        "dc:title": extract.mart,
        "dc:description": extract.entry.description,
        "dc:issued": extract.manifest["created_at"],
        "dc:source": [
            {
                "dc:identifier": source.dataset,
                "dc:title": source.title,
                "dc:license": source.licence,
                "dc:temporal": f"{source.first_period}/{source.last_period}",
                "dc:extent": source.files,
            }
            for source in extract.sources
        ],
        "notes": [{"caption": caption, "text": text} for caption, text in notes(extract)],
        "dialect": {
            "encoding": "utf-8",
            "delimiter": ";" if for_spreadsheets else ",",
            "lineTerminators": ["\r\n"],
            "header": True,
        },
        "tableSchema": {
            "columns": [_column(column, for_spreadsheets) for column in extract.columns],
            "primaryKey": list(extract.entry.key),
        },
    }
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def _column(column: Column, for_spreadsheets: bool) -> dict[str, Any]:
    said = {
        "name": column.name,
        "titles": {"de": [column.header]},
        "dc:description": column.description,
        "datatype": dict(_datatype(column, for_spreadsheets)),
    }
    return {**said, "unit": column.unit_de} if column.unit_de else said


def _datatype(column: Column, for_spreadsheets: bool) -> Iterator[tuple[str, Any]]:
    base = CSVW_TYPES.get(column.duckdb_type, "string")
    if column.duckdb_type.endswith(("INT", "INTEGER")):
        base = "integer"
    elif column.duckdb_type.startswith("DECIMAL"):
        base = "decimal"
    yield "base", base
    if for_spreadsheets:
        formats: dict[str, Any] = {
            "date": "dd.MM.yyyy",
            "dateTime": "dd.MM.yyyy HH:mm:ss",
            "boolean": "WAHR|FALSCH",
            "double": {"decimalChar": ","},
            "decimal": {"decimalChar": ","},
        }
        if base in formats:
            yield "format", formats[base]
