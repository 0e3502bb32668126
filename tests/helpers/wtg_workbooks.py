"""Small WTG workbooks for tests: two homes on 15.08.2021, to be spoilt one cell at a time."""

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from openpyxl import Workbook

from ingest.wtg.workbook import parse
from kreishaus.model import Batch, Finding, Origin, UnreadableFile

DAY = date(2021, 8, 15)
NAME = "WTG_Stichtag_2021-08-15.xlsx"
Sheets = dict[str, list[list[object]]]

HEADERS = """
Angebote: stichtag pfad_id standort_id name traeger traegerart angebotsform_wtg unterart schwerpunkt
    strasse hausnummer plz ort ags lat lon betrieb_ab betrieb_bis status freigabe_status freigabe_am
Belegung: stichtag pfad_id plaetze_vertrag davon_kzp_eingestreut davon_kzp_fixflex
    davon_sonderbereich plaetze_belegt plaetze_nicht_belegt davon_nicht_belegbar grund
    plaetze_frei_gemeldet ueberbelegung_genehmigt einzelzimmer doppelzimmer gemeldet_am quelle
Bewohner: stichtag pfad_id pg1 pg2 pg3 pg4 pg5 ohne_pg unter_60
Personal: stichtag pfad_id vk_pflege_gesamt vk_fachkraft vk_assistenz_1j vk_hilfskraft vk_pdl
    vk_sozialdienst fachkraftquote_gemeldet vk_soll_vereinbart wochenstunden_vollzeit erhoben_am
    anlass
Pruefungen: pruefung_id pfad_id datum art geplant durchgefuehrt nicht_durchgefuehrt_grund maengel
    beratung anordnung
Massnahmen: vorgang_id pfad_id eingang_am bestaetigt massnahme von bis plaetze_betroffen
Planungen: vorhaben_id ags angebotsform plaetze wohneinheiten status beschluss_am
    inbetriebnahme_erwartet traeger
Unterstuetzungsangebote: stichtag angebot_id ags art zielgruppe_kinder
"""
"""The layout as it is written down for the officers."""


def headers() -> dict[str, list[str]]:
    """The columns of every sheet, in their order."""
    lines = HEADERS.replace("\n    ", " ").strip().splitlines()
    return {title: columns.split() for title, columns in (line.split(":") for line in lines)}


OFFERS, OCCUPANCY, RESIDENTS, STAFF, INSPECTIONS, COMPLAINTS, PLANS, SUPPORT = headers().values()


def small() -> Sheets:
    """Two homes: 80 places of which 5 are empty, 40 of which 2 are. Row 1 is the header."""

    def offer(key: str, name: str, ags: str, place: str) -> list[object]:
        head = [DAY, key, f"S{key}", name, "Träger", "privat", "vollstationaer", None, None]
        address = ["Weg", 3, "41460", place, ags, None, None, None, None]
        return [*head, *address, "in Betrieb", "freigegeben", date(2021, 8, 29)]

    return {
        "Angebote": [
            [*OFFERS],
            offer("A", "Haus am See", "05162024", "Neuss"),
            offer("B", "Haus am Berg", "05162004", "Dormagen"),
        ],
        "Belegung": [
            [*OCCUPANCY],
            [DAY, "A", 80, 4, 1, 0, 75, 5, 2, "Umbau", 1, "nein", 60, 10, DAY, "Meldung"],
            [DAY, "B", 40, 2, 0, 0, 38, 2, 0, None, 1, "nein", 30, 5, DAY, "Meldung"],
        ],
        "Bewohner": [
            [*RESIDENTS],
            [DAY, "A", 1, 15, 25, 20, 13, 1, 2],
            [DAY, "B", 0, 8, 12, 11, 7, 0, 0],
        ],
        "Personal": [
            [*STAFF],
            [DAY, "A", 40, 22, 6, 12, 1, 2, 55, None, 39, DAY, "Stichtag"],
            [DAY, "B", 20, 10.5, 3.25, 6.25, 1, 1, 52.5, None, 39, DAY, "Stichtag"],
        ],
    }


def put(sheets: Sheets, sheet: str, row: int, column: str, value: object) -> Sheets:
    """The sheets with one cell changed; ``row`` is the number that Excel shows."""
    sheets[sheet][row - 1][sheets[sheet][0].index(column)] = value
    return sheets


def book(sheets: Sheets, spoil: Callable[[Workbook], None] | None = None) -> bytes:
    """The sheets as an XLSX; ``spoil`` may do to the workbook what a person would."""
    workbook = Workbook()
    del workbook["Sheet"]
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(row)
    if spoil:
        spoil(workbook)
    written = io.BytesIO()
    workbook.save(written)
    return written.getvalue()


HANDED_IN = datetime(2021, 9, 1, tzinfo=UTC)


def origin(name: str = NAME, at: datetime = HANDED_IN) -> Origin:
    return Origin("wtg", "stichtag", "0" * 64, name, name, at)


def read(sheets: Sheets, name: str = NAME) -> Batch:
    return parse(book(sheets), origin(name))


def refused(content: bytes | Sheets, name: str = NAME) -> tuple[Finding, ...]:
    """The findings of a workbook that must not be read."""
    with pytest.raises(UnreadableFile) as caught:
        parse(content if isinstance(content, bytes) else book(content), origin(name))
    return caught.value.findings


def as_csv(rows: list[list[object]]) -> str:
    """A sheet as a register writes it: ``;``, German dates and decimal commas."""
    written = io.StringIO()
    csv.writer(written, delimiter=";").writerows([map(_german, row) for row in rows])
    return written.getvalue()


def _german(value: object) -> object:
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    return str(value).replace(".", ",") if isinstance(value, float) else value


def csv_set(
    sheets: Sheets,
    encoding: str = "utf-8",
    name: str = "{}.csv",
    change: Callable[[str], str] = str,
) -> bytes:
    """The sheets as a ZIP of CSV files; ``name`` is where ``{}`` says which sheet it is. ``change``
    may write each otherwise."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for title, rows in sheets.items():
            archive.writestr(name.format(title), change(as_csv(rows)).encode(encoding))
    return written.getvalue()
