"""From a printed table to cells: which column and which header row says what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ingest.it_nrw.cells import Key, PrintedCell, reference_date
from ingest.it_nrw.dimensions import UNIT, Dimension, Dimensions, dimension_of, label
from ingest.it_nrw.evidence import fault
from ingest.it_nrw.table_csv import PrintedTable

TIME, REGION_CODE, REGION_LABEL = range(3)
"""The leading columns every such table has; further ones are dimensions."""

TITLE_MEASURE = re.compile(rf"(?P<measure>.+) \((?P<unit>{UNIT.pattern})\)")

DIMENSIONS: tuple[Dimension, ...] = ("sex", "nationality", "age", "care_grade")


@dataclass(frozen=True)
class _Column:
    """What the header, and the title, say of one value column."""

    measure: str
    unit: str
    dimensions: Mapping[Dimension, str]
    name: str


def cells_of(
    table: PrintedTable,
    dimensions: Dimensions,
    year_stands_for: tuple[int, int],
    *,
    optional: Dimensions = (),
) -> Iterator[PrintedCell]:
    """The cells of a table that has these dimensions, and perhaps the optional ones.

    ``year_stands_for`` is the (month, day) that a bare year means. Raises ``UnreadableFile`` when
    the table has other dimensions, or when its measures or units cannot be told.
    """
    columns = _columns(table)
    leading = _leading_dimensions(table)
    found = {*leading.values(), *(name for column in columns for name in column.dimensions)}
    if not set(dimensions) <= found <= {*dimensions, *optional}:
        raise fault(
            "dimensions",
            f"{table.place}: the table is not divided as expected. If the publisher changed it, "
            "the parser of this dataset must be changed with it.",
            place=table.place,
            expected=", ".join(sorted(dimensions)) or "region and time only",
            found=", ".join(sorted(found)) or "region and time only",
        )
    for line in table.lines:
        date = reference_date(
            line.leading[TIME], year_stands_for, place=table.place, row=line.number
        )
        named = {name: label(line.leading[index]) for index, name in leading.items()}
        for column, printed in zip(columns, line.values, strict=True):
            places = {**named, **column.dimensions}
            yield PrintedCell(
                key=Key(
                    table_code=table.code,
                    reference_date=date,
                    region_code=line.leading[REGION_CODE],
                    sex_label=places.get("sex"),
                    nationality_label=places.get("nationality"),
                    age_label=places.get("age"),
                    care_grade_label=places.get("care_grade"),
                    measure_label=column.measure,
                    unit=column.unit,
                ),
                region_label=line.leading[REGION_LABEL],
                printed=printed,
                row=line.number,
                column=column.name,
            )


def _leading_dimensions(table: PrintedTable) -> dict[int, Dimension]:
    width = len(table.lines[0].leading)
    if width <= REGION_LABEL:
        raise fault(
            "leading_columns",
            f"{table.place}: time, region key and region name do not lead every line.",
            place=table.place,
            row=table.lines[0].number,
            expected="at least 3 leading columns",
            found=str(width),
        )
    named = {}
    for index in range(REGION_LABEL + 1, width):
        labels = {line.leading[index] for line in table.lines}
        dimension = dimension_of(labels)
        if dimension is None:
            raise fault(
                "dimensions",
                f"{table.place}: leading column {index + 1} holds words of no known dimension.",
                place=table.place,
                column=str(index + 1),
                expected=", ".join(DIMENSIONS),
                found=", ".join(sorted(labels)[:5]),
            )
        named[index] = dimension
    return named


def _columns(table: PrintedTable) -> list[_Column]:
    """Sort the header rows into dimensions, unit and measure; the title may hold the latter two."""
    rows: dict[str, tuple[str, ...]] = {}
    for header in table.headers:
        is_unit = all(map(UNIT.fullmatch, header))
        role = "unit" if is_unit else dimension_of(header) or "measure"
        if role in rows:
            raise fault(
                "header",
                f"{table.place}: two header rows speak of the {role}.",
                place=table.place,
                expected=f"one row for the {role}",
                found=f"{rows[role][0]!r} and {header[0]!r}",
            )
        rows[role] = header
    measures, units = rows.get("measure"), rows.get("unit")
    if measures is None or units is None:
        measure, unit = _from_title(table)
        width = len(table.headers[0])
        measures, units = measures or (measure,) * width, units or (unit,) * width
    return [
        _Column(
            measure=measures[index],
            unit=units[index],
            dimensions={name: label(rows[name][index]) for name in DIMENSIONS if name in rows},
            name=" / ".join(header[index] for header in table.headers),
        )
        for index in range(len(table.headers[0]))
    ]


def _from_title(table: PrintedTable) -> tuple[str, str]:
    match = TITLE_MEASURE.fullmatch(table.titles[-1]) if table.titles else None
    if match is None:
        raise fault(
            "header",
            f"{table.place}: neither header nor title say what is counted, and in which unit.",
            place=table.place,
            expected="a header row of measures and one of units, or a title such as "
            "'Bevölkerungsstand (Anzahl)'",
            found=table.titles[-1] if table.titles else "no title",
        )
    return match["measure"], match["unit"]
