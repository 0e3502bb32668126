"""When BAMF's report was issued: a series that has ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from ingest.calendars import Monthly


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


REPORT_MONTHS = EndedMonthly(lag_days=20, first=date(2016, 1, 1), last=date(2018, 12, 1))
"""The Asylgeschäftsbericht: in the layout known from 2016 on, until a brochure took its place."""
