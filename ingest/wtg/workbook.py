"""The files of a reference date, a workbook or a CSV set: one staged table per sheet."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time

import pandas as pd
import pyarrow as pa

from ingest.wtg import consistency
from ingest.wtg.calendars import require_days
from ingest.wtg.cells import is_blank, squeezed
from ingest.wtg.files import CSV_TITLE, grids_of_set
from ingest.wtg.grids import Grid
from ingest.wtg.header import FEWEST_NAMES, ROWS_SEARCHED, fits, known_names
from ingest.wtg.layout import (
    NOTES,
    SHEET_ALIASES_PLACE,
    SHEETS,
    Sheet,
    folded,
    sheet_titles,
)
from ingest.wtg.offers import completed, judged_offers
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
    reference_date = consistency.reference_date(read, origin.label, today, grids)
    for sheet in read.values():
        findings.extend(consistency.without_known(sheet.findings, sheet.findings))
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
    for grid in only_sheet_known(tuple(grids)):
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
    by_columns = _by_columns(strangers, [one for one in SHEETS if one.table not in assigned])
    for sheet, grid in by_columns:
        assigned[sheet.table] = (sheet, replace(grid, title=sheet.title))
        findings.append(_read_as(sheet))
    strangers = [one for one in strangers if not any(one is grid for _, grid in by_columns)]
    _require(assigned, strangers)
    unread = [grid for grid in strangers if folded(grid.title) != NOTES]
    return assigned, [*findings, *map(_not_read, unread)]


def only_sheet_known(grids: tuple[Grid, ...]) -> tuple[Grid, ...]:
    """A file of one sheet under the title of the layout, where its columns show which one it is.

    The sheet of a CSV has no title, and that of a list of its own is called "Tabelle1". Where
    columns of two sheets fit, nothing is guessed.
    """
    written = [grid for grid in grids if not _is_empty(grid)]
    if len(written) != 1 or folded(written[0].title) in sheet_titles():
        return grids
    known = [sheet for sheet in SHEETS if _named(written[0], sheet) > FEWEST_NAMES]
    fitting = [sheet for sheet in known if fits(written[0], sheet)] or known
    most = max((_named(written[0], sheet) for sheet in fitting), default=0)
    best = [sheet for sheet in fitting if _named(written[0], sheet) == most]
    if len(best) != 1:
        return grids
    known_now = replace(written[0], title=best[0].title)
    return tuple(known_now if grid is written[0] else grid for grid in grids)


def _by_columns(strangers: Sequence[Grid], missing: Sequence[Sheet]) -> list[tuple[Sheet, Grid]]:
    """Sheets under other titles that have every column that one missing sheet needs, and no other
    sheet could be it: "Einrichtungen" for Angebote."""
    pairs = [(sheet, grid) for grid in strangers for sheet in missing if _may_be(grid, sheet)]
    of_sheets = Counter(sheet.table for sheet, _ in pairs)
    of_grids = Counter(id(grid) for _, grid in pairs)
    return [
        (sheet, grid)
        for sheet, grid in pairs
        if of_sheets[sheet.table] == 1 and of_grids[id(grid)] == 1
    ]


def _may_be(grid: Grid, sheet: Sheet) -> bool:
    """A hidden sheet may be an old one."""
    return not grid.hidden and fits(grid, sheet)


def _read_as(sheet: Sheet) -> Finding:
    return Finding(
        rule="sheet_by_columns",
        severity="warning",
        message=say(
            "there is no sheet {title}; the one sheet with its columns was read as that. Name "
            "it so",
            title=sheet.title,
        ),
        place=sheet.title,
        expected=sheet.title,
        found=say("another title"),
    )


def _named(grid: Grid, sheet: Sheet) -> int:
    return max((known_names(row, sheet) for row in grid.rows[:ROWS_SEARCHED]), default=0)


def _require(assigned: Mapping[str, tuple[Sheet, Grid]], strangers: list[Grid]) -> None:
    titles = [grid.title for grid in strangers]
    missing: dict[str, str | None] = {
        sheet.title: near
        for sheet in SHEETS
        if sheet.table not in assigned
        and (near := _nearest(sheet.title, titles) or _alike(sheet, strangers))
    }
    if not assigned and [grid.title for grid in strangers] == [CSV_TITLE]:
        raise UnreadableFile(_unknown_list(strangers[0]))
    if not assigned:
        missing.setdefault("Angebote", _nearest("Angebote", titles))
    faults = [
        _sheet_finding("sheet_missing", title, title, near or _listed(titles))
        for title, near in missing.items()
    ]
    faults += _versions(assigned, titles)
    if faults:
        raise UnreadableFile(*faults)


def _unknown_list(grid: Grid) -> Finding:
    """What is said of a CSV of which nobody knows which sheet it is."""
    heads = next((row for row in grid.rows if sum(not is_blank(raw) for raw in row) > 1), ())
    found = ", ".join(squeezed(str(raw)) for raw in heads if not is_blank(raw))[:200]
    titles = ", ".join(sheet.title for sheet in SHEETS)
    return Finding(
        rule="list_unknown",
        severity="critical",
        message=say(
            "the file is one CSV, and its heads ({found}) are not those of one of the sheets "
            "({titles}). Name its columns as the layout does, or hand in the workbook or a ZIP "
            "with one CSV a sheet",
            found=found or say("none"),
            titles=titles,
        ),
        expected=say("the columns of one of the sheets"),
        found=found or say("none"),
    )


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
        if 2 * _named(grid, sheet) >= len(sheet.columns):
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
            completed(read[table])
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
