"""Opens a PDF with pdfium and takes its pages as they lie: characters and straight rules.

Uses pdfium, because fifty files of six pages have to be read in a night: it needs a few hundredths
of a second a page. What cannot be taken truly, or would cost too much, is a finding.
"""

from __future__ import annotations

import ctypes
import math
import re
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone

import pypdfium2
import pypdfium2.raw as pdfium

from ingest.bamf.annotations import marks_of
from ingest.bamf.findings import NEW_LAYOUT
from ingest.bamf.pages import SNAP, Char, Document, Page, Rule
from kreishaus.model import Finding, UnreadableFile
from kreishaus.wording import say

BEGINNING = "%PDF-"
MOST_BYTES = 32 * 2**20
MOST_BYTES_UNPACKED = 128 * 2**20
MOST_PAGES = 60
MOST_CHARS = 40_000
MOST_STROKES = 200_000
MOST_SECONDS = 20.0
DEEPEST_FORM = 6
"""BAMF's real files: 0.5 MB, 10 pages, 5,000 characters and 2,000 strokes a page, 0.2 seconds."""
TURNS: dict[int, Callable[[float, float], tuple[float, float]]] = {
    0: lambda x, y: (x, y),
    90: lambda x, y: (y, -x),
    180: lambda x, y: (-x, -y),
    270: lambda x, y: (-y, x),
}
"""A page's ``/Rotate``, clockwise -> how its points turn. Landscape tables are often stored so."""
STRAIGHT = math.cos(math.radians(5))
LINE_END_HYPHENS = {"\x02": "-", "\ufffe": "-"}
"""What pdfium makes of a hyphen that ends a line."""
PDF_DATE = re.compile(
    r"D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:Z|([+-])(\d\d)'?(\d\d)?)", re.ASCII
)


def read_document(content: bytes) -> Document:
    """All pages of a PDF, and when it was made.

    Raises ``UnreadableFile``: empty, no PDF, cut off, protected, without any text, or larger than
    a monthly table can be.
    """
    _check_bytes(content)
    until = time.monotonic() + MOST_SECONDS
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise UnreadableFile(_not_opened(content, error)) from error
    try:
        pages = tuple(_pages(document, until))
        made_at = _made_at(document)
    except (pypdfium2.PdfiumError, UnicodeDecodeError) as error:
        raise UnreadableFile(_broken(content, str(error))) from error
    finally:
        document.close()
    if not any(page.chars for page in pages):
        raise _refused(
            "no_text",
            say(
                "the PDF's {count} pages hold no text; it may be a scan. Ask for the "
                "original: numbers are not guessed from a picture",
                count=len(pages),
            ),
            expected=say("printed characters"),
            found=say("none"),
        )
    return Document(pages, made_at)


def moment_of(printed: str) -> datetime | None:
    """``D:20160202153836+01'00'`` as a moment in UTC; None for a date without a time zone."""
    match = PDF_DATE.match(printed)
    if not match:
        return None
    *parts, sign, hours, minutes = match.groups()
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    try:
        zone = timezone(-offset if sign == "-" else offset)
        year, month, day, hour, minute, second = map(int, parts)
        return datetime(year, month, day, hour, minute, second, tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _made_at(document: pypdfium2.PdfDocument) -> datetime | None:
    """When the file became what it is: last changed, else created."""
    dates = (document.get_metadata_value(key) for key in ("ModDate", "CreationDate"))
    return next((moment for printed in dates if (moment := moment_of(printed))), None)


def _check_bytes(content: bytes) -> None:
    if not content.strip():
        raise _refused(
            "empty_file",
            say("the file is empty; the download may have failed: fetch it again"),
            expected=say("a PDF"),
            found=say("{count} bytes", count=len(content)),
        )
    if len(content) > MOST_BYTES:
        raise _too_large(
            say("{most_bytes} bytes", most_bytes=MOST_BYTES),
            say("{count} bytes", count=len(content)),
        )
    unpacked = 0
    for packed in re.finditer(rb"stream\r?\n(?=[\x08\x18\x28\x38\x48\x58\x68\x78])", content):
        unpacker = zlib.decompressobj()
        rest = content[packed.end() : packed.end() + MOST_BYTES]
        try:
            unpacked += len(unpacker.decompress(rest, MOST_BYTES_UNPACKED - unpacked + 1))
        except zlib.error:
            continue
        if unpacked > MOST_BYTES_UNPACKED:
            raise _too_large(
                say(
                    "{most_bytes_unpacked} bytes unpacked", most_bytes_unpacked=MOST_BYTES_UNPACKED
                ),
                say("more"),
            )


def _pages(document: pypdfium2.PdfDocument, until: float) -> Iterator[Page]:
    if len(document) > MOST_PAGES:
        raise _too_large(
            say("{most_pages} pages", most_pages=MOST_PAGES),
            say("{count} pages", count=len(document)),
        )
    for i in range(len(document)):
        page = document[i]
        yield _page(page, i + 1)
        page.close()
        if time.monotonic() > until:
            raise _too_large(
                say("{most_seconds:.0f} seconds of reading", most_seconds=MOST_SECONDS),
                say("more, at page {i}", i=i + 1),
            )


def _page(page: pypdfium2.PdfPage, number: int) -> Page:
    horizontals: list[Rule] = []
    verticals: list[Rule] = []
    for count, (x1, y1, x2, y2) in enumerate(_strokes(page)):
        if count > MOST_STROKES:
            raise _too_large(
                say("{most_strokes} strokes a page", most_strokes=MOST_STROKES),
                say("more on page {number}", number=number),
            )
        if abs(y1 - y2) <= SNAP < abs(x1 - x2):
            horizontals.append(Rule((y1 + y2) / 2, min(x1, x2), max(x1, x2)))
        elif abs(x1 - x2) <= SNAP < abs(y1 - y2):
            verticals.append(Rule((x1 + x2) / 2, min(y1, y2), max(y1, y2)))
    return Page(
        number,
        tuple(_chars(page, number)),
        tuple(horizontals),
        tuple(verticals),
        tuple(marks_of(page, TURNS[page.get_rotation()])),
    )


def _chars(page: pypdfium2.PdfPage, number: int) -> Iterator[Char]:
    text = page.get_textpage()
    if text.count_chars() > MOST_CHARS:
        raise _too_large(
            say("{most_chars} characters a page", most_chars=MOST_CHARS),
            say("more on page {number}", number=number),
        )
    turn = TURNS[page.get_rotation()]
    upright = math.radians(page.get_rotation())
    box = pdfium.FS_RECTF()
    for i in range(text.count_chars()):
        char = _character(pdfium.FPDFText_GetUnicode(text.raw, i))
        if char == " " and pdfium.FPDFText_IsGenerated(text.raw, i):
            continue
        if char >= " " and pdfium.FPDFText_GetLooseCharBox(text.raw, i, box):
            if _is_unseen(text.raw, i):
                continue
            x1, y1 = turn(box.left, box.bottom)
            x2, y2 = turn(box.right, box.top)
            if all(map(math.isfinite, (x1, y1, x2, y2))):
                angle = pdfium.FPDFText_GetCharAngle(text.raw, i)
                turned = angle >= 0 and math.cos(angle + upright) < STRAIGHT
                yield Char(char, min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2), turned)


def _is_unseen(text: pdfium.FPDF_TEXTPAGE, at: int) -> bool:
    """Whether a character is written in the mode that draws none, as below a scanned page."""
    written = pdfium.FPDFText_GetTextObject(text, at)
    mode = pdfium.FPDFTextObj_GetTextRenderMode(written) if written else None
    return bool(mode == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE)


def _character(code: int) -> str:
    # Half a surrogate pair is no character: it could not even be written into a finding.
    if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    return LINE_END_HYPHENS.get(chr(code), chr(code))


def _strokes(page: pypdfium2.PdfPage) -> Iterator[tuple[float, float, float, float]]:
    """Every straight piece of every path, also inside forms, as the page is looked at."""
    turn = TURNS[page.get_rotation()]
    for path in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=DEEPEST_FORM):
        matrix = _matrix_on_page(path)
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


def _matrix_on_page(thing: pypdfium2.PdfObject) -> pypdfium2.PdfMatrix:
    """A drawn thing's own matrix, then those of the forms it lies in."""
    matrix = thing.get_matrix()
    form = thing.container
    while form is not None:
        matrix = matrix.multiply(form.get_matrix())
        form = form.container
    return matrix


def _point(segment: pdfium.FPDF_PATHSEGMENT) -> tuple[float, float]:
    x, y = ctypes.c_float(), ctypes.c_float()
    pdfium.FPDFPathSegment_GetPoint(segment, x, y)
    return x.value, y.value


def _not_opened(content: bytes, error: pypdfium2.PdfiumError) -> Finding:
    if not content.lstrip().startswith(BEGINNING.encode()):
        return _finding(
            "not_a_pdf",
            say("not a PDF: the file begins with {content!r}", content=content[:20]),
            expected=BEGINNING,
            found=repr(content[:20]),
        )
    if error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
        return _finding(
            "encrypted",
            say("the PDF is protected by a password; ask its owner for an open one"),
            expected=say("an open PDF"),
            found=say("a protected PDF"),
        )
    return _broken(content, str(error))


def _broken(content: bytes, why: str) -> Finding:
    return _finding(
        "broken_pdf",
        say(
            "the PDF cannot be read ({why}); it may have been cut off on its way: fetch it again",
            why=why,
        ),
        expected=say("a whole PDF"),
        found=say("{count} bytes", count=len(content)),
    )


def _too_large(expected: str, found: str) -> UnreadableFile:
    return _refused(
        "too_large",
        say(
            "this is more than a monthly table can be: at most {expected}, found "
            "{found}. If it is right, {new_layout}",
            expected=expected,
            found=found,
            new_layout=NEW_LAYOUT,
        ),
        expected=say("at most {expected}", expected=expected),
        found=found,
    )


def _refused(rule: str, message: str, *, expected: str, found: str) -> UnreadableFile:
    return UnreadableFile(_finding(rule, message, expected=expected, found=found))


def _finding(rule: str, message: str, *, expected: str, found: str) -> Finding:
    return Finding(rule=rule, severity="critical", message=message, expected=expected, found=found)
