"""When a dataset's next period is due. Lateness warns somebody; it never fails a load."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class MonthDays:
    """Reference dates on fixed days of the year, published ``lag_days`` later.

    ``days`` are (month, day); ``every_years`` and ``base_year`` say which years have them.
    """

    days: tuple[tuple[int, int], ...]
    lag_days: int
    every_years: int = 1
    base_year: int = 2019

    def expected_by(self, today: date) -> date:
        """The newest reference date whose publication lag has passed on ``today``."""
        due = [
            reference
            for year in range(today.year - self.every_years - 2, today.year + 1)
            if (year - self.base_year) % self.every_years == 0
            for month, day in self.days
            if (reference := date(year, month, day)) + timedelta(days=self.lag_days) <= today
        ]
        return max(due)


@dataclass(frozen=True)
class Monthly:
    """One reference month after the other, each named by its first day."""

    lag_days: int

    def expected_by(self, today: date) -> date:
        """The newest month, by its first day, that is due on ``today``."""
        month_end = (today - timedelta(days=self.lag_days)).replace(day=1) - timedelta(days=1)
        return month_end.replace(day=1)


QUARTER_ENDS = ((3, 31), (6, 30), (9, 30), (12, 31))
"""Register of foreigners: the usual reference dates; the true ones stand in the data."""

WTG_REFERENCE_DATES = ((2, 15), (5, 15), (8, 15), (11, 15))
"""Reference dates of the WTG authority."""
