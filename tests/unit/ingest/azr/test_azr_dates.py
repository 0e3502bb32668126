"""Reference dates in labels, titles and file names."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.dates import (
    dates_in,
    month_label,
    read_date_label,
    read_label_under_year,
    year_in,
)


@pytest.mark.parametrize(
    "label", ["", "2021", "Quartal 3 2021", "Foo 2021", "31.09.2021", "2021-13-01", "in %",
              "Stand", "Aug 2018: Stand 31.08.2018", "30.06.2021 bis 30.09.2021", "1. Foo 2021"],
)  # fmt: skip
def test_what_is_no_reference_date(label):
    with pytest.raises(ValueError):
        read_date_label(label)


@pytest.mark.parametrize(
    ("label", "day"),
    [
        ("Jun 2017", date(2017, 6, 30)),
        ("Aug 2018", date(2018, 8, 31)),
        ("Mrz 2020", date(2020, 3, 31)),
        ("März 2020", date(2020, 3, 31)),
        ("Feb. 2020", date(2020, 2, 29)),
        ("Dez '20", date(2020, 12, 31)),
        ("Sep-21", date(2021, 9, 30)),
        ("30.09.2021", date(2021, 9, 30)),
        ("Stand: 15.09.2021", date(2021, 9, 15)),
        ("2021-09-30", date(2021, 9, 30)),
        ("30. September 2021", date(2021, 9, 30)),
        ("30.09.21", date(2021, 9, 30)),
        ("IV/2021", date(2021, 12, 31)),
        ("I 2020", date(2020, 3, 31)),
        ("2021/Q4", date(2021, 12, 31)),
        ("Q2/21", date(2021, 6, 30)),
        ("Maerz 2021", date(2021, 3, 31)),
        ("31. Dez. 2021", date(2021, 12, 31)),
        ("Sep 20¹)", date(2020, 9, 30)),
        ("Dez 2021 1)", date(2021, 12, 31)),
    ],
)
def test_labels(label, day):
    assert read_date_label(label) == day


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31)))
def test_a_month_label_means_the_last_day_of_its_month(day):
    end = read_date_label(month_label(day))
    assert (end.year, end.month) == (day.year, day.month)
    assert end >= day
    assert end.day >= 28


@given(st.dates(min_value=date(1900, 1, 1)))
def test_a_written_day_means_itself(day):
    assert dates_in(f"AZR_Kreuztabelle_{day.isoformat()}.xlsx") == [day]
    assert read_date_label(f"{day.day:02}.{day.month:02}.{day.year:04}") == day


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("AZR_Kreuztabelle_20210930.xlsx", date(2021, 9, 30)),
        ("AZR_Kreuztabelle_2021_09_30.xlsx", date(2021, 9, 30)),
        ("AZR Kreuztabelle 30.9.21.xlsx", date(2021, 9, 30)),
    ],
)
def test_dates_in_names_of_files(name, day):
    assert dates_in(name) == [day]


@pytest.mark.parametrize("name", ["AZR_05162024.xlsx", "AZR_20219930.xlsx", "v12.xlsx"])
def test_digits_in_names_of_files_that_are_no_date(name):
    assert dates_in(name) == []


@pytest.mark.parametrize(
    ("label", "day"),
    [
        ("Mrz", date(2020, 3, 31)),
        ("30. Sept.", date(2020, 9, 30)),
        ("31.03.", date(2020, 3, 31)),
        ("III", date(2020, 9, 30)),
        ("Q4", date(2020, 12, 31)),
        ("2. Halbjahr", date(2020, 12, 31)),
    ],
)
def test_labels_under_a_year(label, day):
    assert read_label_under_year(label, 2020) == day


@pytest.mark.parametrize("label", ["", "1.", "7", "Insgesamt", "Hans", "31.02.", "Mrz 2021", "V"])
def test_what_is_no_label_under_a_year(label):
    with pytest.raises(ValueError):
        read_label_under_year(label, 2020)


@pytest.mark.parametrize(
    ("value", "year"),
    [("2020", 2020), (2020, 2020), ("Jahr 2021", 2021), ("12020", None), (7, None)],
)
def test_a_year_alone(value, year):
    assert year_in(value) == year
