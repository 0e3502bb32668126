"""Population (Fortschreibung des Bevölkerungsstandes) at 31 December: any table of it."""

from __future__ import annotations

from ingest.it_nrw import table
from kreishaus.model import Batch, Origin

YEAR_END = (12, 31)


def parse(content: bytes, origin: Origin) -> Batch:
    """A table of the population. ``origin.label`` begins with its code."""
    return table.parse(content, origin, year_stands_for=YEAR_END)
