"""Staged tables of printed papers: one row per printed cell, also per empty one.

``item_code`` are the further dimensions as ``name=code``, sorted and joined by ``|``; ``value`` is
the number as printed (39.9 of "39,9 %", never 0.399).
"""

import pyarrow as pa

from kreishaus.keys import keyed
from kreishaus.store.staging import text

FIGURES = {
    "cells": keyed(
        pa.schema(
            [
                text("document"),
                text("place"),
                pa.field("printed_date", pa.date32()),
                pa.field("row_number", pa.int32(), nullable=False),
                pa.field("column_number", pa.int32(), nullable=False),
                text("row_label"),
                pa.field("row_occurrence", pa.int32(), nullable=False),
                text("column_label"),
                pa.field("column_occurrence", pa.int32(), nullable=False),
                text("value_as_printed"),
                pa.field("value", pa.float64()),
                text("marker", nullable=True),
                pa.field("decimals", pa.int32()),
                pa.field("is_percent", pa.bool_(), nullable=False),
                pa.field("is_understood", pa.bool_(), nullable=False),
                text("metric_code", nullable=True),
                text("region_code", nullable=True),
                text("period_kind", nullable=True),  # date, month, year, span
                text("period_code", nullable=True),
                pa.field("reference_date", pa.date32()),
                text("item_code"),
            ]
        ),
        *("document", "place", "row_label", "row_occurrence", "column_label", "column_occurrence"),
        label="row_label",
        positions=("row_number", "column_number"),
    )
}
