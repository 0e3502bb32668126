"""Readers of texts: what is on a list or has the form of its column is kept, no other word is.

A person may be named in any cell. What marts show in words comes from lists (kinds, reasons,
measures); the name of a home must sound like one; what is only compared for equality (operators,
streets, odd keys) is kept as a number made of it, the same for the same text.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from datetime import date
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
    SEVERAL,
    SEVERAL_KINDS,
    SUPPORT_KINDS,
    folded_words,
    kinds_in_column,
    kinds_named,
)
from ingest.wtg.exclusions import PROJECT, TEST_RECORD
from ingest.wtg.municipality_keys import municipality
from ingest.wtg.tables import LATITUDES, LONGITUDES
from kreishaus.settings import REPOSITORY, read_county
from kreishaus.wording import say
from persons.contacts import holds_contact
from vocabulary.home_names import is_home_name
from vocabulary.known_words import are_known
from vocabulary.opaque import opaque
from vocabulary.postcodes import is_postcode
from vocabulary.record_keys import kept_key
from vocabulary.region_names import KINDS, PREPOSITIONS, official_names

THINGS = re.compile(
    r"haus|heim|stift|residenz|zentrum|pflege|wohn|senior|diakon|caritas|sozial|johann|kloster"
    r"|dienst|park|hof\b|st\.|sankt|gmbh|mbh|e\.\s?v|\b(?:drk|awo|asb|kg|ag|wg|ggmbh)\b|stadt|kreis"
    r"|gemeinde|stra(?:ß|ss)e|str\.|weg\b|platz|allee|tagespflege|in betrieb|freigegeben",
    re.IGNORECASE,
)
"""A column of texts with such words lists homes, operators, streets or places, and no persons."""
BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]?")
HOUSE_NUMBER = re.compile(
    r"(?:[a-z] ?)?\d{1,4}\.? ?[a-z]?(?: ?[-–/+,] ?\d{0,4} ?[a-z]?)?"
    r"(?: ?(?:hinter|vorder)haus)?",
    re.IGNORECASE,
)
LETTERS = re.compile(r"[^\W\d_]+")
NO_DEFICITS = frozenset(
    [
        "nein",
        "keine",
        "keiner",
        "ohne",
        "keine maengel",
        "ohne maengel",
        "maengelfrei",
        "ohne befund",
    ]
)
OPAQUE = re.compile(r"[A-ZÄÖÜ][a-zäöüß]+-[0-9]{9}")
MADE_UP = " (Muster)"
"""What the sample writes behind every word that is invented."""
NOT_LISTED = "nicht gelistet"
"""Kept in place of a word that the list of its column does not have."""
OTHER_REASON, OTHER_MEASURE = "sonstiger Grund", "sonstige Maßnahme"
NOT_KEPT = "text_not_kept"
"""The rule of the warning of a cell whose text is not kept."""
NAME_NOT_KEPT, KEY_NOT_KEPT = "name_not_listed", "key_not_kept"
"""The same of a name with a word that no list has, and of a key that has not the form of one."""
SYNONYMS = Path(__file__).with_name("listed_synonyms.csv")
MONTHS_OF_A_QUARTER, LAST_OF_A_YEAR = 3, (12, 31)
FIRST_DAY = date(2000, 1, 1)
"""Days of inspections, reports and releases are later, and residents were born long before."""
TEST, NEUBAU = "Testdatensatz, nicht verwenden", "Neubau"
KIND_SHOWN = {
    "vollstationaer": "Pflegeheim",
    "solitaere_kurzzeitpflege": "Kurzzeitpflege",
    "tagespflege": "Tagespflege",
    "wg_demenz": "Demenz-WG",
    "wg_beatmung": "Beatmungs-WG",
    "wg_ambulant": "WG",
    "servicewohnen": "Servicewohnen",
    "ambulanter_dienst": "Pflegedienst",
    "eingliederungshilfe": "Eingliederungshilfe",
    "hospiz": "Hospiz",
}
"""What is said of a home beside its number: the kind that its name names."""
_SAID = "|".join((TEST, NEUBAU, *KIND_SHOWN.values()))
UNNAMED = re.compile(rf"Angebot-\d{{9}}(?: \((?:{_SAID})(?:, (?:{_SAID}))*\))?")
"""What stands for a name that is not kept."""
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
    *words: str,
    other: str = NOT_LISTED,
    told: bool = False,
    composed: bool = False,
    column: str = "",
) -> Reader:
    """The reader of words of a list; another word is ``other``, with a warning where ``told``.

    ``composed``: a text of which each word is known (``vocabulary.known_words``) is kept, too.
    ``column``: other words of laws and registers that mean the same (``listed_synonyms.csv``).
    """
    known = {_bare(word): word for word in (*words, other)}
    known |= {_bare(row["word"]): row["means"] for row in _synonyms(column)}

    def read(raw: Raw) -> Cell:
        cell = cells.words(raw)
        if not isinstance(cell.value, str):
            return cell
        bare = cell.value.removesuffix(MADE_UP)
        word = known.get(_bare(bare), bare if composed and are_known(bare) else other)
        if word == other:
            return Cell(other, None, NOT_KEPT if told else None)
        return Cell(word + cell.value[len(bare) :])

    return read


def _bare(word: str) -> str:
    """A word as it is compared: hyphens, full stops and capitals are none of it."""
    return " ".join(re.findall(r"[^\W_]+", written_out(word)))


def _synonyms(column: str) -> Iterator[Mapping[str, str]]:
    with SYNONYMS.open(encoding="utf-8", newline="") as lines:
        yield from (row for row in csv.DictReader(lines) if row["column"] == column)


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
    if folded_words(cell.value) in SEVERAL_KINDS:
        return Cell(SEVERAL)
    kinds = kinds_in_column(cell.value)
    return Cell(next(iter(kinds)) if len(kinds) == 1 else NOT_LISTED)


def home(raw: Raw) -> Cell:
    """The name of a home in known words (``vocabulary.home_names``). What stands in brackets is no
    part of it but for such words; another name is a number."""
    cell = cells.title(raw)
    if not isinstance(cell.value, str) or UNNAMED.fullmatch(cell.value):
        return cell
    name = squeezed(BRACKETS.sub(lambda found: found[0] if _is_known(found[0]) else "", cell.value))
    if not _is_known(name):
        is_test = TEST_RECORD.search(cell.value)  # of which a warning of its own tells
        return Cell(_unnamed(cell.value), None, None if is_test else NAME_NOT_KEPT)
    return Cell(name, None, None if name == squeezed(cell.value) else NOT_KEPT)


def _is_known(text: str) -> bool:
    return is_home_name(text) and not holds_contact(text)


def _unnamed(name: str) -> str:
    """The number of a name, with what the name says besides: a test, a project, the kind."""
    kinds = kinds_named(name)
    said = [
        *([TEST] if TEST_RECORD.search(name) else []),
        *([NEUBAU] if PROJECT.search(name) else []),
        *(KIND_SHOWN[kind] for kind in kinds if len(kinds) == 1),
    ]
    return opaque("Angebot", name) + (f" ({', '.join(said)})" if said else "")


def place(raw: Raw) -> Cell:
    """The name of a municipality, of "Neuss-Norf" or "41472 Neuss" Neuss; another place is a
    number."""
    cell = cells.words(raw)
    if not isinstance(cell.value, str) or OPAQUE.fullmatch(cell.value):
        return cell
    text = cell.value
    words = LETTERS.findall(written_out(text))
    beside = KINDS | PREPOSITIONS | BESIDE_TOWNS
    longest = _town_in(words)
    if not longest:
        return Cell(_once("Ort", text))
    others = [word for word in words if word not in (*longest, *beside)]
    if others or re.search(r"\d", text):
        return Cell(_towns()[longest])
    return cell


def _town_in(words: list[str]) -> tuple[str, ...]:
    """The words of the town that is named first, by the most of them; none where none is."""
    for at in range(len(words)):
        for end in range(len(words), at, -1):
            if (town := tuple(words[at:end])) in _towns():
                return town
    return ()


@cache
def _towns() -> Mapping[tuple[str, ...], str]:
    """The words that each municipality and Kreis of the Land is known by -> its name without what
    is said behind a comma."""
    towns = {}
    for name in official_names().values():
        plain = name.partition(",")[0].strip()
        words = LETTERS.findall(written_out(plain))
        telling = [word for word in words if word not in KINDS | PREPOSITIONS]
        towns[tuple(words)] = plain
        if len(telling) == 1:
            towns.setdefault((telling[0],), plain)
    return towns


def house_number(raw: Raw) -> Cell:
    """A house number as offices write it; a spreadsheet makes a day of 3-5, which is none."""
    try:
        cell = cells.words(raw)
    except CellError:
        return Cell(None, None, NOT_KEPT)
    is_other = isinstance(cell.value, str) and not HOUSE_NUMBER.fullmatch(cell.value)
    return Cell(None, None, NOT_KEPT) if is_other else cell


def key(raw: Raw) -> Cell:
    """A key in the form of one (``vocabulary.record_keys``); of another one the number."""
    cell = cells.identifier(raw)
    if not isinstance(cell.value, str):
        return cell
    kept = kept_key(cell.value)
    return Cell(kept, None, None if kept == cell.value else KEY_NOT_KEPT)


def official_key(raw: Raw) -> Cell:
    """The official key of a region of the Land, or of one of its municipalities by name. Of the own
    county a mistyped one is kept, too, for the suite to name: no day is written so."""
    cell = municipality(raw)
    if not isinstance(cell.value, str) or cell.value in official_names():
        return cell
    is_own = re.fullmatch(rf"{read_county().ags}[0-9]{{3}}", cell.value)
    return cell if is_own and not _is_day(cell.value) else Cell(NOT_LISTED)


def _is_day(digits: str) -> bool:
    """Whether eight digits are a day of a month: 05121938."""
    return 1 <= int(digits[:2]) <= 31 and 1 <= int(digits[2:4]) <= 12


def postcode(raw: Raw) -> Cell:
    """A postcode of the Land; another number is none."""
    cell = cells.postcode(raw)
    is_none = isinstance(cell.value, str) and not is_postcode(cell.value)
    return Cell(None, None, NOT_KEPT) if is_none else cell


def degrees(low: float, high: float) -> Reader:
    """The reader of a coordinate between two: nothing is counted by it, so another is none."""

    def read(raw: Raw) -> Cell:
        cell = cells.coordinate(raw)
        is_one = not isinstance(cell.value, float) or low <= cell.value <= high
        return cell if is_one else Cell(None, None, NOT_KEPT)

    return read


def recent(raw: Raw) -> Cell:
    """A day of a report or a release; an earlier one is none, and no figure needs it."""
    cell = cells.day(raw)
    is_early = isinstance(cell.value, date) and cell.value < FIRST_DAY
    return Cell(None, None, NOT_KEPT) if is_early else cell


def counted_by(raw: Raw) -> Cell:
    """A day by whose year something is counted: an earlier one is a fault."""
    cell = cells.day(raw)
    if isinstance(cell.value, date) and cell.value < FIRST_DAY:
        raise CellError(say("a day since {first:%d.%m.%Y}", first=FIRST_DAY))
    return cell


def deficits(raw: Raw) -> Cell:
    """How many were found at an inspection; offices that only say whether write "keine", "ja"."""
    if isinstance(raw, str) and (said := _bare(raw)) in (*NO_DEFICITS, "ja"):
        return Cell(None, cells.NOTE) if said == "ja" else Cell(0)
    return cells.count(raw)


def of_operation(raw: Raw) -> Cell:
    """The day on which a home opened or closed. One long ago is kept where it begins a quarter or
    ends a year, as openings do; else it may be somebody's birthday."""
    cell = cells.day(raw)
    day = cell.value
    if not isinstance(day, date) or day >= FIRST_DAY:
        return cell
    begins_a_quarter = day.day == 1 and day.month % MONTHS_OF_A_QUARTER == 1
    is_usual = begins_a_quarter or (day.month, day.day) == LAST_OF_A_YEAR
    return cell if is_usual else Cell(None, None, NOT_KEPT)


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
    "plz": postcode,
    "ags": official_key,
    "lat": degrees(*LATITUDES),
    "lon": degrees(*LONGITUDES),
    **dict.fromkeys(
        ("freigabe_am", "gemeldet_am", "erhoben_am", "von", "bis", "beschluss_am"), recent
    ),
    "inbetriebnahme_erwartet": recent,
    **dict.fromkeys(("datum", "eingang_am"), counted_by),
    **dict.fromkeys(("betrieb_ab", "betrieb_bis"), of_operation),
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
    "maengel": deficits,
    "traegerart": listed(*PROVIDER_KINDS, told=True, column="traegerart"),
    "freigabe_status": listed(*RELEASE_STATUS, column="freigabe_status"),
}
"""Column -> its reader, where that does not depend on the sheet."""
BY_SHEET: dict[tuple[str, str], Reader] = {
    ("planungen", "status"): listed(*PLANNING_STATUS, column="planungen.status"),
    ("angebote", "status"): listed(*OFFER_STATUS, column="status"),
    ("register_offers", "status"): listed(*OFFER_STATUS, column="status"),
    ("pruefungen", "art"): listed(*INSPECTION_KINDS, column="pruefungen.art"),
    ("unterstuetzungsangebote", "art"): listed(
        *SUPPORT_KINDS, column="unterstuetzungsangebote.art"
    ),
}
"""The same by staged table and column."""
