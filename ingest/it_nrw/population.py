"""Population (Fortschreibung des Bevölkerungsstandes) of Regionalstatistik, at 31 December.

A download holds what its preset chose, mostly one reference date. Such a file replaces an earlier
one of the same date only; a file with several dates is taken for the whole history.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.it_nrw import ffcsv
from ingest.it_nrw.cells import Key, PrintedCell, batch, reference_date
from ingest.it_nrw.dimensions import REGION_VARIABLES, VARIABLES, label
from ingest.it_nrw.evidence import fault
from ingest.it_nrw.numbers import MARKERS
from ingest.it_nrw.printed import cells_of
from ingest.it_nrw.table_csv import of_code
from ingest.model import Batch, Origin

YEAR_END = (12, 31)


def parse_by_age(content: bytes, origin: Origin) -> Batch:
    """Population by sex, nationality and 21 age groups. ``origin.label`` is the table code."""
    table = of_code(content, origin.label)
    return batch(
        cells_of(table, ("sex", "nationality", "age"), YEAR_END),
        place=table.place,
        period=None,
        published_at=table.published_at,
    )


def parse_municipalities(content: bytes, origin: Origin) -> Batch:
    """Population of municipalities by sex, from a ZIP with a flat CSV, or from the CSV itself.

    A flat CSV does not say when it was published.
    """
    place, text = ffcsv.unpacked(content)
    return batch(
        _flat_cells(text, place, origin.label), place=place, period=None, published_at=None
    )


def _flat_cells(content: bytes, place: str, table_code: str) -> Iterator[PrintedCell]:
    for cell in ffcsv.read(content, place):
        if cell.statistics_code != table_code.split("-")[0]:
            raise fault(
                "table_code",
                f"{place}: this is another table than the one that was asked for.",
                place=place,
                row=cell.line,
                column="statistics_code",
                expected=table_code.split("-")[0],
                found=cell.statistics_code,
            )
        region, dimensions = _placed(cell, place)
        yield PrintedCell(
            key=Key(
                table_code=table_code,
                reference_date=reference_date(cell.time, YEAR_END, place=place, row=cell.line),
                region_code=region.code,
                sex_label=dimensions.get("sex"),
                nationality_label=dimensions.get("nationality"),
                age_label=dimensions.get("age"),
                care_grade_label=dimensions.get("care_grade"),
                measure_label=cell.measure_label,
                unit=cell.unit,
            ),
            region_label=region.label,
            printed=_printed(cell),
            row=cell.line,
            column=cell.measure_label,
        )


def _placed(cell: ffcsv.FlatCell, place: str) -> tuple[ffcsv.Attribute, dict[str, str]]:
    """The region of a cell, and its label in each other dimension."""
    regions = [cell.variables[code] for code in REGION_VARIABLES if code in cell.variables]
    others = {code: place for code, place in cell.variables.items() if code not in REGION_VARIABLES}
    unknown = [code for code in others if code not in VARIABLES]
    if len(regions) != 1 or unknown:
        raise fault(
            "dimensions",
            f"{place}, line {cell.line}: the table is not divided as expected.",
            place=place,
            row=cell.line,
            expected=f"one of {', '.join(REGION_VARIABLES)}, and any of {', '.join(VARIABLES)}",
            found=", ".join(cell.variables),
        )
    return regions[0], {
        VARIABLES[code]: label(attribute.label) for code, attribute in others.items()
    }


def _printed(cell: ffcsv.FlatCell) -> str:
    """Value and quality mark as one printed cell; a marker may stand in either column."""
    if not cell.value and cell.quality in MARKERS:
        return cell.quality
    return cell.value if cell.quality in MARKERS else f"{cell.value}{cell.quality}"
