"""Long frames of parameters: a name and a value in each row, and what each name may say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Dict  # noqa: UP035

import pandas as pd

from expectations.failing_rows import MOST_FAILING_ROWS, Verdict, listed, locate, number
from expectations.row_sums import RULES, CountyExpectation
from kreishaus.wording import joined, say


@dataclass(frozen=True)
class Limits:
    """``low`` to ``high``, ``above`` the lowest or with it, ``whole`` or not."""

    low: float | None = None
    high: float | None = None
    above: bool = False
    whole: bool = False

    def hold(self, value: float) -> bool:
        """Whether a value is within."""
        if self.low is not None and (value < self.low or (self.above and value == self.low)):
            return False
        if self.high is not None and value > self.high:
            return False
        return not self.whole or value == int(value)

    @property
    def words(self) -> str:
        """What is expected, for people."""
        bounds = joined(self._bounds(), say(" and "))
        if self.whole:
            return say("a whole number, {bounds}", bounds=bounds)
        return say("a number, {bounds}", bounds=bounds)

    def _bounds(self) -> Iterator[str]:
        if self.low is not None and self.above:
            yield say("above {low:g}", low=self.low)
        elif self.low is not None:
            yield say("at least {low:g}", low=self.low)
        if self.high is not None:
            yield say("at most {high:g}", high=self.high)


def named_limits(
    frame: pd.DataFrame,
    *,
    name_column: str,
    value_column: str,
    limits: dict[str, dict[str, Any]],
    label_column: str | None = None,
) -> Verdict:
    """Each name is one of ``limits`` (``Limits`` as dictionaries), its value within them."""
    known = {name: Limits(**one) for name, one in limits.items()}
    failing_rows = []
    pairs = zip(frame[name_column], frame[value_column], strict=True)
    for position, (name, value) in enumerate(pairs):
        within = known.get(name)
        if within is None:
            column, expected, found = (
                name_column,
                say("one of {known}", known=listed(list(known))),
                str(name),
            )
        elif not within.hold(float(value)):
            column, expected, found = (
                value_column,
                joined((str(name), within.words), ": "),
                number(float(value)),
            )
        else:
            continue
        failing_rows.append(
            locate(frame, position, label_column, column=column, expected=expected, found=found)
        )
    return Verdict(len(frame), len(failing_rows), tuple(failing_rows[:MOST_FAILING_ROWS]))


RULES["named_limits"] = named_limits


def plain(limits: dict[str, Limits]) -> dict[str, dict[str, Any]]:
    """The limits as an expectation keeps them."""
    return {name: asdict(one) for name, one in limits.items()}


class ExpectNamedValuesWithinLimits(CountyExpectation):
    """Long frame: each name is known, and each value within the limits of its name."""

    name_column: str
    value_column: str
    limits: Dict[str, Dict[str, Any]]  # noqa: UP006

    applied_rule = "named_limits"
    parameters = ("name_column", "value_column", "limits")
    success_keys = parameters
    args_keys = parameters

    @classmethod
    def sentence(cls, values: dict[str, Any]) -> str:
        return say(
            "{name_column} is one that is known, and {value_column} within the limits of its name.",
            name_column=values["name_column"],
            value_column=values["value_column"],
        )
