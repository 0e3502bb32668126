"""XLS, the workbook of before 2007: cells of every sheet, after a look at its records.

Read record by record ([MS-XLS] 2.4): the libraries at hand believe whatever sizes a damaged file
claims, and none says what else a file carries. What its records hold beside cells cannot be read
here, so a file that has any is refused.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from ingest.formats.compound import Container
from ingest.formats.sheets import DAMAGED, Area, OpaqueFile, Rows, Sheet, Workbook, put
from ingest.formats.xlsx import Read, number

SAVE_AS = "Save it as .xlsx"
ENCRYPTED = "an encrypted workbook, which cannot be looked into. Save it without a password"

STREAMS = {
    "Root Entry", "Workbook", "CompObj", "SummaryInformation", "DocumentSummaryInformation", "Ole",
}  # fmt: skip
"""What an ordinary workbook holds; anything else is a pivot cache, macros or an object."""

BROKEN = (struct.error, LookupError, ValueError, TypeError, ArithmeticError, MemoryError)

BOF, EOF, CONTINUE, BOUNDSHEET, SST, FORMAT, XF, DATEMODE = (
    0x809, 0x0A, 0x3C, 0x85, 0xFC, 0x41E, 0xE0, 0x22,
)  # fmt: skip
LABEL, LABELSST, RSTRING, NUMBER, RK, OLD_RK, MULRK, FORMULA, STRING, BOOLERR, MERGED = (
    0x204, 0xFD, 0xD6, 0x203, 0x27E, 0x7E, 0xBD, 0x06, 0x207, 0x205, 0xE5,
)  # fmt: skip
HEADER, FOOTER, NAME = 0x14, 0x15, 0x18
FILEPASS, NOTE, TEXT_BOX, EXTERNAL_CELLS, DRAWINGS = 0x2F, 0x1C, 0x1B6, 0x5A, 0xEB
REFUSED = {
    FILEPASS: ENCRYPTED,
    NOTE: f"comments, which cannot be looked into in the old .xls format. {SAVE_AS}",
    TEXT_BOX: f"text boxes, which cannot be looked into in the old .xls format. {SAVE_AS}",
    EXTERNAL_CELLS: "copied cells of another workbook (external links)",
}
PICTURE = b"\x07\xf0"
BIFF8, WORKSHEET = 0x600, 0

DIGITS = re.compile(rb"(?<![0-9])[0-9]{12}(?![0-9])|(?:[0-9]\x00){12}")
"""An id in ASCII or UTF-16, wherever in the file: also in what was deleted and not overwritten."""

Record = tuple[int, bytes]


@dataclass(frozen=True)
class _Book:
    """What the cells of all sheets refer to."""

    shared: list[str]
    formats: Mapping[int, str]
    styles: list[int]
    epoch: datetime

    def number(self, value: float, style: int) -> Read:
        shown_as = self.formats.get(self.styles[style]) if style < len(self.styles) else None
        return number(value, shown_as or "General", self.epoch)


@dataclass
class _Reading:
    """A sheet while it is being read. All numbers count from 1."""

    book: _Book
    rows: Rows = field(default_factory=dict)
    merged: list[Area] = field(default_factory=list)
    months: set[tuple[int, int]] = field(default_factory=set)
    uncalculated: set[tuple[int, int]] = field(default_factory=set)
    awaits_text: tuple[int, int] | None = None

    def number(self, row: int, column: int, value: float, style: int) -> None:
        read = self.book.number(value, style)
        put(self.rows, row, column, read.value)
        if read.is_month:
            self.months.add((row, column))


def read_xls(content: bytes) -> Workbook:
    """Every sheet, hidden ones too. Raises ``OpaqueFile``."""
    try:
        stream = _workbook_stream(content)
        records = list(_records(stream, 0))
        _refuse_unseen(records)
        book = _book(records)
        unseen = {
            "names, headers and footers": tuple(_beside(records)),
            "the list of texts": tuple(book.shared),
            "the rest of the file": tuple(_digits(content)),
        }
        return Workbook(tuple(_sheets(stream, records, book)), unseen)
    except BROKEN:
        # Without its cause: a library's words about a broken file may quote the file.
        raise OpaqueFile(DAMAGED) from None


def _digits(content: bytes) -> Iterator[str]:
    return (found.replace(b"\x00", b"").decode("ascii") for found in DIGITS.findall(content))


def _workbook_stream(content: bytes) -> bytes:
    container = Container(content)
    streams = {name.lstrip("\x01\x03\x05"): entry for name, entry in container.entries()}
    if "EncryptedPackage" in streams:
        raise OpaqueFile(ENCRYPTED)
    if set(streams) - STREAMS:
        raise OpaqueFile(
            f"a pivot cache, macros or an embedded object, which cannot be looked into. {SAVE_AS} "
            "and copy the counts as values"
        )
    if "Workbook" not in streams:
        raise OpaqueFile(f"a document that is no workbook of Excel 97 or later. {SAVE_AS}")
    return container.stream(*streams["Workbook"])


def _records(stream: bytes, position: int) -> Iterator[Record]:
    while position + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, position)
        yield kind, stream[position + 4 : position + 4 + length]
        position += 4 + length


def _refuse_unseen(records: list[Record]) -> None:
    kind, start = records[0]
    if kind != BOF or struct.unpack_from("<H", start)[0] != BIFF8:
        raise ValueError("no workbook of Excel 97 or later")
    for kind, data in records:
        if reason := REFUSED.get(kind):
            raise OpaqueFile(reason)
        if kind == DRAWINGS and PICTURE in data:
            raise OpaqueFile("a picture, which cannot be looked into. Take it out")


def _beside(records: list[Record]) -> Iterator[str]:
    for kind, data in records:
        if kind in {HEADER, FOOTER} and data:
            yield _text(data, 0)
        elif kind == NAME and len(data) > 15:
            yield _letters(data, 15, data[3], data[14])


def _book(records: list[Record]) -> _Book:
    formats = dict(BUILTIN_FORMATS)
    formats |= {_short(data, 0): _text(data, 2) for kind, data in records if kind == FORMAT}
    since_1904 = any(kind == DATEMODE and _short(data, 0) == 1 for kind, data in records)
    return _Book(
        shared=_shared(records),
        formats=formats,
        styles=[_short(data, 2) for kind, data in records if kind == XF],
        epoch=CALENDAR_MAC_1904 if since_1904 else CALENDAR_WINDOWS_1900,
    )


def _short(data: bytes, position: int) -> int:
    return int.from_bytes(data[position : position + 2], "little")


def _text(data: bytes, position: int) -> str:
    """A text with its number of letters before it, two bytes, and a byte saying how wide."""
    return _letters(data, position + 3, _short(data, position), data[position + 2])


def _letters(data: bytes, position: int, count: int, flags: int) -> str:
    if flags & 1:
        return data[position : position + 2 * count].decode("utf-16-le")
    return data[position : position + count].decode("latin-1")


def _shared(records: list[Record]) -> list[str]:
    """The table of texts. It runs over into the records that continue it."""
    for place, (kind, data) in enumerate(records):
        if kind == SST:
            parts = [data[8:]]
            for following, more in records[place + 1 :]:
                if following != CONTINUE:
                    break
                parts.append(more)
            return list(_Texts(parts).all(int.from_bytes(data[4:8], "little")))
    return []


class _Texts:
    """Texts cut at the ends of records: each part of one says anew how wide its letters are."""

    def __init__(self, parts: list[bytes]) -> None:
        self._parts = parts
        self._part = self._position = 0

    def all(self, count: int) -> Iterator[str]:
        for _ in range(count):
            if self._at_end() and self._part + 1 == len(self._parts):
                return
            yield self._next()

    def _next(self) -> str:
        length, flags = struct.unpack("<HB", self._take(3))
        runs = _short(self._take(2), 0) if flags & 8 else 0
        extra = int.from_bytes(self._take(4), "little") if flags & 4 else 0
        text = self._read(length, flags)
        self._take(4 * runs + extra)
        return text

    def _read(self, length: int, flags: int) -> str:
        pieces = []
        while length:
            if self._at_end():
                self._turn()
                (flags,) = self._take(1)
            width = 1 + (flags & 1)
            count = min(length, (len(self._parts[self._part]) - self._position) // width)
            if count == 0:
                raise ValueError("a letter is cut in two")
            pieces.append(_letters(self._take(count * width), 0, count, flags))
            length -= count
        return "".join(pieces)

    def _at_end(self) -> bool:
        return self._position >= len(self._parts[self._part])

    def _turn(self) -> None:
        if self._part + 1 == len(self._parts):
            raise ValueError("the table of texts ends too early")
        self._part, self._position = self._part + 1, 0

    def _take(self, count: int) -> bytes:
        taken = b""
        while len(taken) < count:
            if self._at_end():
                self._turn()
            piece = self._parts[self._part][self._position :][: count - len(taken)]
            self._position += len(piece)
            taken += piece
        return taken


def _sheets(stream: bytes, records: list[Record], book: _Book) -> Iterator[Sheet]:
    for kind, data in records:
        if kind != BOUNDSHEET or data[5] != WORKSHEET:
            continue
        offset = int.from_bytes(data[:4], "little")
        reading = _Reading(book)
        for cell, content in _inside(stream, offset):
            if read := CELLS.get(cell):
                read(reading, content)
        yield Sheet(
            title=_letters(data, 8, data[6], data[7]),
            rows=reading.rows,
            merged=tuple(reading.merged),
            hidden=bool(data[4] & 3),
            months=frozenset(reading.months),
            uncalculated=frozenset(reading.uncalculated),
        )


def _inside(stream: bytes, offset: int) -> Iterator[Record]:
    """The records of one sheet, without those of a chart inside it."""
    depth = 0
    for kind, data in _records(stream, offset):
        depth += (kind == BOF) - (kind == EOF)
        if depth == 0:
            return
        if depth == 1:
            yield kind, data


def _at(data: bytes) -> tuple[int, int, int]:
    row, column, style = struct.unpack_from("<HHH", data)
    return row + 1, column + 1, style


def _shared_label(reading: _Reading, data: bytes) -> None:
    row, column, _ = _at(data)
    put(reading.rows, row, column, reading.book.shared[int.from_bytes(data[6:10], "little")])


def _label(reading: _Reading, data: bytes) -> None:
    row, column, _ = _at(data)
    put(reading.rows, row, column, _text(data, 6))


def _double(reading: _Reading, data: bytes) -> None:
    row, column, style = _at(data)
    reading.number(row, column, struct.unpack_from("<d", data, 6)[0], style)


def _compressed(reading: _Reading, data: bytes) -> None:
    row, column, style = _at(data)
    reading.number(row, column, _rk(data, 6), style)


def _compressed_row(reading: _Reading, data: bytes) -> None:
    row, column, _ = _at(data)
    for place, position in enumerate(range(4, len(data) - 2, 6)):
        reading.number(row, column + place, _rk(data, position + 2), _short(data, position))


def _rk(data: bytes, position: int) -> float:
    """A number in 30 bits: whole or the upper half of a float, perhaps times a hundred."""
    (packed,) = struct.unpack_from("<i", data, position)
    if packed & 2:
        value = float(packed >> 2)
    else:
        (value,) = struct.unpack("<d", b"\x00" * 4 + struct.pack("<i", packed & ~3))
    return value / 100 if packed & 1 else value


def _formula(reading: _Reading, data: bytes) -> None:
    row, column, style = _at(data)
    result = data[6:14]
    if result[6:8] != b"\xff\xff":
        reading.number(row, column, struct.unpack("<d", result)[0], style)
    elif result[0] == 0:
        reading.awaits_text = (row, column)
    elif result[0] == 1:
        put(reading.rows, row, column, bool(result[2]))
    elif result[0] == 2:
        put(reading.rows, row, column, "#ERROR")
    else:
        reading.uncalculated.add((row, column))


def _formula_text(reading: _Reading, data: bytes) -> None:
    if reading.awaits_text:
        put(reading.rows, *reading.awaits_text, _text(data, 0))
        reading.awaits_text = None


def _truth(reading: _Reading, data: bytes) -> None:
    row, column, _ = _at(data)
    put(reading.rows, row, column, "#ERROR" if data[7] else bool(data[6]))


def _merged(reading: _Reading, data: bytes) -> None:
    for place in range(_short(data, 0)):
        top, bottom, left, right = struct.unpack_from("<HHHH", data, 2 + 8 * place)
        reading.merged.append(Area(top + 1, left + 1, bottom + 1, right + 1))


CELLS: Mapping[int, Callable[[_Reading, bytes], None]] = {
    LABELSST: _shared_label,
    LABEL: _label,
    RSTRING: _label,
    NUMBER: _double,
    RK: _compressed,
    OLD_RK: _compressed,
    MULRK: _compressed_row,
    FORMULA: _formula,
    STRING: _formula_text,
    BOOLERR: _truth,
    MERGED: _merged,
}
