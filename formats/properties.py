"""The properties of an old office document: title, author, comment and their like ([MS-OLEPS])."""

from __future__ import annotations

import struct
from collections.abc import Iterator

TEXT, WIDE_TEXT, VECTOR = 0x1E, 0x1F, 0x1000
OF_AUTHORS = {"SummaryInformation": {4, 8}, "DocumentSummaryInformation": {14, 15}}
"""Stream -> numbers of its properties that name who made the file."""

MOST = 200


def texts(stream: bytes, name: str) -> Iterator[tuple[bool, str]]:
    """Each text among the properties, and whether it names an author.

    Raises ``struct.error`` or ``ValueError`` where the stream is damaged.
    """
    (sections,) = struct.unpack_from("<I", stream, 24)
    for section in range(min(sections, 2)):
        (start,) = struct.unpack_from("<I", stream, 28 + 20 * section + 16)
        _, count = struct.unpack_from("<II", stream, start)
        if count > MOST:
            raise ValueError("more properties than a document has")
        for place in range(count):
            number, offset = struct.unpack_from("<II", stream, start + 8 + 8 * place)
            author = section == 0 and number in OF_AUTHORS[name]
            yield from ((author, text) for text in _values(stream, start + offset))


def _values(stream: bytes, position: int) -> Iterator[str]:
    (kind,) = struct.unpack_from("<I", stream, position)
    position += 4
    many = 1
    if kind & VECTOR:
        (many,) = struct.unpack_from("<I", stream, position)
        position += 4
    if kind & ~VECTOR not in {TEXT, WIDE_TEXT}:
        return
    for _ in range(min(many, MOST)):
        (length,) = struct.unpack_from("<I", stream, position)
        wide = kind & ~VECTOR == WIDE_TEXT
        size = 2 * length if wide else length
        raw = stream[position + 4 : position + 4 + size]
        yield raw.decode("utf-16-le" if wide else "cp1252", "replace").rstrip("\x00")
        position += 4 + (size if kind & VECTOR and not wide else size + -size % 4)
