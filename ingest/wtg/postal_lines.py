"""Postcode and place in one column, as address lists have it: "PLZ Ort", "41460 Neuss"; and whole
addresses: "Marktstraße 7, 41460 Neuss"."""

from __future__ import annotations

import re
from dataclasses import replace

from ingest.wtg.cells import Raw, is_blank, squeezed
from ingest.wtg.grids import Grid
from ingest.wtg.header import FEWEST_NAMES, ROWS_SEARCHED, names_in
from ingest.wtg.layout import Sheet

_HEAD = re.compile(
    r"(?:plz|postleitzahl)[_/,&+.]*(?:und_|u_)?(?:wohn)?(?:ort|gemeinde|stadt|kommune)"
)
_HEAD_TURNED = re.compile(
    r"(?:ort|gemeinde|stadt|kommune)[_/,&+.]*(?:und_|u_)?(?:plz|postleitzahl)"
)
_LINE = re.compile(r"(?:D ?[-–]? ?)?(?P<plz>[0-9]{4,5})(?:[ ,/–-]+(?P<ort>[^\W\d].*))?")
_LINE_TURNED = re.compile(r"(?P<ort>[^\W\d].*?)[ ,/–-]+(?:D ?[-–]? ?)?(?P<plz>[0-9]{5})")
_ADDRESS = re.compile(
    r"(?P<strasse>.*\S)\s*[,;/|–-]\s*(?:D ?[-–]? ?)?(?P<plz>[0-9]{5})\s+(?P<ort>[^\W\d].*)"
)


def parted(grid: Grid, sheet: Sheet) -> Grid:
    """The grid with such a column as two: ``plz`` in its place, ``ort`` behind all columns; of
    addresses the street stays in its place, and both stand behind all columns.

    Where one of the two has a column of its own, only the other is taken from it.
    """
    own = sheet.headers
    if not {"plz", "ort"} <= own:
        return grid
    for number, row in enumerate(grid.rows[:ROWS_SEARCHED]):
        names = names_in(row, sheet)
        places = [index for index, name in enumerate(names) if _is_head(name)]
        wanted = [name for name in ("plz", "ort") if name not in names]
        if len(places) == 1 and wanted and len(own & set(names)) + len(wanted) > FEWEST_NAMES:
            return _split(grid, number, places[0], wanted)
        if len(wanted) == 2 and names.count("strasse") == 1 and "name" in names:
            return _addresses_parted(grid, number, names.index("strasse"))
    return grid


def _addresses_parted(grid: Grid, header: int, column: int) -> Grid:
    """The grid itself where any text of the column is no whole address."""
    last = max(len(row) for row in grid.rows)
    rows = [[*row, *[None] * (last - len(row))] for row in grid.rows]
    rows[header] += ["plz", "ort"]
    found = {
        number: _ADDRESS.fullmatch(squeezed(str(row[column])))
        for number, row in enumerate(rows)
        if number > header and column < last and not is_blank(row[column])
    }
    if not found or None in found.values():
        return grid
    for number, match in found.items():
        if match is not None:
            rows[number][column] = match["strasse"]
            rows[number] += [match["plz"], match["ort"]]
    return replace(grid, rows=tuple(map(tuple, rows)))


def _is_head(name: str) -> bool:
    return any(pattern.fullmatch(name) for pattern in (_HEAD, _HEAD_TURNED))


def _split(grid: Grid, header: int, column: int, wanted: list[str]) -> Grid:
    """The first wanted part stands in the column itself, the second behind the widest row."""
    last = max(len(row) for row in grid.rows)
    rows = [list(row) for row in grid.rows]
    for number, row in enumerate(rows[header:], start=header):
        if column >= len(row) or is_blank(row[column]):
            continue
        parts = {"plz": "plz", "ort": "ort"} if number == header else _line(row[column])
        row.extend([None] * (last + 1 - len(row)))
        for place, name in zip((column, last), wanted, strict=False):
            row[place] = parts[name]
    return replace(grid, rows=tuple(map(tuple, rows)))


def _line(raw: Raw) -> dict[str, Raw]:
    """Postcode and place; what is no such line stays whole, as a place."""
    text = squeezed(str(raw))
    match = _LINE.fullmatch(text) or _LINE_TURNED.fullmatch(text)
    return dict(match.groupdict()) if match else {"plz": None, "ort": raw}
