"""The WTG workbook as officers hand it in: what is refused, what is flagged, what is read."""

import io
import json
import re
import zipfile
from datetime import UTC, date, datetime

import pytest
from openpyxl import Workbook
from wtg_workbooks import DAY, NAME, OCCUPANCY, book, origin, put, read, refused, small

from ingest.wtg.contacts import strip_workbook
from ingest.wtg.tables import TABLES
from ingest.wtg.workbook import parse
from kreishaus.settings import Settings
from kreishaus.store.staging import typed


def only(findings: tuple) -> object:
    assert len(findings) == 1, findings
    return findings[0]


def test_an_unreadable_cell_is_named_by_sheet_row_and_column() -> None:
    finding = only(refused(put(small(), "Belegung", 3, "plaetze_belegt", "ca. 38")))
    assert (finding.rule, finding.severity) == ("cell_unreadable", "critical")
    assert (finding.place, finding.row, finding.column) == ("Belegung", "3", "plaetze_belegt")
    assert (finding.expected, finding.found) == ("a whole number such as 17", "ca. 38")


def test_all_faults_of_all_sheets_are_told_at_once() -> None:
    sheets = put(small(), "Belegung", 2, "gemeldet_am", "31.02.2021")
    sheets = put(sheets, "Bewohner", 3, "pg3", "zwölf")
    sheets = put(sheets, "Angebote", 2, "ags", None)
    assert [(f.place, f.row, f.column) for f in refused(sheets)] == [
        ("Angebote", "2", "ags"),
        ("Belegung", "2", "gemeldet_am"),
        ("Bewohner", "3", "pg3"),
    ]


def test_a_missing_column_is_named_with_the_nearest_candidate() -> None:
    sheets = put(small(), "Belegung", 1, "plaetze_nicht_belegt", "Plätze nicht belegtt")
    finding = only(refused(sheets))
    assert finding.rule == "column_missing"
    assert (finding.place, finding.column) == ("Belegung", "plaetze_nicht_belegt")
    assert "plaetze_nicht_belegtt" in finding.message


def test_a_missing_sheet_is_named() -> None:
    sheets = small()
    del sheets["Angebote"]
    (finding,) = read(sheets).findings
    assert (finding.rule, finding.place) == ("sheet_absent", "Angebote")
    assert "no kind and no municipality is known, so no figure counts them" in finding.message


@pytest.mark.parametrize("title", ["Belegungen", "Plätze", "Tabelle2"])
def test_the_one_sheet_with_all_columns_of_an_absent_one_is_read_as_that(title: str) -> None:
    sheets = small()
    sheets[title] = sheets.pop("Belegung")
    batch = read(sheets)
    assert batch.tables["belegung"]["plaetze_belegt"].tolist() == [75, 38]
    (told,) = (one for one in batch.findings if one.rule == "sheet_by_columns")
    assert (told.place, told.severity) == ("Belegung", "warning")
    stripped = strip_workbook(book(sheets), NAME, Settings())
    assert told in stripped.warnings
    assert parse(stripped.content, origin()).tables["belegung"]["plaetze_belegt"].tolist() == [
        75,
        38,
    ]


def test_of_two_sheets_with_its_columns_none_is_taken_for_an_absent_one() -> None:
    sheets = small()
    sheets["Belegung alt"] = sheets["Belegungen"] = sheets.pop("Belegung")
    assert "sheet_missing" in {one.rule for one in refused(sheets)}


def test_a_hidden_sheet_is_not_taken_for_an_absent_one() -> None:
    def hide(workbook: Workbook) -> None:
        workbook["Alt"].sheet_state = "hidden"

    sheets = small()
    sheets["Alt"] = sheets.pop("Belegung")
    assert "sheet_missing" in {one.rule for one in refused(book(sheets, hide))}


def test_a_misspelt_sheet_without_a_column_that_is_needed_is_not_taken_for_an_absent_one() -> None:
    sheets = small()
    sheets["Belegungen"] = [row[3:] for row in sheets.pop("Belegung")]
    finding = only(refused(sheets))
    assert (finding.expected, finding.found) == ("Belegung", "Belegungen")


def test_a_workbook_without_any_known_sheet() -> None:
    assert only(refused({"Tabelle1": [["a", "b"]]})).rule == "sheet_missing"


def test_a_sheet_without_header() -> None:
    sheets = small() | {"Bewohner": small()["Bewohner"][1:]}
    finding = only(refused(sheets))
    assert (finding.rule, finding.place) == ("header_missing", "Bewohner")


def test_a_column_that_stands_there_twice() -> None:
    sheets = small()
    for row in sheets["Bewohner"]:
        row.append(row[2])
    assert only(refused(sheets)).rule == "column_twice"


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "archive"),
        (b"PK\x03\x04 cut off", "archive"),
        (b"<html>Wartung</html>", "is_text"),
        (b"stichtag;pfad_id\n", "list_unknown"),
    ],
)
def test_bytes_that_are_no_workbook(content: bytes, rule: str) -> None:
    finding = only(refused(content))
    assert (finding.rule, finding.severity) == (rule, "critical")


def test_a_workbook_cut_off_anywhere_is_refused() -> None:
    content = book(small())
    for cut in range(1, 10):
        assert only(refused(content[: len(content) * cut // 10])).rule == "archive"


def test_a_flipped_byte_in_a_part_is_refused() -> None:
    content = bytearray(book(small()))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        at = archive.getinfo("xl/worksheets/sheet2.xml").header_offset + 120
    content[at] ^= 0xFF
    assert only(refused(bytes(content))).rule == "xlsx_unreadable"


def test_another_stichtag_in_one_row_than_in_the_name() -> None:
    finding = only(refused(put(small(), "Personal", 3, "stichtag", date(2021, 5, 15))))
    assert finding.rule == "reference_date_differs"
    assert (finding.place, finding.row) == ("Personal", "3")
    assert (finding.expected, finding.found) == ("15.08.2021", "15.05.2021")


def test_a_file_name_of_another_day() -> None:
    findings = refused(small(), "WTG_Stichtag_2021-05-15.xlsx")
    assert len(findings) == 8
    assert {f.expected for f in findings} == {"15.05.2021"}


def test_a_file_name_with_a_day_that_does_not_exist() -> None:
    assert only(refused(small(), "WTG_Stichtag_2021-02-30.xlsx")).rule == "reference_date_missing"


def test_merged_cells_over_numbers() -> None:
    def merge(workbook: Workbook) -> None:
        workbook["Belegung"].merge_cells("C2:C3")

    finding = only(refused(book(small(), merge)))
    assert (finding.rule, finding.place, finding.column) == ("merged_cells", "Belegung", "C2:C3")


def test_merged_cells_in_a_title_do_no_harm() -> None:
    sheets = small()
    sheets["Bewohner"] = [["Bewohner zum 15.08.2021"], [], *sheets["Bewohner"]]
    content = book(sheets, lambda workbook: workbook["Bewohner"].merge_cells("A1:I1"))
    assert list(parse(content, origin()).tables["bewohner"]["source_row"]) == [4, 5]


def test_a_formula_that_was_never_calculated() -> None:
    def formula(workbook: Workbook) -> None:
        workbook["Belegung"]["C3"] = "=G3+H3"

    finding = only(refused(book(small(), formula)))
    assert (finding.rule, finding.row, finding.column) == ("formula_without_result", "3", "C")


def test_rows_beyond_the_extent_a_sheet_states_are_read() -> None:
    content = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book(small()))) as archive,
        zipfile.ZipFile(content, "w") as spoilt,
    ):
        for name in archive.namelist():
            part = archive.read(name)
            spoilt.writestr(name, re.sub(rb'(<dimension ref=)"[^"]*"', rb'\1"A1:B2"', part))
    assert len(parse(content.getvalue(), origin()).tables["belegung"]) == 2


def total_row(sheets: dict, **values: int) -> dict:
    row: list[object] = ["Gesamt", *[None] * (len(OCCUPANCY) - 1)]
    for column, value in values.items():
        row[OCCUPANCY.index(column)] = value
    sheets["Belegung"].append(row)
    return sheets


def test_a_total_row_is_left_out_and_said_so() -> None:
    batch = read(total_row(small(), plaetze_vertrag=120, plaetze_nicht_belegt=7))
    assert [(f.rule, f.severity, f.row) for f in batch.findings] == [("total_row", "warning", "4")]
    assert list(batch.tables["belegung"]["pfad_id"]) == ["A", "B"]


def test_a_total_row_that_the_rows_do_not_make() -> None:
    batch = read(total_row(small(), plaetze_vertrag=121, plaetze_nicht_belegt=7))
    differs = [f for f in batch.findings if f.rule == "total_row_differs"]
    finding = only(tuple(differs))
    assert (finding.severity, finding.row, finding.column) == ("critical", "4", "plaetze_vertrag")
    assert (finding.expected, finding.found) == ("120", "121")


def test_an_offer_nobody_knows() -> None:
    sheets = small()
    sheets["Personal"][2][1] = "C"
    finding, _ = read(sheets).findings
    assert (finding.rule, finding.severity) == ("offer_unknown", "critical")
    assert (finding.place, finding.row, finding.found) == ("Personal", "3", "C")


def test_a_home_left_out_of_belegung_would_lower_the_sum_unseen() -> None:
    sheets = small()
    del sheets["Belegung"][2], sheets["Bewohner"][2]
    finding = only(read(sheets).findings)
    assert (finding.rule, finding.severity) == ("offer_not_reported", "critical")
    assert "B (Haus am Berg)" in finding.message


def test_occupied_places_without_residents() -> None:
    sheets = small()
    del sheets["Bewohner"][1]
    finding = only(read(sheets).findings)
    assert (finding.rule, finding.place, finding.row) == ("residents_not_reported", "Belegung", "2")


def test_an_unknown_column_and_an_unknown_sheet_are_flagged() -> None:
    sheets = small() | {"Notizen": [["ein Zettel"]], "Tabelle1": [[None]], "Hinweis": [["x"]]}
    for row, extra in zip(sheets["Bewohner"], ["pg6", 1, 1], strict=True):
        row.append(extra)
    assert [(f.rule, f.severity, f.place, f.found) for f in read(sheets).findings] == [
        ("sheet_unknown", "warning", "Notizen", "Notizen"),
        ("column_unknown", "warning", "Bewohner", "pg6"),
    ]


def test_values_under_no_name_are_flagged() -> None:
    sheets = small()
    sheets["Bewohner"][1].append("siehe Anlage")
    finding = only(read(sheets).findings)
    assert (finding.rule, finding.column, finding.found) == ("column_unnamed", "J", "siehe Anlage")


def test_an_optional_column_left_out_is_flagged_and_empty() -> None:
    sheets = small()
    for row in sheets["Bewohner"]:
        del row[-1]
    batch = read(sheets)
    assert [(f.rule, f.severity, f.column) for f in batch.findings] == [
        ("column_missing", "warning", "unter_60")
    ]
    assert batch.tables["bewohner"]["unter_60"].isna().all()


def test_columns_in_any_order_under_a_title_with_empty_rows_between() -> None:
    plain, sheets = read(small()), small()
    sheets["Belegung"] = [
        ["Belegung der Einrichtungen"],
        [],
        *([*reversed(row)] for row in sheets["Belegung"][:2]),
        [None, "  "],
        [*reversed(sheets["Belegung"][2])],
    ]
    mixed = read(sheets)
    assert mixed.findings == ()
    assert list(mixed.tables["belegung"]["source_row"]) == [4, 6]
    assert (
        mixed.tables["belegung"]
        .drop(columns="source_row")
        .equals(plain.tables["belegung"].drop(columns="source_row"))
    )


def test_headers_as_people_write_them() -> None:
    sheets = put(small(), "Belegung", 1, "plaetze_belegt", " Plätze belegt ")
    sheets["Angebote "] = sheets.pop("Angebote")
    batch = read(sheets)
    assert batch.findings == ()
    assert list(batch.tables["belegung"]["plaetze_belegt"]) == [75, 38]


def test_text_dates_markers_footnotes_and_lost_zeros() -> None:
    sheets = put(small(), "Belegung", 2, "stichtag", "15.08.2021")
    sheets = put(sheets, "Belegung", 2, "davon_kzp_eingestreut", "k. A.")
    sheets = put(sheets, "Belegung", 2, "plaetze_nicht_belegt", "5 (coronabedingt)")
    sheets = put(sheets, "Angebote", 3, "ags", 5162004)
    batch = read(sheets)
    row = batch.tables["belegung"].iloc[0]
    assert row["reference_date"] == DAY
    assert row["davon_kzp_eingestreut"] is not None
    assert batch.tables["belegung"]["davon_kzp_eingestreut"].isna().tolist() == [True, False]
    assert row["plaetze_nicht_belegt"] == 5
    assert json.loads(row["cell_markers"]) == {
        "davon_kzp_eingestreut": "k. A.",
        "plaetze_nicht_belegt": "Anm.",
    }
    assert list(batch.tables["angebote"]["ags"]) == ["05162024", "05162004"]


def test_a_quota_formatted_as_percentage_is_what_the_officer_sees() -> None:
    def as_percentage(workbook: Workbook) -> None:
        workbook["Personal"]["I2"] = 0.55
        workbook["Personal"]["I2"].number_format = "0%"

    batch = parse(book(small(), as_percentage), origin())
    assert list(batch.tables["personal"]["fachkraftquote_gemeldet"]) == [55.0, 52.5]


def test_what_a_whole_workbook_becomes() -> None:
    batch = read(small())
    assert batch.period == "2021-08-15"
    assert batch.published_at == datetime(2021, 8, 29, tzinfo=UTC)
    assert batch.findings == ()
    assert {name: len(frame) for name, frame in batch.tables.items()} == {
        "angebote": 2,
        "belegung": 2,
        "bewohner": 2,
        "personal": 2,
        "pruefungen": 0,
        "massnahmen": 0,
        "planungen": 0,
        "unterstuetzungsangebote": 0,
    }
    provenance = {
        "source_sha256": "0" * 64,
        "period": batch.period,
        "published_at": batch.published_at,
        "retrieved_at": datetime(2021, 9, 1, tzinfo=UTC),
    }
    for name, schema in TABLES.items():
        assert typed(batch.tables[name], schema, provenance).num_rows == len(batch.tables[name])


def test_sheets_without_stichtag_take_that_of_the_file() -> None:
    header = "vorhaben_id ags angebotsform plaetze wohneinheiten status beschluss_am"
    columns = [*header.split(), "inbetriebnahme_erwartet", "traeger"]
    sheets = {"Planungen": [columns, ["V1", 5162, "tagespflege", 15, None, "geplant", None, None]]}
    batch = read(sheets, "WTG_Stichtag_2021-10-01.xlsx")
    assert batch.tables["planungen"]["reference_date"].tolist() == [date(2021, 10, 1)]
    assert batch.tables["planungen"]["ags"].tolist() == ["05162"]
    assert only(refused(sheets, "Planungen.xlsx")).rule == "reference_date_missing"


def test_a_date_column_that_holds_the_number_of_a_day_is_explained() -> None:
    finding = only(refused(put(small(), "Belegung", 2, "gemeldet_am", 44423)))
    assert "15.08.2021" in finding.expected
