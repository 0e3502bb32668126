"""Long frames of regions: are the municipalities their Kreis?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from expectations.failing_rows import Verdict, listed
from expectations.row_sums import RULES, CountyExpectation
from expectations.sums import rows_to_sum_to_total
from kreishaus.wording import say

LENGTH_OF_KREIS, LENGTH_OF_MUNICIPALITY = 5, 8


def municipalities_to_sum(
    frame: pd.DataFrame,
    *,
    group_by: Sequence[str],
    region_column: str,
    value_column: str,
    label_column: str | None = None,
) -> Verdict:
    """The municipalities of each Kreis that is printed sum to it, group by group.

    Told by their keys: 05162024 is of 05162. Municipalities without their Kreis are not judged, nor
    is a Kreis without any, such as a kreisfreie Stadt; where both are printed, either must have its
    row in every group in which the other has one.
    """
    code = frame[region_column].astype("string")
    length = code.str.len()
    kreis = code.str.slice(0, LENGTH_OF_KREIS)
    levels = [LENGTH_OF_KREIS, LENGTH_OF_MUNICIPALITY]
    chosen = length.isin(levels)
    for level in levels:
        chosen &= kreis.isin(kreis[length == level].unique())
    if not chosen.any():
        return Verdict(0, 0, ())
    regions = frame[chosen].assign(_kreis=kreis[chosen], _length=length[chosen])
    return rows_to_sum_to_total(
        regions,
        group_by=[*group_by, "_kreis"],
        value_column=value_column,
        total={"_length": LENGTH_OF_KREIS},
        parts={"_length": LENGTH_OF_MUNICIPALITY},
        tolerance=0,
        label_column=label_column,
    )


RULES["municipalities_to_sum"] = municipalities_to_sum


class ExpectMunicipalitiesToSum(CountyExpectation):
    """Long frame: where a Kreis is printed, its municipalities sum to it in each group."""

    group_by: list[str]
    region_column: str = "region_code"
    value_column: str = "value"

    applied_rule = "municipalities_to_sum"
    parameters = ("group_by", "region_column", "value_column")
    success_keys = parameters
    args_keys = parameters

    @classmethod
    def sentence(cls, values: dict[str, Any]) -> str:
        return say(
            "The municipalities of each Kreis that is printed sum to it, for each {group_by}.",
            group_by=listed(values["group_by"]),
        )
