"""The cross table of the register of foreigners: status by sex, and by age.

A hand-made table. Its header is found by the names of the groups, its rows by their labels; where
either is missing or unknown the file is not read at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd
from openpyxl.utils import get_column_letter

from formats.counts import read_count
from formats.sheets import Sheet
from ingest.azr.empties import STATUSES, Whole, proven_zeros, read_as_zero
from ingest.azr.findings import (
    Where,
    bad_number,
    footnotes,
    left_out,
    unknown_label,
    unmet,
    unreadable,
)
from ingest.azr.headers import (
    DERIVED,
    SECTIONS,
    derived_columns,
    group_at,
    header_text,
    is_head_of,
    is_units_row,
    label_columns,
    line_columns,
    plain_key,
)
from ingest.azr.labels import label_at
from ingest.azr.opened import open_workbook
from ingest.azr.title_dates import made_at, reference_date
from ingest.azr.turned import tables_in
from kreishaus.model import Batch, Finding, Origin, UnreadableFile
from kreishaus.wording import joined, say, text_of
from vocabulary import statuses
from vocabulary.groups import (
    ALIAS_FILE,
    GROUPS,
    Group,
    groups_named,
    header_key,
    printed_head,
)

FEWEST_GROUPS = 5
"""A row naming so many groups is a header; one that lacks some is a header with a fault."""

LABEL_HEADS = "Bezeichnung, Aufenthaltsstatus, Aufenthaltstitel, Status"

LEFT_OUT = (Group("sex", "not_stated"), Group("sex", "unknown"), Group("age", "not_stated"))
"""Columns that an office leaves out where nobody is in them: the sums of each row must say so."""

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
    heads: int | None = None
    """Set where the statuses stand side by side: the sheet is the table turned round."""

    def header(self, column: int) -> str:
        """A column as a person finds it: "F (Männlich)"."""
        name = header_text(self.sheet, self.header_row, column)
        return f"{get_column_letter(column)} ({name})"

    def where(self, row: int, column: int) -> Where:
        """A cell as a person finds it."""
        if self.heads is not None:
            return {"place": self.sheet.title, "row": column, "column": get_column_letter(row)}
        return {"place": self.sheet.title, "row": row, "column": self.header(column)}

    def name(self, row: int, column: int) -> str:
        """A cell by its name in the office's file: "F7"."""
        if self.heads is not None:
            row, column = column, row
        return f"{get_column_letter(column)}{row}"


def parse(content: bytes, origin: Origin) -> Batch:
    """One row per printed cell. Raises ``UnreadableFile`` naming every cell it cannot read."""
    workbook = open_workbook(content)
    tables = tables_in(workbook, header_row)
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
            found=", ".join(sheet.title for sheet, *_ in tables) or say("none"),
        )
    layout = _layout(*tables[0])
    titles = next(sheet for sheet in workbook.sheets if sheet.title == layout.sheet.title)
    titles_end = layout.heads or layout.header_row
    stated = reference_date(workbook, titles, titles_end, origin)
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
        published_at=made_at(workbook, titles, titles_end, stated),
        findings=(
            *footnotes(layout.sheet.title, marked),
            *left_out(titles, titles_end),
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
    repeated = derived_columns(sheet, row)
    found = {
        column: group
        for column in sheet.columns
        if column not in repeated and (group := group_at(sheet, row, column)) is not None
    }
    return found | _left_over(sheet, row, found, repeated)


def _left_over(
    sheet: Sheet, row: int, found: Mapping[int, Group], repeated: Collection[int]
) -> dict[int, Group]:
    """The one column whose word stands under both margins, where one of both has its column."""
    open_ = [at for at in sheet.columns if at not in found and at not in repeated]
    named = {at: groups_named(plain_key(header_text(sheet, row, at))) for at in open_}
    both = {at: groups for at, groups in named.items() if len(groups) > 1}
    if len(both) != 1:
        return {}
    ((at, groups),) = both.items()
    left = [group for group in groups.values() if group not in found.values()]
    return {at: left[0]} if len(left) == 1 else {}


def _layout(sheet: Sheet, row: int, heads: int | None) -> Layout:
    found = groups(sheet, row)
    headers = {column: header_key(header_text(sheet, row, column)) for column in sheet.columns}
    labels, lines = label_columns(sheet, row), line_columns(sheet, row)
    known = {*found, *labels, *lines, *derived_columns(sheet, row)}
    missing = [printed_head(group) for group in GROUPS if group not in found.values()]
    strange = [
        _unknown_header(sheet, row, column, missing)
        for column, key in headers.items()
        if key and column not in known and key not in SECTIONS
    ]
    needed = [group for group in GROUPS if strange or group not in LEFT_OUT]
    faults = [*_missing_groups(sheet, row, found, needed), *strange]
    if len(labels) != 1 or len(lines) > 1:
        faults.append(
            Finding(
                rule="header",
                severity="critical",
                message=say("the column of the labels must be headed, once"),
                place=sheet.title,
                row=str(row),
                expected=LABEL_HEADS,
                found=", ".join(text for text in headers.values() if text),
            )
        )
    if faults:
        raise UnreadableFile(*faults)
    beyond = max(sheet.columns) + 1
    found |= dict(enumerate((group for group in LEFT_OUT if group not in found.values()), beyond))
    return Layout(sheet, row, labels[0], lines[0] if lines else None, found, heads)


def _missing_groups(
    sheet: Sheet, row: int, groups: dict[int, Group], needed: Collection[Group]
) -> Iterator[Finding]:
    found = list(groups.values())
    for group in GROUPS:
        if found.count(group) > 1 or (found.count(group) == 0 and group in needed):
            columns = [get_column_letter(column) for column, at in groups.items() if at == group]
            yield Finding(
                rule="header",
                severity="critical",
                message=say(
                    "the group {group} needs exactly one column; its names are in "
                    "vocabulary/{name}, and 'k.A.' needs 'Geschlecht' or "
                    "'Altersgruppen' above it",
                    group=printed_head(group),
                    name=ALIAS_FILE.name,
                ),
                place=sheet.title,
                row=str(row),
                expected=say("one column {group}", group=printed_head(group)),
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
            "a new wording of a known group, add it to vocabulary/{name}",
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
    found.faults += unmet(found.cells)
    if found.faults:
        raise UnreadableFile(*dict.fromkeys(found.faults))
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
        name = layout.name(row, column)
        counted: dict[str, Any] = {"value": None, "marker": None}
        try:
            count = read_count(cell)
        except ValueError as error:
            fault = _bad_cell(layout, row, column, text_of(error), layout.where(row, column))
            if column not in layout.sheet.columns:
                (fault,) = _missing_groups(layout.sheet, layout.header_row, {}, [group])
            if cell is not None or (row, column) in layout.sheet.uncalculated:
                found.faults.append(fault)
                continue
            found.empty[len(found.cells)] = (name, fault)
        else:
            found.marked += [name] * count.has_footnote
            counted = {"value": count.value, "marker": count.marker}
        at = {"source_row": column} if layout.heads is not None else {}
        found.cells.append(
            {**line, "margin": group.margin, "group_code": group.code, **counted, **at}
        )


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
    if is_head_of(DERIVED, _label(layout, row)):
        return False
    if any(
        sheet.own(row, column) is not None or (row, column) in sheet.uncalculated
        for column in layout.groups
    ):
        return True
    label = _label(layout, row)
    return statuses.status_aliases().knows(label) and not _heads_a_section(layout, row, label)


def _heads_a_section(layout: Layout, row: int, label: str) -> bool:
    """Whether a row without counts heads those below it: its status is counted in another row."""
    known, sheet = statuses.status_aliases(), layout.sheet
    return any(
        known.any_code(_label(layout, other)) == known.any_code(label)
        and any(sheet.own(other, column) is not None for column in layout.groups)
        for other in sheet.below(layout.header_row)
        if other != row
    )


def _label(layout: Layout, row: int) -> str:
    return label_at(layout.sheet, row, layout.label_column)


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
