"""The printed GENESIS table as CSV: LDB static downloads, ``datencsv`` and the old wide CSV.

All three have one grammar::

    Tabelle: <code>                          the old one says GENESIS-Tabelle:
    <title over one or more lines>;;;;       only the first cell is filled
    ;;;;<header>;<header>;...                one or more rows, as many empty cells as leading ones;
                                             from the second on empty where a column is not divided
    <leading cells>;<value>;<value>;...      the data
    __________
    <footnotes, licence>                     may be quoted and run over several lines
    Stand: 29.05.2026 / 08:20:11             or created: 2025-12-16 / 16:30:59

The number of titles, header rows and leading cells is found, never assumed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from formats.encodings import decoded
from formats.faults import fault
from ingest.it_nrw.dimensions import UNIT
from ingest.it_nrw.lines import CsvLine, csv_lines
from kreishaus.local_time import HERE
from kreishaus.wording import say

FIRST_LINE = re.compile(r"(?:GENESIS-)?Tabelle: (?P<code>\S+?);*")
SEPARATOR = re.compile(r"_{5,}")
STAMP = re.compile(
    r"(?:Stand|created): (?P<date>\d{2}\.\d{2}\.\d{4}|\d{4}-\d{2}-\d{2})"
    r"(?: / (?P<time>\d{2}:\d{2}:\d{2}))?"
)
TABLE_CODE = re.compile(r"[0-9A-Z]{2,5}(?:-[0-9A-Z]{1,4}){1,5}[a-z]{0,2}")
"""``22421-02i``, ``12411-03-03-4``, ``12411-02-03-5-B``, ``AI-N-01-2-5``, ``1000A-0000``."""
BELIEVABLE_YEARS = range(1990, 2100)
"""The databases are younger; a year outside is a damaged digit."""


@dataclass(frozen=True)
class Line:
    """One data line, as printed. ``leading`` cells name it (time, region, ...)."""

    number: int
    leading: tuple[str, ...]
    values: tuple[str, ...]


@dataclass(frozen=True)
class PrintedTable:
    """A table as printed. Each row of ``headers`` has one cell for each value column, empty where
    the row above names a column that is not divided further."""

    code: str
    titles: tuple[str, ...]
    headers: tuple[tuple[str, ...], ...]
    lines: tuple[Line, ...]
    published_at: datetime

    @property
    def place(self) -> str:
        """How a finding names this table."""
        return f"table {self.code}"


def read(content: bytes) -> PrintedTable:
    """Read a printed table.

    Raises ``UnreadableFile`` where the grammar above is broken: a file that was cut has no
    separator or no last line, a shifted line has another number of cells than the header.
    """
    lines = decoded(content).split("\n")
    end = next((i for i, line in enumerate(lines) if SEPARATOR.fullmatch(line.strip(";"))), None)
    if end is None:
        raise fault(
            "complete",
            say("The line that ends the data is missing: the file was probably cut."),
            row=len(lines),
            expected=say("__________ after the last line of data"),
            found=(lines[-1][:80] or say("the end of the file")),
            to_do=say("Fetch it again."),
        )
    rows = list(csv_lines("\n".join(lines[:end])))
    code = _code(rows)
    titles, headers, data = _parts(rows[1:], code)
    leading = _leading(headers, code)
    width = len(headers[0].cells)
    return PrintedTable(
        code=code,
        titles=tuple(row.cells[0].strip() for row in titles),
        headers=tuple(tuple(cell.strip() for cell in row.cells[leading:]) for row in headers),
        lines=tuple(_line(row, leading, width, code) for row in data),
        published_at=_stamp(lines[end + 1 :], len(lines), code),
    )


def _is_title(row: CsvLine) -> bool:
    return bool(row.cells[0]) and not any(row.cells[1:])


def _is_header(row: CsvLine) -> bool:
    return not row.cells[0]


def _code(rows: list[CsvLine]) -> str:
    first = ";".join(rows[0].cells) if rows else ""
    match = FIRST_LINE.fullmatch(first)
    if match is None:
        raise fault(
            "table_code",
            say("The first line does not name a table: this is another format."),
            row=1,
            expected=say("Tabelle: <code>"),
            found=first[:80],
        )
    return match["code"]


def _parts(rows: list[CsvLine], code: str) -> tuple[list[CsvLine], list[CsvLine], list[CsvLine]]:
    first_header = next((i for i, row in enumerate(rows) if _is_header(row)), len(rows))
    first_data = next(
        (i for i in range(first_header, len(rows)) if not _is_header(rows[i])), len(rows)
    )
    titles, headers, data = rows[:first_header], rows[first_header:first_data], rows[first_data:]
    untitled = next((row for row in titles if not _is_title(row)), None)
    if not headers or untitled:
        row = untitled or rows[-1] if rows else None
        raise fault(
            "header",
            say("table {code}: no header rows stand between the title and the data.", code=code),
            place=f"table {code}",
            row=row.number if row else None,
            expected=say("rows that begin with empty cells and name the columns"),
            found=(";".join(row.cells)[:80] if row else say("nothing")),
        )
    if not data:
        raise fault(
            "has_data",
            say("table {code}: there is no line of data below the header.", code=code),
            place=f"table {code}",
            row=headers[-1].number,
        )
    return titles, headers, data


def _leading(headers: list[CsvLine], code: str) -> int:
    """How many cells stand before the values: as many as every header row leaves empty.

    The first row names each column. A row below it names the parts of those that are divided.
    """
    leading = next((i for i, cell in enumerate(headers[0].cells) if cell.strip()), 0)
    width = len(headers[0].cells)
    for at, row in enumerate(headers):
        cells = [cell.strip() for cell in row.cells]
        above = [tuple(cell.strip() for cell in other.cells[leading:]) for other in headers[:at]]
        fits = len(cells) == width and leading and not any(cells[:leading])
        if not (fits and _divides(cells[leading:], above)):
            raise fault(
                "header",
                say(
                    "table {code}, line {number}: the header rows do not name the same columns.",
                    code=code,
                    number=row.number,
                ),
                place=f"table {code}",
                row=row.number,
                expected=say(
                    "{leading} empty cells, then {count} names",
                    leading=leading,
                    count=width - leading,
                ),
                found=";".join(row.cells)[:120],
            )
    return leading


def _divides(names: Sequence[str], above: Sequence[tuple[str, ...]]) -> bool:
    """Whether a header row names each column, or each part of some that the rows above name.

    GENESIS leaves a cell empty where a column is not divided further; columns of one name above
    are parts of one, so either all of them have a name or none. Every column has a unit.
    """
    if all(UNIT.fullmatch(name) for name in names if name):
        return all(names)
    columns = zip(names, *above, strict=True)
    parts = [
        [bool(name) for name, *_ in part] for _, part in groupby(columns, key=lambda one: one[1:])
    ]
    return all(all(part) or (above and not any(part)) for part in parts)


def _line(row: CsvLine, leading: int, width: int, code: str) -> Line:
    if len(row.cells) != width:
        raise fault(
            "cells_per_line",
            say(
                "table {code}, line {number}: the line has another number of cells than "
                "the header, so no value in it can be trusted.",
                code=code,
                number=row.number,
            ),
            place=f"table {code}",
            row=row.number,
            expected=say("{width} cells", width=width),
            found=say(
                "{count} cells: {cells}", count=len(row.cells), cells=";".join(row.cells)[:80]
            ),
        )
    values = tuple(cell.strip() for cell in row.cells[leading:])
    return Line(row.number, tuple(row.cells[:leading]), values)


def _stamp(footer: list[str], last_line: int, code: str) -> datetime:
    for line in reversed(footer):
        if moment := _moment(line.strip(" ;")):
            return moment
    raise fault(
        "complete",
        say("table {code}: the last line is missing, so the file was probably cut.", code=code),
        place=f"table {code}",
        row=last_line,
        expected=say("Stand: <date> / <time>, or created: <date> / <time>"),
        found=next((line for line in reversed(footer) if line.strip()), "nothing")[:80],
        to_do=say("Fetch it again."),
    )


def _moment(line: str) -> datetime | None:
    match = STAMP.fullmatch(line)
    if match is None:
        return None
    pattern = "%d.%m.%Y" if "." in match["date"] else "%Y-%m-%d"
    try:
        moment = datetime.strptime(
            f"{match['date']} {match['time'] or '00:00:00'}", f"{pattern} %H:%M:%S"
        )
    except ValueError:  # shaped like a date, but there is no such day
        return None
    return moment.replace(tzinfo=HERE) if moment.year in BELIEVABLE_YEARS else None


def code_in(label: str) -> str:
    """The table code that a request's label or a file's name begins with.

    A file handed in by hand is called by its name, ``22421-02i_00.csv``. Raises ``UnreadableFile``
    for a label that names no table: nothing could then tell a wrong table from the right one.
    """
    match = TABLE_CODE.match(label)
    if match is None:
        raise fault(
            "table_code",
            say(
                "{label}: the name does not begin with the code of a table, so the file "
                "cannot be checked against it.",
                label=label,
            ),
            expected=say("a name such as 22421-02i_00.csv"),
            found=label,
            to_do=say("Name it as the databases do, and hand it in again."),
        )
    return match[0]


def of_code(content: bytes, code: str) -> PrintedTable:
    """As ``read``; raises ``UnreadableFile`` also when the file holds another table."""
    table = read(content)
    if table.code != code:
        title = f" ({' '.join(table.titles)[:120]})" if table.titles else ""
        raise fault(
            "table_code",
            say(
                "The file holds table {code}{title}, but table {code_2} was asked for.",
                code=table.code,
                title=title,
                code_2=code,
            ),
            place=table.place,
            row=1,
            expected=code,
            found=table.code,
            to_do=say("Mend table_code (or path) of this dataset in county.toml."),
        )
    return table
