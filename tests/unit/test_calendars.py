"""What should have arrived by a day, worked by hand on a calendar."""

from datetime import date

import pytest

from ingest.calendars import QUARTER_ENDS, MonthDays, Monthly


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
        (date(2021, 11, 28), date(2021, 6, 30)),
        (date(2021, 11, 29), date(2021, 9, 30)),  # 30 September + 60 days
        (date(2021, 1, 5), date(2020, 9, 30)),
    ],
)
def test_a_quarter_is_due_after_its_lag(today: date, expected: date) -> None:
    assert MonthDays(days=QUARTER_ENDS, lag_days=60).expected_by(today) == expected


def test_a_biennial_survey_has_no_even_years() -> None:
    care = MonthDays(days=((12, 15),), lag_days=400, every_years=2, base_year=2019)
    assert care.expected_by(date(2025, 1, 17)) == date(2021, 12, 15)
    assert care.expected_by(date(2025, 1, 18)) == date(2023, 12, 15)
    assert care.expected_by(date(2026, 6, 1)) == date(2023, 12, 15)
