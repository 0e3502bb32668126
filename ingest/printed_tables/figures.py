"""A table as printed, under a head that says what it means: one staged row per cell."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd

from ingest.printed_tables.catalogue import metrics
from ingest.printed_tables.dimensions import (
    NO_METRIC,
    PERIODS,
    ForeignRegion,
    Reader,
    UnknownValue,
    reference_date,
)
from ingest.printed_tables.findings import unreadable, warning
from ingest.printed_tables.head import COLUMN, IS_TEXT, ROW, Head, Meaning, label_key, read_head
from ingest.printed_tables.header_rows import require_one_header
from ingest.printed_tables.numbers import (
    ANY_UNIT,
    APPROXIMATE,
    DOUBTFUL,
    NOT_UNDERSTOOD,
    Printed,
    read_printed,
    what_it_counts,
)
from ingest.printed_tables.second_table import require_one_table
from ingest.printed_tables.tables import FIGURES
from ingest.printed_tables.text import Line, read_lines
from kreishaus.model import Batch, Finding, Origin
from kreishaus.settings import County, read_county
from kreishaus.wording import joined, say, text_of

LONGEST_NAME = 60
MOST_NAMED = 20
KINDS = {
    "count_with_decimals": (
        say(
            "hold decimals or a percent sign where persons, places or cases are "
            "counted. They are kept as text and not compared. If the point or comma "
            "parts thousands, write the line Zahlenformat;englisch (or leave it out) "
            "so that all figures of the table are written one way; else correct them"
        ),
        say("whole numbers"),
    ),
    "approximate_number": (
        say("print an approximate number. It is kept with the marker ca. and not compared"),
        say("exact numbers"),
    ),
    "doubtful_number": (
        say(
            "print a number in brackets, which says that it is doubtful. It is kept "
            "with the marker () and not compared; if the brackets mean nothing, leave "
            "them out"
        ),
        say("numbers without brackets"),
    ),
    "number_with_remark": (
        say(
            "print words in brackets behind a number. The number is read, with the marker Anm.; "
            "the words are not kept. If they say that the number is another one, write it so "
            "(ca. 349)"
        ),
        say("numbers alone"),
    ),
    "unit_of_other_things": (
        say(
            "count something else than the metric does, by the unit beside the number. They are "
            "kept and not compared; correct the unit or the metric"
        ),
        say("the unit of the metric"),
    ),
}
"""Rule -> what the cells do and what to do about it, and what is expected."""
NOT_EXACT = {APPROXIMATE: "approximate_number", DOUBTFUL: "doubtful_number"}
SAID_ITEMS = (*PERIODS, "metric", "region")


@dataclass
class Complaints:
    """What could not be understood. One label that is not known is one finding, not one a cell."""

    findings: list[Finding] = field(default_factory=list)
    said: set[tuple[str, str, str]] = field(default_factory=set)
    kinds: dict[str, list[tuple[Line, Label]]] = field(default_factory=dict)
    """Rule -> the cells it concerns: one finding for all of them."""
    unread: dict[tuple[int, str], list[Line]] = field(default_factory=dict)
    """Column -> the lines in which its cell is no number."""

    elsewhere: dict[tuple[str, str], ForeignRegion] = field(default_factory=dict)
    """Axis and label of each row or column that is a region of another county."""
    names_own: bool = False
    """Whether a row or column is the county or one of its municipalities."""

    def note(self, rule: str, line: Line, column: Label) -> None:
        self.kinds.setdefault(rule, []).append((line, column))

    def no_number(self, line: Line, column: Label) -> None:
        """One finding a column: further such cells of it are counted in ``unread``."""
        self.unread.setdefault((column.number, column.text), []).append(line)

    def of_columns(self) -> Iterator[Finding]:
        """One finding for each column with cells that are no numbers. It repeats none of them: one
        may hold the name of a person."""
        for (number, text), (line, *others) in self.unread.items():
            rest = ", ".join(str(other.number) for other in others[:MOST_NAMED])
            more = (
                say(" Likewise {count} more: lines {rest}.", count=len(others), rest=rest)
                if rest
                else ""
            )
            label = say("<label as printed>") if text == numbered(COLUMN, number) else text
            yield warning(
                "number",
                say(
                    "line {number}, column {text}: what stands there is not understood; it is "
                    "neither used nor taken for an empty cell.{more} Write the number alone, as "
                    "printed, with its unit (17 Plätze), or with words in brackets behind it: "
                    "17 (Umbau). Money of nine digits and more needs its unit (128.456.789 €). If "
                    "none is printed, write a marker: k. A. - . ... / x. If "
                    "the table parts decimals by a point, add the line Zahlenformat;englisch; if "
                    "the column holds words, Spalte;{label};Text",
                    number=line.number,
                    text=text,
                    more=more,
                    label=label,
                ),
                row=line.cell(0),
                column=text,
                expected=say("a number as printed"),
                found=NOT_UNDERSTOOD,
            )

    def of_kinds(self) -> Iterator[Finding]:
        """One finding for each kind of number that is kept and not compared."""
        for rule, cells in self.kinds.items():
            what, expected = KINDS[rule]
            line, column = cells[0]
            places = [
                say(
                    "line {number}, {column} ({cell})",
                    number=at.number,
                    column=under.text,
                    cell=at.cell(under.number),
                )
                for at, under in cells
            ]
            more = " ..." if len(places) > MOST_NAMED else ""
            yield warning(
                rule,
                say(
                    "{count} cell(s) that {what}: {places}{more}",
                    count=len(cells),
                    what=what,
                    places=joined(places[:MOST_NAMED], "; "),
                    more=more,
                ),
                row=line.cell(0),
                column=column.text,
                expected=expected,
                found=line.cell(column.number),
            )

    def foreign(self, key: str, why: str) -> None:
        """The head names another county: none of the table's figures is of this one."""
        if ("Kopf", key, "region") in self.said:
            return
        self.said.add(("Kopf", key, "region"))
        self.findings.append(
            Finding(
                rule="own_regions",
                severity="critical",
                message=(
                    say(
                        "the head says of which region the figures are: {why}. Nothing of the file "
                        "is used. Take it out of the drop folder; if the key is mistyped, correct "
                        "it",
                        why=why,
                    )
                ),
                expected=say("a key of the county"),
                found=key,
            )
        )

    def of_regions(self, county: County) -> Iterator[Finding]:
        """Critical for towns of other counties, and for Kreise where the county is not among them.

        A Kreis beside the county is a comparison: its figures are kept and not compared.
        """
        foreign = {
            place: error
            for place, error in self.elsewhere.items()
            if error.is_town or not self.names_own
        }
        for (axis, label), error in self.elsewhere.items():
            if (axis, label) not in foreign:
                self.unknown(axis, label, "region", text_of(error))
        if not foreign:
            return
        (axis, label), error = next(iter(foreign.items()))
        labels = [text for _, text in foreign]
        more = (
            say(" and {count} more", count=len(labels) - MOST_NAMED)
            if len(labels) > MOST_NAMED
            else ""
        )
        yield Finding(
            rule="own_regions",
            severity="critical",
            message=(
                say(
                    "the table has figures of regions that are not of {name} ({ags}): "
                    "{labels}{more}; {error}. Nothing of the file is used. Take it out of the "
                    "drop folder if it is another county's; if rows stand there only for "
                    "comparison, leave them out by a line {axis};{label};Text each",
                    name=county.name,
                    ags=county.ags,
                    labels=joined(labels[:MOST_NAMED], ", "),
                    more=more,
                    error=error,
                    axis=axis,
                    label=label,
                )
            ),
            row=label if axis == "Zeile" else None,
            column=label if axis == "Spalte" else None,
            expected=say("regions of the county"),
            found=joined((", ".join(labels[:MOST_NAMED]), more), ""),
        )

    def unknown(self, axis: str, label: str, dimension: str, why: str) -> None:
        if (axis, label, dimension) in self.said:
            return
        self.said.add((axis, label, dimension))
        mend = (
            say("add a line {axis};{label};<code> to the head", axis=axis, label=label)
            if axis in ("Zeile", "Spalte")
            else say("mend this line of the head")
        )
        self.findings.append(
            warning(
                "unknown_label",
                say(
                    "{axis} {label!r}: {why}. Its figures are kept and not compared; {mend}",
                    axis=axis,
                    label=label,
                    why=why,
                    mend=mend,
                ),
                row=label if axis == "Zeile" else None,
                column=label if axis == "Spalte" else None,
                expected=say("a known {dimension}", dimension=dimension),
                found=label,
            )
        )

    def not_kept(self, label: Label, dimension: str) -> None:
        """Of a label that is not kept: to write is the printed one, not the name it has here."""
        if (label.axis, label.text, dimension) not in self.said:
            self.said.add((label.axis, label.text, dimension))
            self.findings.append(_without_label(label, dimension))


def _without_label(label: Label, dimension: str) -> Finding:
    """Of a label that is not kept: what to write is the printed one, not the name it has here."""
    return warning(
        "unknown_label",
        say(
            "{axis} {label!r} (line {number} of the file): its label is empty, or no value of the "
            "dimension and therefore not kept. Its figures are kept and not compared; add a line "
            "{axis};<label>;<code> to the head, with the label as it is printed, or "
            "{axis};<label>;Text if it holds no figures",
            axis=label.axis,
            label=label.text,
            number=label.line,
        ),
        row=label.text if label.axis == "Zeile" else None,
        column=label.text if label.axis == "Spalte" else None,
        expected=say("a known {dimension}", dimension=dimension),
        found=label.text,
    )


@dataclass(frozen=True)
class Label:
    """A printed label with what the head says of it."""

    axis: str
    text: str
    number: int
    """Of the row or column in the table, from 1."""
    occurrence: int
    meaning: Meaning
    line: int

    @property
    def is_numbered(self) -> bool:
        """Whether it is called by its number: what is printed is not kept, or is empty."""
        return self.text == numbered(self.axis, self.number)


def parse(content: bytes, origin: Origin) -> Batch:
    """One row per printed cell. Raises ``UnreadableFile`` where the head cannot be read."""
    head, table = read_head(read_lines(content))
    if len(table) < 2 or not any(table[0].cells[1:]):
        raise unreadable(
            "table", say("behind the line Tabelle there must be a row of column labels and figures")
        )
    require_one_header(table, head)
    reader = reader_of(head)
    require_one_table(table, head, lambda text: _has_meaning(text, head, reader))
    complaints = Complaints(list(head.findings))
    columns = _columns(table[0], head)
    cells = list(_cells(head, columns, table[1:], complaints))
    county = read_county()
    complaints.findings.extend(complaints.of_regions(county))
    complaints.findings.extend((*complaints.of_columns(), *complaints.of_kinds()))
    if not cells:
        raise unreadable("table", say("the table holds no figure: every row or column is Text"))
    frame = pd.DataFrame(cells)
    schema = FIGURES["cells"]
    texts = [field.name for field in schema if str(field.type) == "string"]
    frame = frame.astype(
        {**dict.fromkeys(texts, "string"), "decimals": "Int32", "value": "float64"}
    )
    return Batch(
        period=period_of(head.document, head.place),
        tables={"cells": frame.astype({"source_place": "string"})},
        published_at=_moment(head.printed_on),
        findings=tuple(complaints.findings),
    )


def period_of(document: str, place: str) -> str:
    """Document and place as one short name: the unit that a corrected file replaces."""
    words = "_".join(re.findall(r"[a-z0-9]+", f"{place} {document}".casefold()))
    exact = hashlib.sha256(f"{document}\n{place}".encode()).hexdigest()[:12]
    return f"{words[:LONGEST_NAME].strip('_')}_{exact}"


def _moment(day: date | None) -> datetime | None:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None


def _columns(header: Line, head: Head) -> list[Label]:
    seen: Counter[str] = Counter()
    labels = []
    for number, text in enumerate(header.cells[1:], start=1):
        if text:
            seen[text] += 1
            labels.append(
                _label(
                    "Spalte",
                    text,
                    number,
                    seen[text],
                    header.number,
                    head.columns,
                    head.own_columns,
                )
            )
    return labels


def _label(
    axis: str,
    text: str,
    number: int,
    occurrence: int,
    line: int,
    dimension: str | None,
    own: Mapping[str, Meaning],
) -> Label:
    """A label means what the head says of it; where that says nothing, a value of its axis."""
    meaning = own.get(label_key(text), {dimension: text} if dimension else {})
    return Label(axis, text, number, occurrence, meaning, line)


def _has_meaning(text: str, head: Head, reader: Reader) -> bool:
    """Whether a row label is one of the head's own, or a value of the dimension of rows."""
    if label_key(text) in head.own_rows:
        return True
    if head.rows is None:
        return False
    try:
        reader.value(head.rows, text)
    except ForeignRegion:
        return True
    except UnknownValue:
        return False
    return True


def reader_of(head: Head) -> Reader:
    """Who understands the labels of a table: in the county, at the day that its head says."""
    reader = Reader(read_county(), head.printed_on or date.max)
    if named := head.fixed.get("date"):
        try:
            return Reader(reader.county, date.fromisoformat(reader.value("date", named)))
        except UnknownValue:
            pass  # told with the first cell
    return reader


def _cells(
    head: Head, columns: Sequence[Label], lines: Sequence[Line], complaints: Complaints
) -> Iterator[dict[str, Any]]:
    seen: Counter[str] = Counter()
    reader = reader_of(head)
    for number, line in enumerate(lines, start=1):
        text = line.cell(0) or numbered(ROW, number)
        seen[text] += 1
        row = _label("Zeile", text, number, seen[text], line.number, head.rows, head.own_rows)
        if IS_TEXT in row.meaning:
            continue
        _beyond(line, columns, complaints)
        for column in columns:
            if IS_TEXT in column.meaning:
                continue
            printed = _printed(line, column, head, complaints)
            about = _about(head, row, column, reader, complaints)
            printed, about = _exact(printed, about, line, column, complaints)
            yield {
                "document": head.document,
                "place": head.place,
                "printed_date": head.printed_on,
                "row_number": number,
                "column_number": column.number,
                "row_label": row.text,
                "row_occurrence": row.occurrence,
                "column_label": column.text,
                "column_occurrence": column.occurrence,
                "value_as_printed": line.cell(column.number),
                "value": None if printed.number is None else float(printed.number),
                "marker": printed.marker,
                "decimals": None if printed.number is None else printed.decimals,
                "is_percent": printed.is_percent,
                **about,
                "source_place": head.place,
                "source_row": line.number,
            }


def _beyond(line: Line, columns: Sequence[Label], complaints: Complaints) -> None:
    """A figure under no label would be lost without a word: often a text holds a semicolon."""
    under = {column.number for column in columns}
    for number, cell in enumerate(line.cells[1:], start=1):
        if cell and number not in under:
            complaints.findings.append(
                warning(
                    "cell_without_label",
                    say(
                        "line {number}: {cell!r} stands under no column label and was left out; "
                        "does a text of this line hold the delimiter? Put it in quotes",
                        number=line.number,
                        cell=cell,
                    ),
                    row=str(line.number),
                    expected=say("a column label above it"),
                    found=cell,
                )
            )


def _printed(line: Line, column: Label, head: Head, complaints: Complaints) -> Printed | None:
    """What a cell says; None where it is not understood, which is not the same as nothing."""
    try:
        return read_printed(line.cell(column.number), head.notation)
    except ValueError:
        complaints.no_number(line, column)
        return None


def _exact(
    printed: Printed | None,
    about: dict[str, Any],
    line: Line,
    column: Label,
    complaints: Complaints,
) -> tuple[Printed, dict[str, Any]]:
    """The same; what is no exact number, or no count where one is printed, is not understood."""
    apart = {**about, "is_understood": False, "metric_code": None}
    if printed is None:
        return Printed(), apart
    metric = metrics().get(about["metric_code"] or "")
    if metric and metric.kind == "count" and (printed.decimals or printed.is_percent):
        complaints.note("count_with_decimals", line, column)
        return Printed(), apart
    if printed.number is not None and printed.marker in NOT_EXACT:
        complaints.note(NOT_EXACT[printed.marker], line, column)
        return printed, apart
    if metric and printed.unit not in (None, ANY_UNIT, what_it_counts(metric.unit)):
        complaints.note("unit_of_other_things", line, column)
        return printed, apart
    if printed.has_remark:
        complaints.note("number_with_remark", line, column)
    return printed, about


def numbered(axis: str, number: int) -> str:
    """What a row or column is called whose label is not kept, or is not there: "Spalte 3"."""
    return f"{axis.capitalize()} {number}"


def _about(
    head: Head, row: Label, column: Label, reader: Reader, complaints: Complaints
) -> dict[str, Any]:
    """Metric, region, period and items of a cell. The row says more than the column, the column
    more than the head."""
    codes: dict[str, str] = {}
    said = [
        *((dimension, text, "Kopf", text) for dimension, text in head.fixed.items()),
        *(
            (dimension, text, column.axis, column.text)
            for dimension, text in column.meaning.items()
        ),
        *((dimension, text, row.axis, row.text) for dimension, text in row.meaning.items()),
    ]
    broken = False
    for dimension, text, axis, label in {entry[0]: entry for entry in said}.values():
        if dimension == "metric" and text.casefold() == NO_METRIC:
            continue
        try:
            codes[dimension] = reader.value(dimension, text)
        except UnknownValue as error:
            broken = True
            of = next((one for one in (row, column) if (one.axis, one.text) == (axis, label)), None)
            if of is not None and of.is_numbered:
                complaints.not_kept(of, dimension)
            elif not isinstance(error, ForeignRegion):
                complaints.unknown(axis, label, dimension, text_of(error))
            elif axis == "Kopf":
                complaints.foreign(text, text_of(error))
            else:
                complaints.elsewhere.setdefault((axis, label), error)
    complaints.names_own |= codes.get("region", "").startswith(reader.county.ags)
    metric = codes.get("metric")
    period = next((name for name in PERIODS if name in codes), None)
    understood = not broken and (metric is None or _whole(metric, codes, period, complaints))
    items = sorted(f"{name}={code}" for name, code in codes.items() if name not in SAID_ITEMS)
    return {
        "is_understood": understood,
        "metric_code": metric if understood else None,
        "region_code": codes.get("region"),
        "period_kind": period,
        "period_code": codes[period] if period else None,
        "reference_date": reference_date(period, codes[period]) if period else None,
        "item_code": "|".join(items),
    }


def _whole(code: str, codes: Mapping[str, str], period: str | None, complaints: Complaints) -> bool:
    """Whether the cell says all that its metric is divided by, and nothing else."""
    metric = metrics()[code]
    items = {name for name in codes if name not in SAID_ITEMS}
    lacking = {*metric.items, "region"} - {*items, *codes}
    surplus = items - set(metric.items)
    wrong_period = period != metric.period_kind
    if not (lacking or surplus or wrong_period):
        return True
    said = ("Kopf", code, "|".join(sorted(codes)))
    if said not in complaints.said:
        complaints.said.add(said)
        complaints.findings.append(
            warning(
                "metric_dimensions",
                say(
                    "the metric {code} is given by other dimensions than the table says. Its "
                    "figures are kept and not compared; add the lines that are missing to the "
                    "head",
                    code=code,
                ),
                expected=", ".join(sorted({*metric.items, "region", metric.period_kind})),
                found=(", ".join(sorted(set(codes) - {"metric"})) or say("none")),
            )
        )
    return False
