"""The files of a reference date, a workbook or a CSV set: one staged table per sheet."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time

import pandas as pd
import pyarrow as pa

from ingest.wtg import consistency
from ingest.wtg.calendars import require_days
from ingest.wtg.cells import is_blank
from ingest.wtg.files import grids_of_set
from ingest.wtg.grids import Grid
from ingest.wtg.header import ROWS_SEARCHED, known_names
from ingest.wtg.layout import (
    ABOUT_OFFERS,
    NOTES,
    SHEET_ALIASES_PLACE,
    SHEETS,
    Sheet,
    folded,
    sheet_titles,
)
from ingest.wtg.offers import judged_offers
from ingest.wtg.other_workbooks import looks_not_read
from ingest.wtg.rows import SheetRows, folded_faults, read_rows
from ingest.wtg.tables import TABLES
from kreishaus.model import Batch, Finding, Origin, UnreadableFile
from kreishaus.wording import joined, rewritten, say

_DTYPES: dict[pa.DataType, str] = {
    pa.string(): "string",
    pa.int64(): "Int64",
    pa.float64(): "Float64",
    pa.bool_(): "boolean",
    pa.date32(): "object",
}


def parse(content: bytes, origin: Origin) -> Batch:
    """Read a workbook or a CSV set. Absent sheets become empty tables; the period is its date.

    ``published_at`` is the day of release (``consistency.published_on``), at midnight UTC. Raises
    ``UnreadableFile`` with every fault of every sheet, so that one correction mends them all.
    """
    grids = grids_of_set(content)
    sheets, findings = assigned(grids)
    findings.extend(looks_not_read(grids))
    read = _read_all(sheets)
    today = origin.retrieved_at.date()
    reference_date = consistency.reference_date(read, origin.label, today)
    for sheet in read.values():
        findings.extend(sheet.findings)
    findings.extend(require_days(grids, read, reference_date))
    findings.extend(judged_offers(read))
    findings.extend(consistency.across_sheets(read))
    published_on, caveats = consistency.published_on(read, today)
    return Batch(
        period=reference_date.isoformat(),
        tables={
            table: frame(schema, read[table].rows if table in read else (), reference_date)
            for table, schema in TABLES.items()
        },
        published_at=datetime.combine(published_on, time(), tzinfo=UTC) if published_on else None,
        findings=(*findings, *caveats),
    )


def assigned(grids: Iterable[Grid]) -> tuple[dict[str, tuple[Sheet, Grid]], list[Finding]]:
    """Which grid is which sheet. A sheet that is only nearly called so is not guessed."""
    assigned: dict[str, tuple[Sheet, Grid]] = {}
    strangers: list[Grid] = []
    findings: list[Finding] = []
    for grid in grids:
        sheet = sheet_titles().get(folded(grid.title))
        if sheet is None:
            strangers.append(grid)
        elif sheet.table in assigned:
            raise UnreadableFile(_sheet_finding("sheet_twice", sheet.title, say("one"), grid.title))
        elif _is_empty(grid):
            findings.append(_empty(grid))
        else:
            assigned[sheet.table] = (sheet, grid)
    strangers = [grid for grid in strangers if not _is_empty(grid)]
    _require(assigned, strangers)
    unread = [grid for grid in strangers if folded(grid.title) != NOTES]
    return assigned, [*findings, *map(_not_read, unread)]


def _require(assigned: Mapping[str, tuple[Sheet, Grid]], strangers: list[Grid]) -> None:
    titles = [grid.title for grid in strangers]
    missing: dict[str, str | None] = {
        sheet.title: near
        for sheet in SHEETS
        if sheet.table not in assigned
        and (near := _nearest(sheet.title, titles) or _alike(sheet, strangers))
    }
    if "angebote" not in assigned and (
        not assigned or any(table in assigned for table in ABOUT_OFFERS)
    ):
        missing.setdefault("Angebote", _nearest("Angebote", titles))
    faults = [
        _sheet_finding("sheet_missing", title, title, near or _listed(titles))
        for title, near in missing.items()
    ]
    faults += _versions(assigned, titles)
    if faults:
        raise UnreadableFile(*faults)


def _listed(titles: list[str]) -> str:
    return (
        rewritten(
            say("no such sheet, but {titles}", titles=joined(titles, ", ")), lambda text: text[:200]
        )
        if titles
        else say("no such sheet")
    )


def _versions(assigned: Mapping[str, tuple[Sheet, Grid]], titles: list[str]) -> Iterator[Finding]:
    """ "Belegung (2)" or "Belegung neu" beside "Belegung": which of the two holds?"""
    for sheet, _ in assigned.values():
        for title in titles:
            if re.match(rf"{re.escape(folded(sheet.title))}[^a-z]", folded(title)):
                yield _sheet_finding("sheet_twice", sheet.title, say("one such sheet"), title)


def _nearest(title: str, candidates: list[str]) -> str | None:
    by_name = {folded(candidate): candidate for candidate in candidates}
    near = difflib.get_close_matches(folded(title), list(by_name), n=1, cutoff=0.8)
    return by_name[near[0]] if near else None


def _alike(sheet: Sheet, strangers: list[Grid]) -> str | None:
    """The sheet that has the columns of this one under quite another name."""
    for grid in strangers:
        named = max((known_names(row, sheet) for row in grid.rows[:ROWS_SEARCHED]), default=0)
        if 2 * named >= len(sheet.columns):
            return grid.title or say("a sheet without a name")
    return None


def _sheet_finding(rule: str, title: str, expected: str, found: str) -> Finding:
    what = (
        say("delete the sheet that does not hold")
        if rule == "sheet_twice"
        else say(
            "rename the sheet to {title}; if the authority calls it so for good, ask "
            "the data engineer to add a line to {sheet_aliases_place}",
            title=title,
            sheet_aliases_place=SHEET_ALIASES_PLACE,
        )
    )
    return Finding(
        rule=rule,
        severity="critical",
        message=say(
            "sheet {title}: expected {expected}, found {found!r}; {what}",
            title=title,
            expected=expected,
            found=found,
            what=what,
        ),
        place=title,
        expected=expected,
        found=found,
    )


def _not_read(grid: Grid) -> Finding:
    return Finding(
        rule="sheet_unknown",
        severity="warning",
        message=say('the sheet "{title}" is not known and was not read', title=grid.title),
        place=grid.title,
        expected=", ".join(sheet.title for sheet in SHEETS),
        found=grid.title,
    )


def _empty(grid: Grid) -> Finding:
    return Finding(
        rule="sheet_empty",
        severity="warning",
        message=say(
            'the sheet "{title}" is empty: this reference date has no such rows', title=grid.title
        ),
        place=grid.title,
        expected=say("rows, or no such sheet"),
        found=say("an empty sheet"),
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
            faults.extend(folded_faults(read[table].faults))
            if not read[table].rows:
                read[table].findings.append(_empty(grid))
    if faults:
        raise UnreadableFile(*faults)
    if not any(sheet.rows for sheet in read.values()):
        raise UnreadableFile(
            Finding(
                rule="no_rows",
                severity="critical",
                message=say(
                    "no sheet has a row: an empty form was handed in, or the rows lie hidden "
                    "in sheets of other names"
                ),
                expected=say("rows below the column names"),
                found=say("none"),
            )
        )
    return read


def frame(
    schema: pa.Schema, rows: Iterable[Mapping[str, object]], reference_date: date
) -> pd.DataFrame:
    """The rows of a sheet as its staged table, with ``source_place`` and ``source_row``."""
    complete = [{**row, "reference_date": reference_date} for row in rows]
    columns = {
        field.name: pd.Series([row.get(field.name) for row in complete], dtype=_DTYPES[field.type])
        for field in schema
    }
    columns["source_place"] = pd.Series([row["source_place"] for row in complete], dtype="string")
    columns["source_row"] = pd.Series([row["source_row"] for row in complete], dtype="Int64")
    return pd.DataFrame(columns)
