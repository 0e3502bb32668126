"""Which month an Asylgeschäftsbericht is about, and whether all its pages are there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from ingest.bamf.findings import on_page
from ingest.bamf.hkl_head import TITLE as HKL_TITLE
from ingest.bamf.months import month_number
from ingest.bamf.prose import Prose
from kreishaus.model import Finding, UnreadableFile
from kreishaus.wording import say

TITLE = re.compile(
    r"Asylgeschäftsstatistik(?:fürdenMonat([A-Za-zäÄ]{3,9})"
    r"|(?:fürdas|im)([a-zäöü]{3,9}Halbjahr|Jahr))([0-9]{4})"
)
UNTIL_JUNE = re.compile("ersten?Halbjahr")
PAGE_OF = re.compile(r"Seite([0-9]{1,3})von([0-9]{1,3})(?![0-9])")


def read_month(pages: Sequence[Prose]) -> date:
    """The month in the report's title. Raises ``UnreadableFile`` with all that is amiss."""
    titles = {page.number: match for page in pages if (match := TITLE.search(page.compact))}
    if not titles:
        hint = (
            say("; it looks like the HKL table, which is dataset bamf/hkl")
            if any("".join(HKL_TITLE.split()) in page.compact for page in pages)
            else ""
        )
        raise UnreadableFile(
            on_page(
                "other_report",
                1,
                say('this is no "Asylgeschäftsbericht": its title is missing{hint}', hint=hint),
                expected=say("Asylgeschäftsstatistik für den Monat <Monat> <Jahr>"),
                found=(" ".join(pages[0].text.split())[:120] or say("no words")),
            )
        )
    months = {number: _month(match) for number, match in titles.items()}
    findings = [*_unlike(titles, months), *_page_numbers(pages)]
    if findings:
        raise UnreadableFile(*findings)
    return next(month for month in months.values() if month)


def _month(title: re.Match[str]) -> date | None:
    number, year = _month_number(title), int(title[3])
    return date(year, number, 1) if number and 1950 <= year <= 2100 else None


def _month_number(title: re.Match[str]) -> int | None:
    """The month that ends the printed span; a second half does not begin in January."""
    if title[1]:
        return month_number(title[1])
    return 12 if title[2] == "Jahr" else 6 if UNTIL_JUNE.fullmatch(title[2]) else None


def names_a_month(pages: Sequence[Prose]) -> bool:
    """Whether a title names the month itself, not only a half-year or a year."""
    return any(match[1] for page in pages if (match := TITLE.search(page.compact)))


def _unlike(titles: dict[int, re.Match[str]], months: dict[int, date | None]) -> Iterator[Finding]:
    for number, month in months.items():
        if month is None or month != next(iter(months.values())):
            yield on_page(
                "reference_month",
                number,
                say("the title does not name one month, the same on every page"),
                expected=say("a month such as Januar 2016"),
                found=", ".join(f"{match[1] or match[2]} {match[3]}" for match in titles.values()),
            )


def _page_numbers(pages: Sequence[Prose]) -> Iterator[Finding]:
    """The printed page numbers must be those of the file; a title page carries none."""
    printed = {page.number: match for page in pages if (match := PAGE_OF.search(page.compact))}
    for number, match in printed.items():
        if (int(match[1]), int(match[2])) != (number, len(pages)):
            yield on_page(
                "page_missing",
                number,
                say("the printed page number does not fit: a page is missing or out of order"),
                expected=say("Seite {number} von {count}", number=number, count=len(pages)),
                found=say("Seite {match} von {match_2}", match=match[1], match_2=match[2]),
            )
            return
