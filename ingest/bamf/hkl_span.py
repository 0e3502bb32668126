"""Which months a cumulative HKL table counts over, however its head words it.

All wordings that a head holds must mean the same months: a table of January to September whose
title speaks of the first half-year is refused. A table of one month is none of these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from ingest.bamf.findings import on_page
from ingest.bamf.hkl_period import DAY, MONTH, NAMED_MONTH, UNTIL
from ingest.bamf.months import last_day, month_number
from kreishaus.model import Finding
from kreishaus.wording import say

YEAR = r"((?:19|20)\d{2})"
DAYS = re.compile(rf"{DAY}{UNTIL}{DAY}", re.ASCII)
MONTHS = re.compile(rf"({MONTH})(?:\s+{YEAR})?{UNTIL}({MONTH})\s+{YEAR}", re.IGNORECASE)
ORDINAL = r"\b(1\.|2\.|3\.|4\.|IV\.?|I{1,3}\.?|erste[nsr]?|zweite[nsr]?|dritte[nsr]?|vierte[nsr]?)"
PART = re.compile(rf"{ORDINAL}\s*(Halbjahr|Quartal)(?:e?s)?\s*{YEAR}", re.IGNORECASE)
TO_DATE = re.compile(
    rf"({MONTH})\s+{YEAR}\s*[,(]?\s*(?:kumuliert|aufgelaufen|seit Januar)", re.IGNORECASE
)
WHOLE_YEAR = re.compile(
    rf"\b(?:(?:im|gesamtes|gesamten)\s+Jahr|Jahreszahlen|Zeitraum\s*:?\s*(?:Jahr)?"
    rf"|Berichtszeitraum\s*:?\s*(?:Jahr)?|Gesamtjahr)\s+{YEAR}\b(?!\.)",
    re.IGNORECASE,
)
NUMBERS = {"er": 1, "zw": 2, "dr": 3, "vi": 4, "i": 1, "ii": 2, "iii": 3, "iv": 4}
MONTHS_OF = {"halbjahr": 6, "quartal": 3}
EXPECTED = say("several whole months, as 01.01.2021 - 30.09.2021 or Januar bis September 2021")


@dataclass(frozen=True, order=True)
class Span:
    """From the first day of one month to the first day of the last one, within a year or not."""

    first: date
    last: date

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}_{self.last:%Y-%m}"


def printed_span(head: str, page: int) -> Span | Finding:
    """The months in a page's head, or what is printed instead."""
    # A year is said of tables that name their months too ("im Jahr 2021, Januar bis September").
    found = {*_of_days(head), *_of_months(head), *_of_parts(head), *_of_one_month(head)}
    found = found or set(_of_years(head))
    spans = {span for span in found if span is not None}
    if None in found or len(spans) != 1:
        return on_page(
            "reference_months",
            page,
            (
                say("the page does not say which months its table counts over")
                if not spans
                else say("the page says two things of the months that its table counts over")
            ),
            expected=EXPECTED,
            found=", ".join(map(str, sorted(spans))) or head.replace("\n", " / ")[:120],
        )
    (span,) = spans
    if span.first >= span.last:
        return on_page(
            "single_month",
            page,
            say("the table is of one month, not of several. Hand it in as dataset bamf/hkl"),
            expected=EXPECTED,
            found=str(span),
        )
    return span


def _of_days(head: str) -> Iterator[Span | None]:
    for printed in DAYS.findall(head):
        try:
            first, last = (datetime.strptime(day, "%d.%m.%Y").date() for day in printed)
        except ValueError:
            yield None
            continue
        whole = first.day == 1 and last == last_day(last)
        yield Span(first, last.replace(day=1)) if whole else None


def _of_months(head: str) -> Iterator[Span | None]:
    for first, first_year, last, last_year in MONTHS.findall(head):
        yield _span(month_number(first), first_year or last_year, month_number(last), last_year)


def _of_parts(head: str) -> Iterator[Span | None]:
    for ordinal, kind, year in PART.findall(head):
        word = ordinal.casefold().rstrip(".")
        number = int(word) if word.isdecimal() else NUMBERS.get(word) or NUMBERS[word[:2]]
        months = MONTHS_OF[kind.casefold()]
        yield _span(months * (number - 1) + 1, year, months * number, year)


def _of_one_month(head: str) -> Iterator[Span | None]:
    """From January to the month, where that is said of it; else the month alone."""
    to_date = TO_DATE.findall(head)
    for month, year in to_date:
        yield _span(1, year, month_number(month), year)
    for word, year in () if to_date else NAMED_MONTH.findall(head):
        if month := month_number(word):  # no month in "Berichtszeitraum: Jahr 2021"
            yield _span(month, year, month, year)


def _of_years(head: str) -> Iterator[Span | None]:
    for year in WHOLE_YEAR.findall(head):
        yield _span(1, year, 12, year)


def _span(first: int | None, first_year: str, last: int | None, last_year: str) -> Span | None:
    if not (first and last and first <= 12 and last <= 12):
        return None
    return Span(date(int(first_year), first, 1), date(int(last_year), last, 1))
