"""What each care home really reported, by date: to know who stands behind a public value, and to
score the attack. The attacker himself is given none of it but what the public register says."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

import duckdb

from kreishaus.settings import REPOSITORY, Settings

REASONS = ("staff", "voluntary_stop", "ordered_stop", "rebuilding", "infection", "other")
GRADES = (1, 2, 3, 4, 5)
FTE = ("care_fte", "skilled_fte", "assistant_fte", "helper_fte")
RESIDENTS = (*(f"care_grade_{grade}_persons" for grade in GRADES), "no_care_grade_persons")
COUNTS = (
    "vacant_places",
    *(f"unusable_{reason}_places" for reason in REASONS),
    "reported_free_places",
    *RESIDENTS,
    "under_60_persons",
)
FLAG = "is_below_minimum"
"""Whether the home's skilled share lies below the legal minimum: 1 or 0."""
MEASURES = (*COUNTS, *FTE, FLAG)

MINIMUM_SKILLED_SHARE = 0.5


Place = tuple[str, str, str]
"""Date, home and measure."""


class Unknown(NamedTuple):
    """One figure of one home: what the attacker wants. ``state`` counts corrections of it."""

    date: str
    home: str
    measure: str
    state: int = 0


@dataclass(frozen=True)
class Home:
    """What the public register says of a home on a date."""

    id: str
    municipality: str
    offer_type: str
    operator: str
    places: int | None


@dataclass(frozen=True)
class HomeValues:
    """The register, and the figures of every home, by date. A figure not reported is missing.

    ``states`` say how often a figure was corrected before: another state is another unknown.
    ``late`` are figures that an earlier version of their date had not.
    """

    register: Mapping[str, Mapping[str, Home]]
    figures: Mapping[tuple[str, str], Mapping[str, float]]
    states: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    late: frozenset[Place] = frozenset()

    @cached_property
    def late_homes(self) -> frozenset[tuple[str, str]]:
        """Date and home of every late figure."""
        return frozenset(place[:2] for place in self.late)

    @cached_property
    def _late_on(self) -> Mapping[str, Sequence[Place]]:
        found: dict[str, list[Place]] = {}
        for place in self.late:
            found.setdefault(place[0], []).append(place)
        return found

    def late_places(self, date: str) -> frozenset[Place]:
        """Late figures of a date."""
        return frozenset(self._late_on.get(date, ()))

    def without(self, places: Collection[Place]) -> HomeValues:
        """The same, as if these figures had not been reported. The county's mix is made of all."""
        figures = dict(self.figures)
        for date, home, measure in places:
            figures[date, home] = {
                name: value for name, value in figures[date, home].items() if name != measure
            }
        without = replace(self, figures=figures)
        without.__dict__["mix"] = self.mix
        return without

    def unknown(self, date: str, home: str, measure: str) -> Unknown:
        return Unknown(date, home, measure, self.states.get((date, home, measure), 0))

    def has(self, date: str, home: str, *measures: str) -> bool:
        return all(measure in self.figures.get((date, home), {}) for measure in measures)

    @cached_property
    def truth(self) -> Mapping[Unknown, float]:
        return {
            self.unknown(*place, measure): value
            for place, figures in self.figures.items()
            for measure, value in figures.items()
        }

    @cached_property
    def mix(self) -> Mapping[str, Mapping[int, float]]:
        """Date -> share of each care grade among the residents of homes that reported all five."""
        return {date: self._mix_on(date) for date in self.register}

    def _mix_on(self, date: str) -> dict[int, float]:
        reported = [
            home
            for home in self.register[date].values()
            if self.has(date, home.id, *RESIDENTS[:5]) and home.offer_type in HOME_TYPES
        ]
        persons = sum(self._residents(date, home) for home in reported)
        if not persons:
            return {}
        figures = [self.figures[date, home.id] for home in reported]
        return {g: sum(found[RESIDENTS[g - 1]] for found in figures) / persons for g in GRADES}

    def _residents(self, date: str, home: Home) -> float:
        """The cells of a home; its occupied places where it leaves one out."""
        found = self.figures[date, home.id]
        if "vacant_places" in found and home.places and not self.has(date, home.id, *RESIDENTS):
            return home.places - found["vacant_places"]
        return sum(found.get(name, 0.0) for name in RESIDENTS)


def seed(name: str) -> list[dict[str, str]]:
    """The rows of a seed of the dbt project: printed ratios, kinds of offers."""
    path = next((REPOSITORY / "dbt_project" / "seeds").rglob(f"{name}.csv"))
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


HOME_TYPES = frozenset(
    row["offer_type_code"] for row in seed("offer_type") if row["counts_as_home"] == "true"
)


def home_values(settings: Settings) -> HomeValues:
    """Read from the warehouse of the last build."""
    with duckdb.connect(settings.warehouse / "kreishaus.duckdb", read_only=True) as warehouse:
        offers = warehouse.execute(
            """select measured.*, coalesce(offers.provider_name, '') as operator
               from intermediate.int_offers__measured as measured
               left join staging.stg_wtg__offers as offers using (reference_date, offer_id)"""
        ).to_arrow_table()
    return of_rows(offers.to_pylist())


def of_rows(rows: Iterable[Mapping[str, object]]) -> HomeValues:
    register: dict[str, dict[str, Home]] = {}
    figures: dict[tuple[str, str], dict[str, float]] = {}
    for row in rows:
        date, home = str(row["reference_date"]), str(row["offer_id"])
        places = row["contracted_places"]
        register.setdefault(date, {})[home] = Home(
            home,
            str(row["municipality_code"]),
            str(row["offer_type_code"]),
            str(row["operator"]) or home,
            None if places is None else int(str(places)),
        )
        if found := _figures(row):
            figures[date, home] = found
    return HomeValues(register, figures)


def _figures(row: Mapping[str, object]) -> dict[str, float]:
    found = {
        name: float(str(row[name]))
        for name in ("vacant_places", "reported_free_places", "under_60_persons", *RESIDENTS, *FTE)
        if row[name] is not None
    }
    if row["unusable_places"] is not None:
        for reason in REASONS:
            named = row["unusable_reason_code"] == reason
            found[f"unusable_{reason}_places"] = float(str(row["unusable_places"])) * named
    if "care_fte" in found and "skilled_fte" in found:
        below = found["skilled_fte"] < found["care_fte"] * MINIMUM_SKILLED_SHARE
        found[FLAG] = float(below)
    return found


def in_order(versions: Sequence[HomeValues]) -> list[HomeValues]:
    """The values of several versions, each corrected figure an unknown of its own.

    The attacker is told more than anybody knows: which figures were corrected between versions.
    """
    states: dict[Place, int] = {}
    before: dict[Place, float] = {}
    dates: set[str] = set()
    found = []
    for values in versions:
        late: set[Place] = set()
        for place, figures in values.figures.items():
            for measure, value in figures.items():
                key = (*place, measure)
                if key in before and before[key] != value:
                    states[key] = states.get(key, 0) + 1
                if key not in before and place[0] in dates:
                    late.add(key)
                before[key] = value
        dates |= values.register.keys()
        found.append(replace(values, states=dict(states), late=frozenset(late)))
    return found
