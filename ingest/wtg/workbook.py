"""The workbook of a reference date: from its bytes to one staged table per sheet."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time

import pandas as pd
import pyarrow as pa

from ingest.model import Batch, Finding, Origin, UnreadableFile
from ingest.wtg import consistency
from ingest.wtg.cells import is_blank
from ingest.wtg.grids import Grid, read_grids
from ingest.wtg.layout import ABOUT_OFFERS, NOTES, SHEETS, Sheet, folded
from ingest.wtg.rows import SheetRows, read_rows
from ingest.wtg.tables import TABLES

_DTYPES: dict[pa.DataType, str] = {
    pa.string(): "string",
    pa.int64(): "Int64",
    pa.float64(): "Float64",
    pa.bool_(): "boolean",
    pa.date32(): "object",
}


def parse(content: bytes, origin: Origin) -> Batch:
    """Read a workbook. Absent sheets become empty tables; the period is its reference date.

    ``published_at`` is the newest ``freigabe_am`` of Angebote, at midnight UTC. Raises
    ``UnreadableFile`` with every fault of every sheet, so that one correction mends them all.
    """
    sheets, findings = _assigned(read_grids(content))
    read = _read_all(sheets)
    reference_date = consistency.reference_date(read, origin.label)
    for sheet in read.values():
        findings.extend(sheet.findings)
    findings.extend(consistency.across_sheets(read))
    return Batch(
        period=reference_date.isoformat(),
        tables={
            table: _frame(schema, read[table].rows if table in read else (), reference_date)
            for table, schema in TABLES.items()
        },
        published_at=_published_at(read),
        findings=tuple(findings),
    )


def _assigned(grids: Iterable[Grid]) -> tuple[dict[str, tuple[Sheet, Grid]], list[Finding]]:
    """Which grid is which sheet. A sheet that is only nearly called so is not guessed."""
    by_title = {folded(sheet.title): sheet for sheet in SHEETS}
    assigned: dict[str, tuple[Sheet, Grid]] = {}
    strangers: list[Grid] = []
    for grid in grids:
        sheet = by_title.get(folded(grid.title))
        if sheet is None:
            strangers.append(grid)
        elif sheet.table in assigned:
            raise UnreadableFile(_sheet_finding("sheet_twice", sheet.title, "one", grid.title))
        else:
            assigned[sheet.table] = (sheet, grid)
    _require(assigned, strangers)
    unread = [grid for grid in strangers if folded(grid.title) != NOTES and not _is_empty(grid)]
    return assigned, [_not_read(grid) for grid in unread]


def _require(assigned: Mapping[str, object], strangers: list[Grid]) -> None:
    titles = [grid.title for grid in strangers]
    missing: dict[str, str | None] = {
        sheet.title: near
        for sheet in SHEETS
        if sheet.table not in assigned and (near := _nearest(sheet.title, titles))
    }
    if "angebote" not in assigned and (
        not assigned or any(table in assigned for table in ABOUT_OFFERS)
    ):
        missing.setdefault("Angebote", _nearest("Angebote", titles))
    if missing:
        raise UnreadableFile(
            *(
                _sheet_finding("sheet_missing", title, title, near or "no such sheet")
                for title, near in missing.items()
            )
        )


def _nearest(title: str, candidates: list[str]) -> str | None:
    by_name = {folded(candidate): candidate for candidate in candidates}
    near = difflib.get_close_matches(folded(title), list(by_name), n=1, cutoff=0.8)
    return by_name[near[0]] if near else None


def _sheet_finding(rule: str, title: str, expected: str, found: str) -> Finding:
    return Finding(
        rule=rule,
        severity="critical",
        message=f"sheet {title}: expected {expected}, found {found!r}; name the sheets as the "
        "layout does",
        place=title,
        expected=expected,
        found=found,
    )


def _not_read(grid: Grid) -> Finding:
    return Finding(
        rule="sheet_unknown",
        severity="warning",
        message=f'the sheet "{grid.title}" is not known and was not read',
        place=grid.title,
        expected=", ".join(sheet.title for sheet in SHEETS),
        found=grid.title,
    )


def _is_empty(grid: Grid) -> bool:
    return all(is_blank(raw) for row in grid.rows for raw in row)


def _read_all(sheets: Mapping[str, tuple[Sheet, Grid]]) -> dict[str, SheetRows]:
    read = {}
    faults: list[Finding] = []
    for table, (sheet, grid) in sheets.items():
        try:
            read[table] = read_rows(grid, sheet)
        except UnreadableFile as error:
            faults.extend(error.findings)
        else:
            faults.extend(read[table].faults)
    if faults:
        raise UnreadableFile(*faults)
    return read


def _published_at(read: Mapping[str, SheetRows]) -> datetime | None:
    rows = read["angebote"].rows if "angebote" in read else ()
    released = [day for row in rows if isinstance(day := row.get("freigabe_am"), date)]
    return datetime.combine(max(released), time(), tzinfo=UTC) if released else None


def _frame(
    schema: pa.Schema, rows: Iterable[Mapping[str, object]], reference_date: date
) -> pd.DataFrame:
    complete = [{"reference_date": reference_date, **row} for row in rows]
    columns = {
        field.name: pd.Series([row.get(field.name) for row in complete], dtype=_DTYPES[field.type])
        for field in schema
    }
    columns["source_place"] = pd.Series([row["source_place"] for row in complete], dtype="string")
    columns["source_row"] = pd.Series([row["source_row"] for row in complete], dtype="Int64")
    return pd.DataFrame(columns)
