"""Age groups that the table itself chose: they cover every age once and make the total."""

import pandas as pd
import pytest

from expectations.age_groups import age_groups_to_sum, ages_divided_at, limits_of


def table(groups, total, region="05162"):
    rows = [*groups.items(), ("Insgesamt", total)]
    return pd.DataFrame(
        {
            "region_code": region,
            "age_label": [age for age, _ in rows],
            "value": [value for _, value in rows],
            "marker": None,
        }
    )


def judged(*frames):
    return age_groups_to_sum(
        pd.concat(frames, ignore_index=True),
        group_by=["region_code"],
        age_column="age_label",
        value_column="value",
        total="Insgesamt",
        where=None,
    )


WHOLE = {"unter 65 Jahre": 70, "65 bis unter 90 Jahre": 28, "90 Jahre und mehr": 2}


@pytest.mark.parametrize(
    ("word", "limits"),
    [
        ("unter 20 Jahre", (0, 20)),
        ("65 bis unter 70", (65, 70)),
        ("95 und älter", (95, 1000)),
        ("Insgesamt", None),
        ("15-Jährige", None),
    ],
)
def test_limits_of_a_group(word, limits):
    assert limits_of(word) == limits


@pytest.mark.parametrize(("total", "wrong"), [(100, 0), (101, 1)])
def test_the_groups_make_the_total(total, wrong):
    assert judged(table(WHOLE, total), table(WHOLE, 100, "05")).offending == wrong


def test_a_group_that_one_region_lacks_is_named():
    short = {age: count for age, count in WHOLE.items() if age != "90 Jahre und mehr"}
    verdict = judged(table(WHOLE, 100), table(short, 98, "05"))
    assert verdict.offending == 1
    assert verdict.failing_rows[0]["found"] == "no row for 90 Jahre und mehr"


@pytest.mark.parametrize(
    ("lost", "expected", "found"),
    [
        ("unter 65 Jahre", "a group from 0", "65 bis unter 90 Jahre"),
        ("65 bis unter 90 Jahre", "a group from 65", "90 Jahre und mehr"),
        ("90 Jahre und mehr", "a group of all from 90", "none"),
    ],
)
def test_ages_that_no_group_holds(lost, expected, found):
    verdict = judged(table({age: 1 for age in WHOLE if age != lost}, 2))
    (failing_row,) = verdict.failing_rows
    assert (failing_row["expected"], failing_row["found"]) == (expected, found)


def test_ages_that_two_groups_hold():
    verdict = judged(table({**WHOLE, "80 Jahre und mehr": 9}, 109))
    assert [
        (failing_row["expected"], failing_row["found"]) for failing_row in verdict.failing_rows
    ] == [
        ("a group from 90", "80 Jahre und mehr"),
        ("none after an open one", "90 Jahre und mehr"),
    ]


def test_a_table_of_totals_only_is_no_table_by_age():
    assert judged(table({}, 100)).offending == 1


@pytest.mark.parametrize(("limits", "across"), [([65, 90], 0), ([65, 80], 1), ([64], 1)])
def test_groups_that_lie_across_a_limit(limits, across):
    verdict = ages_divided_at(table(WHOLE, 100), age_column="age_label", limits=limits)
    assert verdict.offending == across
