"""Who attacks, and what he can tell that print and the public register do not tell already."""

from __future__ import annotations

import multiprocessing
import os
import queue
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from home_attack import Component, Owned, Recovery, components, of_component
from home_forms import Fact
from home_knowledge import facts_of, made_from_homes, of_the_kind, printed, shown, withheld
from home_values import Home, HomeValues, Unknown, home_values, in_order
from home_world import World

from kreishaus.settings import Settings
from warehouse import versions


@dataclass(frozen=True)
class Seen:
    """A version of the public half, and the truth behind it."""

    values: HomeValues
    public: Path
    marts: tuple[str, ...]


def seen(settings: Settings, values: HomeValues | None = None) -> Seen:
    """The current version of a home, with what its last build knew of every home."""
    return Seen(
        values or home_values(settings),
        versions.database(versions.current(settings), "public"),
        tuple(mart.name for mart in made_from_homes(settings)),
    )


@dataclass(frozen=True)
class Knowledge:
    """What an attacker learns from versions, and what he knew from print and register alone."""

    register: Mapping[str, Mapping[str, Home]]
    truth: Mapping[Unknown, float]
    public: Sequence[Fact]
    before: Sequence[Fact]

    @property
    def attackers(self) -> list[Owned]:
        """A reader who owns no home, each home, each operator with all of its homes."""
        operators: dict[str, set[str]] = defaultdict(set)
        for register in self.register.values():
            for home in register.values():
                operators[home.operator].add(home.id)
        homes = {home for owned in operators.values() for home in owned}
        found = {frozenset(), *(frozenset([h]) for h in homes)}
        found |= {frozenset(owned) for owned in operators.values()}
        return sorted(found, key=lambda owned: (len(owned), sorted(owned)))

    def recoveries(self, dates: Iterable[str] | None = None) -> Iterator[Recovery]:
        """Figures that public values give away, each by the weakest attacker who can tell it."""
        wanted = None if dates is None else set(dates)
        parts = components([*self.public, *self.before], self.truth)
        yield from self._of_parts(
            part for part in parts if wanted is None or part.unknowns[0].date in wanted
        )

    def recoveries_by_all_cores(self) -> list[Recovery]:
        """``recoveries`` on every date, as many dates at a time as there are cores.

        A worker inherits the facts, which would take longer to send than many a date to attack.
        Prints each date when it is done: it takes many minutes.
        """
        fork = multiprocessing.get_context("fork")
        dates: multiprocessing.Queue[str | None] = fork.Queue()
        found: multiprocessing.Queue[tuple[str | None, list[Recovery]]] = fork.Queue()
        parts = components([*self.public, *self.before], self.truth)
        workers = [
            fork.Process(target=self._work, args=(parts, dates, found), daemon=True)
            for _ in range(os.cpu_count() or 1)
        ]
        wanted = sorted({part.unknowns[0].date for part in parts})
        for date in [*wanted, *[None] * len(workers)]:
            dates.put(date)
        for worker in workers:
            worker.start()
        told: list[Recovery] = []
        for number in range(1, len(wanted) + 1):
            date, several = _answer(found, workers)
            print(f"{number} of {len(wanted)}: {date}, {len(several)} recovered", flush=True)
            told += several
        return told

    def _work(
        self,
        parts: Sequence[Component],
        dates: multiprocessing.Queue[str | None],
        found: multiprocessing.Queue[tuple[str | None, list[Recovery]]],
    ) -> None:
        while date := dates.get():
            of_date = [part for part in parts if part.unknowns[0].date == date]
            found.put((date, list(self._of_parts(of_date))))

    def _of_parts(self, parts: Iterable[Component]) -> Iterator[Recovery]:
        for part in parts:
            for found in of_component(part, self.attackers):
                if not self._known_before(found):
                    yield found

    def _known_before(self, found: Recovery) -> bool:
        """Whether print, the register and his own figures already say it to this attacker."""
        date = found.unknown.date
        if date not in self._before_on:
            near = [fact for fact in self.before if date in _dates(fact)]
            self._before_on[date] = components(near, self.truth)
        for component in self._before_on[date]:
            if found.unknown in component.column:
                alone = of_component(component, [found.attacker], only=found.unknown)
                return next(alone, None) is not None
        return False

    @cached_property
    def _before_on(self) -> dict[str, list[Component]]:
        """What was known before, in parts, by date: worked out for each date that is asked for."""
        return {}


def _answer(
    found: multiprocessing.Queue[tuple[str | None, list[Recovery]]],
    workers: Sequence[multiprocessing.process.BaseProcess],
) -> tuple[str | None, list[Recovery]]:
    """The next date that is done. A worker that died would be waited for without end."""
    while True:
        with suppress(queue.Empty):
            return found.get(timeout=10)
        if died := [worker.exitcode for worker in workers if worker.exitcode]:
            raise RuntimeError(f"a worker of the attack ended with {died[0]}")


def _dates(fact: Fact) -> set[str]:
    return {unknown.date for unknown in fact.form.terms}


def knowledge(several: Sequence[Seen]) -> Knowledge:
    """What the public halves of one or several versions say, oldest first."""
    told: list[Fact] = []
    before: list[Fact] = []
    truth: dict[Unknown, float] = {}
    register: dict[str, Mapping[str, Home]] = {}
    ordered = in_order([one.values for one in several])
    for one, values in zip(several, ordered, strict=True):
        tables = shown(one.public, one.marts)
        there = [name for name in one.marts if name in tables]
        world = World(values, {name: table.rows for name, table in tables.items()})
        told += [*facts_of(world, there), *withheld(world, there)]
        before += [*printed(world), *of_the_kind(values)]
        truth |= values.truth
        register |= values.register
    return Knowledge(register, truth, told, before)
