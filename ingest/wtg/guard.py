"""The door of the WTG authority's files: homes, operators and streets are lawful, persons are not.

The columns that the layout knows may say names of homes, addresses and days. All else is searched
as a list of persons is, but for contact persons: those are left out before the file lands
(``contacts``). What cannot be looked into is refused, as it may list anybody.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import NoReturn

from openpyxl.utils import get_column_letter

from formats.compound import MAGIC
from formats.sheets import Sheet, Workbook
from ingest.wtg.files import ZIP, grids_of, is_csv_set
from ingest.wtg.free_texts import IDENTIFIERS, marker_of
from ingest.wtg.known_columns import Part, holds_names, parts_of
from ingest.wtg.layout import SHEETS
from ingest.wtg.positive import THINGS
from kreishaus.model import FileRejected, UnreadableFile
from kreishaus.wording import Text, joined, say
from persons.contacts import MAIL_IN_TEXT, PHONE_IN_TEXT, TITLED
from persons.door import opened, refuse, refuse_long_numbers, refuse_table, refuse_text
from persons.named import lists_nothing_else
from persons.rows import FEWEST_PERSONS
from persons.search import Lawful, place_of
from persons.values import day_of, is_month_edge

HEADERS = frozenset({"Name", "Anschrift", "Aktenzeichen", "Telefon oder E-Mail"})
REPEATED = frozenset({"addresses", "numbers of passports"})
OWN = Lawful(
    headers=HEADERS,
    repeated=REPEATED,
    things=THINGS,
    days=True,
    rows=True,
    names=True,
    without_counts=True,
)
OTHER = Lawful(
    headers=HEADERS, repeated=REPEATED, things=THINGS, days=True, rows=True, without_counts=True
)
EXPECTED = [column.header for column in SHEETS[0].columns if column.required]
NAMES = ("name", "traeger")
HOME_OF = re.compile(r"^(?:Haus|Zimmer|Wohnung|Platz|Bett|Zi\.)\s+(?:\d+\s+)?")
"""Before the names of persons, one after the other, no word makes a home of them."""
CALLED = (*NAMES, "strasse")
LATEST_BIRTH = 2005
"""Days of inspections and openings are later, and those who work in a home are older."""
SPREAD = timedelta(days=3_650)


def refuse_persons(content: bytes, label: str) -> None:
    """Let a file of homes pass. Raises ``FileRejected`` for one that lists persons."""
    if not content.strip():
        return
    try:
        parts = parts_of(grids_of(content))
    except UnreadableFile as unreadable:
        _search_unread(content, unreadable)
        return
    if not any(part.known for part in parts):
        raise FileRejected(
            say(
                "the whole file: no sheet has the columns of the layout (such as "
                "{expected}), so nobody knows whether it lists persons: nothing of it was "
                "kept. Name the columns as the layout does, or take the file out of the "
                "drop folder",
                expected=joined(EXPECTED, ", "),
            )
        )
    looked_into = None if is_csv_set(content) else opened(content)
    unseen = looked_into.unseen if looked_into and content.startswith((ZIP, MAGIC)) else {}
    own, rest = [part.own() for part in parts], [part.rest() for part in parts]
    refuse_table(Workbook(tuple(own)), OWN)
    refuse_table(Workbook(tuple(rest), unseen), OTHER)
    for number, (part, other) in enumerate(zip(parts, rest, strict=True), start=1):
        place = place_of(number, other)
        _refuse_names(part, place)
        _refuse_contacts(part, place)
        _refuse_births(other, place)


def _search_unread(content: bytes, unreadable: UnreadableFile) -> None:
    """A file that is cut off holds nothing that anybody could read: the parser says what it is."""
    finding = unreadable.findings[0]
    if content.startswith(MAGIC) or (content.startswith(ZIP) and finding.rule != "archive"):
        raise FileRejected(
            say(
                "the whole file: it cannot be opened ({rule}), so nobody knows whether it "
                "lists persons: nothing of it was kept. {to_do} and hand it in again",
                rule=finding.rule,
                to_do=say('Save each CSV in it anew with ";" between the columns')
                if is_csv_set(content)
                else say("Save it anew as an Excel workbook (*.xlsx) without a password"),
            )
        )
    if not content.startswith(ZIP):
        text = content.decode("utf-8", "replace")
        refuse_text(text.splitlines())
        refuse_long_numbers(text)


def _refuse_names(part: Part, place: str) -> None:
    """A register of persons has their names where one of homes has those of homes."""
    for column, name in part.known.items():
        texts = part.texts(column)
        listed = name in CALLED and lists_nothing_else(texts, THINGS)
        texts = {HOME_OF.sub("", text).rstrip(" 0123456789") for text in texts}
        if listed or (name == "name" and holds_names(texts)):
            refuse(
                say("{place}, column {column}", place=place, column=get_column_letter(column)),
                say("a column that reads like names"),
            )


def _refuse_contacts(part: Part, place: str) -> None:
    """In a column that is kept nobody can be left out: the office must take it out."""
    for row, cells in part.rows.items():
        for column, value in cells.items():
            if not (part.is_own(row, column) and isinstance(value, str)):
                continue
            is_titled = part.known[column] not in NAMES and TITLED.search(value)
            # Of a key that reads like a telephone number a number lands that stands for it.
            is_phone = part.known[column] not in IDENTIFIERS and PHONE_IN_TEXT.search(value)
            if MAIL_IN_TEXT.search(value) or is_phone or is_titled:
                _refuse_contact(_cell(place, column, row))
            is_head = row <= part.header or (row, column) in part.head_words
            if not is_head and (mark := marker_of(part.known[column], value)):
                refuse(_cell(place, column, row), mark)


def _cell(place: str, column: int, row: int) -> Text:
    return say(
        "{place}, column {column}, row {row}",
        place=place,
        column=get_column_letter(column),
        row=row,
    )


def _refuse_contact(where: str) -> NoReturn:
    raise FileRejected(
        say(
            "{where}: a contact person, a telephone number or a mail address inside a "
            "text that is kept. Nothing of this file was kept. Delete it from the cell "
            "and hand the file in again",
            where=where,
        )
    )


def _refuse_births(sheet: Sheet, place: str) -> None:
    for column in sheet.columns:
        days = [
            day
            for row in sheet.rows
            if (day := day_of(sheet.own(row, column))) and not is_month_edge(day)
        ]
        if len(days) < FEWEST_PERSONS or max(days).year > LATEST_BIRTH:
            continue
        if max(days) - min(days) > SPREAD:
            refuse(
                say("{place}, column {column}", place=place, column=get_column_letter(column)),
                say("a column of dates that read like dates of birth"),
            )
