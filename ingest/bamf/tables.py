"""Staged table of the HKL: one row per country (or continent, or total) and measure.

``measure`` is one of ``MEASURES``, the 25 printed columns in their printed order. A printed "-"
(nothing) is a null value with marker "-"; what it means is said in the warehouse.
"""

import pyarrow as pa

from ingest.staging import text

MEASURES: dict[str, str] = {
    "2": "applications_total",
    "3": "applications_first",
    "4": "applications_follow_up",
    "5": "decisions_total",
    "6": "decisions_art_16a",
    "7": "decisions_refugee",
    "8a": "decisions_subsidiary",
    "8b": "decisions_deportation_ban",
    "9": "decisions_rejected",
    "10": "decisions_otherwise_closed",
    "11": "pending_first",
    "12": "pending_follow_up",
    "14": "first_art_16a",
    "15": "first_refugee",
    "16a": "first_subsidiary",
    "16b": "first_deportation_ban",
    "17": "first_rejected",
    "18": "first_formal",
    "19": "follow_up_art_16a",
    "20": "follow_up_refugee",
    "21a": "follow_up_subsidiary",
    "21b": "follow_up_deportation_ban",
    "22": "follow_up_rejected",
    "23": "follow_up_no_further_procedure",
    "24": "follow_up_formal",
}
"""Printed column number -> measure. Column 13 is not used by the source."""

HKL = {
    "rows": pa.schema(
        [
            pa.field("reference_month", pa.date32(), nullable=False),
            text("row_kind"),  # country, continent, total
            text("continent", nullable=True),  # null for the total
            text("ls_code", nullable=True),  # three digits; null for continents and the total
            text("row_label"),
            text("measure"),
            pa.field("value", pa.int64()),
            text("marker", nullable=True),
        ]
    )
}
