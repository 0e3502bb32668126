"""Looking into a dropped file and keeping nothing of it: cells of a workbook, lines of text."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from xml.etree import ElementTree

from openpyxl import load_workbook

from ingest.azr.workbook import BROKEN

Rows = dict[int, dict[int, object]]
"""Row number -> column number -> value; both from 1, blank cells and rows left out."""

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_MAGIC = b"PK\x03\x04"
MOST_BYTES = 30 * 2**20
"""A table of counts has some ten thousand bytes; what unpacks to more is something else."""

MOST_ROWS_READ = 2_000
"""Enough to judge a sheet; a register export has hundreds of thousands."""

HIDDEN_RECORDS = {
    "xl/pivotCache/": "a pivot cache: the single records behind a pivot table travel with it. "
    "Copy the counts into a new workbook as values",
    "xl/model/": "a data model, which carries the single records",
    "xl/embeddings/": "an embedded document, which cannot be looked into",
    "xl/externalLinks/": "copied cells of another workbook (external links)",
}
COMMENTS = re.compile(r"xl/(comments|threadedComments)\S*\.xml", re.IGNORECASE)


class OpaqueFile(Exception):
    """A file that cannot be looked into, or carries what no reader of its sheets would see."""


def rows_of(content: bytes) -> Iterator[tuple[str, Rows]]:
    """Everything readable in a file: place in words, and its rows. Nothing for unreadable bytes.

    Raises ``OpaqueFile`` for an encrypted or outdated workbook and for hidden records.
    """
    if content.startswith(OLE_MAGIC):
        raise OpaqueFile(
            "an encrypted workbook or one in the old .xls format, which cannot be looked into. "
            "Save it as .xlsx without a password"
        )
    if content.startswith(ZIP_MAGIC):
        yield from _workbook(content)
    elif (text := _decoded(content)) is not None:
        yield "the text", _lines(text)


def _workbook(content: bytes) -> Iterator[tuple[str, Rows]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _refuse_hidden(archive.infolist())
            yield "the comments", _comments(archive)
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        for number, sheet in enumerate(workbook.worksheets, start=1):
            hidden = "" if sheet.sheet_state == "visible" else " (hidden)"
            sheet.reset_dimensions()
            yield f"sheet {number}{hidden}", _filled(sheet.iter_rows(values_only=True))
    except BROKEN:
        # Without its cause: a library's words about a broken file may quote the file.
        raise OpaqueFile("a damaged workbook, which cannot be looked into. Save it anew") from None


def _refuse_hidden(parts: Iterable[zipfile.ZipInfo]) -> None:
    listed = list(parts)
    if any(part.flag_bits & 0x1 for part in listed):
        raise OpaqueFile("an encrypted archive, which cannot be looked into")
    if sum(part.file_size for part in listed) > MOST_BYTES:
        raise OpaqueFile("a file far larger than a table of counts can be")
    for folder, reason in HIDDEN_RECORDS.items():
        if any(part.filename.startswith(folder) for part in listed):
            raise OpaqueFile(reason)


def _comments(archive: zipfile.ZipFile) -> Rows:
    texts: list[object] = []
    for name in archive.namelist():
        if COMMENTS.fullmatch(name):
            root = ElementTree.fromstring(archive.read(name))
            texts += ["".join(node.itertext()) for node in root.iter() if node.tag.endswith("text")]
    return {1: dict(enumerate(texts, start=1))} if texts else {}


def _filled(lines: Iterable[Iterable[object]]) -> Rows:
    rows: Rows = {}
    for number, line in enumerate(lines, start=1):
        row = {
            column: value
            for column, value in enumerate(line, start=1)
            if value is not None and str(value).strip()
        }
        if row:
            rows[number] = row
        if len(rows) > MOST_ROWS_READ:
            break
    return rows


def _decoded(content: bytes) -> str | None:
    """Text as offices export it: UTF-8, UTF-16 with its mark, Windows' own. None for the rest."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    if b"\x00" in content:
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _lines(text: str) -> Rows:
    # Not the csv module: it gives up at fields that are quoted wrongly, a guard may not.
    delimiter = max(";\t,|", key=text[:4096].count)
    return _filled(
        [cell.strip(' "') for cell in line.split(delimiter)] for line in text.split("\n")
    )
