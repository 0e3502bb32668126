"""Draws an HKL table as BAMF's statisticians print it: A4 landscape, every cell ruled.

Page streams are left uncompressed, one line for each printed row, and the bytes depend on the
figures only: one digit can be changed in a file with ``sed`` and the next run must notice.
"""

from __future__ import annotations

import calendar
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from ingest.bamf.tables import MEASURES
from kreishaus.figure_origin import MARKS

WIDTH, HEIGHT = landscape(A4)
LEFT, RIGHT, NAME_RIGHT, LS_RIGHT = 17.4, 825.5, 130.5, 143.5
BOX = (70.0, 84.0)
TABLE_TOP, GROUPS_BOTTOM, HEADS_BOTTOM, NUMBERS_BOTTOM, TABLE_LIMIT = (
    96.5,
    123.0,
    184.5,
    194.0,
    537.0,
)
ROW_HEIGHT, TWO_LINES_HEIGHT = 12.2, 18.0
REGULAR, BOLD = "Helvetica", "Helvetica-Bold"
TOTAL_LABEL = "Herkunftsländer gesamt"
HINT = (
    "Hinweis: Addition/Abgleich mit Vor(Monats)Listen ist wegen nachträglicher Veränderungen "
    "nicht möglich."
)
SAMPLE_MARK = "Muster (sample)"

GROUPS = (
    ("ASYLANTRÄGE", 0, 3),
    ("ENTSCHEIDUNGEN über Asylanträge", 3, 10),
    ("ANHÄNGIGE\nVERFAHREN", 10, 12),
    ("ENTSCHEIDUNGEN über Erstanträge", 12, 18),
    ("ENTSCHEIDUNGEN über Folgeanträge", 18, 25),
)
ASYLUM = "Anerken-\nnungen\nals\nAsylbe-\nrechtigte\n(Art. 16a\nund\nFamilien-\nAsyl)"
REFUGEE = "Anerken-\nnungen\nals\nFlüchtling\ngem.\n§ 3 I\nAsylG"
SUBSIDIARY = "Ge-\nwährung\nvon\nsubsi-\ndiärem\nSchutz\ngem.\n§ 4 I\nAsylG"
DEPORTATION_BAN = "Fest-\nstellung\neines\nAbschie-\nbungs-\nverbotes\ngem.\n§ 60 V/VII\nAufenthG"
REJECTED = "Ableh-\nnungen\n(unbegr.\nabgel./\noffens.\nunbegr.\nabgel.)"
FORMAL = "formelle\nVerfah-\nrenser-\nledigun-\ngen\n(z.B.\nRück-\nnahmen)"
OUTCOMES = (ASYLUM, REFUGEE, SUBSIDIARY, DEPORTATION_BAN, REJECTED)
HEADS = (
    *("insge-\nsamt", "davon\nErst-\nanträge", "davon\nFolge-\nanträge"),
    *("insge-\nsamt", *OUTCOMES, "sonstige\nVerfah-\nrenser-\nledigun-\ngen"),
    *("aufgrund\nvon\nErst-\nanträgen", "aufgrund\nvon\nFolge-\nanträgen"),
    *(*OUTCOMES, FORMAL),
    *(*OUTCOMES, "kein\nweiteres\nVerfahren", FORMAL),
)


@dataclass(frozen=True)
class PrintedRow:
    """One row of the table: a country with its LS, or a continent or the total without one."""

    label: str
    ls_code: str | None
    values: tuple[int, ...]

    @property
    def height(self) -> float:
        return TWO_LINES_HEIGHT if "\n" in self.label else ROW_HEIGHT


class Piece(NamedTuple):
    """A text with the point it starts from, ends at or is centred on, from the page's top left."""

    text: str
    x: float
    y: float
    align: float = 0.0  # share of the text's width that lies left of x: 0, 0.5 or 1
    size: float = 6.5
    font: str = REGULAR


def render(month: date, rows: Sequence[PrintedRow], notes: Sequence[str] = ()) -> bytes:
    """The table of ``month`` as a PDF. ``notes`` are printed under the last page's table."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT), pageCompression=0, invariant=1)
    canvas.setTitle(f"Antrags-, Entscheidungs- und Bestandsstatistik {month:%m/%Y} {SAMPLE_MARK}")
    canvas.setKeywords(MARKS["rebuilt"])
    canvas.setDateFormatter(lambda *_: made_on(month))
    pages = list(_paged(rows))
    for number, page in enumerate(pages, start=1):
        heights = _row_lines(page)
        _rule(canvas, heights)
        footer = [HINT, *(notes if number == len(pages) else ())]
        _write(canvas, [*_page_head(month, number, len(pages)), *TABLE_HEAD])
        for row, top, bottom in zip(page, heights, heights[1:], strict=False):
            _write(canvas, _row(row, top, bottom))
        _write(canvas, [Piece(t, WIDTH / 2, 556 + 8 * i, 0.5) for i, t in enumerate(footer)])
        _write(canvas, [Piece(SAMPLE_MARK, RIGHT, 588, 1, 5)])
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def made_on(month: date) -> str:
    """The middle of the following month, when BAMF issues its files, as a PDF writes it."""
    next_month = (month.replace(day=28) + timedelta(days=5)).replace(day=15)
    return f"D:{next_month:%Y%m%d}103000+01'00'"


def printed_number(value: int) -> str:
    """A count as BAMF prints it: a point between thousands, ``-`` for nothing."""
    return f"{value:,}".replace(",", ".") if value else "-"


def _paged(rows: Sequence[PrintedRow]) -> Iterator[list[PrintedRow]]:
    page: list[PrintedRow] = []
    bottom = NUMBERS_BOTTOM
    for row in rows:
        if bottom + row.height > TABLE_LIMIT:
            yield page
            page, bottom = [], NUMBERS_BOTTOM
        page.append(row)
        bottom += row.height
    yield page


def _row_lines(page: Sequence[PrintedRow]) -> list[float]:
    lines = [NUMBERS_BOTTOM]
    for row in page:
        lines.append(lines[-1] + row.height)
    return lines


def _column_edges() -> list[float]:
    step = (RIGHT - LS_RIGHT) / len(MEASURES)
    return [LS_RIGHT + step * i for i in range(len(MEASURES) + 1)]


EDGES = _column_edges()


def _rule(canvas: Canvas, row_lines: Sequence[float]) -> None:
    bottom = row_lines[-1]
    lines = [(LEFT, y, RIGHT, y) for y in (TABLE_TOP, HEADS_BOTTOM, *row_lines)]
    lines.append((LS_RIGHT, GROUPS_BOTTOM, RIGHT, GROUPS_BOTTOM))
    group_edges = {EDGES[first] for _, first, _ in GROUPS} | {RIGHT}
    lines += [(x, TABLE_TOP if x in group_edges else GROUPS_BOTTOM, x, bottom) for x in EDGES]
    lines += [(x, TABLE_TOP, x, bottom) for x in (LEFT, NAME_RIGHT)]
    canvas.setLineWidth(0.6)
    canvas.lines([(a, HEIGHT - b, c, HEIGHT - d) for a, b, c, d in lines])
    canvas.rect(LEFT, HEIGHT - BOX[1], RIGHT - LEFT, BOX[1] - BOX[0])


def _page_head(month: date, number: int, count: int) -> Iterator[Piece]:
    last = calendar.monthrange(month.year, month.month)[1]
    period = f"01.{month:%m.%Y} - {last:02d}.{month:%m.%Y}"
    y = BOX[1] - 4.2
    yield Piece(f"Seite {number}/{count}", RIGHT - 4, 46, 1, 6)
    yield Piece("BUNDESAMT FÜR MIGRATION UND FLÜCHTLINGE", WIDTH / 2, 57, 0.5, 10, BOLD)
    yield Piece("Antrags-, Entscheidungs- und Bestandsstatistik", LEFT + 4, y, 0, 7.5, BOLD)
    yield Piece("Berichtszeitraum:", 256, y, 0, 6)
    yield Piece(period, 308, y, 0, 7)
    yield Piece("bezogen auf:", 529, y, 0, 6)
    yield Piece("Personen", 566, y, 0, 6.5, BOLD)
    yield Piece("Bereich:", 692, y, 0, 6)
    yield Piece("Bundesgebiet gesamt", 719, y, 0, 7)


def _lines_of(text: str, x: float, y: float, size: float) -> Iterator[Piece]:
    for i, line in enumerate(text.split("\n")):
        yield Piece(line, x, y + i * size * 1.1, 0.5, size)


def _table_head() -> Iterator[Piece]:
    centre = (LEFT + NAME_RIGHT) / 2
    yield from _lines_of("Aufschlüsselung nach\nHerkunftsländern", centre, 132, 7)
    yield Piece("LS", (NAME_RIGHT + LS_RIGHT) / 2, 113, 0.5, 6)
    for text, first, end in GROUPS:
        y = 109.0 if "\n" in text else 113.0
        yield from _lines_of(text, (EDGES[first] + EDGES[end]) / 2, y, 8)
    yield Piece("Spalte 1", centre, NUMBERS_BOTTOM - 3, 0.5, 4.5)
    for i, (head, number) in enumerate(zip(HEADS, MEASURES, strict=True)):
        x = (EDGES[i] + EDGES[i + 1]) / 2
        yield from _lines_of(head, x, GROUPS_BOTTOM + 7, 5.4)
        yield Piece(number, x, NUMBERS_BOTTOM - 3, 0.5, 4.5)


TABLE_HEAD = tuple(_table_head())


def _row(row: PrintedRow, top: float, bottom: float) -> Iterator[Piece]:
    font = REGULAR if row.ls_code else BOLD
    base = (top + bottom) / 2 + 2.3
    parts = row.label.split("\n")
    for i, part in enumerate(parts):
        y = base + 7 * (i - (len(parts) - 1) / 2)
        yield Piece(part, LEFT + 2, y, 0, _fitting_size(part, font), font)
    if row.ls_code:
        yield Piece(row.ls_code, (NAME_RIGHT + LS_RIGHT) / 2, base, 0.5, 6)
    for value, right in zip(row.values, EDGES[1:], strict=True):
        yield Piece(printed_number(value), right - 2, base, 1, 6.5, font)


def _fitting_size(name: str, font: str, size: float = 6.5) -> float:
    room = NAME_RIGHT - LEFT - 4
    return float(min(size, size * room / stringWidth(name, font, size)))


def _write(canvas: Canvas, pieces: Iterable[Piece]) -> None:
    text = canvas.beginText()
    font: tuple[str, float] | None = None
    for piece in pieces:
        if font != (piece.font, piece.size):
            font = (piece.font, piece.size)
            text.setFont(*font)
        x = piece.x
        if piece.align:
            x -= piece.align * stringWidth(piece.text, piece.font, piece.size)
        text.setTextOrigin(x, HEIGHT - piece.y)
        text.textOut(piece.text)
    canvas.drawText(text)
