"""The cross table of the register of foreigners: status by sex, and by age.

A hand-made table. Its header is found by the names of the groups, its rows by their labels; where
either is missing or unknown the file is not read at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd
from openpyxl.utils import get_column_letter

from ingest.azr.empties import STATUSES, Whole, proven_zeros, read_as_zero
from ingest.azr.findings import Where, bad_number, footnotes, unknown_label, unreadable
from ingest.azr.headers import group_at, header_text, is_units_row
from ingest.azr.title_dates import made_at, reference_date
from ingest.formats.counts import read_count
from ingest.formats.sheets import Sheet
from ingest.formats.workbook import open_workbook
from ingest.vocabulary import statuses
from ingest.vocabulary.groups import ALIAS_FILE, GROUPS, Group, header_key
from kreishaus.model import Batch, Finding, Origin, UnreadableFile
from kreishaus.wording import joined, say, text_of

FEWEST_GROUPS = 5
"""A row naming so many groups is a header; one that lacks some is a header with a fault."""

LABEL_HEADERS = {"bezeichnung", "aufenthaltsstatus", "aufenthaltstitel", "status"}
LINE_HEADERS = {"zeile", "zeilen-nr.", "zeilennr.", "lfd.nr.", "nr."}

MARGINS = tuple(
    Whole("total", [str(group) for group in GROUPS if group.margin == margin])
    for margin in ("sex", "age")
)


@dataclass(frozen=True)
class Layout:
    """Where the table lies: all numbers count from 1, as the office program shows them."""

    sheet: Sheet
    header_row: int
    label_column: int
    line_column: int | None
    groups: dict[int, Group]

    def header(self, column: int) -> str:
        """A column as a person finds it: "F (Männlich)"."""
        name = header_text(self.sheet, self.header_row, column)
        return f"{get_column_letter(column)} ({name})"

    def where(self, row: int, column: int) -> Where:
        """A cell as a person finds it."""
        return {"place": self.sheet.title, "row": row, "column": self.header(column)}


def parse(content: bytes, origin: Origin) -> Batch:
    """One row per printed cell. Raises ``UnreadableFile`` naming every cell it cannot read."""
    workbook = open_workbook(content)
    tables = [(sheet, row) for sheet in workbook.sheets if (row := header_row(sheet)) is not None]
    if len(tables) != 1:
        raise unreadable(
            "header",
            say(
                "a cross table has one row with the headers of sex and age ({headers}), on one "
                "sheet",
                headers="k.A., Männlich, Weiblich, Unbek., Gesamt, bis 16, ...",
            ),
            place=", ".join(sheet.title for sheet in workbook.sheets),
            expected=say("one such sheet"),
            found=", ".join(sheet.title for sheet, _ in tables) or say("none"),
        )
    layout = _layout(*tables[0])
    stated = reference_date(layout.sheet, layout.header_row, origin)
    cells, marked, zeros = _read(layout, stated)
    frame = pd.DataFrame(cells).astype(
        {
            "line_number": "Int64",
            "value": "Int64",
            **dict.fromkeys(("status_code", "status_label", "margin", "group_code"), "string"),
            **dict.fromkeys(("marker", "source_place"), "string"),
        }
    )
    return Batch(
        period=stated.isoformat(),
        tables={"cells": frame},
        published_at=made_at(workbook, layout.sheet, layout.header_row, stated),
        findings=(
            *footnotes(layout.sheet.title, marked),
            *read_as_zero(layout.sheet.title, zeros),
        ),
    )


def header_row(sheet: Sheet) -> int | None:
    """The row that names most groups, where it names enough of them to be a header."""
    named = {row: len(groups(sheet, row)) for row in sheet.top}
    best = max(named, key=lambda row: named[row], default=1)
    return best if named.get(best, 0) >= FEWEST_GROUPS else None


def groups(sheet: Sheet, row: int) -> dict[int, Group]:
    """Column -> the group that its header means."""
    found = {column: group_at(sheet, row, column) for column in sheet.columns}
    return {column: group for column, group in found.items() if group is not None}


def _layout(sheet: Sheet, row: int) -> Layout:
    found = groups(sheet, row)
    headers = {column: header_key(header_text(sheet, row, column)) for column in sheet.columns}
    label_columns = [column for column, key in headers.items() if key in LABEL_HEADERS]
    line_columns = [column for column, key in headers.items() if key in LINE_HEADERS]
    faults = list(_missing_groups(sheet, row, found))
    missing = [str(group) for group in GROUPS if group not in found.values()]
    faults += [
        _unknown_header(sheet, row, column, missing)
        for column, key in headers.items()
        if key and column not in {*found, *label_columns, *line_columns}
    ]
    if len(label_columns) != 1 or len(line_columns) > 1:
        faults.append(
            Finding(
                rule="header",
                severity="critical",
                message=say("the column of the labels must be headed, once"),
                place=sheet.title,
                row=str(row),
                expected=", ".join(sorted(LABEL_HEADERS)),
                found=", ".join(text for text in headers.values() if text),
            )
        )
    if faults:
        raise UnreadableFile(*faults)
    line_column = line_columns[0] if line_columns else None
    return Layout(sheet, row, label_columns[0], line_column, found)


def _missing_groups(sheet: Sheet, row: int, groups: dict[int, Group]) -> Iterator[Finding]:
    found = list(groups.values())
    for group in GROUPS:
        if found.count(group) != 1:
            columns = [get_column_letter(column) for column, at in groups.items() if at == group]
            yield Finding(
                rule="header",
                severity="critical",
                message=say(
                    "the group {group} needs exactly one column; its names are in "
                    "ingest/vocabulary/{name}, and 'k.A.' needs 'Geschlecht' or "
                    "'Altersgruppen' above it",
                    group=group,
                    name=ALIAS_FILE.name,
                ),
                place=sheet.title,
                row=str(row),
                expected=say("one column {group}", group=group),
                found=(
                    say("columns {columns}", columns=joined(columns, ", "))
                    if columns
                    else say("none")
                ),
            )


def _unknown_header(sheet: Sheet, row: int, column: int, missing: list[str]) -> Finding:
    return Finding(
        rule="unknown_column",
        severity="critical",
        message=say(
            "this header is unknown, or stands under the wrong upper header; if it is "
            "a new wording of a known group, add it to ingest/vocabulary/{name}",
            name=ALIAS_FILE.name,
        ),
        place=sheet.title,
        row=str(row),
        column=get_column_letter(column),
        expected=(
            say("one of the missing {missing}", missing=joined(missing, ", "))
            if missing
            else say("no further column")
        ),
        found=header_text(sheet, row, column),
    )


@dataclass
class _Found:
    """The cells while they are read: which are marked, empty or at fault."""

    cells: list[dict[str, Any]] = field(default_factory=list)
    marked: list[str] = field(default_factory=list)
    faults: list[Finding] = field(default_factory=list)
    empty: dict[int, tuple[str, Finding]] = field(default_factory=dict)
    """Place among the cells -> its name in the sheet, and the fault that it is if it is no zero."""


def _read(layout: Layout, stated: date) -> tuple[list[dict[str, Any]], list[str], list[str]]:
    """The cells; which of them carried a footnote mark; which were empty and mean zero."""
    found = _Found()
    numbered = _is_numbered(layout)
    for row in layout.sheet.below(layout.header_row):
        if not _is_data(layout, row) or is_units_row(layout.sheet, row, layout.header_row):
            continue
        try:
            line = _line(layout, row, stated, numbered)
        except UnreadableFile as error:
            found.faults += error.findings
            continue
        _read_row(layout, row, line, found)
    zeros = _zeros(found)
    if found.faults:
        raise UnreadableFile(*found.faults)
    if not found.cells:
        raise unreadable(
            "rows",
            say("there is no row below the header"),
            place=layout.sheet.title,
            row=str(layout.header_row),
        )
    return found.cells, found.marked, zeros


def _read_row(layout: Layout, row: int, line: dict[str, Any], found: _Found) -> None:
    for column, group in layout.groups.items():
        cell = layout.sheet.own(row, column)
        name = f"{get_column_letter(column)}{row}"
        counted: dict[str, Any] = {"value": None, "marker": None}
        try:
            count = read_count(cell)
        except ValueError as error:
            fault = _bad_cell(layout, row, column, text_of(error), layout.where(row, column))
            if cell is not None or (row, column) in layout.sheet.uncalculated:
                found.faults.append(fault)
                continue
            found.empty[len(found.cells)] = (name, fault)
        else:
            found.marked += [name] * count.has_footnote
            counted = {"value": count.value, "marker": count.marker}
        found.cells.append({**line, "margin": group.margin, "group_code": group.code, **counted})


def _zeros(found: _Found) -> list[str]:
    """Set the empty cells that the sums prove to zero, and note the others as faults."""
    places = [(str(cell["status_code"]), _column(cell)) for cell in found.cells]
    counts = {place: cell["value"] for place, cell in zip(places, found.cells, strict=True)}
    proven = proven_zeros(counts, (places[at] for at in found.empty), MARGINS, STATUSES)
    zeros = [at for at in found.empty if places[at] in proven]
    for at in zeros:
        found.cells[at]["value"] = 0
    found.faults += [fault for at, (_, fault) in found.empty.items() if at not in zeros]
    return [found.empty[at][0] for at in zeros]


def _column(cell: Mapping[str, Any]) -> str:
    return str(Group(cell["margin"], cell["group_code"]))


def _bad_cell(layout: Layout, row: int, column: int, reason: str, where: Where) -> Finding:
    uncalculated = (row, column) in layout.sheet.uncalculated
    cell = layout.sheet.own(row, column)
    return bad_number(_label(layout, row), reason, cell, uncalculated=uncalculated, **where)


def _is_data(layout: Layout, row: int) -> bool:
    """Whether a row is one of the table: not blank, no heading between blocks, no footnote."""
    sheet = layout.sheet
    if any(
        sheet.own(row, column) is not None or (row, column) in sheet.uncalculated
        for column in layout.groups
    ):
        return True
    return statuses.status_aliases().knows(_label(layout, row))


def _label(layout: Layout, row: int) -> str:
    return layout.sheet.text(row, layout.label_column)


def _line(layout: Layout, row: int, stated: date, numbered: bool) -> dict[str, Any]:
    """What every cell of a row shares. Raises ``UnreadableFile`` for an unknown label."""
    label = _label(layout, row)
    try:
        status_code = statuses.status_aliases().status_code(label, stated)
    except statuses.UnknownLabel as error:
        where = layout.where(row, layout.label_column)
        raise UnreadableFile(unknown_label(label, text_of(error), **where)) from error
    return {
        "reference_date": stated,
        "line_number": _line_number(layout, row) if numbered else row,
        "status_code": status_code,
        "status_label": label,
        "source_place": layout.sheet.title,
        "source_row": row,
    }


def _is_numbered(layout: Layout) -> bool:
    """Whether the table prints a number for each line. One whose labels are merged over the
    column of the numbers does not: there the sheet's own rows count."""
    column = layout.line_column
    return column is not None and not any(
        area.first_column == column and area.last_column >= layout.label_column
        for area in layout.sheet.merged
        if area.first_row > layout.header_row and _is_data(layout, area.first_row)
    )


def _line_number(layout: Layout, row: int) -> int:
    value = layout.sheet.own(row, layout.line_column or 0)
    try:
        number = read_count(value).value
    except ValueError:
        number = None
    if number is None:
        raise unreadable(
            "line_number",
            say("the line has no number, though the table numbers its lines"),
            place=layout.sheet.title,
            row=str(row),
            column=layout.header(layout.line_column or 0),
            expected=say("a whole number"),
            found=say("nothing") if value is None else str(value),
        )
    return number
