"""What every table of official statistics owes, and the suite made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import great_expectations as gx
import great_expectations.expectations as gxe
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.metadata_types import FailureSeverity

from expectations.drift import ExpectEveryWord, ExpectOnlyWords, ExpectYearsWithoutGap
from expectations.part_of_whole import ExpectRowsNotAboveWhole
from expectations.row_sums import (
    ExpectMeasuresToSum,
    ExpectPlausibleChange,
    ExpectRowsToSumToTotal,
    ExpectValueOrMarker,
)
from ingest.it_nrw.cells import Key
from ingest.it_nrw.dimensions import COUNT, DIMENSIONS, MEND_WORDING, NEW_LAYOUT, TOTAL, Dimension
from ingest.it_nrw.regions import BEZIRKE, KREISE, LAENDER, LAND, NATION
from kreishaus.wording import say

CRITICAL, WARNING = FailureSeverity.CRITICAL, FailureSeverity.WARNING

KEY = list(Key.__dataclass_fields__)
REGION_KEY = rf"^(?:{NATION}|\d{{2}}|\d{{3}}|\d{{5}}|\d{{8}})$"

UNITS = [COUNT, "%", "Prozent"]

COUNTED = {"unit": COUNT}
"""A table may print a share beside a count: the staging models take the counts."""

EXACT = say("These tables are exact: their regions add up to the person.")

LARGEST_USUAL_CHANGE = 0.25

SURVEY_EVERY_YEARS = 2

Divisions = Mapping[Dimension, Sequence[str]]
"""Dimension -> its words, without the total."""


def suite(
    name: str,
    measures: Sequence[str],
    *rules: Expectation,
    known: Sequence[str] = (),
    divided_by: Divisions | None = None,
    perhaps_by: Divisions | None = None,
    key: Sequence[str] = KEY,
) -> dict[str, gx.ExpectationSuite]:
    """The suite of a table that counts ``measures``, and is divided by these dimensions only.

    ``known`` are all measures the table may have, where the dataset needs but some of them. A
    dimension without words of ours is one whose groups the table itself names: rules of its own
    judge them.
    """
    expectations = [
        *_cells(key),
        *_measures(measures, known or measures),
        *_dimensions(measures, divided_by or {}, perhaps_by or {}, key),
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
            meta=meta(
                "measures_present",
                say(
                    "A renamed column would silently vanish from the marts. {mend_wording}.",
                    mend_wording=MEND_WORDING,
                ),
            ),
        ),
        ExpectEveryWord(
            column="unit",
            words=[COUNT],
            group_by=["reference_date", "region_code", "measure_label"],
            where={"measure_label": list(wanted)},
            severity=CRITICAL,
            meta=meta("unit_is_count", say("A share summed up as if it were a count is nonsense.")),
        ),
        ExpectOnlyWords(
            column="unit",
            words=UNITS,
            where={"measure_label": list(wanted)},
            severity=WARNING,
            meta=meta(
                "units_known",
                say("Rows of a new unit are staged, and left out of the marts, which take counts."),
            ),
        ),
        ExpectOnlyWords(
            column="measure_label",
            words=list(known),
            severity=WARNING,
            meta=meta(
                "measures_known",
                say(
                    "A new column is staged, and used by nobody yet. When it shall be, "
                    "{new_layout}. {mend_wording}.",
                    new_layout=NEW_LAYOUT,
                    mend_wording=MEND_WORDING,
                ),
            ),
        ),
    ]


def _dimensions(
    measures: Sequence[str], divided_by: Divisions, perhaps_by: Divisions, key: Sequence[str]
) -> list[Expectation]:
    """Each dimension has its words, all of them; the table has no other dimension."""
    rules: list[Expectation] = []
    for dimension in DIMENSIONS:
        column = f"{dimension}_label"
        if dimension in perhaps_by:
            rules.append(_only(dimension, perhaps_by[dimension]))
        elif dimension in divided_by:
            words = divided_by[dimension]
            rules.append(
                gxe.ExpectColumnValuesToNotBeNull(
                    column=column,
                    severity=CRITICAL,
                    meta=meta(
                        f"divided_by_{dimension}",
                        say("The table is one by {dimension}.", dimension=dimension),
                    ),
                )
            )
            if not words:
                continue
            rules += [
                _only(dimension, words),
                ExpectMeasuresToSum(
                    group_by=key_without(column, key=key),
                    measure_column=column,
                    total=TOTAL,
                    parts=list(words),
                    where={"measure_label": list(measures), **COUNTED},
                    severity=CRITICAL,
                    meta=meta(
                        f"{SUMS[dimension]}_sum_to_total",
                        say("These tables are exact, and each person is in one group."),
                    ),
                ),
            ]
        else:
            rules.append(
                gxe.ExpectColumnValuesToBeNull(
                    column=column,
                    severity=CRITICAL,
                    meta=meta(
                        f"not_divided_by_{dimension}",
                        say(
                            "A table divided further would be added up wrongly: {new_layout}.",
                            new_layout=NEW_LAYOUT,
                        ),
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
        meta=meta(
            f"words_of_{dimension}",
            say(
                "A group that nobody knows would be left out of the marts. {mend_wording}; "
                "if the groups themselves changed, {new_layout}.",
                mend_wording=MEND_WORDING,
                new_layout=NEW_LAYOUT,
            ),
        ),
    )


def meta(rule: str, reason: str) -> dict[str, str]:
    """Name and reason of a rule, and which column names a row for people."""
    return {"rule": rule, "reason": reason, "label_column": "region_label"}


def key_without(*columns: str, key: Sequence[str] = KEY) -> list[str]:
    """The columns that name a cell, but for these: what the cells of a sum have in common."""
    return [column for column in key if column not in columns]


def _cells(key: Sequence[str]) -> list[Expectation]:
    """What every cell of every table owes."""
    return [
        gxe.ExpectCompoundColumnsToBeUnique(
            column_list=list(key),
            ignore_row_if="never",
            severity=CRITICAL,
            meta=meta("key_unique", say("Two rows for one key would be counted twice.")),
        ),
        gxe.ExpectColumnValuesToMatchRegex(
            column="region_code",
            regex=REGION_KEY,
            severity=CRITICAL,
            meta=meta("region_key", say("A key that lost its leading zero belongs to no region.")),
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="value",
            min_value=0,
            severity=CRITICAL,
            meta=meta(
                "count_not_negative", say("People and places are counted: none is the least.")
            ),
        ),
        ExpectValueOrMarker(
            severity=CRITICAL,
            meta=meta("value_or_marker", say("An empty cell must say why it is empty.")),
        ),
    ]


def region_sums(
    *, each: Sequence[str] = ("reference_date",), key: Sequence[str] = KEY
) -> list[Expectation]:
    """Kreise and Regierungsbezirke make the Land, the Kreise of each Bezirk make the Bezirk.

    That holds for every count, also of a column that nobody uses yet: one that does not add up was
    damaged, and the columns beside it with it. ``each`` are the columns of which every combination
    has all regions.
    """
    group_by = key_without("region_code", key=key)
    judged = COUNTED
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
            group_by=list(each),
            severity=CRITICAL,
            meta=meta(
                "regions_present",
                say(
                    "The Land has 53 Kreise in 5 Bezirke; none may be lost. If Kreise were "
                    "merged, {new_layout}.",
                    new_layout=NEW_LAYOUT,
                ),
            ),
        ),
        *(
            ExpectRowsToSumToTotal(
                group_by=group_by,
                total={"region_code": whole, **judged},
                parts={"region_code": parts, **judged},
                severity=CRITICAL,
                meta=meta(rule, EXACT),
            )
            for rule, whole, parts in levels
        ),
        ExpectRowsToSumToTotal(
            group_by=group_by,
            total={"region_code": NATION, **judged},
            parts={"region_code": list(LAENDER), **judged},
            whole_lists=True,
            total_perhaps=True,
            severity=CRITICAL,
            meta=meta("laender_sum_to_germany", EXACT),
        ),
        ExpectRowsNotAboveWhole(
            group_by=group_by,
            whole={"region_code": NATION, **judged},
            parts={"region_code": list(LAENDER), **judged},
            whole_perhaps=True,
            severity=CRITICAL,
            meta=meta("laender_not_above_germany", say("A Land is a part of Germany.")),
        ),
    ]


def surveys() -> list[Expectation]:
    """What holds between the surveys of one table."""
    return [
        _plausible_change(),
        ExpectYearsWithoutGap(
            every_years=SURVEY_EVERY_YEARS,
            severity=WARNING,
            meta=meta(
                "surveys_without_gap",
                say(
                    "A file that lacks a survey was perhaps asked for some years only: "
                    "first_year and last_year in county.toml."
                ),
            ),
        ),
    ]


def _plausible_change() -> Expectation:
    return ExpectPlausibleChange(
        key=key_without("reference_date"),
        max_share=LARGEST_USUAL_CHANGE,
        severity=WARNING,
        meta=meta(
            "plausible_change",
            say(
                "From one survey to the next more is rare, and has a reason that a reader "
                "must know (2019 to 2023: recipients of grade 1 were under-recorded in "
                "2019)."
            ),
        ),
    )
