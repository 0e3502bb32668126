"""From printed cells to the staged table ``cells``: numbers, markers, and one row for each key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import date, datetime

import pandas as pd

from ingest.it_nrw.evidence import fault
from ingest.it_nrw.numbers import MARKERS, QUALIFIERS, Reading, read_cell, read_date
from ingest.model import Batch, Finding, UnreadableFile


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
class PrintedCell:
    """One cell as printed; ``row`` is the line it stands in."""

    key: Key
    region_label: str
    printed: str
    row: int
    column: str


def reference_date(printed: str, day_of_year: tuple[int, int], *, place: str, row: int) -> date:
    """The date a line is about. Raises ``UnreadableFile`` when the cell is no date."""
    try:
        return read_date(printed, day_of_year)
    except ValueError as error:
        raise fault(
            "reference_date",
            f"{place}, line {row}: the time cell is {error}.",
            place=place,
            row=row,
            column="time",
            expected="2023, 2023-12-31 or 31.12.2023",
            found=repr(printed),
        ) from error


def batch(
    cells: Iterable[PrintedCell],
    *,
    place: str,
    period: str | None,
    published_at: datetime | None,
) -> Batch:
    """The batch of one table. ``period`` None: the reference date if there is one, else ``all``.

    A key that is printed twice with one value is one row. Raises ``UnreadableFile`` when it is
    printed with two values, when a cell is neither number nor marker, and when there is none.
    """
    kept: dict[Key, tuple[PrintedCell, Reading]] = {}
    findings: dict[str, Finding] = {}
    for cell in cells:
        reading = _read(cell, place)
        known = kept.setdefault(cell.key, (cell, reading))
        if known[1] != reading:
            raise _contradiction(known[0], cell, place)
        if reading.qualifier:
            findings.setdefault(reading.qualifier, _qualified(cell, reading.qualifier, place))
    if not kept:
        raise fault("has_data", f"{place}: not one cell could be found.", place=place)
    dates = {key.reference_date for key in kept}
    return Batch(
        period=period or (dates.pop().isoformat() if len(dates) == 1 else "all"),
        tables={"cells": _frame(kept, place)},
        published_at=published_at,
        findings=tuple(findings.values()),
    )


def _read(cell: PrintedCell, place: str) -> Reading:
    try:
        return read_cell(cell.printed)
    except ValueError as error:
        raise fault(
            "number",
            f"{place}, line {cell.row}, {cell.key.region_code} {cell.region_label}: "
            f"{cell.printed!r} is {error}.",
            place=place,
            row=cell.row,
            column=cell.column,
            expected=f"a number such as 1234 or 12,5, or one of {' '.join(MARKERS)}",
            found=repr(cell.printed),
        ) from error


def _contradiction(first: PrintedCell, second: PrintedCell, place: str) -> UnreadableFile:
    return fault(
        "one_value_per_key",
        f"{place}: lines {first.row} and {second.row} say two things about "
        f"{second.key.region_code} {second.region_label}, {second.column}, "
        f"{second.key.reference_date}. Neither can be trusted: ask the publisher.",
        place=place,
        row=second.row,
        column=second.column,
        expected=f"{first.printed} (line {first.row})",
        found=f"{second.printed} (line {second.row})",
    )


def _qualified(cell: PrintedCell, qualifier: str, place: str) -> Finding:
    return Finding(
        rule="qualified_value",
        severity="warning",
        message=f"{place} holds values marked {qualifier} ({QUALIFIERS[qualifier]}), the first in "
        f"line {cell.row}. They are taken as printed, without the mark.",
        place=place,
        row=str(cell.row),
        column=cell.column,
        expected="values without a mark",
        found=cell.printed,
    )


def _frame(kept: dict[Key, tuple[PrintedCell, Reading]], place: str) -> pd.DataFrame:
    keys = pd.DataFrame(map(astuple, kept), columns=list(Key.__dataclass_fields__), dtype="object")
    texts = [name for name in keys.columns if name != "reference_date"]
    return keys.astype(dict.fromkeys(texts, "string")).assign(
        region_label=pd.array([cell.region_label for cell, _ in kept.values()], dtype="string"),
        value=pd.array([reading.value for _, reading in kept.values()], dtype="Float64"),
        marker=pd.array([reading.marker for _, reading in kept.values()], dtype="string"),
        source_place=pd.array([place] * len(kept), dtype="string"),
        source_row=[cell.row for cell, _ in kept.values()],
    )
