"""What must hold in the register's aggregates. Both tables print their totals: all must add up."""

from __future__ import annotations

import great_expectations as gx
import great_expectations.expectations as gxe
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.metadata_types import FailureSeverity

from expectations.part_of_whole import ExpectRowsNotAboveWhole
from expectations.row_sums import (
    ExpectPlausibleChange,
    ExpectRowsToSumToTotal,
    ExpectValueOrMarker,
)
from ingest.azr.empties import COUNTRIES, FAMILY, RECOGNISED, TOTAL
from ingest.azr.tables import SEXES
from kreishaus.wording import say
from vocabulary.groups import AGE_GROUPS, SEX_GROUPS

CRITICAL, WARNING = FailureSeverity.CRITICAL, FailureSeverity.WARNING

OF_HUMANITARIAN = ("humanitarian_24", "humanitarian_104c")
OF_PENDING = tuple(f"pending_{country}" for country in COUNTRIES)
STATUSES = ("total", *TOTAL, *RECOGNISED, *OF_HUMANITARIAN, *OF_PENDING, "family", *FAMILY)

LARGEST_USUAL_CHANGE = 0.25
"""In 18 reference dates no group ever changed by more than 17 % from one to the next."""


def crosstable() -> dict[str, gx.ExpectationSuite]:
    """The cross table: every row by sex and by age, every column by status."""
    key = ["reference_date", "status_code", "margin", "group_code"]
    return {
        "cells": gx.ExpectationSuite(
            name="azr_crosstable_cells",
            expectations=[
                *_cells(key),
                *_margins(),
                *_status_sums(["reference_date", "margin", "group_code"]),
                _family_sum(["reference_date", "margin", "group_code"]),
                _not_above("family", FAMILY),
                _not_above("pending", OF_PENDING),
                _not_above("humanitarian_permits", OF_HUMANITARIAN),
                gxe.ExpectColumnDistinctValuesToContainSet(
                    column="status_code",
                    value_set=list(OF_PENDING),
                    severity=WARNING,
                    meta=_meta(
                        "countries_present", say("No sum notices a country that is not listed.")
                    ),
                ),
                gxe.ExpectColumnDistinctValuesToContainSet(
                    column="status_code",
                    value_set=[*RECOGNISED, *FAMILY],
                    severity=WARNING,
                    meta=_meta(
                        "parts_present", say("No sum notices a lost row that counts nobody.")
                    ),
                ),
            ],
        )
    }


def series() -> dict[str, gx.ExpectationSuite]:
    """The series: one total at every reference date, and no jump nobody explains."""
    key = ["reference_date", "status_code"]
    return {
        "cells": gx.ExpectationSuite(
            name="azr_series_cells",
            expectations=[
                *_cells(key),
                _total_sum(["reference_date"]),
                gxe.ExpectColumnDistinctValuesToContainSet(
                    column="status_code",
                    value_set=["total", *TOTAL],
                    severity=CRITICAL,
                    meta=_meta(
                        "groups_present", say("Without all four groups no total can be judged.")
                    ),
                ),
                gxe.ExpectColumnValuesToBeIncreasing(
                    column="reference_date",
                    strictly=False,
                    severity=CRITICAL,
                    meta=_meta(
                        "dates_increase", say("Columns out of order mean that dates were mistyped.")
                    ),
                ),
                ExpectPlausibleChange(
                    key=["status_code"],
                    order_by="reference_date",
                    value_column="value",
                    max_share=LARGEST_USUAL_CHANGE,
                    severity=WARNING,
                    meta=_meta(
                        "plausible_change",
                        say("A jump is a typing error or a change of law: both need explaining."),
                    ),
                ),
            ],
        )
    }


def municipalities() -> dict[str, gx.ExpectationSuite]:
    """Foreigners by municipality: together they are the county's."""
    key = ["reference_date", "region_code", "sex_code"]
    return {
        "cells": gx.ExpectationSuite(
            name="azr_municipalities_cells",
            expectations=[
                *_counts(key, "region_name"),
                gxe.ExpectColumnValuesToBeInSet(
                    column="sex_code",
                    value_set=["total", *SEXES],
                    severity=CRITICAL,
                    meta=_meta(
                        "sexes_known", say("A group outside the list is in no mart."), "region_name"
                    ),
                ),
                ExpectRowsToSumToTotal(
                    group_by=["reference_date", "sex_code"],
                    value_column="value",
                    total={"region_level": "Kreis"},
                    parts={"region_level": "Gemeinde"},
                    severity=CRITICAL,
                    meta=_meta(
                        "county_sum", say("Shares of the county need all of it."), "region_name"
                    ),
                ),
            ],
        )
    }


def _meta(rule: str, reason: str, label_column: str = "status_label") -> dict[str, str]:
    return {"rule": rule, "reason": reason, "label_column": label_column}


def _cells(key: list[str]) -> list[Expectation]:
    return [
        *_counts(key, "status_label"),
        gxe.ExpectColumnValuesToBeInSet(
            column="status_code",
            value_set=list(STATUSES),
            severity=CRITICAL,
            meta=_meta("status_known", say("A status outside the list is in no sum and no mart.")),
        ),
    ]


def _counts(key: list[str], label: str) -> list[Expectation]:
    return [
        gxe.ExpectCompoundColumnsToBeUnique(
            column_list=key,
            severity=CRITICAL,
            meta=_meta("key_unique", say("Two rows for one key would count persons twice."), label),
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="value",
            min_value=0,
            severity=CRITICAL,
            meta=_meta("count_not_negative", say("Persons are counted: none is the least."), label),
        ),
        ExpectValueOrMarker(
            value_column="value",
            marker_column="marker",
            severity=CRITICAL,
            meta=_meta("value_or_marker", say("An empty cell must say why it is empty."), label),
        ),
    ]


def _margins() -> list[Expectation]:
    codes = {"sex": SEX_GROUPS, "age": AGE_GROUPS}
    expectations: list[Expectation] = []
    for margin, groups in codes.items():
        expectations.append(
            ExpectRowsToSumToTotal(
                group_by=["reference_date", "status_code"],
                value_column="value",
                total={"margin": "total"},
                parts={"margin": margin, "group_code": list(groups)},
                severity=CRITICAL,
                meta=_meta(
                    f"row_sums_by_{margin}",
                    say("The register's rows are complete by {margin}.", margin=margin),
                ),
            )
        )
    pairs = [("total", "total"), *((margin, code) for margin in codes for code in codes[margin])]
    expectations += [
        gxe.ExpectColumnDistinctValuesToContainSet(
            column="group_code",
            value_set=sorted({code for _, code in pairs}),
            severity=CRITICAL,
            meta=_meta("groups_present", say("A lost column would be taken for nobody.")),
        ),
        gxe.ExpectColumnPairValuesToBeInSet(
            column_A="margin",
            column_B="group_code",
            value_pairs_set=pairs,
            description=say("Each group stands under its own margin."),
            severity=CRITICAL,
            meta=_meta("groups_known", say("An age group counted under sex would be in no sum.")),
        ),
    ]
    return expectations


def _status_sums(group_by: list[str]) -> list[Expectation]:
    recognised = ExpectRowsToSumToTotal(
        group_by=group_by,
        value_column="value",
        total={"status_code": "recognised"},
        parts={"status_code": list(RECOGNISED)},
        severity=CRITICAL,
        meta=_meta("recognised_sum", say("The table prints it as the sum of its lines 3 to 8.")),
    )
    return [recognised, _total_sum(group_by)]


def _total_sum(group_by: list[str]) -> Expectation:
    return ExpectRowsToSumToTotal(
        group_by=group_by,
        value_column="value",
        total={"status_code": "total"},
        parts={"status_code": list(TOTAL)},
        severity=CRITICAL,
        meta=_meta("total_sum", say("The total is printed as recognised + pending + tolerated.")),
    )


def _family_sum(group_by: list[str]) -> Expectation:
    return ExpectRowsToSumToTotal(
        group_by=group_by,
        value_column="value",
        total={"status_code": "family"},
        parts={"status_code": list(FAMILY)},
        whole_lists=True,
        severity=CRITICAL,
        meta=_meta("family_sum", say("The table prints it as the sum of the selected states.")),
    )


def _not_above(whole: str, parts: tuple[str, ...]) -> Expectation:
    return ExpectRowsNotAboveWhole(
        group_by=["reference_date", "margin", "group_code"],
        value_column="value",
        whole={"status_code": whole},
        parts={"status_code": list(parts)},
        severity=CRITICAL,
        meta=_meta(
            f"of_which_{whole}", say('Rows "darunter" are some of the row above, never more.')
        ),
    )
