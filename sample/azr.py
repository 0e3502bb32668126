"""Demonstration workbooks of the register of foreigners, made of published figures.

Hand-made as an office makes them: title rows, merged headers, references to printed line numbers
inside labels, numbers typed as text. The numbers are the published ones (``figures/azr``), but for
those of municipalities, which are invented. Each file bears the generator's mark twice: as the last
note of its table, and a workbook among its properties.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from kreishaus.figure_origin import MARKS
from sample.fixed_xlsx import save_fixed

FIGURES = Path(__file__).parent / "figures" / "azr"
REFERENCE_DATE = "2021-09-30"
STATED = "Stand: 30.09.2021"
MUNICIPALITY_DATES = ("2020-03-31", "2021-03-31")

BOLD = Font(bold=True)
SMALL = Font(italic=True, size=8)
GREY = PatternFill("solid", fgColor="D9D9D9")
CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
THIN = Side(style="thin", color="808080")
BOXED = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
THOUSANDS = "#,##0"

FIRST_LINE = 3
"""The printed labels say "Summe Zeilen 3 - 8": lines 1 and 2 are the two rows of headers."""

LINES_SKIPPED_BEFORE = {"Anhängige Asylverfahren", "Familiäre Gründe insgesamt"}
"""They also say "Summe Zeile 9, 11, 18": between 9 and 11 a line was left blank."""

PREFIXES = ("Geschlecht ", "Alter ")
"""What the carried-over table adds to "k.A." to tell its two columns apart."""


def write(target: Path) -> None:
    """Write the dropped files under ``target/drop/azr``. The same bytes at every call."""
    folder = target / "drop" / "azr"
    folder.mkdir(parents=True, exist_ok=True)
    texts = _texts()
    rebuilt, invented = MARKS["rebuilt"], MARKS["invented"]
    save_fixed(_crosstable(texts), folder / f"AZR_Kreuztabelle_{REFERENCE_DATE}.xlsx", rebuilt)
    save_fixed(_series(texts), folder / f"AZR_Zeitreihe_{REFERENCE_DATE}.xlsx", rebuilt)
    older, newer = MUNICIPALITY_DATES
    (folder / f"AZR_Gemeinden_{older}.csv").write_bytes(_municipalities_text(texts, older))
    save_fixed(_municipalities(texts, newer), folder / f"AZR_Gemeinden_{newer}.xlsx", invented)


def _figures(name: str) -> list[list[str]]:
    with (FIGURES / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines, delimiter=";"))


def _texts() -> dict[str, str]:
    return {row[0]: row[1] for row in _figures("texts.csv")[1:]}


def _crosstable(texts: dict[str, str]) -> Workbook:
    header, *rows = _figures(f"crosstable_{REFERENCE_DATE}.csv")
    workbook, sheet = _workbook("Kreuztabelle")
    _title(sheet, texts["county"], texts["crosstable_title"], STATED)
    width = len(header) + 1
    _crosstable_header(sheet, 5, header[1:])
    row, line = 7, FIRST_LINE
    for label, *values in rows:
        if any(start in label for start in LINES_SKIPPED_BEFORE):
            if label.startswith("Familiäre"):
                sheet.cell(row, 2, texts["family_heading"]).font = Font(italic=True)
            row, line = row + 1, line + 1
        _crosstable_line(sheet, row, line, label, values)
        row, line = row + 1, line + 1
    sheet.merge_cells(start_row=row + 1, end_row=row + 1, start_column=1, end_column=width)
    sheet.cell(row + 1, 1, texts["crosstable_footnote"]).font = SMALL
    sheet.cell(row + 2, 1, MARKS["rebuilt"]).font = SMALL
    sheet.column_dimensions["B"].width = 62
    sheet.freeze_panes = "C7"
    _note(workbook, texts)
    return workbook


def _crosstable_header(sheet: Worksheet, row: int, groups: Sequence[str]) -> None:
    """Two rows: sex over 4 columns, the total over both rows, age groups over 9."""
    for column, text in ((1, "Zeile"), (2, "Bezeichnung"), (7, "Gesamt")):
        sheet.cell(row, column, text)
        sheet.merge_cells(start_row=row, end_row=row + 1, start_column=column, end_column=column)
    for first, last, text in ((3, 6, "Geschlecht"), (8, 16, "Altersgruppen")):
        sheet.cell(row, first, text)
        sheet.merge_cells(start_row=row, end_row=row, start_column=first, end_column=last)
    for column, group in enumerate(groups, start=3):
        if group != "Gesamt":
            for prefix in PREFIXES:
                group = group.removeprefix(prefix)
            sheet.cell(row + 1, column, group)
    _dress(sheet, range(row, row + 2), len(groups) + 2)


def _crosstable_line(
    sheet: Worksheet, row: int, line: int, label: str, values: Sequence[str]
) -> None:
    sheet.cell(row, 1, line)
    cell = sheet.cell(row, 2, label)
    if label.startswith("darunter"):
        cell.alignment = Alignment(indent=2)
    is_sum = "Summe" in label
    for column, value in enumerate(values, start=3):
        counted = sheet.cell(row, column, int(value))
        counted.number_format = THOUSANDS
        counted.font = Font(bold=is_sum)
    cell.font = Font(bold=is_sum)
    for column in range(1, len(values) + 3):
        sheet.cell(row, column).border = BOXED


def _series(texts: dict[str, str]) -> Workbook:
    header, *rows = _figures("series.csv")
    workbook, sheet = _workbook("Zeitreihe")
    _title(sheet, texts["county"], texts["series_title"], STATED)
    for column, text in enumerate(header, start=1):
        sheet.cell(5, column, text)
    _dress(sheet, range(5, 6), len(header))
    for row, (label, *values) in enumerate(rows, start=6):
        sheet.cell(row, 1, label).border = BOXED
        for column, value in enumerate(values, start=2):
            # The sum was pasted from the paper, as text; the rest was typed.
            typed = value if "gesamt" in label else int(value.replace(".", ""))
            cell = sheet.cell(row, column, typed)
            cell.number_format = THOUSANDS
            cell.alignment = Alignment(horizontal="right")
            cell.border = BOXED
    sheet.cell(len(rows) + 7, 1, texts["series_footnote"]).font = SMALL
    sheet.cell(len(rows) + 8, 1, MARKS["rebuilt"]).font = SMALL
    sheet.column_dimensions["A"].width = 58
    _note(workbook, texts)
    return workbook


def _municipalities_rows(texts: dict[str, str], day: str) -> list[list[str]]:
    """Title rows, header and rows as printed: the county's total last, as offices put it."""
    header, *rows = _figures("municipalities.csv")
    chosen = [row[1:] for row in rows if row[0] == day]
    sums = [str(sum(int(row[place]) for row in chosen)) for place in range(2, len(header) - 1)]
    stated = f"Stichtag: {day[8:]}.{day[5:7]}.{day[:4]}"
    return [
        [texts["county"]],
        [texts["municipalities_title"]],
        [stated],
        [],
        header[1:],
        *chosen,
        ["", texts["municipalities_total"], *sums],
    ]


def _municipalities(texts: dict[str, str], day: str) -> Workbook:
    workbook, sheet = _workbook("Gemeinden")
    rows = _municipalities_rows(texts, day)
    for row, line in enumerate(rows, start=1):
        for column, text in enumerate(line, start=1):
            counted = row > 5 and column > 2
            cell = sheet.cell(row, column, int(text) if counted else text)
            cell.number_format = THOUSANDS if counted else "@"
    _dress(sheet, range(5, 6), len(rows[4]))
    sheet.column_dimensions["B"].width = 30
    sheet.cell(len(rows) + 2, 1, texts["municipalities_note"]).font = SMALL
    sheet.cell(len(rows) + 3, 1, MARKS["invented"]).font = SMALL
    return workbook


def _municipalities_text(texts: dict[str, str], day: str) -> bytes:
    """The same as an office program exports it: semicolons, Windows' letters, thousands points."""
    rows = _municipalities_rows(texts, day)
    lines = [*rows[:5], *([*line[:2], *map(_pointed, line[2:])] for line in rows[5:])]
    lines += [[], [texts["municipalities_note"]], [MARKS["invented"]]]
    width = len(rows[4])
    text = "".join(";".join(line + [""] * (width - len(line))) + "\r\n" for line in lines)
    return text.encode("cp1252")


def _pointed(number: str) -> str:
    return f"{int(number):,}".replace(",", ".")


def _workbook(title: str) -> tuple[Workbook, Worksheet]:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = title
    return workbook, sheet


def _title(sheet: Worksheet, *lines: str) -> None:
    for row, line in enumerate(lines, start=1):
        sheet.cell(row, 1, line).font = BOLD


def _dress(sheet: Worksheet, rows: range, width: int) -> None:
    for row in rows:
        for column in range(1, width + 1):
            cell = sheet.cell(row, column)
            cell.font, cell.fill, cell.alignment, cell.border = BOLD, GREY, CENTRE, BOXED
    for column in range(1, width + 1):
        sheet.column_dimensions[get_column_letter(column)].width = 10


def _note(workbook: Workbook, texts: dict[str, str]) -> None:
    sheet = workbook.create_sheet(texts["note_title"])
    for row, key in enumerate(("note_1", "note_2", "note_3"), start=1):
        sheet.cell(row, 1, texts[key])
