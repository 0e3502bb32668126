"""Staged tables of the register of foreigners: aggregates, one row per printed cell.

Cross table: ``margin`` is ``sex``, ``age`` or ``total``; ``group_code`` one of ``SEX_GROUPS``,
``AGE_GROUPS`` or ``total``. The two margins are never crossed. ``status_code`` comes from the
alias table ``ingest/azr/status_aliases.csv``.
"""

import pyarrow as pa

from ingest.staging import text

SEX_GROUPS = ("not_stated", "male", "female", "unknown")
AGE_GROUPS = (
    "not_stated",
    "0_15",
    "16_17",
    "18_24",
    "25_34",
    "35_44",
    "45_54",
    "55_64",
    "65_plus",
)

CROSSTABLE = {
    "cells": pa.schema(
        [
            pa.field("reference_date", pa.date32(), nullable=False),
            pa.field("line_number", pa.int32(), nullable=False),
            text("status_code"),
            text("status_label"),
            text("margin"),
            text("group_code"),
            pa.field("value", pa.int64()),
            text("marker", nullable=True),
        ]
    )
}

SERIES = {
    "cells": pa.schema(
        [
            pa.field("reference_date", pa.date32(), nullable=False),
            text("reference_label"),  # as printed: "Aug 2018"
            text("status_code"),  # recognised, pending, tolerated, total, family
            text("status_label"),
            pa.field("value", pa.int64()),
            text("marker", nullable=True),
        ]
    )
}
