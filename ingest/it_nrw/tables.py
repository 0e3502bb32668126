"""Staged table of every GENESIS dataset: one row per printed cell.

A dimension that a table does not have is null. ``*_label`` is the source's own wording, unless
``wordings.csv`` knows it for another wording of a known label: the total of a dimension is always
"Insgesamt". ``value`` is null exactly when ``marker`` says why ("-", ".", "...", "/", "x");
``qualifier`` restricts a value that is there ("()", "p", "r", "s", "e").
"""

import pyarrow as pa

from kreishaus.keys import keyed
from kreishaus.store.staging import text

_COLUMNS = (
    text("table_code"),
    pa.field("reference_date", pa.date32(), nullable=False),
    text("region_code"),
    text("region_label"),
    text("sex_label", nullable=True),
    text("nationality_label", nullable=True),
    text("age_label", nullable=True),
    text("care_grade_label", nullable=True),
    text("measure_label"),
    text("unit"),
    pa.field("value", pa.float64()),
    text("marker", nullable=True),
    text("qualifier", nullable=True),
)
_KEY = (
    *("table_code", "reference_date", "region_code", "sex_label", "nationality_label"),
    *("age_label", "care_grade_label", "measure_label", "unit"),
)

CELLS = {
    "cells": keyed(
        pa.schema(_COLUMNS),
        *_KEY,
        label="region_label",
        measure="measure_label",
    )
}

PROJECTED_CELLS = {
    "cells": keyed(
        pa.schema(
            [
                *_COLUMNS,
                pa.field("base_date", pa.date32(), nullable=False),
                text("variant_label", nullable=True),
            ]
        ),
        *_KEY,
        *("base_date", "variant_label"),
        label="region_label",
        measure="measure_label",
    )
}
"""The cells of a projection: computed from the people of ``base_date``, in several variants."""
