"""WTG workbooks of invented homes that leave cells out at random.

Each holds occupancy, residents and staff of all homes on a date of its own. As many dates as wanted
stand in one home, so that one build makes the marts of all of them. A workbook can be issued again:
with the same figures, and other cells left out.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from ingest.wtg.codes import REASONS_NOT_USABLE
from ingest.wtg.layout import SHEETS
from kreishaus.figure_origin import MARKS
from sample import wtg_figures as figures
from sample import wtg_rows as rows
from sample.wtg_offers import HOMES, home_places
from sample.wtg_xlsx import Page, workbook_bytes

FIRST_YEAR, YEARS = 2009, 17
MOST = 12 * YEARS
"""One workbook a month. Dates must be such as the reader of workbooks believes."""
MODEL_DAY = date(2021, 5, 15)
"""The day whose published staff is shared among the homes."""
EMPTY = (rows.UNKNOWN, None)
"""How officers leave a cell out: in words, or empty."""
REPORTED = {
    "belegung": (
        "plaetze_belegt",
        "plaetze_nicht_belegt",
        "davon_nicht_belegbar",
        "plaetze_frei_gemeldet",
    ),
    "bewohner": tuple(rows.GRADES),
    "personal": ("vk_pflege_gesamt", "vk_fachkraft", "vk_assistenz_1j", "vk_hilfskraft"),
}
"""The cells of each sheet that a home fills in."""
RATES = (0.0, 0.01, 0.03, 0.1, 0.3)
"""How many cells a workbook leaves out: some do so hardly ever, some all the time."""
Sheets = Mapping[str, Sequence[rows.Row]]


def write(folder: Path, count: int, seed: int, issue: int = 1) -> list[Path]:
    """Write ``count`` workbooks into a drop folder. The same numbers write the same bytes."""
    if count > MOST:
        raise ValueError(f"{count} workbooks, but there are {MOST} dates")
    folder.mkdir(parents=True, exist_ok=True)
    return [_write(folder, number, seed, issue) for number in range(count)]


def _write(folder: Path, number: int, seed: int, issue: int) -> Path:
    day = date(FIRST_YEAR + number % YEARS, 1 + number // YEARS, 10)
    path = folder / f"WTG_Stichtag_{day}.xlsx"
    figures_of, gaps_of = (
        random.Random(f"{seed}:{number}"),
        random.Random(f"{seed}:{number}:{issue}"),
    )
    path.write_bytes(_workbook(day, _gappy(_sheets(day, figures_of), gaps_of)))
    written = datetime(2026, 1, 10 + issue, tzinfo=UTC).timestamp()
    os.utime(path, (written, written))
    return path


def _sheets(day: date, chance: random.Random) -> Sheets:
    occupancy = [_occupied(row, chance) for row in _places(day)]
    staff = [row | {"stichtag": day, "erhoben_am": day} for row in rows.staff_rows(MODEL_DAY)]
    return {
        "angebote": rows.offer_rows(day, [HOMES]),
        "belegung": occupancy,
        "bewohner": rows.resident_rows(occupancy),
        "personal": staff,
    }


def _gappy(sheets: Sheets, chance: random.Random) -> Sheets:
    rate = chance.choice(RATES)
    return {name: [_with_gaps(name, row, rate, chance) for row in sheets[name]] for name in sheets}


def _places(day: date) -> Iterable[rows.Row]:
    return rows.place_rows(day, HOMES, dict(home_places(figures.places(2021))))


def _occupied(row: rows.Row, chance: random.Random) -> rows.Row:
    """A home with some vacant places, few of which cannot be used or are offered."""
    places = int(str(row["plaetze_vertrag"]))
    vacant = min(places, int(chance.expovariate(1 / 4)))
    unusable = chance.randint(1, vacant) if vacant and chance.random() < 0.3 else 0
    return row | {
        "plaetze_belegt": places - vacant,
        "plaetze_nicht_belegt": vacant,
        "davon_nicht_belegbar": unusable,
        "grund": chance.choice(REASONS_NOT_USABLE) if unusable else None,
        "plaetze_frei_gemeldet": chance.randint(0, vacant - unusable),
        "ueberbelegung_genehmigt": "nein",
    }


def _with_gaps(sheet: str, row: rows.Row, rate: float, chance: random.Random) -> rows.Row:
    """The row with cells left out: one by one, or all that the home fills in on the sheet."""
    cells = REPORTED.get(sheet, ())
    if chance.random() < rate / 2:
        return row | {name: chance.choice(EMPTY) for name in cells}
    gaps = [name for name in cells if chance.random() < rate]
    if "plaetze_nicht_belegt" in gaps and chance.random() < 0.5:
        gaps.append("plaetze_belegt")  # one of the two says the other
    return row | {name: chance.choice(EMPTY) for name in gaps}


def _workbook(day: date, sheets: Sheets) -> bytes:
    pages = [
        Page(
            title=sheet.title,
            headline=f"{sheet.title} zum Stichtag {day:%d.%m.%Y} (Musterdaten)",
            header=[column.header for column in sheet.columns],
            rows=sheets[sheet.table],
        )
        for sheet in SHEETS
        if sheets.get(sheet.table)
    ]
    return workbook_bytes(["Musterdaten mit Lücken."], pages, MARKS["invented"])
