"""Whether a sum protects each home behind it, from an operator who knows its own homes.

The attacker is an operator of homes in the area, or somebody without one, who knows what a public
register names. A sum is shown when it has at least three homes of two operators behind it, is far
enough from nothing and from everything, and leaves each attacker unable to say what one home
reported: neither within the dominance percentage from above, nor within a width of counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from warehouse.homes.contributions import Contribution

FEWEST_HOMES = 3
FEWEST_OPERATORS = 2
BAND = 5
"""Sums below it, none included, are one band; so are those as near to everything there is."""
NARROWEST = 3
"""Nobody may be able to say within a smaller width which count a home reported."""

State = Literal["empty", "shown", "below", "nearly_all", "withheld"]
Knowledge = Literal["shown", "implied"]


@dataclass(frozen=True)
class Rule:
    """The parameters of the rule. ``dominance`` is a share, kept by the county for itself."""

    dominance: float
    unit: str = "count"
    most_is_public: bool = False

    def state(self, contributions: Sequence[Contribution]) -> State:
        """What may be shown of the sum of ``contributions``."""
        given = [one for one in contributions if one.value is not None]
        if not given:
            return "empty"
        if any(one.withdrawn for one in contributions):
            return "withheld"
        if not enough(given):
            return "withheld"
        total = sum(one.value or 0 for one in given)
        if total < BAND:
            return "below" if self._band_is_safe(given) else "withheld"
        if _room(given) is not None and (_room(given) or 0) < BAND:
            return "nearly_all" if self._band_is_safe(_rest(given)) else "withheld"
        return "shown" if self.protects(given) else "withheld"

    def implied(self, contributions: Sequence[Contribution]) -> bool:
        """Whether it does no harm that a sum can be worked out from others that are shown."""
        given = [one for one in contributions if one.value is not None]
        if any(one.withdrawn for one in contributions):
            return False
        return not given or (homes(given) >= FEWEST_HOMES and self.protects(given))

    def leaves_doubt(self, others: Sequence[Contribution], is_neighbour: bool) -> bool:
        """Whether the sum of homes that are not the attacker's own may be known to him."""
        fewest = FEWEST_HOMES - 1 if is_neighbour else FEWEST_HOMES
        return homes(others) >= fewest and self._is_safe_from({}, others)

    def protects(self, given: Sequence[Contribution]) -> bool:
        """Whether no attacker comes near what one home reported."""
        return all(self._is_safe_from(own, given) for own in known_to(given))

    def _is_safe_from(self, own: Mapping[str, float], given: Sequence[Contribution]) -> bool:
        others = _by_home([one for one in given if one.offer not in own])
        if not others:
            return True
        if len(others) == 1:
            return False
        rest = sum(value for value, _ in others.values())
        limits = [most for _, most in others.values() if most is not None]
        all_limited = self.most_is_public and len(limits) == len(others)
        everything = sum(limits)
        for value, most in others.values():
            limit = most if self.most_is_public else None
            high = rest if limit is None else min(rest, limit)
            low = max(0.0, rest - (everything - (most or 0))) if all_limited else 0.0
            if not self._is_wide(value, low, high, limit):
                return False
        return True

    def _is_wide(self, value: float, low: float, high: float, limit: float | None) -> bool:
        narrowest = NARROWEST if limit is None else min(NARROWEST, limit)
        if self.unit == "count" and high - low < narrowest:
            return False
        margin = self.dominance * value
        bounded_by_register = limit is not None and high >= limit
        reached = high - value >= margin or (bounded_by_register and value - low >= margin)
        return reached and high > low

    def _band_is_safe(self, given: Sequence[Contribution]) -> bool:
        """Whether "less than five" leaves room beside what any operator knows of itself."""
        own = [sum(values.values()) for values in _by_operator(given).values()]
        return max(own, default=0) <= BAND - 1 - NARROWEST


def enough(given: Sequence[Contribution]) -> bool:
    """Three homes of two operators, and two homes beside those of each operator."""
    if homes(given) < FEWEST_HOMES or len({one.operator for one in given}) < FEWEST_OPERATORS:
        return False
    return all(
        homes([one for one in given if one.operator != operator]) >= 2
        for operator in {one.operator for one in given}
    )


def is_true(state: State, contributions: Sequence[Contribution]) -> bool:
    """Whether a band says what is so. Of everything there is somebody must know how much it is."""
    given = [one for one in contributions if one.value is not None]
    if state == "below":
        return sum(one.value or 0 for one in given) < BAND
    return state != "nearly_all" or 0 <= _lacking(given) < BAND


def homes(given: Sequence[Contribution]) -> int:
    """How many homes: offers at one site are one."""
    return len({one.home for one in given})


def known_to(given: Sequence[Contribution]) -> list[dict[str, float]]:
    """What each attacker knows: nothing, the figures of his home, those of all his homes.

    Who runs one home does not always see the others of its operator: they are protected from him.
    """
    found: list[dict[str, float]] = [{}]
    for group in (_by_operator(given), _grouped(given, "home")):
        found += [own for own in group.values() if own not in found]
    return found


def leaves_too_little(whole: Sequence[Contribution], part: Sequence[Contribution]) -> bool:
    """Whether a sum and that of a part of it pin down homes that told the whole and not the part.

    No home's part is more than its whole: what the sums leave is the most that such homes can have.
    """
    parts = {one.offer: one.value for one in part if one.value is not None}
    wholes = [one for one in whole if one.value is not None]
    for own in known_to(wholes):
        others = [one for one in wholes if one.offer not in own]
        left = sum((one.value or 0) - parts.get(one.offer, 0) for one in others)
        if left < NARROWEST and any(one.offer not in parts for one in others):
            return True
    return False


def _by_operator(given: Sequence[Contribution]) -> dict[str, dict[str, float]]:
    return _grouped(given, "operator")


def _grouped(
    given: Sequence[Contribution], by: Literal["operator", "home"]
) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for one in given:
        found[one.operator if by == "operator" else one.home][one.offer] = one.value or 0
    return found


def _by_home(given: Sequence[Contribution]) -> dict[str, tuple[float, float | None]]:
    found: dict[str, tuple[float, float | None]] = {}
    for one in given:
        value, most = found.get(one.home, (0.0, 0.0))
        together = None if most is None or one.most is None else most + one.most
        found[one.home] = (value + (one.value or 0), together)
    return found


def _room(given: Sequence[Contribution]) -> float | None:
    """How much is lacking to everything there is; None where that is not known."""
    if any(one.most is None for one in given):
        return None
    return sum((one.most or 0) - (one.value or 0) for one in given)


def _lacking(given: Sequence[Contribution]) -> float:
    room = _room(given)
    return BAND if room is None else room


def _rest(given: Sequence[Contribution]) -> list[Contribution]:
    return [
        Contribution(
            one.offer, one.home, one.operator, one.municipality, (one.most or 0) - (one.value or 0)
        )
        for one in given
    ]
