"""The series, from the workbook to rows."""

import csv
from datetime import date, datetime

import pytest
from azr_workbooks import SERIES, changed, origin, sample, sheet_of, with_cell

from ingest.azr.series import parse
from ingest.azr.tables import SERIES as TABLES
from kreishaus.model import UnreadableFile
from kreishaus.store.staging import typed
from sample.azr import FIGURES

DATES = [
    date(2017, 6, 30), date(2017, 9, 30), date(2017, 12, 31),
    date(2018, 3, 31), date(2018, 6, 30), date(2018, 8, 31), date(2018, 12, 31),
    date(2019, 3, 31), date(2019, 6, 30), date(2019, 9, 30), date(2019, 12, 31),
    date(2020, 3, 31), date(2020, 6, 30), date(2020, 9, 30), date(2020, 12, 31),
    date(2021, 3, 31), date(2021, 6, 30), date(2021, 9, 30),
]  # fmt: skip


def published() -> set[tuple[str, str, int]]:
    with (FIGURES / "series.csv").open(encoding="utf-8") as lines:
        header, *rows = csv.reader(lines, delimiter=";")
    return {
        (label, date_label, int(value.replace(".", "")))
        for label, *values in rows
        for date_label, value in zip(header[1:], values, strict=True)
    }


def read(content: bytes, label: str = SERIES):
    return parse(content, origin(label))


def findings(content: bytes):
    with pytest.raises(UnreadableFile) as refusal:
        read(content)
    return refusal.value.findings


def test_bytes_that_are_no_workbook():
    assert findings(b"%PDF-1.4")[0].rule == "workbook"


def test_a_workbook_without_dates():
    (finding,) = findings(sheet_of(["Bezeichnung", "alt", "neu"], ["Flüchtlinge gesamt", 1, 2]))
    assert (finding.rule, finding.found) == ("header", "none")


def test_an_unknown_label_is_said_once_with_the_file_to_mend():
    (finding,) = findings(with_cell(SERIES, "A7", "Ortskräfte"))
    assert (finding.rule, finding.place, finding.row) == ("unknown_label", "Zeitreihe", "7")
    assert finding.found == "Ortskräfte"
    assert "status_aliases.csv" in finding.message


def test_a_cell_that_is_no_count():
    (finding,) = findings(with_cell(SERIES, "G8", "1.139?"))
    assert (finding.rule, finding.row, finding.column) == ("number", "8", "G (Aug 2018)")
    assert finding.found == "1.139?"


def test_an_empty_cell_is_not_skipped():
    (finding,) = findings(with_cell(SERIES, "S10", None))
    assert (finding.row, finding.column, finding.found) == ("10", "S (Sep 2021)", "nothing")


def test_a_column_beside_the_dates_stops_the_load():
    (finding,) = findings(with_cell(SERIES, "T5", "Nebenbei"))
    assert (finding.rule, finding.column) == ("reference_date", "T")
    assert finding.found == "Nebenbei"


def test_dates_only_go_up():
    (finding,) = findings(with_cell(SERIES, "G5", "Aug 2017"))
    assert (finding.rule, finding.column) == ("reference_date", "G (Aug 2017)")
    assert (finding.expected, finding.found) == ("a date after 2018-06-30", "2017-08-31")


def test_no_known_label_left_of_the_dates():
    (finding,) = findings(sheet_of(["", "Jun 2017", "Sep 2017"], ["Schafe", 1, 2]))
    assert finding.rule == "label_column"


def test_a_file_named_after_a_later_date_warns():
    (finding,) = read(sample(SERIES), "AZR_Zeitreihe_2021-12-31.xlsx").findings
    assert (finding.rule, finding.severity) == ("newest_date", "warning")
    assert (finding.expected, finding.found) == ("2021-12-31", "2021-09-30")


def test_every_cell_is_as_published():
    batch = read(sample(SERIES))
    frame = batch.tables["cells"]
    names = ["status_label", "reference_label", "value"]
    assert set(frame[names].itertuples(index=False, name=None)) == published()
    assert len(frame) == 18 * 5
    assert (batch.period, batch.findings) == ("all", ())


def test_reference_dates_are_what_they_are():
    frame = read(sample(SERIES)).tables["cells"]
    assert frame["reference_date"].drop_duplicates().tolist() == DATES
    august = frame[frame["reference_label"] == "Aug 2018"]
    assert set(august["reference_date"]) == {date(2018, 8, 31)}
    assert august.set_index("status_code")["value"].to_dict() == {
        "recognised": 6701,
        "pending": 1823,
        "tolerated": 1139,
        "total": 9663,
        "family": 746,
    }


@pytest.mark.parametrize(
    ("number_format", "label", "meant"),
    [
        ("mmm yyyy", "Aug 2018", date(2018, 8, 31)),
        ("[$-de-DE]mmm yy", "Aug 2018", date(2018, 8, 31)),
        ("dd.mm.yyyy", "01.08.2018", date(2018, 8, 1)),
    ],
)
def test_a_date_cell_shown_as_a_month_means_the_month(number_format, label, meant):
    def typed_by_the_office_program(sheet):
        sheet["G5"] = datetime(2018, 8, 1)
        sheet["G5"].number_format = number_format

    frame = read(changed(SERIES, typed_by_the_office_program)).tables["cells"]
    assert set(frame[frame["reference_date"] == meant]["reference_label"]) == {label}


def test_rows_fit_the_staged_table():
    provenance = {
        "source_sha256": "0" * 64,
        "period": "all",
        "published_at": None,
        "retrieved_at": origin("x").retrieved_at,
    }
    frame = read(sample(SERIES)).tables["cells"]
    assert typed(frame, TABLES["cells"], provenance).num_rows == 90
