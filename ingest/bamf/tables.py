"""Staged tables of BAMF. A printed "-" (nothing) is a null value with marker "-".

HKL: one row per country (or continent, or total) and measure, of one month. Cumulative: the same
over several months.
Report: ``rows`` is its overview from January on (``span`` year_to_date), one row per printed row
and measure; ``figures`` are what its sentences state of the total, by span (month, year_to_date).
"""

import pyarrow as pa

from kreishaus.keys import keyed
from kreishaus.store.staging import text

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

_HKL_COLUMNS = (
    pa.field("reference_month", pa.date32(), nullable=False),
    text("row_kind"),  # country, continent, total
    text("continent", nullable=True),  # null for the total
    text("ls_code", nullable=True),  # three digits; null for continents and the total
    text("row_label"),
    text("measure"),
    pa.field("value", pa.int64()),
    text("marker", nullable=True),
)
_HKL_KEY = ("reference_month", "row_kind", "continent", "ls_code", "measure")

HKL = {"rows": keyed(pa.schema(_HKL_COLUMNS), *_HKL_KEY, label="row_label", measure="measure")}

HKL_CUMULATIVE = {
    "rows": keyed(
        pa.schema([pa.field("first_month", pa.date32(), nullable=False), *_HKL_COLUMNS]),
        "first_month",
        *_HKL_KEY,
        label="row_label",
        measure="measure",
    )
}
"""Counts from ``first_month`` to ``reference_month``, the last; pending procedures at its end."""

REPORT_MEASURES: dict[str, str] = {
    "applications_total": "insgesamt",
    "applications_first": "erst",
    "applications_follow_up": "folge",
    "decisions_total": "insgesamt",
    "decisions_refugee_and_art_16a": "rechtsstellung",
    "decisions_art_16a": "darunter",
    "decisions_subsidiary": "subsidi",
    "decisions_deportation_ban": "abschiebungs",
    "protection_percent": "quote",
    "decisions_rejected": "ablehnungen",
    "decisions_otherwise_closed": "sonstige",
}
"""Measure -> a word that stands over its column, in the printed order."""

REPORT = {
    "rows": keyed(
        pa.schema(
            [
                pa.field("reference_month", pa.date32(), nullable=False),
                text("span"),  # year_to_date
                text("row_kind"),  # country, top_ten, total
                pa.field("rank", pa.int32()),  # null for the two sums
                text("row_label"),
                text("ls_code", nullable=True),  # by the printed name; null where it is not known
                text("measure"),
                text("unit"),  # persons, percent
                pa.field("value", pa.float64()),
                text("marker", nullable=True),
            ]
        ),
        *("reference_month", "span", "row_kind", "row_label", "measure", "unit"),
        measure="measure",
    ),
    "figures": keyed(
        pa.schema(
            [
                pa.field("reference_month", pa.date32(), nullable=False),
                text("span"),  # month, year_to_date
                text("row_kind"),  # total
                text("measure"),
                text("unit"),
                pa.field("stated_value", pa.float64(), nullable=False),
                text("quote"),
            ]
        ),
        *("reference_month", "span", "row_kind", "measure", "unit"),
        measure="measure",
    ),
}
