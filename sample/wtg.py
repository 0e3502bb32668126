"""The WTG authority's workbooks: one XLSX a reference date, published sums over invented offers."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from ingest.wtg.layout import SHEETS
from kreishaus.figure_origin import MARKS
from sample import wtg_figures as figures
from sample import wtg_inspections as register
from sample import wtg_register
from sample import wtg_rows as rows
from sample.wtg_offers import (
    DAY_CARE,
    DEMENTIA,
    HOMES,
    INTEGRATION,
    SERVICES,
    SHORT_TERM,
    VENTILATION,
    home_places,
    offers,
    places_of,
)
from sample.wtg_xlsx import Page, workbook_bytes

Sheets = Mapping[str, Sequence[rows.Row]]

SUPPORT_FIRST = date(2018, 8, 14)
PLANNING = date(2021, 10, 1)
SUPPLY = date(2021, 11, 1)
YEARS = range(2011, 2021)
REGISTER_YEARS = (2019, 2020)

NOTES = (
    "Musterdaten. Diese Mappe zeigt den Aufbau; Angebote, Träger und Anschriften sind erfunden.",
    "Die Summen für den Kreis sind veröffentlicht: Niederschrift und Anlagen des Ausschusses für "
    "Soziales und Wohnen des Rhein-Kreises Neuss, Sitzung am 30.11.2021.",
    "Erfunden ist jede Aufteilung auf einzelne Angebote, soweit unten nichts anderes steht; "
    "„k. A.“ heißt: nicht veröffentlicht und nicht erfunden.",
)
PUBLISHED = {
    "angebote": "Angebote: veröffentlicht ist die Zahl der Angebote (vollstationär und Tagespflege "
    "auch je Kommune, Eingliederungshilfe nur die 2019 geprüften 25); erfunden sind die Zahl der "
    "solitären Kurzzeitpflegen, die Kommunen der übrigen Arten und freigabe_am.",
    "belegung": "Belegung: veröffentlicht sind die Plätze des Jahres und die nicht belegten Plätze "
    "(am 15.08.2021 je Kommune, sonst kreisweit), Tagespflegeplätze je Kommune; erfunden sind "
    "davon_nicht_belegbar, grund, plaetze_frei_gemeldet, ueberbelegung_genehmigt und gemeldet_am.",
    "bewohner": "Bewohner: die Verteilung auf Pflegegrade ist erfunden; die Summe je Angebot ist "
    "plaetze_belegt. Ab 2021 nennen einige Angebote keine Pflegegrade (erfunden).",
    "personal": "Personal: veröffentlicht sind VK gesamt und Fachkraftquote kreisweit; erfunden "
    "sind die Aufteilung, Assistenz- und Hilfskräfte und die Wochenstunden.",
    "pruefungen": "Prüfungen: veröffentlicht sind die Zahlen je Art und Angebotsform; erfunden "
    "sind Tage, Angebote und Gründe. Ein Plan für 2019 ist nicht veröffentlicht: als geplant "
    "gilt, was durchgeführt wurde. Bei nicht durchgeführten Prüfungen ist datum der geplante Tag.",
    "massnahmen": "Massnahmen: veröffentlicht ist die Zahl der Einrichtungen mit Beschwerden (16 "
    "im Jahr 2019, 20 im Jahr 2020, 21 in beiden zusammen); erfunden ist, welche es sind, und jede "
    "Maßnahme mit Tagen und Plätzen.",
    "planungen": "Planungen: veröffentlicht sind die Zahlen je Kommune und Art; der Status "
    "„geplant“ ist für alle gesetzt.",
    "unterstuetzungsangebote": "Unterstützungsangebote: veröffentlicht ist die Zahl je Art; die "
    "Kommune ist nicht bekannt, daher steht der Kreis.",
}


def write(target: Path) -> None:
    """Write ``target/drop/wtg/WTG_Stichtag_YYYY-MM-DD.xlsx`` for every reference date, and an
    export of the register."""
    folder = target / "drop" / "wtg"
    folder.mkdir(parents=True, exist_ok=True)
    for day, sheets in workbooks().items():
        _drop(folder / f"WTG_Stichtag_{day}.xlsx", _workbook(day, sheets), day)
    export = wtg_register.export(figures.places(wtg_register.DAY.year))
    _drop(folder / f"WTG_Register_{wtg_register.DAY}.csv", export, wtg_register.DAY)


def _drop(path: Path, content: bytes, day: date) -> None:
    """The file as it lies in the folder two weeks after its date."""
    path.write_bytes(content)
    written = datetime.combine(day + rows.RELEASED_AFTER, datetime.min.time(), UTC).timestamp()
    os.utime(path, (written, written))


def workbooks() -> dict[date, Sheets]:
    """The rows of every sheet of every workbook, by reference date."""
    return dict(
        sorted(
            [
                *((day, _vacancies(day)) for day in figures.vacancies()),
                *((date(year, 12, 31), _year_end(date(year, 12, 31))) for year in YEARS),
                (SUPPORT_FIRST, {"unterstuetzungsangebote": rows.support_rows(SUPPORT_FIRST)}),
                (PLANNING, _planning()),
                (SUPPLY, _supply()),
            ]
        )
    )


def _vacancies(day: date) -> Sheets:
    occupancy = rows.occupancy_rows(day)
    return {
        "angebote": rows.offer_rows(day, [HOMES]),
        "belegung": occupancy,
        "bewohner": rows.resident_rows(occupancy),
    }


def _year_end(day: date) -> Sheets:
    inspected = day.year in REGISTER_YEARS
    kinds = [HOMES, *([DAY_CARE, DEMENTIA, VENTILATION, INTEGRATION] if inspected else [])]
    places = home_places(figures.places(day.year))
    has_support = any(
        row["Stichtag"] == str(day) for row in figures.table("everyday_support_offers")
    )
    return {
        "angebote": rows.offer_rows(day, kinds),
        "belegung": rows.place_rows(day, HOMES, places),
        "personal": rows.staff_rows(day),
        "pruefungen": register.inspection_rows(day.year) if inspected else [],
        "massnahmen": register.complaint_rows(day.year) if inspected else [],
        "unterstuetzungsangebote": rows.support_rows(day) if has_support else [],
    }


def _planning() -> Sheets:
    return {
        "angebote": rows.offer_rows(PLANNING, [DAY_CARE]),
        "belegung": rows.place_rows(PLANNING, DAY_CARE, places_of(DAY_CARE)),
        "planungen": rows.planning_rows(),
    }


def _supply() -> Sheets:
    with_places = [SHORT_TERM, DAY_CARE, DEMENTIA, VENTILATION]
    without = {offer.pfad_id: None for offer in offers(SERVICES)}
    return {
        "angebote": rows.offer_rows(SUPPLY, [HOMES, *with_places, SERVICES]),
        "belegung": [
            *rows.home_rows_with_short_term(SUPPLY),
            *(
                row
                for kind in with_places
                for row in rows.place_rows(SUPPLY, kind, places_of(kind))
            ),
            *rows.place_rows(SUPPLY, SERVICES, without),
        ],
        "personal": rows.staff_rows(SUPPLY),
        "unterstuetzungsangebote": rows.support_rows(SUPPLY),
    }


def _workbook(day: date, sheets: Sheets) -> bytes:
    filled = [sheet for sheet in SHEETS if sheets.get(sheet.table)]
    pages = [
        Page(
            title=sheet.title,
            headline=f"{sheet.title} zum Stichtag {day:%d.%m.%Y} (Musterdaten)",
            header=[column.header for column in sheet.columns],
            rows=sheets[sheet.table],
        )
        for sheet in filled
    ]
    notes = [*NOTES, *(PUBLISHED[sheet.table] for sheet in filled)]
    return workbook_bytes(notes, pages, MARKS["invented"])
