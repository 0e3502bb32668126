"""What must hold in the tables of official statistics: regions, sexes, ages and benefits add up.

In the files seen so far every sum is exact to the person (care statistics 2023; population of
31.12.2024, 1,342 lines): the offices publish these tables unrounded. So a broken sum is a broken
file, and the tolerance is 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from expectations.vocabulary import ExpectEveryWord, ExpectOnlyWords, ExpectYearsWithoutGap
from ingest.it_nrw.cells import Key
from ingest.it_nrw.dimensions import DIMENSIONS, MEND_WORDING, TOTAL, Dimension
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
STAFF = "Personal insgesamt"
OF_HOMES = [PLACES, PERMANENT_PLACES, STAFF]
"""The columns of 22412-01i, which two datasets read: either stages them all, so all must add up."""
PERSONS_COUNTED = "Bevölkerungsstand"
COUNT = "Anzahl"
UNITS = [COUNT, "%", "Prozent"]

MOST_IN_NO_KIND = 50
"""Persons. In the 53 Kreise of 2023 at most 16 recipients are in none of the four kinds."""

COUNTED = {"unit": COUNT}
"""A table may print a share beside a count: the staging models take the counts."""

ALL_GRADES = {"care_grade_label": [None, TOTAL], **COUNTED}
"""The counts over all care grades: a table may be divided by grade or not."""

LARGEST_USUAL_CHANGE = 0.25

SURVEY_EVERY_YEARS = 2

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


CARE_GRADES = [*(f"Pflegegrad {grade}" for grade in range(1, 6)), "bisher noch ohne Pflegegrad"]
SEXES = ["männlich", "weiblich"]
NATIONALITIES = ["Deutsche", "Ausländer/-innen"]

Divisions = Mapping[Dimension, Sequence[str]]
"""Dimension -> its words, without the total."""


def care_recipients() -> dict[str, gx.ExpectationSuite]:
    """Recipients by kind of benefit, Land to Kreis; by care grade or not."""
    return _suite(
        "care_recipients",
        [RECIPIENTS, *KINDS_OF_BENEFIT],
        *_region_sums([RECIPIENTS, *KINDS_OF_BENEFIT]),
        ExpectEveryWord(
            column="care_grade_label",
            words=[TOTAL],
            empty_means=TOTAL,
            group_by=["reference_date", "region_code", "measure_label"],
            severity=CRITICAL,
            meta=_meta("all_grades_present", "Without its total a table by grade has no total."),
        ),
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
        *_surveys(),
        perhaps_by={"care_grade": CARE_GRADES},
    )


def care_homes() -> dict[str, gx.ExpectationSuite]:
    """Places in homes, Land to Kreis."""
    return _suite(
        "care_homes",
        [PLACES, PERMANENT_PLACES],
        *_region_sums(OF_HOMES),
        ExpectRowsNotAboveWhole(
            group_by=["reference_date", "region_code"],
            whole={"measure_label": PLACES, **COUNTED},
            parts={"measure_label": PERMANENT_PLACES, **COUNTED},
            severity=CRITICAL,
            meta=_meta("permanent_not_above_places", "Permanent places are some of all places."),
        ),
        *_surveys(),
        known=OF_HOMES,
    )


def care_staff() -> dict[str, gx.ExpectationSuite]:
    """Staff of homes, Land to Kreis."""
    return _suite("care_staff", [STAFF], *_region_sums(OF_HOMES), *_surveys(), known=OF_HOMES)


def care_recipients_by_age() -> dict[str, gx.ExpectationSuite]:
    """Recipients of the Land by age group and kind of care."""
    return _suite(
        "care_recipients_by_age",
        [ALLOWANCE, HOME_CARE, FULL_INPATIENT],
        *_surveys(),
        divided_by={"age": CARE_AGES},
    )


def population_by_age() -> dict[str, gx.ExpectationSuite]:
    """Population by sex, nationality and age, Land to Kreis."""
    return _suite(
        "population_by_age",
        [PERSONS_COUNTED],
        *_region_sums([PERSONS_COUNTED]),
        divided_by={"sex": SEXES, "nationality": NATIONALITIES, "age": POPULATION_AGES},
    )


def population_municipalities() -> dict[str, gx.ExpectationSuite]:
    """Population of the county's municipalities by sex. The source prints no row of the county."""
    return _suite(
        "population_municipalities",
        [PERSONS_COUNTED],
        gxe.ExpectColumnValueLengthsToEqual(
            column="region_code",
            value=8,
            severity=CRITICAL,
            meta=_meta("municipalities_only", "A row of a larger region would count people twice."),
        ),
        divided_by={"sex": SEXES},
    )


def _suite(
    name: str,
    measures: Sequence[str],
    *rules: Expectation,
    known: Sequence[str] = (),
    divided_by: Divisions | None = None,
    perhaps_by: Divisions | None = None,
) -> dict[str, gx.ExpectationSuite]:
    """The suite of a table that counts ``measures``, and is divided by these dimensions only.

    ``known`` are all measures the table may have, where the dataset needs but some of them.
    """
    expectations = [
        *_cells(),
        *_measures(measures, known or measures),
        *_dimensions(measures, divided_by or {}, perhaps_by or {}),
        *rules,
    ]
    return {"cells": gx.ExpectationSuite(name=f"it_nrw_{name}_cells", expectations=expectations)}


def _measures(wanted: Sequence[str], known: Sequence[str]) -> list[Expectation]:
    """What the marts need must be there; what came new stands in rows of its own and harms none."""
    return [
        ExpectEveryWord(
            column="measure_label",
            words=list(wanted),
            group_by=["reference_date"],
            severity=CRITICAL,
            meta=_meta(
                "measures_present",
                f"A renamed column would silently vanish from the marts. {MEND_WORDING}.",
            ),
        ),
        ExpectEveryWord(
            column="unit",
            words=[COUNT],
            group_by=["reference_date", "region_code", "measure_label"],
            where={"measure_label": list(wanted)},
            severity=CRITICAL,
            meta=_meta("unit_is_count", "A share summed up as if it were a count is nonsense."),
        ),
        ExpectOnlyWords(
            column="unit",
            words=UNITS,
            where={"measure_label": list(wanted)},
            severity=WARNING,
            meta=_meta(
                "units_known",
                "Rows of a new unit are staged, and left out of the marts, which take counts.",
            ),
        ),
        ExpectOnlyWords(
            column="measure_label",
            words=list(known),
            severity=WARNING,
            meta=_meta(
                "measures_known",
                "A new column is staged, and used by nobody yet. When it shall be: the suite of "
                f"this dataset in expectations/suites/it_nrw.py. {MEND_WORDING}.",
            ),
        ),
    ]


def _dimensions(
    measures: Sequence[str], divided_by: Divisions, perhaps_by: Divisions
) -> list[Expectation]:
    """Each dimension has its words, all of them; the table has no other dimension."""
    rules: list[Expectation] = []
    for dimension in DIMENSIONS:
        column = f"{dimension}_label"
        if dimension in perhaps_by:
            rules.append(_only(dimension, perhaps_by[dimension]))
        elif dimension in divided_by:
            words = divided_by[dimension]
            rules += [
                gxe.ExpectColumnValuesToNotBeNull(
                    column=column,
                    severity=CRITICAL,
                    meta=_meta(f"divided_by_{dimension}", f"The table is one by {dimension}."),
                ),
                _only(dimension, words),
                ExpectMeasuresToSum(
                    group_by=_key_without(column),
                    measure_column=column,
                    total=TOTAL,
                    parts=list(words),
                    where={"measure_label": list(measures), **COUNTED},
                    severity=CRITICAL,
                    meta=_meta(
                        f"{SUMS[dimension]}_sum_to_total",
                        "These tables are exact, and each person is in one group.",
                    ),
                ),
            ]
        else:
            rules.append(
                gxe.ExpectColumnValuesToBeNull(
                    column=column,
                    severity=CRITICAL,
                    meta=_meta(
                        f"not_divided_by_{dimension}",
                        "A table divided further would be added up wrongly: mend its suite in "
                        "expectations/suites/it_nrw.py and its staging model together.",
                    ),
                )
            )
    return rules


SUMS: Mapping[Dimension, str] = {"sex": "sexes", "nationality": "nationalities", "age": "ages"}


def _only(dimension: Dimension, words: Sequence[str]) -> Expectation:
    return ExpectOnlyWords(
        column=f"{dimension}_label",
        words=[*words, TOTAL],
        severity=CRITICAL,
        meta=_meta(
            f"words_of_{dimension}",
            f"A group that nobody knows would be left out of the marts. {MEND_WORDING}; if the "
            "groups themselves changed: expectations/suites/it_nrw.py.",
        ),
    )


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
        ExpectValueOrMarker(
            severity=CRITICAL,
            meta=_meta("value_or_marker", "An empty cell must say why it is empty."),
        ),
    ]


def _region_sums(measures: Sequence[str]) -> list[Expectation]:
    """Kreise and Regierungsbezirke make the Land, the Kreise of each Bezirk make the Bezirk."""
    group_by = _key_without("region_code")
    judged = {"measure_label": list(measures), **COUNTED}
    levels = [
        ("kreise_sum_to_land", LAND, list(KREISE)),
        ("bezirke_sum_to_land", LAND, list(BEZIRKE)),
        *(
            (f"kreise_sum_to_bezirk_{bezirk}", bezirk, [k for k in KREISE if k.startswith(bezirk)])
            for bezirk in BEZIRKE
        ),
    ]
    return [
        ExpectEveryWord(
            column="region_code",
            words=[LAND, *BEZIRKE, *KREISE],
            group_by=["reference_date"],
            severity=CRITICAL,
            meta=_meta(
                "regions_present",
                "The Land has 53 Kreise in 5 Bezirke; none may be lost. If Kreise were merged: "
                "ingest/it_nrw/regions.py.",
            ),
        ),
        *(
            ExpectRowsToSumToTotal(
                group_by=group_by,
                total={"region_code": whole, **judged},
                parts={"region_code": parts, **judged},
                severity=CRITICAL,
                meta=_meta(rule, "These tables are exact: their regions add up to the person."),
            )
            for rule, whole, parts in levels
        ),
    ]


def _surveys() -> list[Expectation]:
    """What holds between the surveys of one table."""
    return [
        _plausible_change(),
        ExpectYearsWithoutGap(
            every_years=SURVEY_EVERY_YEARS,
            severity=WARNING,
            meta=_meta(
                "surveys_without_gap",
                "A file that lacks a survey was perhaps asked for some years only: first_year and "
                "last_year in county.toml.",
            ),
        ),
    ]


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
