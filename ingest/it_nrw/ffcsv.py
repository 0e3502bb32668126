"""The flat CSV of GENESIS: one line a cell, every dimension spelt out. New and old layout.

New: ``statistics_code;...;time;1_variable_code;1_variable_label;1_variable_attribute_code;...;
value;value_unit;value_variable_code;value_variable_label[;value_q]``. Old: the same in German, and
one column a measure, named ``CODE__Label__Unit``. The order of columns and lines means nothing.
"""

from __future__ import annotations

import difflib
import io
import re
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from formats.archives import BROKEN, check_archive
from formats.encodings import decoded, kind_of
from formats.faults import fault
from ingest.it_nrw.dimensions import NEW_LAYOUT
from ingest.it_nrw.lines import CsvLine, csv_lines
from kreishaus.wording import say

VARIABLE = re.compile(r"(\d+)_variable_code", re.ASCII)
KNOWN_VARIABLE = re.compile(r"\d+_variable_(attribute_)?(code|label)", re.ASCII)
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
KNOWN_COLUMNS = {*OLD_NAMES.values(), *VALUE_COLUMNS, "value_q"}


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
class FlatHeader:
    """What the header of a flat CSV says, in the words of the new layout."""

    names: tuple[str, ...]
    variables: tuple[str, ...]
    measures: tuple[_Measure, ...]

    @property
    def unknown(self) -> tuple[str, ...]:
        """Columns that no known layout has."""
        measures = {measure.value for measure in self.measures}
        return tuple(name for name in self.names if not _is_known(name, measures))


@dataclass(frozen=True)
class _Measure:
    """Which columns hold a measure; in the old layout its name and unit stand in the header."""

    value: str
    code: str | None = None
    label: str | None = None
    unit: str | None = None


@dataclass(frozen=True)
class FlatTable:
    """A flat CSV, read line by line: ``cells`` can be walked once."""

    header: FlatHeader
    cells: Iterator[FlatCell]


def unpacked(content: bytes) -> tuple[str, bytes]:
    """Name and bytes of the one CSV in a ZIP answer; text is passed on as it is.

    Raises ``UnreadableFile`` for a broken or unsafe archive, and for more or fewer than one CSV.
    """
    if kind_of(content) != "zip":
        return "ffcsv", content
    check_archive(content, say("a GENESIS answer"))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [
                info for info in archive.infolist() if info.filename.lower().endswith(".csv")
            ]
            if len(members) != 1:
                raise fault(
                    "one_csv",
                    say(
                        "The archive does not hold exactly one CSV file, so nobody knows which is "
                        "meant."
                    ),
                    expected=say("one .csv file"),
                    found=(
                        ", ".join(info.filename for info in archive.infolist())[:200]
                        or say("an empty archive")
                    ),
                    to_do=say("Fetch it again."),
                )
            return members[0].filename, archive.read(members[0])
    except BROKEN as error:
        raise fault(
            "zip",
            say(
                "The archive cannot be unpacked ({error}): the download was probably cut.",
                error=error,
            ),
            expected=say("a whole ZIP archive"),
            found=say("{count:,} bytes", count=len(content)),
            to_do=say("Fetch it again."),
        ) from error


def is_flat(first_line: str) -> bool:
    """Whether a first line is the header of a flat CSV, new or old layout."""
    names = {_new_name(name.strip().strip('"')) for name in first_line.split(";")}
    return bool(names & {"statistics_code", "time_code", "1_variable_code"})


def read(content: bytes, place: str) -> FlatTable:
    """The header and the cells of a flat CSV; ``place`` is its name in findings.

    Raises ``UnreadableFile`` when columns are missing, and, while ``cells`` is walked, when a line
    has another number of cells.
    """
    lines = csv_lines(decoded(content), place)
    first = next(lines, CsvLine(1, [""]))
    header = _header([_new_name(name.strip()) for name in first.cells], place)
    return FlatTable(header, _all_cells(lines, header, place))


def known_columns(header: Sequence[str]) -> list[int]:
    """Which columns of a header are those of a known layout, from 0."""
    names = [_new_name(name.strip()) for name in header]
    measures = {measure.value for measure in _measures(names)}
    return [at for at, name in enumerate(names) if _is_known(name, measures)]


def _is_known(name: str, measures: Collection[str]) -> bool:
    return name in KNOWN_COLUMNS or name in measures or KNOWN_VARIABLE.fullmatch(name) is not None


def _all_cells(lines: Iterator[CsvLine], header: FlatHeader, place: str) -> Iterator[FlatCell]:
    for line in lines:
        if len(line.cells) != len(header.names):
            raise fault(
                "cells_per_line",
                say(
                    "{place}, line {number}: another number of cells than the header, so no "
                    "value in it can be trusted.",
                    place=place,
                    number=line.number,
                ),
                place=place,
                row=line.number,
                expected=say("{count} cells", count=len(header.names)),
                found=say(
                    "{count} cells: {cells}", count=len(line.cells), cells=";".join(line.cells)[:80]
                ),
                to_do=say("Fetch it again."),
            )
        yield from _cells(dict(zip(header.names, line.cells, strict=True)), header, line.number)


def _new_name(name: str) -> str:
    """The new layout's word for an old column; other names as they are."""
    if match := OLD_VARIABLE.fullmatch(name):
        attribute = "attribute_" if match["part"] == "Auspraegung" else ""
        return f"{match['n']}_variable_{attribute}{match['what'].lower()}"
    return OLD_NAMES.get(name, name)


def _measures(names: list[str]) -> tuple[_Measure, ...]:
    if "value" in names:
        return (_Measure("value"),)
    return tuple(
        _Measure(name, match["code"], match["label"], match["unit"])
        for name in names
        if (match := OLD_MEASURE.fullmatch(name))
    )


def _header(names: list[str], place: str) -> FlatHeader:
    measures = _measures(names)
    variables = [match[1] for name in names if (match := VARIABLE.fullmatch(name))]
    header = FlatHeader(tuple(names), tuple(variables), measures)
    wanted = ["statistics_code", "time_code", "time"]
    wanted += [
        f"{number}_variable_{part}"
        for number in variables or ["1"]
        for part in ("code", "attribute_code", "attribute_label")
    ]
    wanted += VALUE_COLUMNS if "value" in names or not measures else ()
    missing = [name for name in wanted if name not in names]
    twice = sorted({name for name in names if names.count(name) > 1})
    if missing or twice:
        raise fault(
            "columns",
            say(
                "{place}: the columns of the flat CSV have changed{renamed}.",
                place=place,
                renamed=_renamed(missing, header.unknown),
            ),
            place=place,
            row=1,
            expected=(", ".join(missing) or say("each column once")),
            found=", ".join(header.unknown)[:200] or ", ".join(twice) or ";".join(names)[:200],
            to_do=say("If the databases renamed them, {new_layout}.", new_layout=NEW_LAYOUT),
        )
    return header


def _renamed(missing: list[str], unknown: tuple[str, ...]) -> str:
    pairs = [
        say("{new} is perhaps {name}", new=new, name=name)
        for name in missing
        for new in difflib.get_close_matches(name, unknown, n=1)
    ]
    parts = [
        f"missing {', '.join(missing)}" if missing else "",
        f"new {', '.join(unknown)}" if unknown else "",
        *pairs,
    ]
    return f" ({'; '.join(filter(None, parts))[:300]})" if any(parts) else ""


def _cells(cells: Mapping[str, str], header: FlatHeader, line: int) -> Iterator[FlatCell]:
    variables = {
        cells[f"{n}_variable_code"].strip(): Attribute(
            cells[f"{n}_variable_attribute_code"].strip(),
            cells[f"{n}_variable_attribute_label"].strip(),
        )
        for n in header.variables
    }
    for measure in header.measures:
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
