"""Heads that a printer repeats on each page stand once; rows of persons are none."""

import pytest

from formats.sheets import Sheet
from ingest.azr.opened import without_repeated_heads

HEADS = {1: "Status", 2: "Männlich", 3: "Weiblich", 4: "Gesamt"}


def sheet(*rows: dict[int, object]) -> Sheet:
    return Sheet("Tabelle1", {number: row for number, row in enumerate(rows, start=1) if row})


def count(label: str, *numbers: object) -> dict[int, object]:
    return {1: label, **dict(enumerate(numbers, start=2))}


def test_heads_again_are_left_out_with_the_row_over_them() -> None:
    over = {2: "Geschlecht"}
    page = (over, HEADS, count("Duldung", 4, 3, 7))
    second = (over, HEADS, count("Gestattung", "5", "1.204", "-"))
    assert sorted(without_repeated_heads(sheet(*page, *second)).rows) == [1, 2, 3, 6]


@pytest.mark.parametrize(
    "rows",
    [
        (HEADS, count("Duldung", 4, 3, 7), {**HEADS, 2: "männlich"}, count("Gestattung", 5, 3, 8)),
        (HEADS, count("Duldung", 4, 3, 7), {1: "Neuss"}, count("Gestattung", 5, 3, 8)),
    ],
)
def test_what_says_something_else_stays(rows: tuple[dict[int, object], ...]) -> None:
    assert without_repeated_heads(sheet(*rows)) == sheet(*rows)


def test_persons_with_the_same_attributes_stay() -> None:
    person = {1: "syrisch", 2: "männlich", 3: "Duldung", 4: "Neuss"}
    rows = (HEADS, *[{**person, 5: age} for age in (34, 35, 36)], person, person, person)
    assert without_repeated_heads(sheet(*rows)) == sheet(*rows)
