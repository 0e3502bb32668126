"""HKL tables as other typesettings and other tools draw them, for the parser to read or refuse.

The figures are a small table worked by hand: two countries and their sum, a continent without
countries of its own beside it and the total. Everything about the drawing can be changed.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import accumulate
from pathlib import Path

from matplotlib import get_data_path
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from ingest.bamf.tables import MEASURES
from sample.bamf_pdf import made_on

ALBANIA = (1648, 1600, 48, 12, 0, 3, 2, 1, 4, 2, 129_383, 7, 0, 3, 2, 1, 4, 2, *(0,) * 7)
BOSNIA = (5, 2, 3, *(0,) * 7, 1234, 1, *(0,) * 13)
SUM = tuple(one + other for one, other in zip(ALBANIA, BOSNIA, strict=True))
ROWS: tuple[tuple[str, str, tuple[int, ...]], ...] = (
    ("Albanien", "121", ALBANIA),
    ("Bosnien und Herzegowina", "122", BOSNIA),
    ("Europa", "", SUM),
    ("Herkunftsländer gesamt", "", SUM),
)
"""Name, LS and counts of each row, from the top."""
MONTH = date(2021, 9, 1)
LEFT, TOP, NAME_WIDTH, LS_WIDTH = 20.0, 500.0, 100.0, 20.0
Over = Callable[[Canvas], None]


@dataclass(frozen=True)
class Drawing:
    """How a table is drawn. ``over`` draws last, over everything; ``notes`` stand below.

    ``widths`` are those of the 25 columns, where they are not alike.
    """

    rows: Sequence[tuple[str, str, tuple[int, ...]]] = ROWS
    period: str = "Berichtszeitraum: 01.09.2021 - 30.09.2021"
    title: str = "Antrags-, Entscheidungs- und Bestandsstatistik"
    nothing: str = "-"
    thousands: str = "."
    font: str = "Helvetica"
    size: float = 6.0
    width: float = 27.0
    widths: Sequence[float] = ()
    height: float = 13.0
    uprights: bool = True
    lines: str = "every row"  # "head and foot", "none"
    align: str = "right"
    numbers_align: str = "centre"
    notes: Sequence[str] = ()
    over: Over = field(default=lambda canvas: None)
    printed: Callable[[int, int, str], str] = field(default=lambda row, column, text: text)
    """What stands in a cell instead of its text, by row and column from 0."""

    def pdf(self) -> bytes:
        """The table on one page."""
        buffer = io.BytesIO()
        canvas = Canvas(buffer, pagesize=(LEFT * 2 + self.right - LEFT, 595), invariant=1)
        canvas.setDateFormatter(lambda *_: made_on(MONTH))
        font_of(self.font)
        self._head(canvas)
        for number, (name, ls_code, values) in enumerate((("Spalte 1", "", ()), *self.rows)):
            y = TOP - self.height * (number + 1)
            texts = MEASURES if not number else self._texts(number - 1, values)
            self._text(canvas, name, LEFT + 2, y)
            self._text(canvas, ls_code, LEFT + NAME_WIDTH + 2, y)
            align = self.align if number else self.numbers_align
            for column, text in enumerate(texts):
                self._aligned(canvas, text, column, y, align)
        self._rules(canvas)
        for number, note in enumerate(self.notes):
            self._text(canvas, note, LEFT + 2, self.bottom - 14 - 9 * number)
        self.over(canvas)
        canvas.save()
        return buffer.getvalue()

    @property
    def edges(self) -> list[float]:
        first = LEFT + NAME_WIDTH
        widths = self.widths or (self.width,) * 25
        return [LEFT, first, *accumulate(widths, initial=first + LS_WIDTH)]

    @property
    def right(self) -> float:
        return self.edges[-1]

    @property
    def bottom(self) -> float:
        return TOP - self.height * (len(self.rows) + 1)

    def row_below(self, canvas: Canvas) -> None:
        """Bosnia's counts once more, in their columns but below the last line."""
        for column, text in enumerate(self._texts(1, BOSNIA)):
            self._aligned(canvas, text, column, self.bottom - 3 * self.height, "right")

    def _texts(self, row: int, values: Sequence[int]) -> list[str]:
        texts = [
            f"{value:,}".replace(",", self.thousands) if value else self.nothing for value in values
        ]
        return [self.printed(row, column, text) for column, text in enumerate(texts)]

    def _head(self, canvas: Canvas) -> None:
        for x, text in (
            (LEFT, self.title),
            (250, self.period),
            (500, "bezogen auf: Personen"),
            (650, "Bereich: Bundesgebiet gesamt"),
        ):
            self._text(canvas, text, x, 560)

    def _text(self, canvas: Canvas, text: str, x: float, y: float) -> None:
        canvas.setFont(self.font, self.size)
        canvas.drawString(x, y + 4, text)

    def _aligned(self, canvas: Canvas, text: str, column: int, y: float, align: str) -> None:
        left, right = self.edges[column + 2 : column + 4]
        room = right - left - 4 - stringWidth(text, self.font, self.size)
        share = {"left": 0.0, "centre": 0.5, "right": 1.0}[align]
        self._text(canvas, text, left + 2 + share * room, y)

    def _rules(self, canvas: Canvas) -> None:
        heights = [TOP - self.height * i for i in range(len(self.rows) + 2)]
        if self.lines == "head and foot":
            heights = [heights[0], heights[1], heights[-1]]
        for y in heights if self.lines != "none" else ():
            canvas.line(LEFT, y, self.right, y)
        for x in self.edges if self.uprights else ():
            canvas.line(x, TOP, x, self.bottom)


@cache
def font_of(name: str) -> str:
    """A font by its name; those of matplotlib have every dash and blank."""
    path = Path(get_data_path()) / "fonts" / "ttf" / f"{name}.ttf"
    if path.exists():
        pdfmetrics.registerFont(TTFont(name, str(path)))
    return name


def stamp(text: str, x: float, y: float, *, size: float = 6, angle: float = 0) -> Over:
    """A text laid over the finished page."""

    def over(canvas: Canvas) -> None:
        canvas.saveState()
        canvas.translate(x, y)
        canvas.rotate(angle)
        canvas.setFont("Helvetica", size)
        canvas.drawString(0, 0, text)
        canvas.restoreState()

    return over
