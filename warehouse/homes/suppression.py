"""Decides which sums over care homes are public, so that no difference of sums reveals a home.

For each measure, date and kind of offer, the municipalities are divided into pieces: joint areas,
and single municipalities that are large enough. Each area shown is a union of pieces. The hidden
pieces together count as one more piece, because a total less the shown pieces is their sum.
Whoever subtracts sums from one another gets a union of pieces, each of which was checked as safe.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain

from warehouse.homes.contributions import (
    Area,
    Contribution,
    Contributions,
    Group,
    Measure,
)
from warehouse.homes.differences import Offers, Sums, classes
from warehouse.homes.joint import joint_areas
from warehouse.homes.rule import Rule, State, homes, is_true, known_to, leaves_too_little

Printed = Mapping[Group, Mapping[Area, float]]
"""Sums that the county has printed, which everybody knows."""
MIRRORED: Mapping[State, State] = {"below": "nearly_all", "nearly_all": "below"}
"""Few places vacant means nearly all occupied: the state of a measure and of its complement."""


@dataclass
class Pieces:
    """The pieces of one group with their contributions, and which of them are hidden.

    ``known`` are pieces whose sums everybody knows from elsewhere, so it is no use to hide them.
    ``rest_is_safe`` says whether readers may know the sum of all hidden pieces.
    """

    parts: dict[Area, list[Contribution]]
    states: dict[Area, State]
    hidden: set[Area] = field(default_factory=set)
    known: set[Area] = field(default_factory=set)
    rest_is_safe: bool = True

    def of(self, areas: Iterable[Area]) -> list[Contribution]:
        """All contributions of the given pieces."""
        return [one for area in areas for one in self.parts[area]]


@dataclass(frozen=True)
class Verdict:
    """How one figure is shown in public. ``value`` is None unless ``state`` is "shown".

    ``estimate`` uses shown sums only. ``sum_of_all`` is the exact figure of the internal half; a
    mart whose figure differs from it declares the wrong measure.
    """

    state: State
    value: float | None
    estimate: float | None
    sum_of_all: float | None


class Suppression:
    """Gives verdicts for areas. Decides a group once, on the first call for one of its areas."""

    def __init__(
        self,
        contributions: Contributions,
        units: Mapping[date, Sequence[Area]],
        dominance: float,
        printed: Printed | None = None,
    ) -> None:
        self._all = contributions
        self._units = units
        self._dominance = dominance
        self._printed = printed or {}
        self._joint: dict[tuple[int, str], list[Area]] = {}
        self._decided: dict[Group, Pieces] = {}
        self._states: dict[tuple[Group, Area], State] = {}
        self._chosen: dict[tuple[Group, Area], set[Group]] = {}
        self._years = self._first_days()
        self._families = self._found_families()

    def joint(self, year: int, scope: str) -> list[Area]:
        """The joint areas of a calendar year, and its single municipalities.

        They follow from the list of homes on the first date of the year.
        """
        key = (year, scope)
        if key not in self._joint:
            day = self._years.get(key)
            listed = {
                one.offer: one
                for group, members in self._all.groups.items()
                if group.day == day and group.scope == scope
                for one in members
            }
            units = self._units.get(day, ()) if day else ()
            self._joint[key] = joint_areas(list(listed.values()), units)
        return self._joint[key]

    def verdict(self, group: Group, area: Area) -> Verdict:
        """Decide how a group's sum over an area is shown."""
        members = self._all.groups.get(group)
        if members is None:
            return Verdict("empty", None, None, None)
        here = [one for one in members if one.municipality in area]
        of_all = _sum([replace(one, value=one.reported) for one in here])
        ruling = self._ruling(group)
        state = self._state(ruling, area)
        if ruling != group:
            state = MIRRORED.get(state, state)
        if not is_true(state, here):
            state = "withheld"
        if state == "shown":
            value = self._whole(group, area, _sum(here))
            return Verdict(state, value, value, of_all)
        return Verdict(state, None, self._estimate(ruling, area), of_all)

    def _ruling(self, group: Group) -> Group:
        """The group whose verdict this one takes: that of its complement, or else its own."""
        other = Group(self._measure(group).complement_of, group.day, group.scope)
        return other if other in self._all.groups else group

    def _root(self, code: str) -> str:
        """Follow ``same_as`` and ``complement_of`` to the measure that this one repeats."""
        measure = self._all.measures[code]
        other = measure.same_as or measure.complement_of
        return self._root(other) if other in self._all.measures else code

    def _found_families(self) -> dict[tuple[str, date], list[Group]]:
        """Groups whose sums add up the same figure of homes on one day, in the order of decision.

        The root measure comes first, then the measures ``same_as`` it in the order of the yml.
        """
        found: dict[tuple[str, date], list[Group]] = {}
        order = list(self._all.measures)
        for group in sorted(
            self._all.groups,
            key=lambda g: (bool(self._measure(g).same_as), order.index(g.measure), g.day, g.scope),
        ):
            if not self._measure(group).complement_of:
                found.setdefault(self._family_of(group), []).append(group)
        return found

    def _family_of(self, group: Group) -> tuple[str, date]:
        day = self._all.about.get(group, group.day) if self._measure(group).same_as else group.day
        return self._root(group.measure), day

    def _first_days(self) -> dict[tuple[int, str], date]:
        found: dict[tuple[int, str], date] = {}
        for group in self._all.groups:
            key = (group.day.year, group.scope)
            found[key] = min(found.get(key, group.day), group.day)
        return found

    def _measure(self, group: Group) -> Measure:
        return self._all.measures[group.measure]

    def _rule(self, group: Group) -> Rule:
        measure = self._measure(group)
        return Rule(self._dominance, measure.unit, measure.most_is_public)

    def _pieces(self, group: Group) -> Pieces:
        if group in self._decided:
            return self._decided[group]
        ruling = self._ruling(group)
        if ruling != group:
            return self._pieces(ruling)
        if self._measure(group).same_as:
            self._decide_family(self._families[self._family_of(group)])
        elif self._measure(group).part_of:
            self._decide_table(self._measure(group).part_of, group)
        else:
            self._decided[group] = self._decide(group)
        return self._decided[group]

    def _cut(self, group: Group) -> Pieces:
        """Divide a group into pieces and give each the state that the rule gives its own sum."""
        members = self._all.groups[group]
        rule, measure = self._rule(group), self._measure(group)
        printed = {
            area: value
            for area, value in self._printed.get(group, {}).items()
            if len(area) == 1 and value == _sum([m for m in members if m.municipality in area])
        }
        alone: set[str] = {place for area in printed for place in area}
        areas = [area - alone for area in self.joint(group.day.year, group.scope)]
        areas += [
            frozenset({one.municipality}) - alone - frozenset().union(*areas) for one in members
        ]
        areas += list(printed)
        parts = {
            area: found
            for area in areas
            if (found := [one for one in members if one.municipality in area])
        }
        states: dict[Area, State] = {}
        for area, found in parts.items():
            if area in printed:
                states[area] = "shown"
            elif measure.difference:
                states[area] = self._difference_state(rule, found)
            else:
                states[area] = rule.state(found)
        return Pieces(parts, states, known=set(printed))

    @staticmethod
    def _difference_state(rule: Rule, found: Sequence[Contribution]) -> State:
        if all(one.value is None for one in found):
            return "empty"
        return "shown" if rule.implied(found) else "withheld"

    def _decide(self, group: Group) -> Pieces:
        pieces = self._cut(group)
        self._compare(group, pieces)
        pieces.hidden |= _not_shown(pieces)
        self._complete(group, pieces)
        return pieces

    def _decide_family(self, family: Sequence[Group]) -> None:
        """Decide all groups that add up the same figure of homes, one after the other.

        Each group shows only sums which, with those of the groups before it, reveal no home.
        """
        before = [group for group in family if not self._measure(group).same_as]
        for group in before:
            self._pieces(group)
        for group in family:
            if group in before:
                continue
            pieces = self._cut(group)
            self._compare(group, pieces)
            for area in pieces.parts:
                if pieces.states[area] != "empty" and not self._classes_are_safe(
                    [*before, group], area
                ):
                    pieces.states[area] = "withheld"
            pieces.hidden |= _not_shown(pieces)
            self._complete(group, pieces)
            self._decided[group] = pieces
            already = self._revealed(before)
            before.append(group)
            if self._reveals_more(before, already):
                pieces.rest_is_safe = False
            if self._reveals_more(before, already):
                pieces.hidden = set(pieces.parts)
                pieces.states = {a: _hidden(state) for a, state in pieces.states.items()}

    def _classes_are_safe(self, groups: Sequence[Group], area: Area) -> bool:
        """Whether in an area each class, the homes that are in the same groups, has a safe sum."""
        sums = [found for group in groups if (found := self._offers(group, area))]
        apart = classes(sums)
        rule = self._rule(groups[0])
        return len(apart) < 2 or all(rule.implied(self._who(groups, one)) for one in apart)

    def _reveals_more(self, groups: Sequence[Group], already: set[Offers]) -> bool:
        """Whether the groups reveal sets of homes that are no union of sets in ``already``."""
        return any(
            found != frozenset().union(*(one for one in already if one <= found))
            for found in self._revealed(groups)
        )

    def _revealed(self, groups: Sequence[Group]) -> set[Offers]:
        """Sets of homes whose sum an attacker can compute from shown sums and must not know."""
        figures = [self._shown_sums(group) for group in groups]
        if not any(figures):
            return set()
        rule = self._rule(groups[0])
        sums = Sums(figures)
        told = self._told(groups)
        everyone = frozenset[str]().union(*chain(*figures))
        computed = {  # once each: attackers elsewhere compute the same sums
            (found, bool(own))
            for own in known_to(_of(told, everyone))
            for found in sums.told_to(frozenset(own))
        }
        return {
            found
            for found, is_neighbour in computed
            if not rule.leaves_doubt(_of(told, found), is_neighbour=is_neighbour)
        }

    def _shown_sums(self, group: Group) -> list[Offers]:
        """The homes of each shown piece, and of all hidden pieces; other sums add these up."""
        pieces = self._decided[group]
        found = [self._offers(group, a) for a in pieces.parts if a not in pieces.hidden]
        if pieces.hidden and pieces.rest_is_safe:
            found.append(frozenset().union(*(self._offers(group, a) for a in pieces.hidden)))
        return [offers for offers in found if offers]

    def _offers(self, group: Group, area: Area) -> Offers:
        return frozenset(
            one.offer
            for one in self._all.groups[group]
            if one.municipality in area and one.value is not None
        )

    def _who(self, groups: Sequence[Group], offers: Offers) -> list[Contribution]:
        """The contribution of each offer in ``offers``, from the first group with a value of it."""
        return _of(self._told(groups), offers)

    def _told(self, groups: Sequence[Group]) -> dict[str, Contribution]:
        """Offer -> its contribution, from the first group with a value of it."""
        found: dict[str, Contribution] = {}
        for group in groups:
            for one in self._all.groups[group]:
                if one.value is not None:
                    found.setdefault(one.offer, one)
        return found

    def _compare(self, group: Group, pieces: Pieces) -> None:
        """Withhold pieces if the sum of a related measure, beside theirs, would reveal a home."""
        self._compare_with_base(group, pieces)
        self._compare_with_limit(group, pieces)
        for other_pieces in self._pieces_within(group):
            for area in pieces.parts:
                if _state_in(other_pieces, area) == "withheld" and pieces.states[area] != "empty":
                    pieces.states[area] = "withheld"

    def _compare_with_base(self, group: Group, pieces: Pieces) -> None:
        other = self._compared(group)
        if other is None:
            return
        base, base_pieces = other
        for area, found in pieces.parts.items():
            apart = _apart(found, [one for one in base if one.municipality in area])
            based = _state_in(base_pieces, area) if base_pieces is not None else "shown"
            if self._all.measures[self._measure(group).same_as or group.measure].complement_of:
                based = MIRRORED.get(based, based)
            if (apart and not self._rule(group).implied(apart)) or based == "withheld":
                pieces.states[area] = "withheld"
            elif base_pieces is not None and not apart:
                pieces.states[area] = based
                if based == "shown":
                    pieces.known.add(area)
            elif based not in ("shown", "empty"):
                pieces.states[area] = "withheld"

    def _compare_with_limit(self, group: Group, pieces: Pieces) -> None:
        """Withhold pieces where the measure in ``at_most`` is hidden, or bounded too closely."""
        limit = Group(self._measure(group).at_most, group.day, group.scope)
        if limit not in self._all.groups:
            return
        whole = self._pieces(limit)
        for area, found in pieces.parts.items():
            if pieces.states[area] not in ("shown", "nearly_all"):
                continue
            if _state_in(whole, area) not in ("shown", "empty") or leaves_too_little(
                self._members(limit, area), found
            ):
                pieces.states[area] = "withheld"

    def _members(self, group: Group, area: Area) -> list[Contribution]:
        return [one for one in self._all.groups.get(group, ()) if one.municipality in area]

    def _pieces_within(self, group: Group) -> list[Pieces]:
        """The pieces of the measures in ``within``: where they are hidden, so is this one."""
        others = (Group(c, group.day, group.scope) for c in self._measure(group).within)
        return [self._pieces(other) for other in others if other in self._all.groups]

    def _compared(self, group: Group) -> tuple[list[Contribution], Pieces | None] | None:
        measure = self._measure(group)
        code = measure.same_as or measure.part_of
        if not code:
            return None
        day = self._all.about.get(group, group.day) if measure.same_as else group.day
        offers = [one.offer for one in self._all.groups[group]]
        base = self._all.of(code, day, offers)
        if not base:
            return None
        based = [g for g in self._all.groups if g.measure == code and g.day == day]
        return base, self._pieces(based[0]) if len(based) == 1 and measure.same_as else None

    def _complete(self, group: Group, pieces: Pieces) -> None:
        """Hide further pieces until the sum of all hidden pieces is safe too.

        It hides the piece with the fewest listed homes next; reported figures do not matter here.
        """
        pieces.rest_is_safe = self._rest_is_safe(group, pieces)
        while pieces.hidden and not pieces.rest_is_safe:
            open_ = [
                area
                for area, state in pieces.states.items()
                if area not in pieces.hidden and area not in pieces.known and state == "shown"
            ]
            if not open_:
                return
            pieces.hidden.add(
                min(open_, key=lambda area: (homes(pieces.parts[area]), sorted(area)))
            )
            pieces.rest_is_safe = self._rest_is_safe(group, pieces)

    def _rest_is_safe(self, group: Group, pieces: Pieces) -> bool:
        rest = pieces.of(pieces.hidden)
        if not rest:
            return True
        if any(one.withdrawn for one in rest) or not self._rule(group).implied(rest):
            return False
        if any(other.hidden and not other.rest_is_safe for other in self._pieces_within(group)):
            return False
        limit = Group(self._measure(group).at_most, group.day, group.scope)
        if leaves_too_little(self._members(limit, frozenset().union(*pieces.hidden)), rest):
            return False
        if (other := self._compared(group)) is None:
            return True
        places = frozenset().union(*pieces.hidden)
        apart = _apart(rest, [one for one in other[0] if one.municipality in places])
        return not apart or self._rule(group).implied(apart)

    def _decide_table(self, whole: str, group: Group) -> None:
        """Decide together all measures that are parts of ``whole``.

        The hidden cells form a rectangle: the same parts in the same pieces, at least two of each
        where there are two. So no subtraction along rows, columns or both reveals a cell.
        """
        cut = {part: self._cut(part) for part in self._parts_of(whole, group)}
        for part, pieces in cut.items():
            self._compare(part, pieces)
        chosen, areas = self._rectangle(whole, cut)
        for part, pieces in cut.items():
            if part in chosen:
                pieces.hidden = areas & set(pieces.parts)
                pieces.rest_is_safe = self._rest_is_safe(part, pieces)
            self._decided[part] = pieces

    def _rectangle(self, whole: str, cut: Mapping[Group, Pieces]) -> tuple[list[Group], set[Area]]:
        order = list(cut)
        first = next(iter(cut.values()))
        bad = {
            part: {a for a, state in pieces.states.items() if state not in ("shown", "empty")}
            for part, pieces in cut.items()
        }
        unknown = self._whole_is_hidden(whole, order[0], first)
        areas = set().union(*bad.values(), unknown)
        chosen = [part for part in order if bad[part]] or (order[:1] if areas else [])
        if not areas:
            return [], set()
        while True:
            if len(chosen) < min(2, len(order)) or not self._rows_are_safe(chosen, areas):
                left = [part for part in order if part not in chosen]
                if left:
                    chosen = [part for part in order if part in chosen or part == left[0]]
                    continue
            columns = all(self._columns_are_safe(part, cut[part], areas) for part in chosen)
            left_areas = [a for a in first.parts if a not in areas]
            if left_areas and (len(areas) < 2 or not columns):
                areas.add(min(left_areas, key=lambda a: (homes(first.parts[a]), sorted(a))))
                continue
            return chosen, areas

    def _whole_is_hidden(self, whole: str, part: Group, pieces: Pieces) -> set[Area]:
        wholes = [g for g in self._all.groups if g.measure == whole and g.day == part.day]
        if part.scope or len(wholes) > 1:
            wholes = [g for g in wholes if g.scope == part.scope]
        if not wholes:
            return set()
        of_whole = self._pieces(wholes[0])
        return {a for a in pieces.parts if _state_in(of_whole, a) not in ("shown", "empty")}

    def _rows_are_safe(self, chosen: Sequence[Group], areas: set[Area]) -> bool:
        """Whether in each area the sum of the hidden parts (whole less shown parts) is safe."""
        return all(
            not (row := self._row(chosen, area)) or self._rule(chosen[0]).implied(row)
            for area in areas
        )

    def _columns_are_safe(self, part: Group, pieces: Pieces, areas: set[Area]) -> bool:
        trial = Pieces(pieces.parts, pieces.states, areas & set(pieces.parts), pieces.known)
        total = self._rule(part).state(pieces.of(pieces.parts))
        return total != "shown" or self._rest_is_safe(part, trial)

    def _state(self, group: Group, area: Area) -> State:
        state = self._state_of_sum(group, area)
        if state == "shown" and self._measure(group).part_of and group in self._turned(group, area):
            return "withheld"
        return state

    def _state_of_sum(self, group: Group, area: Area) -> State:
        key = (group, area)
        if key not in self._states:
            self._states[key] = self._found_state(group, area)
        return self._states[key]

    def _found_state(self, group: Group, area: Area) -> State:
        pieces = self._pieces(group)
        inside = {piece for piece in pieces.parts if piece & area}
        if all(pieces.states[piece] == "empty" for piece in inside):
            return "empty"
        if any(not piece <= area for piece in inside):
            return "withheld"
        hidden = inside & pieces.hidden
        if not hidden:
            return "shown"
        if len(inside) == 1:
            state = pieces.states[next(iter(inside))]
            return "withheld" if state in ("shown", "empty") else state
        state = self._by_itself(group, pieces.of(inside))
        if hidden != pieces.hidden or not pieces.rest_is_safe:
            return "below" if state == "below" else "withheld"
        return state

    def _turned(self, group: Group, area: Area) -> set[Group]:
        """Parts to withhold as well in areas that contain all hidden pieces of a table.

        There the whole less the shown parts is the sum of the hidden parts, which must be safe.
        All such areas withhold the same parts: else one area's sum would give away another's.
        """
        whole = self._measure(group).part_of
        parts = self._parts_of(whole, group)
        hidden_pieces = set().union(*(self._pieces(part).hidden for part in parts))
        places = frozenset().union(*hidden_pieces)
        every = frozenset().union(*self._pieces(group).parts)
        if not places or not places <= area:
            return set()
        key = (parts[0], every)
        if key in self._chosen:
            return self._chosen[key]
        larger = [every, *(u for u in self._units.get(group.day, ()) if places <= u)]
        chosen: set[Group] = set()
        for one in larger:
            chosen |= self._turned_in(one, parts, chosen)
        self._chosen[key] = chosen
        return chosen

    def _turned_in(self, area: Area, parts: Sequence[Group], already: set[Group]) -> set[Group]:
        chosen = set(already)
        hidden = [p for p in parts if self._state_of_sum(p, area) not in ("shown", "empty")]
        candidates = [p for p in parts if p not in hidden and self._pieces(p).hidden]
        while hidden and not self._rule(parts[0]).implied(self._row([*hidden, *chosen], area)):
            left = [p for p in candidates if p not in chosen]
            if not left:
                break
            chosen.add(left[0])
        return chosen

    def _row(self, parts: Iterable[Group], area: Area) -> list[Contribution]:
        row: dict[str, Contribution] = {}
        for part in dict.fromkeys(parts):
            for one in self._all.groups[part]:
                if one.municipality in area:
                    row[one.offer] = _plus(row[one.offer], one) if one.offer in row else one
        return list(row.values())

    def _parts_of(self, whole: str, group: Group) -> list[Group]:
        return [
            part
            for code, one in self._all.measures.items()
            if one.part_of == whole
            and (part := Group(code, group.day, group.scope)) in self._all.groups
        ]

    def _by_itself(self, group: Group, given: Sequence[Contribution]) -> State:
        rule = self._rule(group)
        if self._measure(group).difference:
            return "shown" if rule.implied(given) else "withheld"
        state = rule.state(given)
        if state == "shown" and (other := self._compared(group)) is not None:
            places = {one.municipality for one in given}
            apart = _apart(given, [one for one in other[0] if one.municipality in places])
            if apart and not rule.implied(apart):
                return "withheld"
        return state

    def _whole(self, group: Group, area: Area, exact: float | None) -> float | None:
        other = self._measure(group).whole_unless
        members = [m for m in self._all.groups[group] if m.municipality in area]
        value = _sum(members) if exact is not None else None
        if value is None or not other:
            return value
        beside = self.verdict(Group(other, group.day, group.scope), area)
        return value if beside.state in ("shown", "empty") else float(round(value))

    def _estimate(self, group: Group, area: Area) -> float | None:
        """Estimate a hidden sum: split the sum of all hidden pieces equally among their homes.

        None unless the total is shown; readers get the same sum as total less shown pieces.
        """
        pieces = self._pieces(group)
        inside = {piece for piece in pieces.parts if piece & area}
        every = frozenset().union(*pieces.parts)
        if any(not piece <= area for piece in inside) or self._state(group, every) != "shown":
            return None
        rest = [one for one in pieces.of(pieces.hidden) if one.value is not None]
        if not rest:
            return None
        shown = _sum(pieces.of(inside - pieces.hidden)) or 0.0
        here = [one for one in pieces.of(inside & pieces.hidden) if one.value is not None]
        return shown + (_sum(rest) or 0.0) * len(here) / len(rest)


def _not_shown(pieces: Pieces) -> set[Area]:
    return {area for area, state in pieces.states.items() if state not in ("shown", "empty")}


def _of(told: Mapping[str, Contribution], offers: Offers) -> list[Contribution]:
    return [told[offer] for offer in sorted(offers) if offer in told]


def _hidden(state: State) -> State:
    return "empty" if state == "empty" else "withheld"


def _sum(members: Iterable[Contribution]) -> float | None:
    values = [one.value for one in members if one.value is not None]
    return round(sum(values), 9) if values else None


def _plus(one: Contribution, other: Contribution) -> Contribution:
    values = [v for v in (one.value, other.value) if v is not None]
    return Contribution(
        one.offer, one.home, one.operator, one.municipality, sum(values) if values else None
    )


def _apart(found: Sequence[Contribution], base: Sequence[Contribution]) -> list[Contribution]:
    """The contributions of homes that have a value in only one of two measures."""
    here = {one.offer for one in found if one.value is not None}
    there = {one.offer for one in base if one.value is not None}
    by_offer: dict[str, Contribution] = {}
    for one in (*base, *found):
        if one.value is not None:
            by_offer[one.offer] = one
    return [by_offer[offer] for offer in sorted(here ^ there)]


def _state_in(pieces: Pieces, area: Area) -> State:
    """How another measure shows an area; "withheld" if the area cuts one of its pieces."""
    inside = [piece for piece in pieces.parts if piece & area]
    if not inside:
        return "empty"
    if any(not piece <= area for piece in inside):
        return "withheld"
    if any(piece in pieces.hidden for piece in inside):
        states = [pieces.states[piece] for piece in inside if piece in pieces.hidden]
        return states[0] if len(inside) == 1 and states[0] != "shown" else "withheld"
    return "empty" if all(pieces.states[piece] == "empty" for piece in inside) else "shown"
