"""Draws an Asylgeschäftsbericht as BAMF issued it in 2016: A4 upright, coloured fields, sentences.

The pages without figures that we read (charts, Länder, Dublin, Europe) are left out. Page streams
are not compressed and the bytes depend on the figures only.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from ingest.bamf.months import last_day
from kreishaus.figure_origin import MARKS
from sample.bamf_pdf import BOLD, REGULAR, SAMPLE_MARK, made_on

WIDTH, HEIGHT = A4
LEFT = 66.0
COLUMN_ENDS = (186, 216, 245, 277, 304, 337, 377, 430, 463, 500, 536)
NAMES_END, RANKS_END = 154.0, 76.0
ROW_HEIGHT, TABLE_TOP, FIRST_ROW = 11.0, 164.0, 244.0
ORANGE, PALE = HexColor("#ff944f"), HexColor("#ffdbbf")
HEADS = (
    "insgesamt",
    "davon\nErst-\nanträge",
    "davon\nFolge-\nanträge",
    "insgesamt",
    "",
    "darunter\nAnerken-\nnung als Asyl-\nberechtigte\n(Art. 16a u.\nFam.Asyl)",
    "davon\nsubsidiärer\nSchutz gem.\n§ 4 Abs.1 AsylG",
    "davon\nAbschiebungs-\nverbot gem.\n§ 60 Abs. 5/7\nAufenthG",
    "Gesamt-\nschutz-\nquote",
    "davon\nAblehnungen\n(unbegr.\nabgelehnt/ o.u.\nabgelehnt)",
    "davon\nsonstige\nVerfahrens-\nerledigungen",
)
FOLLOW_UP = "applications_follow_up"
REFUGEE_HEAD = "davon\nRechtsstellung als\nFlüchtling"
MONTHS = (
    *("Januar", "Februar", "März", "April", "Mai", "Juni"),
    *("Juli", "August", "September", "Oktober", "November", "Dezember"),
)


@dataclass(frozen=True)
class ReportRow:
    """A row of the overview as printed: rank (or nothing), name, eleven cells."""

    rank: str
    label: str
    cells: tuple[str, ...]


Figures = Mapping[tuple[str, str], float]


def render(month: date, rows: Sequence[ReportRow], figures: Figures) -> bytes:
    """The report of ``month``. ``figures`` are values by span and measure."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, pageCompression=0, invariant=1)
    canvas.setTitle(f"Bericht zur Asylgeschäftsstatistik {SAMPLE_MARK}")
    canvas.setKeywords(MARKS["rebuilt"])
    canvas.setDateFormatter(lambda *_: made_on(month))
    pages = list(_pages(month, figures))
    for number, lines in enumerate(pages, start=1):
        if number > 1:
            _write(canvas, 500, 58, [f"Seite {number} von {len(pages)}"])
            _write(canvas, LEFT, 34, ["BUNDESAMT FÜR MIGRATION UND FLÜCHTLINGE", "Referat 123"])
        if number == 2:
            _table(canvas, rows)
        _write(canvas, LEFT, 86, lines[:4])
        _write(canvas, LEFT, FIRST_ROW + ROW_HEIGHT * (len(rows) + 2), lines[4:])
        _write(canvas, 450, HEIGHT - 20, [SAMPLE_MARK])
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _count(value: float) -> str:
    return f"{value:,.0f}".replace(",", ".")


def _pages(month: date, figures: Figures) -> Iterator[list[str]]:
    """The lines of each page; the first four stand above the table, where there is one."""
    name, year = MONTHS[month.month - 1], month.year
    words = {
        f"{span}_{measure}": f"{value:.1f}".replace(".", ",")
        if measure == "protection_percent"
        else _count(value)
        for (span, measure), value in figures.items()
    }
    last = f"{last_day(month):%d}"
    yield ["Asylgeschäftsstatistik", "für den Monat", f"{name} {year}", ""]
    yield [
        f"Asylgeschäftsstatistik für den Monat {name} {year}",
        "Überblick",
        "Die nachfolgende Tabelle gibt einen Überblick zur Geschäftsstatistik des Berichts-",
        f"jahres {year}.",
        *_overview(name, year, words, figures, january=month.month == 1),
    ]
    yield ["Asylanträge", "", "", "", *_applications(name, words)]
    yield ["", "", "", "", *_follow_up(name, year, words)]
    yield ["Entscheidungen über Erst- und Folgeanträge", "", "", "", *_decisions(name, year, words)]
    yield ["Anhängige Verfahren", "", "", "", *_pending(name, year, last, words)]
    yield ["Anhörungen im Asylverfahren", "", "", "", *_hearings(name, year, words)]


def _overview(
    name: str, year: int, w: Mapping[str, str], figures: Figures, *, january: bool
) -> list[str]:
    rate = (
        f"{w['year_to_date_protection_percent']} %({w['year_to_date_decisions_positive']} positive"
    )
    before, now = figures["year_before", FOLLOW_UP], figures.get(("year_to_date", FOLLOW_UP), 0)
    fall = f"{100 * (1 - now / before):.1f}".replace(".", ",")
    applications = (
        [
            f"Im Monat {name} {year} wurden {w['month_applications_first']} Erstanträge vom "
            "Bundesamt entgegengenom-",
            f"men. Die Zahl der Folgeanträge im {name} {year} ging gegenüber dem Vorjahr "
            f"({w['year_before_applications_follow_up']} Folgeanträge)",
            f"auf {w['month_applications_follow_up']} Folgeanträge zurück. Damit konnte das "
            "Bundesamt insgesamt",
            f"{w['month_applications_total']} Asylanträge im {name} {year} entgegennehmen.",
            f"Insgesamt wurden im bisherigen Jahr {w['year_to_date_decisions_total']} Erst- und "
            f"Folgeanträge im {name} {year}",
            "entschieden.",
        ]
        if january
        else [
            f"Im bisherigen Berichtsjahr {year} wurden {w['year_to_date_applications_first']} "
            "Erstanträge vom Bundesamt entge-",
            "gen genommen. Die",
            f"Zahl der Folgeanträge sank im bisherigen Jahr {year} gegenüber dem vergleichbaren",
            f"Vorjahreswert ({w['year_before_applications_follow_up']} Folgeanträge) um {fall} %",
            f"auf {w['year_to_date_applications_follow_up']} Folgeanträge. Damit konnte das",
            f"Bundesamtinsgesamt {w['year_to_date_applications_total']}Asylanträge im Jahr {year} "
            "entgegen nehmen.",
            f"Insgesamt wurden {w['year_to_date_decisions_total']} Erst- und Folgeanträge im "
            "bisherigen Jahr entschieden.",
        ]
    )
    return [
        *applications,
        "Die Gesamtschutzquote für alle HKL liegt für das bisherige",
        f"Berichtsjahr bei {rate} Entscheidungen von insgesamt "
        f"{w['year_to_date_decisions_total']}).",
        f"Ende {name} {year} lag die Zahl der anhängigen Verfahren bei insgesamt "
        f"{w['month_pending_total']} Ver-",
        "fahren.",
    ]


def _applications(name: str, w: Mapping[str, str]) -> list[str]:
    return [
        f"Im Berichtsmonat {name} wurden {w['month_applications_first']} Erstanträge vom Bundesamt "
        "entgegen ge-",
        "nommen. Die nachfolgende Tabelle zeigt die Entwicklung der Asylerstantragszahlen.",
    ]


def _follow_up(name: str, year: int, w: Mapping[str, str]) -> list[str]:
    return [
        f"Im {name} {year} wurden {w['month_applications_follow_up']} Folgeanträge beim Bundesamt "
        "registriert.",
    ]


def _decisions(name: str, year: int, w: Mapping[str, str]) -> list[str]:
    return [
        f"Im Berichtsmonat {name} {year} wurden Asylverfahren von {w['month_decisions_total']} "
        f"Personen ({w['month_decisions_first']} Erst-",
        f"und {w['month_decisions_follow_up']} Folgeanträge) vom Bundesamt entschieden. Im Monat "
        f"{name} lag die Gesamtschutz-",
        f"quote für alle HKL bei {w['month_protection_percent']} % "
        f"({w['month_decisions_positive']} positive Entscheidungen von insgesamt "
        f"{w['month_decisions_total']}).",
        f"Im bisherigen Berichtsjahr {year} wurden insgesamt {w['year_to_date_decisions_total']} "
        "Entscheidungen über",
        "Asylanträge getroffen. Dabei lag die Gesamtschutzquote für alle HKL",
        f"im bisherigen Jahr {year} bei {w['year_to_date_protection_percent']} "
        f"%({w['year_to_date_decisions_positive']} positive Entscheidungen von insgesamt "
        f"{w['year_to_date_decisions_total']}).",
    ]


def _pending(name: str, year: int, last: str, w: Mapping[str, str]) -> list[str]:
    return [
        f"Im {name} {year} ist die Zahl der anhängigen Erstverfahren ({w['month_pending_first']} "
        "Personen) im Ver-",
        "gleich zum Vormonat gestiegen.",
        f"Die Zahl der anhängigen Folgeverfahren sank von "
        f"{w['month_before_pending_follow_up']} Personen im Vormonat",
        f"auf {w['month_pending_follow_up']} Personen im aktuellen Berichtsmonat.",
        f"Insgesamt waren damit am {last}. {name} {year} Asylverfahren "
        f"von{w['month_pending_total']} Personennoch",
        "nicht vom Bundesamt entschieden.",
    ]


def _hearings(name: str, year: int, w: Mapping[str, str]) -> list[str]:
    return [
        f"Im Monat {name} {year} wurden {w['month_hearings']} Personen beim Bundesamt angehört.",
    ]


def _table(canvas: Canvas, rows: Sequence[ReportRow]) -> None:
    starts = (NAMES_END, *COLUMN_ENDS)
    bottom = FIRST_ROW + ROW_HEIGHT * len(rows)
    for i, (start, end) in enumerate(zip(starts, COLUMN_ENDS, strict=False)):
        canvas.setFillColor(ORANGE if i in (0, 3) else PALE)
        canvas.rect(start, HEIGHT - bottom, end - start - 1, bottom - TABLE_TOP, stroke=0, fill=1)
    canvas.setFillColorRGB(0, 0, 0)
    _centred(canvas, "ASYLANTRÄGE", NAMES_END, COLUMN_ENDS[2], TABLE_TOP + 8)
    _centred(
        canvas, "ENTSCHEIDUNGEN ÜBER ASYLANTRÄGE", COLUMN_ENDS[2], COLUMN_ENDS[10], TABLE_TOP + 8
    )
    _centred(canvas, REFUGEE_HEAD, COLUMN_ENDS[3], COLUMN_ENDS[5], TABLE_TOP + 18)
    _centred(canvas, "Die 10 stärksten\n(TOP-TEN)", LEFT, NAMES_END, TABLE_TOP + 50)
    for i, head in enumerate(HEADS):
        lines = head.count("\n")
        top = FIRST_ROW - 12 - 6 * lines if i < 6 else TABLE_TOP + 18
        _centred(canvas, head, starts[i], COLUMN_ENDS[i], top)
    for i, row in enumerate(rows):
        y = FIRST_ROW + ROW_HEIGHT * (i + 1) - 3
        _write(canvas, LEFT + 3, y, [row.rank], size=5.5)
        _write(canvas, RANKS_END + 2, y, [row.label], size=5.5)
        for cell, end in zip(row.cells, COLUMN_ENDS, strict=True):
            width = stringWidth(cell, REGULAR, 6)
            _write(canvas, end - 3 - width, y, [cell], size=6)
        canvas.line(LEFT, HEIGHT - y - 2, NAMES_END, HEIGHT - y - 2)


def _centred(canvas: Canvas, text: str, left: float, right: float, top: float) -> None:
    for i, line in enumerate(text.split("\n")):
        width = stringWidth(line, BOLD, 4.6)
        x = (left + right - width) / 2
        _write(canvas, x, top + 6 * i, [line], font=BOLD, size=4.6)


def _write(
    canvas: Canvas,
    x: float,
    y: float,
    lines: Iterable[str],
    *,
    font: str = REGULAR,
    size: float = 10.5,
) -> None:
    text = canvas.beginText(x, HEIGHT - y)
    text.setFont(font, size, leading=14)
    for line in lines:
        text.textLine(line)
    canvas.drawText(text)
