"""The file system inside an old office document: streams, cut into chained sectors ([MS-CFB])."""

from __future__ import annotations

import struct
from collections.abc import Iterator

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
END_OF_CHAIN = 0xFFFFFFFA
"""From here on sector numbers are marks."""


class Container:
    """The file system inside the file: sectors, chained by a table ([MS-CFB] 2.2 to 2.6).

    Raises ``ValueError`` or ``struct.error`` where it is damaged.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        (shift, small_shift) = struct.unpack_from("<HH", content, 30)
        if shift not in {9, 12} or small_shift != 6:
            raise ValueError("no sector size of a compound file")
        self._size = 1 << shift
        self._first_directory, _, self._cutoff, self._first_small, _ = struct.unpack_from(
            "<IIIII", content, 48
        )
        self._next = self._table()

    def entries(self) -> Iterator[tuple[str, tuple[int, int]]]:
        """Every stream and storage: its name, first sector and size."""
        directory = self._chain(self._first_directory)
        for position in range(0, len(directory), 128):
            entry = directory[position : position + 128]
            if len(entry) < 128 or entry[66] == 0:
                continue
            (length,) = struct.unpack_from("<H", entry, 64)
            name = entry[: max(0, min(length, 64) - 2)].decode("utf-16-le")
            start, size = struct.unpack_from("<II", entry, 116)
            if entry[66] == 5:
                self._root = start
            yield name, (start, size)

    def stream(self, start: int, size: int) -> bytes:
        """The bytes of a stream; short ones lie in pieces of 64 bytes inside the root's."""
        if size >= self._cutoff:
            return self._chain(start)[:size]
        pieces = self._chain(self._root)
        following = _numbers(self._chain(self._first_small))
        found = [pieces[number * 64 : number * 64 + 64] for number in _walk(start, following)]
        return b"".join(found)[:size]

    def _table(self) -> tuple[int, ...]:
        (count,) = struct.unpack_from("<I", self._content, 44)
        first, extra = struct.unpack_from("<II", self._content, 68)
        numbers = list(struct.unpack_from("<109I", self._content, 76))
        for _ in range(min(extra, len(self._content) // self._size)):
            *more, first = _numbers(self._sector(first))
            numbers += more
        return _numbers(b"".join(self._sector(number) for number in numbers[:count]))

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        sector = self._content[start : start + self._size]
        return sector.ljust(self._size, b"\x00") if sector else b""

    def _chain(self, first: int) -> bytes:
        return b"".join(self._sector(number) for number in _walk(first, self._next))


def _numbers(table: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(table) // 4}I", table)


def _walk(number: int, following: tuple[int, ...]) -> Iterator[int]:
    """The numbers of a chain. Raises ``ValueError`` where it runs in a circle or away."""
    for _ in range(len(following) + 1):
        if number >= END_OF_CHAIN:
            return
        if number >= len(following):
            raise ValueError("a chain leads out of the file")
        yield number
        number = following[number]
    raise ValueError("a chain runs in a circle")
