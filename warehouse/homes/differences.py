"""What can be worked out from several sums of one figure, each over other homes.

The same figure of a home may enter several sums: its residents are its occupied places, less its
vacant places, and some marts add up all homes, others those that filled one more cell. Somebody
who has all of these sums subtracts them from one another. Homes that are in the same sums form a
class; a class can be told apart if the sums, as equations over classes, have one solution for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction
from itertools import combinations

Offers = frozenset[str]
Classes = frozenset[int]
"""Some of the classes that a set of sums makes, by their numbers."""


def classes(sums: Sequence[Offers]) -> list[Offers]:
    """The offers of all sums, together where they are in the same ones."""
    found: dict[frozenset[int], set[str]] = defaultdict(set)
    for offer in sorted(frozenset().union(*sums)):
        found[frozenset(n for n, one in enumerate(sums) if offer in one)].add(offer)
    return [frozenset(offers) for offers in found.values()]


class Sums:
    """Sums of several figures, asked what follows from them for who knows some offers already.

    What follows depends on the classes that he knows wholly, and is worked out once for these.
    """

    def __init__(self, figures: Sequence[Collection[Offers]]) -> None:
        sums = list(dict.fromkeys(one for figure in figures for one in figure if one))
        self._classes = classes(sums)
        self._figures = [[self._numbers(one) for one in figure if one] for figure in figures]
        self._found: dict[Classes, list[Classes]] = {}

    def _numbers(self, offers: Offers) -> Classes:
        return frozenset(number for number, one in enumerate(self._classes) if one <= offers)

    def told_to(self, own: Offers = frozenset()) -> Iterator[Offers]:
        """Offers whose sum follows for somebody who knows his ``own`` ones, without these.

        Classes that have one solution; and of classes that have none the sums themselves, and what
        one figure adds up more than another: two homes with one vacant place are known well enough.
        """
        known = self._numbers(own)
        if known not in self._found:
            left = [[one - known for one in figure if one - known] for figure in self._figures]
            self._found[known] = _determined(left)
        for numbers in self._found[known]:
            yield frozenset[str]().union(*(self._classes[number] for number in numbers)) - own


def _determined(figures: Sequence[Sequence[Classes]]) -> list[Classes]:
    """Sets of classes whose sum follows from the sums of several figures."""
    sums = list(dict.fromkeys(one for figure in figures for one in figure))
    found = [*sums, *(more - less for more in sums for less in sums if less < more)]
    for one, other in combinations(figures, 2):
        found += _left_over(one, other)
    columns = sorted(frozenset[int]().union(*sums))
    for row in _reduced([[Fraction(int(number in one)) for number in columns] for one in sums]):
        alone = [number for number, factor in zip(columns, row, strict=True) if factor]
        if len(alone) == 1:
            found.append(frozenset(alone))
    return list(dict.fromkeys(found))


def _left_over(one: Sequence[Classes], other: Sequence[Classes]) -> Iterator[Classes]:
    """What one figure adds up more than another, where sums of both tie the same classes."""
    for tied in _tied([*one, *other]):
        first, second = (
            frozenset[int]().union(*(part for part in sums if part <= tied))
            for sums in (one, other)
        )
        for more, less in ((first, second), (second, first)):
            if less and less < more:
                yield more - less


def _tied(sums: Sequence[Classes]) -> list[Classes]:
    """The classes of all sums, together where sums overlap, be it by way of others."""
    found: list[Classes] = []
    for one in sums:
        touched = [part for part in found if part & one]
        found = [part for part in found if not part & one]
        found.append(one.union(*touched))
    return found


def _reduced(rows: list[list[Fraction]]) -> list[list[Fraction]]:
    """The rows in reduced echelon form: an unknown has one solution if it stands alone in one."""
    done = 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((n for n in range(done, len(rows)) if rows[n][column]), None)
        if pivot is None:
            continue
        rows[done], rows[pivot] = rows[pivot], rows[done]
        factor = rows[done][column]
        rows[done] = [value / factor for value in rows[done]]
        for number, row in enumerate(rows):
            if number != done and row[column]:
                times = row[column]
                rows[number] = [a - times * b for a, b in zip(row, rows[done], strict=True)]
        done += 1
    return rows[:done]
