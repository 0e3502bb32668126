"""Care statistics (Pflegestatistik): LDB static tables of recipients and of homes.

The survey counts on 15 December of odd years (allowances on 31 December); the tables print only
the year, so the year stands for 15 December.
"""

from __future__ import annotations

from ingest.it_nrw.cells import batch
from ingest.it_nrw.dimensions import Dimensions
from ingest.it_nrw.printed import cells_of
from ingest.it_nrw.table_csv import of_code
from ingest.model import Batch, Origin

SURVEY_DAY = (12, 15)


def parse_recipients(content: bytes, origin: Origin) -> Batch:
    """Care recipients by kind of benefit, Land to Kreis; by care grade where the table says so.

    ``origin.label`` is the table code, here as in the other parsers.
    """
    return _parse(content, origin, (), optional=("care_grade",))


def parse_homes(content: bytes, origin: Origin) -> Batch:
    """Places in care homes, Land to Kreis."""
    return _parse(content, origin, ())


def parse_recipients_by_age(content: bytes, origin: Origin) -> Batch:
    """Care recipients of the Land by age group and kind of care."""
    return _parse(content, origin, ("age",))


def _parse(
    content: bytes, origin: Origin, dimensions: Dimensions, *, optional: Dimensions = ()
) -> Batch:
    table = of_code(content, origin.label)
    return batch(
        cells_of(table, dimensions, SURVEY_DAY, optional=optional),
        place=table.place,
        period="all",  # every download holds all surveys
        published_at=table.published_at,
    )
