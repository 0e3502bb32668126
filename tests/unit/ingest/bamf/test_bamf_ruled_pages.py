"""Characters and rules of a page, worked by hand: points, upwards and to the right is more."""

from ingest.bamf.pages import Char, Page, Rule, text_lines
from ingest.bamf.ruled_pages import ruled_rows


def word(text: str, left: float, bottom: float) -> list[Char]:
    """Characters 5 wide and 10 high, one beside the other."""
    return [
        Char(c, left + 5 * i, bottom, left + 5 * i + 5, bottom + 10) for i, c in enumerate(text)
    ]


def grid(*chars: Char, heights: list[Rule], columns: list[Rule]) -> Page:
    return Page(1, chars, tuple(heights), tuple(columns))


def test_words_placed_apart_without_a_blank_are_two_words() -> None:
    assert text_lines([*word("Sri", 0, 0), *word("Lanka", 16.6, 0)]) == ["Sri Lanka"]


def test_characters_set_a_little_wide_are_one_word() -> None:
    assert text_lines([*word("1.", 0, 0), *word("648", 11.4, 0)]) == ["1.648"]


def test_lines_come_from_the_top_whatever_the_order_in_the_file() -> None:
    assert text_lines([*word("unten", 0, 0), *word("oben", 0, 12)]) == ["oben", "unten"]


def test_a_small_number_on_the_line_of_a_large_word_stays_on_it() -> None:
    small = Char("1", 40, 2, 42, 6)
    assert text_lines([*word("Seite", 0, 0), small]) == ["Seite 1"]


def test_a_rule_over_part_of_the_width_parts_no_rows() -> None:
    """The group header ends at a rule that leaves out the name column."""
    full = [Rule(at, 0, 100) for at in (0, 20, 40)]
    columns = [Rule(at, 0, 40) for at in (0, 50, 100)]
    page = grid(*word("A", 5, 25), heights=[*full, Rule(30, 50, 100)], columns=columns)
    assert [row.cells for row in ruled_rows(page)] == [("A", ""), ("", "")]


def test_pieces_of_a_rule_and_a_line_drawn_twice_are_one_rule() -> None:
    pieces = [Rule(20, 0, 50), Rule(20.6, 50, 100), Rule(19.5, 0, 100), Rule(0, 0, 100)]
    columns = [Rule(at, 0, 20) for at in (0, 0.7, 100)]
    rows = ruled_rows(grid(*word("A", 5, 5), heights=pieces, columns=columns))
    assert [row.cells for row in rows] == [("A",)]


def test_a_column_line_that_stops_short_merges_cells_of_one_row_only() -> None:
    full = [Rule(at, 0, 100) for at in (0, 20, 40)]
    columns = [Rule(0, 0, 40), Rule(50, 20, 40), Rule(100, 0, 40)]
    page = grid(*word("1", 10, 5), *word("2", 60, 5), heights=full, columns=columns)
    assert [row.cells for row in ruled_rows(page)] == [("", ""), ("1 2",)]


def test_a_page_without_rules_has_no_rows() -> None:
    assert ruled_rows(grid(*word("1", 0, 0), heights=[], columns=[])) == []
