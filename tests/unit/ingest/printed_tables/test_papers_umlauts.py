"""Umlauts written out mean the same in every label of a printed table."""

from datetime import date

import pytest

from ingest.printed_tables.dimensions import DIMENSIONS, Reader, UnknownValue
from kreishaus.settings import Settings


@pytest.mark.parametrize(
    ("dimension", "label", "code"),
    [
        ("status", "Fluechtlinge im Verfahren", "pending"),
        ("status", "Anerkannte Fluechtlinge", "recognised"),
        ("region", "Juechen", "05162012"),
        ("group", "Maennlich", "sex/male"),
        ("country", "Aethiopien", "225"),
        ("country", "Oesterreich", "151"),
        ("month", "Maerz 2022", "2022-03"),
        ("date", "31. Maerz 2022", "2022-03-31"),
    ],
)
def test_umlauts_may_be_written_out(dimension: str, label: str, code: str) -> None:
    reader = Reader(Settings().county, date(2022, 12, 31))
    assert reader.value(dimension, label) == code


def test_other_letters_are_another_word() -> None:
    reader = Reader(Settings().county, date(2022, 12, 31))
    with pytest.raises(UnknownValue):
        reader.value("country", "Athiopien")


def test_the_words_of_the_head_too() -> None:
    assert DIMENSIONS["pruefungsart"] == DIMENSIONS["prüfungsart"] == "inspection_kind"
