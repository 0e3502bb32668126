"""Corrections as the offices issue them: the same month or date again, with other numbers."""

from dataclasses import replace
from datetime import date

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
