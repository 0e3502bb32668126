"""What officers do to a workbook: harmless things give the same rows, others a finding by name."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime

import msoffcrypto.format.ooxml
import pandas as pd
import pytest
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from wtg_workbooks import DAY, OCCUPANCY, OFFERS, Sheets, book, origin, put, read, refused, small

from ingest.wtg.workbook import parse
from kreishaus.model import Batch, Finding

PLAIN = read(small()).tables


def same_rows(batch: Batch, *, where: bool = True) -> bool:
    """Whether a batch has the rows of the plain workbook; ``where``: also at the same places."""
    left_out = ["cell_markers"] if where else ["cell_markers", "source_row"]
    return all(
        frame.drop(columns=left_out).equals(PLAIN[name].drop(columns=left_out))
        for name, frame in batch.tables.items()
    )


def spoilt(spoil: Callable[[Workbook], object], sheets: Sheets | None = None) -> bytes:
    return book(sheets or small(), lambda workbook: spoil(workbook) and None)


def told(batch: Batch) -> list[tuple[str, str]]:
    return [(finding.rule, finding.severity) for finding in batch.findings]


def only(findings: tuple[Finding, ...] | list[Finding]) -> Finding:
    assert len(findings) == 1, findings
    return findings[0]


def edited(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one of its parts changed, as another program would have written it."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as archive,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in archive.namelist():
            body = archive.read(name)
            target.writestr(name, change(body) if name == part else body)
    return written.getvalue()


# --- titles, merged cells, sums -----------------------------------------------------------------


def test_title_rows_two_header_rows_and_blank_rows_in_the_middle() -> None:
    sheets = small()
    rows = sheets["Belegung"]
    groups = [None, None, "Plätze", None, None, None, "Belegung"]
    sheets["Belegung"] = [["Belegung zum 15.08.2021"], [], groups, *rows[:2], [None, " "], rows[2]]

    def merge(workbook: Workbook) -> None:
        workbook["Belegung"].merge_cells("A1:P1")
        workbook["Belegung"].merge_cells("C3:F3")

    batch = parse(book(sheets, merge), origin())
    assert batch.findings == ()
    assert same_rows(batch, where=False)
    assert batch.tables["belegung"]["source_row"].tolist() == [5, 7]


def test_a_header_over_two_rows_names_the_other_row() -> None:
    sheets = small()
    header = sheets["Belegung"][0]
    upper = [None if name.startswith("plaetze") else name for name in header]
    lower = [name if name.startswith("plaetze") else None for name in header]
    sheets["Belegung"] = [upper, lower, *sheets["Belegung"][1:]]
    findings = refused(sheets)
    assert {f.column for f in findings} == {name for name in header if name.startswith("plaetze")}
    assert all("row 2 names it: put all names into one row" in f.message for f in findings)


def test_a_header_merged_over_two_rows_is_one() -> None:
    sheets = small()
    header = sheets["Bewohner"][0]
    sheets["Bewohner"] = [
        [*header[:2], *[None] * 7],
        [None, None, *header[2:]],
        *sheets["Bewohner"][1:],
    ]

    def merge(workbook: Workbook) -> None:
        workbook["Bewohner"].merge_cells("A1:A2")
        workbook["Bewohner"].merge_cells("B1:B2")

    batch = parse(book(sheets, merge), origin())
    assert batch.findings == ()
    assert same_rows(batch, where=False)


@pytest.mark.parametrize("value", ["05162024", 5162024])
def test_a_municipality_merged_down_holds_for_each_row(value: object) -> None:
    def merge(workbook: Workbook) -> None:
        sheet = workbook["Angebote"]
        for letter, text in (("M", "Neuss"), ("N", value), ("A", DAY)):
            sheet[f"{letter}2"] = text
            sheet.merge_cells(f"{letter}2:{letter}3")

    batch = parse(book(small(), merge), origin())
    assert batch.findings == ()
    assert batch.tables["angebote"]["ags"].tolist() == ["05162024", "05162024"]
    assert batch.tables["angebote"]["ort"].tolist() == ["Neuss", "Neuss"]


@pytest.mark.parametrize(
    ("sheet", "merged", "why"),
    [
        ("Belegung", "C2:C3", "holds a number"),
        ("Belegung", "L2:L3", "holds a number"),
        ("Belegung", "B2:B3", "holds a key"),
        ("Belegung", "C2:D2", "cover several columns"),
        ("Belegung", "N1:N3", "begin in the header"),
        ("Bewohner", "I1:J1", "cover several columns"),
    ],
)
def test_cells_merged_over_values_are_refused_with_their_range(
    sheet: str, merged: str, why: str
) -> None:
    findings = refused(spoilt(lambda workbook: workbook[sheet].merge_cells(merged)))
    finding = next(f for f in findings if f.rule == "merged_cells")
    assert (finding.place, finding.column) == (sheet, merged)
    assert why in finding.message


def test_a_merged_label_of_a_sum_and_a_merged_note_hide_nothing() -> None:
    sheets = small()
    total: list[object] = ["Gesamt", *[None] * (len(OCCUPANCY) - 1)]
    total[2] = 120
    sheets["Belegung"] += [total, ["* teilweise geschätzt, Stand 14.08."]]

    def merge(workbook: Workbook) -> None:
        workbook["Belegung"].merge_cells("A4:B4")
        workbook["Belegung"].merge_cells("A5:P5")

    batch = parse(book(sheets, merge), origin())
    assert told(batch) == [("total_row", "warning"), ("row_is_note", "warning")]
    assert same_rows(batch)


def sums(*rows: tuple[str, int]) -> Sheets:
    """Belegung in which each home is followed by sums of contracted places."""
    sheets = small()
    header, *homes = sheets["Belegung"]
    sheets["Belegung"] = [header]
    for home, printed in zip(homes, [rows[:1], rows[1:]], strict=True):
        sheets["Belegung"].append(home)
        for label, places in printed:
            sheets["Belegung"].append([label, None, places, *[None] * (len(OCCUPANCY) - 3)])
    return sheets


def test_sums_of_each_municipality_and_of_all() -> None:
    rows = sums(("Summe Neuss", 80), ("Zwischensumme", 40), ("Kreis insgesamt", 120))
    batch = read(rows)
    assert told(batch) == [("total_row", "warning")] * 3
    assert same_rows(batch, where=False)


@pytest.mark.parametrize(
    ("rows", "row"),
    [
        ((("Summe", 81), ("Summe", 40), ("Gesamt", 120)), "3"),
        ((("Summe", 80), ("Summe", 41), ("Gesamt", 120)), "5"),
        ((("Summe", 80), ("Summe", 40), ("Gesamt", 119)), "6"),
    ],
)
def test_a_sum_that_is_none_is_critical(rows: tuple[tuple[str, int], ...], row: str) -> None:
    (finding,) = (f for f in read(sums(*rows)).findings if f.severity == "critical")
    assert (finding.rule, finding.row, finding.column) == (
        "total_row_differs",
        row,
        "plaetze_vertrag",
    )


def test_rows_that_are_no_data_are_named_and_left_out() -> None:
    sheets = small()
    sheets["Personal"].insert(1, ["Stadt Neuss"])
    sheets["Personal"].insert(3, [*sheets["Personal"][0]])
    sheets["Personal"] += [[DAY], ["15.08.2021"], ["Quelle: Jahresmeldung"]]
    batch = read(sheets)
    assert [(f.rule, f.severity, f.row, f.found) for f in batch.findings] == [
        ("row_is_note", "warning", "2", "2 such rows"),
        ("row_is_header", "warning", "4", "1 such rows"),
        ("row_is_empty", "warning", "6", "2 such rows"),
    ]
    assert same_rows(batch, where=False)


def test_a_key_alone_or_a_name_alone_is_a_row_and_not_a_note() -> None:
    assert {f.rule for f in refused(put(small(), "Angebote", 2, "pfad_id", None))} == {
        "cell_unreadable"
    }
    for column, text in (("pfad_id", "C"), ("name", "Haus am Wald")):
        sheets = small()
        alone: list[object] = [None] * len(OFFERS)
        alone[OFFERS.index(column)] = text
        sheets["Angebote"].append(alone)
        assert {f.row for f in refused(sheets)} == {"4"}


# --- cells ----------------------------------------------------------------------------------------

HARMLESS = {
    "trailing blanks and signs in keys": ("Bewohner", 2, "pfad_id", "A_ "),
    "a trailing point in a key": ("Personal", 2, "pfad_id", "A."),
    "an invisible sign from a web page": ("Belegung", 2, "pfad_id", "\u200bA"),
    "a name with a trailing sign": ("Angebote", 2, "name", "Haus am See._ "),
    "a text date of two digits": ("Belegung", 2, "stichtag", "15.8.21"),
    "a text date with a blank": ("Belegung", 2, "gemeldet_am", "15.08.2021 "),
    "a date with a time": ("Belegung", 2, "gemeldet_am", datetime(2021, 8, 15, 14, 35)),
    "a date with a printed midnight": ("Belegung", 2, "gemeldet_am", "15.08.2021 00:00:00"),
    "a stichtag as a number": ("Bewohner", 3, "stichtag", 44423),
    "a key without its zero": ("Angebote", 2, "ags", 5162024),
    "a postcode as a number": ("Angebote", 2, "plz", 41460),
    "a number as text": ("Belegung", 2, "plaetze_vertrag", "80"),
    "a number with a footnote": ("Belegung", 2, "plaetze_vertrag", "80 (coronabedingt)"),
    "a number with a star": ("Belegung", 2, "plaetze_vertrag", "80*"),
    "a decimal comma": ("Personal", 3, "vk_fachkraft", "10,5"),
    "a decimal point": ("Personal", 3, "vk_fachkraft", "10.50"),
    "a percent sign": ("Personal", 2, "fachkraftquote_gemeldet", "55 %"),
    "nothing written as a dash": ("Belegung", 3, "grund", "-"),
}


@pytest.mark.parametrize("how", HARMLESS)
def test_written_otherwise_it_is_the_same(how: str) -> None:
    sheet, row, column, value = HARMLESS[how]
    batch = read(put(small(), sheet, row, column, value))
    assert batch.findings == ()
    assert same_rows(batch)


@pytest.mark.parametrize("marker", ["k. A.", "entfällt", "-", "n. b.", "./."])
def test_a_marker_is_empty_and_kept(marker: str) -> None:
    batch = read(put(small(), "Belegung", 2, "davon_kzp_fixflex", marker))
    cell = batch.tables["belegung"].iloc[0]
    assert pd.isna(cell["davon_kzp_fixflex"])
    assert json.loads(cell["cell_markers"]) == {"davon_kzp_fixflex": marker}


@pytest.mark.parametrize(
    ("sheet", "column", "value", "expected"),
    [
        ("Belegung", "gemeldet_am", "Aug 2021", "a date such as 15.08.2021"),
        ("Belegung", "gemeldet_am", "15.8.21", "the year with four digits"),
        ("Belegung", "gemeldet_am", 44423, "if 15.08.2021 is meant"),
        ("Belegung", "plaetze_vertrag", "3)", "a whole number such as 17"),
        ("Belegung", "plaetze_vertrag", "80 (40", "a whole number such as 17"),
        ("Belegung", "plaetze_vertrag", "80 + 2", "a whole number such as 17"),
        ("Belegung", "plaetze_vertrag", "80,5", "a whole number such as 17"),
        ("Belegung", "plaetze_vertrag", "#REF!", "not the error of a formula"),
        ("Belegung", "plaetze_vertrag", "#DIV/0!", "not the error of a formula"),
        ("Belegung", "grund", "#NV", "not the error of a formula"),
        ("Belegung", "ueberbelegung_genehmigt", "x", "ja or nein"),
        ("Angebote", "ort", datetime(2021, 5, 3), "a text"),
        ("Angebote", "angebotsform_wtg", None, "a value"),
        ("Personal", "vk_fachkraft", "10.500", "a dot alone may part thousands or decimals"),
    ],
)
def test_what_cannot_be_read_is_named(
    sheet: str, column: str, value: object, expected: str
) -> None:
    finding = only(refused(put(small(), sheet, 2, column, value)))
    assert (finding.rule, finding.place, finding.row, finding.column) == (
        "cell_unreadable",
        sheet,
        "2",
        column,
    )
    assert expected in str(finding.expected)
    assert expected in finding.message


def test_a_sheet_of_faults_is_not_told_to_its_end() -> None:
    sheets = small()
    sheets["Bewohner"] += [["morgen", "A", *["viele"] * 7] for _ in range(1000)]
    findings = refused(sheets)
    # stichtag and seven counts, one finding a column, none naming more than twenty rows
    assert len(findings) == 8
    assert all(len(finding.message) < 300 for finding in findings)


def rich(*blocks: str | TextBlock) -> bytes:
    return spoilt(lambda book: book["Belegung"].__setitem__("C2", CellRichText(*blocks)))


def as_shared_text(content: bytes) -> bytes:
    """The rich text moved from its cell into the shared strings, where Excel keeps it."""
    sheet = "xl/worksheets/sheet2.xml"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        cells = archive.read(sheet)
    found = re.search(rb'<c r="C2"[^>]*t="inlineStr"[^>]*><is>(.*?)</is></c>', cells)
    assert found is not None
    one_cell = b'<c r="C2" t="s"><v>0</v></c>'
    content = edited(content, sheet, lambda body: body.replace(found[0], one_cell))
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    part = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
    written = io.BytesIO(
        edited(
            content,
            "[Content_Types].xml",
            lambda body: body.replace(b"</Types>", part.encode()),
        )
    )
    namespace = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    with zipfile.ZipFile(written, "a") as archive:
        strings = b'<sst xmlns="' + namespace + b'"><si>' + found[1] + b"</si></sst>"
        archive.writestr("xl/sharedStrings.xml", strings)
    return written.getvalue()


@pytest.mark.parametrize("stored", [lambda content: content, as_shared_text])
def test_a_raised_one_is_a_footnote_and_not_another_digit(
    stored: Callable[[bytes], bytes],
) -> None:
    content = stored(rich("80", TextBlock(InlineFont(vertAlign="superscript"), "1")))
    batch = parse(content, origin())
    assert same_rows(batch)
    markers = batch.tables["belegung"]["cell_markers"].iloc[0]
    assert json.loads(markers) == {"plaetze_vertrag": "Anm."}


@pytest.mark.parametrize("stored", [lambda content: content, as_shared_text])
def test_a_part_of_a_cell_struck_through_is_refused(stored: Callable[[bytes], bytes]) -> None:
    content = stored(rich(TextBlock(InlineFont(strike=True), "82 "), "80"))
    assert {(f.rule, f.row) for f in refused(content)} >= {("struck_through", "2")}


def test_a_value_struck_through_is_refused_and_a_title_may_be() -> None:
    def strike(workbook: Workbook) -> None:
        workbook["Angebote"]["D3"].font = Font(strike=True)
        workbook["Angebote"]["A1"].font = Font(strike=True)

    finding = only(refused(book(small(), strike)))
    assert (finding.rule, finding.place, finding.row, finding.column) == (
        "struck_through",
        "Angebote",
        "3",
        "D",
    )


def test_a_number_that_only_looks_like_a_percentage() -> None:
    def literal(workbook: Workbook) -> None:
        workbook["Personal"]["I2"].number_format = '0" %"'

    assert same_rows(parse(book(small(), literal), origin()))


# --- looks ----------------------------------------------------------------------------------------


def test_hidden_rows_columns_and_sheets_are_read_and_said() -> None:
    def hide(workbook: Workbook) -> None:
        workbook["Belegung"].row_dimensions[3].hidden = True
        workbook["Belegung"].column_dimensions["M"].hidden = True
        workbook["Personal"].sheet_state = "hidden"

    batch = parse(book(small(), hide), origin())
    assert same_rows(batch)
    assert [(f.rule, f.severity, f.place, f.found) for f in batch.findings] == [
        ("rows_hidden", "warning", "Belegung", "rows 3"),
        ("columns_hidden", "warning", "Belegung", "columns M"),
        ("sheet_hidden", "warning", "Personal", "Personal"),
    ]


def test_colours_and_comments_are_said_not_to_be_read() -> None:
    def look(workbook: Workbook) -> None:
        sheet = workbook["Belegung"]
        for cell in sheet[1]:
            cell.fill = PatternFill("solid", start_color="CCCCCC")
        sheet["C3"].fill = PatternFill("solid", start_color="FF0000")
        sheet["C3"].comment = Comment("davon 20 erst ab Oktober", "Muster")

    batch = parse(book(small(), look), origin())
    assert same_rows(batch)
    assert [(f.rule, f.severity, f.found) for f in batch.findings] == [
        ("comments_not_read", "warning", "comments at C3"),
        ("colours_not_read", "warning", "rows 3"),
    ]
    assert "Oktober" not in str(batch.findings)


# --- sheets and columns ---------------------------------------------------------------------------


def test_sheets_and_columns_in_another_order() -> None:
    sheets = {title: [[*reversed(row)] for row in rows] for title, rows in small().items()}
    batch = read(dict(reversed(sheets.items())))
    assert batch.findings == ()
    assert same_rows(batch)


@pytest.mark.parametrize("title", ["Belegung", "Bewohner"])
def test_a_sheet_that_was_forgotten_is_said(title: str) -> None:
    sheets = small()
    del sheets[title]
    finding = only(read(sheets).findings)
    assert (finding.rule, finding.severity, finding.place) == ("sheet_absent", "warning", title)


def test_a_sheet_under_quite_another_name_is_not_taken_for_absent() -> None:
    sheets = small()
    sheets["Plätze"] = [[row[0], *row[2:]] for row in sheets.pop("Belegung")]  # without the key
    finding = only(refused(sheets))
    assert (finding.rule, finding.expected, finding.found) == (
        "sheet_missing",
        "Belegung",
        "Plätze",
    )
    assert "rename the sheet to Belegung" in finding.message
    assert "ingest/wtg/sheet_aliases.csv" in finding.message


def test_a_sheet_whose_cells_the_library_passes_over_is_not_taken_for_empty() -> None:
    content = edited(
        book(small()),
        "xl/worksheets/sheet2.xml",
        lambda body: body.replace(b"spreadsheetml/2006/main", b"spreadsheetml/2006/mein"),
    )
    finding = only(refused(content))
    assert finding.rule == "xlsx_unreadable"
    assert "cells hold something, 0 were read" in str(finding.found)


@pytest.mark.parametrize("title", ["Belegung (2)", "Belegung neu", "belegung_alt"])
def test_two_versions_of_a_sheet_are_refused(title: str) -> None:
    sheets = small() | {title: small()["Belegung"]}
    finding = only(refused(sheets))
    assert (finding.rule, finding.place, finding.found) == ("sheet_twice", "Belegung", title)


def test_a_sheet_twice_under_one_name_but_for_blanks() -> None:
    finding = only(refused(small() | {"Belegung ": small()["Belegung"]}))
    assert (finding.rule, finding.place) == ("sheet_twice", "Belegung")


def test_a_renamed_column_is_named_next_to_what_was_expected_and_where_to_mend() -> None:
    finding = only(refused(put(small(), "Belegung", 1, "plaetze_vertrag", "vertragte_plaetze")))
    assert (finding.rule, finding.expected, finding.found) == (
        "column_missing",
        "plaetze_vertrag",
        "vertragte_plaetze",
    )
    assert "ingest/wtg/header_aliases.csv" in finding.message


def test_another_word_for_a_column_that_is_known() -> None:
    sheets = put(small(), "Angebote", 1, "plz", "Postleitzahl")
    batch = read(put(sheets, "Angebote", 1, "name", "Name der Einrichtung"))
    assert batch.findings == ()
    assert same_rows(batch)


def test_an_empty_sheet_is_said_and_an_empty_form_refused() -> None:
    batch = read(small() | {"Personal": [[]]})
    assert told(batch) == [("sheet_empty", "warning")]
    batch = read(small() | {"Personal": small()["Personal"][:1]})
    assert told(batch) == [("sheet_empty", "warning")]
    form = {title: rows[:1] for title, rows in small().items()}
    assert only(refused(form)).rule == "no_rows"


def test_a_sheet_that_the_workbook_names_and_does_not_hold_is_not_taken_for_absent() -> None:
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book(small()))) as archive,
        zipfile.ZipFile(written, "w") as target,
    ):
        for name in archive.namelist():
            if name != "xl/worksheets/sheet4.xml":
                target.writestr(name, archive.read(name))
    finding = only(refused(written.getvalue()))
    assert finding.rule == "xlsx_unreadable"
    assert "xl/worksheets/sheet4.xml" in str(finding.found)


def test_rows_out_of_their_order_are_not_left_out() -> None:
    content = edited(
        book(small()), "xl/worksheets/sheet3.xml", lambda body: body.replace(b'r="3"', b'r="1"')
    )
    finding = only(refused(content))
    assert (finding.rule, "row 1 is out of its order" in str(finding.found)) == (
        "xlsx_unreadable",
        True,
    )


def test_a_formula_that_makes_an_empty_text_is_empty() -> None:
    def formula(workbook: Workbook) -> None:
        workbook["Belegung"]["J3"] = '=IF(I3=0,"",1)'

    content = edited(
        book(small(), formula),
        "xl/worksheets/sheet2.xml",
        lambda body: body.replace(b'<c r="J3">', b'<c r="J3" t="str">'),
    )
    batch = parse(content, origin())
    assert same_rows(batch)


# --- files that are no XLSX -----------------------------------------------------------------------


def old_workbook() -> bytes:
    workbook, written = xlwt.Workbook(), io.BytesIO()
    for column, name in enumerate(OFFERS):
        workbook.add_sheet("Angebote" if column == 0 else f"Tabelle{column}").write(0, 0, name)
    workbook.save(written)
    return written.getvalue()


def encrypted() -> bytes:
    written = io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(book(small()))).encrypt("geheim", written)
    return written.getvalue()


def open_document() -> bytes:
    written = io.BytesIO()
    OpenDocumentSpreadsheet().save(written)
    return written.getvalue()


@pytest.mark.parametrize(
    ("content", "rule", "what"),
    [
        (encrypted(), "workbook_encrypted", "protected by a password"),
    ],
)
def test_another_format_under_the_name_of_an_xlsx(content: bytes, rule: str, what: str) -> None:
    finding = only(refused(content))
    assert finding.rule == rule
    assert what in finding.message


def test_a_workbook_of_a_million_formatted_cells_is_refused_and_not_waited_for() -> None:
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    content = edited(
        book(small()),
        "xl/worksheets/sheet4.xml",
        lambda body: body.replace(b"</sheetData>", far),
    )
    finding = only(refused(content))
    assert (finding.rule, finding.place) == ("workbook_too_large", "Personal")
    assert "delete the empty rows" in finding.message


def test_cells_merged_over_the_whole_sheet_are_refused_and_not_unfolded() -> None:
    everywhere = b'</sheetData><mergeCells><mergeCell ref="A2:XFD1048576"/></mergeCells>'
    content = edited(
        book(small()),
        "xl/worksheets/sheet4.xml",
        lambda body: body.replace(b"</sheetData>", everywhere),
    )
    finding = only(refused(content))
    assert (finding.rule, finding.column) == ("merged_cells", "A2:XFD1048576")


# --- what is said of offers -----------------------------------------------------------------------


def test_a_test_record_stays_and_is_counted_nowhere() -> None:
    sheets = small()
    for title in ("Angebote", "Belegung", "Bewohner", "Personal"):
        row = [*sheets[title][1]]
        row[1] = "T"
        sheets[title].append(row)
    batch = read(put(sheets, "Angebote", 4, "name", "TestTestTest"))
    finding = only(batch.findings)
    assert (finding.rule, finding.severity, finding.row) == ("test_record", "warning", "4")
    reasons = batch.tables["angebote"]["set_aside_reason"].fillna("")
    assert reasons.tolist() == ["", "", "test_record"]


@pytest.mark.parametrize(
    ("status", "reason"), [(None, "project"), ("in Betrieb", ""), ("im Bau", "")]
)
def test_a_building_project_listed_as_a_home(status: str | None, reason: str) -> None:
    sheets = put(small(), "Angebote", 3, "name", "Neubau Haus am Berg")
    batch = read(put(sheets, "Angebote", 3, "status", status))
    assert batch.tables["angebote"]["set_aside_reason"].fillna("").tolist() == ["", reason]
    # Of a home that is said to be in operation the officer is told, and it is counted.
    told_of = [f for f in batch.findings if f.rule == "project_as_offer"]
    assert len(told_of) == (status != "im Bau")


def twice(**second: object) -> Batch:
    sheets = small()
    values = {"name": "HAUS AM SEE.", "ort": "Neuss, Westfalen", "ags": "05162024"} | second
    for column, value in values.items():
        sheets = put(sheets, "Angebote", 3, column, value)
    return read(sheets)


def test_an_offer_twice_under_two_spellings_of_its_place_would_count_twice() -> None:
    finding = only(twice().findings)
    assert (finding.rule, finding.severity, finding.row) == ("offer_twice", "critical", "3")
    assert "row 2 (A, Neuss) and row 3 (B, Neuss, Westfalen)" in finding.message


def with_third(**values: object) -> Sheets:
    """A third offer, a day care in Neuss, so that most rows say something."""
    sheets = small()
    sheets["Angebote"].append([*sheets["Angebote"][1]])
    for column, value in (
        {"pfad_id": "C", "name": "Tagespflege", "angebotsform_wtg": "tagespflege"} | values
    ).items():
        sheets = put(sheets, "Angebote", 4, column, value)
    return sheets


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"ort": "Neuss, Westfalen"}, None),
        ({"ort": "Neuss", "ags": "05162042"}, "05162024"),
        ({"ort": "Düsseldorf", "ags": "05111000"}, "05162..."),
        ({"ort": None, "ags": "05111000"}, "05162..."),
        ({"ort": None, "ags": "05162028"}, None),
    ],
)
def test_an_offer_at_a_key_that_is_not_its_place_s(
    values: dict[str, object], expected: str | None
) -> None:
    found = [(f.rule, f.severity, f.row, f.expected) for f in read(with_third(**values)).findings]
    assert found == ([("ags_differs", "critical", "4", expected)] if expected else [])


def test_another_house_number_or_kind_makes_it_another_offer() -> None:
    assert twice(hausnummer=5).findings == ()
    assert twice(angebotsform_wtg="tagespflege").findings == ()


def test_residents_of_a_closed_home_are_not_counted_and_that_is_said() -> None:
    finding = only(read(put(small(), "Angebote", 3, "status", "geschlossen")).findings)
    assert (finding.rule, finding.severity, finding.place) == (
        "occupied_but_not_operating",
        "warning",
        "Belegung",
    )
    assert finding.found == "38 occupied places"


def test_a_home_without_staff_is_said_since_it_may_be_meant_so() -> None:
    sheets = small()
    del sheets["Personal"][2]
    finding = only(read(sheets).findings)
    assert (finding.rule, finding.severity, finding.row) == ("staff_not_reported", "warning", "3")
    assert "B (Haus am Berg)" in finding.message


def test_a_home_not_yet_built_need_not_report() -> None:
    sheets = put(small(), "Angebote", 3, "status", "geplant")
    for title in ("Belegung", "Bewohner", "Personal"):
        del sheets[title][2]
    assert read(sheets).findings == ()


# --- dates ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", [2012, 2031, 1921])
def test_a_mistyped_year_in_name_and_rows_is_refused(year: int) -> None:
    sheets = small()
    for rows in sheets.values():
        for row in rows[1:]:
            row[0] = date(year, 8, 15)
    name = f"WTG_Stichtag_{year}-08-15.xlsx"
    if year == 2012:
        assert read(sheets, name).period == "2012-08-15"
    else:
        assert {f.rule for f in refused(sheets, name)} == {"reference_date_differs"}


def test_a_date_a_month_ahead_is_the_last_that_can_be() -> None:
    sheets = {
        "Planungen": [
            ["vorhaben_id", "ags", "angebotsform", "plaetze", "wohneinheiten", "status"],
            ["V1", "05162", "tagespflege", 15, None, "geplant"],
        ]
    }
    assert read(sheets, "WTG_Stichtag_2021-10-02.xlsx").period == "2021-10-02"
    assert only(refused(sheets, "WTG_Stichtag_2021-10-03.xlsx")).found == "03.10.2021"


@pytest.mark.parametrize(
    ("column", "value", "published", "rules"),
    [
        ("freigabe_am", date(2021, 9, 1), datetime(2021, 9, 1, tzinfo=UTC), []),
        ("freigabe_status", "in Prüfung", None, []),
        ("freigabe_status", None, datetime(2021, 8, 29, tzinfo=UTC), []),
        ("freigabe_am", date(2021, 9, 2), None, ["released_in_future"]),
    ],
)
def test_recorded_at_the_last_release_once_all_is_released(
    column: str, value: object, published: datetime | None, rules: list[str]
) -> None:
    batch = read(put(small(), "Angebote", 3, column, value))
    assert batch.published_at == published
    assert [f.rule for f in batch.findings] == rules


@pytest.mark.parametrize(
    "name",
    [
        "WTG_Stichtag_2021-08-15_korrigiert.xlsx",
        "wtg stichtag 2021-08-15 (2).xlsx",
        "WTG-Stichtag-2021-08-15.xlsx",
        "WTG_Stichtag_15.08.2021.xlsx",
    ],
)
def test_what_an_officer_makes_of_the_name(name: str) -> None:
    assert read(small(), name).period == "2021-08-15"
