"""All that an attacker on homes learns from a public version, and from print and register alone."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

import duckdb
from home_forms import Fact, Form
from home_marts import READINGS, Reading
from home_values import FTE, REASONS, RESIDENTS, HomeValues, Unknown
from home_world import CannotRead, Cell, OfResidents, Row, Sum, Value, World

from kreishaus.settings import Settings
from warehouse.disclosure import HOMES
from warehouse.marts import Mart, marts

SMALLEST_SHOWN = 5
"""Below it a count is shown in a band."""
MOST_LEFT_OUT = 5
"""So many late homes, or municipalities of them, are looked for that a sum may not count."""
SELDOM = 10_000
"""One fact in so many may stay unclear."""
BESIDE = ("dim_planning_unit", "dim_region", "metric", "published_figure")
"""Public marts that say how areas nest, what a metric is, and what was printed."""


class NotRead(Exception):
    """A public mart or column made from homes that the attack cannot read."""


@dataclass(frozen=True)
class Shown:
    """A public mart: the types of its columns, and its rows."""

    columns: Mapping[str, str]
    rows: Sequence[Row]


def shown(database: Path, names: Iterable[str]) -> dict[str, Shown]:
    """The public marts ``names`` and those beside them, as far as they are there."""
    wanted = {*names, *BESIDE}
    with duckdb.connect(database, read_only=True) as public:
        there = public.execute(
            "select table_name from information_schema.tables where table_schema = 'public'"
        ).fetchall()
        return {
            name: Shown(
                {r[0]: r[1] for r in public.execute(f'describe public."{name}"').fetchall()},
                public.execute(f'from public."{name}"').to_arrow_table().to_pylist(),
            )
            for (name,) in there
            if name in wanted
        }


def made_from_homes(settings: Settings) -> list[Mart]:
    """The public marts that are made from what homes report, as the last build describes them."""
    return [
        mart
        for mart in marts(settings)
        if HOMES in mart.protects and mart.meta.get("audience") == "public"
    ]


def is_number(kind: str) -> bool:
    return not kind.lower().startswith(("varchar", "date", "timestamp"))


def unread(mart: str, columns: Mapping[str, str]) -> list[str]:
    """What of a public mart the attack cannot read: the mart, or columns of it."""
    if mart not in READINGS:
        return [mart]
    reading = READINGS[mart]
    read = {*reading.values, *reading.harmless, *reading.cells_of}
    return [
        f"{mart}.{name}" for name, kind in columns.items() if is_number(kind) and name not in read
    ]


def facts_of(world: World, names: Sequence[str]) -> list[Fact]:
    """What the public marts ``names`` tell. Raises ``NotRead`` where a value cannot be read,
    or does not say what the attack takes it to say.

    Of a version with late figures one fact in ``SELDOM`` may be left out: which of these figures a
    sum counts is looked for among a few choices only.
    """
    found, unclear = [], []
    for name in names:
        for fact in _of_mart(world, name):
            if fact.fits(world.values.truth):
                found.append(fact)
            elif _late_terms(fact, world.values):
                unclear.append(fact)
            else:
                raise NotRead(_wrong(fact, world.values))
    if len(unclear) * SELDOM > len(found):
        raise NotRead(_wrong(unclear[0], world.values))
    return found


def _wrong(fact: Fact, values: HomeValues) -> str:
    return (
        f"{fact.said}: read as {_told(fact.form)}, that is {fact.form.at(values.truth)}, but shown "
        f"is {fact.least} to {fact.greatest}. Say in home_marts.py what this column adds up."
    )


def _told(form: Form) -> str:
    homes = sorted({unknown.home for unknown in form.terms})
    measures = sorted({unknown.measure for unknown in form.terms})
    return f"{', '.join(measures)} of {len(homes)} homes"


def _of_mart(world: World, name: str) -> Iterator[Fact]:
    reading = READINGS[name]
    for row in world.public[name]:
        if reading.cells_of:
            for column in reading.cells_of:
                yield from _repeated(world, name, row, column)
        elif reading.only(row):
            yield from _of_row(world, name, reading, row)


def _of_row(world: World, name: str, reading: Reading, row: Row) -> Iterator[Fact]:
    date = str(row[reading.date])
    if date not in world.values.register:
        return  # a total printed for a date of which no home's figures are in the warehouse
    for column, value in reading.values.items():
        if row.get(column) is None:
            continue
        cell = Cell(world, name, reading.area, date, row, column, row[column])
        for fact in _facts(value, cell):
            estimated = column in reading.estimates and _hides_a_grade(world, row, date)
            if fact.fits(world.values.truth) or not estimated:
                yield fact
    for column, band in _bands(row).items():
        if column in reading.values:
            cell = Cell(world, name, reading.area, date, row, column, band)
            yield from _facts(reading.values[column], cell)
    for column, (pattern, value) in reading.texts.items():
        if said := re.search(pattern, str(row.get(column) or "")):
            cell = Cell(world, name, reading.area, date, row, column, said[1])
            # Of areas shown together a sentence may have been taken from one of them.
            yield from (fact for fact in value.facts(cell) if fact.fits(world.values.truth))


def _facts(value: Value, cell: Cell) -> list[Fact]:
    """What a value says, with those late figures of its date that it counts."""
    for world in cell.world.readings(cell.date):
        found = list(value.facts(replace(cell, world=world)))
        if all(fact.fits(cell.world.values.truth) for fact in found):
            return found
    return [of_some_places(fact, cell.world.values) for fact in value.facts(cell)]


def of_some_places(fact: Fact, values: HomeValues) -> Fact:
    """The fact without some homes that came late: those of municipalities, or a few homes.

    A fact that fits no choice stays as it is, and is said to be wrong.
    """
    truth = values.truth
    over = fact.form.at(truth)
    for terms in (_late_terms(fact, values, by_home=False), _late_terms(fact, values)):
        amounts = {
            place: sum(factor * truth[unknown] for unknown, factor in of_place.items())
            for place, of_place in terms.items()
        }
        for number in range(1, MOST_LEFT_OUT + 1):
            for left_out in combinations(terms, number):
                if fact.least <= over - sum(amounts[one] for one in left_out) <= fact.greatest:
                    gone = {unknown for one in left_out for unknown in terms[one]}
                    kept = {u: f for u, f in fact.form.terms.items() if u not in gone}
                    return replace(fact, form=replace(fact.form, terms=kept))
    return fact


def _late_terms(
    fact: Fact, values: HomeValues, *, by_home: bool = True
) -> dict[tuple[str, str], dict[Unknown, float]]:
    """What homes with late figures have in a fact, by date and home, or date and municipality."""
    found: dict[tuple[str, str], dict[Unknown, float]] = defaultdict(dict)
    for unknown, factor in fact.form.terms.items():
        place = (unknown.date, unknown.home)
        if place in values.late_homes:
            home = values.register[unknown.date][unknown.home]
            found[place if by_home else (unknown.date, home.municipality)][unknown] = factor
    return found


def _hides_a_grade(world: World, row: Row, date: str) -> bool:
    """Whether residents of some care grade are not shown for the row's area, on that date."""
    key = "areas with a hidden grade"
    if key not in world._found:
        world._found[key] = {
            (other["region_level"], other["region_code"], str(other["reference_date"]))
            for other in world.public["staffing_requirement"]
            if other["care_grade_code"] != "total" and other["reported_persons"] is None
        }
    dates = {date, str(row.get("target_reference_date"))}
    area = (row["region_level"], row["region_code"])
    return any((*area, day) in world._found[key] for day in dates)


def _bands(row: Row) -> dict[str, str]:
    """Column -> the band that stands for its value, from ``banded``: "vacant_places: unter 5"."""
    parts = (part.split(":", 1) for part in str(row.get("banded") or "").split(";") if ":" in part)
    return {column.strip(): band.strip() for column, band in parts}


def withheld(world: World, names: Sequence[str]) -> list[Fact]:
    """What can be told of a value that is not shown, where small ones are shown in a band.

    Whoever sees that no withheld value of a mart lies in the band concludes that none does.
    """
    found: list[Fact] = []
    for name in names:
        of_mart = list(_withheld(world, name))
        if all(fact.fits(world.values.truth) for fact in of_mart):
            found.extend(of_mart)
    return found


def _withheld(world: World, name: str) -> Iterator[Fact]:
    reading = READINGS[name]
    for row in world.public[name]:
        date = str(row.get(reading.date))
        if not row.get("withheld") or date not in world.values.register or not reading.only(row):
            continue
        for column in (part.strip() for part in str(row["withheld"]).split(";")):
            value = reading.values.get(column)
            if isinstance(value, Sum | OfResidents) and not column.endswith("fte"):
                for fact in value.facts(
                    Cell(world, name, reading.area, date, row, column, SMALLEST_SHOWN)
                ):
                    yield replace(fact, greatest=float("inf"), said=f"withheld {fact.said}")


def _repeated(world: World, name: str, row: Row, column: str) -> Iterator[Fact]:
    """A cell that repeats one of another mart: read like that one."""
    if row[column] is None or len(str(row["region_code"])) == 2:
        return  # a figure said of the whole country is none of the county's homes
    metric = next(m for m in world.public["metric"] if m["metric_code"] == row["metric_code"])
    mart, of = metric["mart"], metric["value_column"]
    if mart not in READINGS or of not in READINGS[mart].values:
        return
    reading = READINGS[mart]
    found = _row_of_metric(world, mart, reading, row)
    if found is None:
        raise NotRead(
            f"{name}.{column} {row['metric_code']} {row['region_code']}: no row of {mart}"
        )
    date = str(found[reading.date])
    if reading.only(found) and date in world.values.register:
        cell = Cell(world, mart, reading.area, date, found, of, row[column])
        for fact in _facts(reading.values[of], cell):
            yield replace(fact, said=f"{name} {fact.said}")


def _row_of_metric(world: World, mart: str, reading: Reading, cell: Row) -> Row | None:
    key = ("metric", mart)
    if key not in world._found:
        index: dict[tuple[str, str], list[Row]] = {}
        for row in world.public[mart]:
            for period in (reading.date, "reference_year"):
                if period in row:
                    index.setdefault((str(row["region_code"]), str(row[period])), []).append(row)
        world._found[key] = index
    items = dict(
        part.split("=", 1) for part in str(cell["item_code"] or "").split("|") if "=" in part
    )
    for row in world._found[key].get((str(cell["region_code"]), str(cell["period_code"])), []):
        if all(str(row.get(f"{name}_code", "total")) == code for name, code in items.items()):
            return dict(row)
    return None


def printed(world: World) -> list[Fact]:
    """What papers printed of the county's homes, where the county's own figures agree with it."""
    found = []
    for row in world.public["published_figure"]:
        if row["value"] is None or row["mart"] not in READINGS:
            continue
        found += [fact for fact in _printed(world, row) if fact.fits(world.values.truth)]
    return found


def _printed(world: World, row: Row) -> Iterator[Fact]:
    try:
        facts = list(_repeated(world, "published_figure", row, "value"))
    except (NotRead, CannotRead):
        return
    slack = 0.5 * 10.0 ** -float(row["decimals_count"] or 0)
    for fact in facts:
        if row["kind"] == "share":  # printed in percent, and read as a part less a share of a whole
            truth = world.values.truth
            slack *= sum(truth[u] for u, factor in fact.form.terms.items() if factor < 0) / 100
        yield Fact(fact.form, fact.least - slack, fact.greatest + slack, fact.said, printed=True)


def of_the_kind(values: HomeValues) -> list[Fact]:
    """What is so in every home: parts are no more than their whole, residents fill the places.

    Only where it is so: an attacker who believed more would be told something wrong.
    """
    found = []
    for (date, home), figures in values.figures.items():
        of = lambda *names, sign=1.0: Form(  # noqa: E731
            {values.unknown(date, home, n): sign for n in names if n in figures}  # noqa: B023
        )
        place = f"{home} {date}"
        places = values.register[date][home].places
        unusable = [f"unusable_{reason}_places" for reason in REASONS]
        parts = [
            (of("vacant_places"), of(*unusable), "unusable places are vacant"),
            (of("vacant_places"), of("reported_free_places"), "free places are vacant"),
            (of(FTE[0]), of(*FTE[1:]), "kinds of staff are parts of the staff"),
            (of(*RESIDENTS), of("under_60_persons"), "residents under 60 are residents"),
        ]
        for whole, part, why in parts:
            if whole.terms and part.terms:
                found.append(Fact(whole.plus(part, -1.0), 0.0, float("inf"), f"{place}: {why}"))
        if places is not None and "vacant_places" in figures:
            found.append(Fact(of("vacant_places"), 0.0, places, f"{place}: vacant are places"))
            if all(name in figures for name in RESIDENTS[:5]):
                lived_in = of("vacant_places", *RESIDENTS)
                fact = Fact(lived_in, places, places, f"{place}: residents live in the others")
                found.append(fact)
    return [fact for fact in found if fact.fits(values.truth)]
