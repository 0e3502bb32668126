"""Readers of texts: what is on a list or has the form of its column is kept, no other word is.

A person may be named in any cell. What marts show in words comes from lists (kinds, reasons,
measures); the name of a home must sound like one; what is only compared for equality (operators,
streets, odd keys) is kept as a number made of it, the same for the same text.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

from formats.text import written_out
from ingest.wtg import cells
from ingest.wtg.cells import Cell, CellError, Raw, Reader, squeezed
from ingest.wtg.codes import (
    INSPECTION_KINDS,
    OFFER_STATUS,
    PLANNING_STATUS,
    PROVIDER_KINDS,
    RELEASE_STATUS,
    SUPPORT_KINDS,
    kinds_in_column,
)
from ingest.wtg.exclusions import PROJECT, TEST_RECORD
from ingest.wtg.municipality_keys import municipality
from kreishaus.settings import REPOSITORY
from persons.contacts import holds_contact
from persons.named import is_common, names_person
from vocabulary.known_words import are_known
from vocabulary.opaque import opaque
from vocabulary.region_names import KINDS, PREPOSITIONS, official_names

THINGS = re.compile(
    r"haus|heim|stift|residenz|zentrum|pflege|wohn|senior|diakon|caritas|sozial|johann|kloster"
    r"|dienst|park|hof\b|st\.|sankt|gmbh|mbh|e\.\s?v|\b(?:drk|awo|asb|kg|ag|wg|ggmbh)\b|stadt|kreis"
    r"|gemeinde|stra(?:ß|ss)e|str\.|weg\b|platz|allee|tagespflege|in betrieb|freigegeben",
    re.IGNORECASE,
)
"""A text with such a word is the name of a home, an operator, a street or a place."""
ALSO_HOMES = re.compile(
    r"\b(?:villa|hospiz|domizil|quartier|burg|schloss|garten|demenz|beatmung|intensiv|alten\w*|treff"
    r"|betreu\w*|lebens\w*|tages\w*|angebot|einrichtung|verein"
    r"|(?:abend|sonnen?)(?:sonne|stube|blick|ufer)?|rosengarten|m(?:ü|ue)hle|br(?:ü|ue)cke"
    r"|(?:wohlf(?:ü|ue)hl)?oase|zeitlos|gemeinsam"
    r"|azurit|alloheim|belia|compassio|convivo|curanum|domicil|dorea|emvia|korian|kursana|orpea"
    r"|senivita|vitanas)",
    re.IGNORECASE,
)
SOMEBODY = re.compile(
    r"\b(?:familie|fam|frau|herrn?|fr|hr|(?:mit)?bewohner(?:in)?|mieter(?:in)?|patient(?:in)?|zimmer"
    r"|zi|wohnung|bett|leitung|leiter(?:in)?|ltg|inh|inhaber(?:in)?|gf|tochter|sohn|geb|hd)\b"
    r"|\bc/o\b|\d[\d /().-]{4,}\d|@",
    re.IGNORECASE,
)
"""Behind such a word in the name of a home somebody is named, or how to reach him."""
BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]?")
HOUSE_NUMBER = re.compile(
    r"(?:[a-z] ?)?\d{1,4}\.? ?[a-z]?(?: ?[-–/+,] ?\d{0,4} ?[a-z]?)?"
    r"(?: ?(?:hinter|vorder)haus)?",
    re.IGNORECASE,
)
LETTERS = re.compile(r"[^\W\d_]+")
LONGEST_OF_A_KEY, LONGEST_KEY = 3, 9
"""Letters and digits in a row that a key has: names and telephone numbers have more."""
KEY_SIGNS = re.compile(r"[\w./ -]{1,30}")
OPAQUE = re.compile(r"[A-ZÄÖÜ][a-zäöüß]+-[0-9]{9}")
MADE_UP = " (Muster)"
"""What the sample writes behind every word that is invented."""
NOT_LISTED = "nicht gelistet"
"""Kept in place of a word that the list of its column does not have."""
OTHER_REASON, OTHER_MEASURE = "sonstiger Grund", "sonstige Maßnahme"
NOT_KEPT = "text_not_kept"
"""The rule of the warning of a cell whose text is not kept."""
WORDS = Path(__file__).with_name("listed_words.csv")
REASONS = REPOSITORY / "dbt_project" / "seeds" / "unusable_reason.csv"
BESIDE_TOWNS = frozenset(
    ["rhein", "rheinland", "westfalen", "nordrhein", "nrw", "nordrheinwestfalen"]
)


def unread(raw: Raw) -> Cell:
    """A column that is known and that no figure needs: nothing of it is kept."""
    return cells.EMPTY


def compared(kind: str) -> Reader:
    """The reader of texts that are compared with each other and never shown."""

    def read(raw: Raw) -> Cell:
        cell = cells.title(raw)
        return Cell(_once(kind, cell.value)) if isinstance(cell.value, str) else cell

    return read


def _once(kind: str, text: str) -> str:
    return text if OPAQUE.fullmatch(text) else opaque(kind, text)


def listed(
    *words: str, other: str = NOT_LISTED, told: bool = False, composed: bool = False
) -> Reader:
    """The reader of words of a list; another word is ``other``, with a warning where ``told``.

    ``composed``: a text of which each word is known (``vocabulary.known_words``) is kept, too.
    """
    known = {written_out(word): word for word in (*words, other)}

    def read(raw: Raw) -> Cell:
        cell = cells.words(raw)
        if not isinstance(cell.value, str):
            return cell
        bare = cell.value.removesuffix(MADE_UP)
        word = known.get(written_out(bare), bare if composed and are_known(bare) else other)
        if word == other:
            return Cell(other, None, NOT_KEPT if told else None)
        return Cell(word + cell.value[len(bare) :])

    return read


def _words_of(path: Path, word: str, column: str = "") -> tuple[str, ...]:
    """The words of a list, of one column of it where it has several."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        return tuple(row[word] for row in rows if row.get("column", "") == column)


def kind(raw: Raw) -> Cell:
    """The one kind of offer that a text means, as its code."""
    cell = cells.words(raw)
    if not isinstance(cell.value, str):
        return cell
    kinds = kinds_in_column(cell.value)
    return Cell(next(iter(kinds)) if len(kinds) == 1 else NOT_LISTED)


def home(raw: Raw) -> Cell:
    """The name of a home: a text with a word of homes. What stands in brackets is none of it but
    for such a word; what could be somebody's name is a number."""
    cell = cells.title(raw)
    if not isinstance(cell.value, str) or OPAQUE.fullmatch(cell.value):
        return cell
    name = BRACKETS.sub(lambda found: found[0] if _is_of_homes(found[0]) else "", cell.value)
    if not (_is_of_homes(name) or TEST_RECORD.search(name) or PROJECT.search(name)):
        return Cell(opaque("Angebot", cell.value), None, NOT_KEPT)
    return Cell(squeezed(name), None, None if name == cell.value else NOT_KEPT)


def _is_of_homes(text: str) -> bool:
    is_short = all(len(word) <= LONGEST_OF_A_KEY for word in LETTERS.findall(text))
    is_one = is_short or THINGS.search(text) or ALSO_HOMES.search(text)
    return bool(is_one) and not (
        SOMEBODY.search(text) or holds_contact(text) or names_person(text, strictly=True)
    )


def place(raw: Raw) -> Cell:
    """The name of a municipality, of "Neuss-Norf" or "41472 Neuss" Neuss; another place is a
    number."""
    cell = cells.words(raw)
    if not isinstance(cell.value, str) or OPAQUE.fullmatch(cell.value):
        return cell
    words = LETTERS.findall(cell.value)
    if all(map(_is_of_town, words)) and not re.search(r"\d", cell.value):
        return cell
    towns = [word for word in words if _is_of_town(word) and written_out(word) not in BESIDE_TOWNS]
    telling = [word for word in towns if written_out(word) not in KINDS | PREPOSITIONS]
    return Cell(" ".join(telling) or _once("Ort", cell.value))


def _is_of_town(word: str) -> bool:
    return written_out(word) in _words_of_towns()


@cache
def _words_of_towns() -> frozenset[str]:
    names = " ".join(map(written_out, official_names().values()))
    return frozenset(LETTERS.findall(names)) | KINDS | PREPOSITIONS | BESIDE_TOWNS


def house_number(raw: Raw) -> Cell:
    """A house number as offices write it; a spreadsheet makes a day of 3-5, which is none."""
    try:
        cell = cells.words(raw)
    except CellError:
        return Cell(None, None, NOT_KEPT)
    is_other = isinstance(cell.value, str) and not HOUSE_NUMBER.fullmatch(cell.value)
    return Cell(None, None, NOT_KEPT) if is_other else cell


def key(raw: Raw) -> Cell:
    """A key of digits and few letters; what could hold a name or a telephone number is a number."""
    cell = cells.identifier(raw)
    if not isinstance(cell.value, str) or OPAQUE.fullmatch(cell.value):
        return cell
    long = [word for word in LETTERS.findall(cell.value) if len(word) > LONGEST_OF_A_KEY]
    digits = max(map(len, re.findall(r"\d+", cell.value)), default=0)
    is_plain = KEY_SIGNS.fullmatch(cell.value) and digits <= LONGEST_KEY
    if is_plain and all(is_common(word) or word.casefold() == "pfad" for word in long):
        return cell
    return Cell(opaque("Kennung", cell.value))


def digits(read: Reader) -> Reader:
    """A reader of official keys and postcodes: anything but at most eight digits is no such."""

    def reader(raw: Raw) -> Cell:
        cell = read(raw)
        is_none = isinstance(cell.value, str) and not re.fullmatch(r"\d{1,8}", cell.value)
        return Cell(NOT_LISTED) if is_none else cell

    return reader


BY_NAME: dict[str, Reader] = {
    **dict.fromkeys(("schwerpunkt", "unterart"), unread),
    "quelle": listed(*_words_of(WORDS, "word", "quelle")),
    "anlass": listed(*_words_of(WORDS, "word", "anlass")),
    **dict.fromkeys(("angebotsform", "angebotsform_wtg"), kind),
    "name": home,
    "traeger": compared("Träger"),
    "strasse": compared("Straße"),
    "hausnummer": house_number,
    "ort": place,
    "plz": digits(cells.postcode),
    "ags": digits(municipality),
    "nicht_durchgefuehrt_grund": listed(
        *_words_of(WORDS, "word", "nicht_durchgefuehrt_grund"),
        other=OTHER_REASON,
        told=True,
        composed=True,
    ),
    "grund": listed(*_words_of(REASONS, "reason_label"), other=OTHER_REASON, composed=True),
    "massnahme": listed(
        *_words_of(WORDS, "word", "massnahme"), other=OTHER_MEASURE, told=True, composed=True
    ),
    "traegerart": listed(*PROVIDER_KINDS, told=True),
    "freigabe_status": listed(*RELEASE_STATUS),
}
"""Column -> its reader, where that does not depend on the sheet."""
BY_SHEET: dict[tuple[str, str], Reader] = {
    ("planungen", "status"): listed(*PLANNING_STATUS),
    ("angebote", "status"): listed(*OFFER_STATUS),
    ("register_offers", "status"): listed(*OFFER_STATUS),
    ("pruefungen", "art"): listed(*INSPECTION_KINDS),
    ("unterstuetzungsangebote", "art"): listed(*SUPPORT_KINDS),
}
"""The same by staged table and column."""
