"""No home's occupancy or staff can be worked out of what is public, however much is combined.

The attack of ``home_attack`` reads every public mart made from homes; ``home_marts`` says how.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

import pytest
from home_attack import Owned, Recovery, recoveries
from home_forms import Fact, Form, equal, total
from home_knowledge import (
    NotRead,
    facts_of,
    made_from_homes,
    of_some_places,
    shown,
    unread,
)
from home_marts import READINGS
from home_recoveries import knowledge, seen
from home_values import HomeValues, Unknown, home_values, in_order, of_rows
from home_world import World
from shared_night import FirstNight

from kreishaus.settings import Settings
from warehouse import versions

DAY, LATER = "2021-11-01", "2022-11-01"
ANYBODY: Owned = frozenset()
SOME_DATES = ("2017-02-15", "2019-12-31", "2021-05-15", "2021-11-01")
"""A date of each kind: the first one with residents, staff alone, vacancies with reasons, and the
last. The dates of 2021 whose towns the county printed keep the optimiser busy for a minute."""


@pytest.fixture(scope="module")
def installation(first_night: FirstNight) -> Settings:
    return first_night.installation


def test_no_home_is_recovered_on_a_date_of_each_kind(installation: Settings) -> None:
    """All marts, every home and every operator as a neighbour, and readers with none."""
    known = knowledge([seen(installation)])
    assert set(SOME_DATES) <= set(known.register)
    assert [str(one) for one in islice(known.recoveries(SOME_DATES), 20)] == []


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_no_home_of_the_sample_is_recovered(installation: Settings) -> None:
    """The same on all dates, and a change between dates is a fact of both."""
    found = knowledge([seen(installation)]).recoveries()
    assert [str(one) for one in islice(found, 20)] == []


def test_every_public_number_made_from_homes_is_read(installation: Settings) -> None:
    """A new mart or column joins the attack before it is released: here it is named."""
    names = [mart.name for mart in made_from_homes(installation)]
    assert len(names) >= 15
    tables = shown(versions.database(versions.current(installation), "public"), names)
    not_read = [
        one for name in names if name in tables for one in unread(name, tables[name].columns)
    ]
    assert not_read == []


def test_what_is_declared_is_there(installation: Settings) -> None:
    """A declaration of a column that no mart has proves nothing."""
    known = {mart.name: mart.columns for mart in made_from_homes(installation)}
    assert set(READINGS) == set(known)
    for name, reading in READINGS.items():
        declared = {*reading.values, *reading.harmless, *reading.texts, *reading.cells_of}
        assert declared <= set(known[name]), name


def test_a_new_mart_or_column_is_named() -> None:
    assert unread("beds_by_street", {"street": "VARCHAR", "beds": "BIGINT"}) == ["beds_by_street"]
    columns = {"region_code": "VARCHAR", "vacant_places": "BIGINT", "empty_beds": "INTEGER"}
    assert unread("vacancy_by_region", columns) == ["vacancy_by_region.empty_beds"]


def test_a_value_that_is_not_what_the_attack_takes_it_for_is_named(installation: Settings) -> None:
    """Were one column to add up something else, the attack would not go on believing itself."""
    tables = shown(
        versions.database(versions.current(installation), "public"), ["staffing_by_region"]
    )
    rows = [
        {**row, "care_fte": row["care_fte"] and row["care_fte"] + 1}
        for row in tables["staffing_by_region"].rows
    ]
    world = World(home_values(installation), {"staffing_by_region": rows, **_beside(tables)})
    with pytest.raises(NotRead, match=r"staffing_by_region\.care_fte"):
        facts_of(world, ["staffing_by_region"])


def _beside(tables: Mapping[str, object]) -> dict[str, Sequence[Mapping[str, object]]]:
    return {name: table.rows for name, table in tables.items() if name != "staffing_by_region"}  # type: ignore[attr-defined]


# What the attack can do, worked by hand: each rule switched off lets it succeed.


def homes(measure: str, *figures: float | None, date: str = DAY) -> dict[Unknown, float]:
    """Homes a, b, c ... with a figure each; None reports nothing."""
    return {
        Unknown(date, "abcdefgh"[number], measure): value
        for number, value in enumerate(figures)
        if value is not None
    }


def sum_of(figures: Mapping[Unknown, float]) -> Fact:
    return equal(total(Form({unknown: 1.0}) for unknown in figures), sum(figures.values()), "sum")


def band_of(figures: Mapping[Unknown, float], below: int) -> Fact:
    return Fact(total(Form({unknown: 1.0}) for unknown in figures), 0, below - 1, "band")


def by(*owned: str) -> Owned:
    return frozenset(owned)


def found(
    facts: Sequence[Fact], truth: Mapping[Unknown, float], *attackers: Owned
) -> dict[tuple[str, str], list[Recovery]]:
    result: dict[tuple[str, str], list[Recovery]] = {}
    for one in recoveries(facts, truth, attackers):
        result.setdefault((one.unknown.home, one.unknown.measure), []).append(one)
    return result


def test_of_two_homes_each_knows_the_other() -> None:
    """30 less the own 18.5 are 11.5. A reader who owns neither learns nothing."""
    staff = homes("care_fte", 18.5, 11.5)
    told = found([sum_of(staff)], staff, ANYBODY, by("a"), by("b"))
    assert set(told) == {("a", "care_fte"), ("b", "care_fte")}
    (other,) = told["b", "care_fte"]
    assert (other.attacker, round(other.least, 3), round(other.greatest, 3)) == (
        by("a"),
        11.5,
        11.5,
    )


def test_of_three_homes_none_is_known_to_a_neighbour() -> None:
    staff = homes("care_fte", 18.5, 11.5, 20.0)
    assert found([sum_of(staff)], staff, ANYBODY, by("a"), by("b"), by("c")) == {}


def test_an_operator_with_two_of_three_homes_knows_the_third() -> None:
    """Two operators behind a value are not enough, if one of them knows all but one home."""
    staff = homes("care_fte", 18.5, 11.5, 20.0)
    told = found([sum_of(staff)], staff, by("a"), by("b"), by("a", "b"))
    assert [one.attacker for one in told["c", "care_fte"]] == [by("a", "b")]


def test_one_home_far_greater_than_the_others_is_known_within_five_percent() -> None:
    """100 of 103, and its neighbour has 1: between 100 and 102, were the third at 0 or 2."""
    staff = homes("care_fte", 100.0, 1.0, 2.0)
    told = found([sum_of(staff)], staff, by("b"))
    assert "a" not in {home for home, _ in told}  # it could be 0, and the third 102
    bounded = Fact(Form({Unknown(DAY, "c", "care_fte"): 1.0}), 0, 4, "the register: a small home")
    assert ("a", "care_fte") in found([sum_of(staff), bounded], staff, by("b"))


@pytest.mark.parametrize(
    ("figures", "known"), [((0, 0, 0, 0), 4), ((1, 0, 0, 0), 4), ((2, 0, 0), 0)]
)
def test_zero_and_one_tell_every_home(figures: tuple[int, ...], known: int) -> None:
    """Nothing among four homes: each has none. One: each has none or one. Two among three may lie
    anywhere: a home may have none, one or two."""
    vacant = homes("unusable_staff_places", *figures)
    assert len(found([sum_of(vacant)], vacant, ANYBODY)) == known


def test_a_band_tells_none_of_them() -> None:
    vacant = homes("unusable_staff_places", 0, 0, 0, 0)
    assert found([band_of(vacant, 5)], vacant, ANYBODY, by("a")) == {}


def test_a_home_that_reports_nothing_leaves_two() -> None:
    """Three homes lie in the area, and the third left the cell out."""
    staff = homes("care_fte", 18.5, 11.5, None)
    assert len(staff) == 2
    assert set(found([sum_of(staff)], staff, by("a"))) == {("b", "care_fte")}


def test_a_share_beside_a_part_gives_the_whole() -> None:
    """12 skilled are 60 percent of all: 20."""
    skilled, care = homes("skilled_fte", 12.0), homes("care_fte", 20.0)
    part, whole = (total(Form({u: 1.0}) for u in one) for one in (skilled, care))
    share = equal(part.plus(whole, -0.6), 0.0, "skilled_share")
    told = found([share, sum_of(skilled)], {**skilled, **care}, ANYBODY)
    assert round(told["a", "care_fte"][0].greatest, 3) == 20.0


def test_an_area_shown_less_its_parts_gives_the_hidden_part() -> None:
    """A county of five homes, a municipality of three of them: the other two are known together."""
    staff = homes("care_fte", 18.5, 11.5, 20.0, 9.0, 14.0)
    three = {unknown: value for unknown, value in staff.items() if unknown.home in "abc"}
    told = found([sum_of(staff), sum_of(three)], staff, ANYBODY, by("d"), by("a"))
    assert {(home, one.attacker) for (home, _), several in told.items() for one in several} == {
        ("e", by("d"))
    }


def test_a_mean_over_dates_gives_the_hidden_date() -> None:
    """A mean of 30 over two dates, of which one is shown with 32: the other had 28."""
    one, other = homes("vacant_places", 20, 12), homes("vacant_places", 15, 13, date=LATER)
    both = total(Form({unknown: 1.0}) for unknown in (*one, *other))
    facts = [sum_of(one), equal(both, 60.0, "mean of two dates")]
    truth = {**one, **other}
    told = [r.unknown for r in recoveries(facts, truth, [by("a")])]
    assert told == [Unknown(DAY, "b", "vacant_places"), Unknown(LATER, "b", "vacant_places")]


def test_two_versions_that_differ_by_one_home_give_it_away() -> None:
    """Four homes first, and then the fourth withdraws its figure: 60 less 46 are 14."""
    rows = [
        {"reference_date": DAY, "offer_id": home, "care_fte": value}
        for home, value in zip("abcd", (18.5, 11.5, 16.0, 14.0), strict=True)
    ]
    first = of_rows([_row(**row) for row in rows])
    second = of_rows(
        [
            _row(**{**row, "care_fte": None}) if row["offer_id"] == "d" else _row(**row)
            for row in rows
        ]
    )
    before, after = in_order([first, second])
    facts = [sum_of(_care(before)), sum_of(_care(after))]
    told = found(facts, before.truth, ANYBODY)
    assert [round(one.least, 3) for one in told["d", "care_fte"]] == [14.0]


def test_a_correction_is_another_unknown() -> None:
    """A home goes from 14 to 15. Both sums tell that it is one more, and neither how many."""
    first = of_rows(
        [_row(DAY, home, value) for home, value in zip("abc", (18.5, 11.5, 14.0), strict=True)]
    )
    second = of_rows(
        [_row(DAY, home, value) for home, value in zip("abc", (18.5, 11.5, 15.0), strict=True)]
    )
    before, after = in_order([first, second])
    assert {unknown.state for unknown in _care(after) if unknown.home == "c"} == {1}
    facts = [sum_of(_care(before)), sum_of(_care(after))]
    assert found(facts, {**before.truth, **after.truth}, ANYBODY, by("a")) == {}


def test_a_late_report_that_is_not_counted_is_taken_off() -> None:
    """Three homes report 46 together, a fourth comes late with 14; the public sum stays at 46."""
    rows = [_row(DAY, home, value) for home, value in zip("abc", (18.5, 11.5, 16.0), strict=True)]
    first, second = of_rows(rows), of_rows([*rows, _row(DAY, "d", 14.0)])
    before, after = in_order([first, second])
    late = {(DAY, "d", "care_fte")}
    assert (before.late_places(DAY), after.late_places(DAY)) == (set(), late)
    everybody = total(Form({unknown: 1.0}) for unknown in _care(after))
    read = of_some_places(equal(everybody, 46.0, "sum"), after)
    assert {unknown.home for unknown in read.form.terms} == {"a", "b", "c"}
    assert of_some_places(equal(everybody, 50.0, "sum"), after).form == everybody
    assert found([read], after.truth, ANYBODY, by("a")) == {}
    assert ("d", "care_fte") in found(
        [sum_of(_care(before)), sum_of(_care(after))], after.truth, ANYBODY
    )


def _care(values: HomeValues) -> dict[Unknown, float]:
    return {
        unknown: value for unknown, value in values.truth.items() if unknown.measure == "care_fte"
    }


def _row(reference_date: str, offer_id: str, care_fte: float | None) -> dict[str, object]:
    names = ("vacant_places", "unusable_places", "unusable_reason_code", "reported_free_places")
    names += ("under_60_persons", "no_care_grade_persons", "contracted_places")
    names += ("skilled_fte", "assistant_fte", "helper_fte")
    names += tuple(f"care_grade_{grade}_persons" for grade in range(1, 6))
    place = {"municipality_code": "05162004", "offer_type_code": "vollstationaer", "operator": "x"}
    told = {"reference_date": reference_date, "offer_id": offer_id, "care_fte": care_fte}
    return {**dict.fromkeys(names), **place, **told}


@pytest.mark.parametrize("measure", ["care_fte", "skilled_fte"])
def test_on_the_sample_exact_sums_by_municipality_give_homes_away(
    installation: Settings, measure: str
) -> None:
    """Every rule off: each municipality's exact sum on the last date. In Jüchen and in
    Rommerskirchen there are two homes each, so that four homes are known to a neighbour."""
    values = home_values(installation)
    register = values.register[DAY]
    truth = {u: v for u, v in values.truth.items() if u.date == DAY and u.measure == measure}
    facts = [
        sum_of({u: v for u, v in truth.items() if register[u.home].municipality == municipality})
        for municipality in sorted({register[u.home].municipality for u in truth})
    ]
    neighbours = [by(unknown.home) for unknown in truth]
    told = {home for home, _ in found(facts, truth, ANYBODY, *neighbours)}
    assert told == {"M-JU-V01", "M-JU-V02", "M-RO-V01", "M-RO-V02"}
