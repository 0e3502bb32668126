"""What an attacker on homes knows of a public version, and how he reads a value of it.

Who stands behind a value is taken from the truth: the attacker is given that, not the figures.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from home_forms import EXACT, Fact, Form, equal, total
from home_values import FLAG, GRADES, HOME_TYPES, REASONS, RESIDENTS, HomeValues, Place, seed

Row = Mapping[str, Any]
FactorOf = Callable[[Row], float]
STAFF_OF = {
    "total": "care_fte",
    "skilled": "skilled_fte",
    "assistant": "assistant_fte",
    "helper": "helper_fte",
}
REPLACES = {row["ratio_set_code"]: row["replaces_set_code"] for row in seed("staffing_ratio_set")}


class CannotRead(Exception):
    """A public value that the attack can make no sum of."""


@dataclass(frozen=True)
class World:
    """The public marts of a version, and the register and the reporters behind it."""

    values: HomeValues
    public: Mapping[str, Sequence[Row]]
    _found: dict[object, Any] = field(default_factory=dict)

    def readings(self, date: str) -> Iterator[World]:
        """Which late figures of a date are in its sums: none by the rule, else all."""
        if late := self.values.late_places(date):
            yield self._reading(late)
        yield self

    def _reading(self, left_out: frozenset[Place]) -> World:
        key = ("reading", left_out)
        if key not in self._found:
            self._found[key] = World(self.values.without(left_out), self.public)
        world: World = self._found[key]
        return world

    @cached_property
    def ratios(self) -> Mapping[tuple[str, str, int], float]:
        """Set, qualification, care grade -> staff per resident, as every row of a grade says."""
        return {
            (row["ratio_set_code"], row["qualification_code"], int(row["care_grade_code"])): float(
                row["fte_per_resident"]
            )
            for row in self.public.get("staffing_requirement", ())
            if row["care_grade_code"] != "total" and row["fte_per_resident"] is not None
        }

    def municipalities(self, row: Row, date: str, listed: str | None) -> frozenset[str] | None:
        """The members of a row's area on a date; None for the whole county."""
        level, code = str(row["region_level"]), str(row["region_code"])
        if level == "Kreis":
            return None
        if level == "Gemeinde":
            return frozenset([code])
        if listed and row.get(listed):
            return frozenset(re.findall(r"\d{8}", str(row[listed])))
        if level == "Planungseinheit":
            return self._unit(code, date)
        if joint := re.findall(r"\d{8}", code):
            return frozenset(joint)  # areas shown together are named by their keys
        raise CannotRead(f"what is the area {level} {code}? No public mart says whom it holds")

    def _unit(self, code: str, date: str) -> frozenset[str]:
        return frozenset(
            unit["municipality_code"]
            for unit in self.public["dim_planning_unit"]
            if unit["unit_code"] == code
            and (unit["valid_from"] is None or str(unit["valid_from"]) <= date)
            and (unit["valid_to"] is None or str(unit["valid_to"]) >= date)
        )

    def homes(self, date: str, types: frozenset[str] | None, within: frozenset[str] | None):
        key = ("homes", date, types, within)
        if key not in self._found:
            self._found[key] = tuple(
                home.id
                for home in self.values.register.get(date, {}).values()
                if (types is None or home.offer_type in types)
                and (within is None or home.municipality in within)
            )
        found: tuple[str, ...] = self._found[key]
        return found

    def figure(self, date: str, home: str, name: str) -> Form | None:
        """A figure that a home reported or the register states, as a form; None without one."""
        key = ("figure", date, home, name)
        if key not in self._found:
            self._found[key] = self._figure(date, home, name)
        form: Form | None = self._found[key]
        return form

    def _figure(self, date: str, home: str, name: str) -> Form | None:
        values = self.values
        places = values.register[date][home].places if home in values.register[date] else None
        if name == "places":
            return None if places is None else Form(constant=places)
        if name == "occupied_places":
            vacant = self.figure(date, home, "vacant_places")
            known = vacant is not None and places is not None
            return Form(constant=places or 0).plus(vacant or Form(), -1.0) if known else None
        if name == "residents_persons":
            return self._residents(date, home)
        parts = {
            "unusable_places": [f"unusable_{reason}_places" for reason in REASONS],
        }.get(name, [name])
        if not parts or not values.has(date, home, *parts):
            return None
        return Form({values.unknown(date, home, part): 1.0 for part in parts})

    def _residents(self, date: str, home: str) -> Form | None:
        """The cells of a home; its occupied places where it leaves one out."""
        there = [name for name in RESIDENTS if self.values.has(date, home, name)]
        occupied = self.figure(date, home, "occupied_places")
        if there and len(there) < len(RESIDENTS) and occupied is not None:
            return occupied
        named = {self.values.unknown(date, home, name): 1.0 for name in there}
        return Form(named) if named else None

    def basis(self, date: str, home: str) -> str:
        """Whether a home reported its care grades, or the county's mix stands in."""
        if self.values.has(date, home, *RESIDENTS[:5]):
            return "reported"
        return "unknown" if self.figure(date, home, "occupied_places") is None else "county_mix"

    def required(self, date: str, home: str, of: str, by: str, grade: str) -> Form | None:
        """Staff that the ratios make of a home's residents: set ``of``, qualification ``by``."""
        key = ("required", date, home, of, by, grade)
        if key not in self._found:
            self._found[key] = self._required(date, home, of, by, grade)
        form: Form | None = self._found[key]
        return form

    def _required(self, date: str, home: str, of: str, by: str, grade: str) -> Form | None:
        grades = GRADES if grade == "total" else (int(grade),)
        ratios = {g: self.ratios[of, by, g] for g in grades if (of, by, g) in self.ratios}
        basis = self.basis(date, home)
        if not ratios or basis == "unknown":
            return None
        if basis == "reported":
            unknown = self.values.unknown
            return Form({unknown(date, home, RESIDENTS[g - 1]): r for g, r in ratios.items()})
        occupied = self.figure(date, home, "occupied_places") or Form()
        return occupied.times(sum(self.values.mix[date][g] * r for g, r in ratios.items()))

    def all_required(self, date: str, homes: tuple[str, ...], of: str, by: str, grade: str) -> Form:
        key = ("all required", date, homes, of, by, grade)
        if key not in self._found:
            found = (self.required(date, home, of, by, grade) for home in homes)
            self._found[key] = total(form for form in found if form is not None)
        form: Form = self._found[key]
        return form

    def staff(self, date: str, home: str, qualification: str) -> Form | None:
        measure = STAFF_OF[qualification]
        if not self.values.has(date, home, measure, "care_fte"):
            return None  # staff of a home that does not tell all of it stands nowhere
        return Form({self.values.unknown(date, home, measure): 1.0})


@dataclass(frozen=True)
class Area:
    """Where the homes of a row lie, and of what kind they are.

    ``types`` is a column with the kind of offer, ``homes`` for those that count as homes, or a
    kind; ``members`` a column that lists municipalities, ``year`` one whose end dates a unit.
    """

    types: str | None = None
    members: str | None = None
    year: str | None = None

    def homes(self, world: World, row: Row, date: str) -> tuple[str, ...]:
        types = None
        if self.types == "homes":
            types = HOME_TYPES
        elif self.types:
            types = frozenset([str(row.get(self.types, self.types))])
        composed_on = f"{row[self.year]}-12-31" if self.year else date
        return world.homes(date, types, world.municipalities(row, composed_on, self.members))


@dataclass(frozen=True)
class Cell:
    """One value of one public row."""

    world: World
    mart: str
    area: Area
    date: str
    row: Row
    column: str
    value: Any

    @property
    def homes(self) -> tuple[str, ...]:
        return self.area.homes(self.world, self.row, self.date)

    @property
    def said(self) -> str:
        names = ("region_level", "region_code", "offer_type_code", "ratio_set_code")
        names += ("qualification_code", "care_grade_code", "reference_year")
        where = " ".join(str(self.row[name]) for name in names if self.row.get(name) is not None)
        return f"{self.mart}.{self.column} {self.date} {where}"


def interval(value: object) -> tuple[float, float]:
    """What a shown value says: a number, or a band such as "unter 5"."""
    if isinstance(value, str):
        if below := re.fullmatch(r"unter (\d+)", value.strip()):
            return 0.0, float(below[1]) - 1
        try:
            return float(value), float(value)
        except ValueError:
            raise CannotRead(f"what does {value!r} say?") from None
    return float(str(value)), float(str(value))


def _everything(values: HomeValues, form: Form) -> float:
    """The most that a sum can be: all places of its homes, or all of its homes."""
    if any(unknown.measure == FLAG for unknown in form.terms):
        return float(len(form.terms))
    places = {(u.date, u.home): values.register[u.date][u.home].places for u in form.terms}
    return float(sum(number or 0 for number in places.values()))


class Value(Protocol):
    def facts(self, cell: Cell) -> Iterator[Fact]: ...


def _fact(cell: Cell, form: Form) -> Fact:
    if nearly := re.fullmatch(r"alle bis auf weniger als (\d+)", str(cell.value).strip()):
        everything = _everything(cell.world.values, form)
        return Fact(form, everything - float(nearly[1]) + 1, everything, cell.said)
    least, greatest = interval(cell.value)
    slack = EXACT * max(1.0, abs(least))
    return Fact(form, least - slack, greatest + slack, cell.said)


@dataclass(frozen=True)
class Figure:
    """A figure of each home, where it reported the ``given`` ones too."""

    name: str
    given: tuple[str, ...] = ()

    def of(self, world: World, date: str, home: str) -> Form | None:
        if any(world.figure(date, home, other) is None for other in self.given):
            return None
        return world.figure(date, home, self.name)


@dataclass(frozen=True)
class Sum:
    """The sum of a figure over the homes of the area that reported it, times a factor, and more."""

    name: str
    given: tuple[str, ...] = ()
    factor: float | FactorOf = 1.0
    plus: FactorOf | None = None

    def form(self, cell: Cell) -> Form:
        figure = Figure(self.name, self.given)
        found = (figure.of(cell.world, cell.date, home) for home in cell.homes)
        return total(form for form in found if form is not None)

    def facts(self, cell: Cell) -> Iterator[Fact]:
        factor = self.factor(cell.row) if callable(self.factor) else self.factor
        constant = self.plus(cell.row) if self.plus else 0.0
        yield _fact(cell, Form(constant=constant).plus(self.form(cell), factor))


@dataclass(frozen=True)
class Ratio:
    """One sum divided by another: with the ratio known, a sum of unknowns that is zero."""

    numerator: Sum
    denominator: Sum

    def fact(self, cell: Cell, share: float) -> Fact:
        above, below = self.numerator.form(cell), self.denominator.form(cell)
        return equal(above.plus(below, -share), 0.0, cell.said, slack=EXACT * 100)

    def facts(self, cell: Cell) -> Iterator[Fact]:
        above, below = cell.row.get(self.numerator.name), cell.row.get(self.denominator.name)
        shown = None not in (above, below) and below
        if shown and abs(above / below - float(cell.value)) < EXACT / 1000:
            return  # the quotient of what stands beside it says nothing more
        yield self.fact(cell, float(cell.value))


@dataclass(frozen=True)
class DateOf:
    """The row that a change is counted from: on the date in a column, or years away."""

    column: str
    years: int = 0

    def find(self, cell: Cell) -> Row | None:
        same = ("region_level", "region_code", "offer_type_code")
        wanted = str(cell.row[self.column])
        if self.years:
            wanted = f"{int(wanted[:4]) + self.years}{wanted[4:]}"
        column = "reference_date" if self.column == "previous_reference_date" else self.column
        return next(
            (
                row
                for row in cell.world.public[cell.mart]
                if str(row[column]) == wanted
                and all(row.get(name) == cell.row.get(name) for name in same)
            ),
            None,
        )


@dataclass(frozen=True)
class Change:
    """A value less that of an earlier row. ``column`` is given where shares are subtracted."""

    value: Sum | Ratio
    since: DateOf
    column: str = ""

    def facts(self, cell: Cell) -> Iterator[Fact]:
        before = self.since.find(cell)
        if before is None:
            raise CannotRead(f"{cell.said}: the row that it is a change from is not public")
        earlier = Cell(
            cell.world,
            cell.mart,
            cell.area,
            str(before["reference_date"]),
            before,
            cell.column,
            cell.value,
        )
        if isinstance(self.value, Sum):
            if before.get("basis") == "published_total":
                known = Form(constant=float(before["vacant_places"]))
            else:
                known = self.value.form(earlier)
            yield _fact(cell, self.value.form(cell).plus(known, -1.0))
        elif before[self.column] is not None and cell.row[self.column] is not None:
            return  # the difference of what both rows show
        elif before[self.column] is not None:
            yield self.value.fact(cell, float(before[self.column]) + float(cell.value))
        elif cell.row[self.column] is not None:
            yield self.value.fact(earlier, float(cell.row[self.column]) - float(cell.value))
        else:
            raise CannotRead(f"{cell.said}: a change between two shares, neither of them public")


@dataclass(frozen=True)
class Mean:
    """The mean of another mart's sums over its dates."""

    mart: str
    value: Sum
    column: str

    def facts(self, cell: Cell) -> Iterator[Fact]:
        row = cell.row
        dated = [
            other
            for other in cell.world.public[self.mart]
            if other["region_code"] == row["region_code"]
            and other["region_level"] == row["region_level"]
            and other["offer_type_code"] == row["offer_type_code"]
            and other["basis"] != "published_total"
            and not (row["date_set_code"] == "unflagged_dates" and other["left_out_of_average"])
        ]
        if len(dated) != row["dates_count"]:
            dated = [other for other in dated if other[self.column] is not None]
        forms = (
            self.value.form(
                Cell(cell.world, self.mart, cell.area, str(d["reference_date"]), d, "", None)
            )
            for d in dated
        )
        slack = EXACT * 10 * max(1.0, float(cell.value) * len(dated))
        yield equal(total(forms), float(cell.value) * len(dated), cell.said, slack=slack)


@dataclass(frozen=True)
class NoValue:
    """A column that repeats what stands beside it, as long as that is shown."""

    reason: str

    def facts(self, cell: Cell) -> Iterator[Fact]:
        return iter(())


@dataclass(frozen=True)
class OfResidents:
    """Residents of the homes that reported care grades, or that the county's mix stands in for."""

    which: str

    def facts(self, cell: Cell) -> Iterator[Fact]:
        found = (self._of(cell, home) for home in cell.homes)
        yield _fact(cell, total(form for form in found if form is not None))

    def _of(self, cell: Cell, home: str) -> Form | None:
        world, grade = cell.world, str(cell.row["care_grade_code"])
        if self.which == "under_60":
            return world.figure(cell.date, home, "under_60_persons")
        basis = world.basis(cell.date, home)
        if self.which == "county_mix":
            occupied = world.figure(cell.date, home, "occupied_places")
            if basis != "county_mix" or occupied is None:
                return None
            return occupied if grade == "total" else occupied.times(self._share(cell, int(grade)))
        if basis != "reported":
            return None
        if self.which == "ungraded":
            return world.figure(cell.date, home, "no_care_grade_persons")
        name = "residents_persons" if grade == "total" else RESIDENTS[int(grade) - 1]
        return world.figure(cell.date, home, name)

    def _share(self, cell: Cell, grade: int) -> float:
        return cell.world.values.mix[cell.date][grade]


@dataclass(frozen=True)
class Need:
    """Staff that is there and staff that the ratios ask for, each times a factor."""

    need: float = 1.0
    staff: float = 0.0
    qualification: str | None = None
    factor: float = 1.0
    less_replaced: bool = False
    both: bool = False

    def facts(self, cell: Cell) -> Iterator[Fact]:
        world, row, homes = cell.world, cell.row, cell.homes
        date, grade = cell.date, str(row["care_grade_code"])
        of, qualification = str(row["ratio_set_code"]), str(row["qualification_code"])
        by = self.qualification or qualification
        on = str(row["staff_reference_date"])
        if self.both:
            homes = tuple(
                home
                for home in homes
                if world.required(date, home, of, by, grade)
                and world.staff(on, home, qualification)
            )
        form = Form()
        if self.need:
            form = form.plus(world.all_required(date, homes, of, by, grade), self.need)
        if self.less_replaced:
            replaced = world.all_required(date, homes, REPLACES[of], by, grade)
            form = form.plus(replaced, -self.need)
        if self.staff:
            staff = (world.staff(on, home, qualification) for home in homes)
            form = form.plus(total(found for found in staff if found), self.staff)
        yield _fact(cell, form.times(self.factor))


@dataclass(frozen=True)
class NeedShare:
    """A qualification's part of all staff that the ratios ask for."""

    of: str | None = None
    set_column: str = "ratio_set_code"
    date: str = "reference_date"

    def facts(self, cell: Cell) -> Iterator[Fact]:
        row, world = cell.row, cell.world
        date, of = str(row[self.date]), str(row[self.set_column])
        grade = str(row.get("care_grade_code", "total"))
        area = Area(types="homes")
        homes = area.homes(world, row, date)
        parts = [
            world.all_required(date, homes, of, by, grade)
            for by in (self.of or str(row["qualification_code"]), "total")
        ]
        yield equal(parts[0].plus(parts[1], -float(cell.value)), 0.0, cell.said, slack=EXACT * 100)


@dataclass(frozen=True)
class Lightest:
    """The need if homes that reported no grades had the mix of the lightest or heaviest home.

    The attacker is told that mix: it is one home's, and then only occupied places are unknown.
    """

    lightest: bool

    def facts(self, cell: Cell) -> Iterator[Fact]:
        world, row = cell.world, cell.row
        of, by = str(row["ratio_set_code"]), str(row["qualification_code"])
        key = (self, cell.date, of, by)
        if key not in world._found:
            world._found[key] = self._extreme(cell, of, by)
        extreme = world._found[key]
        forms = []
        for home in cell.homes:
            basis = world.basis(cell.date, home)
            if basis == "reported":
                forms.append(world.required(cell.date, home, of, by, "total") or Form())
            elif basis == "county_mix" and extreme is not None:
                occupied = world.figure(cell.date, home, "occupied_places") or Form()
                forms.append(occupied.times(extreme))
        yield _fact(cell, total(forms))

    def _extreme(self, cell: Cell, of: str, by: str) -> float | None:
        world, date = cell.world, cell.date
        truth = world.values.truth
        found = []
        for home in world.homes(date, HOME_TYPES, None):
            if world.basis(date, home) != "reported":
                continue
            persons = world.figure(date, home, "residents_persons")
            need = world.required(date, home, of, "total", "total")
            part = world.required(date, home, of, by, "total")
            if persons and need and part and (all_persons := persons.at(truth)):
                found.append((need.at(truth) / all_persons, home, part.at(truth) / all_persons))
        if not found:
            return None
        if self.lightest:
            return min(found)[2]
        most = max(need for need, _, _ in found)
        return min((home, part) for need, home, part in found if need == most)[1]
