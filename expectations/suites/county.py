"""What must hold in the lists that the county keeps itself."""

from __future__ import annotations

from collections.abc import Iterator

import great_expectations as gx
import great_expectations.expectations as gxe
import pyarrow as pa
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.metadata_types import FailureSeverity

from ingest.county.tables import TABLES
from kreishaus.keys import row_key

CRITICAL = FailureSeverity.CRITICAL


def lists() -> dict[str, gx.ExpectationSuite]:
    """A suite for each list."""
    return {
        name: gx.ExpectationSuite(name=f"county_lists_{name}", expectations=[*_rules(name, schema)])
        for name, schema in TABLES.items()
    }


def _rules(name: str, schema: pa.Schema) -> Iterator[Expectation]:
    key = row_key(schema)
    if key is None:
        raise ValueError(f"the list {name} does not say what tells its rows apart")
    label = key.columns[-1]
    yield gxe.ExpectCompoundColumnsToBeUnique(
        column_list=list(key.columns),
        severity=CRITICAL,
        meta=_meta("key_unique", "What stands there twice would count twice.", label),
    )
    if "valid_from" in schema.names:
        yield gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A="valid_to",
            column_B="valid_from",
            or_equal=True,
            ignore_row_if="either_value_is_missing",
            severity=CRITICAL,
            meta=_meta("validity", "What ends before it begins is never valid.", label),
        )
    if name == "target_years":
        yield gxe.ExpectColumnValuesToBeInSet(
            column="kind",
            value_set=["after_base", "year"],
            severity=CRITICAL,
            meta=_meta("kind", "A year is so many after the base year, or has a number.", label),
        )
    if name == "local_need":
        yield gxe.ExpectColumnValuesToBeInSet(
            column="kind",
            value_set=["special_need", "migration_balance"],
            severity=CRITICAL,
            meta=_meta("kind", "The forecast knows these two kinds of need.", label),
        )
    if name == "demand_parameter_sets":
        yield gxe.ExpectColumnValuesToBeUnique(
            column="adopted_date",
            severity=CRITICAL,
            meta=_meta("adopted_once", "The newest set counts: two of a day leave it open.", label),
        )


def _meta(rule: str, reason: str, label: str) -> dict[str, str]:
    return {"rule": rule, "reason": reason, "label_column": label}
