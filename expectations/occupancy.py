"""Wide frames: places and who lives on them, where more residents than places may be approved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, List  # noqa: UP035

import numpy as np
import pandas as pd

from expectations.failing_rows import MOST_FAILING_ROWS, Verdict, listed, locate, number
from expectations.row_sums import RULES, CountyExpectation
from expectations.rowwise import sum_not_above
from kreishaus.wording import joined, say


def occupancy_adds_up(
    frame: pd.DataFrame,
    *,
    places: str,
    occupied: str,
    vacant: str,
    approved: str,
    label_column: str | None = None,
) -> Verdict:
    """In each row ``occupied`` and ``vacant`` make ``places``.

    Where ``approved`` says yes, more may be occupied than there are, and none is vacant then. A
    row with an empty number is skipped.
    """
    values = frame[[places, occupied, vacant]].apply(pd.to_numeric).astype("Float64").astype(float)
    together = values[occupied] + values[vacant]
    judged = values.notna().all(axis="columns")
    overbooked = frame[approved].eq(True) & (values[occupied] > values[places])
    right = (together == values[places]) | (overbooked & (values[vacant] == 0))
    positions = np.flatnonzero(judged & ~right)
    failing_rows = tuple(
        locate(
            frame,
            position,
            label_column,
            column=f"{occupied} + {vacant}",
            expected=joined((number(values[places].iloc[position]), f"({places})")),
            found=joined(
                (
                    number(together.iloc[position]),
                    "=",
                    number(values[occupied].iloc[position]),
                    "+",
                    number(values[vacant].iloc[position]),
                )
            ),
        )
        for position in positions[:MOST_FAILING_ROWS]
    )
    return Verdict(int(judged.sum()), len(positions), failing_rows, int((~judged).sum()))


def residents_not_above_places(
    frame: pd.DataFrame,
    *,
    parts: Sequence[str],
    places: str,
    approved: str,
    label_column: str | None = None,
) -> Verdict:
    """As ``sum_not_above``, leaving out the rows where ``approved`` says yes."""
    bound = frame[~frame[approved].eq(True)]
    return sum_not_above(bound, parts=parts, limit=places, label_column=label_column)


RULES["occupancy_adds_up"] = occupancy_adds_up
RULES["residents_not_above_places"] = residents_not_above_places


class ExpectOccupancyToAddUp(CountyExpectation):
    """Wide frame: ``occupied`` and ``vacant`` make ``places``, or overbooking is approved."""

    places: str
    occupied: str
    vacant: str
    approved: str

    applied_rule = "occupancy_adds_up"
    parameters = ("places", "occupied", "vacant", "approved")
    success_keys = parameters
    args_keys = parameters

    @classmethod
    def sentence(cls, values: dict[str, Any]) -> str:
        return say(
            "{occupied} and {vacant} make {places}, unless {approved} allows more.",
            occupied=values["occupied"],
            vacant=values["vacant"],
            places=values["places"],
            approved=values["approved"],
        )


class ExpectResidentsNotAbovePlaces(CountyExpectation):
    """Wide frame: ``parts`` together are at most ``places``, or overbooking is approved."""

    parts: List[str]  # noqa: UP006
    places: str
    approved: str

    applied_rule = "residents_not_above_places"
    parameters = ("parts", "places", "approved")
    success_keys = parameters
    args_keys = parameters

    @classmethod
    def sentence(cls, values: dict[str, Any]) -> str:
        return say(
            "{parts} together are at most {places}, unless {approved} allows more.",
            parts=listed(values["parts"]),
            places=values["places"],
            approved=values["approved"],
        )
