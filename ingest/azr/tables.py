"""Staged tables of the register of foreigners: aggregates, one row per printed cell.

Cross table: ``margin`` is ``sex``, ``age`` or ``total``; ``group_code`` one of ``SEX_GROUPS``,
``AGE_GROUPS`` (``vocabulary/groups.py``) or ``total``. The two margins are never crossed.
``status_code`` comes from the alias table ``vocabulary/status_aliases.csv``.
"""

import pyarrow as pa

from kreishaus.keys import keyed
from kreishaus.store.staging import text

CROSSTABLE = {
    "cells": keyed(
        pa.schema(
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
        ),
        *("reference_date", "status_code", "margin", "group_code"),
        label="status_label",
        positions=("line_number",),
    )
}

SERIES = {
    "cells": keyed(
        pa.schema(
            [
                pa.field("reference_date", pa.date32(), nullable=False),
                text("reference_label"),  # as printed: "Aug 2018"
                text("status_code"),  # recognised, pending, tolerated, total, family
                text("status_label"),
                pa.field("value", pa.int64()),
                text("marker", nullable=True),
            ]
        ),
        *("reference_date", "status_code"),
        label="status_label",
    )
}

SEXES = ("male", "female", "diverse", "unknown", "not_stated")

MUNICIPALITIES = {
    "cells": keyed(
        pa.schema(
            [
                pa.field("reference_date", pa.date32(), nullable=False),
                text("region_code"),  # eight digits, or the county's five for the printed total
                text("region_level"),  # Gemeinde, Kreis
                text("region_name"),  # as printed
                text("sex_code"),  # total, or one of SEXES where the file has such columns
                pa.field("value", pa.int64()),
                text("marker", nullable=True),
            ]
        ),
        "reference_date",
        "region_code",
        "sex_code",
        label="region_name",
    )
}
