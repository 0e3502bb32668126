"""Reads a ruled table off PDF pages: characters with their places, and the lines between them.

Uses pdfium, because fifty files of six pages have to be read in a night: it needs a few hundredths
of a second a page. Text and rules are taken as they lie on the page; nothing here knows what a
table is about. Rules inside form objects are not seen: such a page shows no ruled table.
"""

from __future__ import annotations

import ctypes
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

from ingest.model import Finding, UnreadableFile

SNAP = 1.5
"""Points within which two rules are one: a line may be drawn as a thin box, or twice."""
FULL_WIDTH = 0.95
"""Share of the table's width that a rule must cover to part two rows."""
WORD_GAP = 0.15
"""Share of a character's height that parts two words; pdfium's own guesses fail on turned text."""
TURNS: dict[int, Callable[[float, float], tuple[float, float]]] = {
    0: lambda x, y: (x, y),
    90: lambda x, y: (y, -x),
    180: lambda x, y: (-x, -y),
    270: lambda x, y: (-y, x),
}
"""A page's ``/Rotate``, clockwise -> how its points turn. Landscape tables are often stored so."""
LINE_END_HYPHENS = {"\x02": "-", "\ufffe": "-"}
"""What pdfium makes of a hyphen that ends a line."""


class Char(NamedTuple):
    """A character and its box in points; upwards and to the right is more."""

    text: str
    left: float
    bottom: float
    right: float
    top: float

    @property
    def middle(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.bottom + self.top) / 2


class Rule(NamedTuple):
    """A straight line: where it lies across its direction, and from where to where it runs."""

    at: float
    start: float
    end: float


@dataclass(frozen=True)
class RuledRow:
    """A band between two rules: its column edges and the text between each two of them."""

    top: float
    edges: tuple[float, ...]
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """A page: what is written on it and how it is ruled."""

    number: int
    chars: tuple[Char, ...]
    horizontals: tuple[Rule, ...]
    verticals: tuple[Rule, ...]

    def lines_above(self, height: float) -> list[str]:
        """The lines of text that lie wholly above ``height``, from the top."""
        return text_lines(char for char in self.chars if char.bottom >= height)


def read_pages(content: bytes) -> list[Page]:
    """All pages of a PDF. Raises ``UnreadableFile``: no PDF, protected, or without any text."""
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise UnreadableFile(_not_opened(content, error)) from error
    try:
        pages = [_page(document[i], i + 1) for i in range(len(document))]
    finally:
        document.close()
    if not any(page.chars for page in pages):
        raise UnreadableFile(
            Finding(
                rule="no_text",
                severity="critical",
                message=f"the PDF's {len(pages)} pages hold no text; it may be a scan",
                expected="printed characters",
                found="none",
            )
        )
    return pages


def ruled_rows(page: Page) -> list[RuledRow]:
    """The rows of the page's tables from the top: bands between rules over the full width."""
    if not page.horizontals:
        return []
    left = min(rule.start for rule in page.horizontals)
    right = max(rule.end for rule in page.horizontals)
    heights = [
        level
        for level, rules in _levels(page.horizontals)
        if _covered(rules) >= FULL_WIDTH * (right - left)
    ]
    columns = [
        tuple(level for level, _ in _levels(_crossing(page.verticals, (low + high) / 2)))
        for low, high in pairwise(heights)
    ]
    cells: list[list[list[Char]]] = [[[] for _ in edges[1:]] for edges in columns]
    for char in page.chars:
        x, y = char.middle
        band = bisect_right(heights, y) - 1
        if 0 <= band < len(columns):
            column = bisect_right(columns[band], x) - 1
            if 0 <= column < len(cells[band]):
                cells[band][column].append(char)
    rows = [
        RuledRow(top, edges, tuple(" ".join(text_lines(chars)) for chars in row))
        for top, edges, row in zip(heights[1:], columns, cells, strict=True)
    ]
    return rows[::-1]


def text_lines(chars: Iterable[Char]) -> list[str]:
    """Characters as lines of text, from the top, each from left to right."""
    lines: list[list[Char]] = []
    for char in sorted(chars, key=lambda char: -char.middle[1]):
        tolerance = (char.top - char.bottom) / 2
        if lines and abs(lines[-1][-1].middle[1] - char.middle[1]) <= tolerance:
            lines[-1].append(char)
        else:
            lines.append([char])
    texts = (_text(sorted(line, key=lambda char: char.left)) for line in lines)
    return [text for text in texts if text]


def _text(line: Sequence[Char]) -> str:
    pieces = [line[0].text]
    for before, char in pairwise(line):
        if char.left - before.right > WORD_GAP * (char.top - char.bottom):
            pieces.append(" ")
        pieces.append(char.text)
    return " ".join("".join(pieces).split())


def _not_opened(content: bytes, error: pypdfium2.PdfiumError) -> Finding:
    if content.lstrip()[:5] != b"%PDF-":
        return Finding(
            rule="not_a_pdf",
            severity="critical",
            message=f"not a PDF: the file begins with {content[:20]!r}",
            expected="%PDF-",
            found=repr(content[:20]),
        )
    if error.err_code == pdfium.FPDF_ERR_PASSWORD:
        return Finding(
            rule="encrypted",
            severity="critical",
            message="the PDF is protected by a password; ask its owner for an open one",
            expected="an open PDF",
            found="a protected PDF",
        )
    return Finding(
        rule="broken_pdf",
        severity="critical",
        message=f"the PDF cannot be opened ({error}); it may have been cut off on its way",
        expected="a whole PDF",
        found=f"{len(content)} bytes",
    )


def _page(page: pypdfium2.PdfPage, number: int) -> Page:
    horizontals: list[Rule] = []
    verticals: list[Rule] = []
    for x1, y1, x2, y2 in _strokes(page):
        if abs(y1 - y2) <= SNAP < abs(x1 - x2):
            horizontals.append(Rule((y1 + y2) / 2, min(x1, x2), max(x1, x2)))
        elif abs(x1 - x2) <= SNAP < abs(y1 - y2):
            verticals.append(Rule((x1 + x2) / 2, min(y1, y2), max(y1, y2)))
    return Page(number, tuple(_chars(page)), tuple(horizontals), tuple(verticals))


def _chars(page: pypdfium2.PdfPage) -> Iterator[Char]:
    text = page.get_textpage()
    turn = TURNS[page.get_rotation()]
    box = pdfium.FS_RECTF()
    for i in range(text.count_chars()):
        char = chr(pdfium.FPDFText_GetUnicode(text.raw, i))
        char = LINE_END_HYPHENS.get(char, char)
        if char == " " and pdfium.FPDFText_IsGenerated(text.raw, i):
            continue
        if char >= " " and pdfium.FPDFText_GetLooseCharBox(text.raw, i, box):
            x1, y1 = turn(box.left, box.bottom)
            x2, y2 = turn(box.right, box.top)
            yield Char(char, min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))


def _strokes(page: pypdfium2.PdfPage) -> Iterator[tuple[float, float, float, float]]:
    """Every straight piece of every path, as the page is looked at."""
    turn = TURNS[page.get_rotation()]
    for path in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=1):
        matrix = path.get_matrix()
        start = here = (0.0, 0.0)
        for i in range(pdfium.FPDFPath_CountSegments(path.raw)):
            segment = pdfium.FPDFPath_GetPathSegment(path.raw, i)
            kind = pdfium.FPDFPathSegment_GetType(segment)
            there = turn(*matrix.on_point(*_point(segment)))
            if kind == pdfium.FPDF_SEGMENT_MOVETO:
                start = there
            elif kind == pdfium.FPDF_SEGMENT_LINETO:
                yield (*here, *there)
            here = there
            if pdfium.FPDFPathSegment_GetClose(segment):
                yield (*here, *start)


def _point(segment: pdfium.FPDF_PATHSEGMENT) -> tuple[float, float]:
    x, y = ctypes.c_float(), ctypes.c_float()
    pdfium.FPDFPathSegment_GetPoint(segment, x, y)
    return x.value, y.value


def _levels(rules: Iterable[Rule]) -> list[tuple[float, list[Rule]]]:
    """Rules that lie on one line, by that line, in rising order."""
    levels: list[list[Rule]] = []
    for rule in sorted(rules):
        if levels and rule.at - levels[-1][0].at <= SNAP:
            levels[-1].append(rule)
        else:
            levels.append([rule])
    return [(sum(rule.at for rule in level) / len(level), level) for level in levels]


def _covered(rules: Iterable[Rule]) -> float:
    """The length that rules on one line cover together."""
    covered, reached = 0.0, float("-inf")
    for rule in sorted(rules, key=lambda rule: rule.start):
        covered += max(0.0, rule.end - max(reached, rule.start))
        reached = max(reached, rule.end)
    return covered


def _crossing(rules: Iterable[Rule], height: float) -> Iterator[Rule]:
    return (rule for rule in rules if rule.start < height < rule.end)
