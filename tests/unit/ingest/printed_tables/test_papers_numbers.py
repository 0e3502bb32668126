"""Numbers as papers print them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.printed_tables.numbers import APPROXIMATE, DOUBTFUL, read_printed


@pytest.mark.parametrize(
    ("cell", "number", "decimals"),
    [
        ("217", "217", 0),
        ("5.428", "5428", 0),
        ("10.026", "10026", 0),
        ("1 234 567", "1234567", 0),
        ("39,9", "39.9", 1),
        ("8,00", "8.00", 2),
        ("0,0872", "0.0872", 4),
        ("1.210,5", "1210.5", 1),
        ("-94", "-94", 0),
        ("−94", "-94", 0),
        ("–94", "-94", 0),
        ("349*", "349", 0),
        ("349 1)", "349", 0),
    ],
)
def test_a_german_number(cell: str, number: str, decimals: int) -> None:
    found = read_printed(cell)
    assert (str(found.number), found.decimals, found.is_percent) == (number, decimals, False)


def test_a_percent_sign_is_said() -> None:
    assert read_printed("39,9 %").is_percent
    assert str(read_printed("39,9 %").number) == "39.9"


def test_english_notation_where_the_head_says_so() -> None:
    assert str(read_printed("45.09", "englisch").number) == "45.09"
    assert str(read_printed("5,428", "englisch").number) == "5428"


@pytest.mark.parametrize("cell", ["-", "–", ".", "...", "/", "x", "X"])
def test_a_marker_is_neither_zero_nor_nothing(cell: str) -> None:
    found = read_printed(cell)
    assert found.number is None and found.marker


def test_an_empty_cell_is_nothing_at_all() -> None:
    assert read_printed("  ").number is None and read_printed("").marker is None


@pytest.mark.parametrize(
    "cell",
    [
        "2l7",
        "1O5",
        "12.34",
        "1.2345",
        "12,",
        "11/46",
        "ca. viele",
        "20 ca.",
        "(",
        "()",
        "(8",
        "17 (8)",
        "171)",
        "1,2,3",
    ],
)
def test_what_is_no_number_is_told_and_not_guessed(cell: str) -> None:
    with pytest.raises(ValueError, match=r"neither a number|notation"):
        read_printed(cell)


def test_the_other_notation_is_suggested() -> None:
    with pytest.raises(ValueError, match="Zahlenformat;englisch"):
        read_printed("45.09")


@given(st.integers(-(10**8) + 1, 10**8 - 1), st.integers(0, 4))
def test_whatever_is_printed_is_read_back(units: int, decimals: int) -> None:
    """German printing of units / 10^decimals, with thousands points, gives the same number."""
    number = Decimal(units).scaleb(-decimals)
    printed = f"{number:,.{decimals}f}".translate(str.maketrans(",.", ".,"))
    found = read_printed(printed)
    assert found.number == number
    assert found.decimals == decimals


@given(st.text(max_size=20))
def test_no_cell_breaks_the_reader(cell: str) -> None:
    try:
        found = read_printed(cell)
    except ValueError:
        return
    assert found.number is None or found.marker in (None, APPROXIMATE, DOUBTFUL)
