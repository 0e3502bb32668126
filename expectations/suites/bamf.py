"""What must hold in BAMF's HKL table and in its report before anybody may build on them.

In 2017-06 to 2021-09 every printed row keeps every identity and every continent its sum, to the
person. So a broken identity is no statistical noise: a row was lost or a digit misread.
"""

from __future__ import annotations

from typing import Any

import great_expectations as gx
from great_expectations.expectations import (
    ExpectColumnDistinctValuesToContainSet,
    ExpectColumnPairValuesToBeEqual,
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

from expectations.missing_rows import ExpectNoRowMissing
from expectations.printed_percent import ExpectPercentAsPrinted
from expectations.row_sums import (
    ExpectMeasuresToSum,
    ExpectRowsToSumToTotal,
    ExpectValueOrMarker,
)
from expectations.suites.bamf_identities import CONTINENTS, IDENTITIES
from ingest.bamf.tables import MEASURES, REPORT_MEASURES
from kreishaus.wording import say
from vocabulary.countries import countries

CRITICAL, WARNING = FailureSeverity.CRITICAL, FailureSeverity.WARNING
FOLLOWS = {
    **dict.fromkeys(IDENTITIES, ()),
    "countries_sum_to_continent": ("row_missing", "key_unique", *IDENTITIES),
    "continents_sum_to_total": ("row_missing", *IDENTITIES),
}
"""Rule -> what breaks it too: a lost row and a wrong number in a row break sums."""
ALWAYS_PRINTED = ["997", "998"]
FEWEST_ROWS, MOST_ROWS = 120, 210
REPORT_PROTECTION = [
    "decisions_refugee_and_art_16a",
    "decisions_subsidiary",
    "decisions_deportation_ban",
]
"""Art. 16a is part of the first here."""


def hkl() -> dict[str, gx.ExpectationSuite]:
    """The suite of the staged table ``rows``."""
    return _of_layout("bamf_hkl_rows")


def hkl_cumulative() -> dict[str, gx.ExpectationSuite]:
    """The same of the table over several months: each row and each continent keeps its sums."""
    return _of_layout("bamf_hkl_cumulative_rows")


def _of_layout(name: str) -> dict[str, gx.ExpectationSuite]:
    expectations = [*_identities(), *_sums(), *_keys(), *_content()]
    return {"rows": gx.ExpectationSuite(name=name, expectations=expectations)}


def report() -> dict[str, gx.ExpectationSuite]:
    """The suites of the staged tables ``rows`` and ``figures``, and of the two together."""
    return {
        "rows": gx.ExpectationSuite(name="bamf_report_rows", expectations=_report_rows()),
        "figures": gx.ExpectationSuite(name="bamf_report_figures", expectations=_report_figures()),
        "figures+rows": gx.ExpectationSuite(
            name="bamf_report_figures_and_rows",
            expectations=[
                ExpectColumnPairValuesToBeEqual(
                    column_A="stated_value",
                    column_B="value",
                    ignore_row_if="either_value_is_missing",
                    severity=CRITICAL,
                    meta={
                        "rule": "sentences_agree_with_table",
                        "reason": say(
                            "The report says its totals twice; where the two differ, one of them "
                            "was misread."
                        ),
                        "label_column": "measure",
                    },
                )
            ],
        ),
    }


def _report_rows() -> list[Expectation]:
    sums = {
        "applications_first_and_follow_up": (
            "applications_total",
            ["applications_first", "applications_follow_up"],
        ),
        "decisions_by_outcome": (
            "decisions_total",
            [*REPORT_PROTECTION, "decisions_rejected", "decisions_otherwise_closed"],
        ),
    }
    return [
        *(
            ExpectMeasuresToSum(
                group_by=["source_place", "source_row"],
                total=total,
                parts=parts,
                severity=CRITICAL,
                meta=_meta(rule, say("It holds in every row of the four reports known.")),
            )
            for rule, (total, parts) in sums.items()
        ),
        ExpectRowsToSumToTotal(
            group_by=["measure"],
            total={"row_kind": "top_ten", "unit": "persons"},
            parts={"row_kind": "country", "unit": "persons"},
            severity=CRITICAL,
            meta=_meta(
                "countries_sum_to_top_ten", say("The sum is printed below its ten countries.")
            ),
        ),
        ExpectPercentAsPrinted(
            group_by=["source_place", "source_row"],
            percent="protection_percent",
            parts=REPORT_PROTECTION,
            whole="decisions_total",
            severity=CRITICAL,
            meta=_meta(
                "protection_rate_as_printed", say("The rate is made of the numbers beside it.")
            ),
        ),
        ExpectCompoundColumnsToBeUnique(
            column_list=["row_label", "measure"],
            severity=CRITICAL,
            meta=_meta("key_unique", say("A country printed twice makes every sum wrong.")),
        ),
        ExpectColumnValuesToBeInSet(
            column="measure",
            value_set=list(REPORT_MEASURES),
            severity=CRITICAL,
            meta=_meta("known_measure", say("The warehouse knows these eleven columns.")),
        ),
        *_counts("value"),
        ExpectValueOrMarker(
            markers=["-"],
            severity=CRITICAL,
            meta=_meta("value_or_marker", say("A cell holds a number or a dash.")),
        ),
        ExpectTableRowCountToBeBetween(
            min_value=12 * len(REPORT_MEASURES),
            max_value=12 * len(REPORT_MEASURES),
            severity=WARNING,
            meta=_meta("row_count", say("Ten countries and two sums; another count is odd.")),
        ),
    ]


def _report_figures() -> list[Expectation]:
    label = {"label_column": "measure"}
    return [
        ExpectCompoundColumnsToBeUnique(
            column_list=["span", "measure"],
            severity=CRITICAL,
            meta=_meta("key_unique", say("A figure counts for one span, once.")) | label,
        ),
        ExpectPercentAsPrinted(
            group_by=["reference_month", "span"],
            value_column="stated_value",
            percent="protection_percent",
            parts=["decisions_positive"],
            whole="decisions_total",
            severity=CRITICAL,
            meta=_meta("protection_rate_as_stated", say("The sentence says both numbers too."))
            | label,
        ),
        *(
            ExpectMeasuresToSum(
                group_by=["span"],
                value_column="stated_value",
                total=total,
                parts=[f"{total.removesuffix('_total')}_{part}" for part in ("first", "follow_up")],
                where={"span": "month"},
                severity=WARNING,
                meta=_meta(
                    f"{total.removesuffix('_total')}_first_and_follow_up",
                    say(
                        "Both parts and their sum stand in sentences; only a warning, because one "
                        "of them may be worded in a way that is not known."
                    ),
                )
                | label,
            )
            for total in ("decisions_total", "pending_total")
        ),
        *_counts("stated_value"),
    ]


def _counts(column: str) -> list[Expectation]:
    return [
        ExpectColumnValuesToBeBetween(
            column=column,
            min_value=0,
            severity=CRITICAL,
            meta=_meta("not_negative", say("Persons are counted.")),
        ),
        ExpectColumnValuesToBeBetween(
            column=column,
            max_value=100,
            row_condition=Column("unit") == "percent",
            severity=CRITICAL,
            meta=_meta("at_most_all", say("A share of decisions is 100 percent at most.")),
        ),
    ]


def _meta(rule: str, reason: str) -> dict[str, Any]:
    about = {"rule": rule, "reason": reason, "label_column": "row_label"}
    return about | ({"follows": list(FOLLOWS[rule])} if rule in FOLLOWS else {})


def _identities() -> list[Expectation]:
    reason = say(
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
                say(
                    "A country's row that got lost shows nowhere else than in its continent's sum."
                ),
            ),
        ),
        ExpectRowsToSumToTotal(
            group_by=["measure"],
            total={"row_kind": "total"},
            parts={"row_kind": "continent"},
            severity=CRITICAL,
            meta=_meta(
                "continents_sum_to_total",
                say(
                    "A continent's row that got lost shows nowhere else than in the total; and "
                    "a table without its total cannot be checked at all."
                ),
            ),
        ),
    ]


def _keys() -> list[Expectation]:
    return [
        ExpectNoRowMissing(
            measures=list(MEASURES.values()),
            sums=[[total, *parts] for total, parts in IDENTITIES.values()],
            keys={
                continent: {
                    one.ls_code: one.label for one in countries() if one.continent == continent
                }
                for continent in CONTINENTS
            },
            severity=CRITICAL,
            meta=_meta(
                "row_missing",
                say(
                    "A row that got lost shows in the sums only; named, it can be looked up in "
                    "print."
                ),
            ),
        ),
        ExpectColumnValuesToBeInSet(
            column="ls_code",
            value_set=[country.ls_code for country in countries()],
            row_condition=Column("measure") == "applications_total",  # once a row
            severity=WARNING,
            meta=_meta(
                "known_ls_code",
                say(
                    "A new key is a new country, or a misread digit: look at it, then add it "
                    "to vocabulary/countries.csv."
                ),
            ),
        ),
        ExpectCompoundColumnsToBeUnique(
            column_list=["ls_code", "measure"],
            ignore_row_if="any_value_is_missing",
            severity=CRITICAL,
            meta=_meta(
                "key_unique", say("LS is the key: a country counted twice makes every sum wrong.")
            ),
        ),
        ExpectColumnValuesToBeUnique(
            column="measure",
            row_condition=Column("row_kind") == "total",
            severity=CRITICAL,
            meta=_meta(
                "one_total_row", say("With two totals nobody can say which one is the month's.")
            ),
        ),
        ExpectColumnValuesToMatchRegex(
            column="ls_code",
            regex=r"^\d{3}$",
            severity=CRITICAL,
            meta=_meta(
                "ls_code_three_digits", say("LS joins the months; names change their spelling.")
            ),
        ),
        ExpectColumnDistinctValuesToContainSet(
            column="ls_code",
            value_set=ALWAYS_PRINTED,
            severity=WARNING,
            meta=_meta(
                "stateless_and_unclear_printed",
                say(
                    "997 and 998 stand in every known month and are the rows others have lost; "
                    "only a warning, because the sums prove a loss and a month without them "
                    "may come."
                ),
            ),
        ),
    ]


def _content() -> list[Expectation]:
    return [
        ExpectValueOrMarker(
            markers=["-"],
            severity=CRITICAL,
            meta=_meta(
                "value_or_marker", say("BAMF prints a count or a dash; an empty cell was not read.")
            ),
        ),
        ExpectColumnValuesToBeBetween(
            column="value",
            min_value=0,
            severity=CRITICAL,
            meta=_meta("not_negative", say("Persons are counted.")),
        ),
        ExpectColumnValuesToBeInSet(
            column="measure",
            value_set=list(MEASURES.values()),
            severity=CRITICAL,
            meta=_meta(
                "known_measure", say("The warehouse knows the 25 printed columns and no others.")
            ),
        ),
        ExpectColumnValuesToBeInSet(
            column="continent",
            value_set=CONTINENTS,
            severity=WARNING,
            meta=_meta(
                "known_continent",
                say(
                    "A new name changes no number; but a misread one looks the same, so look at it."
                ),
            ),
        ),
        ExpectTableRowCountToBeBetween(
            min_value=FEWEST_ROWS * len(MEASURES),
            max_value=MOST_ROWS * len(MEASURES),
            severity=WARNING,
            meta=_meta(
                "row_count",
                say(
                    "The 52 months known have 134 to 155 rows. Other counts are odd; the sums "
                    "decide."
                ),
            ),
        ),
    ]
