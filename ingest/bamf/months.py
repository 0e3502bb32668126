"""German months as BAMF writes them, and what a file says about when it was made."""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, timedelta

from ingest.bamf.findings import on_page
from kreishaus.model import Finding, Origin
from kreishaus.wording import say

MONTH_NAMES = (
    *("januar", "februar", "maerz", "april", "mai", "juni"),
    *("juli", "august", "september", "oktober", "november", "dezember"),
)
"""As file names write them."""
MARCH = re.compile(r"m.{0,3}rz")
"""The one name with an umlaut: whatever its way through an encoding made of that."""
A_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")


def month_number(name: str) -> int | None:
    """1 to 12 for a German month in any spelling met: März, MAERZ, Mrz, Feb; None for others."""
    folded = name.strip().lower().rstrip(".")
    if MARCH.fullmatch(folded):
        return 3
    if len(folded) < len("jan"):
        return None
    return next(
        (i for i, month in enumerate(MONTH_NAMES, start=1) if month.startswith(folded)), None
    )


def last_day(month: date) -> date:
    """The last day of the month that ``month`` lies in."""
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def about_month(month: date, origin: Origin) -> list[Finding]:
    """What is odd about a file that prints ``month``: linked as another one, or not over yet."""
    findings = []
    if A_MONTH.fullmatch(origin.label) and origin.label != f"{month:%Y-%m}":
        findings.append(
            on_page(
                "linked_month",
                1,
                say(
                    "linked as {label}, but the file prints {month:%Y-%m}; it counts for the "
                    "month it prints, and {label} still has to come",
                    label=origin.label,
                    month=month,
                ),
                severity="warning",
                expected=origin.label,
                found=f"{month:%Y-%m}",
            )
        )
    if last_day(month) >= origin.retrieved_at.date():
        findings.append(
            on_page(
                "future_month",
                1,
                say("the printed month was not over when the file was fetched: it is misprinted"),
                expected=say(
                    "a month before {retrieved_at:%d.%m.%Y}", retrieved_at=origin.retrieved_at
                ),
                found=f"{month:%Y-%m}",
            )
        )
    return findings


def published(
    made_at: datetime | None, month: date, origin: Origin
) -> tuple[datetime | None, list[Finding]]:
    """When the file was made, if that can be true: after its month, before it was fetched."""
    if made_at is None:
        return None, []
    if last_day(month) < made_at.date() and made_at <= origin.retrieved_at + timedelta(days=1):
        return made_at, []
    finding = on_page(
        "made_at",
        1,
        say(
            "the file says it was made at a time that cannot be true; the month may be "
            "misprinted, or a clock was wrong. The time is not used"
        ),
        severity="warning",
        expected=say(
            "after {last_day:%d.%m.%Y}, until {retrieved_at:%d.%m.%Y}",
            last_day=last_day(month),
            retrieved_at=origin.retrieved_at,
        ),
        found=f"{made_at:%d.%m.%Y}",
    )
    return None, [finding]
