"""One cell of a WTG workbook: what officers write, and what must not be guessed."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.wtg import cells
from ingest.wtg.cells import Cell, CellError, Percent


@pytest.mark.parametrize(
    ("reader", "raw"),
    [
        (cells.count, "ca. 349"),
        (cells.count, "17,5"),
        (cells.count, 17.5),
        (cells.count, "1.23"),
        (cells.count, "12 oder 13"),
        (cells.count, True),
        (cells.count, Percent(0.17)),
        (cells.count, datetime(1900, 1, 17)),
        (cells.count, float("inf")),
        (cells.count, float("nan")),
        (cells.count, "#REF!"),
        (cells.count, "٣٤"),
        (cells.count, 10**20),
        (cells.number, "12.345"),
        (cells.number, "1,234.5"),
        (cells.number, 1e300),
        (cells.number, "9" * 400),
        (cells.count, "9" * 5000),
        (cells.count, "3)"),
        (cells.count, "12.50"),
        (cells.coordinate, "1.051.2"),
        (cells.number, "1.234"),
        (cells.number, "12,5,0"),
        (cells.flag, "x"),
        (cells.flag, 2),
        (cells.flag, "vielleicht"),
        (cells.day, "31.02.2021"),
        (cells.day, "15.08.21"),
        (cells.day, "15. Agust 2021"),
        (cells.day, "August 2021"),
        (cells.day, "Aug 2021"),
        (cells.day, 44423),
        (cells.day, 44423.5),
        (cells.day, True),
        (cells.reference_day, "Aug 2021"),
        (cells.reference_day, 21),
        (cells.reference_day, 44423.5),
        (cells.reference_day, "30.2.21"),
        (cells.identifier, "#REF!"),
        (cells.words, datetime(2021, 5, 3)),
        (cells.words, 3.5),
        (cells.words, True),
        (cells.words, "#NV"),
        (cells.words, "#div/0! "),
    ],
)
def test_is_refused(reader: cells.Reader, raw: object) -> None:
    with pytest.raises(CellError):
        reader(raw)


def test_a_number_where_a_date_should_be_is_not_guessed_but_explained() -> None:
    with pytest.raises(CellError, match=r"if 15\.08\.2021 is meant, format the cell as a date"):
        cells.day(44423)


@pytest.mark.parametrize(
    ("reader", "raw", "value"),
    [
        (cells.count, 17, 17),
        (cells.count, 17.0, 17),
        (cells.count, "17", 17),
        (cells.count, " 17\u00a0", 17),
        (cells.count, "3.977", 3977),
        (cells.count, "3\u202f977", 3977),
        (cells.count, "17,0", 17),
        (cells.count, "-2", -2),
        (cells.number, "12,5", 12.5),
        (cells.number, "1.234,5", 1234.5),
        (cells.number, 7, 7.0),
        (cells.number, "12.5", 12.5),
        (cells.number, "12.50", 12.5),
        (cells.count, "17.0", 17),
        (cells.coordinate, "51.2041", 51.2041),
        (cells.coordinate, "6,691", 6.691),
        (cells.coordinate, 51.2, 51.2),
        (cells.percent, "55,3 %", 55.3),
        (cells.percent, 55, 55.0),
        (cells.percent, Percent(0.553), 55.3),
        (cells.flag, "Ja", True),
        (cells.flag, "nein ", False),
        (cells.flag, True, True),
        (cells.flag, 0, False),
        (cells.day, datetime(2021, 8, 15, 0, 0), date(2021, 8, 15)),
        (cells.day, "15.8.2021", date(2021, 8, 15)),
        (cells.day, "15. August 2021", date(2021, 8, 15)),
        (cells.day, "1. März 2021", date(2021, 3, 1)),
        (cells.day, "2021-08-15", date(2021, 8, 15)),
        (cells.day, "15.08.2021 ", date(2021, 8, 15)),
        (cells.day, "15.08.2021 00:00:00", date(2021, 8, 15)),
        (cells.day, "15. Aug. 2021", date(2021, 8, 15)),
        (cells.day, "3 Mrz 2021", date(2021, 3, 3)),
        (cells.reference_day, "15.8.21", date(2021, 8, 15)),
        (cells.reference_day, 44423, date(2021, 8, 15)),
        (cells.reference_day, "15.08.2021", date(2021, 8, 15)),
        (cells.words, "  Haus \n am  See ", "Haus am See"),
        (cells.words, 17.0, "17"),
        (cells.words, "Pflege e. V.", "Pflege e. V."),
        (cells.words, "Haus_x000D_\nam\u200b See\ufeff", "Haus am See"),
        (cells.words, "Ju\u0308chen", "Jüchen"),
        (cells.identifier, "A-17_ ", "A-17"),
        (cells.identifier, "A-17.", "A-17"),
        (cells.identifier, "A.", "A"),
        (cells.title, "Haus am See._", "Haus am See"),
        (cells.title, "Pflege e. V.", "Pflege e. V."),
        (cells.title, "Haus Breite Str. ", "Haus Breite Str."),
        (cells.identifier, 4711.0, "4711"),
        (cells.region_key, 5162004, "05162004"),
        (cells.region_key, "5162004", "05162004"),
        (cells.region_key, 5162004.0, "05162004"),
        (cells.region_key, "05 1 62 004", "05162004"),
        (cells.region_key, "05162004", "05162004"),
        (cells.region_key, 5162, "05162"),
        (cells.region_key, 14713000, "14713000"),
        (cells.region_key, "0516200", "00516200"),
        (cells.postcode, 1067, "01067"),
        (cells.postcode, 41460, "41460"),
    ],
)
def test_is_read(reader: cells.Reader, raw: object, value: object) -> None:
    cell = reader(raw)
    assert cell == Cell(value)
    assert type(cell.value) is type(value)


@pytest.mark.parametrize(
    "text", ["k. A.", "k.A.", "K. A. ", "-", "–", "...", ".", "_", "./.", "n. b.", "entfällt"]
)
@pytest.mark.parametrize(
    "reader", [cells.count, cells.number, cells.percent, cells.flag, cells.day, cells.words]
)
def test_a_marker_is_never_a_number_and_never_lost(reader: cells.Reader, text: str) -> None:
    assert reader(text) == Cell(None, text.strip())


@pytest.mark.parametrize(
    "text", ["349 (coronabedingt)", "349*", "349 **", "349 1)", "349¹", "349 (Stand: 14.02.)"]
)
def test_a_footnote_stays_beside_its_number(text: str) -> None:
    assert cells.count(text) == Cell(349, "Anm.")


def german(number: int) -> str:
    return f"{number:,}".replace(",", ".")


@given(st.integers(min_value=-(10**9), max_value=10**9))
def test_every_whole_number_survives_german_spelling(number: int) -> None:
    assert cells.count(german(number)) == Cell(number)
    assert cells.count(str(number)) == Cell(number)
    assert cells.count(f"{number} (geschätzt)").value == number


@given(st.integers(min_value=0, max_value=10**7))
def test_every_fte_survives_a_decimal_comma(hundredths: int) -> None:
    text = f"{german(hundredths // 100)},{hundredths % 100:02}"
    assert cells.number(text) == Cell(hundredths / 100)


@given(st.dates(min_value=date(1900, 1, 1)))
def test_every_day_survives_german_and_iso_spelling(day: date) -> None:
    spellings = (f"{day:%d.%m.}{day.year:04}", f"{day.day}.{day.month}.{day.year:04}", str(day))
    for text in spellings:
        assert cells.day(text) == Cell(day)


@given(st.text(max_size=12))
def test_any_text_is_a_value_a_marker_or_an_error_never_something_else(text: str) -> None:
    for reader in (cells.count, cells.number, cells.percent, cells.flag, cells.day, cells.words):
        try:
            cell = reader(text)
        except CellError:
            continue
        assert (cell.value is None) == (cell.marker is not None) or any(
            sign in text for sign in "(*)¹²³⁴⁵⁶⁷⁸⁹"
        )


@given(st.from_regex(r"0[1-9][0-9]{6}", fullmatch=True))
def test_a_key_that_excel_took_for_a_number_gets_its_zero_back(ags: str) -> None:
    assert cells.region_key(int(ags)) == Cell(ags)
    assert cells.region_key(float(int(ags))) == Cell(ags)
    assert cells.region_key(ags) == Cell(ags)
