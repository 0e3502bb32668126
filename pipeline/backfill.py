"""Which part of what a source offers a backfill asks for again.

The logical date of a backfill run is the reference date to be fetched again: the run of 15 August
2021 asks for what is about 15 August 2021, a run of the first of a month for that whole month.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kreishaus.calendars import Calendar
from kreishaus.references import reference_in


@dataclass(frozen=True)
class Window:
    """The reference dates from ``first`` to ``last``, and why they are asked for again."""

    first: date
    last: date
    reason: str

    def __str__(self) -> str:
        return f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"

    def holds(self, reference: date) -> bool:
        """Whether a reference date lies in the window."""
        return self.first <= reference <= self.last

    def may_hold_any(self, calendar: Calendar) -> bool:
        """False only where a visit cannot bring anything that is about this window."""
        return not calendar.without_gaps or bool(calendar.references(self.first, self.last))

    def asks_for(self, label: str, period: str | None, calendar: Calendar) -> bool:
        """Whether a file is wanted, by what it is called and the period it was last staged for.

        A file of the whole history carries no date in one or the other; it is wanted if the
        calendar has a reference date in the window.
        """
        names = [label] if period is None else [label, period]
        references = [reference_in(name) for name in names]
        if any(reference and self.holds(reference) for reference in references):
            return True
        return None in references and bool(calendar.references(self.first, self.last))
