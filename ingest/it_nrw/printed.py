"""From a printed table to cells: which column and which header row says what.

Nothing is told by its position. A leading column of years or dates is the time, one of region
keys the region, one of words the dimension they are of; a header row likewise.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from formats.faults import fault
from ingest.it_nrw.cells import Key, PrintedCell, reference_date
from ingest.it_nrw.dimensions import (
    DIMENSIONS,
    MEND_DIMENSION,
    MEND_WORDING,
    NEW_LAYOUT,
    TOTAL,
    UNIT,
    VARIANT,
    VARIANT_WORDS,
    Dimension,
    Variant,
    label,
    nearest,
)
from ingest.it_nrw.regions import KEY, NATION, official_key
from ingest.it_nrw.table_csv import PrintedTable
from kreishaus.model import UnreadableFile
from kreishaus.wording import joined, say

TIME = re.compile(r"(?:19|20)\d{2}|\d{4}-\d{2}-\d{2}|\d{2}\.\d{2}\.\d{4}", re.ASCII)
TITLE_TIME = re.compile(r"(?:Stichtag|Jahr|Berichtsjahr): (?P<time>\S+)")
TITLE_MEASURE = re.compile(rf"(?P<measure>.+) \((?P<unit>{UNIT.pattern})\)")
INDENTED_LEVELS = (2, 3, 5)
"""Lengths of the keys of Land, Bezirk and Kreis: the rows of each stand equally far in. Germany
stands further out than a Land."""


@dataclass(frozen=True)
class _Leading:
    """What the leading columns hold, by index; ``time`` is None where only the title says when."""

    time: int | None
    region: int
    region_label: int
    dimensions: Mapping[int, Dimension | Variant]


@dataclass(frozen=True)
class _Column:
    """What the header, and the title, say of one value column."""

    measure: str
    unit: str
    dimensions: Mapping[Dimension | Variant, str]
    name: str


def cells_of(
    table: PrintedTable, year_stands_for: tuple[int, int], *, variants: bool = False
) -> Iterator[PrintedCell]:
    """The cells of a table, each with all that title, header and leading columns say of it.

    ``year_stands_for`` is the (month, day) that a bare year means; with ``variants`` the words of
    one column or header row may be of no known dimension: they are variants. Raises
    ``UnreadableFile`` for a column or header row whose words are of no known dimension, and where
    time, region, measure or unit cannot be told.
    """
    columns = _columns(table, variants)
    leading = _leading(table, variants)
    _require_levels(table, leading)
    of_title = _title_time(table) if leading.time is None else ""
    for line in table.lines:
        printed_time = of_title if leading.time is None else line.leading[leading.time]
        date = reference_date(printed_time, year_stands_for, place=table.place, row=line.number)
        region_code = official_key(line.leading[leading.region].strip())
        region_label = line.leading[leading.region_label].strip()
        named = {name: label(line.leading[index]) for index, name in leading.dimensions.items()}
        for column, printed in zip(columns, line.values, strict=True):
            places = {**named, **column.dimensions}
            yield PrintedCell(
                key=Key(
                    table_code=table.code,
                    reference_date=date,
                    region_code=region_code,
                    sex_label=places.get("sex"),
                    nationality_label=places.get("nationality"),
                    age_label=places.get("age"),
                    care_grade_label=places.get("care_grade"),
                    measure_label=column.measure,
                    unit=column.unit,
                ),
                region_label=region_label,
                printed=printed,
                row=line.number,
                column=column.name,
                variant_label=places.get(VARIANT),
            )


def _leading(table: PrintedTable, variants: bool) -> _Leading:
    width = len(table.lines[0].leading)
    times = _columns_like(table, TIME.fullmatch)
    regions = [index for index in _columns_like(table, KEY.fullmatch) if index not in times]
    if len(times) > 1 or len(regions) != 1:
        first = table.lines[0]
        raise fault(
            "leading_columns",
            say(
                "{place}: the columns before the values do not tell time and region.",
                place=table.place,
            ),
            place=table.place,
            row=first.number,
            expected=say(
                "one column of region keys of 2, 3, 5, 8 or 12 digits, and at most one of "
                "years or dates"
            ),
            found=";".join(first.leading),
            to_do=say(
                "Keys that lost their leading zeros were probably saved from a "
                "spreadsheet: fetch the file anew."
            ),
        )
    (region,) = regions
    rest = [index for index in range(width) if index not in (*times, region)]
    named = {index: nearest(_labels(table, index)) for index in rest}
    strangers = [index for index in rest if named[index][0] is None]
    region_label = region + 1 if region + 1 in strangers else next(iter(strangers), region)
    dimensions: dict[int, Dimension | Variant] = {}
    for index in rest:
        dimension, strange = named[index]
        if index == region_label or not (dimension or strange):
            continue  # a column of nothing but totals divides nothing
        if variants and dimension is None and VARIANT not in dimensions.values():
            dimensions[index] = VARIANT
            continue
        if dimension is None or strange or dimension in dimensions.values():
            raise _unknown_words(table, f"leading column {index + 1}", strange, dimension)
        dimensions[index] = dimension
    return _Leading(times[0] if times else None, region, region_label, dimensions)


def _columns_like(table: PrintedTable, fits: Callable[[str], re.Match[str] | None]) -> list[int]:
    """The leading columns at least half of whose cells fit; the others are for a finding."""
    return [
        index
        for index in range(len(table.lines[0].leading))
        if 2 * sum(fits(line.leading[index].strip()) is not None for line in table.lines)
        >= len(table.lines)
    ]


def _labels(table: PrintedTable, index: int) -> set[str]:
    return {line.leading[index] for line in table.lines}


def _unknown_words(
    table: PrintedTable, where: str, words: list[str], dimension: Dimension | None
) -> UnreadableFile:
    mostly = (
        say("words of the dimension {dimension}, each known", dimension=dimension)
        if dimension
        else ""
    )
    return fault(
        "dimensions",
        say(
            "{place}: {where} holds words that are of no known dimension, or of one "
            "that stands elsewhere already. {mend_wording}; {mend_dimension}.",
            place=table.place,
            where=where,
            mend_wording=MEND_WORDING,
            mend_dimension=MEND_DIMENSION,
        ),
        place=table.place,
        column=where.removeprefix("leading column "),
        expected=(
            mostly or say("words of one of {dimensions}", dimensions=joined(DIMENSIONS, ", "))
        ),
        found=(", ".join(words[:5]) or say("{dimension} a second time", dimension=dimension)),
    )


def _require_levels(table: PrintedTable, leading: _Leading) -> None:
    """A key that lost digits names a larger region; the indentation of its row gives it away."""
    indents: dict[int, Counter[int]] = {length: Counter() for length in INDENTED_LEVELS}
    rows = [row for row in table.lines if row.leading[leading.region].strip() != NATION]
    for line in rows:
        length = len(line.leading[leading.region].strip())
        if length in indents:
            indents[length][_indent(line.leading[leading.region_label])] += 1
    usual = {length: count.most_common(1)[0][0] for length, count in indents.items() if count}
    for line in rows:
        key = line.leading[leading.region].strip()
        indent = _indent(line.leading[leading.region_label])
        if indent != usual.get(len(key), indent):
            raise fault(
                "region_level",
                say(
                    "{place}, line {number}: key {key} is of one level, the indentation of its "
                    "row of another.",
                    place=table.place,
                    number=line.number,
                    key=key,
                ),
                place=table.place,
                row=line.number,
                column="region key",
                expected=say(
                    "{usual} blanks before the name, as in other rows of this level",
                    usual=usual[len(key)],
                ),
                found=say(
                    "{indent} blanks: {key};{leading}",
                    indent=indent,
                    key=key,
                    leading=line.leading[leading.region_label],
                ),
                to_do=say("Digits of the key were probably lost: fetch the file anew."),
            )


def _indent(printed: str) -> int:
    return len(printed) - len(printed.lstrip())


def _columns(table: PrintedTable, variants: bool) -> list[_Column]:
    """Sort the header rows into dimensions, unit, measure, and names of dimensions."""
    rows: dict[Dimension | Variant, tuple[str, ...]] = {}
    units: tuple[str, ...] | None = None
    others: list[tuple[str, ...]] = []
    for header in table.headers:
        dimension, strange = nearest(filter(None, header))
        if units is None and all(map(UNIT.fullmatch, header)):
            units = header
        elif variants and VARIANT not in rows and all(map(VARIANT_WORDS.fullmatch, header)):
            rows[VARIANT] = header
        elif dimension is None:
            others.append(header)
        elif strange or dimension in rows:
            raise _unknown_words(table, say("a header row"), strange, dimension)
        else:
            rows[dimension] = header
    measures, units = _measured(table, others, units)
    return [
        _Column(
            measure=label(measures[index]),
            unit=label(units[index]),
            dimensions={name: label(row[index]) for name, row in rows.items() if row[index]},
            name=" / ".join(header[index] for header in table.headers if header[index]),
        )
        for index in range(len(table.headers[0]))
    ]


def _measured(
    table: PrintedTable, others: list[tuple[str, ...]], units: tuple[str, ...] | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What each column counts, and in which unit: by header rows, or by the title.

    A row that says the same of every column only names the dimension below it, as "Altersgruppen"
    does in the old wide CSV. Of several rows the lower ones divide what the upper ones count:
    "Verfügbare Plätze / Dauerpflege".
    """
    width = len(table.headers[0])
    others = [row for row in others if {label(text) for text in row} != {TOTAL}]
    of_title = _title_measure(table)
    telling = [row for row in others if len(set(row)) > 1] or (
        [] if of_title and units is None else others
    )
    if len(telling) > 1:
        telling = [tuple(" / ".join(filter(None, names)) for names in zip(*telling, strict=True))]
    if not (of_title or (units and telling)):
        raise fault(
            "header",
            say(
                "{place}: header and title do not say what is counted, and in which unit.",
                place=table.place,
            ),
            place=table.place,
            expected=say(
                "a header row of measures and one of units ({pattern}), or a title such as "
                "'Bevölkerungsstand (Anzahl)'",
                pattern=UNIT.pattern,
            ),
            found=(
                "; ".join(
                    f"a row {', '.join(dict.fromkeys(row))}"[:100]
                    for row in (*others, units)
                    if row
                )
                or say("the title {word!r}", word=table.titles[-1] if table.titles else "")
            ),
            to_do=say(
                "If the unit is new, {new_layout}. {mend_wording}.",
                new_layout=NEW_LAYOUT,
                mend_wording=MEND_WORDING,
            ),
        )
    measure, unit = of_title or ("", "")
    return (telling[0] if telling else (measure,) * width), units or (unit,) * width


def _title_measure(table: PrintedTable) -> tuple[str, str] | None:
    matches = filter(None, map(TITLE_MEASURE.fullmatch, reversed(table.titles)))
    match = next(matches, None)
    return (match["measure"], match["unit"]) if match else None


def _title_time(table: PrintedTable) -> str:
    match = next(filter(None, map(TITLE_TIME.fullmatch, table.titles)), None)
    if match is None:
        raise fault(
            "reference_date",
            say("{place}: neither a leading column nor the title say when.", place=table.place),
            place=table.place,
            row=table.lines[0].number,
            expected=say("a column of years or dates, or a title 'Stichtag: 31.12.2018'"),
            found=say(
                "titles {titles!r}, first line {leading!r}",
                titles="; ".join(table.titles)[:150],
                leading=joined(table.lines[0].leading, ";"),
            ),
        )
    return match["time"]
