"""What must hold in the tables of official statistics: regions, sexes, ages and benefits add up.

In the files seen so far every sum is exact to the person (care statistics 2023; population of
31.12.2024, 1,342 lines): the offices publish these tables unrounded. So a broken sum is a broken
file, and the tolerance is 0.
"""

from __future__ import annotations

from itertools import pairwise

import great_expectations as gx
import great_expectations.expectations as gxe

from expectations.drift import ExpectEveryWord
from expectations.municipalities import ExpectMunicipalitiesToSum
from expectations.part_of_whole import ExpectRowsNotAboveWhole
from expectations.row_sums import ExpectMeasuresToSum
from expectations.suites.it_nrw_rules import (
    COUNTED,
    CRITICAL,
    WARNING,
    key_without,
    meta,
    region_sums,
    suite,
    surveys,
)
from ingest.it_nrw.dimensions import TOTAL
from ingest.it_nrw.regions import KREISE
from kreishaus.wording import say

RECIPIENTS = "Pflegebedürftige insgesamt"
ALLOWANCE = "Pflegegeld"
HOME_CARE = "ambulante Pflege"
FULL_INPATIENT = "vollstationäre Pflege"
PERMANENT_INPATIENT = "vollstationäre Dauerpflege"
"""Full in-patient care without short-term stays."""
GRADE_1_WITHOUT_BENEFIT = "Pflegegrad 1 ohne Leistungen"
KINDS_OF_BENEFIT = [ALLOWANCE, HOME_CARE, FULL_INPATIENT, GRADE_1_WITHOUT_BENEFIT]
OF_RECIPIENTS = [RECIPIENTS, *KINDS_OF_BENEFIT, PERMANENT_INPATIENT]
PLACES = "Verfügbare Plätze insgesamt"
PERMANENT_PLACES = "Verfügbare Plätze für Dauerpflege"
STAFF = "Personal insgesamt"
OF_HOMES = [PLACES, PERMANENT_PLACES, STAFF]
"""The columns of 22412-01i, which two datasets read: either stages them all, so all must add up."""
PERSONS_COUNTED = "Bevölkerungsstand"

MOST_IN_NO_KIND = 50
"""Persons. In the 53 Kreise of 2023 at most 16 recipients are in none of the four kinds."""

ALL_GRADES = {"care_grade_label": [None, TOTAL], **COUNTED}
"""The counts over all care grades: a table may be divided by grade or not."""

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


def _ages(*limits: int) -> list[str]:
    """The age groups between these limits, as the offices write them."""
    return [
        f"unter {limits[0]} Jahre",
        *(f"{low} bis unter {high} Jahre" for low, high in pairwise(limits)),
        f"{limits[-1]} Jahre und mehr",
    ]


POPULATION_AGES = _ages(3, 6, 10, 15, 18, 20, *range(25, 95, 5))
MUNICIPAL_AGES = _ages(3, 6, 10, 15, 18, 20, *range(25, 70, 5), 75)
"""The 17 groups that are published of municipalities: the old are one."""

CARE_GRADES = [*(f"Pflegegrad {grade}" for grade in range(1, 6)), "bisher noch ohne Pflegegrad"]
SEXES = ["männlich", "weiblich"]
NATIONALITIES = ["Deutsche", "Ausländer/-innen"]


def care_recipients() -> dict[str, gx.ExpectationSuite]:
    """Recipients by kind of benefit, Land to Kreis; by care grade or not."""
    return suite(
        "care_recipients",
        [RECIPIENTS, *KINDS_OF_BENEFIT],
        *region_sums(),
        ExpectRowsNotAboveWhole(
            group_by=["reference_date", "region_code"],
            whole={"measure_label": FULL_INPATIENT, **ALL_GRADES},
            parts={"measure_label": PERMANENT_INPATIENT, **ALL_GRADES},
            severity=CRITICAL,
            meta=meta(
                "permanent_not_above_full", say("Who stays for good is one of all residents.")
            ),
        ),
        ExpectEveryWord(
            column="care_grade_label",
            words=[TOTAL],
            empty_means=TOTAL,
            group_by=["reference_date", "region_code", "measure_label"],
            severity=CRITICAL,
            meta=meta(
                "all_grades_present", say("Without its total a table by grade has no total.")
            ),
        ),
        ExpectRowsNotAboveWhole(
            group_by=["reference_date", "region_code"],
            whole={"measure_label": RECIPIENTS, **ALL_GRADES},
            parts={"measure_label": KINDS_OF_BENEFIT, **ALL_GRADES},
            severity=CRITICAL,
            meta=meta(
                "kinds_not_above_total", say("Each recipient is counted in one kind at most.")
            ),
        ),
        ExpectMeasuresToSum(
            group_by=key_without("measure_label"),
            measure_column="measure_label",
            total=RECIPIENTS,
            parts=KINDS_OF_BENEFIT,
            where={"region_code": list(KREISE), **ALL_GRADES},
            tolerance=MOST_IN_NO_KIND,
            severity=WARNING,
            meta=meta(
                "kinds_make_total",
                say(
                    "Only a handful of recipients is in no kind; a large rest means a kind is "
                    "missing."
                ),
            ),
        ),
        *surveys(),
        known=OF_RECIPIENTS,
        perhaps_by={"care_grade": CARE_GRADES},
    )


def care_homes() -> dict[str, gx.ExpectationSuite]:
    """Places in homes, Land to Kreis."""
    return suite(
        "care_homes",
        [PLACES, PERMANENT_PLACES],
        *region_sums(),
        ExpectRowsNotAboveWhole(
            group_by=["reference_date", "region_code"],
            whole={"measure_label": PLACES, **COUNTED},
            parts={"measure_label": PERMANENT_PLACES, **COUNTED},
            severity=CRITICAL,
            meta=meta(
                "permanent_not_above_places", say("Permanent places are some of all places.")
            ),
        ),
        *surveys(),
        known=OF_HOMES,
    )


def care_staff() -> dict[str, gx.ExpectationSuite]:
    """Staff of homes, Land to Kreis."""
    return suite("care_staff", [STAFF], *region_sums(), *surveys(), known=OF_HOMES)


def care_recipients_by_age() -> dict[str, gx.ExpectationSuite]:
    """Recipients of the Land by age group and kind of care."""
    return suite(
        "care_recipients_by_age",
        [ALLOWANCE, HOME_CARE, FULL_INPATIENT],
        *surveys(),
        divided_by={"age": CARE_AGES},
    )


def population_by_age() -> dict[str, gx.ExpectationSuite]:
    """Population by sex, nationality and age, Land to Kreis."""
    return suite(
        "population_by_age",
        [PERSONS_COUNTED],
        *region_sums(),
        divided_by={"sex": SEXES, "nationality": NATIONALITIES, "age": POPULATION_AGES},
    )


def population_municipalities() -> dict[str, gx.ExpectationSuite]:
    """Population of the county's municipalities by sex. The source prints no row of the county."""
    return suite(
        "population_municipalities",
        [PERSONS_COUNTED],
        gxe.ExpectColumnValueLengthsToEqual(
            column="region_code",
            value=8,
            severity=CRITICAL,
            meta=meta(
                "municipalities_only", say("A row of a larger region would count people twice.")
            ),
        ),
        divided_by={"sex": SEXES},
    )


def population_municipalities_by_age() -> dict[str, gx.ExpectationSuite]:
    """Population of municipalities by sex and 17 age groups, perhaps with their county."""
    return suite(
        "population_municipalities_by_age",
        [PERSONS_COUNTED],
        ExpectMunicipalitiesToSum(
            group_by=key_without("region_code"),
            severity=CRITICAL,
            meta=meta(
                "municipalities_sum_to_kreis",
                say("Where the Kreis is printed, all its municipalities must be there."),
            ),
        ),
        divided_by={"sex": SEXES, "age": MUNICIPAL_AGES},
    )
