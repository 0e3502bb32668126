"""XLS, the workbook of before 2007: xlrd reads the cells, after a look at the file's records.

xlrd does not say what a file carries beside cells; what cannot be read here is refused. Nor does it
count what it does: a file of 11 kB whose directory fans out keeps it busy for ever, and so do
sheets that lie in one another and names that are formulas. So it gets the records of cells alone,
of sheets that lie one after another (docs/decisions/libraries.md).
"""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import takewhile
from pathlib import Path

import xlrd
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900
from xlrd.book import unpack_SST_table

from formats.compound import Container
from formats.looks import Piece, looks_of
from formats.properties import texts
from formats.sheets import DAMAGED, MOST_CELLS, Area, OpaqueFile, Rows, Sheet, Workbook, put
from formats.xlsx import number
from formats.xlsx_texts import AUTHORS, NAMES_AND_HEADERS, NUMBER_FORMATS, PROPERTIES, TEXTS
from kreishaus.wording import say

SAVE_AS = say("Save it as .xlsx")
ENCRYPTED = say("an encrypted workbook, which cannot be looked into. Save it without a password")

STREAMS = {
    "Root Entry", "Workbook", "CompObj", "SummaryInformation", "DocumentSummaryInformation", "Ole",
}  # fmt: skip
"""What an ordinary workbook holds; anything else is a pivot cache, macros or an object."""

BROKEN = (
    struct.error, LookupError, ValueError, TypeError, ArithmeticError, MemoryError,
    xlrd.XLRDError, AssertionError,
)  # fmt: skip

BOF, EOF, CONTINUE, BOUNDSHEET, SST, FORMAT, XF, DATEMODE, FONT = (
    0x809, 0x0A, 0x3C, 0x85, 0xFC, 0x41E, 0xE0, 0x22, 0x31,
)  # fmt: skip
LABEL, LABELSST, RSTRING, NUMBER, RK, MULRK, FORMULA, BOOLERR = (
    0x204, 0xFD, 0xD6, 0x203, 0x27E, 0xBD, 0x06, 0x205,
)  # fmt: skip
STRING, SHARED_FORMULA, ARRAY, TABLE, MERGED, OLD_RK = 0x207, 0x4BC, 0x221, 0x236, 0xE5, 0x7E
HEADER, FOOTER, NAME = 0x14, 0x15, 0x18
CHOICE, LINK, LINK_TIP, FILTER, SERIES, CONDITION = 0x1BE, 0x1B8, 0x800, 0x9E, 0x100D, 0x1B1
FILEPASS, NOTE, TEXT_BOX, EXTERNAL_CELLS, DRAWINGS = 0x2F, 0x1C, 0x1B6, 0x5A, 0xEB
REFUSED = {
    FILEPASS: ENCRYPTED,
    NOTE: say(
        "comments, which cannot be looked into in the old .xls format. {save_as}", save_as=SAVE_AS
    ),
    TEXT_BOX: say(
        "text boxes, which cannot be looked into in the old .xls format. {save_as}", save_as=SAVE_AS
    ),
    CHOICE: say(
        "lists to choose from, which cannot be looked into in the old .xls format. {save_as}",
        save_as=SAVE_AS,
    ),
    LINK: say(
        "links, which cannot be looked into in the old .xls format. {save_as}", save_as=SAVE_AS
    ),
    LINK_TIP: say(
        "links, which cannot be looked into in the old .xls format. {save_as}", save_as=SAVE_AS
    ),
    FILTER: say(
        "a remembered filter, which cannot be looked into in the old .xls format. {save_as}",
        save_as=SAVE_AS,
    ),
    SERIES: say(
        "a chart, which cannot be looked into in the old .xls format. {save_as}", save_as=SAVE_AS
    ),
    CONDITION: say(
        "conditional formats, which cannot be looked into in the old format. {save_as}",
        save_as=SAVE_AS,
    ),
    EXTERNAL_CELLS: say("copied cells of another workbook (external links)"),
}
CELLS = {LABEL, LABELSST, RSTRING, NUMBER, RK, MULRK, FORMULA, BOOLERR}
FOR_XLRD = CELLS | {
    *(BOF, EOF, CONTINUE, BOUNDSHEET, SST, FORMAT, XF, DATEMODE, FONT),
    *(STRING, SHARED_FORMULA, ARRAY, TABLE, MERGED),
}
LEVELS = {1: 1, 2: -1}
"""How a font raises or lowers its letters, in the words of ``formats.looks``."""
NOTHING = b"\xff\xff"
"""The kind of a record that xlrd passes over."""
TEXT_IN_FORMULA = re.compile(rb"\x17(?=([\x04-\xff][\x00\x01]))..", re.DOTALL)
PICTURE = b"\x07\xf0"
TEXT_IN_FORMAT = re.compile(r'"[^"]*"|\\.')
"""Text in a number format: in 0" %" the sign says nothing of the number."""
BIFF8, WORKSHEET = 0x600, 0

DIGITS = re.compile(rb"(?<![0-9])[0-9]{12}(?![0-9])|(?:[0-9]\x00){12}")
"""An id in ASCII or UTF-16, wherever in the file: also in what was deleted and not overwritten."""


@dataclass(frozen=True)
class _Record:
    position: int
    kind: int
    data: bytes


def read_xls(content: bytes) -> Workbook:
    """Every sheet, hidden ones too. Raises ``OpaqueFile``."""
    try:
        stream, properties = _streams(content)
        records = list(_records(stream))
        _refuse_unseen(records)
        _refuse_traps(records)
        unseen = {
            NAMES_AND_HEADERS: tuple(_beside(records)),
            TEXTS: tuple(_shared(records)),
            "the rest of the file": tuple(_digits(content)),
            NUMBER_FORMATS: tuple(_formats(records)),
            "the texts of formulas": tuple(_literals(records)),
            PROPERTIES: tuple(text for author, text in properties if text and not author),
            AUTHORS: tuple(text for author, text in properties if text and author),
        }
        return Workbook(tuple(_sheets(_cells_alone(stream, records))), unseen)
    except BROKEN:
        # Without its cause: a library's words about a broken file may quote the file.
        raise OpaqueFile(DAMAGED) from None


def _digits(content: bytes) -> Iterator[str]:
    return (found.replace(b"\x00", b"").decode("ascii") for found in DIGITS.findall(content))


def _streams(content: bytes) -> tuple[bytes, list[tuple[bool, str]]]:
    """The workbook's own stream, and the texts among the properties."""
    container = Container(content)
    streams = {name.lstrip("\x01\x03\x05"): entry for name, entry in container.entries()}
    if "EncryptedPackage" in streams:
        raise OpaqueFile(ENCRYPTED)
    if set(streams) - STREAMS:
        raise OpaqueFile(
            say(
                "a pivot cache, macros or an embedded object, which cannot be looked into. "
                "{save_as} and copy the counts as values",
                save_as=SAVE_AS,
            )
        )
    if "Workbook" not in streams:
        raise OpaqueFile(
            say("a document that is no workbook of Excel 97 or later. {save_as}", save_as=SAVE_AS)
        )
    properties = [
        text
        for name in ("SummaryInformation", "DocumentSummaryInformation")
        if name in streams
        for text in texts(container.stream(*streams[name]), name)
    ]
    return container.stream(*streams["Workbook"]), properties


def _records(stream: bytes) -> Iterator[_Record]:
    position = 0
    while position + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, position)
        yield _Record(position, kind, stream[position + 4 : position + 4 + length])
        position += 4 + length


def _refuse_unseen(records: list[_Record]) -> None:
    first = records[0]
    if first.kind != BOF or _short(first.data, 0) != BIFF8:
        raise ValueError("no workbook of Excel 97 or later")
    for one in records:
        if reason := REFUSED.get(one.kind):
            raise OpaqueFile(reason)
        if one.kind == DRAWINGS and PICTURE in one.data:
            raise OpaqueFile(say("a picture, which cannot be looked into. Take it out"))


def _refuse_traps(records: list[_Record]) -> None:
    """What would keep xlrd busy: sheets within sheets, sheets read twice, rows without end.

    xlrd makes a row for each up to the last one that is named, also by a merged area.
    """
    last_rows: dict[int, int] = {}
    depth = start = 0
    for one in records:
        if one.kind == BOF:
            if depth == 0:
                start = one.position
                last_rows[start] = 0
            depth += 1
        elif one.kind == EOF:
            depth -= 1
        elif depth == 1:
            _check_numbers(one)
            last_rows[start] = max(last_rows[start], _last_row(one))
    starts = [
        int.from_bytes(one.data[:4], "little")
        for one in records
        if one.kind == BOUNDSHEET and one.data[5] == WORKSHEET
    ]
    if len(set(starts)) < len(starts) or not set(starts) <= set(last_rows):
        raise ValueError("sheets that do not lie one after another")
    if sum(last_rows[start] for start in starts) > MOST_CELLS:
        raise OpaqueFile(say("a file far larger than a table of counts can be"))


def _check_numbers(record: _Record) -> None:
    """Numbers that xlrd passes over in silence: of a kind before 1997, or of no column."""
    if record.kind == OLD_RK:
        raise ValueError("a number of a kind that Excel 97 does not write")
    if record.kind == MULRK:
        first, last = _short(record.data, 2), _short(record.data, len(record.data) - 2)
        if len(record.data) != 6 + 6 * (last - first + 1):
            raise ValueError("numbers of more or fewer columns than they say")


def _last_row(record: _Record) -> int:
    if record.kind in CELLS:
        return 1 + _short(record.data, 0)
    if record.kind == MERGED:
        return max((1 + _short(record.data, at) for at in range(4, len(record.data), 8)), default=0)
    return 0


def _cells_alone(stream: bytes, records: list[_Record]) -> bytes:
    """The stream, in which all that xlrd needs not read is a record without a meaning."""
    left = bytearray(stream)
    for one in records:
        if one.kind not in FOR_XLRD:
            left[one.position : one.position + 2] = NOTHING
    return bytes(left)


def _beside(records: list[_Record]) -> Iterator[str]:
    for one in records:
        if one.kind in {HEADER, FOOTER} and one.data:
            yield _letters(one.data, 3, _short(one.data, 0), one.data[2])
        elif one.kind == NAME and len(one.data) > 15:
            yield _letters(one.data, 15, one.data[3], one.data[14])


def _formats(records: list[_Record]) -> Iterator[str]:
    for one in records:
        if one.kind == FORMAT and len(one.data) > 5:
            yield _letters(one.data, 5, _short(one.data, 2), one.data[4])


def _literals(records: list[_Record]) -> Iterator[str]:
    """The texts inside formulas: a mark, the number of letters, how wide they are, the letters."""
    for one in records:
        if one.kind in {FORMULA, SHARED_FORMULA, ARRAY, NAME}:
            for match in TEXT_IN_FORMULA.finditer(one.data):
                length, flags = match[1][0], match[1][1]
                text = _letters(one.data, match.end(), length, flags)
                if len(text) == length and text.isprintable():
                    yield text


def _short(data: bytes, position: int) -> int:
    return int.from_bytes(data[position : position + 2], "little")


def _letters(data: bytes, position: int, count: int, flags: int) -> str:
    if flags & 1:
        return data[position : position + 2 * count].decode("utf-16-le")
    return data[position : position + count].decode("latin-1")


def _shared(records: list[_Record]) -> list[str]:
    """The table of texts, those of no cell too. It runs over into the records that continue it."""
    for place, one in enumerate(records):
        if one.kind == SST:
            more = takewhile(lambda next_one: next_one.kind == CONTINUE, records[place + 1 :])
            parts = [one.data, *(next_one.data for next_one in more)]
            texts: list[str] = unpack_SST_table(parts, int.from_bytes(one.data[4:8], "little"))[0]
            return texts
    return []


def _sheets(stream: bytes) -> Iterator[Sheet]:
    with (
        Path(os.devnull).open("w") as nowhere,
        xlrd.open_workbook(
            file_contents=stream,
            logfile=nowhere,
            formatting_info=True,
            on_demand=True,
            ragged_rows=True,
        ) as book,
    ):
        own = {key: found.format_str for key, found in book.format_map.items()}
        shown_as = BUILTIN_FORMATS | own
        epoch = CALENDAR_MAC_1904 if book.datemode else CALENDAR_WINDOWS_1900
        styles = [shown_as.get(style.format_key, "General") for style in book.xf_list]
        for place in range(book.nsheets):
            yield _Reading(book.sheet_by_index(place), styles, epoch).all()
            book.unload_sheet(place)


@dataclass
class _Reading:
    """A sheet while it is being read. ``styles`` are the formats of numbers that cells name."""

    read: xlrd.sheet.Sheet
    styles: list[str]
    epoch: datetime
    rows: Rows = field(default_factory=dict)
    months: set[tuple[int, int]] = field(default_factory=set)
    uncalculated: set[tuple[int, int]] = field(default_factory=set)
    percents: set[tuple[int, int]] = field(default_factory=set)
    struck: set[tuple[int, int]] = field(default_factory=set)
    joined: set[tuple[int, int]] = field(default_factory=set)
    shares: set[tuple[int, int]] = field(default_factory=set)

    def all(self) -> Sheet:
        for row in range(self.read.nrows):
            for column, kind in enumerate(self.read.row_types(row)):
                if kind != xlrd.XL_CELL_EMPTY:
                    self._cell(row, column, kind)
        return Sheet(
            title=self.read.name,
            rows=self.rows,
            merged=tuple(
                Area(top + 1, left + 1, below, beyond)
                for top, below, left, beyond in self.read.merged_cells
            ),
            hidden=bool(self.read.visibility & 3),
            months=frozenset(self.months),
            uncalculated=frozenset(self.uncalculated),
            percents=frozenset(self.percents),
            struck=frozenset(self.struck),
            joined=frozenset(self.joined),
            shares=frozenset(self.shares),
        )

    def _cell(self, row: int, column: int, kind: int) -> None:
        value: object = self.read.cell_value(row, column)
        place = (row + 1, column + 1)
        if kind in {xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE}:
            style = self.styles[self.read.cell_xf_index(row, column)]
            found = number(self.read.cell_value(row, column), style, self.epoch)
            value = found.value
            if found.is_month:
                self.months.add(place)
            if "%" in TEXT_IN_FORMAT.sub("", style):
                self.percents.add(place)
            if "%" in style:
                self.shares.add(place)
        elif kind == xlrd.XL_CELL_TEXT and value == "":
            # The table of texts holds no empty ones: this is a formula without a result.
            self.uncalculated.add(place)
        elif kind == xlrd.XL_CELL_BOOLEAN:
            value = bool(value)
        elif kind == xlrd.XL_CELL_ERROR:
            value = "#ERROR"
        put(self.rows, *place, value)
        self._note_looks(row, column, str(value))

    def _note_looks(self, row: int, column: int, text: str) -> None:
        """Note what is struck through, and raised digits: the table of texts has them as others."""
        if not text.strip():
            return
        looks = looks_of(self._pieces(row, column, text))
        if looks.struck:
            self.struck.add((row + 1, column + 1))
        if looks.joined or looks.text != text:
            self.joined.add((row + 1, column + 1))

    def _pieces(self, row: int, column: int, text: str) -> Iterator[Piece]:
        style = self.read.book.xf_list[self.read.cell_xf_index(row, column)]
        runs = self.read.rich_text_runlist_map.get((row, column), [])
        starts = [*(start for start, _ in runs), len(text)]
        yield Piece(text[: starts[0]], struck=self._font(style.font_index).struck)
        for (start, number_of_font), end in zip(runs, starts[1:], strict=True):
            yield replace(self._font(number_of_font), text=text[start:end])

    def _font(self, at: int) -> Piece:
        """How a font shows letters; plain where the file names a font that it does not have."""
        fonts = self.read.book.font_list
        if not 0 <= at < len(fonts):
            return Piece("")
        return Piece("", LEVELS.get(fonts[at].escapement, 0), bool(fonts[at].struck_out))
