"""From a flat CSV to cells: which variable says where, and which dimension each other one is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from formats.faults import fault
from ingest.it_nrw.cells import MAX_CELLS, Key, PrintedCell, reference_date, require_size
from ingest.it_nrw.dimensions import (
    DIMENSIONS,
    MEND_DIMENSION,
    MEND_WORDING,
    NEW_LAYOUT,
    REGION_VARIABLES,
    TOTAL,
    VARIABLES,
    VARIANT,
    Dimension,
    Variant,
    contradicts,
    label,
    nearest,
)
from ingest.it_nrw.ffcsv import Attribute, FlatCell, FlatTable
from ingest.it_nrw.regions import official_key
from kreishaus.model import Finding
from kreishaus.wording import joined, say

REGIONAL_ATLAS = {"AI": "99910"}
"""First part of a table's code -> its statistic, where that is another."""


def cells_of(
    table: FlatTable,
    place: str,
    table_code: str,
    year_stands_for: tuple[int, int],
    *,
    variants: bool = False,
) -> Iterator[PrintedCell]:
    """The cells of a flat CSV of ``table_code``.

    ``year_stands_for`` is the (month, day) that a bare year means; with ``variants`` one variable
    may be of no known dimension: its words are variants. Raises ``UnreadableFile`` for
    another statistic, a variable that is no known dimension, and for none or two that say where.
    """
    cells = list(islice(table.cells, MAX_CELLS + 1))
    require_size(len(cells), place)
    _require_statistic(cells, place, table_code)
    _require_one_label_each(cells, place)
    dimensions = _dimensions(cells, place, variants)
    for cell in cells:
        region, places = _placed(cell, dimensions, place)
        yield PrintedCell(
            key=Key(
                table_code=table_code,
                reference_date=reference_date(
                    cell.time, year_stands_for, place=place, row=cell.line
                ),
                region_code=official_key(region.code),
                sex_label=places.get("sex"),
                nationality_label=places.get("nationality"),
                age_label=places.get("age"),
                care_grade_label=places.get("care_grade"),
                measure_label=label(cell.measure_label),
                unit=label(cell.unit),
            ),
            region_label=region.label,
            printed=cell.value,
            quality=cell.quality,
            row=cell.line,
            column=cell.measure_label,
            variant_label=places.get(VARIANT),
        )


def ignored_columns(table: FlatTable, place: str) -> list[Finding]:
    """A warning for columns that no known layout has.

    They are left out, and truly so: had one divided the cells further, the rest would hold one key
    with two values, which is refused.
    """
    if not table.header.unknown:
        return []
    return [
        Finding(
            rule="new_columns",
            severity="warning",
            message=say(
                "{place} has columns that we do not know; they were left out, and the "
                "cells are told apart without them.",
                place=place,
            ),
            place=place,
            row="1",
            expected=say("the columns of the flat CSV as they were"),
            found=", ".join(table.header.unknown)[:200],
            to_do=say("If they matter, {new_layout}.", new_layout=NEW_LAYOUT),
        )
    ]


def _require_statistic(cells: Sequence[FlatCell], place: str, table_code: str) -> None:
    first = table_code.split("-")[0]
    statistic = REGIONAL_ATLAS.get(first, first)
    for cell in cells:
        if cell.statistics_code != statistic:
            raise fault(
                "table_code",
                say(
                    "{place}: the file holds another statistic than table {table_code}.",
                    place=place,
                    table_code=table_code,
                ),
                place=place,
                row=cell.line,
                column="statistics_code",
                expected=statistic,
                found=cell.statistics_code,
                to_do=say("Mend table_code (or path) of this dataset in county.toml."),
            )


def _require_one_label_each(cells: Sequence[FlatCell], place: str) -> None:
    """The code says what a cell is about, so a label beside it that says another thing, or two
    labels of one code, mean that columns or lines were exchanged."""
    labels: dict[tuple[str, str], str] = {}
    for cell in cells:
        for variable, attribute in cell.variables.items():
            if not attribute.code:
                continue
            first = labels.setdefault((variable, attribute.code), attribute.label)
            if first == attribute.label and not contradicts(attribute.code, attribute.label):
                continue
            raise fault(
                "code_and_label",
                say(
                    "{place}, line {line}: the code {code} and the label beside it contradict each "
                    "other, so nobody knows which of them the value belongs to.",
                    place=place,
                    line=cell.line,
                    code=attribute.code,
                ),
                place=place,
                row=cell.line,
                column=variable,
                expected=(
                    say("the label that belongs to {code}", code=attribute.code)
                    if first == attribute.label
                    else repr(first)
                ),
                found=repr(attribute.label),
                to_do=say("Fetch it again; if it comes again, tell the publisher."),
            )


def _dimensions(
    cells: Sequence[FlatCell], place: str, variants: bool
) -> dict[str, Dimension | Variant]:
    """Code of each variable that divides the table -> dimension, by its code or by its words."""
    labels: dict[str, set[str]] = {}
    for cell in cells:
        for code, attribute in cell.variables.items():
            labels.setdefault(code, set()).add(_label(attribute))
    found: dict[str, Dimension | Variant] = {}
    for code, words in labels.items():
        if code in REGION_VARIABLES or words == {TOTAL}:
            continue
        dimension, strange = nearest(words)
        known = VARIABLES.get(code, dimension)
        if variants and known is None and VARIANT not in found.values():
            found[code] = VARIANT
            continue
        if known is None or strange or known != dimension or known in found.values():
            raise fault(
                "dimensions",
                say(
                    "{place}: variable {code} is of no known dimension, or of one that another "
                    "has. {mend_wording}; {mend_dimension}.",
                    place=place,
                    code=code,
                    mend_wording=MEND_WORDING,
                    mend_dimension=MEND_DIMENSION,
                ),
                place=place,
                row=cells[0].line,
                column=code,
                expected=(
                    say("words of {known}", known=known)
                    if known
                    else say("one of {dimensions}", dimensions=joined(DIMENSIONS, ", "))
                ),
                found=", ".join(strange[:5]) or ", ".join(sorted(words)[:5]),
            )
        found[code] = known
    return found


def _placed(
    cell: FlatCell, dimensions: Mapping[str, Dimension | Variant], place: str
) -> tuple[Attribute, dict[Dimension | Variant, str]]:
    """The region of a cell, and its label in each dimension."""
    regions = [cell.variables[code] for code in REGION_VARIABLES if code in cell.variables]
    if len(regions) != 1:
        raise fault(
            "dimensions",
            say(
                "{place}, line {line}: not exactly one variable says where.",
                place=place,
                line=cell.line,
            ),
            place=place,
            row=cell.line,
            expected=say(
                "one of {region_variables}", region_variables=joined(REGION_VARIABLES, ", ")
            ),
            found=", ".join(cell.variables),
            to_do=say("If it is new, {new_layout}.", new_layout=NEW_LAYOUT),
        )
    return regions[0], {
        dimension: _label(cell.variables[code])
        for code, dimension in dimensions.items()
        if code in cell.variables
    }


def _label(attribute: Attribute) -> str:
    """The total has an empty code, whatever it is called."""
    return label(attribute.label) if attribute.code else TOTAL
