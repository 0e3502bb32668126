"""Single cells, as official tables print them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.it_nrw.numbers import MARKERS, Reading, read_cell, read_date


@pytest.mark.parametrize(
    "printed",
    [
        "",
        " ",
        "1.234",
        "1,234.5",
        "1 234",
        "12,",
        ",5",
        "--",
        "k. A.",
        "(",
        "12x",
        "True",
        "1e3",
        "٣",
    ],
)
def test_what_is_neither_number_nor_marker_is_refused(printed):
    with pytest.raises(ValueError, match="neither a number nor a marker"):
        read_cell(printed)


@pytest.mark.parametrize("marker", MARKERS)
def test_a_marker_is_kept_and_is_no_zero(marker):
    assert read_cell(f" {marker} ") == Reading(None, marker)


@pytest.mark.parametrize(
    ("printed", "reading"),
    [
        ("33302", Reading(33302.0)),
        ("0", Reading(0.0)),
        ("-0,6", Reading(-0.6)),
        ("52,9", Reading(52.9)),
        ("(17)", Reading(17.0, qualifier="()")),
        ("18034454p", Reading(18034454.0, qualifier="p")),
        ("12,5 r", Reading(12.5, qualifier="r")),
    ],
)
def test_values(printed, reading):
    assert read_cell(printed) == reading


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9
    )
)
def test_every_printed_number_comes_back(number):
    printed = f"{number:f}".replace(".", ",")
    assert read_cell(printed).value == float(number)


@given(st.text(max_size=12))
def test_a_cell_has_a_value_or_a_marker_or_is_refused(printed):
    try:
        reading = read_cell(printed)
    except ValueError:
        return
    assert (reading.value is None) == (reading.marker in MARKERS)


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("2023", date(2023, 12, 15)),
        ("2024-12-31", date(2024, 12, 31)),
        ("31.12.2018", date(2018, 12, 31)),
    ],
)
def test_dates(printed, day):
    assert read_date(printed, (12, 15)) == day


@pytest.mark.parametrize("printed", ["", "23", "2023/24", "2024-13-01", "31.02.2020", "05162"])
def test_what_is_no_date_is_refused(printed):
    with pytest.raises(ValueError, match=r"date|month|day"):
        read_date(printed, (12, 15))
