"""Which sheets and columns the authority's files have: the staged tables under German titles.

When a sheet is renamed, mend ``sheet_aliases.csv``; when a column is, ``header_aliases.csv``. A new
column needs its field in ``tables.py`` too. Units that may stand in cells: ``units.csv``.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyarrow as pa

from ingest.formats.text import written_out
from ingest.wtg import cells
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

OPTIONAL = {
    "angebote": frozenset(
        [
            "traegerart",
            "unterart",
            "schwerpunkt",
            "strasse",
            "hausnummer",
            "plz",
            "ort",
            "lat",
            "lon",
            "betrieb_ab",
            "betrieb_bis",
            "freigabe_status",
            "freigabe_am",
        ]
    ),
    "belegung": frozenset(
        ["davon_sonderbereich", "einzelzimmer", "doppelzimmer", "gemeldet_am", "quelle"]
    ),
    "bewohner": frozenset({"unter_60"}),
    "personal": frozenset(
        [
            "vk_pdl",
            "vk_sozialdienst",
            "vk_soll_vereinbart",
            "wochenstunden_vollzeit",
            "erhoben_am",
            "anlass",
        ]
    ),
    "massnahmen": frozenset(["von", "bis", "plaetze_betroffen"]),
    "planungen": frozenset(["beschluss_am", "inbetriebnahme_erwartet", "traeger"]),
    "unterstuetzungsangebote": frozenset({"zielgruppe_kinder"}),
    "register_offers": frozenset(
        [
            "reference_date",
            "pfad_id",
            "traeger",
            "angebotsform",
            "strasse",
            "hausnummer",
            "ags",
            "plaetze",
            "status",
        ]
    ),
}
"""Columns that describe: no rule and no published sum needs them. Their absence is a warning."""

KEYS = frozenset(["pfad_id", "pruefung_id", "vorgang_id", "vorhaben_id", "angebot_id"])
_COMPUTED = {
    "register_offers": ("angebotsform_wtg", "angebotsform_herkunft", "duplicate_of_row"),
}
"""Fields that Kreishaus adds, beside ``cell_markers`` and ``set_aside_reason``."""

_BY_NAME: dict[str, cells.Reader] = {
    **dict.fromkeys(KEYS | {"standort_id"}, cells.identifier),
    **dict.fromkeys(("name", "traeger"), cells.title),
    "reference_date": cells.reference_day,
    "lat": cells.coordinate,
    "lon": cells.coordinate,
    "ags": cells.region_key,
    "plz": cells.postcode,
    "hausnummer": cells.house_number,
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


@dataclass(frozen=True)
class Sheet:
    """A sheet of the workbook and the staged table that its rows become."""

    title: str
    table: str
    columns: tuple[Column, ...]

    @property
    def dated(self) -> bool:
        """Whether each row says its own reference date."""
        return self.table not in WITHOUT_REFERENCE_DATE

    def named(self, header: str) -> str:
        """The folded name of a column as the layout has it, also where the file says otherwise."""
        name = folded(header)
        own = {column.header for column in self.columns}
        return name if name in own or aliases().get(name) not in own else aliases()[name]


@cache
def aliases() -> dict[str, str]:
    """Other words for a column, folded as ``folded`` does it -> the column. A column's own name
    goes before them."""
    return {folded(row["word"]): row["column"] for row in _listed(HEADER_ALIASES)}


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


def folded(text: str) -> str:
    """A title or header as it is compared: ``Unterstützungs-Angebote `` and ``plaetze belegt``."""
    return re.sub(r"[\s_\-]+", "_", written_out(cells.squeezed(text))).strip("_")


def _reader(field: pa.Field) -> cells.Reader:
    read = _BY_NAME.get(field.name) or _BY_TYPE[field.type]
    units = frozenset(unit for begins, unit in _units() if field.name.startswith(begins))
    return cells.measured(read, units) if units else read


def _column(table: str, field: pa.Field) -> Column:
    return Column(
        header="stichtag" if field.name == "reference_date" else field.name,
        field=field.name,
        read=_reader(field),
        required=field.name not in OPTIONAL.get(table, ()),
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
