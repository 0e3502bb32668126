"""A CSV set: a ZIP with one CSV a sheet, ``Angebote.csv`` and so on, as sheets of a workbook.

A register that cannot write XLSX writes these. Also one CSV alone, for the register's export.
"""

from __future__ import annotations

import csv
import io
import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from formats.archives import BROKEN, Limits, check_archive
from formats.encodings import decode
from ingest.wtg.cells import Raw, is_blank
from ingest.wtg.grids import Grid
from kreishaus.model import Finding, UnreadableFile
from kreishaus.wording import rewritten, say

LIMITS = Limits(members=100, expanded=32 * 2**20)
_NOT_FOR_US = ("__MACOSX/", ".")
_PREFIX = re.compile(r"WTG[_ -]?Stichtag[_ -]+[0-9-]+[_ -]+", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"')
_EXCEL_TEXT = re.compile(r'="([^"]*)"')
"""How exports keep Excel from eating a leading zero: ``="05162004"``."""


def read_csv_set(content: bytes) -> tuple[Grid, ...]:
    """Every CSV of a ZIP, in the order of their names. Raises ``UnreadableFile``."""
    check_archive(content, say("a CSV set"), LIMITS)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {
                name: archive.read(name)
                for name in sorted(archive.namelist())
                if not name.startswith(_NOT_FOR_US) and not name.endswith("/")
            }
    except BROKEN as error:
        raise UnreadableFile(
            Finding(
                rule="csv_set_unreadable",
                severity="critical",
                message=say(
                    "the ZIP cannot be unpacked ({error}); pack and hand it in again", error=error
                ),
                expected=say("a ZIP of CSV files"),
                found=repr(error)[:200],
            )
        ) from error
    tables = {name: part for name, part in members.items() if name.casefold().endswith(".csv")}
    if not tables:
        raise UnreadableFile(_no_csv(list(members)))
    others = [Grid(posixpath.basename(name), ((name,),)) for name in members if name not in tables]
    return (*(read_csv(part, _title(name)) for name, part in tables.items()), *others)


def _no_csv(names: list[str]) -> Finding:
    return Finding(
        rule="csv_set_empty",
        severity="critical",
        message=say(
            "the ZIP holds no CSV file; pack Angebote.csv and the other sheets "
            "directly, or hand in a workbook unpacked"
        ),
        expected=say("Angebote.csv, Belegung.csv, ..."),
        found=(", ".join(names)[:200] or say("an empty ZIP")),
    )


def _title(name: str) -> str:
    return _PREFIX.sub("", posixpath.basename(name).rpartition(".")[0])


def read_csv(content: bytes, title: str) -> Grid:
    """One CSV as a sheet: ``;``, or ``,`` where all rows agree on it; its encoding by evidence.
    Rows keep the line they end on as their number.

    Raises ``UnreadableFile`` for another delimiter, other bytes, or a quote that never ends.
    """
    text = _decoded(content, title)
    first, _, rest = text.partition("\n")
    declared = re.fullmatch(r"sep=([;,|\t]?)\s*", first, re.IGNORECASE)
    if declared:
        # Kept as an empty line, so that rows keep the numbers an editor shows.
        text = f"\n{rest}"
    delimiter = (declared and declared[1]) or _delimiter(text, title)
    rows: list[tuple[Raw, ...]] = []
    for line, fields in _records(text, delimiter, title):
        rows.extend(() for _ in range(line - len(rows) - 1))
        rows.append(tuple(map(_field, fields)))
    if delimiter == ",":
        _require_one_width(rows, title)
    return Grid(title, tuple(rows), delimited=True)


def _records(text: str, delimiter: str, title: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line it ends on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for fields in reader:
            yield reader.line_num, fields
    except csv.Error as error:
        message = say(
            "line {line_num} of {title} is not CSV ({error}); mend its quotes",
            line_num=reader.line_num,
            title=title,
            error=error,
        )
        raise UnreadableFile(_not_csv(title, message, str(reader.line_num), str(error))) from error


def _require_one_width(rows: Sequence[tuple[Raw, ...]], title: str) -> None:
    """A comma also stands inside German numbers and names. Unquoted there, it moves the fields;
    rows of one width show that none does."""
    filled = [(line, row) for line, row in enumerate(rows, start=1) if len(row) > 1]
    if not filled:
        return
    usual = Counter(len(row) for _, row in filled).most_common(1)[0][0]
    odd = [(line, row) for line, row in filled if len(row) != usual]
    if odd:
        line, row = odd[0]
        message = say(
            "line {line} of {title} has {count} fields, the others have {usual}; "
            "{more} more lines differ. A comma inside a number or a name moves the "
            'fields. Save it as CSV with ";" between the columns, or put such texts '
            "into quotes",
            line=line,
            title=title,
            count=len(row),
            usual=usual,
            more=len(odd) - 1,
        )
        raise UnreadableFile(
            _not_csv(title, message, str(line), say("{count} fields", count=len(row)))
        )


def _field(text: str) -> Raw:
    if match := _EXCEL_TEXT.fullmatch(text.strip()):
        return match[1]
    return None if is_blank(text) else text


def _decoded(content: bytes, title: str) -> str:
    try:
        return decode(content).text
    except UnreadableFile as error:
        raise UnreadableFile(
            *(replace(finding, place=title) for finding in error.findings)
        ) from error


def _delimiter(text: str, title: str) -> str:
    """``;`` where most lines have one, else a tab or ``|``, else ``,``: a comma also stands inside
    numbers, and beside another sign it parts the fields only where all lines have as many."""
    lines = [line for line in _QUOTED.sub("", text).splitlines()[:40] if line.strip(" ")]
    with_sign = {sign: sum(sign in line for line in lines) for sign in ";,\t|"}
    if not lines or with_sign[";"] * 2 >= len(lines):
        return ";"
    parts = [sign for sign in "\t|" if with_sign[sign] * 2 >= len(lines)]
    commas = {line.count(",") for line in lines}
    if parts and (0 in commas or len(commas) > 1):
        return max(parts, key=text.count)
    if with_sign[","] == len(lines) or with_sign[","] > max(with_sign[";"], 1):
        return ","
    if with_sign[";"]:
        return ";"
    others = [sign for sign in "\t|" if with_sign[sign]]
    nearest = repr(max(others, key=text.count)) if others else say("none")
    raise UnreadableFile(
        _not_csv(
            title,
            say(
                '{title} is not parted by ";" (what parts it may be {nearest}); save it as '
                'CSV with ";" between the columns',
                title=title,
                nearest=nearest,
            ),
            "1",
            nearest,
        )
    )


def _not_csv(title: str, message: str, row: str | None, found: str) -> Finding:
    return Finding(
        rule="csv_unreadable",
        severity="critical",
        message=message,
        place=title,
        row=row,
        expected=say('a CSV with ";" between the columns'),
        found=rewritten(found, lambda text: text[:200]),
    )
