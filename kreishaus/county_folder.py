"""The folder of a county: ``county.toml``, and a CSV file for each list that the county keeps.

    counties/05162/county.toml          who the county is, and where its sources lie
                  /municipalities.csv   its municipalities, and its other lists: ``ingest/county``

Which lists there are and what must hold in them is for ``ingest/county``; this module finds the
folder and reads the lines of a list.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator
from pathlib import Path

from kreishaus.wording import joined, say

COUNTY_TOML = "county.toml"
MUNICIPALITIES = "municipalities"
REGISTER_ALIASES = "register_aliases"
HOME_NAMES = "home_names"
KEY = re.compile(r"[0-9]{5}")
"""The official key of a county, and the name of its folder."""
LONGEST_NAME = 100
"""Twice the longest there is. Plots have no room for more, and a file run together makes one."""
COMMENT = "#"
"""A line of a list that begins so is for people."""


class NoCounty(ValueError):
    """Which county is meant cannot be told. The message says what to do."""


class FaultyList(ValueError):
    """A list that is none. ``line`` is where, ``expected`` and ``found`` say what is wrong."""

    def __init__(self, message: str, *, line: int = 1, expected: str = "", found: str = "") -> None:
        super().__init__(message)
        self.line, self.expected, self.found = line, expected, found


def find_county(counties: Path, ags: str | None) -> Path:
    """The folder of the county ``ags``; without a key, of the only county there is.

    A folder that is called otherwise than a key is none: a copy beside it, or what a killed
    ``county init`` left. Raises ``NoCounty`` where there is none, or where several could be meant.
    """
    if ags:
        if not KEY.fullmatch(ags):
            raise NoCounty(
                say(
                    "KREISHAUS_COUNTY_AGS: expected the official key of a county, five digits, "
                    "found {ags!r}",
                    ags=ags,
                )
            )
        folder = counties / ags
        if not (folder / COUNTY_TOML).is_file():
            raise NoCounty(
                say(
                    "{folder}: expected the folder of county {ags} with a {county_toml}, found "
                    "none. `kreishaus county init {ags}` makes one; KREISHAUS_COUNTIES says "
                    "where they lie",
                    folder=folder,
                    ags=ags,
                    county_toml=COUNTY_TOML,
                )
            )
        return folder
    there = sorted(file.parent for file in counties.glob(f"*/{COUNTY_TOML}") if file.is_file())
    found = [folder for folder in there if KEY.fullmatch(folder.name)]
    if len(found) == 1:
        return found[0]
    if there and not found:
        names = ", ".join(folder.name for folder in there)
        raise NoCounty(
            say(
                "{counties}: expected a folder that is called as the official key of its "
                "county, five digits, found {names}. Rename the folder of the county that "
                "is meant",
                counties=counties,
                names=names,
            )
        )
    if not found:
        raise NoCounty(
            say(
                "{counties}: expected a folder <official key>/{county_toml}, found none. "
                "`kreishaus county init 05166` makes one; KREISHAUS_COUNTIES says where "
                "they lie",
                counties=counties,
                county_toml=COUNTY_TOML,
            )
        )
    keys = ", ".join(folder.name for folder in found)
    raise NoCounty(
        say(
            "{counties} holds {keys}: say which one is meant by KREISHAUS_COUNTY_AGS",
            counties=counties,
            keys=keys,
        )
    )


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
                say("line {line} has not as many cells as the first line", line=line),
                line=line,
                expected=say(
                    "{count} cells: {header}", count=len(header), header=joined(header, ",")
                ),
                found=say("{count} cells", count=len(cells)),
            )
        rows.append((line, cells))
    if len(set(header)) != len(header) or not all(header):
        raise FaultyList(
            say("a column has no name, or two have one"),
            line=header_line,
            expected=say("names of their own"),
            found=",".join(header),
        )
    return header, rows


def _cells(text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines that are neither empty nor a comment, as cells."""
    lines = _lines(text)
    first = next((line for line in lines if line.strip() and not line.startswith(COMMENT)), "")
    delimiter = ";" if first.count(";") > first.count(",") else ","
    between = True  # two records: a quoted cell may have a line that begins with the sign

    def records() -> Iterator[str]:
        nonlocal between
        for line in lines:
            comment = between and line.startswith(COMMENT)
            between = False
            yield "\n" if comment else line

    reader = csv.reader(records(), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            bare = [cell.strip() for cell in cells]
            if any(bare) and not _is_quoted_comment(bare, line):
                yield line, bare
            line, between = reader.line_num + 1, True
    except csv.Error as error:
        raise FaultyList(
            say("line {line} cannot be read", line=line),
            line=line,
            expected=say('cells parted by commas, quoted as ""'),
            found=str(error),
        ) from error


def _lines(text: str) -> list[str]:
    """Not ``splitlines``: that breaks a cell at a form feed and at Unicode's own separators."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return [f"{line}\n" for line in unified.removesuffix("\n").split("\n")]


def _is_quoted_comment(cells: list[str], line: int) -> bool:
    """Whether a spreadsheet put a comment in quotes. Raises ``FaultyList`` where it may be data."""
    if not cells[0].startswith(COMMENT):
        return False
    if any(cells[1:]):
        raise FaultyList(
            say("line {line} may be a comment or a row", line=line),
            line=line,
            expected=say(
                "a first cell that does not begin with {comment}, or nothing beside it",
                comment=COMMENT,
            ),
            found=cells[0],
        )
    return True


def read_municipalities(folder: Path) -> dict[str, str]:
    """Official key -> name of the municipalities of a county; none where it has no such list.

    Raises ``FaultyList`` for what is no list of this county's municipalities; its message says it
    all, with the file.
    """
    path = folder / f"{MUNICIPALITIES}.csv"
    if not os.path.lexists(path):
        return {}
    try:
        return _municipalities(folder.name, _text(path))
    except FaultyList as error:
        raise FaultyList(
            say(
                "{path}, line {line}: {error}. Expected {expected}, found {found}",
                path=path,
                line=error.line,
                error=error,
                expected=error.expected,
                found=error.found,
            ),
            line=error.line,
            expected=error.expected,
            found=error.found,
        ) from error


def _text(path: Path) -> str:
    expected = say("a file that this account may read")
    try:
        if not path.is_file():  # never opened: a pipe would wait for whoever fills it
            raise FaultyList(
                say("the list is no file"),
                expected=expected,
                found=say("a folder, a device, or a link that leads to no file"),
            )
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        found = error.strerror or str(error)
        raise FaultyList(say("the list cannot be read"), expected=expected, found=found) from error
    except UnicodeDecodeError as error:
        raise FaultyList(
            say("the list is no UTF-8"),
            line=error.object.count(b"\n", 0, error.start) + 1,
            expected=say("a text in UTF-8: save it as CSV UTF-8"),
            found=say("byte 0x{object:02x}", object=error.object[error.start]),
        ) from error


def _municipalities(county_ags: str, text: str) -> dict[str, str]:
    header, rows = read_list(text)
    columns = ("municipality_code", "name")
    if not set(columns) <= set(header):
        raise FaultyList(
            say("a column is missing"),
            line=1,
            expected=",".join(columns),
            found=(",".join(header) or say("no line")),
        )
    key = re.compile(rf"{re.escape(county_ags)}\d{{3}}", re.ASCII)
    names: dict[str, str] = {}
    for line, cells in rows:
        code, name = (cells[header.index(column)] for column in columns)
        if not key.fullmatch(code) or code in names:
            expected = say(
                "an official key of this county, {county_ags} and three digits, once",
                county_ags=county_ags,
            )
            raise FaultyList("municipality_code", line=line, expected=expected, found=repr(code))
        too_long = len(name) > LONGEST_NAME
        if not name or too_long or not name.isprintable() or name in names.values():
            expected = say("a name on one line, and no other municipality's")
            if too_long:
                expected, name = (
                    say("{longest_name} characters at most", longest_name=LONGEST_NAME),
                    f"{name[:20]}...",
                )
            raise FaultyList("name", line=line, expected=expected, found=repr(name))
        names[code] = name
    return names
