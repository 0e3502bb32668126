"""What lands of a file of the authority: its rows as they are read, as CSV in the layout's words.

A workbook holds more than its cells: shared texts, comments, properties, hidden sheets, bytes
behind its end. So no file lands as it came. The rows that are read land on the lines they stood on;
what is written is read again and must give the very rows of the file, else the file is refused.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TypeAlias

import pandas as pd
from openpyxl.utils import get_column_letter

from formats.forms import form_of
from ingest.wtg import register, workbook
from ingest.wtg.files import grids_of, grids_of_list, grids_of_set, is_csv_set
from ingest.wtg.grids import Grid
from ingest.wtg.header import find_header
from ingest.wtg.known_columns import Part, parts_of
from ingest.wtg.layout import NOTES, REGISTER_SHEET, TITLES, Sheet, folded, sheet_titles
from ingest.wtg.positive import BY_NAME, KEY_NOT_KEPT, NAME_NOT_KEPT, NOT_KEPT, unread
from ingest.wtg.prepared import prepared
from ingest.wtg.stated_dates import days_of_name
from kreishaus.model import Batch, FileRejected, Finding, Origin, Stripped, UnreadableFile
from kreishaus.settings import Settings
from kreishaus.wording import joined, say
from persons.rows import FEWEST_PERSONS
from persons.search import place_of

Parser: TypeAlias = Callable[[bytes, Origin], Batch]
FORM = 3
"""Version of what is written. With another one the same file makes other bytes."""
WORD = re.compile(r"[^\W\d_]{3,}")
LONG_AGO = (1980, 1, 1, 0, 0, 0)
MOST_NAMED = 10
MOST_FAULTS = 10
NOT_READ = frozenset(column for column, read in BY_NAME.items() if read is unread)
PLACES = {"belegung": "plaetze_vertrag", register.TABLE: "plaetze"}
MISSING = frozenset(["column_missing", "sheet_missing"])
"""Rules whose place is what is not there."""
MOST_SAID = 80
"""A longer word about a fault may hold a text of the file."""


def strip_workbook(content: bytes, label: str, settings: Settings) -> Stripped:
    """The rows of a file of a reference date, as a CSV set. Raises ``FileRejected``."""
    del settings
    before = _read(workbook.parse, content, label, "stichtag")
    assigned, _ = workbook.assigned(grids_of_set(content))
    members = {
        f"{sheet.title}.csv": text
        for table, (sheet, grid) in assigned.items()
        if (text := _written(grid, sheet, before.tables[table], _day_to_write(before, label)))
    }
    return _stripped(workbook.parse, _packed(members), content, label, "stichtag", before)


def strip_list(content: bytes, label: str, settings: Settings) -> Stripped:
    """The rows of the register's list, as CSV. Raises ``FileRejected``."""
    del settings
    before = _read(register.parse, content, label, "register")
    grid, _ = register.the_list(grids_of_list(content))
    table = before.tables[register.TABLE]
    text = _written(grid, REGISTER_SHEET, table, _day_to_write(before, label))
    return _stripped(register.parse, text.encode(), content, label, "register", before)


def _refuse_one_place_each(batch: Batch) -> None:
    """Raises ``FileRejected`` for rows of one place each: homes and flats have several, residents
    one."""
    for table, column in PLACES.items():
        if table not in batch.tables:
            continue
        places = batch.tables[table][column].dropna()
        alone = int((places == 1).sum())
        if alone >= FEWEST_PERSONS:
            raise FileRejected(
                say(
                    "{count} of {all} rows are offers of one place each, as a list of residents "
                    "would be. Lists of persons may not enter: nothing of this file was kept. "
                    "Take it out of the drop folder and hand in a row for each home or shared flat",
                    count=alone,
                    all=len(places),
                )
            )


def _places(content: bytes) -> Iterable[str]:
    """Where something stands that does not land: by column, or by place beside the table."""
    parts = parts_of(grids_of(content))
    for number, part in enumerate(parts, start=1):
        place = place_of(number, part.own())
        yield from _places_of(part, place)
    if is_csv_set(content):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if any(not name.casefold().endswith((".csv", "/")) for name in archive.namelist()):
                yield say("files beside the CSV")


def _places_of(part: Part, place: str) -> Iterable[str]:
    is_notes = folded(part.title) == NOTES
    if not part.known and part.rows and not is_notes:
        yield say("{place}, which is no sheet of the layout", place=place)
        return
    for column in sorted({column for row in part.rows.values() for column in row}):
        name, texts = part.known.get(column), part.texts(column)
        is_stranger = name is None and part.header and any(map(says_something, part.below(column)))
        if column in part.contacts or is_stranger or (name in NOT_READ and texts):
            yield say("{place}, column {column}", place=place, column=get_column_letter(column))
    rows = {row for row, column in part.contact_places() if column not in part.contacts}
    yield from (say("{place}, row {row}", place=place, row=row) for row in sorted(rows))


def says_something(value: object) -> bool:
    """Whether a cell is more than a marker ("k. A."): a number or a day is a figure, and lost."""
    return not isinstance(value, str) or any(map(str.isdecimal, value)) or bool(WORD.search(value))


def _read(parse: Parser, content: bytes, label: str, dataset: str) -> Batch:
    origin = Origin("wtg", dataset, "", label, "", datetime.now(UTC))
    try:
        batch = parse(content, origin)
    except UnreadableFile as unreadable:
        raise _refused(unreadable.findings) from None
    _refuse_one_place_each(batch)
    return batch


def _refused(findings: Sequence[Finding]) -> FileRejected:
    return FileRejected(
        say(
            "the file cannot be read. {faults}. Mend that and hand the file in again: name each "
            "column that is needed as the layout does, and write values that can be read. Nothing "
            "of the file was kept; columns that the layout does not know need not be deleted, they "
            "never land",
            faults=_faults(findings),
        )
    )


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
    what: str
    if fault.rule == "reference_date_differs":
        place, what = say("reference date"), say("the places that say it contradict each other")
    elif fault.rule in MISSING:
        what = say("is missing there, or has another name")
        if expected and expected not in (fault.column, fault.place):
            what = say("one of {expected} must be there", expected=expected)
    elif fault.rule == "cell_unreadable" and expected:
        what = say("expected {expected}, found {found}", expected=expected, found=_form(fault))
    elif fault.rule == "total_row_differs":
        what = say("the sum that is printed is not that of the rows ({made})", made=expected)
    elif fault.rule == "sheet_twice":
        what = say("several sheets are such a list, and nothing says which one holds")
    elif fault.rule == "list_unknown":
        what = say(
            "its heads are not those of one of the sheets ({titles})",
            titles=joined(TITLES.values(), ", "),
        )
    elif fault.rule == "column_unnamed":
        what = say('values under no name: a ";" inside a text moves the fields')
    elif expected:
        what = say("expected {expected} ({rule})", rule=fault.rule, expected=expected)
    else:
        what = say("what stands there cannot be read ({rule})", rule=fault.rule)
    return say("{place}: {what}", place=place, what=what)


def _form(fault: Finding) -> str:
    """The form of what stands there, and no word of it."""
    nothing = say("nothing")
    is_empty = fault.found is None or str(fault.found) == str(nothing)
    return nothing if is_empty else form_of(str(fault.found))


def _stripped(
    parse: Parser, written: bytes, content: bytes, label: str, dataset: str, before: Batch
) -> Stripped:
    try:
        after = parse(written, Origin("wtg", dataset, "", label, "", datetime.now(UTC)))
    except UnreadableFile:
        after = None
    if after is None or not _are_equal(before, after):
        raise FileRejected(
            say(
                "the whole file: its rows cannot be written as a CSV of the layout that says the "
                "same. Nothing of the file was kept. Tell the data engineer which program made it"
            )
        )
    seen = {(one.rule, one.row, one.column) for one in after.findings}
    if lost := [
        one
        for one in before.findings
        if one.severity == "critical" and (one.rule, one.row, one.column) not in seen
    ]:
        raise _refused(lost)
    places = list(_places(content))
    return Stripped(written, FORM, (*_told(places), *_no_longer_seen(before, after)))


def _told(places: list[str]) -> Iterable[Finding]:
    if places:
        yield Finding(
            rule="contacts_left_out",
            severity="warning",
            message=say(
                "{places}: contact persons, free texts, or what the layout does not know, were "
                "left out before the file was kept. What is kept is CSV with the same figures",
                places=_listed(places),
            ),
            expected=say("columns of the layout alone"),
            found=say("{count} such places", count=len(places)),
        )


def _no_longer_seen(before: Batch, after: Batch) -> Iterable[Finding]:
    """Warnings about what is not written as it stood, and whose words are no texts of the file."""
    rules = {finding.rule for finding in after.findings}
    lost = (
        *("sheet_hidden", "rows_hidden", "columns_hidden", "colours_not_read", "looks_not_read"),
        *("ags_from_place", NOT_KEPT, NAME_NOT_KEPT, KEY_NOT_KEPT),
        *("sheets_of_one_list", "sheet_by_columns"),
    )
    return (one for one in before.findings if one.rule in lost and one.rule not in rules)


def _are_equal(before: Batch, after: Batch) -> bool:
    return (before.period, before.published_at) == (after.period, after.published_at) and all(
        _plain(table).equals(_plain(after.tables[name])) for name, table in before.tables.items()
    )


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
    header = find_header(prepared(grid, sheet), sheet)
    columns = [column for column, _ in sorted(header.columns, key=lambda pair: pair[1])]
    heads = [column.header for column in columns]
    added = _added(sheet, table, heads, day)
    lines: dict[int, list[str]] = {header.row: [*heads, *added]}
    if day and not sheet.dated and header.row > 1:
        lines[1] = [f"Stichtag {day}"]
    for position, row in enumerate(table.to_dict("records")):
        markers = {} if pd.isna(row["cell_markers"]) else json.loads(row["cell_markers"])
        texts = [_text(row[column.field], markers.get(column.header)) for column in columns]
        more = [texts_of[position] for texts_of in added.values()]
        lines[int(row["source_row"])] = [*texts, *more]
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


def _text(value: object, marker: str | None) -> str:
    """A staged value as its column reads it, with the marker in its place or behind it."""
    if value is None or value is pd.NA or value != value:
        return marker or ""
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if isinstance(value, int | float):
        return _number(value) + (f" ({marker})" if marker else "")
    return f"{value:%d.%m.%Y}" if isinstance(value, date) else str(value)


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
