"""What follows from several sums of one figure, each over other homes: worked by hand."""

from __future__ import annotations

from collections.abc import Iterable

from warehouse.homes.differences import Sums, classes


def sums(*names: str) -> list[frozenset[str]]:
    return [frozenset(one) for one in names]


def figures(*names: str) -> list[list[frozenset[str]]]:
    """Each sum one of another figure."""
    return [[one] for one in sums(*names)]


def told(found: Iterable[frozenset[str]]) -> set[str]:
    return {"".join(sorted(one)) for one in found}


def test_homes_in_the_same_sums_are_one_class() -> None:
    assert told(classes(sums("abcd", "abc", "cd"))) == {"ab", "c", "d"}


def test_a_sum_less_another_tells_what_only_one_of_them_has() -> None:
    assert told(Sums(figures("abcd", "abc")).told_to()) == {"abcd", "abc", "d"}


def test_two_sums_with_a_home_each_of_their_own_tell_neither() -> None:
    """abc less abd is c less d: whoever owns d has c."""
    assert told(Sums(figures("abc", "abd")).told_to()) == {"abc", "abd"}
    assert told(Sums(figures("abc", "abd")).told_to(frozenset("d"))) == {"abc", "ab", "c"}


def test_three_sums_of_two_homes_each_tell_all_three() -> None:
    """ab + ac - bc is twice a."""
    assert told(Sums(figures("ab", "ac", "bc")).told_to()) == {"ab", "ac", "bc", "a", "b", "c"}


def test_rows_and_columns_of_a_table_tell_no_cell() -> None:
    """Two towns, two kinds of homes, all four sums known: one degree of freedom is left."""
    assert told(Sums(figures("ab", "cd", "ac", "bd")).told_to()) == {"ab", "cd", "ac", "bd"}


def test_what_a_figure_counts_more_than_another_is_told_together() -> None:
    """One figure is shown of four towns, another, without c, d, e and f, of one town and of all.

    An operator owns c and d. Neither e nor f has a sum of its own, and both together have.
    """
    vacant, reported = sums("ak", "bdl", "cem", "fg"), sums("ak", "blmg")
    assert "ef" in told(Sums([vacant, reported]).told_to(frozenset("cd")))
    assert "ef" not in told(Sums([vacant, reported]).told_to(frozenset("c")))
    assert "cdef" in told(Sums([vacant, reported]).told_to())


def test_who_knows_all_homes_of_a_sum_learns_nothing_of_it() -> None:
    assert told(Sums(figures("ab")).told_to(frozenset("ab"))) == set()
    assert told(Sums([]).told_to()) == set()
