"""The flat CSV of GENESIS: one line a cell, every dimension spelt out. New and old layout.

New: ``statistics_code;...;time;1_variable_code;1_variable_label;1_variable_attribute_code;...;
value;value_unit;value_variable_code;value_variable_label[;value_q]``. Old: the same in German, and
one column a measure, named ``CODE__Label__Unit``. The order of columns and lines means nothing.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ingest.it_nrw.evidence import decoded, fault, kind_of

MAX_UNPACKED_BYTES = 512 * 1024 * 1024
VARIABLE = re.compile(r"(\d+)_variable_code")
OLD_MEASURE = re.compile(r"(?P<code>[^_]+)__(?P<label>.+)__(?P<unit>.+)")
OLD_NAMES = {
    "Statistik_Code": "statistics_code",
    "Statistik_Label": "statistics_label",
    "Zeit_Code": "time_code",
    "Zeit_Label": "time_label",
    "Zeit": "time",
}
OLD_VARIABLE = re.compile(r"(?P<n>\d+)_(?P<part>Merkmal|Auspraegung)_(?P<what>Code|Label)")
VALUE_COLUMNS = ("value", "value_unit", "value_variable_code", "value_variable_label")


@dataclass(frozen=True)
class Attribute:
    """Where a cell stands in one dimension. The total has an empty ``code``."""

    code: str
    label: str


@dataclass(frozen=True)
class FlatCell:
    """One line, or one measure of a line in the old layout. ``variables``: code -> attribute."""

    line: int
    statistics_code: str
    time_code: str
    time: str
    variables: Mapping[str, Attribute]
    value: str
    quality: str
    unit: str
    measure_code: str
    measure_label: str


@dataclass(frozen=True)
class _Measure:
    """Which columns hold a measure; in the old layout its name and unit stand in the header."""

    value: str
    code: str | None = None
    label: str | None = None
    unit: str | None = None


def unpacked(content: bytes) -> tuple[str, bytes]:
    """Name and bytes of the one CSV in a ZIP answer; text is passed on as it is.

    Raises ``UnreadableFile`` for a broken archive, more or fewer than one CSV, or one too large.
    """
    if kind_of(content) != "zip":
        return "ffcsv", content
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [info for info in archive.infolist() if info.filename.endswith(".csv")]
            if len(members) != 1 or members[0].file_size > MAX_UNPACKED_BYTES:
                raise fault(
                    "one_csv",
                    "The archive does not hold exactly one CSV file of a believable size.",
                    expected=f"one .csv file of at most {MAX_UNPACKED_BYTES:,} bytes",
                    found=", ".join(
                        f"{info.filename} ({info.file_size:,} bytes)" for info in archive.infolist()
                    )
                    or "an empty archive",
                )
            return members[0].filename, archive.read(members[0])
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as error:
        raise fault(
            "zip",
            f"The archive cannot be unpacked ({error}): the download was probably cut. "
            "Fetch it again.",
            expected="a whole ZIP archive",
            found=f"{len(content):,} bytes",
        ) from error


def read(content: bytes, place: str) -> Iterator[FlatCell]:
    """The cells of a flat CSV; ``place`` is its name in findings.

    Raises ``UnreadableFile`` when columns are missing or a line has another number of cells.
    """
    lines = csv.reader(io.StringIO(decoded(content), newline=""), delimiter=";", strict=True)
    try:
        header = [_new_name(name.strip()) for name in next(lines)]
        measures = _measures(header)
        numbers = [match[1] for name in header if (match := VARIABLE.fullmatch(name))]
        _require(header, numbers, measures, place)
        for cells in lines:
            if not cells:
                continue
            if len(cells) != len(header):
                raise fault(
                    "cells_per_line",
                    f"{place}, line {lines.line_num}: another number of cells than the header.",
                    place=place,
                    row=lines.line_num,
                    expected=f"{len(header)} cells",
                    found=f"{len(cells)} cells: {';'.join(cells)[:80]}",
                )
            yield from _cells(
                dict(zip(header, cells, strict=True)), numbers, measures, lines.line_num
            )
    except csv.Error as error:
        raise fault(
            "csv",
            f"{place}, line {lines.line_num} is no CSV: {error}.",
            place=place,
            row=lines.line_num,
        ) from error


def _new_name(name: str) -> str:
    """The new layout's word for an old column; other names as they are."""
    if match := OLD_VARIABLE.fullmatch(name):
        attribute = "attribute_" if match["part"] == "Auspraegung" else ""
        return f"{match['n']}_variable_{attribute}{match['what'].lower()}"
    return OLD_NAMES.get(name, name)


def _measures(header: list[str]) -> list[_Measure]:
    if "value" in header:
        return [_Measure("value")]
    return [
        _Measure(name, match["code"], match["label"], match["unit"])
        for name in header
        if (match := OLD_MEASURE.fullmatch(name))
    ]


def _require(header: list[str], numbers: list[str], measures: list[_Measure], place: str) -> None:
    wanted = ["statistics_code", "time_code", "time"]
    wanted += [
        f"{number}_variable_{part}"
        for number in numbers
        for part in ("attribute_code", "attribute_label")
    ]
    wanted += VALUE_COLUMNS if "value" in header or not measures else ()
    missing = [name for name in wanted if name not in header]
    if missing or not numbers or len(set(header)) != len(header):
        raise fault(
            "columns",
            f"{place}: this is not the flat CSV of GENESIS as we know it, or it lacks columns.",
            place=place,
            row=1,
            expected=", ".join(missing) or "1_variable_code, each column once",
            found=";".join(header)[:200],
        )


def _cells(
    cells: Mapping[str, str], numbers: list[str], measures: list[_Measure], line: int
) -> Iterator[FlatCell]:
    variables = {
        cells[f"{n}_variable_code"].strip(): Attribute(
            cells[f"{n}_variable_attribute_code"].strip(),
            cells[f"{n}_variable_attribute_label"].strip(),
        )
        for n in numbers
    }
    for measure in measures:
        yield FlatCell(
            line=line,
            statistics_code=cells["statistics_code"].strip(),
            time_code=cells["time_code"].strip(),
            time=cells["time"].strip(),
            variables=variables,
            value=cells[measure.value].strip(),
            quality=cells.get("value_q", "").strip(),
            unit=measure.unit or cells["value_unit"].strip(),
            measure_code=measure.code or cells["value_variable_code"].strip(),
            measure_label=measure.label or cells["value_variable_label"].strip(),
        )
