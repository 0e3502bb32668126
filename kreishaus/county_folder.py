"""The folder of a county: ``county.toml``, and a CSV file for each list that the county keeps.

    counties/05162/county.toml          who the county is, and where its sources lie
                  /municipalities.csv   its municipalities, and its other lists: ``ingest/county``

Which lists there are and what must hold in them is for ``ingest/county``; this module finds the
folder and reads the lines of a list.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

COUNTY_TOML = "county.toml"
MUNICIPALITIES = "municipalities"
COMMENT = "#"
"""A line of a list that begins so is for people."""


class NoCounty(ValueError):
    """Which county is meant cannot be told. The message says what to do."""


class FaultyList(ValueError):
    """A list that is none. ``line`` is where, ``expected`` and ``found`` say what is wrong."""

    def __init__(self, message: str, *, line: int, expected: str, found: str) -> None:
        super().__init__(message)
        self.line, self.expected, self.found = line, expected, found


def find_county(counties: Path, ags: str | None) -> Path:
    """The folder of the county ``ags``; without a key, of the only county there is.

    Raises ``NoCounty`` where there is none, or where several could be meant.
    """
    if ags:
        folder = counties / ags
        if not (folder / COUNTY_TOML).is_file():
            raise NoCounty(
                f"{folder}: expected the folder of county {ags} with a {COUNTY_TOML}, found none. "
                f"`kreishaus county init {ags}` makes one; KREISHAUS_COUNTIES says where they lie"
            )
        return folder
    found = sorted(file.parent for file in counties.glob(f"*/{COUNTY_TOML}"))
    if len(found) == 1:
        return found[0]
    if not found:
        raise NoCounty(
            f"{counties}: expected a folder <official key>/{COUNTY_TOML}, found none. "
            "`kreishaus county init 05166` makes one; KREISHAUS_COUNTIES says where they lie"
        )
    keys = ", ".join(folder.name for folder in found)
    raise NoCounty(f"{counties} holds {keys}: say which one is meant by KREISHAUS_COUNTY_AGS")


def read_list(text: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The columns of a list, and its rows: number of the line, cells without the blanks around.

    Commas or semicolons part the cells, as the first line has them: office programs in German
    save with semicolons. Raises ``FaultyList`` for a row of another length or an open quote.
    """
    lines = _cells(text)
    header_line, header = next(lines, (1, []))
    rows = []
    for line, cells in lines:
        if len(cells) != len(header):
            raise FaultyList(
                f"line {line} has not as many cells as the first line",
                line=line,
                expected=f"{len(header)} cells: {','.join(header)}",
                found=f"{len(cells)} cells",
            )
        rows.append((line, cells))
    if len(set(header)) != len(header) or not all(header):
        raise FaultyList(
            "a column has no name, or two have one",
            line=header_line,
            expected="names of their own",
            found=",".join(header),
        )
    return header, rows


def _cells(text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines that are neither empty nor a comment, as cells."""
    first = next(
        (line for line in text.splitlines() if line.strip() and not line.startswith(COMMENT)), ""
    )
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            bare = [cell.strip() for cell in cells]
            if any(bare) and not bare[0].startswith(COMMENT):
                yield line, bare
            line = reader.line_num + 1
    except csv.Error as error:
        raise FaultyList(
            f"line {line} cannot be read",
            line=line,
            expected='cells parted by commas, quoted as ""',
            found=str(error),
        ) from error


def read_municipalities(folder: Path) -> dict[str, str]:
    """Official key -> name of the municipalities of a county; none where it has no such list.

    Raises ``FaultyList`` for a list without the two columns, ``UnicodeDecodeError`` for other text.
    """
    path = folder / f"{MUNICIPALITIES}.csv"
    if not path.is_file():
        return {}
    header, rows = read_list(path.read_text(encoding="utf-8-sig"))
    columns = ("municipality_code", "name")
    if missing := [column for column in columns if column not in header]:
        raise FaultyList(
            f"{path} lacks {', '.join(missing)}",
            line=1,
            expected=",".join(columns),
            found=",".join(header),
        )
    code, name = (header.index(column) for column in columns)
    return {cells[code]: cells[name] for _, cells in rows}
