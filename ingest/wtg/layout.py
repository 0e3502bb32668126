"""Which sheets and columns the authority's files have: the staged tables under German titles.

When a sheet is renamed, mend ``sheet_aliases.csv``; when a column is, ``header_aliases.csv``. A new
column needs its field in ``tables.py`` too. Units that may stand in cells: ``units.csv``.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path

import pyarrow as pa

from formats.text import written_out
from ingest.wtg import cells, positive
from ingest.wtg.tables import REGISTER, TABLES

SHEET_ALIASES_PLACE = "ingest/wtg/sheet_aliases.csv"
SHEET_ALIASES = Path(__file__).with_name("sheet_aliases.csv")
TITLES = {
    "angebote": "Angebote",
    "belegung": "Belegung",
    "bewohner": "Bewohner",
    "personal": "Personal",
    "pruefungen": "Pruefungen",
    "massnahmen": "Massnahmen",
    "planungen": "Planungen",
    "unterstuetzungsangebote": "Unterstuetzungsangebote",
}
HEADER_ALIASES_PLACE = "ingest/wtg/header_aliases.csv"
HEADER_ALIASES = Path(__file__).with_name("header_aliases.csv")
UNITS = Path(__file__).with_name("units.csv")
PERSONAL = re.compile(r"ansprech|leitung|kontakt|telefon|mobil|e_?mail|^fax|^tel")
"""Columns about persons: their values are neither read nor repeated in a finding."""

NOTES = "hinweis"
"""The sheet on which officers write to people; it is not read."""

WITHOUT_REFERENCE_DATE = frozenset({"pruefungen", "massnahmen", "planungen"})
ABOUT_OFFERS = ("belegung", "bewohner", "personal", "pruefungen", "massnahmen")
"""Sheets whose ``pfad_id`` must stand in Angebote."""

NEEDED = {
    "angebote": ("pfad_id", "name", "angebotsform_wtg"),
    "belegung": ("pfad_id", "plaetze_vertrag"),
    "bewohner": ("pfad_id", "pg2", "pg3", "pg4", "pg5"),
    "personal": ("pfad_id", "vk_pflege_gesamt", "vk_fachkraft"),
    "pruefungen": ("pruefung_id", "pfad_id", "datum", "art", "geplant", "durchgefuehrt"),
    "massnahmen": ("vorgang_id", "pfad_id", "eingang_am", "bestaetigt"),
    "planungen": ("vorhaben_id", "ags", "angebotsform"),
    "unterstuetzungsangebote": ("angebot_id", "ags", "art"),
    "register_offers": ("name", "plz", "ort"),
}
"""Columns that name a row, or without which no figure is made of it. The absence of any other one
is a warning: its values are then not known."""
ONE_OF = {
    "angebote": ("ags", "ort"),
    "belegung": ("plaetze_belegt", "plaetze_nicht_belegt"),
    "planungen": ("plaetze", "wohneinheiten"),
}
"""Columns of which a sheet must have one: the other is made of it."""

KEYS = frozenset(["pfad_id", "pruefung_id", "vorgang_id", "vorhaben_id", "angebot_id"])
_COMPUTED = {
    "register_offers": ("angebotsform_wtg", "angebotsform_herkunft", "duplicate_of_row"),
}
"""Fields that Kreishaus adds, beside ``cell_markers`` and ``set_aside_reason``."""

_BY_NAME: dict[str, cells.Reader] = {
    **positive.BY_NAME,
    **dict.fromkeys(KEYS | {"standort_id"}, positive.key),
    "reference_date": cells.reference_day,
    "wochenstunden_vollzeit": cells.hours,
    "fachkraftquote_gemeldet": cells.percent,
}
_BY_TYPE: dict[pa.DataType, cells.Reader] = {
    pa.string(): cells.words,
    pa.int64(): cells.count,
    pa.float64(): cells.number,
    pa.bool_(): cells.flag,
    pa.date32(): cells.day,
}


TEXTS_AT_HAND = 10_000
"""Looking for a header compares each cell with each sheet: the same texts over and over."""


@dataclass(frozen=True)
class Column:
    """A column: its German ``header``, the staged ``field``, and how its cells are read.

    ``required``: the file is unreadable without the column; ``filled``: without a value in it.
    ``summed``: a row "Gesamt" holds the sum of it. ``repeatable``: merged down several rows it
    means the same in each.
    """

    header: str
    field: str
    read: cells.Reader
    required: bool
    filled: bool
    summed: bool
    repeatable: bool


@dataclass(frozen=True, eq=False)
class Sheet:
    """A sheet of the workbook and the staged table that its rows become. There is one of each."""

    title: str
    table: str
    columns: tuple[Column, ...]

    @cached_property
    def headers(self) -> frozenset[str]:
        """The header of each column."""
        return frozenset(column.header for column in self.columns)

    @property
    def dated(self) -> bool:
        """Whether each row says its own reference date."""
        return self.table not in WITHOUT_REFERENCE_DATE

    def meanings(self, header: str) -> tuple[str, ...]:
        """The columns that a header may mean, the likeliest first: "freie Plätze" are those not
        occupied, but in a sheet that has those too the ones reported free. Empty for a stranger."""
        own = self.headers
        if folded(header) in own:
            return (folded(header),)
        meant = aliases().get(bare(header)) or _by_words().get(_words(header), ())
        # A sheet without places tells the municipality by its key, and people write its name.
        by_key = ("ags",) if "ort" in meant and "ort" not in own else ()
        return tuple(column for column in (*meant, *by_key) if column in own)


@cache
def aliases() -> dict[str, tuple[str, ...]]:
    """Other words for a column, as ``bare`` writes them -> the columns that they may mean. A
    column's own name goes before them."""
    meant: dict[str, list[str]] = {}
    for row in _listed(HEADER_ALIASES):
        columns = meant.setdefault(bare(row["word"]), [])
        if row["column"] not in columns:
            columns.append(row["column"])
    own = {bare(column.header): column.header for sheet in ALL for column in sheet.columns}
    for word, column in own.items():
        meant[word] = [column, *(one for one in meant.get(word, ()) if one != column)]
    return {word: tuple(columns) for word, columns in meant.items()}


_SAME_WORDS = {
    **dict.fromkeys(["vzae", "vollzeitaequivalent", "vollzeitaequivalente"], "vk"),
    **dict.fromkeys(["vollzeitstellen", "vollkraefte"], "vk"),
    "insgesamt": "gesamt",
    "betten": "plaetze",
}
_WORDS_BESIDE = frozenset(["in", "der", "die", "an", "am", "anzahl"])


def _words(header: str) -> frozenset[str]:
    """The words of a head in any order, each by one of those that mean the same."""
    words = bare(header).split("_")
    return frozenset(_SAME_WORDS.get(word, word) for word in words) - _WORDS_BESIDE


@cache
def _by_words() -> dict[frozenset[str], tuple[str, ...]]:
    """The same by their words ("VZÄ Fachkräfte"), but for those that mean several things."""
    found: dict[frozenset[str], set[tuple[str, ...]]] = {}
    for word, columns in aliases().items():
        found.setdefault(_words(word), set()).add(columns)
    return {words: next(iter(meant)) for words, meant in found.items() if len(meant) == 1}


@lru_cache(maxsize=TEXTS_AT_HAND)
def bare(text: str) -> str:
    """A header without signs and a unit in brackets: "Plätze lt. Vertrag (Anzahl)"."""
    without_unit = re.sub(r"[(\[](?:anzahl|vk|vzae|std|in|stueck)\b[^)\]]*[)\]]", " ", folded(text))
    return re.sub(r"[^a-z0-9]+", "_", without_unit).strip("_")


@cache
def sheet_titles() -> dict[str, Sheet]:
    """The title of a sheet, folded as ``folded`` does it, or another word for it -> the sheet."""
    by_title = {folded(sheet.title): sheet for sheet in SHEETS}
    others = {folded(row["word"]): by_title[folded(row["sheet"])] for row in _listed(SHEET_ALIASES)}
    return {**others, **by_title}


@cache
def _units() -> tuple[tuple[str, str], ...]:
    return tuple((row["columns_begin_with"], cells.unit_key(row["unit"])) for row in _listed(UNITS))


def _listed(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


_PARTED_WORD = re.compile(
    r"(?<=[^\W\d_])[-\u00ad\u2010]\s*[\r\n]\s*(?=[a-zäöüß])(?!(?:und|oder|bzw)\b)"
)


@lru_cache(maxsize=TEXTS_AT_HAND)
def folded(text: str) -> str:
    """A title or header as it is compared: ``Unterstützungs-Angebote `` and ``plaetze belegt``. A
    word that is parted at the end of a line ("Angebots-/form") is one word."""
    whole = _PARTED_WORD.sub("", text)
    return re.sub(r"[\s_\-]+", "_", written_out(cells.squeezed(whole))).strip("_")


def _reader(table: str, field: pa.Field) -> cells.Reader:
    by_sheet = positive.BY_SHEET.get((table, field.name))
    read = by_sheet or _BY_NAME.get(field.name) or _BY_TYPE[field.type]
    units = frozenset(unit for begins, unit in _units() if field.name.startswith(begins))
    return cells.measured(read, units) if units else read


def _column(table: str, field: pa.Field) -> Column:
    return Column(
        header="stichtag" if field.name == "reference_date" else field.name,
        field=field.name,
        read=_reader(table, field),
        required=field.name in NEEDED[table],
        filled=not field.nullable,
        summed=field.type == pa.int64() or field.name.startswith("vk_"),
        repeatable=field.type in (pa.string(), pa.date32()) and field.name not in KEYS,
    )


def _sheet(table: str, schema: pa.Schema) -> Sheet:
    left_out = {"cell_markers", "set_aside_reason", *_COMPUTED.get(table, ())}
    if table in WITHOUT_REFERENCE_DATE:
        left_out.add("reference_date")
    fields = [field for field in schema if field.name not in left_out]
    return Sheet(
        TITLES.get(table, "Register"), table, tuple(_column(table, field) for field in fields)
    )


SHEETS = tuple(_sheet(table, schema) for table, schema in TABLES.items())
(REGISTER_SHEET,) = (_sheet(table, schema) for table, schema in REGISTER.items())
ALL = (*SHEETS, REGISTER_SHEET)
