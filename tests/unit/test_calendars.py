"""What should have arrived by a day, worked by hand on a calendar."""

from datetime import date

import pytest

from ingest.calendars import QUARTER_ENDS, MonthDays, Monthly
from ingest.datasets import dataset
from ingest.settings import DatasetConfig, Settings


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


def test_a_county_has_its_own_calendar(settings: Settings) -> None:
    wtg = settings.source["wtg"].model_copy(
        update={"datasets": {"stichtag": DatasetConfig(lag_days=10, reference_days=("03-01",))}}
    )
    elsewhere = settings.model_copy(update={"source": {**settings.source, "wtg": wtg}})
    calendar = dataset("wtg/stichtag").calendar_in(elsewhere)
    assert calendar.expected_by(date(2021, 3, 10)) == date(2020, 3, 1)
    assert calendar.expected_by(date(2021, 3, 11)) == date(2021, 3, 1)


def test_a_monthly_dataset_has_no_days_of_the_year(settings: Settings) -> None:
    bamf = settings.source["bamf"].model_copy(
        update={"datasets": {"hkl": DatasetConfig(reference_days=("03-01",))}}
    )
    wrong = settings.model_copy(update={"source": {**settings.source, "bamf": bamf}})
    with pytest.raises(ValueError, match="bamf/hkl is monthly"):
        dataset("bamf/hkl").calendar_in(wrong)
