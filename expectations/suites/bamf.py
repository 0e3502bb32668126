"""What must hold in the HKL table before anybody may build on it.

In 2017-06 to 2021-09 every printed row keeps every identity and every continent its sum, to the
person. So a broken identity is no statistical noise: a row was lost or a digit misread.
"""

from __future__ import annotations

import great_expectations as gx
from great_expectations.expectations import (
    ExpectColumnDistinctValuesToContainSet,
    ExpectColumnValuesToBeBetween,
    ExpectColumnValuesToBeInSet,
    ExpectColumnValuesToBeUnique,
    ExpectColumnValuesToMatchRegex,
    ExpectCompoundColumnsToBeUnique,
    ExpectTableRowCountToBeBetween,
)
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.metadata_types import FailureSeverity
from great_expectations.expectations.row_conditions import Column

from expectations.classes import (
    ExpectMeasuresToSum,
    ExpectRowsToSumToTotal,
    ExpectValueOrMarker,
)
from ingest.bamf.tables import MEASURES

CRITICAL, WARNING = FailureSeverity.CRITICAL, FailureSeverity.WARNING
PROTECTION = ("art_16a", "refugee", "subsidiary", "deportation_ban")
FIRST = tuple(name for name in MEASURES.values() if name.startswith("first_"))
FOLLOW_UP = tuple(name for name in MEASURES.values() if name.startswith("follow_up_"))

IDENTITIES: dict[str, tuple[str, list[str]]] = {
    "applications_first_and_follow_up": (
        "applications_total",
        ["applications_first", "applications_follow_up"],
    ),
    "decisions_by_outcome": (
        "decisions_total",
        [f"decisions_{name}" for name in (*PROTECTION, "rejected", "otherwise_closed")],
    ),
    "decisions_first_and_follow_up": ("decisions_total", [*FIRST, *FOLLOW_UP]),
    "otherwise_closed_by_reason": (
        "decisions_otherwise_closed",
        ["first_formal", "follow_up_no_further_procedure", "follow_up_formal"],
    ),
    **{
        f"{name}_first_and_follow_up": (f"decisions_{name}", [f"first_{name}", f"follow_up_{name}"])
        for name in (*PROTECTION, "rejected")
    },
}
"""Rule -> the measure that is the sum, and its parts."""

CONTINENTS = ["Europa", "Afrika", "Amerika", "Asien", "Australien", "Unbekannt"]
ALWAYS_PRINTED = ["997", "998"]
FEWEST_ROWS, MOST_ROWS = 120, 210


def hkl() -> dict[str, gx.ExpectationSuite]:
    """The suite of the staged table ``rows``."""
    expectations = [*_identities(), *_sums(), *_keys(), *_content()]
    return {"rows": gx.ExpectationSuite(name="bamf_hkl_rows", expectations=expectations)}


def _meta(rule: str, reason: str) -> dict[str, str]:
    return {"rule": rule, "reason": reason, "label_column": "row_label"}


def _identities() -> list[Expectation]:
    reason = (
        "It held in every printed row of 52 months; if it breaks, a cell was misread or changed."
    )
    return [
        ExpectMeasuresToSum(
            group_by=["source_place", "source_row"],
            total=total,
            parts=parts,
            severity=CRITICAL,
            meta=_meta(rule, reason),
        )
        for rule, (total, parts) in IDENTITIES.items()
    ]


def _sums() -> list[Expectation]:
    return [
        ExpectRowsToSumToTotal(
            group_by=["continent", "measure"],
            total={"row_kind": "continent"},
            parts={"row_kind": "country"},
            severity=CRITICAL,
            meta=_meta(
                "countries_sum_to_continent",
                "A country's row that got lost shows nowhere else than in its continent's sum.",
            ),
        ),
        ExpectRowsToSumToTotal(
            group_by=["measure"],
            total={"row_kind": "total"},
            parts={"row_kind": "continent"},
            severity=CRITICAL,
            meta=_meta(
                "continents_sum_to_total",
                "A continent's row that got lost shows nowhere else than in the total; and a table "
                "without its total cannot be checked at all.",
            ),
        ),
    ]


def _keys() -> list[Expectation]:
    return [
        ExpectCompoundColumnsToBeUnique(
            column_list=["ls_code", "measure"],
            ignore_row_if="any_value_is_missing",
            severity=CRITICAL,
            meta=_meta(
                "key_unique", "LS is the key: a country counted twice makes every sum wrong."
            ),
        ),
        ExpectColumnValuesToBeUnique(
            column="measure",
            row_condition=Column("row_kind") == "total",
            severity=CRITICAL,
            meta=_meta("one_total_row", "With two totals nobody can say which one is the month's."),
        ),
        ExpectColumnValuesToMatchRegex(
            column="ls_code",
            regex=r"^\d{3}$",
            severity=CRITICAL,
            meta=_meta("ls_code_three_digits", "LS joins the months; names change their spelling."),
        ),
        ExpectColumnDistinctValuesToContainSet(
            column="ls_code",
            value_set=ALWAYS_PRINTED,
            severity=WARNING,
            meta=_meta(
                "stateless_and_unclear_printed",
                "997 and 998 stand in every known month and are the rows others have lost; only a "
                "warning, because the sums prove a loss and a month without them may come.",
            ),
        ),
    ]


def _content() -> list[Expectation]:
    return [
        ExpectValueOrMarker(
            markers=["-"],
            severity=CRITICAL,
            meta=_meta(
                "value_or_marker", "BAMF prints a count or a dash; an empty cell was not read."
            ),
        ),
        ExpectColumnValuesToBeBetween(
            column="value",
            min_value=0,
            severity=CRITICAL,
            meta=_meta("not_negative", "Persons are counted."),
        ),
        ExpectColumnValuesToBeInSet(
            column="measure",
            value_set=list(MEASURES.values()),
            severity=CRITICAL,
            meta=_meta(
                "known_measure", "The warehouse knows the 25 printed columns and no others."
            ),
        ),
        ExpectColumnValuesToBeInSet(
            column="continent",
            value_set=CONTINENTS,
            severity=WARNING,
            meta=_meta(
                "known_continent",
                "A new name changes no number; but a misread one looks the same, so look at it.",
            ),
        ),
        ExpectTableRowCountToBeBetween(
            min_value=FEWEST_ROWS * len(MEASURES),
            max_value=MOST_ROWS * len(MEASURES),
            severity=WARNING,
            meta=_meta(
                "row_count",
                "The 52 months known have 134 to 155 rows. Other counts are odd; the sums decide.",
            ),
        ),
    ]
