"""Population projections (Bevölkerungsvorausberechnung): people of years to come.

A projection is known by the date it starts from and by its variant. Where a table says so differs:
the variant is a column, a header row, a variable or part of the title; the base date is part of
the title or of a label. Years stand for 31 December. A projection made for 1 January speaks of the
same people one night later: it is staged for the evening before.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from formats.faults import fault
from ingest.it_nrw import table
from ingest.it_nrw.cells import PrintedCell, ProjectionKey, batch
from ingest.it_nrw.dimensions import NEW_LAYOUT, label
from ingest.it_nrw.numbers import read_date
from kreishaus.model import Batch, Finding, Origin
from kreishaus.wording import say

YEAR_END = (12, 31)
BASE = re.compile(
    r"\b(?:Basis|Ausgangs?)-?(?:jahr|stichtag|datum|bestand|bevölkerung)?:?\s+(?:vom |am |zum )?"
    r"(?P<date>\d{2}\.\d{2}\.\d{4}|\d{4}-\d{2}-\d{2}|(?:19|20)\d{2})\b",
    re.IGNORECASE,
)
"""``Basis 31.12.2024``, ``Basisjahr: 2021``; not ``auf Basis des Zensus 2022``."""
OF_NEW_YEAR = re.compile(r"\bStichtag:? (?:jeweils )?(?:der )?0?1\. ?(?:0?1\.|Januar)")
"""A title that speaks of 1 January: then a bare year means that day."""
NAMED_VARIANT = re.compile(
    r"\bVariante: (?P<named>[^;,()]+?)(?= - |[;,()]|$)|\b(?P<word>[A-ZÄÖÜ][a-zäöüß]+variante)\b"
)


def parse(content: bytes, origin: Origin) -> Batch:
    """A table of a projection. ``origin.label`` begins with its code.

    The period is the base date, and the variant with it where the file holds a single one: so
    projections of different base dates, or files of one variant each, stand side by side. Raises
    ``UnreadableFile`` as ``table.parse`` does, and for a table of two base dates.
    """
    found = table.read(content, origin, year_stands_for=YEAR_END, variants=True)
    cells = list(found.cells)
    new_year = OF_NEW_YEAR.search(found.heading) is not None
    base, assumed = _base_date(found, cells, new_year)
    of_title = _title_variant(found.heading)
    return batch(
        _projected(cells, base, of_title, new_year),
        place=found.place,
        published_at=found.published_at,
        known_at=None,
        ignored=(*found.ignored, *assumed),
        period=_period(base, {cell.variant_label or of_title for cell in cells}),
    )


def _projected(
    cells: Sequence[PrintedCell], base: date, of_title: str | None, new_year: bool
) -> Iterator[PrintedCell]:
    for cell in cells:
        key = ProjectionKey(
            **{
                **vars(cell.key),
                "reference_date": _evening(cell.key.reference_date, new_year),
                "base_date": base,
                "variant_label": cell.variant_label or of_title,
            }
        )
        yield replace(cell, key=key)


def _evening(day: date, new_year: bool) -> date:
    """31 December for 1 January, and for a bare year where years mean 1 January."""
    if (day.month, day.day) == (1, 1):
        return day - timedelta(days=1)
    return day.replace(year=day.year - 1) if new_year else day


def _base_date(
    found: table.Table, cells: Sequence[PrintedCell], new_year: bool
) -> tuple[date, list[Finding]]:
    """The date the projection starts from, and a warning where the table does not name it."""
    named = {match["date"] for match in BASE.finditer(found.heading)}
    named |= {
        match["date"]
        for text in {cell.variant_label for cell in cells if cell.variant_label}
        for match in BASE.finditer(text)
    }
    try:
        dates = {_evening(read_date(text, YEAR_END), new_year) for text in named}
    except ValueError:  # shaped like a date, but there is no such day
        dates = set()
    if len(dates) > 1:
        raise fault(
            "base_date",
            say(
                "{place} names two dates from which it was projected, so nobody knows "
                "which cells belong to which.",
                place=found.place,
            ),
            place=found.place,
            expected=say("one base date"),
            found=", ".join(sorted(named)),
            to_do=say("Fetch the projections one by one."),
        )
    if dates:
        return dates.pop(), []
    first = min((cell.key.reference_date for cell in cells), default=None)
    if first is None:
        raise fault(
            "has_data",
            say("{place}: not one cell could be found.", place=found.place),
            place=found.place,
        )
    base = _evening(first, new_year)
    return base, [
        Finding(
            rule="base_date",
            severity="warning",
            message=say(
                "{place} does not say from which date it was projected. The first date it "
                "prints, {base}, is taken for it: correct as long as projections are told "
                "apart by it. If it says so in other words, {new_layout}.",
                place=found.place,
                base=base,
                new_layout=NEW_LAYOUT,
            ),
            place=found.place,
            expected=say("a title such as 'Basis 31.12.2024'"),
            found=found.heading[:120],
        )
    ]


def _title_variant(heading: str) -> str | None:
    match = NAMED_VARIANT.search(heading)
    return label(match["named"] or match["word"]) if match else None


def _period(base: date, variants: Collection[str | None]) -> str:
    (only, *more) = variants or (None,)
    if more or only is None:
        return base.isoformat()
    return f"{base.isoformat()}_{re.sub(r'[^a-z0-9äöüß]+', '-', only.lower()).strip('-')}"
