"""The door of the county's own lists: only their own columns may say names and days."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from formats.compound import MAGIC
from formats.sheets import Sheet, Workbook
from ingest.county.prose import says_how_to_reach
from ingest.county.tables import TABLES, columns
from kreishaus.county_folder import COMMENT
from kreishaus.settings import read_county
from kreishaus.wording import joined, say
from persons.door import (
    opened,
    parted,
    refuse,
    refuse_long_numbers,
    refuse_other_format,
    refuse_table,
)
from persons.named import names_person
from persons.search import Lawful

OWN = Lawful(headers=frozenset({"Name"}), days=True, rows=True, without_counts=True)
"""Names of regions, parameters and documents; days of decisions."""
ZIP = b"PK"
OF_OFFICERS = frozenset({"added_by", "confirmed_by"})
"""Who is responsible for a line."""
OTHER = Lawful(without_counts=True)
NO_HEADS: Mapping[int, object] = {}


def refuse_persons(content: bytes, label: str) -> None:
    """Let a list of the county pass. Raises ``FileRejected`` for a list of persons."""
    if not content.strip():
        return
    if content.startswith((ZIP, MAGIC)):
        refuse_other_format(say("a list as CSV"))
    (found,) = opened(content).sheets
    sheet, comments = _apart(found)
    refuse_table(Workbook((comments,)), OTHER)
    _refuse_named(comments)
    refuse_long_numbers(" ".join(str(cell) for row in found.rows.values() for cell in row.values()))
    schema = TABLES.get(Path(label).stem)
    names = {field.name for field in columns(schema)} if schema else set()
    header = min(sheet.rows, default=1)
    heads = sheet.rows.get(header, {})
    known = [at for at, name in heads.items() if str(name).strip() in names]
    if 2 * len(known) < len(heads):
        refuse(
            say("row {row}", row=header),
            say("other columns than the list has ({names})", names=joined(sorted(names), ", ")),
        )
    own, rest = parted(sheet, known, header)
    refuse_table(Workbook((own,)), OWN)
    _refuse_named(own, heads)
    refuse_table(Workbook((rest,)), OTHER)


def _apart(sheet: Sheet) -> tuple[Sheet, Sheet]:
    """The list, and its comments."""
    comments = {
        number
        for number, row in sheet.rows.items()
        if row and str(row[min(row)]).lstrip().startswith(COMMENT)
    }

    def only(inside: bool) -> Sheet:
        rows = {at: row for at, row in sheet.rows.items() if (at in comments) is inside}
        return Sheet(sheet.title, rows, hidden=sheet.hidden)

    return only(False), only(True)


def _refuse_named(sheet: Sheet, heads: Mapping[int, object] = NO_HEADS) -> None:
    """Sources and reasons name papers and functions, never the person that a line is about, nor how
    somebody is reached. Keys of the county's regions begin as some telephone numbers do."""
    county = read_county().ags
    for number, row in sheet.rows.items():
        for at, value in row.items():
            head = str(heads.get(at, "")).strip()
            may_be_called_so = "name" in head or head in OF_OFFICERS
            if not isinstance(value, str):
                continue
            where = say("row {row}, column {column}", row=number, column=head or at)
            is_own_key = value.isdecimal() and value.startswith(county)
            if says_how_to_reach(value) and not is_own_key:
                refuse(where, say("a text with a telephone number or mail address in it"))
            if not may_be_called_so and names_person(value, strictly=True):
                refuse(where, say("a text that names a person"))
