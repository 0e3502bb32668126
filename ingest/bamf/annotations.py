"""What somebody laid over a PDF after it was printed: comments, stamps, form fields.

pdfium takes no character of them for text of the page, so a figure that a field shows would be
missing, and one that a stamp covers would be read as if nobody had corrected it. So what may write
or cover, and lies over print, refuses the file; what lies beside it, and notes and highlights that
leave the print as it is, are told and not read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import pypdfium2
import pypdfium2.raw as pdfium

from ingest.bamf.findings import on_page
from ingest.bamf.folding import over_pages
from ingest.bamf.pages import Mark, Page, text_lines
from kreishaus.model import Finding, UnreadableFile
from kreishaus.wording import joined, say

UNSEEN = frozenset({pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_POPUP})
"""They draw nothing, or only when somebody opens them."""
LEAVES_PRINT = {
    pdfium.FPDF_ANNOT_TEXT: say("note"),
    pdfium.FPDF_ANNOT_HIGHLIGHT: say("highlight"),
    pdfium.FPDF_ANNOT_UNDERLINE: say("underline"),
    pdfium.FPDF_ANNOT_SQUIGGLY: say("underline"),
    pdfium.FPDF_ANNOT_FILEATTACHMENT: say("attached file"),
}
"""Kind -> what people call it."""
WRITES = {
    pdfium.FPDF_ANNOT_FREETEXT: say("text box"),
    pdfium.FPDF_ANNOT_STAMP: say("stamp"),
    pdfium.FPDF_ANNOT_WATERMARK: say("watermark"),
    pdfium.FPDF_ANNOT_WIDGET: say("form field"),
    pdfium.FPDF_ANNOT_STRIKEOUT: say("strike-through"),
    pdfium.FPDF_ANNOT_CARET: say("insertion"),
    pdfium.FPDF_ANNOT_REDACT: say("redaction"),
    pdfium.FPDF_ANNOT_INK: say("handwriting"),
}
"""The same of those that write or cover; so does every other kind, known or not."""
DRAWING = say("drawing")
KINDS = {str(name): name for name in (*LEAVES_PRINT.values(), *WRITES.values(), DRAWING)}
"""What a kind is called in the form that lands -> what people call it."""
HIDDEN = pdfium.FPDF_ANNOT_FLAG_HIDDEN | pdfium.FPDF_ANNOT_FLAG_NOVIEW
Turn = Callable[[float, float], tuple[float, float]]


def marks_of(page: pypdfium2.PdfPage, turn: Turn) -> Iterator[Mark]:
    """What lies over a page and is seen, as the page is looked at (``turn``)."""
    for number in range(pdfium.FPDFPage_GetAnnotCount(page.raw)):
        annotation = pdfium.FPDFPage_GetAnnot(page.raw, number)
        if not annotation:
            continue
        try:
            mark = _mark(annotation, turn)
        finally:
            pdfium.FPDFPage_CloseAnnot(annotation)
        if mark:
            yield mark


def _mark(annotation: pdfium.FPDF_ANNOTATION, turn: Turn) -> Mark | None:
    kind = pdfium.FPDFAnnot_GetSubtype(annotation)
    box = pdfium.FS_RECTF()
    if kind in UNSEEN or pdfium.FPDFAnnot_GetFlags(annotation) & HIDDEN:
        return None
    if not pdfium.FPDFAnnot_GetRect(annotation, box):
        return None
    (x1, y1), (x2, y2) = turn(box.left, box.bottom), turn(box.right, box.top)
    if x1 == x2 or y1 == y2:  # a signature that is not shown
        return None
    name = LEAVES_PRINT.get(kind) or WRITES.get(kind, DRAWING)
    return Mark(
        *(name, min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)), kind not in LEAVES_PRINT
    )


def annotated(pages: Sequence[Page]) -> list[Finding]:
    """Critical for what lies over print and may change it; a warning for all else, once a page."""
    return [finding for page in pages for finding in _of_page(page)]


def require_print(findings: Sequence[Finding]) -> None:
    """Raise ``UnreadableFile`` where one is critical: what else is odd follows from it."""
    if critical := [finding for finding in findings if finding.severity == "critical"]:
        raise UnreadableFile(*over_pages(critical))


def _of_page(page: Page) -> Iterator[Finding]:
    over = [mark for mark in page.marks if mark.writes and _is_over_print(mark, page)]
    for mark in over:
        under = " / ".join(text_lines(char for char in page.chars if mark.covers(*char.middle)))
        yield on_page(
            "annotation_over_print",
            page.number,
            say(
                "a {kind} was laid over the page where it is printed; what it shows is no "
                "part of the page, and what it covers may be meant otherwise. Ask for the "
                "file without it, as BAMF issued it",
                kind=mark.kind,
            ),
            expected=say("nothing laid over the page"),
            found=say(
                "a {kind} over {print!r}",
                kind=mark.kind,
                print=under[:60] or say("an empty place of the table"),
            ),
        )
    beside = Counter(mark.kind for mark in page.marks if mark not in over)
    if beside:
        listed = joined(
            (say("{kind} ({count})", kind=kind, count=count) for kind, count in beside.items()),
            ", ",
        )
        yield on_page(
            "annotation_not_read",
            page.number,
            say(
                "somebody laid notes over the page that leave its print as it is; they "
                "were not read. Look whether they say that a figure is wrong"
            ),
            severity="warning",
            expected=say("a page as BAMF issued it"),
            found=listed,
        )


def _is_over_print(mark: Mark, page: Page) -> bool:
    """Whether it covers a printed character, or a place between the rules of the page."""
    if any(mark.covers(*char.middle) for char in page.chars if not char.text.isspace()):
        return True
    if not (page.horizontals and page.verticals):
        return False
    heights = [rule.at for rule in page.horizontals]
    places = [rule.at for rule in page.verticals]
    x, y = (mark.left + mark.right) / 2, (mark.bottom + mark.top) / 2
    return min(places) <= x <= max(places) and min(heights) <= y <= max(heights)
