"""Headers of groups by sex and age, in the ways in which offices write them."""

from __future__ import annotations

import pytest

from formats.text import written_out
from vocabulary.groups import groups_named, header_key


@pytest.mark.parametrize(
    ("header", "group"),
    [
        ("bis unter 16", "age/0_15"),
        ("unter 16 Jahre", "age/0_15"),
        ("0-15", "age/0_15"),
        ("0 – 16", "age/0_15"),
        ("16-17", "age/16_17"),
        ("16 - 18", "age/16_17"),
        ("16 bis unter 18 Jahre", "age/16_17"),
        ("18-24 J.", "age/18_24"),
        ("65+", "age/65_plus"),
        ("65 Jahre und älter", "age/65_plus"),
        ("65 Jahre und aelter", "age/65_plus"),
        ("ab 65 Jahren", "age/65_plus"),
        ("Alter bis 16", "age/0_15"),
        ("Alter: 18-24", "age/18_24"),
        ("Geschlecht Männlich", "sex/male"),
        ("Maennlich", "sex/male"),
        ("Geschlecht ohne Angabe", "sex/not_stated"),
    ],
)
def test_a_group_is_known_in_each_way_of_writing(header: str, group: str) -> None:
    assert [str(one) for one in groups_named(header_key(header)).values()] == [group]


@pytest.mark.parametrize(
    "header",
    ["15", "bis 65", "16-25", "17-19", "12-18", "bis unter 15", "unter 18", "ab 60", "18-25-30"],
)
def test_other_years_are_no_group(header: str) -> None:
    """A table by other ages must not be taken for one by these."""
    assert not groups_named(header_key(header))


def test_umlauts_may_be_written_out() -> None:
    assert written_out("Jüchen, Straße") == "juechen, strasse"
