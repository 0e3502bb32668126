"""What must hold in the tables of official statistics: regions, sexes, ages and benefits add up.

In the files seen so far every sum is exact to the person (care statistics 2023; population of
31.12.2024, 1,342 lines): the offices publish these tables unrounded. So a broken sum is a broken
file, and the tolerance is 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import great_expectations as gx
import great_expectations.expectations as gxe
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.metadata_types import FailureSeverity

from expectations.classes import (
    ExpectMeasuresToSum,
    ExpectPlausibleChange,
    ExpectRowsToSumToTotal,
    ExpectValueOrMarker,
)
from expectations.part_of_whole import ExpectRowsNotAboveWhole
from ingest.it_nrw.cells import Key
from ingest.it_nrw.dimensions import TOTAL
from ingest.it_nrw.regions import BEZIRKE, KREISE, LAND

CRITICAL, WARNING = FailureSeverity.CRITICAL, FailureSeverity.WARNING

KEY = list(Key.__dataclass_fields__)
REGION_KEY = r"^(?:\d{2}|\d{3}|\d{5}|\d{8})$"

RECIPIENTS = "Pflegebedürftige insgesamt"
ALLOWANCE = "Pflegegeld"
HOME_CARE = "ambulante Pflege"
FULL_INPATIENT = "vollstationäre Pflege"
GRADE_1_WITHOUT_BENEFIT = "Pflegegrad 1 ohne Leistungen"
KINDS_OF_BENEFIT = [ALLOWANCE, HOME_CARE, FULL_INPATIENT, GRADE_1_WITHOUT_BENEFIT]
PLACES = "Verfügbare Plätze insgesamt"
PERMANENT_PLACES = "Verfügbare Plätze für Dauerpflege"

ALL_GRADES = {"care_grade_label": [None, TOTAL]}
"""The rows over all care grades: a table may be divided by grade or not."""

MOST_IN_NO_KIND = 50
"""Persons. In the 53 Kreise of 2023 at most 16 recipients are in none of the four kinds."""

LARGEST_USUAL_CHANGE = 0.25

CARE_AGES = [
    "unter 65",
    "65 bis unter 70",
    "70 bis unter 75",
    "75 bis unter 80",
    "80 bis unter 85",
    "85 bis unter 90",
    "90 bis unter 95",
    "95 und älter",
]
AGE_LIMITS = (3, 6, 10, 15, 18, 20, *range(25, 95, 5))
POPULATION_AGES = [
    f"unter {AGE_LIMITS[0]} Jahre",
    *(f"{low} bis unter {high} Jahre" for low, high in pairwise(AGE_LIMITS)),
    f"{AGE_LIMITS[-1]} Jahre und mehr",
]


def care_recipients() -> dict[str, gx.ExpectationSuite]:
    """Recipients by kind of benefit, Land to Kreis."""
    return _suite(
        "care_recipients",
        *_region_sums(),
        _measures_present([RECIPIENTS, *KINDS_OF_BENEFIT]),
        ExpectRowsNotAboveWhole(
            group_by=["reference_date", "region_code"],
            whole={"measure_label": RECIPIENTS, **ALL_GRADES},
            parts={"measure_label": KINDS_OF_BENEFIT, **ALL_GRADES},
            severity=CRITICAL,
            meta=_meta("kinds_not_above_total", "Each recipient is counted in one kind at most."),
        ),
        ExpectMeasuresToSum(
            group_by=_key_without("measure_label"),
            measure_column="measure_label",
            total=RECIPIENTS,
            parts=KINDS_OF_BENEFIT,
            where={"region_code": list(KREISE), **ALL_GRADES},
            tolerance=MOST_IN_NO_KIND,
            severity=WARNING,
            meta=_meta(
                "kinds_make_total",
                "Only a handful of recipients is in no kind; a large rest means a kind is missing.",
            ),
        ),
        _plausible_change(),
    )


def care_homes() -> dict[str, gx.ExpectationSuite]:
    """Places in homes, Land to Kreis."""
    return _suite(
        "care_homes",
        *_region_sums(),
        _measures_present([PLACES, PERMANENT_PLACES]),
        ExpectRowsNotAboveWhole(
            group_by=["reference_date", "region_code"],
            whole={"measure_label": PLACES},
            parts={"measure_label": PERMANENT_PLACES},
            severity=CRITICAL,
            meta=_meta("permanent_not_above_places", "Permanent places are some of all places."),
        ),
        _plausible_change(),
    )


def care_recipients_by_age() -> dict[str, gx.ExpectationSuite]:
    """Recipients of the Land by age group and kind of care."""
    return _suite(
        "care_recipients_by_age",
        _measures_present([ALLOWANCE, HOME_CARE, FULL_INPATIENT]),
        _parts_of("age_label", CARE_AGES, "ages_sum_to_total"),
        _plausible_change(),
    )


def population_by_age() -> dict[str, gx.ExpectationSuite]:
    """Population by sex, nationality and age, Land to Kreis."""
    return _suite(
        "population_by_age",
        *_region_sums(),
        _parts_of("sex_label", ["männlich", "weiblich"], "sexes_sum_to_total"),
        _parts_of(
            "nationality_label", ["Deutsche", "Ausländer/-innen"], "nationalities_sum_to_total"
        ),
        _parts_of("age_label", POPULATION_AGES, "ages_sum_to_total"),
    )


def population_municipalities() -> dict[str, gx.ExpectationSuite]:
    """Population of the county's municipalities by sex. The source prints no row of the county."""
    return _suite(
        "population_municipalities",
        _parts_of("sex_label", ["männlich", "weiblich"], "sexes_sum_to_total"),
        gxe.ExpectColumnValueLengthsToEqual(
            column="region_code",
            value=8,
            severity=CRITICAL,
            meta=_meta("municipalities_only", "A row of a larger region would count people twice."),
        ),
    )


def _suite(name: str, *rules: Expectation) -> dict[str, gx.ExpectationSuite]:
    return {
        "cells": gx.ExpectationSuite(name=f"it_nrw_{name}_cells", expectations=[*_cells(), *rules])
    }


def _meta(rule: str, reason: str) -> dict[str, str]:
    return {"rule": rule, "reason": reason, "label_column": "region_label"}


def _key_without(*columns: str) -> list[str]:
    return [column for column in KEY if column not in columns]


def _cells() -> list[Expectation]:
    """What every cell of every table owes."""
    return [
        gxe.ExpectCompoundColumnsToBeUnique(
            column_list=KEY,
            ignore_row_if="never",
            severity=CRITICAL,
            meta=_meta("key_unique", "Two rows for one key would be counted twice."),
        ),
        gxe.ExpectColumnValuesToMatchRegex(
            column="region_code",
            regex=REGION_KEY,
            severity=CRITICAL,
            meta=_meta("region_key", "A key that lost its leading zero belongs to no region."),
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="value",
            min_value=0,
            severity=CRITICAL,
            meta=_meta("count_not_negative", "People and places are counted: none is the least."),
        ),
        gxe.ExpectColumnValuesToBeInSet(
            column="unit",
            value_set=["Anzahl"],
            severity=CRITICAL,
            meta=_meta("unit_is_count", "A share summed up as if it were a count is nonsense."),
        ),
        ExpectValueOrMarker(
            severity=CRITICAL,
            meta=_meta("value_or_marker", "An empty cell must say why it is empty."),
        ),
    ]


def _region_sums() -> list[Expectation]:
    """Kreise and Regierungsbezirke make the Land, the Kreise of each Bezirk make the Bezirk."""
    group_by = _key_without("region_code")
    levels = [
        ("kreise_sum_to_land", LAND, list(KREISE)),
        ("bezirke_sum_to_land", LAND, list(BEZIRKE)),
        *(
            (f"kreise_sum_to_bezirk_{bezirk}", bezirk, [k for k in KREISE if k.startswith(bezirk)])
            for bezirk in BEZIRKE
        ),
    ]
    return [
        gxe.ExpectColumnDistinctValuesToContainSet(
            column="region_code",
            value_set=[LAND, *BEZIRKE, *KREISE],
            severity=CRITICAL,
            meta=_meta("regions_present", "The Land has 53 Kreise in 5 Bezirke; none may be lost."),
        ),
        *(
            ExpectRowsToSumToTotal(
                group_by=group_by,
                total={"region_code": whole},
                parts={"region_code": parts},
                severity=CRITICAL,
                meta=_meta(rule, "These tables are exact: their regions add up to the person."),
            )
            for rule, whole, parts in levels
        ),
    ]


def _parts_of(column: str, parts: Sequence[str], rule: str) -> Expectation:
    return ExpectMeasuresToSum(
        group_by=_key_without(column),
        measure_column=column,
        total=TOTAL,
        parts=list(parts),
        severity=CRITICAL,
        meta=_meta(rule, "These tables are exact, and each person is in one group."),
    )


def _measures_present(measures: list[str]) -> Expectation:
    return gxe.ExpectColumnDistinctValuesToContainSet(
        column="measure_label",
        value_set=measures,
        severity=CRITICAL,
        meta=_meta("measures_present", "A renamed column would silently vanish from the marts."),
    )


def _plausible_change() -> Expectation:
    return ExpectPlausibleChange(
        key=_key_without("reference_date"),
        max_share=LARGEST_USUAL_CHANGE,
        severity=WARNING,
        meta=_meta(
            "plausible_change",
            "From one survey to the next more is rare, and has a reason that a reader must know "
            "(2019 to 2023: recipients of grade 1 were under-recorded in 2019).",
        ),
    )
