"""What must hold in a printed table. Little: it shall stay as printed, with its errors."""

from __future__ import annotations

import great_expectations as gx
import great_expectations.expectations as gxe
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.metadata_types import FailureSeverity

from kreishaus.wording import say

CRITICAL, WARNING = FailureSeverity.CRITICAL, FailureSeverity.WARNING
KEY = ["document", "place", "row_label", "row_occurrence", "column_label", "column_occurrence"]


def figures() -> dict[str, gx.ExpectationSuite]:
    """The suite of the one table. Contradictions are for the mart reconciliation_identity."""
    expectations: list[Expectation] = [
        gxe.ExpectCompoundColumnsToBeUnique(
            column_list=KEY,
            severity=CRITICAL,
            meta=_meta(
                "key_unique", say("A cell that stands there twice would be compared twice.")
            ),
        ),
        gxe.ExpectColumnValuesToNotBeNull(
            column="value",
            mostly=0.2,
            severity=WARNING,
            meta=_meta(
                "has_figures", say("A table that is nearly empty was probably read shifted.")
            ),
        ),
    ]
    return {"cells": gx.ExpectationSuite(name="papers_figures_cells", expectations=expectations)}


def _meta(rule: str, reason: str) -> dict[str, str]:
    return {"rule": rule, "reason": reason, "label_column": "row_label"}
