"""The columns of the cross table: which group of which margin a header means where it stands."""

from __future__ import annotations

import re

from ingest.formats.sheets import Sheet
from ingest.vocabulary.groups import Group, groups_named, header_key

SECTIONS = {
    "geschlecht": "sex",
    "altersgruppen": "age",
    "altersgruppe": "age",
    "alter": "age",
    "alterinjahren": "age",
}
"""Upper header, as a rule merged over its columns -> margin."""

MOST_UPPER_ROWS = 3
"""So many rows above the groups may hold their upper headers."""


UNITS = {"anzahl", "personen", "anzahlpersonen", "anzahlderpersonen", "absolut", "abs."}
"""What a row below the heads says of each column."""

UNIT_BEHIND = re.compile(r"\((?:personen|anzahl|absolut)\)$")
OF_WHICH = re.compile(r"^(?:davon|darunter):?(?=.)")
FEWEST_NUMBERED = 3


def plain_key(text: str) -> str:
    """What of a header must agree, without the unit behind it: "Insgesamt (Personen)"."""
    key = header_key(text)
    return OF_WHICH.sub("", UNIT_BEHIND.sub("", key)) or key


def is_units_row(sheet: Sheet, row: int, header_row: int) -> bool:
    """Whether a row right below the heads says what is counted, or numbers the columns."""
    if row not in sheet.below(header_row)[:2]:
        return False
    cells = [value for _, value in sheet.filled(row)]
    if all(isinstance(cell, str) and header_key(cell) in UNITS for cell in cells):
        return True
    numbers = [int(str(cell)) for cell in cells if str(cell).isdecimal()]
    running = numbers == list(range(1, len(cells) + 1))
    return running and len(cells) >= FEWEST_NUMBERED and len(cells) == len(sheet.columns)


def group_at(sheet: Sheet, row: int, column: int) -> Group | None:
    """The group a header cell means, or None.

    The header above it decides where a word stands under both margins, and overrules nothing: a
    word of one margin under the other's header means no group.
    """
    candidates = groups_named(plain_key(header_text(sheet, row, column)))
    section = _section_above(sheet, row, column)
    if section and "total" not in candidates:
        return candidates.get(section)
    return next(iter(candidates.values())) if len(candidates) == 1 else None


def header_text(sheet: Sheet, row: int, column: int) -> str:
    """A column's header: its cell, or the one above where a format knows no merged cells."""
    text = sheet.text(row, column)
    above = sheet.text(row - 1, column) if not text and row > 1 else ""
    return text or ("" if header_key(above) in SECTIONS else above)


def _section_above(sheet: Sheet, row: int, column: int) -> str | None:
    """The upper header over a column. It stands in the first of its columns only, merged or not:
    the nearest text to the left in that row is the one."""
    for line in range(row - 1, max(row - 1 - MOST_UPPER_ROWS, 0), -1):
        left = [number for number, _ in sheet.filled(line) if number <= column]
        section = SECTIONS.get(header_key(sheet.text(line, left[-1]))) if left else None
        if section:
            return section
    return None
