"""Corrections as the offices issue them: the same month or date again, with other numbers."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl

from sample import bamf
from sample.bamf import MonthOfFigures
from sample.bamf_pdf import PrintedRow

SEPTEMBER = date(2021, 9, 1)


def as_issued(month: date) -> MonthOfFigures:
    return next(entry for entry in bamf.figures() if entry.month == month)


def as_reissued() -> MonthOfFigures:
    """September with 30 first applications more from Syria, and with a row for Katar."""
    added = {"475": 30, "Asien": 32, "Herkunftsländer gesamt": 32}
    katar = PrintedRow("Katar", "447", (2, 2, *[0] * 23))
    rows: list[PrintedRow] = []
    for row in as_issued(SEPTEMBER).rows:
        more = added.get(row.ls_code or row.label, 0)
        total, first, *others = row.values
        if row.label == "Asien":
            rows.append(katar)
        rows.append(replace(row, values=(total + more, first + more, *others)))
    return replace(as_issued(SEPTEMBER), rows=tuple(rows))


def one_place_more(workbook: Path) -> tuple[str, int]:
    """Correct the places of the first offer. Returns its key and the number it had."""
    book = openpyxl.load_workbook(workbook)
    sheet = book["Belegung"]
    headers = {cell.value: cell for row in sheet.iter_rows(max_row=12) for cell in row}
    first_row = headers["plaetze_vertrag"].row + 1
    places = sheet.cell(first_row, headers["plaetze_vertrag"].column)
    key = sheet.cell(first_row, headers["pfad_id"].column).value
    before = int(str(places.value))
    places.value = before + 1
    book.save(workbook)
    return str(key), before


def move_one_vacant_place(path: Path) -> None:
    """One more place vacant in one home, one resident less: everything still adds up."""
    book = openpyxl.load_workbook(path)
    occupancy, residents = book["Belegung"], book["Bewohner"]
    at = columns(occupancy)
    row = next(
        row
        for row in range(at["row"] + 1, occupancy.max_row + 1)
        if (occupancy.cell(row, at["plaetze_nicht_belegt"]).value or 0) > 0
    )
    home = occupancy.cell(row, at["pfad_id"]).value
    add(occupancy.cell(row, at["plaetze_belegt"]), -1)
    add(occupancy.cell(row, at["plaetze_nicht_belegt"]), 1)
    of = columns(residents)
    row = next(
        row
        for row in range(of["row"] + 1, residents.max_row + 1)
        if residents.cell(row, of["pfad_id"]).value == home
    )
    add(residents.cell(row, of["pg3"]), -1)
    book.save(path)


def columns(sheet: Any) -> dict[str, int]:
    """Column numbers by header, and the header's ``row``."""
    for cells in sheet.iter_rows():
        found = {str(cell.value): cell.column for cell in cells if cell.value is not None}
        if "pfad_id" in found:
            return {**found, "row": cells[0].row}
    raise AssertionError(f"{sheet.title} has no column pfad_id")


def add(cell: Any, number: int) -> None:
    cell.value = int(cell.value) + number
