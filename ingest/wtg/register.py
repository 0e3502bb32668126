"""The register's own list of offers: one sheet or one CSV, with what registers are like.

Test records, building projects and offers under two spellings of a place are set aside with a
warning and stay in the table; a kind of offer that stands only in the name is taken from there
(``kind_words.csv``) and marked so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ingest.wtg import consistency
from ingest.wtg.codes import KIND_WORDS_PLACE, OFFER_TYPES, SEVERAL, kinds_in_column, kinds_named
from ingest.wtg.exclusions import Row, duplicates, excluded, finding
from ingest.wtg.files import grids_of_list
from ingest.wtg.formatting import listed
from ingest.wtg.grids import Grid
from ingest.wtg.layout import REGISTER_SHEET
from ingest.wtg.offers import keys_from_places
from ingest.wtg.other_workbooks import looks_not_read
from ingest.wtg.places_by_kind import places_not_read
from ingest.wtg.prepared import prepared
from ingest.wtg.rows import SheetRows, folded_faults, read_rows
from ingest.wtg.sheets_of_one_list import is_list, one_list
from ingest.wtg.tables import REGISTER
from ingest.wtg.workbook import frame
from kreishaus.model import Batch, Finding, Origin, UnreadableFile
from kreishaus.wording import joined, say

(TABLE,) = REGISTER


def parse(content: bytes, origin: Origin) -> Batch:
    """Read a register export; the period is its reference date. Raises ``UnreadableFile``."""
    grids = grids_of_list(content)
    grid, findings = the_list(grids)
    findings.extend(looks_not_read(grids))
    read = read_rows(replace(grid, title=REGISTER_SHEET.title), REGISTER_SHEET)
    if read.faults or not read.rows:
        raise UnreadableFile(*(folded_faults(read.faults) or [_no_rows(grid)]))
    today = origin.retrieved_at.date()
    day = consistency.reference_date({TABLE: read}, origin.label, today, _stating(grids, grid))
    findings.extend(places_not_read(grid))
    findings.extend(_kinds(read.rows))
    findings.extend(keys_from_places(read.rows))
    findings.extend(excluded(read.rows))
    findings.extend(_twice(read))
    return Batch(
        period=day.isoformat(),
        tables={TABLE: frame(REGISTER[TABLE], read.rows, day)},
        findings=(*consistency.without_known(read.findings, findings), *findings),
    )


def the_list(grids: tuple[Grid, ...]) -> tuple[Grid, list[Finding]]:
    """The list of a file as its rows are read. Raises ``UnreadableFile`` where it has several."""
    ready = tuple(prepared(grid, REGISTER_SHEET) for grid in grids)
    with_kinds, joined_sheets = one_list(ready)
    grid, findings = _list_of(with_kinds)
    return grid, [*joined_sheets, *findings]


def _stating(grids: tuple[Grid, ...], chosen: Grid) -> tuple[Grid, ...]:
    """The sheets of which titles may say the reference date: those that were read."""
    return tuple(filter(is_list, grids)) or (chosen,)


def _list_of(grids: tuple[Grid, ...]) -> tuple[Grid, list[Finding]]:
    """The one sheet with the columns of the list; the others are named and not read."""
    lists = [grid for grid in grids if is_list(grid)]
    if len(lists) > 1:
        raise UnreadableFile(
            Finding(
                rule="sheet_twice",
                severity="critical",
                message=say(
                    "several sheets look like the register's list: which one holds is not "
                    "known. Delete the others"
                ),
                expected=say("one list of offers"),
                found=", ".join(grid.title for grid in lists)[:200],
            )
        )
    (chosen,) = lists or grids[:1] or (Grid(REGISTER_SHEET.title, ()),)
    others = [grid for grid in grids if grid is not chosen and any(any(row) for row in grid.rows)]
    return chosen, [
        Finding(
            rule="sheet_unknown",
            severity="warning",
            message=say(
                'the sheet "{title}" is no list of offers and was not read', title=grid.title
            ),
            place=grid.title,
            expected=say("one list of offers"),
            found=grid.title,
        )
        for grid in others
    ]


def _no_rows(grid: Grid) -> Finding:
    return Finding(
        rule="no_rows",
        severity="critical",
        message=say(
            "sheet {title}: the register lists no offer; was a filter set when it was exported?",
            title=grid.title,
        ),
        place=grid.title,
        expected=say("rows below the column names"),
        found=say("none"),
    )


def _kinds(rows: list[Row]) -> Iterator[Finding]:
    """Put the kind of offer into each row: from its column, else from the name, else nothing."""
    from_name: list[Row] = []
    unclear: list[Row] = []
    for row in rows:
        written = row.get("angebotsform")
        is_told = written not in (None, "", SEVERAL)
        named = kinds_in_column(str(written)) if is_told else kinds_named(str(row["name"]))
        row["angebotsform_wtg"] = next(iter(named)) if len(named) == 1 else None
        origin = "spalte" if is_told else "name"
        row["angebotsform_herkunft"] = origin if len(named) == 1 else None
        if len(named) != 1:
            unclear.append(row)
        elif not is_told:
            from_name.append(row)
    yield from _told(
        from_name,
        "kind_from_name",
        say("no angebotsform is given; the kind was taken from the name"),
        expected=say("a kind of offer"),
    )
    yield from _told(
        unclear,
        "kind_unclear",
        say(
            "the kind of offer is not clear, and no figure by kind counts these. Fill "
            "angebotsform, or ask the data engineer to add their words to "
            "{kind_words_place}",
            kind_words_place=KIND_WORDS_PLACE,
        ),
        expected=say("one of {offer_types}", offer_types=joined(OFFER_TYPES, ", ")),
    )


def _told(rows: list[Row], rule: str, what: str, *, expected: str) -> Iterator[Finding]:
    """One finding for all rows of one kind, the first of them as its place."""
    if not rows:
        return
    said = [f'{row["source_row"]} ("{row.get("angebotsform") or row["name"]}")' for row in rows]
    first = rows[0]
    yield Finding(
        rule=rule,
        severity="warning",
        message=say(
            "sheet {source_place}, {count} rows: {what}. Rows {said}",
            source_place=first["source_place"],
            count=len(rows),
            what=what,
            said=listed(said),
        ),
        place=str(first["source_place"]),
        row=str(first["source_row"]),
        column="angebotsform",
        expected=expected,
        found=str(first.get("angebotsform") or first["name"]),
    )


def _twice(read: SheetRows) -> Iterator[Finding]:
    """Fold an offer that stands there twice into its first row.

    Two numbers of places are a fault: which one holds is not known.
    """
    for first, second in duplicates(read.rows, kind="angebotsform_wtg"):
        differ = None not in (first.get("plaetze"), second.get("plaetze")) and (
            first["plaetze"] != second["plaetze"]
        )
        rows = say(
            "rows {first} ({first_place}) and {second} ({second_place})",
            first=first["source_row"],
            first_place=first["ort"],
            second=second["source_row"],
            second_place=second["ort"],
        )
        places = say(
            "; their places differ: {first} and {second}. Correct the register",
            first=first.get("plaetze"),
            second=second.get("plaetze"),
        )
        second["set_aside_reason"] = "duplicate"
        second["duplicate_of_row"] = first["source_row"]
        yield finding(
            second,
            "offer_twice",
            say(
                '"{name}" stands there twice, {rows}{then}',
                name=second["name"],
                rows=rows,
                then=places if differ else say("; counted once"),
            ),
            severity="critical" if differ else "warning",
            expected=say("an offer once"),
            found=rows,
        )
