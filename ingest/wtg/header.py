"""Where the columns of a sheet are: the header row is found by its names, in any order."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from openpyxl.utils import get_column_letter

from ingest.model import Finding, UnreadableFile
from ingest.wtg.cells import is_blank
from ingest.wtg.grids import Grid
from ingest.wtg.layout import Column, Sheet, folded

ROWS_SEARCHED = 40
FEWEST_NAMES = 2
"""A row with fewer known column names is no header: a title may hold one by chance."""


@dataclass(frozen=True)
class Header:
    """Position of the header: its row number (from 1), and each column's index (from 0)."""

    row: int
    columns: tuple[tuple[Column, int], ...]
    findings: tuple[Finding, ...]


def find_header(grid: Grid, sheet: Sheet) -> Header:
    """The header of a sheet. Raises ``UnreadableFile`` naming sheet and column."""
    row = _header_row(grid, sheet)
    names = [folded(str(raw)) if not is_blank(raw) else "" for raw in grid.rows[row - 1]]
    by_name = {column.header: column for column in sheet.columns}
    strangers = [(index, name) for index, name in enumerate(names) if name and name not in by_name]
    faults = [
        *_twice(sheet, row, names, by_name),
        *_missing(sheet, row, names, [name for _, name in strangers], required=True),
    ]
    if faults:
        raise UnreadableFile(*faults)
    columns = tuple((by_name[name], index) for index, name in enumerate(names) if name in by_name)
    findings = (
        *_missing(sheet, row, names, [name for _, name in strangers], required=False),
        *_unknown(sheet, row, strangers, set(by_name) - set(names)),
        *_unnamed(grid, sheet, row, names),
    )
    return Header(row, columns, findings)


def _header_row(grid: Grid, sheet: Sheet) -> int:
    wanted = {column.header for column in sheet.columns}
    hits = [
        len(wanted & {folded(raw) for raw in row if isinstance(raw, str)})
        for row in grid.rows[:ROWS_SEARCHED]
    ]
    if not hits or max(hits) < FEWEST_NAMES:
        raise UnreadableFile(
            Finding(
                rule="header_missing",
                severity="critical",
                message=f"sheet {grid.title}: no row among the first {ROWS_SEARCHED} names the "
                "columns; put the column names above the data",
                place=grid.title,
                expected=", ".join(column.header for column in sheet.columns),
                found="no such row",
            )
        )
    return hits.index(max(hits)) + 1


def _missing(
    sheet: Sheet, row: int, names: list[str], strangers: list[str], *, required: bool
) -> Iterator[Finding]:
    for column in sheet.columns:
        if column.required == required and column.header not in names:
            yield _absent(sheet, row, column, strangers)


def _absent(sheet: Sheet, row: int, column: Column, strangers: list[str]) -> Finding:
    near = difflib.get_close_matches(column.header, strangers, n=1)
    hint = f'; the nearest there is "{near[0]}"' if near else ""
    return Finding(
        rule="column_missing",
        severity="critical" if column.required else "warning",
        message=f"sheet {sheet.title}: the column {column.header} is missing{hint}",
        place=sheet.title,
        row=str(row),
        column=column.header,
        expected=column.header,
        found=near[0] if near else "no such column",
    )


def _twice(
    sheet: Sheet, row: int, names: list[str], by_name: dict[str, Column]
) -> Iterator[Finding]:
    for name in by_name:
        if names.count(name) > 1:
            yield Finding(
                rule="column_twice",
                severity="critical",
                message=f"sheet {sheet.title}: the column {name} stands there twice; "
                "which one holds is not known",
                place=sheet.title,
                row=str(row),
                column=name,
                expected="one column",
                found=f"{names.count(name)} columns",
            )


def _unknown(
    sheet: Sheet, row: int, strangers: list[tuple[int, str]], absent: set[str]
) -> Iterator[Finding]:
    for index, name in strangers:
        near = difflib.get_close_matches(name, sorted(absent), n=1)
        yield Finding(
            rule="column_unknown",
            severity="warning",
            message=f'sheet {sheet.title}: the column "{name}" is not known and was not read',
            place=sheet.title,
            row=str(row),
            column=f"{get_column_letter(index + 1)} ({name})",
            expected=f"{near[0]}, or no such column" if near else "no such column",
            found=name,
        )


def _unnamed(grid: Grid, sheet: Sheet, row: int, names: list[str]) -> Iterator[Finding]:
    """Values under no name: a merged header, or notes beside the table."""
    seen: set[int] = set()
    for number, cells in enumerate(grid.rows[row:], start=row + 1):
        for index, raw in enumerate(cells):
            named = index < len(names) and names[index]
            if named or is_blank(raw) or index in seen:
                continue
            seen.add(index)
            letter = get_column_letter(index + 1)
            yield Finding(
                rule="column_unnamed",
                severity="warning",
                message=f"sheet {sheet.title}: column {letter} has values but no name; "
                "it was not read",
                place=sheet.title,
                row=str(number),
                column=letter,
                expected="a column name, or no values",
                found=str(raw),
            )
