"""The door of IT.NRW's tables: data, and none of persons. A file may also be handed in by hand."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator

from formats.archives import BROKEN, check_archive
from formats.compound import MAGIC
from formats.encodings import decode
from formats.sheets import OpaqueFile
from formats.workbook import look_into
from ingest.it_nrw.ffcsv import is_flat
from ingest.it_nrw.rest import require_data
from ingest.it_nrw.table_csv import FIRST_LINE
from ingest.persons.door import (
    refuse,
    refuse_long_numbers,
    refuse_other_format,
    refuse_table,
    refuse_text,
)
from ingest.persons.named import names_person
from ingest.persons.search import Lawful
from ingest.persons.values import day_of, is_month_edge
from kreishaus.model import UnreadableFile
from kreishaus.wording import say

TABLES = Lawful(headers=frozenset({"Name"}), days=True, rows=True, without_counts=True)
"""Names of regions; reference dates line by line; labels that repeat."""
OTHER = Lawful(rows=True, without_counts=True)
ZIP = b"PK"
OFFICE_FILES = ("[Content_Types].xml", "content.xml")
CLOSING = re.compile(r"_{5,}|\(C\)|©|created:|erstellt|stand:", re.IGNORECASE)
"""How the lines begin that end a table."""
MOST_BYTES = 2**17
"""So much of a text shows what is listed in it; tables of a Land have far more."""


def require_table(content: bytes, label: str) -> None:
    """Let a table pass. Raises ``FileRejected`` for a list of persons, ``SourceUnavailable`` as
    ``require_data`` does."""
    require_data(content, label)
    for text in _texts(content):
        _search_beside(_text_of(text))
        _search(text[: text.rfind(b"\n", 0, MOST_BYTES) + 1] if len(text) > MOST_BYTES else text)


def _texts(content: bytes) -> Iterator[bytes]:
    """The file, or what an answer of GENESIS holds packed. Raises ``FileRejected``."""
    if content.startswith(MAGIC):
        refuse_other_format(say("a table of GENESIS as text, or packed"))
    if not content.startswith(ZIP):
        yield content
        return
    try:
        check_archive(content, "a table")
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            members = [archive.read(name) for name in names]
    except (UnreadableFile, *BROKEN):
        return  # neither a table nor a list comes out of it: the parser says what is wrong
    if any(name in OFFICE_FILES for name in names):
        refuse_other_format(say("a table of GENESIS as text, or packed"))
    yield from members


def _text_of(content: bytes) -> str:
    try:
        return decode(content).text
    except UnreadableFile:
        return content.decode("utf-8-sig", "replace")


def _search(content: bytes) -> None:
    text = _text_of(content)
    first = text.lstrip("\n").partition("\n")[0].strip()
    is_table = is_flat(first) or FIRST_LINE.fullmatch(first) is not None
    if not is_table:
        refuse_text(text.splitlines())
        refuse_long_numbers(text)
    try:
        workbook = look_into(content)
    except OpaqueFile:
        return  # no table of text at all; its lines have been searched
    refuse_table(workbook, TABLES if is_table else OTHER)


def _search_beside(text: str) -> None:
    """The lines that are none of the table's, wherever they stand: below its last line, or of
    another number of cells. Raises ``FileRejected``."""
    lines = text.splitlines()
    widths = Counter(line.count(";") for line in lines if line.strip())
    (usual, _), *_ = widths.most_common(1) or [(0, 0)]
    rows = [at for at, line in enumerate(lines) if line.count(";") == usual]
    closed = next(
        (at for at, line in enumerate(lines) if rows and at > rows[0] and CLOSING.match(line)),
        len(lines),
    )
    beside = {
        at: line
        for at, line in enumerate(lines)
        if line.strip() and (at > closed or line.count(";") != usual)
    }
    refuse_text(beside.values(), "line beside the table")
    refuse_long_numbers("\n".join(beside.values()))
    for at, line in beside.items():
        cells = [cell.strip() for cell in line.split(";") if cell.strip()]
        days = [day for cell in cells if (day := day_of(cell)) and not is_month_edge(day)]
        if names_person(line, strictly=True) or (days and len(cells) > 1):
            refuse(f"line {at + 1}, beside the table", "a name or a day as lists of persons have")
