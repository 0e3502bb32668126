"""Before a file of the authority lands, contact persons are left out of it.

A file that names none lands as it came. Of one that does, the columns and rows that are read land
as CSV, in the layout's own words and on the lines they stood on: in a workbook a text would remain
in the list of shared texts, in comments or properties. What is written is read again, and must give
the very figures of the file; else the file is refused, and the office takes the columns out itself.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TypeAlias

import pandas as pd
from openpyxl.utils import get_column_letter

from formats.compound import MAGIC
from formats.sheets import OpaqueFile
from formats.workbook import look_into
from ingest.persons.contacts import holds_contact
from ingest.persons.named import holds_full_name, names_person
from ingest.persons.search import place_of
from ingest.wtg import register, workbook
from ingest.wtg.cells import CellError, Percent, Raw, is_blank, squeezed
from ingest.wtg.files import ZIP, grids_of, grids_of_list, grids_of_set, is_csv_set
from ingest.wtg.free_texts import is_left_out
from ingest.wtg.grids import Grid
from ingest.wtg.header import find_header
from ingest.wtg.known_columns import Part, parts_of
from ingest.wtg.layout import NOTES, REGISTER_SHEET, Column, Sheet, folded, sheet_titles
from ingest.wtg.prepared import prepared
from ingest.wtg.stated_dates import days_of_name
from kreishaus.model import Batch, FileRejected, Finding, Origin, Stripped, UnreadableFile
from kreishaus.settings import Settings
from kreishaus.wording import joined, rewritten, say

Parser: TypeAlias = Callable[[bytes, Origin], Batch]
FORM = 1
"""Version of what is written. With another one the same file makes other bytes."""
WORD = re.compile(r"[^\W\d_]{3,}")
SAID = frozenset({"the comments", "the text boxes and charts"})
"""Parts of a workbook in which people write."""
PROPERTIES = frozenset({"the authors", "the properties"})
PROGRAMS = re.compile(
    r"kreishaus|openpyxl|excel|libreoffice|openoffice|python|xlwt|odf", re.IGNORECASE
)
LONG_AGO = (1980, 1, 1, 0, 0, 0)
MOST_NAMED = 10
MOST_FAULTS = 3
MISSING = frozenset(["column_missing", "sheet_missing"])
"""Rules whose place is what is not there."""
MOST_SAID = 80
"""A longer word about a fault may hold a text of the file."""


def strip_workbook(content: bytes, label: str, settings: Settings) -> Stripped:
    """A file of a reference date without contact persons. Raises ``FileRejected``."""
    del settings
    places = list(_places(content))
    if not places:
        return Stripped(content, FORM)
    before = _read(workbook.parse, content, label, "stichtag", places)
    assigned, _ = workbook.assigned(grids_of_set(content))
    members = {
        f"{sheet.title}.csv": text
        for table, (sheet, grid) in assigned.items()
        if (text := _written(grid, sheet, before.tables[table], _day_to_write(before, label)))
    }
    return _stripped(workbook.parse, _packed(members), label, "stichtag", before, places)


def strip_list(content: bytes, label: str, settings: Settings) -> Stripped:
    """The register's list without contact persons. Raises ``FileRejected``."""
    del settings
    places = list(_places(content))
    if not places:
        return Stripped(content, FORM)
    before = _read(register.parse, content, label, "register", places)
    grids = tuple(prepared(grid, REGISTER_SHEET) for grid in grids_of_list(content))
    grid, _ = register.list_of(grids)
    table = before.tables[register.TABLE]
    text = _written(grid, REGISTER_SHEET, table, _day_to_write(before, label))
    return _stripped(register.parse, text.encode(), label, "register", before, places)


def _places(content: bytes) -> Iterable[str]:
    """Where contact persons are named: by column, or by place beside the table. Nothing of a file
    that is no whole one: the parser says what is wrong with it."""
    try:
        parts = parts_of(grids_of(content))
    except UnreadableFile:
        return
    for number, part in enumerate(parts, start=1):
        place = place_of(number, part.own())
        yield from _places_of(part, place)
    if is_csv_set(content):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if any(not name.casefold().endswith((".csv", "/")) for name in archive.namelist()):
                yield say("files beside the CSV")
    elif content.startswith((ZIP, MAGIC)):
        yield from _beside_the_cells(content)


def _places_of(part: Part, place: str) -> Iterable[str]:
    is_notes = folded(part.title) == NOTES
    if not part.known and part.rows and not is_notes:
        yield say("{place}, which is no sheet of the layout", place=place)
        return
    filled_columns = {column for row in part.rows.values() for column in row}
    for column in part.contacts:
        if column in filled_columns:
            yield say("{place}, column {column}", place=place, column=get_column_letter(column))
    for column in sorted(filled_columns - set(part.known) - set(part.contacts)):
        if part.header and any(holds_words(text) for text in part.texts(column)):
            yield say("{place}, column {column}", place=place, column=get_column_letter(column))
    rows = {row for row, column in part.contact_places() if column not in part.contacts}
    named = sorted(rows | set(_rows_with_names(part)))
    yield from (say("{place}, row {row}", place=place, row=row) for row in named)


def _rows_with_names(part: Part) -> Iterable[int]:
    """Rows with a text that could name somebody: beside the table, or in a free text of it."""
    for row, cells in part.rows.items():
        for column, value in cells.items():
            if part.is_own(row, column):
                if is_left_out(part.known[column], value):
                    yield row
            elif isinstance(value, str) and (holds_full_name(value) or names_person(value)):
                yield row


def holds_words(text: str) -> bool:
    """Whether a text is more than a marker ("k. A.") or a number with its unit."""
    return len(WORD.findall(text)) > 0


def _beside_the_cells(content: bytes) -> Iterable[str]:
    try:
        unseen = look_into(content).unseen
    except OpaqueFile:
        return  # the door has refused it
    for place, texts in unseen.items():
        named = place in PROPERTIES and any(map(_may_be_of_somebody, texts))
        if named or (place in SAID and any(texts)) or any(map(holds_contact, texts)):
            yield place


def _may_be_of_somebody(text: str) -> bool:
    """Whether a property could be somebody's name: it is not the name of a program."""
    return bool(WORD.search(text)) and not PROGRAMS.search(text)


def _read(parse: Parser, content: bytes, label: str, dataset: str, places: list[str]) -> Batch:
    origin = Origin("wtg", dataset, "", label, "", datetime.now(UTC))
    try:
        return parse(content, origin)
    except UnreadableFile as unreadable:
        raise FileRejected(
            say(
                "the file cannot be read. {faults}. Mend that first: name each column that is "
                "needed as the layout does, and write a value that can be read. Nothing of the "
                "file was kept, as it also has {places}: contact persons, or what the layout does "
                "not know. That is left out by itself once the rest can be read, so no column "
                "with data needs to be deleted for it",
                faults=_faults(unreadable.findings),
                places=_listed(places),
            )
        ) from None


def _faults(findings: Sequence[Finding]) -> str:
    """The first faults of a file that does not land, without a word that somebody wrote there."""
    more = len(findings) - MOST_FAULTS
    told = joined(map(_fault, findings[:MOST_FAULTS]), "; ")
    return say("{listed} and {count} more", listed=told, count=more) if more > 0 else told


def _fault(fault: Finding) -> str:
    titles = sheet_titles()
    where = [
        said
        for value, said in (
            (fault.place, say("sheet {title}", title=fault.place)),
            (fault.row, say("row {row}", row=fault.row)),
            (fault.column, say("column {column}", column=fault.column)),
        )
        if value and len(value) < MOST_SAID and (value != fault.place or folded(value) in titles)
    ]
    place = joined(where, ", ") or say("the file")
    expected = fault.expected if fault.expected and len(fault.expected) < MOST_SAID else None
    if fault.rule in MISSING:
        what: str = say("is missing there, or has another name")
        if expected and expected not in (fault.column, fault.place):
            what = say("one of {expected} must be there", expected=expected)
    elif fault.rule == "cell_unreadable" and expected:
        found = rewritten(fault.found or "", lambda text: WORD.sub("...", text)[:MOST_SAID])
        what = say("expected {expected}, found {found}", expected=expected, found=found)
    elif expected:
        what = say("{rule}, expected {expected}", rule=fault.rule, expected=expected)
    else:
        what = fault.rule
    return say("{place}: {what}", place=place, what=what)


def _stripped(
    parse: Parser,
    content: bytes,
    label: str,
    dataset: str,
    before: Batch,
    places: list[str],
) -> Stripped:
    try:
        after = parse(content, Origin("wtg", dataset, "", label, "", datetime.now(UTC)))
    except UnreadableFile:
        after = None
    if after is None or not _are_equal(before, after):
        raise FileRejected(
            say(
                "{places}: contact persons, or what the layout does not know. They could "
                "not be left out without touching a figure: nothing of the file was kept. "
                "Delete those columns and texts and hand the file in again",
                places=_listed(places),
            )
        )
    left_out = Finding(
        rule="contacts_left_out",
        severity="warning",
        message=say(
            "{places}: contact persons, or what the layout does not know, were left "
            "out before the file was kept. What is kept is CSV with the same figures",
            places=_listed(places),
        ),
        expected=say("columns of the layout alone"),
        found=say("{count} such places", count=len(places)),
    )
    return Stripped(content, FORM, (left_out, *_no_longer_seen(before, after)))


def _no_longer_seen(before: Batch, after: Batch) -> Iterable[Finding]:
    """Warnings about looks, which a CSV has none of."""
    rules = {finding.rule for finding in after.findings}
    lost = ("sheet_hidden", "rows_hidden", "columns_hidden", "colours_not_read", "looks_not_read")
    return (one for one in before.findings if one.rule in lost and one.rule not in rules)


def _are_equal(before: Batch, after: Batch) -> bool:
    return (before.period, before.published_at) == (after.period, after.published_at) and all(
        _plain(_without_named(table)).equals(_plain(after.tables[name]))
        for name, table in before.tables.items()
    )


def _without_named(table: pd.DataFrame) -> pd.DataFrame:
    """Without the free texts that name a person, as they are written."""
    kept = table.copy()
    for column in table.columns:
        named = [is_left_out(column, value) for value in table[column]]
        if any(named):
            kept[column] = table[column].mask(pd.Series(named, index=table.index))
    return kept


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Without the title of the sheet, which the layout's takes the place of."""
    return table.drop(columns="source_place").reset_index(drop=True)


def _day_to_write(read: Batch, label: str) -> str:
    """The reference date as text where the file's name does not say it: titles do not land."""
    return "" if days_of_name(label) else f"{date.fromisoformat(read.period):%d.%m.%Y}"


def _written(grid: Grid, sheet: Sheet, table: pd.DataFrame, day: str) -> str:
    """The staged rows of a sheet as CSV, each on its own line; empty without rows.

    Where ``day`` is given and no column says it, it stands behind each row, or, in a sheet without
    reference dates, in the first line above the header.
    """
    if table.empty:
        return ""
    grid = prepared(grid, sheet)
    header = find_header(grid, sheet)
    columns = sorted(header.columns, key=lambda pair: pair[1])
    heads = [column.header for column, _ in columns]
    added = _added(sheet, table, heads, day)
    lines: dict[int, list[str]] = {header.row: [*heads, *added]}
    if day and not sheet.dated and header.row > 1:
        lines[1] = [f"Stichtag {day}"]
    for position, number in enumerate(table["source_row"]):
        row = grid.rows[int(number) - 1]
        texts = [_text(column, row[at] if at < len(row) else None) for column, at in columns]
        lines[int(number)] = [*texts, *(texts_of[position] for texts_of in added.values())]
    sink = io.StringIO()
    writer = csv.writer(sink, delimiter=";", lineterminator="\n")
    for number in range(1, max(lines) + 1):
        if number in lines:
            writer.writerow(lines[number])
        else:
            sink.write("\n")
    return sink.getvalue()


def _added(sheet: Sheet, table: pd.DataFrame, heads: list[str], day: str) -> dict[str, list[str]]:
    """What titles and headings say of the rows, which do not land: head -> a text for each row."""
    added: dict[str, list[str]] = {}
    if day and sheet.dated and "stichtag" not in heads:
        added["stichtag"] = [day] * len(table)
    if "angebotsform" in table and "angebotsform" not in heads:
        kinds = table["angebotsform"].fillna("").tolist()
        added |= {"angebotsform": kinds} if any(kinds) else {}
    return added


def _text(column: Column, raw: Raw) -> str:
    """A cell as text that its column reads as it reads the cell."""
    if is_blank(raw) or is_left_out(column.header, raw):
        return ""
    meant = column.read(raw)
    for text in _ways(raw, meant.value):
        try:
            if column.read(text) == meant:
                return text
        except CellError:
            continue
    return squeezed(str(raw))


def _ways(raw: Raw, value: object) -> Iterable[str]:
    for one in (raw, value):
        if isinstance(one, str):
            yield squeezed(one)
        elif isinstance(one, bool):
            yield "ja" if one else "nein"
        elif isinstance(one, Percent):
            yield _number(round(one.share * 100, 10))
        elif isinstance(one, int | float):
            yield _number(one)
        elif isinstance(one, datetime) and one.time() != time():
            yield f"{one:%d.%m.%Y %H:%M}"
        elif isinstance(one, date):
            yield f"{one:%d.%m.%Y}"


def _number(value: int | float) -> str:
    return f"{Decimal(repr(value)):f}".replace(".", ",").removesuffix(",0")


def _packed(members: Mapping[str, str]) -> bytes:
    """A CSV set: the same texts make the same bytes."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(members):
            archive.writestr(
                zipfile.ZipInfo(name, LONG_AGO), members[name], compress_type=zipfile.ZIP_DEFLATED
            )
    return sink.getvalue()


def _listed(places: list[str]) -> str:
    more = len(places) - MOST_NAMED
    listed = joined(places[:MOST_NAMED], "; ")
    return say("{listed} and {count} more", listed=listed, count=more) if more > 0 else listed
