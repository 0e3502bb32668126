"""What must hold in a population projection: as in a count, for each variant and each year."""

from __future__ import annotations

import great_expectations as gx

from expectations.age_groups import ExpectAgeGroupsToSum, ExpectAgesDividedAt
from expectations.projections import ExpectDaysAfter, ExpectSameInEach, ExpectYearsInSteps
from expectations.suites.it_nrw import SEXES
from expectations.suites.it_nrw_rules import (
    COUNTED,
    CRITICAL,
    WARNING,
    key_without,
    meta,
    region_sums,
    suite,
)
from ingest.it_nrw.cells import ProjectionKey
from ingest.it_nrw.dimensions import TOTAL
from kreishaus.wording import say

PERSONS_PROJECTED = "Vorausberechneter Bevölkerungsstand"
KEY = list(ProjectionKey.__dataclass_fields__)
CARE_LIMITS = [65, 70, 75, 80, 85, 90]
"""The ages at which the rates of care change most: a group across one cannot take its rate."""
FARTHEST_YEARS = 80
"""No office looks further ahead; a later year is a damaged digit."""


def population_projection() -> dict[str, gx.ExpectationSuite]:
    """People of years to come, by variant, sex and age, Land to Kreis."""
    return suite(
        "population_projection",
        [PERSONS_PROJECTED],
        *region_sums(each=["base_date", "variant_label", "reference_date"], key=KEY),
        ExpectAgeGroupsToSum(
            group_by=key_without("age_label", key=KEY),
            total=TOTAL,
            where={"measure_label": [PERSONS_PROJECTED], **COUNTED},
            severity=CRITICAL,
            meta=meta("ages_sum_to_total", say("Each person is in one age group.")),
        ),
        ExpectAgesDividedAt(
            limits=CARE_LIMITS,
            severity=WARNING,
            meta=meta(
                "ages_fit_care",
                say(
                    "A group that lies across two ages of the care statistics can take the "
                    "rate of neither, so that the demand model has no number for it."
                ),
            ),
        ),
        ExpectSameInEach(
            column="reference_date",
            group_by=["base_date", "variant_label"],
            severity=CRITICAL,
            meta=meta(
                "variants_complete",
                say(
                    "A variant that lacks years the others have would leave holes in the forecast."
                ),
            ),
        ),
        ExpectDaysAfter(
            column="reference_date",
            base_column="base_date",
            years=FARTHEST_YEARS,
            severity=CRITICAL,
            meta=meta("after_base_date", say("What was before it was counted, not projected.")),
        ),
        ExpectYearsInSteps(
            severity=WARNING,
            meta=meta(
                "years_without_gap",
                say(
                    "A file that lacks a year was perhaps asked for some years only: "
                    "first_year and last_year in county.toml."
                ),
            ),
        ),
        divided_by={"sex": SEXES, "age": []},
        key=KEY,
    )
