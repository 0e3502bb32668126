"""Sentences from values: each turn of phrase with a case just below, on and above its limit."""

from datetime import date
from decimal import Decimal

import pytest

from kreishaus.labels.formats import MINUS, number
from reports import phrasing
from reports.phrasing import APPLICATIONS, PERSONS, PLACES, Noun, compared

JUNE = "dem vorigen Stichtag 30.06.2021"


@pytest.mark.parametrize(
    ("amount", "before", "sentence"),
    [
        # 120 / 9,600 is 1.25 %: rounded as by hand.
        (9720, 9600, f"Gegenüber {JUNE} (9.600) sind es 120 Personen mehr (+1,3 %)."),
        (9720, 9950, f"Gegenüber {JUNE} (9.950) sind es 230 Personen weniger (\u22122,3 %)."),
        (9600, 9600, f"Gegenüber {JUNE} (9.600) ist die Zahl unverändert."),
        (9601, 9600, f"Gegenüber {JUNE} (9.600) ist es 1 Person mehr."),
        (9599, 9600, f"Gegenüber {JUNE} (9.600) ist es 1 Person weniger."),
        (9602, 9600, f"Gegenüber {JUNE} (9.600) sind es 2 Personen mehr."),
        # 4 / 9,600 is 0.04 %, 5 / 9,600 is 0.05 %.
        (9604, 9600, f"Gegenüber {JUNE} (9.600) sind es 4 Personen mehr."),
        (9605, 9600, f"Gegenüber {JUNE} (9.600) sind es 5 Personen mehr (+0,1 %)."),
        (110, 100, f"Gegenüber {JUNE} (100) sind es 10 Personen mehr (+10,0 %)."),
        (110, 99, f"Gegenüber {JUNE} (99) sind es 11 Personen mehr."),
        (5, 0, f"Gegenüber {JUNE} (0) sind es 5 Personen mehr."),
        (0, 0, f"Gegenüber {JUNE} (0) ist die Zahl unverändert."),
        (9720, None, f"Ein Vergleich mit {JUNE} liegt nicht vor."),
        (None, 9600, f"Ein Vergleich mit {JUNE} (9.600) liegt nicht vor."),
        (None, None, f"Ein Vergleich mit {JUNE} liegt nicht vor."),
    ],
)
def test_a_comparison_is_a_sentence(amount: int | None, before: int | None, sentence: str) -> None:
    assert compared(JUNE, amount, before, PERSONS) == sentence


@pytest.mark.parametrize(
    ("amount", "decimals", "text"),
    [
        (0.5, 0, "1"),
        (1.5, 0, "2"),
        (2.5, 0, "3"),
        (2.49, 0, "2"),
        (-2.5, 0, f"{MINUS}3"),
        (1.25, 1, "1,3"),
        (1.2499, 1, "1,2"),
        (100 * 0.285, 0, "29"),  # 28.499999999999996 to a computer
        (199.9, 0, "200"),
        (1234567.5, 1, "1.234.567,5"),
        (-0.04, 1, "0,0"),
        (Decimal("3.5"), 1, "3,5"),
    ],
)
def test_numbers_are_rounded_as_by_hand(amount: float, decimals: int, text: str) -> None:
    assert number(amount, decimals) == text


def test_a_date_that_stands_for_another_is_set_off_by_commas() -> None:
    stands = phrasing.true_date(date(2018, 8, 31), date(2018, 9, 30))
    assert stands == "31.08.2018, der für den 30.09.2018 steht"
    assert compared(f"dem Stichtag {stands}", 10045, 9665, PERSONS) == (
        "Gegenüber dem Stichtag 31.08.2018, der für den 30.09.2018 steht (9.665), "
        "sind es 380 Personen mehr (+3,9 %)."
    )
    assert phrasing.true_date(date(2018, 9, 30), date(2018, 9, 30)) == "30.09.2018"
    assert phrasing.true_date(date(2018, 9, 30), None) == "30.09.2018"


@pytest.mark.parametrize(
    ("amount", "noun", "words"),
    [
        (0, PERSONS, "0 Personen"),
        (1, PERSONS, "1 Person"),
        (2, PLACES, "2 Plätze"),
        (1234, APPLICATIONS, "1.234 Asylanträge"),
        (None, PLACES, "keine bekannte Zahl von Plätzen"),
    ],
)
def test_what_is_counted_is_one_or_many(amount: int | None, noun: Noun, words: str) -> None:
    assert phrasing.counted(amount, noun) == words


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        (0.455, 0.461, "0,6 Prozentpunkte weniger als im Vorjahr"),
        (0.471, 0.461, "1,0 Prozentpunkt mehr als im Vorjahr"),
        (0.4714, 0.4606, "1,0 Prozentpunkt mehr als im Vorjahr"),
        (0.4616, 0.4606, "0,1 Prozentpunkte mehr als im Vorjahr"),
        (0.4614, 0.4610, "so viel wie im Vorjahr"),
        (None, 0.461, "ein Vergleich mit dem Wert im Vorjahr liegt nicht vor"),
    ],
)
def test_shares_are_compared_in_points(now: float | None, before: float | None, words: str) -> None:
    assert phrasing.points(now, before, "im Vorjahr") == words


@pytest.mark.parametrize(
    ("places", "words"),
    [
        (-2, "Es fehlen 2 Plätze"),
        (-1.4, "Es fehlt 1 Platz"),
        (-0.5, "Es fehlt 1 Platz"),
        (-0.49, "Bedarf und Angebot sind ausgeglichen"),
        (0.49, "Bedarf und Angebot sind ausgeglichen"),
        (0.5, "Das Angebot liegt um 1 Platz über dem Bedarf"),
        (34, "Das Angebot liegt um 34 Plätze über dem Bedarf"),
        (None, "Ein Saldo liegt nicht vor"),
    ],
)
def test_a_balance_says_what_is_missing(places: float | None, words: str) -> None:
    assert phrasing.balance(places) == words


@pytest.mark.parametrize(
    ("name", "here"),
    [
        ("Rhein-Kreis Neuss", "im Rhein-Kreis Neuss"),
        ("Kreis Heinsberg", "im Kreis Heinsberg"),
        ("Hochsauerlandkreis", "im Hochsauerlandkreis"),
        ("Märkischer Kreis", "im Märkischen Kreis"),
        ("Rhein-Sieg-Kreis", "im Rhein-Sieg-Kreis"),
        ("StädteRegion Aachen", "in der StädteRegion Aachen"),
        ("Region Hannover", "in der Region Hannover"),
        ("Krefeld", "in Krefeld"),
    ],
)
def test_any_county_can_be_named(name: str, here: str) -> None:
    assert phrasing.in_region(name) == here


def test_months_years_and_names() -> None:
    assert phrasing.month(date(2021, 3, 1)) == "März 2021"
    assert phrasing.short_month(date(2021, 3, 1)) == "03/2021"
    assert [phrasing.years(*pair) for pair in ((2020, 2020), (2019, 2020), (2018, 2020))] == [
        "2020",
        "2019 und 2020",
        "2018 bis 2020",
    ]
    assert phrasing.short_name("Neuss, Stadt") == "Neuss"
    assert phrasing.ranking(["Syrien", "Irak"], ["160", "135"]) == "Syrien (160) und Irak (135)"
    assert phrasing.minus("-267") == "\u2212267"
    assert phrasing.minus("0,77-") == "0,77-"


def test_cells_say_what_is_not_there() -> None:
    assert phrasing.value(None) == "k. A."
    assert phrasing.value(0) == "0"
    assert phrasing.share(None) == "k. A."
    assert phrasing.share(0.4553) == "45,5 %"
    assert phrasing.change_cell(5, None) == "k. A."
    assert phrasing.change_cell(5, 5) == "0"
    assert phrasing.change_cell(4, 5) == "\u22121"
    assert phrasing.change_cell(6, 5) == "+1"
