"""What is shown of areas, so that no difference of shown sums tells of one home: worked by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from warehouse.homes.contributions import (
    ALL_OFFERS,
    Area,
    Contribution,
    Contributions,
    Group,
    counted,
    measures,
)
from warehouse.homes.suppression import Suppression, Verdict

DAY = date(2021, 8, 15)
Value = float | None


def homes(
    place: str, *values: Value, operators: str = "abcdefgh", **rest: Any
) -> list[Contribution]:
    """The homes of a municipality, each of another operator."""
    return [
        Contribution(f"{place}{number}", f"{place}{number}", operator, place, value, **rest)
        for number, (value, operator) in enumerate(zip(values, operators, strict=False))
    ]


def ruled(
    groups: Mapping[str, Sequence[Contribution]],
    declared: Mapping[str, Mapping[str, Any]] | None = None,
    units: Sequence[Area] = (),
    printed: Mapping[Area, float] | None = None,
    day: date = DAY,
) -> Suppression:
    """The rule over one date, with measures that are plain counts unless declared otherwise."""
    said = declared or {code: {} for code in groups}
    found = {Group(code, day, ALL_OFFERS): tuple(members) for code, members in groups.items()}
    told = {Group("x", day, ALL_OFFERS): printed} if printed else {}
    return Suppression(Contributions(measures(said), found), {day: units}, 0.1, told)


def of(rule: Suppression, places: str, measure: str = "x", day: date = DAY) -> Verdict:
    return rule.verdict(Group(measure, day, ALL_OFFERS), frozenset(places))


def state(rule: Suppression, places: str, measure: str = "x") -> str:
    return of(rule, places, measure).state


def test_every_area_that_is_large_enough_is_shown_with_its_sum() -> None:
    rule = ruled({"x": homes("N", 9, 8, 7, 6) + homes("K", 5, 6, 7)})
    assert (of(rule, "N").value, of(rule, "K").value, of(rule, "NK").value) == (30, 18, 48)


def test_the_only_hidden_area_takes_another_along() -> None:
    """Of N, K and S only S may not be shown: 63 less 30 less 18 would be S all the same."""
    towns = homes("N", 9, 8, 7, 6) + homes("K", 5, 6, 7) + homes("S", 13, 1, 1)
    rule = ruled({"x": towns})
    assert state(rule, "S") == "withheld"
    assert state(rule, "K") == "withheld"
    assert of(rule, "N").value == 30
    assert of(rule, "NKS").value == 63
    assert of(rule, "KS").value == 33, "what follows from the others may be said"


def test_a_zero_is_a_band_and_cannot_be_had_from_the_total() -> None:
    towns = homes("N", 9, 8, 7, 6) + homes("K", 5, 6, 7) + homes("Z", 0, 0, 0)
    rule = ruled({"x": towns})
    assert of(rule, "Z") == Verdict("below", None, 9.0, 0.0), "half of the hidden 18"
    assert state(rule, "K") == "withheld"


def test_two_towns_of_two_homes_are_shown_together_and_never_alone() -> None:
    towns = homes("J", 9, 8) + homes("R", 7, 6) + homes("N", 9, 8, 7, 6)
    rule = ruled({"x": towns})
    assert (state(rule, "J"), state(rule, "R")) == ("withheld", "withheld")
    assert of(rule, "JR").value == 30
    assert of(rule, "JRN").value == 60


def test_a_planning_unit_that_cuts_a_joint_area_is_hidden() -> None:
    """N and J less N would be J alone."""
    towns = homes("J", 9, 8) + homes("R", 7, 6) + homes("N", 9, 8, 7, 6) + homes("K", 5, 6, 7)
    rule = ruled({"x": towns})
    assert state(rule, "JN") == "withheld"
    assert of(rule, "NK").value == 48


def test_a_neighbours_gap_does_not_publish_the_other() -> None:
    """K has three homes of which one left the cell out: two stand behind the sum."""
    towns = homes("K", 20.5, 31.25, None) + homes("N", 9, 8, 7, 6) + homes("M", 9, 8, 7)
    rule = ruled({"x": towns})
    assert state(rule, "K") == "withheld"
    assert state(rule, "KNM") == "shown"
    assert [place for place in "NM" if state(rule, place) == "shown"] == ["N"]


def test_a_column_beside_another_does_not_tell_the_home_that_filled_only_one() -> None:
    """Whole less parts: c told its staff, not its skilled staff. 31 - 18 + ... would be c's."""
    care = homes("K", 20, 31, 25, 24) + homes("N", 30, 28, 29) + homes("M", 22, 23, 24)
    skilled = homes("K", 10, 16, None, 12) + homes("N", 15, 14, 15) + homes("M", 11, 12, 12)
    helper = homes("K", 10, 15, 12, 12) + homes("N", 15, 14, 14) + homes("M", 11, 11, 12)
    declared = {
        "care": {"unit": "fte"},
        "skilled": {"unit": "fte", "part_of": "care"},
        "helper": {"unit": "fte", "part_of": "care"},
    }
    rule = ruled({"care": care, "skilled": skilled, "helper": helper}, declared)
    assert of(rule, "K", "care").value == 100
    assert state(rule, "K", "skilled") == "withheld"
    # Alone hidden, helpers would tell it: care less helpers of the same homes.
    assert state(rule, "K", "helper") == "withheld"
    assert of(rule, "N", "care").value == 87
    # The county's own figure would be short of c's by the same difference.
    assert state(rule, "KNM", "skilled") == "withheld"


def test_the_same_figure_asked_twice_needs_the_same_homes() -> None:
    """Occupied places of three homes less residents of two of them are the third's residents."""
    occupied = homes("K", 60, 70, 80, 75) + homes("N", 60, 61, 62, 63)
    residents = homes("K", 60, 70, 80, None) + homes("N", 60, 61, 62, 63)
    declared = {"occupied": {}, "residents": {"same_as": "occupied"}}
    rule = ruled({"occupied": occupied, "residents": residents}, declared)
    assert (of(rule, "K", "occupied").value, of(rule, "KN", "occupied").value) == (285, 531)
    assert state(rule, "K", "residents") == "withheld"
    assert of(rule, "N", "residents").value == 246
    assert state(rule, "KN", "residents") == "withheld"


def test_two_sums_that_differ_by_one_home_are_not_shown_both() -> None:
    """Each is three homes short of all eight, which tells nothing; one of them has d and not c."""
    all_eight = (20, 31, 25, 24, 22, 28, 23, 26)
    one = (None, None, None, 24, 22, 28, 23, 26)
    other = (None, None, 25, None, 22, 28, 23, 26)
    declared: dict[str, dict[str, Any]] = {
        "care": {},
        "one": {"same_as": "care"},
        "other": {"same_as": "care"},
    }
    groups = {"care": homes("K", *all_eight), "one": homes("K", *one), "other": homes("K", *other)}
    rule = ruled(groups, declared)
    assert [state(rule, "K", measure) for measure in declared] == ["shown", "shown", "withheld"]


def test_residents_are_held_against_vacant_places() -> None:
    """Occupied places are those of the register less the vacant ones: one home's residents are
    missing in K, and its vacant places would be what the two sums lack."""
    vacant = homes("K", 9, 8, 7, 6, most=80.0) + homes("N", 9, 8, 7, 6, most=80.0)
    occupied = homes("K", 71, 72, 73, 74, most=80.0) + homes("N", 71, 72, 73, 74, most=80.0)
    residents = homes("K", 71, 72, 73, None, most=80.0) + homes("N", 71, 72, 73, 74, most=80.0)
    declared: dict[str, dict[str, Any]] = {
        "vacant": {"most_is_public": True},
        "occupied": {"complement_of": "vacant"},
        "residents": {"same_as": "occupied"},
        "grade": {"within": ["residents"]},
    }
    groups = {"vacant": vacant, "occupied": occupied, "residents": residents, "grade": residents}
    rule = ruled(groups, declared)
    assert [state(rule, place, "occupied") for place in ("K", "N", "KN")] == ["shown"] * 3
    for measure in ("residents", "grade"):
        assert state(rule, "K", measure) == "withheld"
        assert state(rule, "KN", measure) == "withheld"


@pytest.mark.parametrize(("operators", "county"), [("efgh", 41), ("cdef", None)])
def test_what_two_towns_lack_together_may_be_known_unless_a_neighbour_lives_in_both(
    operators: str, county: int | None
) -> None:
    """K lacks one home's residents and N two: 60 less 41 are those of three. But if d owns the home
    that K lacks, it has K's three others (24), and with its own 8 in N the 9 of N's other one."""
    vacant = homes("K", 9, 8, 7, 6) + homes("N", 9, 8, 7, 6, operators=operators)
    residents = homes("K", 9, 8, 7, None) + homes("N", 9, 8, None, None, operators=operators)
    declared: dict[str, dict[str, Any]] = {"vacant": {}, "residents": {"same_as": "vacant"}}
    rule = ruled({"vacant": vacant, "residents": residents}, declared)
    assert [state(rule, place, "residents") for place in ("K", "N")] == ["withheld"] * 2
    assert of(rule, "KN", "residents").value == county


@pytest.mark.parametrize(
    ("vacant", "band", "mirrored"),
    [((0, 1, 0), "below", "nearly_all"), ((80, 79, 80), "nearly_all", "below")],
)
def test_few_vacant_places_are_nearly_all_occupied(
    vacant: tuple[int, ...], band: str, mirrored: str
) -> None:
    """No band is false: one vacant place of 240 are 239 occupied, and not "less than five"."""
    occupied = homes("K", *(80 - one for one in vacant), most=80.0)
    declared: dict[str, dict[str, Any]] = {
        "vacant": {"most_is_public": True},
        "occupied": {"complement_of": "vacant"},
        "residents": {"same_as": "occupied"},
        "unlimited": {"same_as": "occupied"},
    }
    groups = {
        "vacant": homes("K", *vacant, most=80.0),
        "occupied": occupied,
        "residents": occupied,
        "unlimited": homes("K", *(80 - one for one in vacant)),
    }
    rule = ruled(groups, declared)
    assert state(rule, "K", "vacant") == band
    assert state(rule, "K", "occupied") == mirrored
    assert state(rule, "K", "residents") == mirrored
    # Of how many it is nearly all, nobody says.
    assert state(rule, "K", "unlimited") == ("below" if mirrored == "below" else "withheld")


def test_hidden_parts_form_a_rectangle() -> None:
    """One part is too small in K: a second part and a second town go with it, the wholes stay."""
    declared = {"w": {}, **{part: {"part_of": "w"} for part in ("p", "q", "r")}}
    sizes = {"p": (0, 9, 8), "q": (7, 8, 9), "r": (9, 9, 9)}
    groups: dict[str, list[Contribution]] = {
        part: [
            one for town, size in zip("KNM", towns, strict=True) for one in homes(town, *[size] * 4)
        ]
        for part, towns in sizes.items()
    }
    groups["w"] = [
        one
        for town, size in zip("KNM", (16, 26, 26), strict=True)
        for one in homes(town, *[size] * 4)
    ]
    rule = ruled(groups, declared)
    shown = {
        part: {town for town in "KNM" if state(rule, town, part) == "shown"} for part in declared
    }
    assert shown["w"] == set("KNM")
    assert shown["r"] == set("KNM")
    assert shown["p"] == shown["q"]
    assert len(shown["p"]) == 1
    assert "K" not in shown["p"]
    assert [state(rule, "KNM", part) for part in "wpqr"] == ["shown"] * 4
    # 68 of all less the 36 of N leave 32 for K and M, with four homes each.
    assert of(rule, "K", "p").estimate == 16


def test_what_is_printed_is_shown_and_protects_nobody() -> None:
    """K is printed: S cannot hide behind it, and takes N along."""
    towns = homes("N", 9, 8, 7, 6) + homes("K", 5, 6, 7) + homes("S", 13, 1, 1)
    rule = ruled({"x": towns}, printed={frozenset("K"): 18})
    assert of(rule, "K").value == 18
    assert (state(rule, "S"), state(rule, "N")) == ("withheld", "withheld")


def test_a_printed_half_of_a_joint_area_gives_the_other_half_away() -> None:
    """J is printed: together with R it would be R's two homes. R hides with the next town."""
    towns = homes("J", 9, 8) + homes("R", 7, 6) + homes("N", 9, 8, 7, 6) + homes("K", 5, 6, 7)
    rule = ruled({"x": towns}, printed={frozenset("J"): 17})
    assert of(rule, "J").value == 17
    assert state(rule, "R") == "withheld"
    assert state(rule, "JR") == "withheld"
    assert state(rule, "K") == "withheld"
    assert of(rule, "N").value == 30


def test_a_printed_figure_that_is_another_one_shows_nothing() -> None:
    rule = ruled({"x": homes("K", 5, 6) + homes("N", 9, 8, 7)}, printed={frozenset("K"): 12})
    assert state(rule, "K") == "withheld"


def test_joint_areas_are_those_of_the_year_and_not_of_the_values() -> None:
    """From 2022 on R has three homes: it is shown alone, and J joins the smallest."""
    later = date(2022, 2, 15)
    before = homes("J", 9, 8) + homes("R", 7, 6) + homes("N", 9, 8, 7, 6)
    after = homes("J", 9, 8) + homes("R", 7, 6, 8) + homes("N", 9, 8, 7, 6)
    found = {
        Group("x", DAY, ALL_OFFERS): tuple(before),
        Group("x", later, ALL_OFFERS): tuple(after),
    }
    rule = Suppression(Contributions(measures({"x": {}}), found), {}, 0.1)
    assert frozenset("JR") in rule.joint(2021, ALL_OFFERS)
    assert frozenset("JR") in rule.joint(2022, ALL_OFFERS)
    assert of(rule, "JR", day=later).value == 38
    assert of(rule, "R").state == of(rule, "R", day=later).state == "withheld"


def test_a_home_that_stops_reporting_hides_more_and_never_less() -> None:
    towns = homes("J", 9, 8) + homes("R", 7, 6) + homes("N", 9, 8, 7, 6) + homes("K", 5, 6, 7, 8)
    full = ruled({"x": towns})
    shown = {place for place in ("JR", "N", "K", "JRNK") if state(full, place) == "shown"}
    assert shown == {"JR", "N", "K", "JRNK"}
    for silent in towns:
        rest = [
            Contribution(one.offer, one.home, one.operator, one.municipality, None)
            if one == silent
            else one
            for one in towns
        ]
        assert {p for p in shown if state(ruled({"x": rest}), p) == "shown"} <= shown


def test_a_late_report_is_not_counted_alone() -> None:
    """The first version summed three homes of K, 18; with the fourth it would be 26."""
    late = [*homes("K", 5, 6, 7), Contribution("K9", "K9", "z", "K", 8.0, revision=2)]
    members = [
        one
        if one.revision == 1
        else Contribution(one.offer, one.home, one.operator, one.municipality, None, reported=8.0)
        for one in late
    ]
    rule = ruled({"x": members + homes("N", 9, 8, 7, 6)})
    assert of(rule, "K").value == 18
    assert of(rule, "K").sum_of_all == 26
    assert of(rule, "KN").value == 48


@pytest.mark.parametrize("cells", [(4, 3, None, 5), (4, 3, 2, 5)], ids=["left out", "late"])
def test_what_a_home_leaves_out_does_not_follow_from_all_the_rest(cells: tuple[Value, ...]) -> None:
    """Occupied places less all residents that sums count are those whom one home does not name.

    The third home of K leaves out its two residents without a grade, or names them in a later
    version, which no sum counts. Two homes of M and one of N leave theirs out too.
    """
    declared = {
        "left": {"difference": True, "unless_in": "ungraded"},
        "ungraded": {"within": ["left"]},
    }
    late = homes("K", *cells)
    late[2] = replace(late[2], revision=2)
    towns = late + homes("N", 6, 7, 8, None) + homes("M", 9, 8, None, None, 7, 7)
    left = homes("K", 4, 3, 2, 5) + homes("N", 6, 7, 8, 3) + homes("M", 9, 8, 6, 6, 7, 7)
    groups = {Group("ungraded", DAY, ALL_OFFERS): towns, Group("left", DAY, ALL_OFFERS): left}
    found = Contributions(measures(declared), counted(measures(declared), groups))
    rule = Suppression(found, {}, 0.1)
    assert {place: state(rule, place, "ungraded") for place in "KNM"} == dict.fromkeys(
        "KNM", "withheld"
    )
    assert of(rule, "KNM", "ungraded").value == 64.0, "four homes leave out 17 together"
    alone = Suppression(replace(found, groups={**found.groups, left_of(found): ()}), {}, 0.1)
    assert of(alone, "K", "ungraded").value == 12.0, "without the rule K is shown"


FREE = {"vacant": {"most_is_public": True}, "free": {"most_is_public": True, "at_most": "vacant"}}


def test_a_part_does_not_leave_its_whole_to_the_home_that_lacks_it() -> None:
    """28 vacant in K and 26 free ones of four of its homes: the fifth has at most 2."""
    most = {"most": 90.0}
    vacant = homes("K", 9, 8, 6, 4, 1, **most) + homes("N", 9, 8, 7, 6, **most)
    free = homes("K", 9, 8, 6, 3, None, **most) + homes("N", 6, 4, 3, 6, **most)
    rule = ruled({"vacant": vacant, "free": free}, FREE)
    assert of(rule, "K", "vacant").value == 28
    assert state(rule, "K", "free") == "withheld"
    looser = homes("K", 7, 5, 4, 3, None, **most) + free[5:]
    assert of(ruled({"vacant": vacant, "free": looser}, FREE), "K", "free").value == 19


def test_a_part_is_hidden_where_its_whole_is() -> None:
    """K's vacancies are hidden: 20 free places would say that they are no fewer."""
    most = {"most": 90.0}
    vacant = homes("K", 60, 1, 1, **most) + homes("N", 9, 8, 7, 6, **most)
    vacant += homes("M", 9, 8, 7, **most)
    free = homes("K", 8, 7, 5, **most) + homes("N", 5, 5, 5, 5, **most)
    free += homes("M", 6, 6, 6, **most)
    rule = ruled({"vacant": vacant, "free": free}, FREE)
    assert state(rule, "K", "vacant") == "withheld"
    assert state(rule, "K", "free") == "withheld"
    plain = ruled({"vacant": vacant, "free": free}, {"vacant": FREE["vacant"], "free": {}})
    assert of(plain, "K", "free").value == 20, "by itself it may be shown"


def left_of(found: Contributions) -> Group:
    return next(group for group in found.groups if group.measure == "left")


def test_kinds_of_offer_are_ruled_apart() -> None:
    """Two day cares stay hidden, however many homes there are in the same town."""
    many, few = homes("K", 9, 8, 7, 6), homes("K", 9, 8)
    declared = measures({"x": {"by_offer_type": True}})
    found = {Group("x", DAY, "home"): tuple(many), Group("x", DAY, "day"): tuple(few)}
    rule = Suppression(Contributions(declared, found), {}, 0.1)
    assert rule.verdict(Group("x", DAY, "home"), frozenset("K")).value == 30
    assert rule.verdict(Group("x", DAY, "day"), frozenset("K")).state == "withheld"


def test_where_nobody_says_anything_there_is_nothing_to_hide() -> None:
    assert state(ruled({"x": homes("K", None, None)}), "K") == "empty"
    assert state(ruled({"x": homes("K", 9, 8, 7)}), "Q") == "empty"
