"""The mark of the sample's generators, found in the bytes of a file of any format.

A mark may stand in any cell, line, field or property. It is looked for in the bytes themselves, in
the members of an archive (XLSX, ODS, the ZIP of a GENESIS answer) and in the properties of a PDF,
whose text may be compressed.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

from formats.archives import BROKEN, check_archive
from kreishaus.figure_origin import MARKS, FigureOrigin, weakest
from kreishaus.model import UnreadableFile

ENCODINGS = ("ascii", "utf-16-le", "utf-16-be")
"""ASCII is part of every other encoding that a text may have."""
SPELLINGS = {word: [mark.encode(one) for one in ENCODINGS] for word, mark in MARKS.items()}
DEEPEST = 2
"""A workbook inside of an archive is looked into; nothing holds archives of archives."""


def mark_in(content: bytes) -> FigureOrigin | None:
    """What the mark in a file says, the weakest if there are several; None without a mark.

    Of a damaged file the bytes that can be read are searched.
    """
    found = [
        word
        for part in _parts(content)
        for word, spellings in SPELLINGS.items()
        if any(spelling in part for spelling in spellings)
    ]
    return weakest(found) if found else None


def _parts(content: bytes, depth: int = 0) -> Iterator[bytes]:
    yield content
    if content.startswith(b"PK") and depth < DEEPEST:
        for member in _members(content):
            yield from _parts(member, depth + 1)
    elif content.lstrip()[:4] == b"%PDF":
        yield _properties(content).encode("ascii", "replace")


def _members(content: bytes) -> Iterator[bytes]:
    try:
        check_archive(content, "an archive")
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield archive.read(name)
    except (UnreadableFile, *BROKEN):
        return  # the parser, or the guard, says what is wrong with it


def _properties(content: bytes) -> str:
    import pypdfium2  # here, because DAG files import this module, and few files are PDFs

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError:
        return ""  # the parser says what is wrong with it
    try:
        return "\n".join(document.get_metadata_dict().values())
    except UnicodeDecodeError:
        return ""
    finally:
        document.close()
