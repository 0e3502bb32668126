"""Areas too small for the rule, put together by what a public register says of them.

Nothing that homes report enters: how many homes of how many operators a municipality has at the
start of a calendar year decides for all of the year, so that nothing flickers from date to date.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from warehouse.homes.contributions import Area, Contribution
from warehouse.homes.rule import enough, homes

LEVEL = "Gemeinden zusammen"


def joint_areas(listed: Sequence[Contribution], units: Iterable[Area] = ()) -> list[Area]:
    """The municipalities with homes, each alone or together with others, smallest first.

    An area that is too small joins an area of its planning unit if there is one, and among those
    (or all) one that is too small as well, the smallest first. An area that is too small in the
    end is not shown.
    """
    by_place: dict[str, list[Contribution]] = {}
    for one in listed:
        by_place.setdefault(one.municipality, []).append(one)
    areas: list[Area] = [frozenset({place}) for place in sorted(by_place)]
    together = [unit for unit in units if len(unit) > 1]
    while small := [area for area in areas if not enough(_of(area, by_place))]:
        if len(areas) == 1:
            break
        first = min(small, key=lambda area: _size(area, by_place))
        others = [area for area in areas if area != first]
        partner = min(
            others,
            key=lambda area: (
                not any(first | area <= unit for unit in together),
                area not in small,
                _size(area, by_place),
            ),
        )
        areas = [area for area in others if area != partner] + [first | partner]
    return sorted(areas, key=lambda area: _size(area, by_place))


def code(area: Area) -> str:
    """The key of a joint area: those of its municipalities."""
    return "+".join(sorted(area))


def name(area: Area, names: Mapping[str, str]) -> str:
    """Its German name: "Jüchen und Rommerskirchen zusammen"."""
    short = [names.get(place, place).split(",")[0] for place in sorted(area)]
    return f"{', '.join(short[:-1])} und {short[-1]} zusammen"


def _of(area: Area, by_place: Mapping[str, Sequence[Contribution]]) -> list[Contribution]:
    return [one for place in area for one in by_place[place]]


def _size(area: Area, by_place: Mapping[str, Sequence[Contribution]]) -> tuple[int, str]:
    return homes(_of(area, by_place)), code(area)
