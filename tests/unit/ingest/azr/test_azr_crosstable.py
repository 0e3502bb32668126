"""The cross table, from the workbook to rows."""

import csv
from datetime import UTC, date, datetime

import pytest
from azr_workbooks import CROSSTABLE, changed, origin, sample, sheet_of, with_cell

from ingest.azr.crosstable import parse
from ingest.azr.tables import CROSSTABLE as TABLES
from kreishaus.model import UnreadableFile
from kreishaus.store.staging import typed
from sample.azr import FIGURES
from vocabulary.groups import GROUPS

HEADERS = (
    "Geschlecht k.A.", "Männlich", "Weiblich", "Unbek.", "Gesamt", "Alter k.A.", "bis 16",
    "16 - 18", "18 - 25", "25 - 35", "35 - 45", "45 - 55", "55 - 65", "Ab 65",
)  # fmt: skip
GROUP_OF = dict(zip(HEADERS, GROUPS, strict=True))


def published() -> list[tuple[str, str, str, int]]:
    with (FIGURES / "crosstable_2021-09-30.csv").open(encoding="utf-8") as lines:
        return [
            (row["Bezeichnung"], GROUP_OF[header].margin, GROUP_OF[header].code, int(row[header]))
            for row in csv.DictReader(lines, delimiter=";")
            for header in GROUP_OF
        ]


def read(content: bytes, label: str = CROSSTABLE):
    return parse(content, origin(label))


def cells(content: bytes, label: str = CROSSTABLE):
    return read(content, label).tables["cells"]


def findings(content: bytes, label: str = CROSSTABLE):
    with pytest.raises(UnreadableFile) as refusal:
        read(content, label)
    return refusal.value.findings


def test_bytes_that_are_no_workbook():
    (finding,) = findings(sample(CROSSTABLE)[:2000])
    assert finding.rule == "workbook"
    assert "Save it anew" in finding.message
    assert finding.expected == "a workbook (.xlsx, .ods, .xls) or a table of text (.csv)"


def test_a_workbook_without_the_table():
    (finding,) = findings(sheet_of(["Bezeichnung", "Jun 2017"], ["Gesamt", 1]))
    assert (finding.rule, finding.expected, finding.found) == ("header", "one such sheet", "none")


def test_an_unknown_label_names_row_neighbour_and_the_file_to_mend():
    label = "Chancen-Aufenthaltserlaubnis nach § 104c AufenthG"
    (finding,) = findings(with_cell(CROSSTABLE, "B9", label))
    assert (finding.rule, finding.place, finding.row) == ("unknown_label", "Kreuztabelle", "9")
    assert finding.column == "B (Bezeichnung)"
    assert finding.found == label
    assert "nearest known label is" in finding.message
    assert "vocabulary/status_aliases.csv" in finding.message


def test_numbers_without_a_label():
    (finding,) = findings(with_cell(CROSSTABLE, "B9", None))
    assert (finding.rule, finding.row, finding.found) == ("unknown_label", "9", "nothing")


@pytest.mark.parametrize(
    ("value", "found"), [(None, "nothing"), ("k. A.", "k. A."), (3.399, "3.399"), (-1, "-1")]
)
def test_a_cell_that_is_no_count(value, found):
    (finding,) = findings(with_cell(CROSSTABLE, "D12", value))
    assert (finding.rule, finding.place, finding.row) == ("number", "Kreuztabelle", "12")
    assert (finding.column, finding.found) == ("D (Männlich)", found)


def test_every_bad_cell_is_named_at_once():
    def two(sheet):
        sheet["D12"], sheet["P20"] = "?", "?"

    assert [finding.row for finding in findings(changed(CROSSTABLE, two))] == ["12", "20"]


def test_a_known_label_whose_numbers_are_gone_is_no_heading():
    def emptied(sheet):
        for column in range(3, 17):
            sheet.cell(15, column).value = None

    assert {finding.found for finding in findings(changed(CROSSTABLE, emptied))} == {"nothing"}


def test_a_new_group_stops_the_load():
    renamed = findings(with_cell(CROSSTABLE, "F6", "Divers"))
    assert {finding.rule for finding in renamed} == {"unknown_column", "header"}
    unknown = next(finding for finding in renamed if finding.rule == "unknown_column")
    assert (unknown.place, unknown.row, unknown.column) == ("Kreuztabelle", "6", "F")
    assert unknown.found == "Divers"
    assert unknown.expected == "one of the missing Geschlecht Unbek."
    assert "vocabulary/group_aliases.csv" in unknown.message
    assert any(finding.expected == "one column Geschlecht Unbek." for finding in renamed)


def test_a_column_beside_the_known_ones_stops_the_load():
    (finding,) = findings(with_cell(CROSSTABLE, "Q6", "Nebenbei"))
    assert (finding.rule, finding.column, finding.expected) == (
        "unknown_column",
        "Q",
        "no further column",
    )


def test_a_lost_column_is_named():
    def cut(sheet):
        sheet.unmerge_cells("H5:P5")
        sheet.delete_cols(16)

    (finding,) = findings(changed(CROSSTABLE, cut))
    assert (finding.rule, finding.expected, finding.found) == (
        "header",
        "one column Alter Ab 65",
        "none",
    )


@pytest.mark.parametrize(
    ("title", "made"),
    [
        ("Stand: 30.09.2021, erstellt am 14.10.2021", "2021-10-14"),
        ("Auswertungsdatum 15. Oktober 2021", "2021-10-15"),
        ("Stand: 30.09.2021, erstellt am 14.10.2020", None),
    ],
)
def test_when_it_was_made_as_the_title_says(title, made):
    """A day before the one that is counted is that of a template."""
    batch = read(with_cell(CROSSTABLE, "A3", title))
    assert (batch.published_at and f"{batch.published_at:%Y-%m-%d}") == made


def test_when_it_was_made_as_its_properties_say():
    assert read(sample(CROSSTABLE)).published_at == datetime(2021, 11, 30, tzinfo=UTC)


def test_k_a_beside_columns_of_one_margin_is_of_it():
    assert len(cells(changed(CROSSTABLE, without_upper_heads))) == 322


def test_k_a_between_columns_of_both_margins_is_not_guessed():
    def change(sheet):
        without_upper_heads(sheet)
        sheet["C6"], sheet["D6"], sheet["E6"], sheet["F6"] = (
            "Weiblich",
            "Männlich",
            "k.A.",
            "bis 16",
        )
        sheet["H6"] = None

    faults = findings(changed(CROSSTABLE, change))
    assert any(finding.expected == "one column Geschlecht k.A." for finding in faults)


def without_upper_heads(sheet):
    sheet.unmerge_cells("C5:F5")
    sheet.unmerge_cells("H5:P5")
    sheet["C5"] = sheet["H5"] = None


def test_a_group_under_the_wrong_upper_header_is_unknown():
    faults = findings(with_cell(CROSSTABLE, "C5", "Altersgruppen"))
    assert {finding.found for finding in faults} >= {"Männlich", "Weiblich", "Unbek."}


def test_two_columns_of_one_group():
    faults = findings(with_cell(CROSSTABLE, "E6", "männl."))
    double = next(
        finding for finding in faults if finding.expected == "one column Geschlecht Männlich"
    )
    assert double.found == "columns D, E"


@pytest.mark.parametrize(
    ("title", "label", "words"),
    [
        ("Stand: 30.06.2021", CROSSTABLE, "2021-09-30 as in the file name"),
        ("Stand: 30.09.2021, zum 30.06.2021", CROSSTABLE, "one date"),
        ("", "AZR_Kreuztabelle.xlsx", "Stand: TT.MM.JJJJ"),
    ],
)
def test_the_reference_date_must_be_one(title, label, words):
    (finding,) = findings(with_cell(CROSSTABLE, "A3", title), label)
    assert finding.rule in {"no_reference_date", "several_reference_dates"}
    assert words in finding.expected


def test_a_day_that_never_was():
    (finding,) = findings(with_cell(CROSSTABLE, "A3", "Stand: 31.09.2021"))
    assert (finding.rule, finding.found) == ("no_such_reference_date", "31.09.2021")


@pytest.mark.parametrize(
    ("title", "label"),
    [
        ("", CROSSTABLE),
        ("Stand: 30.09.2021", "AZR_Kreuztabelle.xlsx"),
        ("Stichtag 30. September 2021", "AZR_Kreuztabelle.xlsx"),
        ("erstellt am 14.10.2021, Stand 30.09.2021", CROSSTABLE),
    ],
)
def test_title_or_file_name_suffice(title, label):
    batch = read(with_cell(CROSSTABLE, "A3", title), label)
    assert batch.period == "2021-09-30"


def test_every_cell_is_as_published():
    batch = read(sample(CROSSTABLE))
    frame = batch.tables["cells"]
    names = ["status_label", "margin", "group_code", "value"]
    assert list(frame[names].itertuples(index=False, name=None)) == published()
    assert len(frame) == 23 * 14
    assert batch.period == "2021-09-30"
    assert set(frame["reference_date"]) == {date(2021, 9, 30)}
    assert frame["marker"].isna().all()


def test_the_printed_total():
    frame = cells(sample(CROSSTABLE))
    total = frame[frame["margin"] == "total"].set_index("status_code")["value"]
    assert total["total"] == 9720 == 7458 + 859 + 1403
    assert list(total[["recognised", "pending", "tolerated"]]) == [7458, 859, 1403]
    assert total["family"] == 889


def test_line_numbers_are_those_the_labels_refer_to():
    lines = cells(sample(CROSSTABLE)).groupby("status_code")["line_number"].first()
    assert lines["settlement_23_2"] == 3
    assert lines["humanitarian_permits"] == 8
    assert (lines["recognised"], lines["pending"], lines["tolerated"]) == (9, 11, 18)
    assert lines["total"] == 19


def test_a_table_without_printed_line_numbers_counts_the_sheets_own():
    def unnumbered(sheet):
        for row in (5, *range(7, 32)):
            sheet.cell(row, 1).value = None

    frame = cells(changed(CROSSTABLE, unnumbered))
    assert (frame["line_number"] == frame["source_row"]).all()
    assert len(frame) == 23 * 14


def test_a_numbered_table_needs_every_number():
    (finding,) = findings(with_cell(CROSSTABLE, "A9", None))
    assert (finding.rule, finding.row, finding.column) == ("line_number", "9", "A (Zeile)")


def test_a_marker_is_kept_beside_the_value():
    frame = cells(with_cell(CROSSTABLE, "F7", "-"))
    row = frame[(frame["status_code"] == "settlement_23_2") & (frame["group_code"] == "unknown")]
    assert row["value"].isna().all()
    assert row["marker"].tolist() == ["-"]


def test_columns_are_found_by_name_not_by_place():
    def swapped(sheet):
        for row in range(6, 33):
            left, right = sheet.cell(row, 4).value, sheet.cell(row, 5).value
            sheet.cell(row, 4).value, sheet.cell(row, 5).value = right, left

    key = ["status_code", "margin", "group_code"]
    before = cells(sample(CROSSTABLE)).sort_values(key)["value"].tolist()
    assert cells(changed(CROSSTABLE, swapped)).sort_values(key)["value"].tolist() == before


def test_rows_fit_the_staged_table():
    provenance = {
        "source_sha256": "0" * 64,
        "period": "2021-09-30",
        "published_at": None,
        "retrieved_at": origin("x").retrieved_at,
    }
    assert typed(cells(sample(CROSSTABLE)), TABLES["cells"], provenance).num_rows == 322
