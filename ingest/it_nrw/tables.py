"""Staged table of every GENESIS dataset: one row per printed cell.

A dimension that a table does not have is null. ``*_label`` is the source's own wording, stripped;
the total of a dimension is always "Insgesamt", also where a download made in English prints
"Total". ``value`` is null exactly when ``marker`` says why ("-", ".", "...", "/", "x").
"""

import pyarrow as pa

from ingest.staging import text

CELLS = {
    "cells": pa.schema(
        [
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
        ]
    )
}
