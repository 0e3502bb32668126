"""Text tables: one sheet from a CSV, whatever program wrote it."""

from __future__ import annotations

import csv
import re
from collections import Counter

from formats.sheets import OpaqueFile, Rows, Sheet, Workbook, put
from kreishaus.wording import say

DELIMITERS = ";\t,|"
NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
"""Control characters: no table has them, every binary format does."""

DECLARED = re.compile(r"\s*sep=(.)\r?\n", re.IGNORECASE)
NO_TABLE = re.compile(r"\s*([<{\[]|%PDF)")
MAIL = re.compile(
    r"^(From|Von|To|An|Subject|Betreff|Date|Received|Return-Path|MIME-Version|Message-ID"
    r"|Delivered-To|X-[\w-]+):\s",
    re.MULTILINE,
)
CARD = re.compile(r"^BEGIN:V", re.MULTILINE)
MOST_BYTES = 2 * 2**20
TOP = 2_000
"""So many letters show what a text is."""


def read_text(content: bytes) -> Workbook:
    """The one sheet of a text. Raises ``OpaqueFile`` for what is no table of text."""
    if len(content) > MOST_BYTES:
        raise OpaqueFile(say("a text far larger than a table of counts can be"))
    text = _decoded(content)
    if NO_TABLE.match(text):
        raise OpaqueFile(
            say(
                "a PDF, a web page, an XML or JSON export: no table that can be looked "
                "into. Save a workbook"
            )
        )
    if CARD.search(text[:TOP]) or len(set(MAIL.findall(text[:TOP]))) > 1:
        raise OpaqueFile(
            say("a mail or an address card, which is no table. Save the workbook alone")
        )
    declared = DECLARED.match(text)
    if declared:
        text = text[declared.end() :]
    lines = text.splitlines(keepends=True)
    rows: Rows = {}
    try:
        for row, line in enumerate(_records(lines, declared), start=1):
            for column, cell in enumerate(line, start=1):
                put(rows, row, column, cell)
    except csv.Error:
        raise OpaqueFile(say("a text whose quotes do not close. Save it anew")) from None
    return Workbook((Sheet("CSV", rows, dates_are_shown=False),))


def _decoded(content: bytes) -> str:
    """Text as offices export it: UTF-8, UTF-16 with its mark, Windows' own."""
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not NO_TEXT.search(text):
            return text
    raise OpaqueFile(say("neither a workbook nor a table of text, so it cannot be looked into"))


def _encodings(content: bytes) -> tuple[str, ...]:
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    return ("utf-16",) if marked else ("utf-8-sig", "cp1252")


def _records(lines: list[str], declared: re.Match[str] | None) -> list[list[str]]:
    if declared:
        return list(csv.reader(lines, delimiter=declared[1]))
    read = [list(csv.reader(lines, delimiter=delimiter)) for delimiter in DELIMITERS]
    return max(read, key=_regularity)


def _regularity(records: list[list[str]]) -> int:
    """How much of the text lies in rows of one width: what the true delimiter makes of it."""
    widths = Counter(len(record) for record in records if len(record) > 1)
    return max((width * count for width, count in widths.items()), default=0)
