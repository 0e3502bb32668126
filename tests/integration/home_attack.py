"""Bounds on what single homes reported, from everything that is public and what a neighbour knows.

Every fact is a linear equation or interval over the unknown figures of homes. The unknowns fall
into components that no fact ties together. Within one, a figure is recovered if its least and
greatest possible value lie too near to each other. Two ways find out:

* a move: figures are shifted between two homes so that every fact stays true. Another state of the
  county that nobody could tell from the true one proves that a figure is not pinned down, as long
  as the attacker owns neither of the two homes. Most figures are cleared so, in microseconds;
* an optimiser asks for the least and the greatest value of the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations, islice, permutations
from math import ceil, floor, inf, isfinite

import numpy as np
from home_forms import Fact, Form
from home_values import COUNTS, FLAG, FTE, RESIDENTS, Unknown
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

WITHIN = 0.05
"""A figure is recovered if it is known within 5 percent; a count within 1."""
TOLERANCE = 1e-4

NARROW = 12
"""A count that fractions leave so much room is not pinned down by whole numbers."""
FEW, ALL = 6, 10_000
"""How many other homes may have other figures when the optimiser looks for a move."""
ROUNDS = 4
FAINT = 1e-9
"""A factor below it is none."""

Owned = frozenset[str]
"""The homes whose own figures an attacker knows; nobody's for a reader of public figures."""
Move = Mapping[int, float]
"""Unknown, by its column -> how much its figure changes."""
Reached = dict[int, dict[Owned, tuple[float, float]]]
"""Unknown -> the other homes of a move -> the least and greatest value that it makes possible."""


@dataclass(frozen=True)
class Recovery:
    """A figure of a home that an attacker can tell, and how exactly."""

    unknown: Unknown
    truth: float
    least: float
    greatest: float
    attacker: Owned

    def __str__(self) -> str:
        date, home, measure, _ = self.unknown
        by = f" by {', '.join(sorted(self.attacker))}" if self.attacker else " by anybody"
        return f"{home} {date} {measure} = {self.truth:g} [{self.least:g}, {self.greatest:g}]{by}"


def is_pinned(measure: str, truth: float, least: float, greatest: float) -> bool:
    """Whether a figure between two bounds counts as recovered."""
    if not isfinite(greatest - least):
        return False
    if measure == FLAG:
        return ceil(least - TOLERANCE) == floor(greatest + TOLERANCE)
    if measure in FTE:
        slack = WITHIN * truth + TOLERANCE
        return least >= truth - slack and greatest <= truth + slack
    return floor(greatest + TOLERANCE) - ceil(least - TOLERANCE) <= 1


@dataclass(frozen=True)
class Component:
    """Unknown figures that facts tie together. ``matrix`` has a row per fact, independent ones."""

    unknowns: tuple[Unknown, ...]
    truth: np.ndarray
    matrix: np.ndarray
    least: np.ndarray
    greatest: np.ndarray

    @cached_property
    def column(self) -> Mapping[Unknown, int]:
        return {unknown: number for number, unknown in enumerate(self.unknowns)}

    @cached_property
    def room(self) -> tuple[np.ndarray, np.ndarray]:
        at_truth = self.matrix @ self.truth
        return self.least - at_truth - TOLERANCE / 10, self.greatest - at_truth + TOLERANCE / 10

    def allows(self, move: Mapping[int, float]) -> bool:
        """Whether a move away from the truth leaves every fact true."""
        columns, steps = list(move), np.array(list(move.values()))
        if (self.truth[columns] + steps < -1e-9).any():
            return False
        change = self.matrix[:, columns] @ steps
        down, up = self.room
        return bool((change >= down).all() and (change <= up).all())

    def known(self, owned: Owned) -> np.ndarray:
        return np.array([unknown.home in owned for unknown in self.unknowns])

    def nearest(self, wanted: int, step: float, owned: Owned, others: int) -> Move | None:
        """The way to another state of the county in which a figure differs by ``step``, and as
        little else as can be: figures of its home and of so many ``others``. None where no state is
        found.
        """
        homes = {self.unknowns[wanted].home, *self._neighbours(wanted, owned)[:others]}
        columns = [n for n, unknown in enumerate(self.unknowns) if unknown.home in homes]
        size, place = len(columns), columns.index(wanted)
        down = self.truth[columns]
        most = np.concatenate([np.full(size, np.inf), down])
        least = np.zeros(2 * size)
        there, back = (place, size + place) if step > 0 else (size + place, place)
        least[there], most[back] = abs(step), 0.0
        most[there] = min(most[there], abs(step))
        if (least > most).any():
            return None
        whole = np.array([self.unknowns[number].measure in COUNTS for number in columns])
        rows = (self.matrix[:, columns] != 0).any(axis=1)
        part = self.matrix[np.ix_(rows, columns)]
        found = milp(
            np.ones(2 * size),
            integrality=np.tile(whole, 2).astype(int),
            bounds=Bounds(least, most),
            constraints=LinearConstraint(
                csr_array(np.hstack([part, -part])), *(end[rows] for end in self.room)
            ),
            options={"time_limit": 5},
        )
        if found.x is None:
            return None
        change = found.x[:size] - found.x[size:]
        moved = np.flatnonzero(abs(change) > TOLERANCE / 100)
        return {columns[number]: float(change[number]) for number in moved}

    def _neighbours(self, wanted: int, owned: Owned) -> list[str]:
        """The other homes that nobody owns, those first that share most facts with a figure."""
        about = self.matrix[self.matrix[:, wanted] != 0] != 0
        shared: dict[str, int] = defaultdict(int)
        for unknown, times in zip(self.unknowns, about.sum(axis=0), strict=True):
            shared[unknown.home] += int(times)
        others = shared.keys() - owned - {self.unknowns[wanted].home}
        return sorted(others, key=lambda home: (-shared[home], home))

    @cached_property
    def reached(self) -> Reached:
        """What moves make possible; ``note`` adds what the optimiser finds later."""
        return _reached(self)

    def note(self, move: Move) -> None:
        """A move that leaves every fact true clears each of its figures, not one alone."""
        homes = {self.unknowns[number].home for number in move}
        for number, step in move.items():
            partners = frozenset(homes - {self.unknowns[number].home})
            _note(self, self.reached, number, partners, step)

    def ends(self, owned: Owned) -> tuple[np.ndarray, np.ndarray]:
        """Least and greatest values that single facts leave, one after the other, a few times."""
        if owned not in self._ends:
            self._ends[owned] = self._found_ends(owned)
        return self._ends[owned]

    @cached_property
    def _ends(self) -> dict[Owned, tuple[np.ndarray, np.ndarray]]:
        """The ends of each attacker who was asked for."""
        return {}

    def _found_ends(self, owned: Owned) -> tuple[np.ndarray, np.ndarray]:
        known = self.known(owned)
        flags = np.array([unknown.measure == FLAG for unknown in self.unknowns])
        low = np.where(known, self.truth, 0.0)
        high = np.where(known, self.truth, np.where(flags, 1.0, inf))
        for _ in range(ROUNDS):
            for matrix, most in ((self.matrix, self.greatest), (-self.matrix, -self.least)):
                low, high = _narrowed(matrix, most, low, high)
        return np.where(known, self.truth, low), np.where(known, self.truth, high)

    def bounds(self, wanted: int, ends: tuple[np.ndarray, np.ndarray]) -> tuple[float, float]:
        """The least and greatest value of an unknown between the ``ends`` of all of them."""
        low, high = ends[0] - TOLERANCE / 10, ends[1] + TOLERANCE / 10
        found = [self._extreme(wanted, sign, low, high, None) for sign in (1, -1)]
        return found[0], -found[1]

    def may_be_narrower(self, wanted: int, least: float, greatest: float) -> bool:
        """Whether whole numbers may pin a count down that fractions leave open."""
        counts = self.unknowns[wanted].measure not in FTE
        pinned = is_pinned(self.unknowns[wanted].measure, self.truth[wanted], least, greatest)
        return counts and not pinned and greatest - least < NARROW

    def whole_bounds(
        self,
        wanted: int,
        ends: tuple[np.ndarray, np.ndarray],
        between: tuple[float, float],
    ) -> tuple[float, float]:
        """``bounds`` over whole numbers, which may leave less than fractions do."""
        low, high = ends[0] - TOLERANCE / 10, ends[1] + TOLERANCE / 10
        whole = np.array([u.measure in COUNTS or u.measure == FLAG for u in self.unknowns])
        found = [self._extreme(wanted, sign, low, high, whole) for sign in (1, -1)]
        return max(between[0], found[0]), min(between[1], -found[1])

    def _extreme(
        self,
        wanted: int,
        sign: int,
        low: np.ndarray,
        high: np.ndarray,
        whole: np.ndarray | None,
    ) -> float:
        objective = np.zeros(len(self.unknowns))
        objective[wanted] = sign
        slack = TOLERANCE / 10
        found = milp(
            objective,
            integrality=None if whole is None else whole.astype(int),
            bounds=Bounds(low, high),
            constraints=LinearConstraint(
                csr_array(self.matrix), self.least - slack, self.greatest + slack
            ),
            options={"time_limit": 10},
        )
        if found.status == 3:
            return -inf
        if found.status == 1 and found.mip_dual_bound is not None:
            return float(found.mip_dual_bound)
        if whole is not None and not found.success:
            return -inf  # whole numbers and fractions of FTE do not meet to the last digit
        if not found.success:
            raise ValueError(f"{self.unknowns[wanted]}: {found.message}")
        return float(found.fun)


def components(facts: Sequence[Fact], truth: Mapping[Unknown, float]) -> list[Component]:
    """The facts without repetitions, in parts that have no unknown in common."""
    facts = _within_dates(_distinct(facts))
    parent: dict[Unknown, Unknown] = {}

    def root(unknown: Unknown) -> Unknown:
        while parent.setdefault(unknown, unknown) != unknown:
            parent[unknown] = parent[parent[unknown]]
            unknown = parent[unknown]
        return unknown

    for fact in facts:
        first, *others = fact.form.terms
        for other in others:
            parent[root(other)] = root(first)
    parts: dict[Unknown, list[Fact]] = defaultdict(list)
    for fact in facts:
        parts[root(next(iter(fact.form.terms)))].append(fact)
    return [_component(part, truth) for part in parts.values()]


Key = frozenset[tuple[Unknown, float]]


def _plain(fact: Fact) -> Fact:
    """The same fact with nothing constant in its form, and a factor of 1 for the first unknown."""
    scale = fact.form.terms[min(fact.form.terms)]
    form = Form({unknown: factor / scale for unknown, factor in fact.form.terms.items()})
    ends = [(end - fact.form.constant) / scale for end in (fact.least, fact.greatest)]
    return Fact(form, min(ends), max(ends), fact.said, fact.printed)


def _key(form: Form) -> Key:
    return frozenset((unknown, round(factor, 9)) for unknown, factor in form.terms.items())


def _distinct(facts: Iterable[Fact]) -> dict[Key, Fact]:
    """Facts of one form are one fact: the narrowest of them."""
    found: dict[Key, Fact] = {}
    for fact in facts:
        if not fact.form.terms:
            continue
        plain = _plain(fact)
        key = _key(plain.form)
        if before := found.get(key):
            least = max(plain.least, before.least)
            greatest = min(plain.greatest, before.greatest)
            plain = replace(plain, least=min(least, greatest), greatest=max(least, greatest))
        found[key] = plain
    return found


def _within_dates(distinct: Mapping[Key, Fact]) -> list[Fact]:
    """Of a fact about several dates, what other facts say exactly of single dates is taken off."""
    found = []
    for fact in distinct.values():
        dates = {unknown.date for unknown in fact.form.terms}
        if len(dates) > 1:
            fact = _without_known(fact, dates, distinct)
        found.append(fact)
    return list(_distinct(found).values())


def _without_known(fact: Fact, dates: Iterable[str], known: Mapping[Key, Fact]) -> Fact:
    for date in sorted(dates):
        part = {u: f for u, f in fact.form.terms.items() if u.date == date}
        scale = part[min(part)]
        found = known.get(_key(Form({u: f / scale for u, f in part.items()})))
        if found and found.is_exact:
            value = scale * (found.least + found.greatest) / 2
            rest = Form({u: f for u, f in fact.form.terms.items() if u.date != date})
            fact = Fact(rest, fact.least - value, fact.greatest - value, fact.said, fact.printed)
    return fact


def _component(facts: Sequence[Fact], truth: Mapping[Unknown, float]) -> Component:
    unknowns = tuple(sorted({unknown for fact in facts for unknown in fact.form.terms}))
    column = {unknown: number for number, unknown in enumerate(unknowns)}
    matrix = np.zeros((len(facts), len(unknowns)))
    for number, fact in enumerate(facts):
        for unknown, factor in fact.form.terms.items():
            matrix[number, column[unknown]] = factor
    exact = [number for number, fact in enumerate(facts) if fact.is_exact]
    others = [number for number, fact in enumerate(facts) if not fact.is_exact]
    kept = [*_independent(matrix, exact), *others]
    return Component(
        unknowns,
        np.array([truth[unknown] for unknown in unknowns]),
        matrix[kept],
        np.array([facts[number].least for number in kept]),
        np.array([facts[number].greatest for number in kept]),
    )


def _independent(matrix: np.ndarray, rows: Sequence[int]) -> list[int]:
    """Rows that the others do not already imply; of those that do, the ones of fewest homes."""
    if not rows:
        return []
    columns = matrix[list(rows)].round(9).T
    distinct = np.array(list({column.tobytes(): column for column in columns}.values())).T
    kept: list[int] = []
    base = np.zeros((0, distinct.shape[1]))
    for number in np.argsort((columns != 0).sum(axis=0), kind="stable"):
        row = distinct[number]
        rest = row - base.T @ (base @ row)
        rest -= base.T @ (base @ rest)  # once more: rounding errors of the first time
        if np.linalg.norm(rest) > 1e-7 * np.linalg.norm(row):
            base = np.vstack([base, rest / np.linalg.norm(rest)])
            kept.append(rows[number])
    return kept


def recoveries(
    facts: Sequence[Fact],
    truth: Mapping[Unknown, float],
    attackers: Iterable[Owned],
) -> Iterator[Recovery]:
    """What can be told of single homes, each figure by the weakest attacker who can tell it.

    Who owns no home comes first; what anybody can tell is not asked of the others again.
    """
    ordered = sorted(set(attackers), key=lambda owned: (len(owned), sorted(owned)))
    for component in components(facts, truth):
        yield from of_component(component, ordered)


def of_component(
    component: Component, attackers: Sequence[Owned], only: Unknown | None = None
) -> Iterator[Recovery]:
    """Recoveries within one component: of every figure, or of one."""
    several: dict[str, list[Owned]] = {}
    for number, unknown in enumerate(component.unknowns):
        if only not in (None, unknown):
            continue
        if unknown.home not in several:
            several[unknown.home] = [owned for owned in attackers if unknown.home not in owned]
        yield from _by_the_weakest(component, number, several[unknown.home])


def _by_the_weakest(
    component: Component, number: int, attackers: Sequence[Owned]
) -> Iterator[Recovery]:
    """What can be told of one figure. What an operator cannot tell, none of its homes can: those
    who own most are asked first, and the others only where one of these can tell."""
    able = [
        owned
        for owned in attackers
        if not any(owned < more for more in attackers) and _recovery(component, number, owned)
    ]
    told: list[Owned] = []
    for owned in attackers:
        if any(less <= owned for less in told) or not any(owned <= more for more in able):
            continue
        if found := _recovery(component, number, owned):
            told.append(owned)
            yield found


def _recovery(component: Component, number: int, owned: Owned) -> Recovery | None:
    """Whether an attacker can tell a figure, by the cheapest question that answers it."""
    if _is_open(component, number, owned):
        return None
    return _told(component, number, owned, component.ends(owned))


def _is_open(component: Component, number: int, owned: Owned) -> bool:
    """Whether moves of homes that are not ``owned`` leave a figure open."""
    truth = float(component.truth[number])
    possible = [span for homes, span in component.reached[number].items() if not homes & owned]
    least = min((low for low, _ in possible), default=truth)
    greatest = max((high for _, high in possible), default=truth)
    return not is_pinned(component.unknowns[number].measure, truth, least, greatest)


def _look_further(component: Component, number: int, owned: Owned, others: int) -> bool:
    """Ask the optimiser for a move of few figures; it may clear other attackers too."""
    measure, truth = component.unknowns[number].measure, float(component.truth[number])
    far = truth * WITHIN * 1.1 + 0.01 if measure in FTE else 2.0
    steps = (1.0, -1.0) if measure == FLAG else (far, -far, far / 2, -far / 2)
    for step in steps[: 2 if measure in FTE else None]:
        if move := component.nearest(number, step, owned, others):
            component.note(move)
            if _is_open(component, number, owned):
                return True
    return False


def _told(
    component: Component, number: int, owned: Owned, ends: tuple[np.ndarray, np.ndarray]
) -> Recovery | None:
    """Cheap questions first: single facts, moves of few homes, all facts over fractions, moves of
    any homes, all facts over whole numbers."""
    unknown, truth = component.unknowns[number], float(component.truth[number])
    least, greatest = float(ends[0][number]), float(ends[1][number])
    if not is_pinned(unknown.measure, truth, least, greatest):
        if _look_further(component, number, owned, FEW):
            return None
        least, greatest = component.bounds(number, ends)
        if component.may_be_narrower(number, least, greatest):
            if _look_further(component, number, owned, ALL):
                return None
            least, greatest = component.whole_bounds(number, ends, (least, greatest))
    pinned = is_pinned(unknown.measure, truth, least, greatest)
    return Recovery(unknown, truth, least, greatest, owned) if pinned else None


def _narrowed(
    matrix: np.ndarray, most: np.ndarray, low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Ends after ``matrix @ unknowns <= most``: each term is at most what the others leave."""
    with np.errstate(invalid="ignore", divide="ignore"):
        least = np.where(matrix > 0, matrix * low, np.where(matrix < 0, matrix * high, 0.0))
        open_ended = np.isneginf(least)
        finite = np.where(open_ended, 0.0, least)
        others = finite.sum(axis=1, keepdims=True) - finite
        others_open = open_ended.sum(axis=1, keepdims=True) - open_ended
        left = np.where(others_open == 0, most[:, None] - others, inf) / matrix
        up = np.where(matrix > FAINT, left, inf).min(axis=0, initial=inf)
        down = np.where(matrix < -FAINT, left, -inf).max(axis=0, initial=-inf)
    slack = TOLERANCE / 100
    return np.maximum(low, down - slack), np.minimum(high, up + slack)


def _reached(component: Component) -> Reached:
    reached: Reached = defaultdict(dict)
    for move in _alone(component):
        if component.allows(move):
            for number, step in move.items():
                _note(component, reached, number, frozenset(), step)
    raising: dict[int, dict[str, Move]] = defaultdict(dict)
    for one, other, move in _allowed(component):
        for number, step in move.items():
            partner = other if component.unknowns[number].home == one else one
            _note(component, reached, number, frozenset([partner]), step)
            if step > 0:
                raising[number].setdefault(partner, move)
    for number, moves in raising.items():
        unknown, truth = component.unknowns[number], float(component.truth[number])
        ends = reached[number].values()
        if is_pinned(unknown.measure, truth, min(e[0] for e in ends), max(e[1] for e in ends)):
            for pair in islice(combinations(moves.items(), 2), 40):
                move = _both(*(move for _, move in pair))
                if component.allows(move):
                    partners = frozenset(partner for partner, _ in pair)
                    _note(component, reached, number, partners, move[number])
    return reached


def _allowed(component: Component) -> Iterator[tuple[str, str, Move]]:
    """Moves between two homes that leave every fact true."""
    places: dict[tuple[str, int], dict[str, dict[str, int]]] = defaultdict(dict)
    for number, unknown in enumerate(component.unknowns):
        places[unknown.date, unknown.state].setdefault(unknown.home, {})[unknown.measure] = number
    for homes in places.values():
        for (one, of_one), (other, of_other) in permutations(homes.items(), 2):
            for move in _moves(component.truth, of_one, of_other):
                if component.allows(move):
                    yield one, other, move


def _alone(component: Component) -> Iterator[Move]:
    """Changes within one home: a figure in a band, one reason or grade for another."""
    for number, unknown in enumerate(component.unknowns):
        if unknown.measure in COUNTS:
            for step in (-2.0, -1.0, 1.0, 2.0):
                yield {number: step}
            kind = unknown.measure.split("_")[0]
            for measure in COUNTS:
                other = component.column.get(unknown._replace(measure=measure))
                if other is not None and other != number and measure.startswith(kind):
                    yield {number: 2.0, other: -2.0}
                    yield {number: 1.0, other: -1.0}


def _note(
    component: Component, reached: Reached, number: int, partners: Owned, step: float
) -> None:
    value = float(component.truth[number])
    low, high = reached[number].get(partners, (value, value))
    reached[number][partners] = (min(low, value + step), max(high, value + step))


def _both(one: Move, other: Move) -> Move:
    return {n: one.get(n, 0.0) + other.get(n, 0.0) for n in {*one, *other}}


def _moves(
    truth: np.ndarray, one: Mapping[str, int], other: Mapping[str, int]
) -> Iterator[dict[int, float]]:
    """Figures that go from one home to another: staff, vacant places, residents of a grade."""
    staff = [name for name in FTE if name in one and name in other]
    if staff:
        yield _shift(truth, one, other, staff, 1.0)
    if FLAG in one and FLAG in other and truth[one[FLAG]] == 1 and truth[other[FLAG]] == 0:
        yield {one[FLAG]: -1.0, other[FLAG]: 1.0}
    vacant = [n for n in COUNTS if n.startswith(("vacant", "unusable", "reported_free"))]
    vacant = [name for name in vacant if name in one and name in other]
    if "vacant_places" in vacant:
        yield from _vacancies(truth, one, other, vacant)
    for name in vacant:
        if name != "vacant_places" and truth[one[name]] > 0:
            yield _shift(truth, one, other, [name], 1.0)
            yield {one[name]: -1.0, other[name]: 1.0}
    yield from _for_another_reason(truth, one, other)
    yield from _residents(truth, one, other)


def _for_another_reason(
    truth: np.ndarray, one: Mapping[str, int], other: Mapping[str, int]
) -> Iterator[dict[int, float]]:
    """Unusable places go over and are so for another reason; vacant places go with them."""
    unusable = [name for name in COUNTS if name.startswith("unusable") and name in one]
    if "vacant_places" not in one or "vacant_places" not in other:
        return
    for name in unusable:
        step = float(min(truth[one[name]], 2))
        for reason in unusable if step else ():
            if reason in other and reason != name:
                move = {one[name]: -step, other[reason]: step}
                yield move
                for grade in sorted(
                    (n for n in RESIDENTS if n in one and n in other),
                    key=lambda n: -truth[other[n]],
                )[:1]:
                    vacant = {one["vacant_places"]: -step, other["vacant_places"]: step}
                    yield move | vacant | {one[grade]: step, other[grade]: -step}


def _shift(
    truth: np.ndarray,
    one: Mapping[str, int],
    other: Mapping[str, int],
    names: Sequence[str],
    part: float,
) -> dict[int, float]:
    move = {one[name]: -part * float(truth[one[name]]) for name in names}
    return move | {other[name]: part * float(truth[one[name]]) for name in names}


def _vacancies(
    truth: np.ndarray, one: Mapping[str, int], other: Mapping[str, int], names: Sequence[str]
) -> Iterator[dict[int, float]]:
    """Vacant places go over, alone or with what is said of them; residents come back for them."""
    spare = truth[one["vacant_places"]] - sum(
        truth[one[name]] for name in names if name.startswith("unusable")
    )
    for moved, step in ((names, truth[one["vacant_places"]]), (("vacant_places",), spare)):
        if step <= 0:
            continue
        move = _shift(truth, one, other, list(moved), 1.0)
        move[one["vacant_places"]] = -float(step)
        move[other["vacant_places"]] = float(step)
        grades = [n for n in RESIDENTS if n in one and n in other and truth[other[n]] >= step]
        if grades:
            grade = max(grades, key=lambda n: truth[other[n]])
            yield move | {one[grade]: float(step), other[grade]: -float(step)}
        yield move


def _residents(
    truth: np.ndarray, one: Mapping[str, int], other: Mapping[str, int]
) -> Iterator[dict[int, float]]:
    """Residents of one grade go over, as many of another come back."""
    grades = [name for name in RESIDENTS if name in one and name in other]
    for grade in grades:
        back = max((g for g in grades if g != grade), key=lambda g: truth[other[g]], default=None)
        if back is None:
            continue
        step = float(min(truth[one[grade]], truth[other[back]]))
        if step > 0:
            move = {one[grade]: -step, other[grade]: step}
            yield move | {other[back]: -step, one[back]: step}
    if "under_60_persons" in one and "under_60_persons" in other:
        yield _shift(truth, one, other, ["under_60_persons"], 1.0)
