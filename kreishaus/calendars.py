"""When a dataset's next period is due. Lateness warns somebody; it never fails a load."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar


@dataclass(frozen=True, kw_only=True)
class Calendar(ABC):
    """Reference dates, each due ``lag_days`` after its period has ended.

    A period is late from the day after its due day.
    """

    lag_days: int
    without_gaps: ClassVar[bool]
    """Whether each reference date truly comes: then one that is missing between two is a gap."""
    ended: ClassVar[bool] = False
    """Whether nothing more is awaited."""
    rest_word: ClassVar[str] = "ended"
    """What a person reads instead of a due day where nothing is awaited."""

    @abstractmethod
    def references(self, first: date, last: date) -> list[date]:
        """The reference dates from ``first`` to ``last``, both included, oldest first."""

    @property
    @abstractmethod
    def words(self) -> str:
        """The calendar as a person would say it."""

    @property
    @abstractmethod
    def longest_pause(self) -> timedelta:
        """No two reference dates are further apart."""

    def due_on(self, reference: date) -> date:
        """The day by which ``reference`` shall have arrived."""
        return reference + timedelta(days=self.lag_days)

    def expected_by(self, today: date) -> date:
        """The newest reference date whose due day has passed on ``today``."""
        start = today - timedelta(days=self.lag_days) - 2 * self.longest_pause
        return max(
            reference
            for reference in self.references(start, today)
            if self.due_on(reference) < today
        )

    def next_after(self, reference: date) -> date:
        """The reference date that follows ``reference``, which itself need be none."""
        first = reference + timedelta(days=1)
        return self.references(first, first + 2 * self.longest_pause)[0]

    def gaps(self, known: Iterable[date]) -> list[date]:
        """The reference dates between the first and the last known that are not among these.

        None for a calendar whose reference dates do not all come.
        """
        held = set(known)
        if not held or not self.without_gaps:
            return []
        return sorted(set(self.references(min(held), max(held))) - held)


@dataclass(frozen=True, kw_only=True)
class MonthDays(Calendar):
    """Reference dates on fixed days of the year, published ``lag_days`` later.

    ``days`` are (month, day); ``every_years`` and ``base_year`` say which years have them.
    Raises ``ValueError`` for what is no day of every year, such as 02-30.
    """

    days: tuple[tuple[int, int], ...]
    every_years: int = 1
    base_year: int = 2019
    without_gaps: ClassVar[bool] = False

    def __post_init__(self) -> None:
        for month, day in self.days:
            try:
                date(2001, month, day)
            except ValueError as error:
                raise ValueError(f"{month:02}-{day:02} is no day of every year") from error

    def references(self, first: date, last: date) -> list[date]:
        days = (
            date(year, month, day)
            for year in range(first.year, last.year + 1)
            if (year - self.base_year) % self.every_years == 0
            for month, day in sorted(self.days)
        )
        return [day for day in days if first <= day <= last]

    @property
    def words(self) -> str:
        days = ", ".join(f"{month:02}-{day:02}" for month, day in sorted(self.days))
        years = (
            f" of every {self.every_years} years from {self.base_year}"
            if self.every_years > 1
            else ""
        )
        return f"{days}{years}; due {self.lag_days} days later"

    @property
    def longest_pause(self) -> timedelta:
        return timedelta(days=366 * self.every_years)


@dataclass(frozen=True, kw_only=True)
class Monthly(Calendar):
    """One reference month after the other, each named by its first day."""

    without_gaps: ClassVar[bool] = True

    def references(self, first: date, last: date) -> list[date]:
        months = (
            date(year, month, 1)
            for year in range(first.year, last.year + 1)
            for month in range(1, 13)
        )
        return [month for month in months if first <= month <= last]

    @property
    def words(self) -> str:
        return f"every month; due {self.lag_days} days after its end"

    @property
    def longest_pause(self) -> timedelta:
        return timedelta(days=31)

    def due_on(self, reference: date) -> date:
        next_month = (reference.replace(day=1) + timedelta(days=31)).replace(day=1)
        return next_month + timedelta(days=self.lag_days - 1)


@dataclass(frozen=True, kw_only=True)
class EndedMonthly(Monthly):
    """Months from ``first`` to ``last`` that all were issued. Nothing more is awaited.

    A month that is missing between two is still a gap.
    """

    ended: ClassVar[bool] = True
    first: date
    last: date

    @property
    def words(self) -> str:
        return f"every month from {self.first:%Y-%m} to {self.last:%Y-%m}; it has ended"

    def expected_by(self, today: date) -> date:
        """Of a series that has ended, any month will do."""
        return self.first

    def due_on(self, reference: date) -> date:
        return date.max


@dataclass(frozen=True, kw_only=True)
class Daily(Calendar):
    """Every day. A source that says only how things are now cannot be asked for a missed one."""

    without_gaps: ClassVar[bool] = False

    def references(self, first: date, last: date) -> list[date]:
        return [first + timedelta(days=days) for days in range((last - first).days + 1)]

    @property
    def words(self) -> str:
        return f"every day; due {self.lag_days} days later"

    @property
    def longest_pause(self) -> timedelta:
        return timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class NoCalendar(Calendar):
    """What comes when somebody brings it: nothing is awaited, nothing is ever late or missing."""

    without_gaps: ClassVar[bool] = False
    ended: ClassVar[bool] = True
    rest_word: ClassVar[str] = "no calendar"
    lag_days: int = 0

    def references(self, first: date, last: date) -> list[date]:
        return []

    @property
    def words(self) -> str:
        return "no calendar: whenever it is brought; never late"

    @property
    def longest_pause(self) -> timedelta:
        return timedelta.max

    def due_on(self, reference: date) -> date:
        return date.max

    def expected_by(self, today: date) -> date:
        """Nothing is: the earliest of all days is always past."""
        return date.min

    def next_after(self, reference: date) -> date:
        """Nothing follows; the reference itself, since one is asked for."""
        return reference
