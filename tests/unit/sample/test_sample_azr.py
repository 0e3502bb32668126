"""The demonstration workbooks: hand-made to look at, the same bytes each time."""

import io
import zipfile

from azr_workbooks import CROSSTABLE, SERIES, sample
from openpyxl import load_workbook

from sample import azr


def test_the_same_bytes_at_every_call(tmp_path):
    for run in ("one", "two"):
        azr.write(tmp_path / run)
    for name in (CROSSTABLE, SERIES):
        one, two = (tmp_path / run / "drop" / "azr" / name for run in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


def test_no_clock_is_in_the_bytes():
    for name in (CROSSTABLE, SERIES):
        with zipfile.ZipFile(io.BytesIO(sample(name))) as archive:
            assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            core = archive.read("docProps/core.xml").decode()
        assert core.count("2021-11-30T00:00:00Z") == 2  # created, modified


def test_the_cross_table_looks_hand_made():
    sheet = load_workbook(io.BytesIO(sample(CROSSTABLE)))["Kreuztabelle"]
    assert sheet["A3"].value == "Stand: 30.09.2021"
    assert all(cell.value is None for cell in sheet[4])
    merged = {str(area) for area in sheet.merged_cells.ranges}
    assert {"C5:F5", "G5:G6", "H5:P5"} <= merged
    assert sheet["B13"].value == '"Anerkannte Flüchtlinge" (Summe Zeilen 3 - 8)'
    assert sheet["B16"].alignment.indent == 2


def test_references_inside_labels_point_at_the_lines_they_mean():
    sheet = load_workbook(io.BytesIO(sample(CROSSTABLE)))["Kreuztabelle"]
    line = {sheet.cell(row, 1).value: row for row in range(7, 32)}
    total = {number: sheet.cell(row, 7).value for number, row in line.items()}
    assert sum(total[number] for number in range(3, 9)) == total[9] == 7458
    assert total[9] + total[11] + total[18] == total[19] == 9720


def test_the_series_mixes_numbers_and_text_as_offices_do():
    sheet = load_workbook(io.BytesIO(sample(SERIES)))["Zeitreihe"]
    assert sheet["G5"].value == "Aug 2018"
    assert sheet["G6"].value == 6701
    assert sheet["G9"].value == "9.663"


def test_both_say_that_they_are_samples():
    for name in (CROSSTABLE, SERIES):
        note = load_workbook(io.BytesIO(sample(name)))["Hinweis"]
        assert "Muster" in note["A1"].value
        assert "veröffentlicht" in note["A2"].value
