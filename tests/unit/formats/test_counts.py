"""Counts as offices type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.counts import Count, read_count


@pytest.mark.parametrize(
    "cell", [None, "", "  ", True, 1.403, -1, -3.0, float("nan"), float("inf"), "1.40", "12,5",
             "1.4030", "k. A.", "ca. 20", "-5", "٣", "14031)", "*1.403", "1.403 12)"],
)  # fmt: skip
def test_what_is_no_count_is_never_guessed(cell):
    with pytest.raises(ValueError):
        read_count(cell)


def test_a_lost_thousands_point_is_named():
    with pytest.raises(ValueError, match="thousands point"):
        read_count(1.403)


@pytest.mark.parametrize(
    ("cell", "persons"),
    [(0, 0), (1403, 1403), (9720.0, 9720), ("9.720", 9720), ("9 720", 9720), ("9\u00a0720", 9720),
     ("859", 859), (" 859 ", 859), ("1.009.720", 1009720)],
)  # fmt: skip
def test_counts(cell, persons):
    assert read_count(cell) == Count(value=persons)


@pytest.mark.parametrize("cell", ["1.403*", "1.403 **", "1403²", "1 403 ¹", "1.403 1)"])
def test_a_footnote_mark_is_no_digit(cell):
    assert read_count(cell) == Count(value=1403, has_footnote=True)


@pytest.mark.parametrize(
    ("cell", "marker"), [("-", "-"), ("–", "-"), (".", "."), ("…", "..."), ("/", "/"), ("X", "x")]
)
def test_a_marker_is_neither_zero_nor_nothing(cell, marker):
    assert read_count(cell) == Count(value=None, marker=marker)


@given(st.integers(min_value=0, max_value=10**9))
def test_every_count_reads_the_same_in_every_spelling(persons):
    german = f"{persons:,}".replace(",", ".")
    spellings = (persons, float(persons), str(persons), german, german.replace(".", "\u202f"))
    assert {read_count(spelling) for spelling in spellings} == {Count(value=persons)}


@given(st.one_of(st.text(max_size=8), st.floats(), st.integers(), st.none(), st.booleans()))
def test_a_cell_is_a_count_a_marker_or_an_error(cell):
    try:
        count = read_count(cell)
    except ValueError:
        return
    assert (count.value is None) != (count.marker is None)
    assert count.value is None or count.value >= 0
