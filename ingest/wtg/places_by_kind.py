"""A column of places for each kind of care: "Plätze vollstationär", "Plätze KZP", "Plätze TP".

A row of the register is one offer of one kind: the column that is filled says which.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ingest.wtg.cells import CellError, Raw, SeveralKinds, count, is_blank, squeezed
from ingest.wtg.codes import is_kind_heading, kinds_in_column
from ingest.wtg.grids import Grid
from ingest.wtg.header import FEWEST_NAMES, ROWS_SEARCHED, known_names, names_in
from ingest.wtg.layout import REGISTER_SHEET, Sheet, bare
from ingest.wtg.sums import only_label
from kreishaus.model import Finding
from kreishaus.wording import say

SPEAKS_OF_PLACES = re.compile(r"(?:^|_)(?:plaetze|platz|platzzahl|betten|pl)(?:_|$)|plaetze$")
_ZERO = re.compile(r"0+(?:[.,]0+)?")


def kind_of_head(head: str) -> str | None:
    """The kind of care whose places a column has by its head; None for any other column."""
    name = bare(head)
    if not SPEAKS_OF_PLACES.search(name) or name.startswith("davon_"):
        return None
    rest = re.sub(r"(?:^|_)(?:anzahl|zahl|der|plaetze|platzzahl|betten|platz|pl)(?=_|$)", " ", name)
    rest = rest.replace("plaetze", " ").replace("_", " ").strip()
    kinds = kinds_in_column(rest) if rest else frozenset()
    return next(iter(kinds)) if len(kinds) == 1 else None


def _kind_of_numbers(head: str, grid: Grid, header: int, column: int) -> str | None:
    """The kind that a head without a word for places names ("KZP"), over numbers alone."""
    if not is_kind_heading(head):
        return None
    below = [row[column] for row in grid.rows[header + 1 :] if column < len(row)]
    told = [raw for raw in below if _says(raw)]
    (kind,) = kinds_in_column(head)
    return kind if told and all(map(_is_number, told)) else None


def places_gathered(grid: Grid, sheet: Sheet) -> Grid:
    """The grid with such columns as ``plaetze`` and, where there is none, ``angebotsform``, both
    behind all columns. Only for the register, and only where it has no ``plaetze``.

    A row with places of several kinds gets ``SeveralKinds``, which nothing reads as a number.
    """
    if sheet.table != REGISTER_SHEET.table:
        return grid
    for number, row in enumerate(grid.rows[:ROWS_SEARCHED]):
        names = names_in(row, sheet)
        kinds = {
            place: kind
            for place, raw in enumerate(row)
            if isinstance(raw, str)
            and (kind := kind_of_head(raw) or _kind_of_numbers(raw, grid, number, place))
        }
        if kinds and "plaetze" not in names and known_names(row, sheet) > 2:
            own = names.index("angebotsform") if "angebotsform" in names else None
            return _gathered(grid, number, kinds, own)
    return grid


def _gathered(grid: Grid, header: int, kinds: dict[int, str], own: int | None) -> Grid:
    """``kinds`` are the columns of places, ``own`` is that of ``angebotsform``, if there is one."""
    last = max(len(row) for row in grid.rows)
    heads = grid.rows[header]
    rows = [list(row) for row in grid.rows]
    rows[header] = [*rows[header], *[None] * (last - len(heads)), "plaetze"]
    if own is None:
        rows[header].append("angebotsform")
    for row in rows[header + 1 :]:
        told = {place: row[place] for place in kinds if place < len(row) and _says(row[place])}
        places: Raw = None
        if len(told) == 1 and _agrees(row, own, kinds[next(iter(told))]):
            (places,) = told.values()
        elif told and only_label(row) and (made := _sum_of(told.values())) is not None:
            places = made
        elif told:
            parts = (f"{squeezed(str(heads[place]))}: {raw}" for place, raw in told.items())
            places = SeveralKinds("; ".join(parts))
        if told:
            row.extend([None] * (last - len(row)))
            row.append(places)
            if own is None:
                row.append(kinds[next(iter(told))] if len(told) == 1 else None)
    gathered = tuple(str(heads[place]) for place in kinds)
    return replace(grid, rows=tuple(map(tuple, rows)), gathered=gathered)


def _agrees(row: list[Raw], own: int | None, kind: str) -> bool:
    """Whether the row's own word for its kind, if it has one, is the kind of the column."""
    written = row[own] if own is not None and own < len(row) else None
    return is_blank(written) or kinds_in_column(str(written)) in (frozenset(), frozenset([kind]))


def _sum_of(raws: Iterable[Raw]) -> int | None:
    """What the cells of a row of sums make together; None where one is no number."""
    try:
        values = [count(raw).value for raw in raws]
    except CellError:
        return None
    numbers = [value for value in values if isinstance(value, int)]
    return sum(numbers) if len(numbers) == len(values) else None


def _says(raw: Raw) -> bool:
    """Whether a cell says places: a number above nothing, or a text that is no sign for none."""
    if is_blank(raw) or raw == 0:
        return False
    return not (
        isinstance(raw, str) and (_ZERO.fullmatch(raw.strip()) or squeezed(raw) in ("-", "–", "—"))
    )


def places_not_read(grid: Grid) -> Iterator[Finding]:
    """A critical finding where a list of offers has numbers of places in columns of which none is
    known to be all places: they would be lost without a word."""
    for number, row in enumerate(grid.rows[:ROWS_SEARCHED], start=1):
        names = names_in(row, REGISTER_SHEET)
        if known_names(row, REGISTER_SHEET) <= FEWEST_NAMES or "plaetze" in names:
            continue
        heads = [
            squeezed(raw)
            for place, raw in enumerate(row)
            if isinstance(raw, str)
            and SPEAKS_OF_PLACES.search(bare(raw))
            and any(_is_number(below[place]) for below in grid.rows[number:] if place < len(below))
        ]
        if heads:
            yield Finding(
                rule="places_not_read",
                severity="critical",
                message=say(
                    "sheet {title}, row {number}: places stand under {heads}, and no column is "
                    "known to hold the places of an offer. Name that column Plätze",
                    title=grid.title,
                    number=number,
                    heads=", ".join(heads)[:200],
                ),
                place=grid.title,
                row=str(number),
                column="plaetze",
                expected=say("a column Plätze, or one for each kind of offer"),
                found=", ".join(heads)[:200],
            )
        return


def _is_number(raw: Raw) -> bool:
    if isinstance(raw, str):
        return bool(re.match(r"\d", squeezed(raw)))
    return isinstance(raw, int | float) and not isinstance(raw, bool)
