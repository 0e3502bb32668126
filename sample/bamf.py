"""The sample of BAMF's web site: the landing page, one HKL table a month, reports of 2016.

The figures are BAMF's own, 2017-06 to 2021-09; see ``figures/bamf/README.md``.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from ingest.bamf.months import MONTH_NAMES
from ingest.bamf.tables import MEASURES
from sample import bamf_report
from sample.bamf_pdf import SAMPLE_MARK, PrintedRow, render

FIGURES = Path(__file__).parent / "figures" / "bamf"
LANDING_PAGE = "DE/Themen/Statistik/Asylzahlen/AsylGesStatistik/asylgeschaeftsstatistik-node.html"
PDF_FOLDER = "SharedDocs/Anlagen/DE/Statistik/Asylgeschaeftsstatistik"
REAL_SITE = "https://www.bamf.de"

UNRELATED_LINKS = (
    ("DE/Startseite/startseite_node.html;jsessionid=9A7C.internet281", "Startseite"),
    ("SharedDocs/Anlagen/DE/Statistik/AsylinZahlen/aktuelle-zahlen.pdf?__blob=publicationFile&v=7",
     "Aktuelle Zahlen"),
    ("https://www.destatis.de/DE/Themen/Gesellschaft-Umwelt/Bevoelkerung/_inhalt.html", "Destatis"),
    ("mailto:post@example.org", "Kontakt"),
)  # fmt: skip


@dataclass(frozen=True)
class MonthOfFigures:
    """The table of one month and the labels of rows that were restored from printed totals."""

    month: date
    rows: tuple[PrintedRow, ...]
    derived: tuple[str, ...]


def write(target: Path) -> None:
    """Writes the landing page and all tables under ``target/http/bamf``."""
    site = target / "http" / "bamf"
    months, reports = figures(), bamf_report.reports()
    files = {
        **{pdf_path(entry.month): pdf(entry) for entry in months},
        **{bamf_report.pdf_path(report.month): bamf_report.pdf(report) for report in reports},
    }
    for name, content in files.items():
        path = site / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    page = site / LANDING_PAGE
    page.parent.mkdir(parents=True, exist_ok=True)
    html = landing_page([entry.month for entry in months], [report.month for report in reports])
    page.write_text(html, encoding="utf-8")


@cache
def figures() -> tuple[MonthOfFigures, ...]:
    """All months of ``figures/bamf``, oldest first."""
    months: dict[str, list[dict[str, str]]] = {}
    for path in sorted(FIGURES.glob("hkl_*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            for record in csv.DictReader(lines, delimiter=";"):
                months.setdefault(record["month"], []).append(record)
    return tuple(_month(month, records) for month, records in sorted(months.items()))


def pdf(entry: MonthOfFigures) -> bytes:
    """The table of one month as BAMF would issue it."""
    notes = [f"{SAMPLE_MARK}: aus gedruckten Summen abgeleitet: {label}" for label in entry.derived]
    return render(entry.month, entry.rows, notes)


def pdf_path(month: date) -> str:
    """Where the table of a month lies on the site."""
    name = f"{MONTH_NAMES[month.month - 1]}-{month.year}"
    return f"{PDF_FOLDER}/hkl-antrags-entscheidungs-bestandsstatistik-{name}.pdf"


def landing_page(months: Sequence[date], reports: Sequence[date] = ()) -> str:
    """The page that links the files, newest first, in every way the site has of linking them."""
    links = [_link(href, text) for href, text in UNRELATED_LINKS]
    for i, month in enumerate(sorted(months, reverse=True)):
        href = _ways_to_link(pdf_path(month))[i % 4]
        links.append(
            _link(href, f"HKL Antrags-, Entscheidungs- und Bestandsstatistik {month:%m/%Y}")
        )
    for month in sorted(reports, reverse=True):
        href = f"{bamf_report.pdf_path(month)}?__blob=publicationFile&v=5"
        links.append(_link(href, f"Asylgeschäftsbericht {month:%m/%Y}"))
    items = "\n".join(f"<li>{link}</li>" for link in links)
    return (
        f'<!DOCTYPE html>\n<html lang="de"><head><meta charset="utf-8"><base href="{REAL_SITE}/">\n'
        f"<title>Asylgeschäftsstatistik - {SAMPLE_MARK}</title></head>\n"
        f"<body><h1>Asylgeschäftsstatistik</h1>\n<ul>\n{items}\n</ul></body></html>\n"
    )


def _ways_to_link(path: str) -> tuple[str, str, str, str]:
    return (
        f"{path}?__blob=publicationFile&v=3",
        f"/{path};jsessionid=51B1F0D6.internet551?__blob=publicationFile&v=2",
        f"{path}?nn=284738&__blob=publicationFile&v=4",
        f"{REAL_SITE}/{path}?__blob=publicationFile",
    )


def _link(href: str, text: str) -> str:
    return f'<a class="downloadLink" href="{href.replace("&", "&amp;")}">{text}</a>'


def _month(month: str, records: Sequence[dict[str, str]]) -> MonthOfFigures:
    rows = tuple(
        PrintedRow(
            label=record["label"],
            ls_code=record["ls_code"] or None,
            values=tuple(int(record[column]) for column in MEASURES),
        )
        for record in records
    )
    derived = tuple(
        f"{row.label} {row.ls_code or ''}".strip()
        for row, record in zip(rows, records, strict=True)
        if record["derived"] == "1"
    )
    return MonthOfFigures(date.fromisoformat(f"{month}-01"), rows, derived)
