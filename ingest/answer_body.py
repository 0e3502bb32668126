"""The body of an answer, unpacked piece by piece: a small answer can hold more than the memory.

Not left to ``urllib3``: it takes a gzip stream that breaks off for a whole one.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Iterator
from typing import Any

import requests

from kreishaus.wording import say

AS_IT_IS = ("", "identity")
ZIPPED = ("gzip", "x-gzip")


class NotAsked(Exception):
    """A server packs its answer in a way that we did not say we understand."""


def pieces(response: requests.Response, size: int) -> Iterator[bytes]:
    """The body in pieces of at most ``size`` bytes, each as soon as it is there.

    Raises ``NotAsked``; ``EOFError``, ``OSError`` or ``zlib.error`` where it is not whole.
    """
    coding = response.headers.get("Content-Encoding", "").strip().casefold()
    # read1 and not iter_content: that waits for a whole chunk, however slowly it drips.
    read: Callable[[int], bytes]
    if coding in AS_IT_IS:
        read = _Packed(response.raw).read1
    elif coding in ZIPPED:
        read = gzip.GzipFile(fileobj=io.BufferedReader(_Packed(response.raw)), mode="rb").read1
    else:
        raise NotAsked(
            say(
                "expected an answer as it is or in gzip, found Content-Encoding {coding!r}",
                coding=coding[:40],
            )
        )
    return iter(lambda: read(size), b"")


class _Packed(io.RawIOBase):
    """The bytes as they come over the wire, as the standard library reads files."""

    def __init__(self, raw: Any) -> None:  # noqa: ANN401  # urllib3's response, which has no type here
        self._raw = raw

    def readable(self) -> bool:
        return True

    def read1(self, size: int) -> bytes:
        piece: bytes = self._raw.read1(size, decode_content=False)
        return piece

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401  # as io has it
        piece = self.read1(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)
