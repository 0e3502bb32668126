"""Whether a file is of the configured county: by the keys of the regions in its tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kreishaus.datasets import Dataset
from kreishaus.model import Batch, Finding
from kreishaus.settings import County
from kreishaus.wording import joined, say
from vocabulary.region_names import county_of

MOST_NAMED = 5


def judged_by_regions(entry: Dataset, batch: Batch, county: County) -> Iterator[Finding]:
    """A critical finding for each table with regions that are not the county's, or without some.

    Which columns are judged is the dataset's to say (``own_regions``, ``every_municipality``).
    """
    whole = {county.ags, f"{county.ags}000"}  # eight digits of a kreisfreie Stadt
    for table, column in entry.own_regions.items():
        if foreign := sorted(_keys(batch, table, column) - {*whole, *county.municipalities}):
            yield _another_countys(table, column, foreign, county)
    for table, column in entry.every_municipality.items():
        if missing := sorted(set(county.municipalities) - _keys(batch, table, column)):
            yield _incomplete(table, column, missing, _keys(batch, table, column), county)


def _keys(batch: Batch, table: str, column: str) -> set[str]:
    return set(batch.tables[table][column].dropna().astype(str))


def _another_countys(table: str, column: str, foreign: list[str], county: County) -> Finding:
    owners = _other_counties(foreign, county)
    return Finding(
        rule="own_regions",
        severity="critical",
        message=say(
            "{table} names regions that are not of {county} ({ags}){owners}. Nothing of the file "
            "is used. If it is another county's, take it out of the drop folder; if a key is "
            "mistyped, correct it; if a municipality is new, add it to the county's "
            "municipalities.csv",
            table=table,
            county=county.name,
            ags=county.ags,
            owners=owners,
        ),
        place=table,
        column=column,
        expected=say(
            "keys of {ags} and its {count} municipalities",
            ags=county.ags,
            count=len(county.municipalities),
        ),
        found=listed(foreign),
    )


def _incomplete(
    table: str, column: str, missing: list[str], there: set[str], county: County
) -> Finding:
    named = [f"{key} {county.municipalities[key]}" for key in missing]
    owners = _other_counties([key for key in there if len(key) == len(missing[0])], county)
    return Finding(
        rule="every_municipality",
        severity="critical",
        message=say(
            "{table} has no row of some municipalities of {county} ({ags}). Nothing of the file "
            "is used. Order the table for all municipalities of the county, or of the Land",
            table=table,
            county=county.name,
            ags=county.ags,
        ),
        place=table,
        column=column,
        expected=say("all {count} municipalities", count=len(county.municipalities)),
        found=say("none of {names}{owners}", names=listed(named), owners=owners),
    )


def _other_counties(keys: Iterable[str], county: County) -> str:
    """Whose the other regions are, as the end of a sentence; empty where there are none."""
    owners = sorted({county_of(key) for key in keys if key[:5] != county.ags})
    return say(", but regions of {owners}", owners=listed(owners)) if owners else ""


def listed(names: list[str]) -> str:
    """The first few of them, and how many more there are."""
    more = len(names) - MOST_NAMED
    first = ", ".join(names[:MOST_NAMED])
    return joined((first, say(" and {count} more", count=more)), "") if more > 0 else first
