"""What should have arrived by a day, worked by hand on a calendar."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis.strategies import dates, integers, sets, tuples

from kreishaus.calendars import Calendar, MonthDays, Monthly
from kreishaus.datasets import dataset
from kreishaus.settings import DatasetConfig, Settings

QUARTER_ENDS = ((3, 31), (6, 30), (9, 30), (12, 31))
WTG_REFERENCE_DATES = ((2, 15), (5, 15), (8, 15), (11, 15))


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2021, 10, 19), date(2021, 8, 1)),  # September is due on 20 October, not before
        (date(2021, 10, 20), date(2021, 8, 1)),
        (date(2021, 10, 21), date(2021, 9, 1)),
        (date(2021, 1, 10), date(2020, 11, 1)),
    ],
)
def test_a_month_is_due_after_its_lag(today: date, expected: date) -> None:
    assert Monthly(lag_days=20).expected_by(today) == expected


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2021, 11, 29), date(2021, 6, 30)),  # 30 September + 60 days: due, not yet late
        (date(2021, 11, 30), date(2021, 9, 30)),
        (date(2021, 1, 5), date(2020, 9, 30)),
    ],
)
def test_a_quarter_is_due_after_its_lag(today: date, expected: date) -> None:
    assert MonthDays(days=QUARTER_ENDS, lag_days=60).expected_by(today) == expected


def test_a_biennial_survey_has_no_even_years() -> None:
    care = MonthDays(days=((12, 15),), lag_days=400, every_years=2, base_year=2019)
    assert care.expected_by(date(2025, 1, 18)) == date(2021, 12, 15)
    assert care.expected_by(date(2025, 1, 19)) == date(2023, 12, 15)
    assert care.expected_by(date(2026, 6, 1)) == date(2023, 12, 15)


def test_a_county_has_its_own_calendar(settings: Settings) -> None:
    wtg = settings.source["wtg"].model_copy(
        update={"datasets": {"stichtag": DatasetConfig(lag_days=10, reference_days=("03-01",))}}
    )
    elsewhere = settings.model_copy(update={"source": {**settings.source, "wtg": wtg}})
    calendar = dataset("wtg/stichtag").calendar_in(elsewhere)
    assert calendar.expected_by(date(2021, 3, 11)) == date(2020, 3, 1)
    assert calendar.expected_by(date(2021, 3, 12)) == date(2021, 3, 1)


def test_a_monthly_dataset_has_no_days_of_the_year(settings: Settings) -> None:
    bamf = settings.source["bamf"].model_copy(
        update={"datasets": {"hkl": DatasetConfig(reference_days=("03-01",))}}
    )
    wrong = settings.model_copy(update={"source": {**settings.source, "bamf": bamf}})
    with pytest.raises(ValueError, match="bamf/hkl is monthly"):
        dataset("bamf/hkl").calendar_in(wrong)


@pytest.mark.parametrize(
    ("calendar", "reference", "due", "following"),
    [
        (Monthly(lag_days=20), date(2021, 9, 1), date(2021, 10, 20), date(2021, 10, 1)),
        (Monthly(lag_days=0), date(2020, 2, 1), date(2020, 2, 29), date(2020, 3, 1)),
        (Monthly(lag_days=20), date(2021, 12, 1), date(2022, 1, 20), date(2022, 1, 1)),
        (
            MonthDays(days=QUARTER_ENDS, lag_days=60),
            date(2018, 8, 31),  # a true reference date that is no quarter's end
            date(2018, 10, 30),
            date(2018, 9, 30),
        ),
        (
            MonthDays(days=((12, 15),), lag_days=400, every_years=2, base_year=2019),
            date(2023, 12, 15),
            date(2025, 1, 18),
            date(2025, 12, 15),
        ),
    ],
)
def test_when_a_reference_date_is_due_and_which_one_follows(
    calendar: Calendar, reference: date, due: date, following: date
) -> None:
    assert calendar.due_on(reference) == due
    assert calendar.next_after(reference) == following


def test_a_month_between_two_is_a_gap_but_a_wtg_date_is_none() -> None:
    """Some reference dates of the WTG authority truly never were."""
    months = {date(2020, 11, 1), date(2020, 12, 1), date(2021, 3, 1)}
    assert Monthly(lag_days=20).gaps(months) == [date(2021, 1, 1), date(2021, 2, 1)]
    assert Monthly(lag_days=20).gaps(set()) == []
    known = {date(2020, 2, 15), date(2021, 2, 15)}
    assert MonthDays(days=WTG_REFERENCE_DATES, lag_days=45).gaps(known) == []


def test_a_calendar_says_itself_in_words() -> None:
    assert Monthly(lag_days=20).words == "every month; due 20 days after its end"
    quarters = MonthDays(days=((12, 31), (6, 30)), lag_days=60)
    assert quarters.words == "06-30, 12-31; due 60 days later"
    care = MonthDays(days=((12, 15),), lag_days=400, every_years=2, base_year=2019)
    assert care.words == "12-15 of every 2 years from 2019; due 400 days later"


@pytest.mark.parametrize("day", [(2, 29), (2, 30), (13, 1), (4, 31)])
def test_what_is_no_day_of_every_year_is_refused(day: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=f"{day[0]:02}-{day[1]:02} is no day of every year"):
        MonthDays(days=(day,), lag_days=1)


@given(
    today=dates(date(2000, 1, 1), date(2100, 1, 1)),
    lag=integers(0, 800),
    every=integers(1, 4),
    days=sets(tuples(integers(1, 12), integers(1, 28)), min_size=1, max_size=6),
)
def test_what_is_expected_is_past_its_day_and_what_follows_is_not(
    today: date, lag: int, every: int, days: set[tuple[int, int]]
) -> None:
    fixed = MonthDays(days=tuple(days), lag_days=lag, every_years=every)
    for calendar in (Monthly(lag_days=lag), fixed):
        expected = calendar.expected_by(today)
        following = calendar.next_after(expected)
        assert calendar.due_on(expected) < today <= calendar.due_on(following)
        assert expected < following
