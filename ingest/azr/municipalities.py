"""Foreigners by municipality at one reference date: a row for each, and one of the county.

The register counts every foreigner here, not only refugees; the shares of the county are what the
formula for case management divides by.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl.utils import get_column_letter

from formats.counts import Count, read_count
from formats.dates import read_label_under_year
from formats.sheets import Sheet
from formats.text import printed
from ingest.azr.empties import Whole, proven_zeros, read_as_zero
from ingest.azr.findings import ONE_COLUMN, Where, bad_number, footnotes, left_out, unreadable
from ingest.azr.headers import (
    DATE,
    DERIVED,
    LINE,
    beside_regions,
    header_text,
    is_head_of,
    is_units_row,
    plain_key,
)
from ingest.azr.opened import open_workbook
from ingest.azr.title_dates import (
    SEVERAL_DATES,
    can_count,
    day_of_each_year,
    made_at,
    reference_date,
)
from ingest.azr.turned import Turned, tables_in, turned
from ingest.azr.years import Newest, newest
from kreishaus.model import Batch, Finding, Origin, UnreadableFile
from kreishaus.settings import County
from kreishaus.wording import say, text_of
from persons.values import day_of, is_month_edge
from vocabulary.regions import Region, UnknownRegion, region

HEADERS_FILE = Path(__file__).with_name("municipality_headers.csv")
KEY, NAME, ALL, POSTCODE = "region_code", "region_name", "total", "postcode"
RUNNING, DAY = "running_number", "reference_date"
"""Columns that number the rows, or say the reference date in each of them."""
UNCOUNTED = frozenset([KEY, NAME, POSTCODE, RUNNING, DAY])


@dataclass(frozen=True)
class Layout:
    """Where the table lies: column number -> what it holds; all numbers from 1."""

    sheet: Sheet
    header_row: int
    columns: Mapping[int, str]
    heads: int | None = None
    """Set where the municipalities stand side by side: the sheet is the table turned round."""

    def column(self, meaning: str) -> int | None:
        return next((number for number, held in self.columns.items() if held == meaning), None)

    def counts(self) -> dict[int, str]:
        return {number: held for number, held in self.columns.items() if held not in UNCOUNTED}

    def where(self, row: int, column: int) -> Where:
        """A cell as a person finds it."""
        if self.heads is not None:
            return {"place": self.sheet.title, "row": column, "column": get_column_letter(row)}
        name = header_text(self.sheet, self.header_row, column)
        return {
            "place": self.sheet.title,
            "row": row,
            "column": f"{get_column_letter(column)} ({name})",
        }


@cache
def headers() -> Mapping[str, str]:
    """Header -> what its column holds."""
    with HEADERS_FILE.open(encoding="utf-8", newline="") as lines:
        return {
            plain_key(row["alias"]): row["column"] for row in csv.DictReader(lines, delimiter=";")
        }


@cache
def first_heads() -> Mapping[str, str]:
    """What a column holds -> the first head of it in the list."""
    with HEADERS_FILE.open(encoding="utf-8", newline="") as lines:
        rows = [*csv.DictReader(lines, delimiter=";")]
    return {row["column"]: row["alias"] for row in reversed(rows)}


def parse(content: bytes, origin: Origin, county: County) -> Batch:
    """One row per region and sex. Raises ``UnreadableFile`` naming every cell it cannot read."""
    workbook = open_workbook(content)
    tables = tables_in(workbook, header_row, partial(turned_regions, county=county))
    if len(tables) != 1:
        raise unreadable(
            "header",
            say(
                "the table has one row with the headers of municipality and count (AGS, "
                "Gemeinde, Insgesamt, männlich, weiblich), on one sheet; known names: "
                "{name}",
                name=HEADERS_FILE.name,
            ),
            place=", ".join(sheet.title for sheet in workbook.sheets),
            expected=say("one such sheet"),
            found=", ".join(sheet.title for sheet, *_ in tables) or say("none"),
        )
    sheet, header, heads = tables[0]
    of_newest = newest(sheet, header)
    layout = _layout(of_newest.sheet, header, heads)
    titles = next(one for one in workbook.sheets if one.title == sheet.title)
    titles = titles if heads else of_newest.sheet
    titles_end = heads or header
    listed = [
        *days_listed(sheet, header, known_columns(sheet, header)).values(),
        *_days_of_heads(titles, titles_end, of_newest),
    ]
    stated = reference_date(workbook, titles, titles_end, origin, listed)
    if not of_newest.is_of(stated):
        raise unreadable(
            SEVERAL_DATES,
            say("the heads speak of another date than the title or the name of the file"),
            place=sheet.title,
            row=str(header),
            expected=say("one date"),
            found=f"{of_newest.day}, {stated}",
        )
    cells, marked, zeros = _read(layout, stated, county)
    frame = pd.DataFrame(cells)
    texts = ("region_code", "region_level", "region_name", "sex_code", "marker", "source_place")
    return Batch(
        period=stated.isoformat(),
        tables={"cells": frame.astype({"value": "Int64", **dict.fromkeys(texts, "string")})},
        published_at=made_at(workbook, titles, titles_end, stated),
        findings=(
            *footnotes(layout.sheet.title, marked),
            *left_out(
                titles,
                titles_end,
                of_newest.earlier if heads else of_newest.earlier | beside_regions(sheet, header),
            ),
            *read_as_zero(layout.sheet.title, zeros),
        ),
    )


def _days_of_heads(titles: Sheet, titles_end: int, of_newest: Newest) -> list[date]:
    """The day that the heads say; of a year alone that of which the titles speak each year."""
    if of_newest.day is None:
        return []
    if not of_newest.is_year:
        return [of_newest.day]
    day = day_of_each_year(titles, titles_end)
    with suppress(ValueError):
        return [read_label_under_year(day, of_newest.day.year)] if day else []
    return []


def turned_regions(sheet: Sheet, county: County) -> Turned | None:
    """The table of a sheet that has municipalities side by side; None where there is none."""
    turn = turned(sheet, lambda text: bool(text) and names_a_region(county, text))
    if turn is None:
        return None
    first = min(turn.sheet.rows)
    corner = {turn.heads: "Gemeinde", **turn.sheet.rows[first]}
    return replace(turn, sheet=replace(turn.sheet, rows={**turn.sheet.rows, first: corner}))


def names_a_region(county: County, value: object) -> bool:
    """Whether a text names a region of the county; any does where it has no municipalities."""
    try:
        return bool(region(county, None, printed(value)))
    except UnknownRegion:
        return not county.municipalities


def header_row(sheet: Sheet) -> int | None:
    """The row that heads a region and a total, and most columns besides."""
    heads = {
        row: (len(held), bool(newest(sheet, row).earlier))
        for row in sheet.top
        if ALL in (held := set(known_columns(sheet, row).values())) and held & {KEY, NAME}
    }
    return max(heads, key=lambda row: heads[row], default=None)


def known_columns(sheet: Sheet, row: int) -> dict[int, str]:
    """Column -> what its header says that it holds; of several dates the newest alone."""
    repeated = beside_regions(sheet, row)
    sheet = newest(sheet, row).sheet
    keys = {
        column: plain_key(header_text(sheet, row, column))
        for column in sheet.columns
        if column not in repeated
    }
    known = {column: headers()[key] for column, key in keys.items() if key in headers()}
    texts = {at: header_text(sheet, row, at) for at in keys if at not in known}
    known |= {at: RUNNING for at, text in texts.items() if is_head_of(LINE, text)}
    return known | {at: DAY for at, text in texts.items() if is_head_of(DATE, text)}


def days_listed(sheet: Sheet, row: int, columns: Mapping[int, str]) -> dict[tuple[int, int], date]:
    """The cells that say the reference date in each row, and nothing but one last day of a month.

    Empty where a column says several days, or another one: dates of birth may be such.
    """
    at = next((column for column, held in columns.items() if held == DAY), None)
    cells = {
        (line, at): day_of(sheet.own(line, at))
        for line in sheet.below(row)
        if at is not None and sheet.own(line, at) is not None
    }
    days = {day for day in cells.values() if day is not None}
    if len(days) != 1 or None in cells.values() or not all(map(is_month_edge, days)):
        return {}
    return {cell: day for cell, day in cells.items() if day is not None and can_count(day)}


def _layout(sheet: Sheet, row: int, heads: int | None) -> Layout:
    columns = known_columns(sheet, row)
    faults = [
        Finding(
            rule="unknown_column",
            severity="critical",
            message=say(
                "this header is unknown; if it is another word for a known column, add it "
                "to ingest/azr/{name}",
                name=HEADERS_FILE.name,
            ),
            place=sheet.title,
            row=str(row),
            column=get_column_letter(column),
            expected=", ".join(
                head for held, head in first_heads().items() if held not in columns.values()
            ),
            found=text,
        )
        for column in sheet.columns
        if (text := header_text(sheet, row, column))
        and column not in columns
        and column not in beside_regions(sheet, row)
    ]
    faults += [
        Finding(
            rule="header",
            severity="critical",
            message=say("two columns hold {held}", held=first_heads()[held]),
            place=sheet.title,
            row=str(row),
            expected=ONE_COLUMN,
            found=", ".join(get_column_letter(at) for at, what in columns.items() if what == held),
        )
        for held in sorted(set(columns.values()))
        if list(columns.values()).count(held) > 1
    ]
    if faults:
        raise UnreadableFile(*faults)
    return Layout(sheet, row, columns, heads)


def _read(
    layout: Layout, stated: date, county: County
) -> tuple[list[dict[str, Any]], list[str], list[str]]:
    """The cells; which of them carried a footnote mark; which were empty and mean zero."""
    cells: list[dict[str, Any]] = []
    empty: dict[int, tuple[str, Finding]] = {}
    marked: list[str] = []
    faults: list[Finding] = []
    for row in _rows(layout):
        try:
            found = _region(layout, row, county)
        except UnreadableFile as error:
            faults += error.findings
            continue
        for column, sex_code in layout.counts().items():
            cell = layout.sheet.own(row, column)
            try:
                count = read_count(cell)
            except ValueError as error:
                unsaved = (row, column) in layout.sheet.uncalculated
                where = layout.where(row, column)
                fault = bad_number(
                    _name(layout, row), text_of(error), cell, uncalculated=unsaved, **where
                )
                if cell is not None or unsaved:
                    faults.append(fault)
                    continue
                empty[len(cells)] = (f"{get_column_letter(column)}{row}", fault)
                count = Count()
            marked += [f"{get_column_letter(column)}{row}"] * count.has_footnote
            cells.append(
                {
                    "reference_date": stated,
                    "region_code": found.code,
                    "region_level": found.level,
                    "region_name": _name(layout, row) or found.code,
                    "sex_code": sex_code,
                    "value": count.value,
                    "marker": count.marker,
                    "source_place": layout.sheet.title,
                    "source_row": row if layout.heads is None else column,
                }
            )
    zeros = _zeros(cells, empty, county)
    faults += [fault for name, fault in empty.values() if name not in zeros]
    if not faults:
        faults += _sexes_that_do_not_add_up(layout, cells)
        faults += _missing(layout, {cell["region_code"] for cell in cells}, county)
    if faults:
        raise UnreadableFile(*faults)
    return cells, marked, zeros


def _zeros(
    cells: list[dict[str, Any]], empty: Mapping[int, tuple[str, Finding]], county: County
) -> list[str]:
    """Set the empty cells that the sums prove to zero; their names in the sheet."""
    places = [(cell["region_code"], cell["sex_code"]) for cell in cells]
    counts = {place: cell["value"] for place, cell in zip(places, cells, strict=True)}
    across = [Whole(ALL, {sex for _, sex in places} - {ALL})]
    down = [Whole(county.ags, {code for code, _ in places} - {county.ags})]
    proven = proven_zeros(counts, (places[at] for at in empty), across, down)
    zeros = [at for at in empty if places[at] in proven]
    for at in zeros:
        cells[at]["value"] = 0
    return [empty[at][0] for at in zeros]


def _rows(layout: Layout) -> list[int]:
    """The rows of the table: those in which anything is counted."""
    sheet = layout.sheet
    return [
        row
        for row in sheet.below(layout.header_row)
        if any(
            sheet.own(row, column) is not None or (row, column) in sheet.uncalculated
            for column in layout.counts()
        )
        and not is_units_row(sheet, row, layout.header_row)
        and not is_head_of(DERIVED, _name(layout, row))
    ]


def _name(layout: Layout, row: int) -> str:
    column = layout.column(NAME)
    return layout.sheet.text(row, column) if column else ""


def region_at(sheet: Sheet, columns: Mapping[int, str], row: int, county: County) -> Region:
    """The region of a row. Raises ``UnknownRegion``."""
    at = {held: number for number, held in reversed([*columns.items()])}
    key = sheet.own(row, at[KEY]) if KEY in at else None
    name = sheet.text(row, at[NAME]) if NAME in at else ""
    if key is not None and not any(sign.isdigit() for sign in str(key)):
        key, name = None, name or sheet.text(row, at[KEY])  # "Kreis" as a key
    return region(county, key, name)


def _region(layout: Layout, row: int, county: County) -> Region:
    """The region of a row. Raises ``UnreadableFile`` naming a municipality that is not known."""
    key_column, name_column = layout.column(KEY), layout.column(NAME)
    key = layout.sheet.own(row, key_column) if key_column else None
    try:
        return region_at(layout.sheet, layout.columns, row, county)
    except UnknownRegion as error:
        raise unreadable(
            "unknown_municipality",
            text_of(error),
            place=layout.sheet.title,
            row=str(row),
            column=layout.where(row, name_column or key_column or 0)["column"],
            expected=say("a municipality of the county, or the county's total"),
            found=" ".join(str(part) for part in (key, _name(layout, row)) if part)
            or say("nothing"),
        ) from None


def _missing(layout: Layout, found: set[str], county: County) -> list[Finding]:
    expected = {**county.municipalities, county.ags: say("{name} (the total)", name=county.name)}
    return [
        Finding(
            rule="municipality_missing",
            severity="critical",
            message=say("the table has no row of this region: without it no share is right"),
            place=layout.sheet.title,
            row=str(layout.header_row),
            expected=say("a row {code} {name}", code=code, name=name),
            found=say("no such row"),
        )
        for code, name in expected.items()
        if code not in found
    ]


def _sexes_that_do_not_add_up(layout: Layout, cells: list[dict[str, Any]]) -> Iterator[Finding]:
    """Where a file counts the sexes they make the total: asked here, since many files do not."""
    by_region: dict[str, list[dict[str, Any]]] = {}
    for cell in cells:
        by_region.setdefault(cell["region_code"], []).append(cell)
    for line in by_region.values():
        parts = [cell for cell in line if cell["sex_code"] != ALL]
        if not parts or any(cell["value"] is None and cell["marker"] != "-" for cell in line):
            continue
        total = sum(cell["value"] or 0 for cell in line if cell["sex_code"] == ALL)
        together = sum(cell["value"] or 0 for cell in parts)
        one_alone = len({"male", "female"} & {cell["sex_code"] for cell in parts}) == 1
        if together > total or (together < total and not one_alone):
            yield Finding(
                rule="row_sums_by_sex",
                severity="critical",
                message=say(
                    "{region}: the sexes do not make the total of their row",
                    region=line[0]["region_name"],
                ),
                place=layout.sheet.title,
                row=str(line[0]["source_row"]) if layout.heads is None else None,
                expected=f"{total:,}",
                found=f"{together:,}",
            )
