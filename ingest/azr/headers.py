"""The heads of columns: what a head means where it stands, and what kind of column it heads.

The words of each kind are in ``head_words.csv``. A head is of a kind if all its words are: those
of the kind, and those that stand only "with" them ("Veränderung zum Vorjahr in %").
"""

from __future__ import annotations

import csv
import re
from functools import cache, lru_cache
from pathlib import Path

from formats.counts import MARKERS
from formats.dates import without_footnote
from formats.sheets import Sheet
from formats.text import LABELS_REMEMBERED, printed, written_out
from persons.words import is_nation
from vocabulary.groups import Group, groups_named, header_key, is_age
from vocabulary.statuses import status_aliases

SECTIONS = {
    "geschlecht": "sex",
    "altersgruppen": "age",
    "altersgruppe": "age",
    "alter": "age",
    "alterinjahren": "age",
    "nachgeschlecht": "sex",
    "davongeschlecht": "sex",
    "geschlechter": "sex",
    "nachalter": "age",
    "nachaltersgruppen": "age",
    "altersklassen": "age",
    "altersklasse": "age",
    "altersstruktur": "age",
    "davonalter": "age",
    "davonimalter": "age",
    "imalter": "age",
}
"""Upper header, as a rule merged over its columns -> margin."""

MOST_UPPER_ROWS = 3
"""So many rows above the groups may hold their upper headers."""


UNITS = {"anzahl", "personen", "anzahlpersonen", "anzahlderpersonen", "absolut", "abs."}
"""What a row below the heads says of each column."""

UNIT_BEHIND = re.compile(r"\((?:personen|anzahl|absolut)\)$")
OF_WHICH = re.compile(r"^(?:davon|darunter):?(?=.)")
RANK = re.compile(r"^(?:top|platz|rang)\s?\d{1,2}\b[.:)]?\s?")
"""Before one of the nationalities that a table names: "Top 1: Türkei"."""
FEWEST_NUMBERED = 3


LABEL, LINE, DATE, COUNT = "label", "line", "date", "count"
DERIVED, PART = "derived", "part"
POPULATION, TITLE = "population", "title"
WORDS_FILE = Path(__file__).with_name("head_words.csv")
WORD = re.compile(r"[^\W\d_]+")
SIGNS = re.compile(r"%|\+\s?/\s?[-–−]")
"""Signs that are words of a derived column."""

YEARS = re.compile(r"(?:\d{1,2}\.\s?\d{1,2}\.\s?)?20\d\d(?!\d)")
NUMBER = re.compile(r"[-+−–±]?\s?\d{1,3}(?:\.?\d{3})?(?:[.,]\d{1,4})?\s?%?", re.ASCII)
LARGEST_DERIVED = 10**7
FEWEST_ABOVE = 2
"""A row above the heads with one text is a title."""


@cache
def _words_of(kind: str) -> frozenset[str]:
    with WORDS_FILE.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter=";")
        return frozenset(written_out(row["word"]) for row in rows if row["kind"] == kind)


@lru_cache(maxsize=LABELS_REMEMBERED)
def is_head_of(kind: str, text: str) -> bool:
    """Whether all words of a head are those of a kind of column, and one names the kind."""
    plain = written_out(without_footnote(text).replace("\u00ad", ""))
    if kind == DERIVED:
        plain = SIGNS.sub(" prozent ", YEARS.sub(" ", plain))
    words = WORD.findall(plain)
    own = _words_of(kind)
    return (
        not any(sign.isdigit() for sign in plain)
        and any(word in own for word in words)
        and all(word in own or word in _words_of(f"with {kind}") for word in words)
    )


def derived_columns(sheet: Sheet, row: int) -> frozenset[int]:
    """The columns that say again what others count: a change, a share, a part, last year's.

    Their own head says so, or the one over it in the row above, which stands in the first of its
    columns. They are understood, and not kept.
    """
    return frozenset(
        column
        for column in sheet.columns
        if is_derived_head(header_text(sheet, row, column))
        or is_derived_head(head_over(sheet, row, column))
    )


def beside_regions(sheet: Sheet, row: int) -> frozenset[int]:
    """The columns beside a count of municipalities that are no part of the table.

    Besides the derived ones those of all people, and of foreigners of an age, a nationality, a
    residence title: understood, and not kept.
    """
    return derived_columns(sheet, row) | frozenset(
        column for column in sheet.columns if is_beside_regions(header_text(sheet, row, column))
    )


def is_beside_regions(head: str) -> bool:
    """Whether a head beside a count of municipalities counts all people, or some foreigners."""
    plain = RANK.sub("", written_out(printed(without_footnote(head))))
    plain = OF_WHICH.sub("", plain).strip()
    if is_derived_head(head) or is_head_of(POPULATION, head) or is_head_of(TITLE, plain):
        return True
    words = WORD.findall(plain)
    other = _words_of("with title")
    nations = [word for word in words if is_nation(word)]
    is_national = bool(nations) and all(is_nation(word) or word in other for word in words)
    return (is_national and not any(map(str.isdigit, plain))) or is_age(header_key(plain))


def head_over(sheet: Sheet, row: int, column: int) -> str:
    """The head in the row above that stands over a column: the nearest one to the left."""
    above = [at for at, _ in sheet.filled(row - 1)]
    if len(above) < FEWEST_ABOVE:
        return ""
    left = [at for at in above if at <= column]
    return sheet.text(row - 1, left[-1]) if left else ""


def is_derived_head(head: str) -> bool:
    """Whether a head says that its column repeats what others count."""
    return is_head_of(DERIVED, head) or is_head_of(PART, head)


def is_derived_number(value: object) -> bool:
    """Whether a cell of a derived column holds a number, of any sign, or a marker."""
    if isinstance(value, bool):
        return False
    if isinstance(value, int | float):
        return abs(value) < LARGEST_DERIVED
    text = str(value).strip()
    return text.casefold() in MARKERS or NUMBER.fullmatch(text) is not None


@lru_cache(maxsize=LABELS_REMEMBERED)
def plain_key(text: str) -> str:
    """What of a header must agree, without the unit behind it: "Insgesamt (Personen)"."""
    key = header_key(without_footnote(text))
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
    if len(candidates) > 1:
        return candidates.get(_margin_beside(sheet, row, column) or "")
    return next(iter(candidates.values()), None)


def _margin_beside(sheet: Sheet, row: int, column: int) -> str | None:
    """The margin of a word of both where no head stands above: that of the columns beside it.

    None where the one on its left and the one on its right are of different margins.
    """
    beside = set()
    at = sheet.columns.index(column)
    for near in sheet.columns[max(at - 1, 0) : at] + sheet.columns[at + 1 : at + 2]:
        named = groups_named(plain_key(header_text(sheet, row, near)))
        if len(named) == 1:
            beside |= named.keys() - {"total"}
    return beside.pop() if len(beside) == 1 else None


def label_columns(sheet: Sheet, row: int) -> list[int]:
    """The columns of labels by their heads; where none is headed, the one of most known labels."""
    headed = [at for at in sheet.columns if is_head_of(LABEL, header_text(sheet, row, at))]
    if headed:
        return headed
    known = status_aliases()
    hits = {
        at: sum(known.knows(sheet.text(line, at)) for line in sheet.below(row))
        for at in sheet.columns
        if not sheet.text(row, at)
    }
    return [at for at, count in hits.items() if count and count == max(hits.values())][:1]


def line_columns(sheet: Sheet, row: int) -> list[int]:
    """The columns that number the lines, by their heads."""
    return [at for at in sheet.columns if is_head_of(LINE, header_text(sheet, row, at))]


def header_text(sheet: Sheet, row: int, column: int) -> str:
    """A column's header: its cell, or the one above where a format knows no merged cells."""
    text = sheet.text(row, column)
    above = sheet.text(row - 1, column) if not text and row > 1 else ""
    return text or ("" if header_key(above) in SECTIONS else above)


def _section_above(sheet: Sheet, row: int, column: int) -> str | None:
    """The upper header over a column. It stands in the first of its columns only, merged or not:
    the nearest text to the left in that row is the one. In a table that was turned round it stands
    in the row of the heads itself, before its columns."""
    before = [number for number, _ in sheet.filled(row) if number < column]
    for number in reversed(before):
        if section := SECTIONS.get(header_key(sheet.text(row, number))):
            return section
    for line in range(row - 1, max(row - 1 - MOST_UPPER_ROWS, 0), -1):
        left = [number for number, _ in sheet.filled(line) if number <= column]
        section = SECTIONS.get(header_key(sheet.text(line, left[-1]))) if left else None
        if section:
            return section
    return None
