"""The staged table of ``wtg/heimfinder``: the county's homes as one landed answer names them.

A row carries no day of observation: the same answer may be seen on many days, and each sighting of
it is one. Counts are what a home reports of itself; empty where it reports nothing.
"""

import pyarrow as pa

from kreishaus.keys import keyed
from kreishaus.store.staging import text

MEASURES = ("free_places", "free_long_term_places", "free_short_term_places")
"""Places reported free: of any kind, for good, for a short stay. None is the sum of the others."""

COUNTS = ("places", *MEASURES)
COORDINATES = ("latitude", "longitude")

HOMES = {
    "homes": keyed(
        pa.schema(
            [
                pa.field("first_seen_date", pa.date32(), nullable=False),
                text("home_id"),
                text("county_name"),
                text("home_name", nullable=True),
                text("municipality_name", nullable=True),
                text("municipality_code", nullable=True),
                *(pa.field(name, pa.float64()) for name in COORDINATES),
                *(pa.field(name, pa.int64()) for name in COUNTS),
                text("unmapped", nullable=True),
            ]
        ),
        "home_id",
        label="home_name",
    )
}
"""``unmapped`` is empty: fields that no column takes do not land. Earlier rows have some."""
