"""The lines of a dropped CSV, whatever saved it: Excel in German, a text editor, a script."""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass

from ingest.printed_tables.findings import unreadable
from kreishaus.wording import say

NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
"""Control characters: no table has them, every binary format does."""

DELIMITERS = ";\t,"
FIRST_WORD = re.compile(r"\s*\"?(dokument)\"?\s*([;\t,])", re.IGNORECASE)
MOST_BYTES = 2 * 2**20


@dataclass(frozen=True)
class Line:
    """A line that says something: its number in the file, and its cells without outer blanks."""

    number: int
    cells: tuple[str, ...]

    def cell(self, place: int) -> str:
        """The cell at a place, from 0; empty beyond the last."""
        return self.cells[place] if place < len(self.cells) else ""


def read_lines(content: bytes) -> list[Line]:
    """The lines that are neither empty nor a comment (``#``). Raises ``UnreadableFile``."""
    text = _decoded(content)
    delimiter = _delimiter(text)
    lines = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for record in reader:
            cells = tuple(" ".join(cell.split()) for cell in record)
            if any(cells) and not cells[0].startswith("#"):
                lines.append(Line(reader.line_num, cells))
    except csv.Error as error:
        raise unreadable(
            "csv",
            say(
                "line {line_num}: {error}. Save the CSV anew", line_num=reader.line_num, error=error
            ),
        ) from None
    return lines


def _decoded(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise unreadable("file_size", say("far larger than a printed table can be"))
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not NO_TEXT.search(text):
            return text
    raise unreadable(
        "file_is_text",
        say("this is no CSV, perhaps a workbook: save it as CSV (UTF-8)"),
        expected=say("text in UTF-8, UTF-16 with its mark, or Windows' own letters"),
    )


def _delimiter(text: str) -> str:
    """What stands behind the word ``Dokument``, which opens the head; else the usual one."""
    for line in text.splitlines():
        if match := FIRST_WORD.match(line):
            return match[2]
    return DELIMITERS[0]
