"""From the grid of a sheet to its rows: every cell read, every fault named with its place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.model import Finding, UnreadableFile
from ingest.wtg.cells import EMPTY, Cell, CellError, Raw, is_blank
from ingest.wtg.grids import Grid
from ingest.wtg.header import Header, find_header
from ingest.wtg.layout import Column, Sheet

_TOTAL = re.compile(r"\b(gesamt|insgesamt|summe)\b", re.IGNORECASE)
_TOLERANCE = 0.005
"""FTE carry two decimals; their sum in floating point carries noise."""


@dataclass
class SheetRows:
    """What was read of one sheet. ``faults`` make the file unreadable, ``findings`` do not."""

    sheet: Sheet
    rows: list[dict[str, object]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    faults: list[Finding] = field(default_factory=list)


def read_rows(grid: Grid, sheet: Sheet) -> SheetRows:
    """All rows below the header. Empty rows are skipped, rows "Gesamt" checked and left out.

    Raises ``UnreadableFile`` where the table itself cannot be found or trusted.
    """
    header = find_header(grid, sheet)
    _refuse_hidden_values(grid, header)
    read = SheetRows(sheet, findings=list(header.findings))
    for number, raws in enumerate(grid.rows[header.row :], start=header.row + 1):
        if all(is_blank(_at(raws, index)) for _, index in header.columns):
            continue
        if label := _total_label(raws, header):
            read.findings.extend(_compare_total(read, header, raws, number, label))
        else:
            _read_row(read, header, raws, number)
    return read


def _refuse_hidden_values(grid: Grid, header: Header) -> None:
    faults = [
        Finding(
            rule="merged_cells",
            severity="critical",
            message=f"sheet {grid.title}: the cells {merged.reference} are merged; only one of "
            "them holds the value. Undo the merge and write the value into each row",
            place=grid.title,
            row=str(merged.last_row),
            column=merged.reference,
            expected="one value in each cell",
            found="merged cells",
        )
        for merged in grid.merged
        if merged.last_row >= header.row
    ]
    faults += [
        Finding(
            rule="formula_without_result",
            severity="critical",
            message=f"sheet {grid.title}: the formula in {cell} has no stored result; open the "
            "file in Excel, save it and hand it in again",
            place=grid.title,
            row=re.sub("[A-Z]", "", cell),
            column=re.sub("[0-9]", "", cell),
            expected="a value",
            found="a formula that was never calculated",
        )
        for cell in grid.without_result
    ]
    if faults:
        raise UnreadableFile(*faults)


def _read_row(read: SheetRows, header: Header, raws: tuple[Raw, ...], number: int) -> None:
    row: dict[str, object] = {"source_place": read.sheet.title, "source_row": number}
    markers: dict[str, str] = {}
    for column, index in header.columns:
        raw = _at(raws, index)
        cell = _read_cell(read, column, raw, number)
        row[column.field] = cell.value
        if cell.marker is not None:
            markers[column.header] = cell.marker
    row["cell_markers"] = json.dumps(markers, ensure_ascii=False) if markers else None
    read.rows.append(row)


def _read_cell(read: SheetRows, column: Column, raw: Raw, number: int) -> Cell:
    try:
        cell = EMPTY if is_blank(raw) else column.read(raw)
    except CellError as error:
        read.faults.append(_fault(read.sheet, column, number, str(error), str(raw)))
        return EMPTY
    if column.filled and cell.value is None:
        found = cell.marker or "nothing"
        read.faults.append(_fault(read.sheet, column, number, "a value", found))
    return cell


def _fault(sheet: Sheet, column: Column, number: int, expected: str, found: str) -> Finding:
    return Finding(
        rule="cell_unreadable",
        severity="critical",
        message=f"sheet {sheet.title}, row {number}, column {column.header}: "
        f"expected {expected}, found {found!r}",
        place=sheet.title,
        row=str(number),
        column=column.header,
        expected=expected,
        found=found,
    )


def _total_label(raws: tuple[Raw, ...], header: Header) -> str | None:
    """The label of a row "Gesamt": in its first cell, or where a key should be."""
    written = [
        (column, raw)
        for column, index in sorted(header.columns, key=lambda pair: pair[1])
        if not is_blank(raw := _at(raws, index))
    ]
    for position, (column, raw) in enumerate(written):
        is_key = column.filled and column.field != "name"
        if isinstance(raw, str) and (position == 0 or is_key) and _TOTAL.search(raw):
            return raw.strip()
    return None


def _compare_total(
    read: SheetRows, header: Header, raws: tuple[Raw, ...], number: int, label: str
) -> Iterator[Finding]:
    """A total row is never data. What it prints must be what the rows above it make."""
    sheet = read.sheet
    yield Finding(
        rule="total_row",
        severity="warning",
        message=f'sheet {sheet.title}, row {number}: "{label}" is a sum, no offer; '
        "it was compared with the rows above it and left out",
        place=sheet.title,
        row=str(number),
        expected="rows of single offers",
        found=label,
    )
    for column, index in header.columns:
        raw = _at(raws, index)
        if not column.summed or is_blank(raw):
            continue
        printed = _read_cell(read, column, raw, number).value
        values = [row[column.field] for row in read.rows]
        if printed is None or any(value is None for value in values):
            continue
        total = sum(float(str(value)) for value in values)
        if abs(total - float(str(printed))) > _TOLERANCE:
            yield Finding(
                rule="total_row_differs",
                severity="critical",
                message=f'sheet {sheet.title}, row {number}: "{label}" prints {printed} '
                f"{column.header}, the rows above it make {total:g}; a row is missing or wrong",
                place=sheet.title,
                row=str(number),
                column=column.header,
                expected=f"{total:g}",
                found=str(printed),
            )


def _at(raws: tuple[Raw, ...], index: int) -> Raw:
    return raws[index] if index < len(raws) else None
