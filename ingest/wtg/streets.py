"""Street and house number in one column, as address lists have it: "Straße, Hausnummer"."""

from __future__ import annotations

import re
from dataclasses import replace

from ingest.wtg.cells import Raw, is_blank, squeezed
from ingest.wtg.grids import Grid
from ingest.wtg.header import FEWEST_NAMES, ROWS_SEARCHED, known_names, names_in
from ingest.wtg.layout import Sheet, bare

_HEAD = re.compile(
    r"(?:strasse|str|anschrift|adresse)(?:_und|_u)?(?:_(?:hausnummer|haus_?nr|hnr|nr|nummer))?"
)
_LINE = re.compile(
    r"(?P<strasse>.*[^\W\d].*?)\s+"
    r"(?P<hausnummer>\d{1,4} ?[a-zA-Z]?(?: ?[-–/+] ?\d{1,4} ?[a-zA-Z]?)?)"
)


def streets_parted(grid: Grid, sheet: Sheet) -> Grid:
    """The grid with the house numbers of such a column in one of their own behind all columns.

    Only where the sheet has none; a text without a number at its end stays whole, as a street.
    """
    own = sheet.headers
    if not {"strasse", "hausnummer"} <= own:
        return grid
    for number, row in enumerate(grid.rows[:ROWS_SEARCHED]):
        names = names_in(row, sheet)
        if known_names(row, sheet) <= FEWEST_NAMES:
            continue
        if names.count("strasse") == 1 and "hausnummer" not in names:
            place = names.index("strasse")
            if _HEAD.fullmatch(bare(str(row[place]))):
                return _split(grid, number, place)
    return grid


def _split(grid: Grid, header: int, column: int) -> Grid:
    last = max(len(row) for row in grid.rows)
    rows = [list(row) for row in grid.rows]
    rows[header] = [*rows[header], *[None] * (last - len(rows[header])), "hausnummer"]
    found = False
    for row in rows[header + 1 :]:
        raw: Raw = row[column] if column < len(row) else None
        match = None if is_blank(raw) else _LINE.fullmatch(squeezed(str(raw)))
        if match:
            found = True
            row.extend([None] * (last + 1 - len(row)))
            row[column], row[last] = match["strasse"], match["hausnummer"]
    return replace(grid, rows=tuple(map(tuple, rows))) if found else grid
