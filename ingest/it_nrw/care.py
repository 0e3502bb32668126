"""Care statistics (Pflegestatistik): any table of recipients, homes, services or their staff.

The survey counts on 15 December of odd years (allowances on 31 December); the tables print only
the year, so the year stands for 15 December.
"""

from __future__ import annotations

from ingest.it_nrw import table
from kreishaus.model import Batch, Origin

SURVEY_DAY = (12, 15)


def parse(content: bytes, origin: Origin) -> Batch:
    """A table of the care statistics. ``origin.label`` begins with its code."""
    return table.parse(content, origin, year_stands_for=SURVEY_DAY)
