"""XLSX: cells of every sheet, hidden ones too, and the texts that lie beside them.

Read part by part instead of through a library: a library pads a sheet to its largest cell (one
cell in the last corner makes billions), hides whether a formula was ever calculated, and passes
over parts that carry records. Every part of the archive must be one that was looked into.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass, replace
from datetime import datetime
from xml.etree.ElementTree import Element, ParseError

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils import column_index_from_string, range_boundaries
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from formats.looks import Looks
from formats.parts import child, every, local, xml
from formats.sheets import DAMAGED, Area, OpaqueFile, Rows, Sheet, Workbook, moment, put
from formats.xlsx_texts import PLACES, beside_cells, is_struck, looks_of_runs
from kreishaus.wording import say

BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ParseError,
    EOFError,
    OSError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
)
"""What ``zipfile``, the XML parser and the conversions raise for damaged parts."""

WORKBOOK = "xl/workbook.xml"
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
CELL = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
NOT_OF_THE_DATE = re.compile(r'\[[^\]]*\]|"[^"]*"')
"""Locale and literal text in a number format: "[$-de-DE]mmm yyyy" shows no day."""

CARRIES_RECORDS = {
    "xl/pivotCache/": say(
        "a pivot cache: the single records behind a pivot table travel with it. "
        "Copy the counts into a new workbook as values"
    ),
    "xl/model/": say("a data model, which carries the single records"),
    "xl/embeddings/": say("an embedded document, which cannot be looked into"),
    "xl/externalLinks/": say("copied cells of another workbook (external links)"),
    "xl/media/": say("a picture, which cannot be looked into. Take it out"),
    "docProps/thumbnail": say(
        "a picture of its first page, which cannot be looked into. Save it without a preview"
    ),
    "xl/vbaProject": say("macros. Save the workbook as .xlsx"),
}
"""Beginning of a part's name -> why a workbook with it is refused."""

UNREAD = re.compile(
    r"\[Content_Types\]\.xml|.*\.rels|xl/styles\.xml|xl/theme/[^/]*\.xml"
    r"|xl/printerSettings/[^/]*\.bin"
)
"""Parts in which no person types anything."""


@dataclass(frozen=True)
class Read:
    """A cell's value, whether it is a date shown as a month or a number
    shown with a percent sign, and what its letters look like."""

    value: object
    is_month: bool = False
    is_share: bool = False
    looks: Looks | None = None


@dataclass(frozen=True)
class Context:
    """What the cells of all sheets refer to: shared texts, number formats, styles that strike
    through, the first day."""

    shared: list[Looks]
    formats: list[str]
    epoch: datetime
    striking: frozenset[int] = frozenset()

    def shown_as(self, style: str) -> str:
        number = int(style)
        return self.formats[number] if 0 <= number < len(self.formats) else "General"


def read_xlsx(content: bytes) -> Workbook:
    """Every sheet and every text. Raises ``OpaqueFile``; the archive was checked before."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _refuse_unseen(archive)
            return _workbook(archive)
    except BROKEN:
        # Without its cause: a library's words about a broken file may quote the file.
        raise OpaqueFile(DAMAGED) from None


def _refuse_unseen(archive: zipfile.ZipFile) -> None:
    known = (UNREAD, *PLACES.values())
    for name in archive.namelist():
        for folder, reason in CARRIES_RECORDS.items():
            if name.startswith(folder):
                raise OpaqueFile(reason)
        if not name.endswith("/") and not any(part.fullmatch(name) for part in known):
            raise OpaqueFile(
                say(
                    "a part that cannot be looked into. Copy the counts into a new workbook as "
                    "values"
                )
            )


def _workbook(archive: zipfile.ZipFile) -> Workbook:
    root = xml(archive, WORKBOOK)
    context = _context(archive, root)
    targets = _targets(archive)
    sheets, parts = [], set()
    for node in every(root, "sheet"):
        part = targets[_attribute(node, "id")]
        parts.add(part)
        if part.startswith("xl/worksheets/"):
            hidden = node.get("state", "visible") != "visible"
            sheets.append(_sheet(archive, part, node.get("name", ""), context, hidden))
    _refuse_unnamed(archive, parts)
    return Workbook(tuple(sheets), beside_cells(archive), _modified(archive))


def _refuse_unnamed(archive: zipfile.ZipFile, named: set[str]) -> None:
    """Sheets that the workbook does not name are shown by no program, and travel all the same."""
    for name in archive.namelist():
        if name.startswith("xl/worksheets/") and name.endswith(".xml") and name not in named:
            raise OpaqueFile(
                say("a sheet that the workbook does not name. Copy the counts into a new workbook")
            )


def _attribute(node: Element, name: str) -> str:
    """An attribute by its local name: transitional and strict files differ in the namespace.

    Raises ``KeyError`` where it is missing.
    """
    return {key.rpartition("}")[2]: text for key, text in node.attrib.items() if "}" in key}[name]


def _targets(archive: zipfile.ZipFile) -> dict[str, str]:
    root = xml(archive, "xl/_rels/workbook.xml.rels")
    return {
        node.get("Id", ""): posixpath.normpath(posixpath.join("/xl", node.get("Target", "")))[1:]
        for node in root
    }


def _context(archive: zipfile.ZipFile, root: Element) -> Context:
    names = set(archive.namelist())
    shared: list[Looks] = []
    if "xl/sharedStrings.xml" in names:
        table = xml(archive, "xl/sharedStrings.xml")
        shared = [_rich_text(item) for item in every(table, "si")]
    styles = xml(archive, "xl/styles.xml") if "xl/styles.xml" in names else None
    formats = [] if styles is None else _formats(styles)
    striking = frozenset() if styles is None else _striking(styles)
    since_1904 = any(node.get("date1904") in {"1", "true"} for node in every(root, "workbookPr"))
    epoch = CALENDAR_MAC_1904 if since_1904 else CALENDAR_WINDOWS_1900
    return Context(shared, formats, epoch, striking)


def _rich_text(item: Element) -> Looks:
    looks = looks_of_runs(item)
    return replace(looks, text=unescaped(looks.text))


def unescaped(text: str) -> str:
    """A text as Excel shows it: what XML cannot hold is written as "_x000D_"."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def _formats(styles: Element) -> list[str]:
    own = {node.get("numFmtId", ""): node.get("formatCode", "") for node in every(styles, "numFmt")}
    cells = next(every(styles, "cellXfs"), None)
    numbers = [node.get("numFmtId", "0") for node in (cells if cells is not None else ())]
    return [own.get(number) or BUILTIN_FORMATS.get(int(number), "General") for number in numbers]


def _striking(styles: Element) -> frozenset[int]:
    """The numbers of the cells' styles whose font strikes through."""
    fonts = next(every(styles, "fonts"), None)
    struck = {str(at) for at, font in enumerate(() if fonts is None else fonts) if is_struck(font)}
    cells = next(every(styles, "cellXfs"), None)
    used = enumerate(() if cells is None else cells)
    return frozenset(at for at, style in used if style.get("fontId", "0") in struck)


def _sheet(
    archive: zipfile.ZipFile, part: str, title: str, context: Context, hidden: bool
) -> Sheet:
    root = xml(archive, part)
    rows: Rows = {}
    months, uncalculated, struck, joined, shares = set(), set(), set(), set(), set()
    row = 0
    for line in every(root, "row"):
        row = int(line.get("r", row + 1))
        column = 0
        for cell in line:
            if local(cell.tag) != "c":
                continue
            row, column = _place(cell, row, column + 1)
            read = _value(cell, context)
            put(rows, row, column, read.value)
            if read.is_month:
                months.add((row, column))
            if read.is_share:
                shares.add((row, column))
            if read.looks is not None and read.looks.joined:
                joined.add((row, column))
            if _is_struck(read, cell, context):
                struck.add((row, column))
            if read.value is None and child(cell, "f") is not None and cell.get("t") != "str":
                uncalculated.add((row, column))
    merged = tuple(_area(node.get("ref", "")) for node in every(root, "mergeCell"))
    return Sheet(
        title,
        rows,
        merged,
        hidden,
        frozenset(months),
        frozenset(uncalculated),
        struck=frozenset(struck),
        joined=frozenset(joined),
        shares=frozenset(shares),
    )


def _is_struck(read: Read, cell: Element, context: Context) -> bool:
    if read.value is None or not str(read.value).strip():
        return False
    looks = read.looks is not None and read.looks.struck
    return looks or int(cell.get("s", "0")) in context.striking


def _place(cell: Element, row: int, column: int) -> tuple[int, int]:
    match = CELL.fullmatch(cell.get("r", ""))
    return (int(match[2]), column_index_from_string(match[1])) if match else (row, column)


def _area(reference: str) -> Area:
    left, top, right, bottom = range_boundaries(reference)
    return Area(int(top or 1), int(left or 1), int(bottom or 1), int(right or 1))


def _value(cell: Element, context: Context) -> Read:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        inline = child(cell, "is")
        return Read(None) if inline is None else _of_looks(_rich_text(inline))
    node = child(cell, "v")
    text = "" if node is None else (node.text or "")
    if not text:
        return Read(None)
    if kind == "s":
        return _of_looks(context.shared[int(text)])
    if kind in {"str", "e"}:
        return Read(unescaped(text))
    if kind == "b":
        return Read(text.strip() == "1")
    if kind == "d":
        return Read(datetime.fromisoformat(text.removesuffix("Z")))
    return number(float(text), context.shown_as(cell.get("s", "0")), context.epoch)


def _of_looks(looks: Looks) -> Read:
    return Read(looks.text, looks=looks)


def number(value: float, shown_as: str, epoch: datetime) -> Read:
    """A stored number as what its format shows. Raises ``ArithmeticError`` for no day at all."""
    if is_date_format(shown_as):
        bare = NOT_OF_THE_DATE.sub("", shown_as.casefold())
        return Read(from_excel(value, epoch), is_month="d" not in bare and "y" in bare)
    return Read(int(value) if value.is_integer() else value, is_share="%" in shown_as)


def _modified(archive: zipfile.ZipFile) -> datetime | None:
    if "docProps/core.xml" not in archive.namelist():
        return None
    node = next(every(xml(archive, "docProps/core.xml"), "modified"), None)
    return None if node is None else moment(node.text or "")
