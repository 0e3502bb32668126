"""Codes that somebody may choose, beside official keys: a key names its own region and no other."""

from __future__ import annotations

from typing import Any

import pandas as pd

from expectations.failing_rows import MOST_FAILING_ROWS, Verdict, locate
from expectations.row_sums import RULES, CountyExpectation
from kreishaus.wording import say


def key_is_its_own(
    frame: pd.DataFrame, *, code: str, key: str, label_column: str | None = None
) -> Verdict:
    """A ``code`` that looks like a ``key`` (as many digits) is the ``key`` of its row."""
    failing_rows = []
    judged = 0
    for position, (said, own) in enumerate(zip(frame[code], frame[key], strict=True)):
        if not (str(said).isdecimal() and len(str(said)) == len(str(own))):
            continue
        judged += 1
        if said != own:
            expected = say("{own}, or a code that is no official key", own=own)
            failing_rows.append(
                locate(
                    frame, position, label_column, column=code, expected=expected, found=str(said)
                )
            )
    return Verdict(
        judged, len(failing_rows), tuple(failing_rows[:MOST_FAILING_ROWS]), len(frame) - judged
    )


RULES["key_is_its_own"] = key_is_its_own


class ExpectKeyToBeItsOwn(CountyExpectation):
    """Long frame: a ``code`` with as many digits as the ``key`` of its row is that ``key``."""

    code: str
    key: str

    applied_rule = "key_is_its_own"
    parameters = ("code", "key")
    success_keys = parameters
    args_keys = parameters

    @classmethod
    def sentence(cls, values: dict[str, Any]) -> str:
        return say("{code} is no other region's {key}.", code=values["code"], key=values["key"])
