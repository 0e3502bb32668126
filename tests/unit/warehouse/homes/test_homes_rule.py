"""Whether a sum protects the homes behind it: worked by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from warehouse.homes.contributions import Contribution, late_homes
from warehouse.homes.joint import code, joint_areas, name
from warehouse.homes.rule import Rule

COUNT = Rule(dominance=0.1)
PLACES = Rule(dominance=0.1, most_is_public=True)
FTE = Rule(dominance=0.1, unit="fte")


def given(
    *homes: tuple[str, float | None], place: str = "M", most: float | None = None
) -> list[Contribution]:
    """Homes by operator and value, each with so many places."""
    return [
        Contribution(f"{place}{number}", f"{place}{number}", operator, place, value, most)
        for number, (operator, value) in enumerate(homes)
    ]


def test_four_homes_of_four_operators_are_shown() -> None:
    assert COUNT.state(given(("a", 9), ("b", 13), ("c", 5), ("d", 7))) == "shown"


def test_who_runs_one_home_of_an_operator_must_not_know_the_other() -> None:
    """40 + 60 + 3 + 2: whoever runs a's home of 40 knows the other to 65, 8 % above the truth."""
    assert COUNT.state(given(("a", 40), ("a", 60), ("b", 3), ("c", 2))) == "withheld"
    # Of two operators' 14 it is left with 74, which is 23 % above 60.
    assert COUNT.state(given(("a", 40), ("a", 60), ("b", 8), ("c", 6))) == "shown"


@pytest.mark.parametrize(
    ("homes", "why"),
    [
        ([("a", 10), ("b", 12)], "each of two homes works out the other"),
        ([("a", 10), ("a", 12), ("a", 14)], "one operator's sum is its own figure"),
        ([("a", 10), ("a", 12), ("b", 14)], "operator a works out the only home of b"),
        ([("a", 10), ("b", 12), ("c", None)], "a home that said nothing stands behind nothing"),
    ],
)
def test_too_few_stand_behind_a_value(homes: list[tuple[str, float | None]], why: str) -> None:
    assert COUNT.state(given(*homes)) == "withheld", why


def test_two_offers_at_one_site_are_one_home() -> None:
    found = given(("a", 10), ("b", 12), ("c", 14))
    duplicates = [
        Contribution(one.offer, "site", one.operator, "M", one.value) for one in found[:2]
    ]
    assert COUNT.state([*duplicates, found[2]]) == "withheld"


def test_the_second_largest_must_not_bound_the_largest() -> None:
    """200 + 30 + 12: b takes its 30 off 242 and knows the largest to 212, 6 % above the truth."""
    assert FTE.state(given(("a", 200), ("b", 30), ("c", 12))) == "withheld"
    # 200 + 30 + 25: b is left with 225, which is 12.5 % above 200.
    assert FTE.state(given(("a", 200), ("b", 30), ("c", 25))) == "shown"
    assert Rule(0.2, "fte").state(given(("a", 200), ("b", 30), ("c", 25))) == "withheld"


def test_a_neighbour_with_almost_everything_leaves_the_others_nothing() -> None:
    """Of 9 places a has 7: b and c have 2 between them, each none to two."""
    assert COUNT.state(given(("a", 7), ("b", 1), ("c", 1))) == "withheld"
    assert COUNT.state(given(("a", 4), ("b", 3), ("c", 3))) == "shown"


@pytest.mark.parametrize("values", [(0, 0, 0, 0), (1, 1, 1, 1), (1, 0, 0, 0)])
def test_none_and_few_are_one_band(values: tuple[int, ...]) -> None:
    homes = [(operator, float(value)) for operator, value in zip("abcd", values, strict=True)]
    assert COUNT.state(given(*homes)) == "below"


def test_a_band_is_not_told_to_somebody_who_fills_it_alone() -> None:
    """Told that there are fewer than five, the home with four knows that the others have none."""
    assert COUNT.state(given(("a", 4), ("b", 0), ("c", 0), ("d", 0))) == "withheld"


def test_everything_is_a_band_too() -> None:
    """240 of 240 places vacant would say of each home that it stands empty; 238 nearly so."""
    assert PLACES.state(given(("a", 80), ("b", 80), ("c", 80), ("d", 80), most=80)) == "nearly_all"
    assert PLACES.state(given(("a", 79), ("b", 80), ("c", 79), ("d", 80), most=80)) == "nearly_all"
    assert PLACES.state(given(("a", 40), ("b", 41), ("c", 39), ("d", 40), most=80)) == "shown"


def test_all_staff_skilled_is_a_band() -> None:
    homes = [
        Contribution(o, o, o, "M", value, value)
        for o, value in zip("abcd", (9.5, 12, 14, 8), strict=True)
    ]
    assert FTE.state(homes) == "nearly_all"


def test_a_value_that_was_taken_back_hides_its_sum() -> None:
    """The version before held it: the two sums would differ by that home alone."""
    homes = given(("a", 9), ("b", 13), ("c", 5), ("d", 7), ("e", None))
    homes[-1] = Contribution("M4", "M4", "e", "M", None, withdrawn=True)
    assert COUNT.state(homes) == "withheld"


def test_a_difference_needs_three_homes_and_none_of_them_bounded() -> None:
    one_operator = given(("a", 60), ("a", 70), ("a", 80))
    assert COUNT.implied(one_operator)
    assert COUNT.state(one_operator) == "withheld"
    assert not COUNT.implied(one_operator[:2])
    assert COUNT.implied([])


def late(offer: str, revision: int) -> Contribution:
    return Contribution(offer, offer, offer, "M", 5.0, revision=revision)


def test_late_reports_are_never_counted() -> None:
    """Three together would be safe as a sum, but not beside the sums of other measures."""
    first = [late(offer, 1) for offer in "abcd"]
    assert late_homes([*first, late("x", 2)]) == {"x"}
    assert late_homes([*first, *(late(o, 2) for o in "xyz"), late("w", 3)]) == set("xyzw")


def test_what_first_holds_any_value_is_not_late() -> None:
    """Nobody filled the column in the first workbook: there was no sum to compare with."""
    nobody = [replace(late(offer, 1), value=None) for offer in "ab"]
    assert late_homes([*nobody, late("x", 2), late("y", 2), late("z", 3)]) == {"z"}
    # A value that was taken back was there: what comes after it is late.
    gone = replace(late("g", 1), value=None, withdrawn=True)
    assert late_homes([gone, late("x", 2)]) == {"x"}


def listed(**places: str) -> list[Contribution]:
    """Municipalities with a letter for the operator of each home."""
    return [
        Contribution(f"{place}{number}", f"{place}{number}", operator, place, None)
        for place, operators in places.items()
        for number, operator in enumerate(operators)
    ]


def test_areas_too_small_are_put_together() -> None:
    """Two homes each, four together; the large ones stay alone."""
    found = joint_areas(listed(J="ab", R="ab", N="abcab", K="abcd"))
    assert set(found) == {frozenset("JR"), frozenset("N"), frozenset("K")}


def test_a_single_small_one_joins_the_smallest_of_its_unit() -> None:
    homes = listed(J="ab", N="abcab", K="abcd", G="abcabc")
    assert frozenset("JK") in joint_areas(homes)
    assert frozenset("JG") in joint_areas(homes, [frozenset("JG")])


def test_what_is_too_small_in_the_end_stays_alone() -> None:
    assert joint_areas(listed(J="a", R="a")) == [frozenset("JR")]


def test_a_joint_area_is_named_by_its_members() -> None:
    area = frozenset({"05162012", "05162028", "05162016"})
    names = {"05162012": "Jüchen, Stadt", "05162016": "Kaarst, Stadt", "05162028": "Rommerskirchen"}
    assert name(area, names) == "Jüchen, Kaarst und Rommerskirchen zusammen"
    assert code(area) == "05162012+05162016+05162028"
