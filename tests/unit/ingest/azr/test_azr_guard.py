"""The door: what holds persons is refused, what only looks like it passes. All persons invented."""

import io
import time
import zipfile
from datetime import datetime

import pytest
from azr_workbooks import (
    CROSSTABLE,
    SERIES,
    at_the_door,
    changed,
    marks_of_persons,
    sample,
    saved,
    sheet_of,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment

from ingest.azr.guard import MOST_ROWS
from kreishaus.model import FileRejected
from kreishaus.settings import Settings
from persons import values as person_values

LABEL = "AZR_Kreuztabelle_2021-09-30.xlsx"
SECRETS = ("Musterfrau", "Erika", "130412004711", "Heidestr", "1987", "C01X00T47", "Syrien")


def hidden_sheet() -> bytes:
    workbook = load_workbook(io.BytesIO(sample(CROSSTABLE)))
    sheet = workbook.create_sheet("Musterfrau")
    sheet.append(["Bezeichnung", "Vorname"])
    sheet.append(["x", "Erika"])
    sheet.sheet_state = "veryHidden"
    return saved(workbook)


def comment() -> bytes:
    def noted(sheet):
        sheet["D9"].comment = Comment("siehe 130412004711", "Erika Musterfrau")

    return changed(CROSSTABLE, noted)


def packed(name: str, content: bytes = b"<x/>") -> bytes:
    """The sample with one more part inside, as office programs put them there."""
    packed = io.BytesIO(sample(CROSSTABLE))
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr(name, content)
    return packed.getvalue()


def encrypted_zip() -> bytes:
    content = bytearray(sample(CROSSTABLE))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def persons(header: str, *values: object) -> bytes:
    return sheet_of(["Liste"], ["Bezeichnung", header], *(["x", value] for value in values))


REFUSED = {
    "half a workbook": (sample(CROSSTABLE)[:3000], "damaged workbook", "Save it anew"),
    "AZR number by header": (persons("AZR-Nr.", 1), "AZR-Nummer", "column B, row 2"),
    "first name": (persons("Vorname", "Erika"), "Vorname", "column B, row 2"),
    "name": (persons("Name, Vorname", "Musterfrau, Erika"), "Name", "column B, row 2"),
    "name, lower case": (persons("familienname (lt. Pass)", "Musterfrau"), "Name", "column B"),
    "birth date by header": (persons("Geb.-Datum", "x"), "Geburtsdatum", "column B, row 2"),
    "address": (persons("Straße/Haus-Nr.", "Heidestr. 17"), "Anschrift", "column B, row 2"),
    "passport": (persons("Pass-Nr.", "C01X00T47"), "Passnummer", "column B, row 2"),
    "file number": (persons("BAMF-Aktenzeichen", "x"), "Aktenzeichen", "column B, row 2"),
    "id as text": (persons("Vermerk", "130412004711"), "12 digits", "column B, row 3"),
    "id in two halves": (persons("Vermerk", "130412 004711"), "12 digits", "column B, row 3"),
    "id as number": (persons("Vermerk", 130412004711), "12 digits", "column B, row 3"),
    "id without leading zeros": (persons("Vermerk", 30412004711), "12 digits", "row 3"),
    "birth dates": (
        persons("Datum", datetime(1987, 3, 12), datetime(1960, 1, 1), datetime(2001, 7, 9)),
        "dates of birth",
        "column B",
    ),
    "birth dates as text, all on 1 January": (
        persons("Datum", "01.01.1987", "01.01.1960", "01.01.2001"),
        "dates of birth",
        "column B",
    ),
    "nationalities counting one": (
        sheet_of(["Staatsangehörigkeit", "Anzahl"], ["Syrien", 1], ["Irak", 1], ["Iran", 1]),
        "each counting one person",
        "column A",
    ),
    "nationalities with sex and age, numbered": (
        sheet_of(
            ["Nr.", "Staatsangehörigkeit", "Geschlecht", "Alter"],
            [1, "Syrien", "w", 34],
            [2, "Syrien", "m", 36],
            [3, "Irak", "m", 19],
        ),
        "each counting one person",
        "column B",
    ),
    "too many rows": (
        sheet_of(*([f"Fall {number}", 1] for number in range(MOST_ROWS + 1))),
        "more than 300 rows",
        "sheet 1",
    ),
    "very hidden sheet": (hidden_sheet(), "Vorname", "sheet 3 (hidden), column B, row 1"),
    "comment": (comment(), "12 digits", "the comments"),
    "pivot cache": (packed("xl/pivotCache/pivotCacheRecords1.xml"), "pivot cache", "whole file"),
    "embedded document": (packed("xl/embeddings/Mappe1.xlsx"), "embedded", "whole file"),
    "no old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512, "damaged", "whole"),
    "encrypted archive": (encrypted_zip(), "encrypted", "whole file"),
    "CSV": ("Name;Geburtsdatum\nMusterfrau;12.03.1987\n".encode("cp1252"), "Name", "sheet 1"),
    "CSV with tabs, UTF-16": ("Fall\tAZR_NR\n1\t2\n".encode("utf-16"), "AZR-Nummer", "column B"),
    "web page called workbook": (b"<td>130412004711</td>", "a web page", "whole file"),
    "no text": (b"%PDF-1.7\x00\x01\x02", "cannot be looked into", "whole file"),
}  # fmt: skip

HARMLESS = {
    "the cross table": sample(CROSSTABLE),
    "the series": sample(SERIES),
    "title rows": sheet_of(
        ["Name der Behörde: Rhein-Kreis Neuss, Ausländerbehörde"],
        ["Name der Behörde", "Ausländerbehörde"],
        ["Aktenzeichen: 50.12/2021"],
        ["Anschrift: Oberstr. 91, 41460 Neuss"],
        ["Auskunft: Telefon 02131 928-5012"],
        ["Zeitraum 30.06.2017-30.09.2021"],
        ["GESAMT", 9720],
    ),
    "a header counting persons": sheet_of(
        ["Status", "Anzahl Personen", "Alter", "Personen je Gemeinde"], ["x", 120, 12, 1]
    ),
    "nationalities, aggregated": sheet_of(
        ["Staatsangehörigkeit", "Anzahl"], ["Syrien", 455], ["Irak", 1], ["Iran", 1]
    ),
    "nationalities by sex": sheet_of(
        ["Herkunftsland", "Geschlecht", "Anzahl"],
        ["Syrien", "m", 97],
        ["Syrien", "w", 65],
        ["Irak", "m", 76],
    ),
    "reference dates downwards": sheet_of(
        ["Stichtag", "Personen"],
        *([datetime(2018, month, 1), 9000 + month] for month in range(1, 13)),
    ),
    "as many rows as statuses": sheet_of(*([f"Status {n}", n] for n in range(MOST_ROWS))),
    "large but plausible numbers": sheet_of(["Bevölkerung", 83155031], ["Ausgaben", 999_999_999]),
    "CSV of counts": "Bezeichnung;Gesamt\nGESAMT;9.720\n".encode("cp1252"),
    "nothing": b"",
}


@pytest.mark.parametrize("name", REFUSED)
def test_persons_are_refused_by_marker_and_place(name):
    content, marker, place = REFUSED[name]
    with pytest.raises(FileRejected) as refusal:
        at_the_door(content)
    message = str(refusal.value)
    assert marker in message
    assert place in message
    assert LABEL not in message


@pytest.mark.parametrize("name", REFUSED)
def test_the_message_never_says_a_value(name):
    with pytest.raises(FileRejected) as refusal:
        at_the_door(REFUSED[name][0])
    said = "".join(map(str, (refusal.value, refusal.value.__cause__, refusal.value.__context__)))
    assert not [secret for secret in SECRETS if secret in said]


@pytest.mark.parametrize("name", HARMLESS)
def test_the_harmless_bears_no_mark_of_persons(name):
    assert marks_of_persons(HARMLESS[name]) == []


@pytest.mark.parametrize("name", ["the cross table", "the series"])
def test_a_known_table_passes(name):
    at_the_door(HARMLESS[name])


@pytest.mark.parametrize("name", ["nationalities, aggregated", "large but plausible numbers"])
def test_a_harmless_table_that_is_not_known_is_refused_as_that(name):
    with pytest.raises(FileRejected, match="no table that is known by its heads"):
        at_the_door(HARMLESS[name])


def test_one_row_more_than_any_table_has():
    assert marks_of_persons(HARMLESS["as many rows as statuses"]) == []
    with pytest.raises(FileRejected, match="more than 300 rows"):
        at_the_door(REFUSED["too many rows"][0])


@given(st.integers(min_value=10**11, max_value=10**12 - 1), st.integers(1, 6), st.integers(1, 30))
@settings(max_examples=30, deadline=None)
def test_an_id_is_found_wherever_it_stands(number, column, row):
    workbook = Workbook()
    workbook.worksheets[0].cell(row, column, f"Fall {number}.")
    with pytest.raises(FileRejected) as refusal:
        at_the_door(saved(workbook))
    assert str(number) not in str(refusal.value)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "cell", ["A" * 70_000, "a-" * 35_000, "geb." + " " * 60_000, "Vorname " * 8_000, "0 " * 40_000]
)
def test_a_cell_of_one_long_word_is_judged_at_once(cell):
    """A search that begins anew at each letter of a damaged file would take minutes."""
    for search in (
        person_values.ADDRESS.search,
        person_values.MAIL.search,
        person_values.PHONE.fullmatch,
        person_values.DOCUMENT.fullmatch,
        lambda text: person_values.marker_in(text, Settings().county),
    ):
        started = time.process_time()
        assert search(cell) is None
        assert time.process_time() - started < 1
