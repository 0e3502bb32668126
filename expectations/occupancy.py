"""Wide frames: places and who lives on them, where more residents than places may be approved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, List  # noqa: UP035

import numpy as np
import pandas as pd

from expectations.failing_rows import (
    MOST_FAILING_ROWS,
    FailingRow,
    Verdict,
    listed,
    locate,
    number,
)
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

    Where ``approved`` says yes, more may be occupied than there are, and none is vacant then. Where
    one of the two is empty, the other alone is at most ``places``, under the same approval. A row
    without ``places``, or with neither of the two, is skipped.
    """
    values = frame[[places, occupied, vacant]].apply(pd.to_numeric).astype("Float64").astype(float)
    parts = values[[occupied, vacant]]
    together = parts.sum(axis="columns")
    is_whole = parts.notna().all(axis="columns")
    judged = values[places].notna() & parts.notna().any(axis="columns")
    overbooked = frame[approved].eq(True) & (values[occupied] > values[places])
    adds_up = (together == values[places]) | (~is_whole & (together < values[places]))
    right = adds_up | (overbooked & (values[vacant].fillna(0) == 0))
    positions = np.flatnonzero(judged & ~right)
    failing_rows = tuple(
        _failing(frame, values.iloc[position], position, label_column)
        for position in positions[:MOST_FAILING_ROWS]
    )
    return Verdict(int(judged.sum()), len(positions), failing_rows, int((~judged).sum()))


def _failing(
    frame: pd.DataFrame, values: pd.Series, position: int, label_column: str | None
) -> FailingRow:
    """A row whose numbers do not fit: ``values`` are its places and those occupied and vacant."""
    places, *_ = values.index
    parts = values.iloc[1:].dropna()
    limit = joined((number(values[places]), f"({places})"))
    summands = joined(map(number, parts), " + ")
    is_whole = len(parts) > 1
    return locate(
        frame,
        position,
        label_column,
        column=" + ".join(map(str, parts.index)),
        expected=limit if is_whole else say("at most {limit}", limit=limit),
        found=joined((number(parts.sum()), "=", summands)) if is_whole else summands,
    )


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
            "{occupied} and {vacant} make {places}, and one without the other is at most that, "
            "unless {approved} allows more.",
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
