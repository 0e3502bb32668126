"""The door of a source whose files are no register: a list of persons is refused, unkept.

``refuse_table`` searches a table of cells, ``refuse_text`` a text without cells (PDF, JSON, a web
page). Both raise ``FileRejected`` with place and kind of mark, never with a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import NoReturn

from formats.forms import form_of
from formats.sheets import OpaqueFile, Sheet, Workbook
from formats.workbook import look_into
from kreishaus.model import FileRejected, UnreadableFile
from kreishaus.settings import read_county
from kreishaus.wording import joined, say
from persons import values
from persons.rows import FEWEST_PERSONS
from persons.search import Lawful, search_for_persons
from persons.words import person_marker

LONG_NUMBER = re.compile(r"(?<![\d.,])\d{10,12}(?![\d.,])", re.ASCII)
"""An AZR number, perhaps without its leading zeros."""

TWELVE_DIGITS = re.compile(r"(?<![\d.,])\d{12}(?![\d.,])", re.ASCII)
"""Whole: in a text without cells twelve digits with blanks may be four numbers side by side."""

BETWEEN_WORDS = re.compile(r"[^\w.-]+")
OF_PERSONS_ALONE = frozenset(
    ["AZR-Nummer", "Vorname", "Geburtsdatum", "Geburtsort", "Passnummer", "Personenkennung"]
)
LINE = say("line")
FEWEST_HEADERS = 2
"""One such word may stand in a sentence; a list's header names several."""

SPREAD = timedelta(days=3_650)
"""Persons are born more than ten years apart."""
DAY = re.compile(r"(?<![\d.])\d{1,2}\.\d{1,2}\.(?:19|20)\d{2}(?!\d)", re.ASCII)


def refuse(place: str, marker: str) -> NoReturn:
    """Refuse a file for what stands at a place. Raises ``FileRejected``."""
    raise FileRejected(
        say(
            "{place}: {marker}. Lists of persons may not enter: nothing of this file "
            "was kept. Take it out of the folder. If no person is meant, delete or "
            "rename what stands there and hand the file in again",
            place=place,
            marker=marker,
        )
    )


def opened(content: bytes) -> Workbook:
    """A workbook or a table of text, to be searched. Raises ``FileRejected`` where that is not
    possible: what cannot be looked into may hold persons."""
    try:
        return look_into(content)
    except OpaqueFile as opaque:
        raise FileRejected(
            say(
                "the whole file: {opaque}. What cannot be searched for persons may not "
                "enter: nothing of this file was kept",
                opaque=opaque,
            )
        ) from None


def refuse_other_format(expected: str) -> NoReturn:
    """Refuse a file of a format that its source has none of. Raises ``FileRejected``: what nobody
    reads may list anything."""
    raise FileRejected(
        say(
            "the whole file: expected {expected}, found another format. What cannot be "
            "read as that may hold persons: nothing of this file was kept. Take it out "
            "of the folder",
            expected=expected,
        )
    )


def refuse_unknown(place: str, expected: str, text: str = "") -> NoReturn:
    """Refuse a file for a text that is on no list. Raises ``FileRejected`` with its form alone."""
    raise FileRejected(
        say(
            "{place}: expected {expected}, found {form}. A word that is on no list may be a name: "
            "nothing of this file was kept. If it is the publisher's own word, add it to the list "
            "of the source (words.txt), else take it out of the file",
            place=place,
            expected=expected,
            form=form_of(text) if text else say("other words"),
        )
    )


def refuse_name(expected: str) -> NoReturn:
    """Refuse a file for its name. Raises ``FileRejected``, which never repeats it."""
    raise FileRejected(
        say(
            "the name of the file: expected {expected}. A name may be a person's: nothing of this "
            "file was kept. Rename the file so and hand it in again",
            expected=expected,
        )
    )


def refuse_unread(unreadable: UnreadableFile) -> NoReturn:
    """Refuse a file that cannot be read, by the rule that it breaks. Raises ``FileRejected``."""
    fault = unreadable.findings[0]
    raise FileRejected(
        say(
            "the whole file: it cannot be read ({rule}; expected {expected}). What nobody can read "
            "may list persons: nothing of it was kept. Fetch it again or hand in another",
            rule=fault.rule,
            expected=fault.expected or say("a table"),
        )
    )


def refuse_table(workbook: Workbook, lawful: Lawful) -> None:
    """Let a file without persons pass. Raises ``FileRejected``."""
    search_for_persons(workbook, read_county(), (), refuse, lawful)


def refuse_text(lines: Iterable[str], place: str = LINE, *, any_days: bool = False) -> None:
    """Let a text without persons pass. Raises ``FileRejected``.

    ``place`` is what its lines are called; with ``any_days`` no day in it is taken for a birth.
    """
    county = read_county()
    headers: set[str] = set()
    days: set[date] = set()
    for number, line in enumerate(lines, start=1):
        where = say("{place} {number}", place=place, number=number)
        if values.BORN.search(line) or values.FILLED_FIELD.search(line):
            refuse(where, say("a date of birth or a field of a form about a person"))
        if any(not values.is_region_key(one, county) for one in TWELVE_DIGITS.findall(line)):
            refuse(where, say("a number of 12 digits, as AZR numbers are"))
        words = BETWEEN_WORDS.split(line)
        headers |= {marker for word in words if (marker := person_marker(word))} & OF_PERSONS_ALONE
        if len(headers) >= FEWEST_HEADERS:
            refuse(
                where,
                say(
                    "headers that read like {headers}",
                    headers=joined(sorted(headers), say(" and ")),
                ),
            )
        days |= {day for text in DAY.findall(line) if (day := values.day_of(text))}
    odd = sorted(day for day in days if not values.is_month_edge(day))
    # The 15 December of many years is a reference date.
    of_year = {(day.month, day.day) for day in odd}
    if not any_days and len(of_year) >= FEWEST_PERSONS and odd[-1] - odd[0] > SPREAD:
        refuse(say("the whole file"), say("dates that read like dates of birth"))


def refuse_long_numbers(text: str) -> None:
    """Let a text without numbers of registers pass. Raises ``FileRejected``."""
    county = read_county()
    found = {one for one in LONG_NUMBER.findall(text) if not values.is_region_key(one, county)}
    if len(found) >= FEWEST_PERSONS:
        refuse(
            say("the whole file"), say("numbers of 10 to 12 digits, as registers give to persons")
        )


def parted(sheet: Sheet, columns: Iterable[int], header: int) -> tuple[Sheet, Sheet]:
    """The known columns of a table from its header down, and all else, as two sheets."""
    known = frozenset(columns)

    def only(inside: bool) -> Sheet:
        rows = {
            number: cells
            for number, row in sheet.rows.items()
            if (
                cells := {
                    column: value
                    for column, value in row.items()
                    if (number >= header and column in known) is inside
                }
            )
        }
        return Sheet(sheet.title, rows, hidden=sheet.hidden)

    return only(True), only(False)
