"""Understands the Asylgeschäftsbericht of one month (layout of 2016; it was issued until 12/2018).

Its table counts from January on; only its sentences speak of the month. The two are two spans and
are never mixed. "Art. 16a" is part of § 3 here; in the HKL table it is a column of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import pandas as pd

from ingest.bamf.annotations import annotated, require_print
from ingest.bamf.evidence import read_document
from ingest.bamf.findings import on_page
from ingest.bamf.folding import by_cause
from ingest.bamf.months import about_month, published
from ingest.bamf.prose import Prose
from ingest.bamf.report_head import names_a_month, read_month
from ingest.bamf.report_prose import Figure, read_figures
from ingest.bamf.report_table import ReportLine, read_table
from ingest.bamf.report_wordings import MONTH, YEAR_TO_DATE
from ingest.bamf.tables import REPORT
from kreishaus.model import Batch, Finding, Origin, UnreadableFile
from kreishaus.wording import say
from vocabulary.countries import ls_code_of

NOTHING = "-"


def parse(content: bytes, origin: Origin) -> Batch:
    """Two tables: ``rows`` (the overview, year to date) and ``figures`` (stated in sentences).

    Period = the month of the title. Raises ``UnreadableFile`` with a finding for everything that
    cannot be read truly; a sentence that is not understood is a warning and its figure left out.
    """
    document = read_document(content)
    laid_over = annotated(document.pages)
    require_print(laid_over)
    pages = [Prose.of(page) for page in document.pages]
    month = read_month(pages)
    lines, table_findings = read_table(document.pages)
    figures, figure_findings = read_figures(pages, month)
    published_at, made_findings = published(document.made_at, month, origin)
    findings = [
        *laid_over,
        *about_month(month, origin),
        *by_cause(table_findings),
        *figure_findings,
        *made_findings,
        *_unknown_names(lines),
    ]
    if not names_a_month(pages) and not any(map(_says_its_month, figures)):
        findings.append(
            on_page(
                "reference_month",
                1,
                say("the title names a half-year or a year, and no sentence its last month"),
                expected=say("a figure of {month:%Y-%m}", month=month),
                found=say("none"),
            )
        )
    if any(finding.severity == "critical" for finding in findings):
        raise UnreadableFile(*findings)
    tables = {"rows": _rows(month, lines), "figures": _figures(month, figures)}
    return Batch(f"{month:%Y-%m}", tables, published_at, tuple(findings))


def _says_its_month(figure: Figure) -> bool:
    """Whether a sentence is known only with the month's name in it."""
    return figure.span == MONTH and figure.measure in ("decisions_total", "pending_total")


def _unknown_names(lines: Sequence[ReportLine]) -> Iterator[Finding]:
    for line in lines:
        if line.kind == "country" and ls_code_of(line.label) is None:
            yield on_page(
                "country_name",
                line.page,
                say(
                    "the name {label!r} has no key; its row is kept without one. Add the "
                    "spelling to vocabulary/countries.csv",
                    label=line.label,
                ),
                severity="warning",
                row=f"{line.row} ({line.label})",
                expected=say("a name of vocabulary/countries.csv"),
                found=line.label,
            )


def _rows(month: date, lines: Sequence[ReportLine]) -> pd.DataFrame:
    records = [
        {
            "reference_month": month,
            "span": YEAR_TO_DATE,
            "row_kind": line.kind,
            "rank": line.rank,
            "row_label": line.label,
            "ls_code": ls_code_of(line.label) if line.kind == "country" else None,
            "measure": measure,
            "unit": "percent" if text.endswith("%") else "persons",
            "value": _value(text),
            "marker": NOTHING if text == NOTHING else None,
            "source_place": str(line.page),
            "source_row": line.row,
        }
        for line in lines
        for measure, text in line.cells.items()
    ]
    return _typed(records, "rows")


def _figures(month: date, figures: Sequence[Figure]) -> pd.DataFrame:
    records = [
        {
            "reference_month": month,
            "span": figure.span,
            "row_kind": "total",
            "measure": figure.measure,
            "unit": figure.unit,
            "stated_value": figure.value,
            "quote": figure.quote,
            "source_place": str(figure.page),
            "source_row": figure.line,
        }
        for figure in figures
    ]
    return _typed(records, "figures")


def _value(text: str) -> float | None:
    return None if text == NOTHING else float(text.rstrip("%").replace(".", "").replace(",", "."))


def _typed(records: Sequence[Mapping[str, object]], table: str) -> pd.DataFrame:
    columns = [*REPORT[table].names, "source_place", "source_row"]
    numbers = {"value": "Float64", "stated_value": "Float64", "rank": "Int64"}
    kinds = {name: numbers.get(name, "string") for name in columns}
    kinds |= {"reference_month": "object", "source_row": "int64"}
    return pd.DataFrame(records, columns=columns, dtype=object).astype(kinds)
