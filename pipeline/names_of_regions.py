"""Whether the names of regions in a file are those of their official keys, and the county's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kreishaus.datasets import REGISTRY, Dataset
from kreishaus.model import Batch, Finding
from kreishaus.settings import County, Settings
from kreishaus.store.staging import Staging
from kreishaus.wording import say
from pipeline.whose_regions import listed
from vocabulary.region_names import (
    RegionNames,
    Verdict,
    beyond_the_land,
    county_of,
    names_for,
)

TOWN_DIGITS = 8


@dataclass(frozen=True)
class Named:
    """A key and the name beside it, as a table has them first; ``key`` is empty where none is."""

    key: str
    name: str
    place: str
    row: str


def judged_by_names(
    entry: Dataset, batch: Batch, county: County, earlier: Callable[[], Mapping[str, str]] = dict
) -> Iterator[Finding]:
    """Findings about the tables that print a key and a name of each region (``region_names``).

    Critical: a name that is another region's than its key's (names moved by a line against their
    keys), and without a key a town of another county in a table of the county alone. A warning: a
    spelling that nobody knows. ``earlier`` gives key -> name as earlier files have them; it is
    asked only where a key is in neither the Land's list nor the county's folder, and tells only of
    keys that Germany's list has not.
    """
    for table, (key_column, name_column) in entry.region_names.items():
        named = list(_named(batch, table, key_column, name_column))
        names = names_for(county)
        if any(one.key and not names.name_of(one.key) for one in named):
            names = names_for(county, {**earlier(), **beyond_the_land()})
        judged = [(names.verdict_on(one.key, one.name), one) for one in named if one.key]
        contradicting = [one for verdict, one in judged if verdict is Verdict.OF_ANOTHER]
        unknown = [one for verdict, one in judged if verdict is Verdict.UNKNOWN_SPELLING]
        if contradicting:
            own = table in entry.own_regions
            yield _contradicting(table, name_column, contradicting, names, of_county=own)
        if unknown:
            yield _unknown(table, name_column, unknown, names)
        if table in entry.own_regions:
            nameless = [one for one in named if not one.key]
            if foreign := [one for one in nameless if _is_foreign(one.name, names, county)]:
                whole = len(foreign) == len(named)
                yield _elsewhere(table, name_column, foreign, names, county, whole=whole)


def earlier_names(settings: Settings) -> dict[str, str]:
    """Key -> name in the newest staged file of each dataset that prints both."""
    import pyarrow.parquet as pq  # here, because DAG files import this module and need no pyarrow

    found: dict[str, str] = {}
    for entry in REGISTRY:
        staging = Staging(settings.staged, entry.source, entry.name)
        for table, columns in entry.region_names.items():
            if path := staging.newest_table(table):
                rows = pq.read_table(path, columns=list(columns)).group_by(list(columns))
                for pair in rows.aggregate([]).to_pylist():
                    if all(pair.values()):
                        found.setdefault(pair[columns[0]], pair[columns[1]])
    return found


def _named(batch: Batch, table: str, key_column: str, name_column: str) -> Iterator[Named]:
    """Each pair of key and name once. A row without a name says nothing here."""
    frame = batch.tables[table]
    columns = [key_column, name_column, "source_place", "source_row"]
    rows = frame[columns].drop_duplicates(subset=[key_column, name_column])
    for key, name, place, row in rows.itertuples(index=False):
        if isinstance(name, str) and name.strip():
            yield Named(key if isinstance(key, str) else "", name, str(place), str(row))


def _is_foreign(name: str, names: RegionNames, county: County) -> bool:
    """Whether a town of another county is called so, and none of the county is."""
    keys = names.keys_of(name, TOWN_DIGITS)
    return bool(keys) and not any(key.startswith(county.ags) for key in keys)


def _alias(named: Named) -> str:
    """The setting that gives a region another name."""
    return say(
        'other_names of [county] in county.toml, as other_names = {{"{key}" = ["{name}"]}}',
        key=named.key,
        name=named.name,
    )


def _contradicting(
    table: str, column: str, found: Sequence[Named], names: RegionNames, *, of_county: bool
) -> Finding:
    first = found[0]
    others = ", ".join(sorted(names.keys_of(first.name, len(first.key))))
    what = (
        say(
            "Correct key or name of these rows. If a part of the municipality is called so, add "
            "it to {setting}",
            setting=_alias(first),
        )
        if of_county
        else say(
            "Columns or rows were shifted against each other, and no figure is surely of its "
            "region: fetch the file anew"
        )
    )
    return Finding(
        rule="region_name_of_another_key",
        severity="critical",
        message=say(
            "{table}: the names of {count} regions are those of other keys: {names}. Nothing of "
            "the file is used. {what}",
            table=table,
            count=len(found),
            names=listed([f"{one.key} {one.name}" for one in found]),
            what=what,
        ),
        place=first.place,
        row=first.row,
        column=column,
        expected=f"{first.key} {names.name_of(first.key)}",
        found=say(
            "{key} {name} (the name of {others})", key=first.key, name=first.name, others=others
        ),
    )


def _unknown(table: str, column: str, found: Sequence[Named], names: RegionNames) -> Finding:
    first = found[0]
    name = f"{first.key} {first.name}"
    near = names.nearest(first.name, len(first.key))
    return Finding(
        rule="region_name_unknown",
        severity="warning",
        message=say(
            "{table}: {count} names of regions are not known for their keys: {names}. The key "
            "counts. If the name is another spelling, or a part of the municipality, add it to "
            "{setting}; else correct it",
            table=table,
            count=len(found),
            names=listed([f"{one.key} {one.name}" for one in found]),
            setting=_alias(first),
        ),
        place=first.place,
        row=first.row,
        column=column,
        expected=f"{first.key} {names.name_of(first.key)}",
        found=say("{name} (the nearest known name: {near})", name=name, near=near)
        if near
        else name,
    )


def _elsewhere(
    table: str,
    column: str,
    found: Sequence[Named],
    names: RegionNames,
    county: County,
    *,
    whole: bool,
) -> Finding:
    owners = sorted(
        {county_of(key) for one in found for key in names.keys_of(one.name, TOWN_DIGITS)}
    )
    what = say("the file is another county's, take it out") if whole else say("correct these rows")
    return Finding(
        rule="own_regions",
        severity="critical",
        message=say(
            "{table} names towns that are not of {county} ({ags}) but of {owners}. Nothing of "
            "the file is used: {what}. If a part of one of the county's municipalities is called "
            "so, give the row its key (ags)",
            table=table,
            county=county.name,
            ags=county.ags,
            owners=listed(owners),
            what=what,
        ),
        place=found[0].place,
        row=found[0].row,
        column=column,
        expected=say("towns of {county}", county=county.name),
        found=listed([one.name for one in found]),
    )
