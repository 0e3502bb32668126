"""From printed cells to the staged table ``cells``: numbers, markers, and one row for each key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter

import pandas as pd

from formats.faults import fault
from formats.text import written_out
from ingest.it_nrw.dimensions import COUNT
from ingest.it_nrw.numbers import MARKERS, QUALIFIERS, Reading, read_date, read_flat
from ingest.it_nrw.regions import NATION
from kreishaus.model import Batch, Finding, UnreadableFile
from kreishaus.wording import joined, say

MOST_FAULTS = 20
"""A file whose encoding or separator is wrong has a fault in every cell; nobody reads them all."""

NAME_OF_NATION = "Deutschland"
NAMES_OF_NATION = ("deutschland", "bundesgebiet", "bundesrepublik")

MAX_CELLS = 300_000
"""About 500 MB while they are read. All Kreise of Germany by 22 ages and 9 columns are 107,000."""


@dataclass(frozen=True)
class Key:
    """What a cell is about: the natural key of the staged table."""

    table_code: str
    reference_date: date
    region_code: str
    sex_label: str | None
    nationality_label: str | None
    age_label: str | None
    care_grade_label: str | None
    measure_label: str
    unit: str


@dataclass(frozen=True)
class ProjectionKey(Key):
    """What a cell of a projection is about: whose variant, and from which date it was computed."""

    base_date: date
    variant_label: str | None


@dataclass(frozen=True)
class PrintedCell:
    """One cell as printed; ``row`` is the line it stands in. Only projections have a variant, only
    flat CSVs a mark of quality in a column of its own."""

    key: Key
    region_label: str
    printed: str
    row: int
    column: str
    variant_label: str | None = None
    quality: str = ""

    @property
    def shown(self) -> str:
        """As findings repeat it."""
        return f"{self.printed}{self.quality}"


def reference_date(printed: str, day_of_year: tuple[int, int], *, place: str, row: int) -> date:
    """The date a line is about. Raises ``UnreadableFile`` when the cell is no date."""
    try:
        return read_date(printed, day_of_year)
    except ValueError as error:
        raise fault(
            "reference_date",
            say(
                "{place}, line {row}: the time cell is {error}.", place=place, row=row, error=error
            ),
            place=place,
            row=row,
            column="time",
            expected=say("2023, 2023-12-31 or 31.12.2023"),
            found=repr(printed),
        ) from error


def require_size(cells: int, place: str) -> None:
    """Raise ``UnreadableFile`` for more cells than one process may hold."""
    if cells > MAX_CELLS:
        raise fault(
            "size",
            say("{place}: more cells than one process may hold.", place=place),
            place=place,
            expected=say("at most {max_cells:,} cells", max_cells=MAX_CELLS),
            found=say("more"),
            to_do=say("Narrow the question: regions or years, in county.toml."),
        )


def batch(
    cells: Iterable[PrintedCell],
    *,
    place: str,
    published_at: datetime | None,
    known_at: datetime | None,
    ignored: Sequence[Finding] = (),
    period: str | None = None,
) -> Batch:
    """The batch of one table; its period is the reference date if there is one, else ``all``.

    A key that is printed twice with one value is one row. ``known_at`` is when the file was there
    at the latest: it cannot count people of a later day; None where it does not count but project,
    and then ``period`` says of what. ``ignored`` are findings about parts of the file that were
    left out. Raises ``UnreadableFile``, with all findings up to ``MOST_FAULTS``,
    for cells that are neither number nor marker, keys with two values, and dates to come; besides
    when there is no cell, or too many.
    """
    kept: dict[Key, tuple[PrintedCell, Reading]] = {}
    warnings: dict[str, Finding] = {}
    faults: list[Finding] = []
    to_come: set[date] = set()
    latest = (published_at or known_at).date() if known_at else date.max
    for cell in cells:
        try:
            _require_nation(cell, place)
            reading = _read(cell, place)
            known = kept.setdefault(cell.key, (cell, reading))
            if known[1] != reading:
                raise _contradiction(known[0], cell, place, ignored)
            if cell.key.reference_date > latest and cell.key.reference_date not in to_come:
                to_come.add(cell.key.reference_date)
                raise _to_come(cell, latest, place)
        except UnreadableFile as error:
            faults += error.findings
            if len(faults) >= MOST_FAULTS:
                break
            continue
        if reading.qualifier:
            warnings.setdefault(reading.qualifier, _qualified(cell, reading.qualifier, place))
        require_size(len(kept), place)
    if faults:
        raise UnreadableFile(*faults)
    if not kept:
        raise fault(
            "has_data", say("{place}: not one cell could be found.", place=place), place=place
        )
    dates = {key.reference_date for key in kept}
    return Batch(
        period=period or (dates.pop().isoformat() if len(dates) == 1 else "all"),
        tables={"cells": _frame(kept, place)},
        published_at=published_at,
        findings=(*ignored, *warnings.values()),
    )


def _require_nation(cell: PrintedCell, place: str) -> None:
    """Germany is called so: another region whose key was lost would stand for it."""
    if cell.key.region_code != NATION or written_out(cell.region_label).startswith(NAMES_OF_NATION):
        return
    raise fault(
        "region_level",
        say(
            "{place}, line {row}: key {key} is Germany's, and the name beside it is another.",
            place=place,
            row=cell.row,
            key=NATION,
        ),
        place=place,
        row=cell.row,
        column="region key",
        expected=NAME_OF_NATION,
        found=cell.region_label,
        to_do=say("Digits of the key were probably lost: fetch the file anew."),
    )


def _read(cell: PrintedCell, place: str) -> Reading:
    try:
        reading = read_flat(cell.printed, cell.quality)
    except ValueError as error:
        raise _no_number(
            cell,
            place,
            str(error),
            say("a number such as 1234 or 12,5, or one of {markers}", markers=joined(MARKERS, " ")),
        ) from error
    if cell.key.unit == COUNT and reading.value is not None and "," in cell.printed:
        raise _no_number(
            cell,
            place,
            say("no whole number, though it counts (perhaps a comma between thousands)"),
            say("a whole number such as 1234"),
        )
    return reading


def _no_number(cell: PrintedCell, place: str, why: str, expected: str) -> UnreadableFile:
    return fault(
        "number",
        say(
            "{place}, line {row}, {region_code} {region_label}: {printed!r} is {error}.",
            place=place,
            row=cell.row,
            region_code=cell.key.region_code,
            region_label=cell.region_label,
            printed=cell.shown,
            error=why,
        ),
        place=place,
        row=cell.row,
        column=cell.column,
        expected=expected,
        found=repr(cell.shown),
    )


def _contradiction(
    first: PrintedCell, second: PrintedCell, place: str, ignored: Sequence[Finding]
) -> UnreadableFile:
    about = (
        f"{second.key.region_code} {second.region_label}, {second.column}, "
        f"{second.key.reference_date}"
    )
    if first.row == second.row:
        message = say(
            "{place}, line {row}: two columns that cannot be told apart say two things "
            "about {about}. A header row is missing, or there is a new one: compare "
            "the header with docs/sources/it_nrw.md.",
            place=place,
            row=first.row,
            about=about,
        )
    else:
        message = say(
            "{place}: lines {row} and {row_2} say two things about {about}. Neither "
            "can be trusted: ask the publisher.",
            place=place,
            row=first.row,
            row_2=second.row,
            about=about,
        )
    return fault(
        "one_value_per_key",
        " ".join((message, *(finding.message for finding in ignored))),
        place=place,
        row=second.row,
        column=second.column,
        expected=say("{printed} (line {row})", printed=first.shown, row=first.row),
        found=say("{printed} (line {row})", printed=second.shown, row=second.row),
    )


def _to_come(cell: PrintedCell, latest: date, place: str) -> UnreadableFile:
    return fault(
        "reference_date",
        say(
            "{place}, line {row}: people cannot be counted before their day has come.",
            place=place,
            row=cell.row,
        ),
        place=place,
        row=cell.row,
        column="time",
        expected=say("{latest} at the latest, when the file was made or fetched", latest=latest),
        found=str(cell.key.reference_date),
        to_do=say(
            "A digit was probably damaged, or the table is a projection: fetch it "
            "again, or take it in as one."
        ),
    )


def _qualified(cell: PrintedCell, qualifier: str, place: str) -> Finding:
    return Finding(
        rule="qualified_value",
        severity="warning",
        message=say(
            "{place} holds values marked {qualifier} ({qualifiers}), the first in line "
            "{row}. They are taken as printed; the mark stands in the column qualifier.",
            place=place,
            qualifier=qualifier,
            qualifiers=QUALIFIERS[qualifier],
            row=cell.row,
        ),
        place=place,
        row=str(cell.row),
        column=cell.column,
        expected=say("values without a mark"),
        found=cell.shown,
    )


def _frame(kept: dict[Key, tuple[PrintedCell, Reading]], place: str) -> pd.DataFrame:
    names = list(next(iter(kept)).__dataclass_fields__)
    keys = pd.DataFrame(map(attrgetter(*names), kept), columns=names, dtype="object")
    texts = [name for name in names if not name.endswith("_date")]
    return keys.astype(dict.fromkeys(texts, "string")).assign(
        region_label=pd.array([cell.region_label for cell, _ in kept.values()], dtype="string"),
        value=pd.array([reading.value for _, reading in kept.values()], dtype="Float64"),
        marker=pd.array([reading.marker for _, reading in kept.values()], dtype="string"),
        qualifier=pd.array([reading.qualifier for _, reading in kept.values()], dtype="string"),
        source_place=pd.array([place] * len(kept), dtype="string"),
        source_row=[cell.row for cell, _ in kept.values()],
    )
