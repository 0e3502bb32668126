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


def classes(sums: Sequence[Offers]) -> list[Offers]:
    """The offers of all sums, together where they are in the same ones."""
    found: dict[frozenset[int], set[str]] = defaultdict(set)
    for offer in sorted(frozenset().union(*sums)):
        found[frozenset(n for n, one in enumerate(sums) if offer in one)].add(offer)
    return [frozenset(offers) for offers in found.values()]


def told_apart(
    figures: Sequence[Collection[Offers]], own: Offers = frozenset()
) -> Iterator[Offers]:
    """Offers whose sum follows from the sums of several ``figures`` for who knows ``own`` offers.

    Classes that have one solution; and of classes that have none the sums themselves, and what one
    figure adds up more than another: two homes with one vacant place are known well enough.
    """
    several = [[one - own for one in sums if one - own] for sums in figures]
    known = list(dict.fromkeys(one for sums in several for one in sums))
    if not known:
        return
    found = [*known, *(more - less for more in known for less in known if less < more)]
    for one, other in combinations(several, 2):
        found += _left_over(one, other)
    unknown = classes(known)
    rows = [[Fraction(int(part <= one)) for part in unknown] for one in known]
    for row in _reduced(rows):
        parts = [unknown[number] for number, factor in enumerate(row) if factor]
        if len(parts) == 1:
            found += parts
    yield from dict.fromkeys(found)


def _left_over(one: Sequence[Offers], other: Sequence[Offers]) -> Iterator[Offers]:
    """What one figure adds up more than another, where sums of both tie the same offers."""
    for tied in _tied([*one, *other]):
        first, second = (
            frozenset[str]().union(*(part for part in sums if part <= tied))
            for sums in (one, other)
        )
        for more, less in ((first, second), (second, first)):
            if less and less < more:
                yield more - less


def _tied(sums: Sequence[Offers]) -> list[Offers]:
    """The offers of all sums, together where sums overlap, be it by way of others."""
    found: list[Offers] = []
    for one in sums:
        touched = [part for part in found if part & one]
        found = [part for part in found if not part & one]
        found.append(one.union(*touched))
    return found


def _reduced(rows: list[list[Fraction]]) -> list[list[Fraction]]:
    """The rows in reduced echelon form: an unknown has one solution if it stands alone in one."""
    done = 0
    for column in range(len(rows[0])):
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
