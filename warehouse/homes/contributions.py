"""What each home contributes to each figure: read from the internal mart that lists it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import duckdb

ALL_OFFERS = ""
"""The scope of a measure whose sums do not tell kinds of offer apart."""

Area = frozenset[str]
"""Keys of the municipalities that make up an area."""


@dataclass(frozen=True)
class Contribution:
    """One offer's part of a sum. ``value`` is None where it said nothing.

    ``home`` is the site, ``most`` the greatest value it could have. ``revision`` is that of the
    workbook that first held the value; ``withdrawn`` that a later one has lost it. ``reported``
    is the value also where it came too late to be counted.
    """

    offer: str
    home: str
    operator: str
    municipality: str
    value: float | None
    most: float | None = None
    revision: int = 1
    withdrawn: bool = False
    reported: float | None = None

    def __post_init__(self) -> None:
        if self.reported is None:
            object.__setattr__(self, "reported", self.value)


@dataclass(frozen=True)
class Measure:
    """What is summed, as the mart of contributions declares it in its yml.

    ``unit`` is ``count`` or ``fte``. ``most_is_public`` says that the greatest value of a home
    stands in a public register. ``complement_of`` is the measure that this one adds up to what the
    register says with, home by home: both have one verdict. ``same_as`` is one whose sums differ
    from these by the homes alone that gave only one of the two,
    ``part_of`` the measure that this one adds up to with the others. ``within`` are measures whose
    sums follow from those of this one and of its like: it is hidden where they are.
    ``at_most`` is the measure that no home's figure can be greater than: where that one is hidden,
    this one would say how small it cannot be. ``difference`` marks a sum that is the difference of
    two others; ``unless_in`` names a measure whose homes it leaves out. ``whole_unless`` is a
    measure without which this one is shown in whole numbers only. ``printed`` selects area, date,
    scope and value of printed sums.
    """

    code: str
    unit: str = "count"
    by_offer_type: bool = False
    most_is_public: bool = False
    complement_of: str = ""
    same_as: str = ""
    part_of: str = ""
    within: tuple[str, ...] = ()
    at_most: str = ""
    difference: bool = False
    unless_in: str = ""
    whole_unless: str = ""
    printed: str = ""


@dataclass(frozen=True)
class Group:
    """Sums that may be compared: one measure on one date of one scope."""

    measure: str
    day: date
    scope: str


@dataclass(frozen=True)
class Contributions:
    """All contributions, by group, with the date that their values are true for."""

    measures: Mapping[str, Measure]
    groups: Mapping[Group, tuple[Contribution, ...]]
    about: Mapping[Group, date] = field(default_factory=dict)

    def of(self, measure: str, day: date, offers: Iterable[str]) -> list[Contribution]:
        """Contributions to a measure on a date by some offers, whatever their scope."""
        wanted = set(offers)
        return [
            one
            for group, members in self.groups.items()
            if group.measure == measure and group.day == day
            for one in members
            if one.offer in wanted
        ]


def measures(declared: Mapping[str, Mapping[str, Any]]) -> dict[str, Measure]:
    """The measures that the yml of the mart of contributions declares, in its order."""
    return {
        code: Measure(code=code, **{**rule, "within": tuple(rule.get("within", ()))})
        for code, rule in declared.items()
    }


def read(
    database: duckdb.DuckDBPyConnection, relation: str, declared: Mapping[str, Measure]
) -> Contributions:
    """The contributions in ``relation``. Measures that nobody declared are left out."""
    rows = database.execute(
        f"""select measure_code, reference_date, offer_type_code, about_date, offer_id, home_id,
                coalesce(operator_name, ''), municipality_code, value, most_value,
                coalesce(first_revision, 1), is_withdrawn
            from {relation} where municipality_code is not null order by all"""
    ).fetchall()
    groups: dict[Group, list[Contribution]] = defaultdict(list)
    about: dict[Group, date] = {}
    for code, day, offer_type, about_day, *rest in rows:
        if code not in declared:
            continue
        group = Group(code, day, offer_type if declared[code].by_offer_type else ALL_OFFERS)
        groups[group].append(Contribution(*rest))
        about[group] = about_day
    return Contributions(declared, counted(declared, groups), about)


def counted(
    declared: Mapping[str, Measure], groups: Mapping[Group, Sequence[Contribution]]
) -> dict[Group, tuple[Contribution, ...]]:
    """Contributions without those that sums never count: late ones, and what ``unless_in`` bars."""
    found = {group: tuple(_in_time(members)) for group, members in groups.items()}
    for group in found:
        if other := declared[group.measure].unless_in:
            beside = found.get(Group(other, group.day, group.scope), ())
            found[group] = _left_out(found[group], beside)
    return found


def _left_out(
    members: Sequence[Contribution], beside: Sequence[Contribution]
) -> tuple[Contribution, ...]:
    """Contributions of the offers that another measure does not count."""
    there = {one.offer for one in beside if one.value is not None}
    return tuple(replace(one, value=None) if one.offer in there else one for one in members)


def _in_time(members: Sequence[Contribution]) -> list[Contribution]:
    """Contributions without the late ones."""
    late = late_homes(members)
    return [replace(one, value=None) if one.offer in late else one for one in members]


def late_homes(members: Sequence[Contribution]) -> set[str]:
    """Offers whose value came with a later revision than the first one that held any.

    No public sum ever counts them: with them, less the sum of an earlier version, it would be their
    own figure, and several late homes are told apart by the sums of other measures and versions.
    """
    given = [one for one in members if one.value is not None or one.withdrawn]
    first = min((one.revision for one in given), default=1)
    return {one.offer for one in members if one.value is not None and one.revision > first}
