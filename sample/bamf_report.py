"""The sample of BAMF's report: four months of 2016, from the figures in ``figures/bamf``."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from ingest.bamf.tables import REPORT_MEASURES
from sample.bamf_pdf import printed_number
from sample.bamf_report_pdf import ReportRow, render

FIGURES = Path(__file__).parent / "figures" / "bamf"
PDF_FOLDER = "SharedDocs/Anlagen/DE/Downloads/Infothek/Statistik/Asyl"
"""Where the office kept its files before 2019."""


@dataclass(frozen=True)
class ReportOfFigures:
    """The report of one month: rows as printed, values by span and measure."""

    month: date
    rows: tuple[ReportRow, ...]
    figures: dict[tuple[str, str], float]


@cache
def reports() -> tuple[ReportOfFigures, ...]:
    """All reports of ``figures/bamf``, oldest first."""
    rows: dict[str, list[ReportRow]] = {}
    for record in _records("report_2016_rows.csv"):
        cells = tuple(_printed(measure, record[measure]) for measure in REPORT_MEASURES)
        row = ReportRow(record["rank"], record["label"], cells)
        rows.setdefault(record["month"], []).append(row)
    figures: dict[str, dict[tuple[str, str], float]] = {}
    for record in _records("report_2016_figures.csv"):
        of_month = figures.setdefault(record["month"], {})
        of_month[record["span"], record["measure"]] = float(record["value"])
    return tuple(
        ReportOfFigures(date.fromisoformat(f"{month}-01"), tuple(rows[month]), figures[month])
        for month in sorted(rows)
    )


def pdf(report: ReportOfFigures) -> bytes:
    """The report of one month as BAMF would issue it."""
    return render(report.month, report.rows, report.figures)


def pdf_path(month: date) -> str:
    """Where the report of a month lies on the site."""
    return f"{PDF_FOLDER}/{month:%Y%m}-statistik-anlage-asyl-geschaeftsbericht.pdf"


def _printed(measure: str, value: str) -> str:
    if value == "-":
        return value
    if measure == "protection_percent":
        return f"{value.replace('.', ',')}%"
    return printed_number(int(value))


def _records(name: str) -> list[dict[str, str]]:
    with (FIGURES / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter=";"))
