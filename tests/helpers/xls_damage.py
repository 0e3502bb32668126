"""Old Excel files (BIFF8 in a compound file) that are damaged, or made to harm who reads them."""

from __future__ import annotations

import io
import random
import struct
from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate

import xlwt

from formats.compound import MAGIC

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
NOBODY = 0xFFFFFFFF
BOF, EOF, BOUNDSHEET, NAME, NUMBER, MULRK, LABEL = 0x809, 0x0A, 0x85, 0x18, 0x203, 0xBD, 0x204
SST, LABELSST, FORMULA, STRING, MERGED, XF, FORMAT = 0xFC, 0xFD, 0x06, 0x207, 0xE5, 0xE0, 0x41E
GLOBALS, WORKSHEET = 5, 0x10


# --- parts of a file ------------------------------------------------------------------------------


def record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def bof(what: int) -> bytes:
    return record(BOF, struct.pack("<HHHHII", 0x600, what, 0x0DBB, 1996, 0, 6))


def boundsheet(offset: int, title: str) -> bytes:
    name = title.encode("latin-1")
    return record(BOUNDSHEET, struct.pack("<IHBB", offset, 0, len(name), 0) + name)


def number(row: int, column: int, value: float, style: int = 0) -> bytes:
    return record(NUMBER, struct.pack("<HHHd", row, column, style, value))


def book(
    *sheets: bytes, beside: bytes = b"", places: list[int] | None = None, styles: int = 1
) -> bytes:
    """A stream of sheets' records. ``places`` are offsets into the sheets, if not their starts."""
    xf = record(XF, struct.pack("<HHHBBBBIIH", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)) * styles
    bodies = [bof(WORKSHEET) + sheet + record(EOF) for sheet in sheets]
    starts = [0, *accumulate(map(len, bodies))][:-1]
    places = starts if places is None else places
    names = [f"s{place}" for place in range(len(places))]
    head = bof(GLOBALS) + xf + beside
    size = len(head) + sum(len(boundsheet(0, name)) for name in names) + len(record(EOF))
    bounds = b"".join(
        boundsheet(size + place, name) for place, name in zip(places, names, strict=True)
    )
    return head + bounds + record(EOF) + b"".join(bodies)


def entry(name: str, kind: int, start: int, size: int, **kin: int) -> bytes:
    written = name.encode("utf-16-le") + b"\x00\x00"
    left, right, child = (kin.get(one, NOBODY) for one in ("left", "right", "child"))
    return (
        written.ljust(64, b"\x00")
        + struct.pack("<HBBIII", len(written), kind, 1, left, right, child)
        + bytes(36)
        + struct.pack("<III", start, size, 0)
    )


def compound(stream: bytes, more: tuple[bytes, ...] = ()) -> bytes:
    """A compound file with one stream, and further entries of its directory (from number 2)."""
    body = stream.ljust(4096, b"\x00")
    body += bytes(-len(body) % SECTOR)
    count = len(body) // SECTOR
    directory = entry("Root Entry", 5, END, 0, child=1) + entry("Workbook", 2, 0, len(body))
    directory += b"".join(more)
    directory += bytes(-len(directory) % SECTOR)
    rows = len(directory) // SECTOR
    fats = next(n for n in range(1, 110) if n * 128 >= count + rows + n)
    chain = [*range(1, count), END, *range(count + 1, count + rows), END, *[FAT] * fats]
    table = struct.pack(f"<{fats * 128}I", *chain, *[FREE] * (fats * 128 - len(chain)))
    numbers = [count + rows + place for place in range(fats)]
    head = MAGIC + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, fats, count, 0, 4096, END, 0, END, 0)
    head += struct.pack("<109I", *numbers, *[FREE] * (109 - fats))
    return head + body + directory + table


# --- what harms -----------------------------------------------------------------------------------


def fanned_directory(depth: int = 40) -> bytes:
    """Each entry of the directory names the next one as both its neighbours: 2 ** depth ways."""
    fan = tuple(
        entry(f"e{place}", 2, END, 0, left=place + 3, right=place + 3) for place in range(depth)
    )
    last = entry("last", 2, END, 0)
    first = entry("Workbook", 2, 0, 4096, left=2, right=2)
    content = bytearray(compound(book(number(0, 0, 1)), (*fan, last)))
    at = content.index("Workbook".encode("utf-16-le"))
    content[at : at + 128] = first
    return bytes(content)


def doubling_names(levels: int = 8, width: int = 100) -> bytes:
    """Each name is a formula that joins the next one ``width`` times: width ** levels letters."""
    names = b""
    for place in range(levels):
        more = struct.pack("<BHH", 0x43, place + 2, 0) * width + b"\x08" * (width - 1)
        formula = struct.pack("<BBB", 0x17, 1, 0) + b"x" if place + 1 == levels else more
        name = f"n{place:03}".encode()
        names += record(
            NAME,
            struct.pack("<HBBHHHBBBBB", 0, 0, len(name), len(formula), 0, 0, 0, 0, 0, 0, 0)
            + name
            + formula,
        )
    return compound(book(number(0, 0, 1), beside=names))


def one_sheet_many_times(times: int = 20_000, cells: int = 20_000) -> bytes:
    """Entries for as many sheets as there is room for, all of which lie in the same place."""
    sheet = b"".join(number(place, 0, 1) for place in range(cells))
    return compound(book(sheet, places=[0] * times))


def sheets_inside_sheets(depth: int = 20_000, cells: int = 20_000) -> bytes:
    """Each sheet begins inside the one before, and all hold the same cells."""
    nested = (bof(WORKSHEET)) * (depth - 1) + b"".join(number(row, 0, 1) for row in range(cells))
    places = [len(bof(WORKSHEET)) * place for place in range(depth)]
    return compound(book(nested + record(EOF) * (depth - 1), places=places))


def far_columns(rows: int = 65_536, sheets: int = 1) -> bytes:
    """One cell in the last column of each row: whoever fills the gaps has 16 million cells."""
    sheet = b"".join(number(row, 255, 1) for row in range(rows))
    return compound(book(*[sheet] * sheets))


def last_rows(sheets: int = 10_000) -> bytes:
    """Many sheets of one cell each, in the last corner."""
    return compound(book(*[number(65_535, 255, 1)] * sheets))


def everything_merged(areas: int = 1_000) -> bytes:
    """As many merged areas as one may have, each over the whole sheet."""
    data = struct.pack("<H", areas) + struct.pack("<HHHH", 0, 65_535, 0, 255) * areas
    return compound(book(number(0, 0, 1) + record(MERGED, data)))


def endless_texts(claimed: int = 0x7FFFFFFF) -> bytes:
    return compound(book(number(0, 0, 1), beside=record(SST, struct.pack("<II", claimed, claimed))))


HARMFUL: Mapping[str, Callable[[], bytes]] = {
    "a fanned directory": fanned_directory,
    "doubling names": doubling_names,
    "one sheet many times": one_sheet_many_times,
    "sheets inside sheets": sheets_inside_sheets,
    "far columns": far_columns,
    "far columns of five sheets": lambda: far_columns(sheets=5),
    "last rows": last_rows,
    "everything merged": everything_merged,
    "endless texts": endless_texts,
}


# --- what happens by itself -----------------------------------------------------------------------


def office_file() -> bytes:
    """A workbook as xlwt writes it, with all kinds of cells."""
    workbook, written = xlwt.Workbook(), io.BytesIO()
    for title in ("Tabelle1", "Tabelle2"):
        sheet = workbook.add_sheet(title)
        sheet.write_merge(0, 0, 0, 3, "Überschrift", xlwt.Style.default_style)
        for row in range(1, 60):
            sheet.write(row, 0, f"Land {row} – Łódź")
            sheet.write(row, 1, row * 1000.25)
            sheet.write(row, 2, row)
            sheet.write(row, 3, xlwt.Formula("B1+1"))
            sheet.write(row, 4, bool(row % 2))
    workbook.save(written)
    return written.getvalue()


def accidents(content: bytes, count: int, seed: int = 1) -> Iterator[bytes]:
    """Copies with flipped bits, cut off, with absurd sizes, and with chains that run in circles."""
    chance = random.Random(seed)
    for place in range(count):
        broken = bytearray(content)
        match place % 4:
            case 0:
                for _ in range(chance.randint(1, 8)):
                    broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
            case 1:
                del broken[chance.randrange(len(broken)) :]
            case 2:
                width, value = chance.choice([(2, 0xFFFF), (4, 0x7FFFFFFF), (4, 0xFFFFFFFF)])
                at = chance.choice([chance.randrange(512), chance.randrange(len(broken) - 4)])
                broken[at : at + width] = value.to_bytes(width, "little")
            case 3:
                (first,) = struct.unpack_from("<I", broken, 76)
                at = 512 * (first + 1) + 4 * chance.randrange(len(broken) // 512)
                struct.pack_into("<I", broken, at, chance.randrange(len(broken) // 512))
        yield bytes(broken)
