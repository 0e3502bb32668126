"""Which row of a file without a known table is most like a row of heads, and what it lacks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from openpyxl.utils import get_column_letter

from formats.forms import form_of
from formats.sheets import Sheet, Workbook
from ingest.azr import crosstable, municipalities, series
from ingest.azr.headers import (
    DATE,
    LABEL,
    LINE,
    is_derived_head,
    is_head_of,
    label_columns,
)
from ingest.azr.municipalities import ALL
from kreishaus.model import UnreadableFile
from kreishaus.wording import joined, say
from persons.search import place_of
from vocabulary.groups import GROUPS, printed_head
from vocabulary.statuses import status_aliases

MOST_NAMED = 3
FEWEST = 2
"""A row with one known word alone may be any row."""

EXPECTED = say(
    "one row of heads: statuses by sex and age (Bezeichnung; k.A., Männlich, Weiblich, Unbek.; "
    "Gesamt; k.A., bis 16, 16 - 18, ..., Ab 65), statuses by reference date (Bezeichnung; "
    "31.03.2021, 30.06.2021, ...), or municipalities (AGS, Gemeinde, Insgesamt)"
)


@dataclass(frozen=True)
class _Row:
    place: str
    sheet: Sheet
    number: int
    known: frozenset[int]
    table: str
    missing: str


def nearest(workbook: Workbook) -> str | None:
    """What was found in place of a known table, and what was expected: by place and form alone.

    None where no row is like one of heads.
    """
    rows = [row for at, sheet in enumerate(workbook.sheets, 1) for row in _rows(at, sheet)]
    best = max(rows, key=lambda row: len(row.known), default=None)
    if best is None or len(best.known) < FEWEST:
        return None
    strange = [
        say("column {column} ({form})", column=get_column_letter(at), form=form_of(value))
        for at, value in best.sheet.filled(best.number)
        if at not in best.known
    ]
    more = (
        [say("and {count} more", count=len(strange) - MOST_NAMED)] if strange[MOST_NAMED:] else []
    )
    return say(
        "no table that is known by its heads; {place}, row {row} is most like the heads of "
        "{table}; {missing}; not understood in it: {strange}; expected {expected}",
        place=best.place,
        row=best.number,
        table=best.table,
        missing=best.missing,
        strange=joined([*strange[:MOST_NAMED], *more], ", ") if strange else say("nothing"),
        expected=EXPECTED,
    )


def _rows(at: int, sheet: Sheet) -> Iterator[_Row]:
    place = place_of(at, sheet)
    for number in sheet.top:
        for table, (known, missing) in _like(sheet, number).items():
            yield _Row(place, sheet, number, known, table, missing)


def _like(sheet: Sheet, row: int) -> Mapping[str, tuple[frozenset[int], str]]:
    """Table -> the columns of a row that are heads of it, and what it lacks."""
    beside = _columns(sheet, row, _is_beside)
    groups = crosstable.groups(sheet, row)
    lacking = [printed_head(group) for group in GROUPS if group not in groups.values()]
    towns = municipalities.known_columns(sheet, row)
    statuses = _columns(sheet, row, status_aliases().knows)
    return {
        say("statuses by sex and age"): (
            frozenset(groups) | (beside if groups else frozenset()),
            _lacks(lacking, labelled=bool(label_columns(sheet, row))),
        ),
        say("statuses by reference date"): (
            (dated := _dated(sheet, row)) | (beside if dated else frozenset()),
            say("missing: a column of known statuses left of the dates"),
        ),
        say("a table whose statuses stand side by side"): (
            statuses | (beside if statuses else frozenset()),
            say("missing: dates or groups below it that are known"),
        ),
        say("municipalities"): (
            frozenset(towns),
            say("missing: the head of the names (Gemeinde) or of the total (Insgesamt)")
            if ALL not in towns.values() or len(set(towns.values())) < FEWEST
            else say("missing: municipalities of the county below it"),
        ),
    }


def _lacks(groups: list[str], *, labelled: bool) -> str:
    said = [
        *([] if labelled else [say("the head of the statuses (Bezeichnung, Status)")]),
        *groups[:MOST_NAMED],
        *([say("and {count} more", count=len(groups) - MOST_NAMED)] if groups[MOST_NAMED:] else []),
    ]
    return (
        say("missing: {missing}", missing=joined(said, ", "))
        if said
        else say("no known status below it")
    )


def _columns(sheet: Sheet, row: int, fits: Callable[[str], bool]) -> frozenset[int]:
    return frozenset(at for at, _ in sheet.filled(row) if fits(sheet.text(row, at)))


def _is_beside(text: str) -> bool:
    return any(is_head_of(kind, text) for kind in (LABEL, LINE, DATE)) or is_derived_head(text)


def _dated(sheet: Sheet, row: int) -> frozenset[int]:
    try:
        return frozenset(series.dated_columns(sheet, row))
    except UnreadableFile:
        return frozenset()
