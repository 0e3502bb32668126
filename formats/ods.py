"""ODS: cells of every sheet, hidden ones too, and the texts that lie beside them.

Read here instead of through a library, which would not say what is merged, and would write out
every repeated cell: a row of LibreOffice may be repeated a million times.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from formats.looks import Looks, Piece, looks_of
from formats.sheets import (
    DAMAGED,
    MOST_CELLS,
    Area,
    OpaqueFile,
    Rows,
    Sheet,
    Workbook,
    moment,
    put,
)
from formats.xlsx import BROKEN
from formats.xlsx_texts import AUTHORS, HEADERS, PROPERTIES
from kreishaus.wording import say

OASIS = "{urn:oasis:names:tc:opendocument:xmlns:"
TABLE, OFFICE, TEXT = f"{OASIS}table:1.0}}", f"{OASIS}office:1.0}}", f"{OASIS}text:1.0}}"
STYLE, META = f"{OASIS}style:1.0}}", f"{OASIS}meta:1.0}}"
CHANGED = "{http://purl.org/dc/elements/1.1/}date"

LOOKED_INTO = re.compile(
    r"mimetype|(content|styles|meta|settings|META-INF/manifest)\.xml|manifest\.rdf"
    r"|Thumbnails/thumbnail\.png|layout-cache|(Configurations2|META-INF|Thumbnails)/(.*/)?"
    r"|Configurations2/accelerator/current\.xml"
)
"""The parts of an ordinary sheet; anything else is a picture or an embedded object."""

KEEPS_DELETED = f"{TABLE}tracked-changes"
INSIDE = (f"{OFFICE}binary-data", f"{OASIS}drawing:1.0}}object", f"{OASIS}drawing:1.0}}image")
NAMES = (f"{TABLE}named-range", f"{TABLE}named-expression", f"{TABLE}database-range")
TYPED = {
    f"{STYLE}display-name",
    f"{OASIS}drawing:1.0}}name",
    f"{OFFICE}title",
    f"{TABLE}value",
    f"{TABLE}title",
    f"{TABLE}condition",
    f"{TABLE}help-message",
    "{http://www.w3.org/1999/xlink}href",
    f"{META}name",
}
"""Attributes that hold what a person typed: of filters, rules, links, pictures and styles."""

WHO = ("{http://purl.org/dc/elements/1.1/}creator", f"{META}initial-creator", f"{META}printed-by")
WHEN = (
    CHANGED,
    f"{META}creation-date",
    f"{META}print-date",
    f"{META}editing-duration",
    f"{META}editing-cycles",
)
DAY = re.compile(r"\d{1,2}\D+\d|\d{4}-\d{2}-\d{2}")
"""A date that is shown with its day; "Jun 2017" and "06/2017" are months."""

DURATION = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?", re.ASCII)
MONTH_ONLY = re.compile(r"(\d{1,2}[./-])?\D*\d{2,4}")


@dataclass(frozen=True)
class Style:
    """What a style says of letters: whether it strikes them through, raises or lowers them."""

    struck: bool = False
    level: int = 0


PLAIN = Style()


@dataclass
class _Reading:
    """A sheet while it is being read. Repeats of empty rows and cells only move on."""

    rows: Rows = field(default_factory=dict)
    merged: list[Area] = field(default_factory=list)
    months: set[tuple[int, int]] = field(default_factory=set)
    uncalculated: set[tuple[int, int]] = field(default_factory=set)
    percents: set[tuple[int, int]] = field(default_factory=set)
    struck: set[tuple[int, int]] = field(default_factory=set)
    joined: set[tuple[int, int]] = field(default_factory=set)
    styles: Mapping[str, Style] = field(default_factory=dict)
    written: int = 0

    def put(self, row: int, column: int, value: object) -> None:
        self.written += value is not None
        if self.written > MOST_CELLS:
            raise OpaqueFile(say("a file far larger than a table of counts can be"))
        put(self.rows, row, column, value)


def read_ods(content: bytes) -> Workbook:
    """Every sheet and every text. Raises ``OpaqueFile``; the archive was checked before."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _refuse_unseen(archive)
            return _workbook(archive)
    except BROKEN:
        # Without its cause: a library's words about a broken file may quote the file.
        raise OpaqueFile(DAMAGED) from None


def _refuse_unseen(archive: zipfile.ZipFile) -> None:
    names = archive.namelist()
    if not all(LOOKED_INTO.fullmatch(name) for name in names):
        raise OpaqueFile(
            say("a picture or an embedded object, which cannot be looked into. Take it out")
        )
    if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read(
        "META-INF/manifest.xml"
    ):
        raise OpaqueFile(say("an encrypted workbook. Save it without a password"))


def _xml(archive: zipfile.ZipFile, name: str) -> Element:
    content = archive.read(name)
    if b"<!ENTITY" in content:
        raise OpaqueFile(DAMAGED)  # no office program writes one; it may grow without end
    return ElementTree.fromstring(content)


def _workbook(archive: zipfile.ZipFile) -> Workbook:
    root = _xml(archive, "content.xml")
    if root.find(f".//{KEEPS_DELETED}") is not None:
        raise OpaqueFile(say("recorded changes, which keep what was deleted. Accept all of them"))
    if any(root.find(f".//{tag}") is not None for tag in INSIDE):
        raise OpaqueFile(
            say("a picture or an embedded object, which cannot be looked into. Take it out")
        )
    hidden = _hidden_styles(root)
    names = set(archive.namelist())
    styles = _styles(_xml(archive, "styles.xml")) if "styles.xml" in names else {}
    styles |= _styles(root)
    sheets = tuple(_sheet(table, hidden, styles) for table in root.iter(f"{TABLE}table"))
    unseen: dict[str, tuple[str, ...]] = {}
    unseen[say("the texts beside the cells")] = tuple(_beside(root))
    if "styles.xml" in names:
        unseen[HEADERS] = tuple(_words(_xml(archive, "styles.xml")))
    if "meta.xml" in names:
        unseen |= _properties(_xml(archive, "meta.xml"))
    return Workbook(sheets, unseen, _modified(archive) if "meta.xml" in names else None)


def _beside(root: Element) -> Iterator[str]:
    """What a sheet says outside its cells' own paragraphs, and in attributes that people type."""
    own = {
        id(below)
        for tag in (f"{TABLE}table-cell", f"{TABLE}covered-table-cell")
        for cell in root.iter(tag)
        for shown in cell
        if shown.tag == f"{TEXT}p"
        for below in shown.iter()
        if not any(True for _ in shown.iter(f"{OFFICE}annotation"))
    }
    for node in root.iter():
        if id(node) not in own:
            yield from filter(str.strip, (node.text or "", node.tail or ""))
        for name, text in node.attrib.items():
            if node.tag in NAMES or name in TYPED:
                yield text


def _words(root: Element) -> Iterator[str]:
    yield from (text for text in root.itertext() if text.strip())
    yield from (text for node in root.iter() for name, text in node.attrib.items() if name in TYPED)


def _properties(root: Element) -> dict[str, tuple[str, ...]]:
    authors = tuple(node.text or "" for tag in WHO for node in root.iter(tag))
    others = (
        node.text or ""
        for node in root.iter()
        if node.tag not in {*WHO, *WHEN} and (node.text or "").strip()
    )
    return {PROPERTIES: tuple(others), AUTHORS: tuple(filter(str.strip, authors))}


def _modified(archive: zipfile.ZipFile) -> datetime | None:
    node = next(_xml(archive, "meta.xml").iter(CHANGED), None)
    return None if node is None else moment(node.text or "")


def _hidden_styles(root: Element) -> set[str]:
    return {
        str(style.get(f"{STYLE}name"))
        for style in root.iter(f"{STYLE}style")
        for properties in style.iter(f"{STYLE}table-properties")
        if properties.get(f"{TABLE}display") == "false"
    }


def _styles(root: Element) -> dict[str, Style]:
    return {
        str(style.get(f"{STYLE}name")): Style(
            struck=any(
                looks.get(f"{STYLE}text-line-through-{how}", "none") != "none"
                for looks in style.iter(f"{STYLE}text-properties")
                for how in ("style", "type")
            ),
            level=next(map(_level, style.iter(f"{STYLE}text-properties")), 0),
        )
        for style in root.iter(f"{STYLE}style")
    }


def _level(looks: Element) -> int:
    """Whether letters are raised or lowered: "super 58%", "-33% 58%"."""
    position = looks.get(f"{STYLE}text-position", "").split()
    where = position[0] if position else "0%"
    if where in {"super", "sub"}:
        return 1 if where == "super" else -1
    share = float(where.removesuffix("%"))
    return (share > 0) - (share < 0)


def _sheet(table: Element, hidden: set[str], styles: Mapping[str, Style]) -> Sheet:
    reading = _Reading(styles=styles)
    row = 1
    for line in table.iter(f"{TABLE}table-row"):
        repeated = _number_of(line, "number-rows-repeated")
        _row(reading, line, row)
        filled = reading.rows.get(row)
        for again in range(row + 1, row + (repeated if filled else 1)):
            for column, value in (filled or {}).items():
                reading.put(again, column, value)
                for places in (reading.percents, reading.struck, reading.joined):
                    if (row, column) in places:
                        places.add((again, column))
        row += repeated
    return Sheet(
        title=str(table.get(f"{TABLE}name", "")),
        rows=reading.rows,
        merged=tuple(reading.merged),
        hidden=table.get(f"{TABLE}style-name") in hidden,
        months=frozenset(reading.months),
        uncalculated=frozenset(reading.uncalculated),
        percents=frozenset(reading.percents),
        struck=frozenset(reading.struck),
        joined=frozenset(reading.joined),
        shares=frozenset(reading.percents),
    )


def _row(reading: _Reading, line: Element, row: int) -> None:
    column = 1
    for cell in line:
        if cell.tag not in {f"{TABLE}table-cell", f"{TABLE}covered-table-cell"}:
            continue
        repeated = _number_of(cell, "number-columns-repeated")
        looks = _shown(cell, reading.styles)
        value = _value(cell, looks)
        if value is not None:
            for place in range(column, column + repeated):
                reading.put(row, place, value)
                if looks.struck:
                    reading.struck.add((row, place))
                if looks.joined:
                    reading.joined.add((row, place))
                if cell.get(f"{OFFICE}value-type") == "percentage":
                    reading.percents.add((row, place))
        if isinstance(value, datetime) and _shows_a_month(looks.text):
            reading.months.add((row, column))
        if value is None and cell.get(f"{TABLE}formula"):
            reading.uncalculated.add((row, column))
        down = _number_of(cell, "number-rows-spanned")
        right = _number_of(cell, "number-columns-spanned")
        if down > 1 or right > 1:
            reading.merged.append(Area(row, column, row + down - 1, column + right - 1))
        column += repeated


def _number_of(node: Element, name: str) -> int:
    return max(1, int(node.get(f"{TABLE}{name}", "1")))


def _value(cell: Element, looks: Looks) -> object:
    kind = cell.get(f"{OFFICE}value-type")
    if kind in {"float", "percentage", "currency"}:
        number = float(cell.get(f"{OFFICE}value", "nan"))
        return int(number) if number.is_integer() else number
    if kind == "date":
        return datetime.fromisoformat(cell.get(f"{OFFICE}date-value", "").removesuffix("Z"))
    if kind == "time" and (lasting := DURATION.fullmatch(cell.get(f"{OFFICE}time-value", ""))):
        hours, minutes, seconds = (float(part or 0) for part in lasting.groups())
        return timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if kind == "boolean":
        return cell.get(f"{OFFICE}boolean-value") == "true"
    return looks.text or cell.get(f"{OFFICE}string-value") or None


def _shown(cell: Element, styles: Mapping[str, Style]) -> Looks:
    """The cell's own paragraphs, without those of a note that hangs on it."""
    own = styles.get(cell.get(f"{TABLE}style-name", ""), PLAIN)
    pieces: list[Piece] = []
    for node in cell:
        if node.tag == f"{TEXT}p":
            # The looks of a whole cell raise no letter above its others.
            pieces += [Piece("\n")] if pieces else []
            pieces += _pieces(node, Style(own.struck), styles)
    looks = looks_of(pieces)
    return replace(looks, text=looks.text.strip())


def _pieces(node: Element, style: Style, styles: Mapping[str, Style]) -> Iterator[Piece]:
    """A paragraph's letters; runs of blanks, tabs and line breaks are elements of their own."""

    def piece(text: str | None) -> Piece:
        return Piece(text or "", style.level, style.struck)

    yield piece(node.text)
    for child in node:
        if child.tag == f"{TEXT}s":
            yield piece(" ")
        elif child.tag in {f"{TEXT}tab", f"{TEXT}line-break"}:
            yield piece("\n")
        elif child.tag != f"{OFFICE}annotation":
            yield from _pieces(child, styles.get(child.get(f"{TEXT}style-name", ""), style), styles)
        yield piece(child.tail)


def _shows_a_month(shown: str) -> bool:
    return bool(MONTH_ONLY.fullmatch(shown)) and not DAY.fullmatch(shown)
