"""What must hold in the lists that the county keeps itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import great_expectations as gx
import great_expectations.expectations as gxe
import pyarrow as pa
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.metadata_types import FailureSeverity

from expectations.key_as_code import ExpectKeyToBeItsOwn
from expectations.named_limits import ExpectNamedValuesWithinLimits, Limits, plain
from expectations.validity import ExpectOneValidAtATime
from ingest.county.tables import COUNTY, TABLES
from kreishaus.keys import row_key
from kreishaus.wording import say

CRITICAL = FailureSeverity.CRITICAL
YEARS = (1900, 2200)
"""No list speaks of other years: a digit is missing, or there is one too many."""
COUNTS = frozenset(["places", "vacant_places", "residents_persons", "positions_fte"])
AT_ONCE = {
    "planning_units": ("municipality_code",),
    "wtg_parameters": ("name",),
    "case_management_grants": (COUNTY,),
}
"""What has one value at a time."""
SHARE = Limits(0, 1)
RATE = Limits(-1, 1, above=True)
DEMAND = {
    "target_occupancy": Limits(0, 1.2, above=True),
    "shrinkage_persons": Limits(0),
    "substitution_share": SHARE,
    "trend_rate_pa": RATE,
    "trend_rate_pa_home_care": RATE,
    "trend_rate_pa_allowance": RATE,
    "trend_until_year": Limits(*YEARS, whole=True),
    "embedded_share": SHARE,
    "realisation_planned_share": SHARE,
    "realisation_decided_share": SHARE,
    "realisation_under_construction_share": SHARE,
    "opening_delay_years": Limits(0, 100),
    "permanently_unusable_share": SHARE,
}
"""Every parameter of the formula (``dbt_project/macros/demand_parameters.sql``)."""
WTG = {
    "minimum_skilled_share": SHARE,
    "largest_places_change_share": SHARE,
    "unreported_change_share": SHARE,
    "fewest_offers_shown_count": Limits(0, whole=True),
}
PARAMETERS = {"demand_parameters": DEMAND, "wtg_parameters": WTG}


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
        meta=_meta("key_unique", say("What stands there twice would count twice."), label),
    )
    if "valid_from" in schema.names:
        yield gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A="valid_to",
            column_B="valid_from",
            or_equal=True,
            ignore_row_if="either_value_is_missing",
            severity=CRITICAL,
            meta=_meta("validity", say("What ends before it begins is never valid."), label),
        )
    yield from _bounds(name, schema, label)
    if name in AT_ONCE:
        yield ExpectOneValidAtATime(
            key=list(AT_ONCE[name]),
            severity=CRITICAL,
            meta=_meta(
                "one_at_a_time", say("Of two that hold on a day nobody knows which."), label
            ),
        )
    if name in PARAMETERS:
        yield ExpectNamedValuesWithinLimits(
            name_column="name",
            value_column="value",
            limits=plain(PARAMETERS[name]),
            severity=CRITICAL,
            meta=_meta(
                "limits", say("98 for 98 percent, or a name that no formula reads."), "name"
            ),
        )
    if name == "local_need":
        yield gxe.ExpectColumnValuesToBeInSet(
            column="kind",
            value_set=["special_need", "migration_balance"],
            severity=CRITICAL,
            meta=_meta("kind", say("The forecast knows these two kinds of need."), label),
        )
    if name == "demand_parameter_sets":
        yield gxe.ExpectColumnValuesToBeUnique(
            column="adopted_date",
            severity=CRITICAL,
            meta=_meta(
                "adopted_once", say("The newest set counts: two of a day leave it open."), label
            ),
        )


def _bounds(name: str, schema: pa.Schema, label: str) -> Iterator[Expectation]:
    """Years and days within two centuries, counts that are not below nothing."""
    first, last = YEARS
    for field in schema:
        if field.name.endswith("_year"):
            yield _between("years", field.name, first, last, label)
        if pa.types.is_date(field.type):
            yield _between("years", field.name, date(first, 1, 1), date(last, 12, 31), label)
        if field.name in COUNTS:
            yield gxe.ExpectColumnValuesToBeBetween(
                column=field.name,
                min_value=0,
                severity=CRITICAL,
                meta=_meta("not_negative", say("What is counted is not below nothing."), label),
            )
    if name == "target_years":
        kinds = {"year": Limits(first, last), "after_base": Limits(0, last - first)}
        yield ExpectNamedValuesWithinLimits(
            name_column="kind",
            value_column="value",
            limits=plain(kinds),
            severity=CRITICAL,
            meta=_meta(
                "kind", say("A year is so many after the base year, or has a number."), label
            ),
        )
    if name == "local_need":
        yield gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A="to_year",
            column_B="from_year",
            or_equal=True,
            ignore_row_if="either_value_is_missing",
            severity=CRITICAL,
            meta=_meta("validity", say("What ends before it begins is never needed."), label),
        )
    if name == "example_homes":
        yield _between("care_grade", "care_grade", 0, 5, label)
    if name == "planning_units":
        yield ExpectKeyToBeItsOwn(
            code="unit_code",
            key="municipality_code",
            severity=CRITICAL,
            meta=_meta("key_is_its_own", say("It would be one with the unit of the other."), label),
        )
    if name == "tiles":
        yield gxe.ExpectCompoundColumnsToBeUnique(
            column_list=[COUNTY, "tile_row", "tile_column"],
            severity=CRITICAL,
            meta=_meta("one_a_tile", say("Of two on one tile the map shows one."), label),
        )


def _between(rule: str, column: str, low: date | int, high: date | int, label: str) -> Expectation:
    return gxe.ExpectColumnValuesToBeBetween(
        column=column,
        min_value=low,
        max_value=high,
        severity=CRITICAL,
        meta=_meta(
            rule,
            say("{column} is never outside of {low} to {high}.", column=column, low=low, high=high),
            label,
        ),
    )


def _meta(rule: str, reason: str, label: str) -> dict[str, str]:
    return {"rule": rule, "reason": reason, "label_column": label}
