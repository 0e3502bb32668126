"""Which month the head of an HKL table is about, however it is worded.

A table that counts over several months has the same look (``hkl_span.py``). It is refused by that
name: staged as a month, its numbers would be several times too high and every sum still be right.
"""

from __future__ import annotations

import re
from datetime import date, datetime

from ingest.bamf.findings import on_page
from ingest.bamf.months import last_day, month_number
from kreishaus.model import Finding
from kreishaus.wording import say

DAY, UNTIL = r"(\d{1,2}\.\d{1,2}\.\d{4})", r"\s*(?:[-–—−]|bis(?: zum)?)\s*"
OF = r"Bericht(?:szeitraum|smonat)\s*:?\s*(?:vom\s+)?(?:im\s+)?(?:Monat\s+)?"
FROM_DAY_TO_DAY = re.compile(rf"{OF}{DAY}{UNTIL}{DAY}", re.ASCII)
NAMED_MONTH = re.compile(
    rf"{OF}([A-Za-zäÄ]{{3,9}}\.?)\s*(\d{{4}})(?!\s*(?:[-–—−,/]|bis\b|und\b)|\d)"
)
MONTH = r"\b(?:Jan|Feb|M\w{0,3}rz|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez)[a-z]*\.?"
SEVERAL_MONTHS = re.compile(
    r"\bkumuliert\w*|\baufgelaufen\w*|\bHalbjahr\w*|\bQuartal\w*|\bJahreszahlen\b|\bseit Januar\b"
    r"|\b(?:im|gesamtes|gesamten|bisheriges|bisherigen)\s+Jahr\b"
    r"|\b(?:Berichtszeitraum|Zeitraum)\s*:?\s*(?:Jahr\s+)?\d{4}\b(?!\.)"
    rf"|{MONTH}(?:\s+\d{{4}})?{UNTIL}{MONTH}\s+\d{{4}}",
    re.IGNORECASE,
)
EXPECTED = say("the first to the last day of one month")


def printed_month(head: str, page: int) -> date | Finding:
    """The first day of the month in a page's head, or what is printed instead."""
    if several := SEVERAL_MONTHS.search(head):
        return _cumulative(page, several[0])
    if days := FROM_DAY_TO_DAY.search(head):
        return _between(page, days)
    if named := NAMED_MONTH.search(head):
        month, year = month_number(named[1]), int(named[2])
        return date(year, month, 1) if month and 1950 <= year <= 2100 else _no_month(page, named[0])
    return on_page(
        "reference_month",
        page,
        say("the page does not say which month it is about"),
        expected=say("Berichtszeitraum: dd.mm.yyyy - dd.mm.yyyy, or a month such as Januar 2021"),
        found=head.replace("\n", " / ")[:120],
    )


def _between(page: int, days: re.Match[str]) -> date | Finding:
    try:
        first, last = (datetime.strptime(day, "%d.%m.%Y").date() for day in days.groups())
    except ValueError:
        return _no_month(page, days[0])
    if first.day == 1 and last == last_day(last):
        if first.month == last.month and first.year == last.year:
            return first
        if first.month == 1 and first.year == last.year:
            return _cumulative(page, days[0])
    return _no_month(page, days[0])


def _no_month(page: int, found: str) -> Finding:
    return on_page(
        "reference_month",
        page,
        say("the table is not about one whole month"),
        expected=EXPECTED,
        found=found,
    )


def _cumulative(page: int, found: str) -> Finding:
    return on_page(
        "cumulative_table",
        page,
        say(
            "the table counts over several months (a cumulative table) and is no "
            "month. It is dataset bamf/hkl_cumulative: hand it in there, or name it in "
            "file_names of that dataset in county.toml; here hand in the table of the "
            "single month"
        ),
        expected=EXPECTED,
        found=found,
    )
