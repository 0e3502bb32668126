"""Population: the datencsv of Regionalstatistik and the flat CSV of its REST service."""

import io
import zipfile
from datetime import UTC, date, datetime

import pytest
from it_nrw_files import FFCSV_HEAD, NEUSS, ffcsv, origin

from ingest.it_nrw.ffcsv import read, unpacked
from ingest.it_nrw.population import parse
from kreishaus.model import UnreadableFile

CODE = "12411-01-01-5"
TOTAL, MALE, FEMALE = ";Insgesamt;154139", "GESM;männlich;74536", "GESW;weiblich;79603"

DATENCSV = """\
Tabelle: 12411-03-03-4
Bevölkerung nach Geschlecht, Nationalität und Altersgruppen;;;;;;;
(21) - Stichtag 31.12. - (ab 2011) regionale Tiefe: Kreise;;;;;;;
Bevölkerungsstand (Anzahl);;;;;;;
;;;;Total;Total;Deutsche;Ausländer/-innen
;;;;Total;weiblich;weiblich;weiblich
2024-12-31;05162;      Rhein-Kreis Neuss;90 Jahre und mehr;4782;3313;3204;109
2024-12-31;05162;      Rhein-Kreis Neuss;Total;457077;233844;201439;32405
2024-12-31;05354;      Aachen, Kreis;Total;-;-;-;-
__________
"zu ""gesamte Tabelle"":
Alle Länder:\x20
Fortschreibungszahlen."
"© Federal Statistical Office and the statistical offices of the Länder, Germany, 2025.\x20
This work is licensed under the Data licence Germany - attribution - version 2.0."
created: 2025-12-16 / 16:30:59
"""


def by_age(text=DATENCSV):
    return parse(text.encode(), origin("12411-03-03-4"))


def municipalities(text):
    return parse(text.encode("utf-8-sig"), origin(CODE))


def finding_of(parse, argument):
    with pytest.raises(UnreadableFile) as error:
        parse(argument)
    (finding,) = error.value.findings
    return finding


def zipped(*members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def test_a_dimension_nobody_expects_is_not_dropped():
    finding = finding_of(by_age, DATENCSV.replace("90 Jahre und mehr", "Zähringer"))
    assert (finding.rule, finding.column) == ("dimensions", "4")
    assert "Zähringer" in finding.found


def test_a_missing_dimension_is_named():
    without_sex = DATENCSV.replace(";;;;Total;weiblich;weiblich;weiblich\n", "")
    with pytest.raises(UnreadableFile) as error:
        by_age(without_sex)
    finding = error.value.findings[0]
    assert (finding.rule, finding.row) == ("one_value_per_key", "6")
    assert "A header row is missing" in finding.message
    assert (finding.expected, finding.found) == ("4782 (line 6)", "3313 (line 6)")


def test_without_measure_in_title_or_header_nothing_is_assumed():
    finding = finding_of(by_age, DATENCSV.replace("Bevölkerungsstand (Anzahl);;;;;;;\n", ""))
    assert (finding.rule, finding.found) == (
        "header",
        "the title '(21) - Stichtag 31.12. - (ab 2011) regionale Tiefe: Kreise'",
    )


def test_header_rows_name_nationality_and_sex_in_whatever_order():
    lines = DATENCSV.split("\n")
    lines[4], lines[5] = lines[5], lines[4]
    swapped = by_age("\n".join(lines)).tables["cells"]
    columns = ["nationality_label", "sex_label", "value"]
    assert swapped[columns].equals(by_age().tables["cells"][columns])


def test_a_cell_knows_its_place_in_every_dimension():
    batch = by_age()
    cells = batch.tables["cells"]
    cell = cells[(cells.age_label == "90 Jahre und mehr") & (cells.nationality_label == "Deutsche")]
    assert cell.to_dict("records") == [
        {
            "table_code": "12411-03-03-4",
            "reference_date": date(2024, 12, 31),
            "region_code": "05162",
            "region_label": "Rhein-Kreis Neuss",
            "sex_label": "weiblich",
            "nationality_label": "Deutsche",
            "age_label": "90 Jahre und mehr",
            "care_grade_label": None,
            "measure_label": "Bevölkerungsstand",
            "unit": "Anzahl",
            "value": 3204,
            "marker": None,
            "qualifier": None,
            "source_place": "table 12411-03-03-4",
            "source_row": 7,
        }
    ]
    assert batch.period == "2024-12-31"
    assert batch.published_at == datetime(2025, 12, 16, 15, 30, 59, tzinfo=UTC)


def test_an_english_total_is_called_insgesamt():
    cells = by_age().tables["cells"]
    total = cells[
        (cells[["sex_label", "nationality_label", "age_label"]] == "Insgesamt").all(axis=1)
    ]
    assert total["value"].fillna(-1).tolist() == [457077, -1]


def test_a_dissolved_kreis_stays_with_its_marker():
    cells = by_age().tables["cells"]
    aachen = cells[cells.region_code == "05354"]
    assert (set(aachen["marker"]), aachen["value"].isna().all()) == ({"-"}, True)


def test_several_dates_are_a_whole_history():
    text = DATENCSV.replace(
        "2024-12-31;05162;      Rhein-Kreis Neuss;Total",
        "2023-12-31;05162;      Rhein-Kreis Neuss;Total",
    )
    assert by_age(text).period == "all"


# Flat CSV


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (zipped(), "one_csv"),
        (zipped(("a.csv", "x"), ("b.csv", "y")), "one_csv"),
        (zipped(("liesmich.txt", "x")), "one_csv"),
        (zipped(("a_flat.csv", FFCSV_HEAD * 50))[:-30], "archive"),
        (b"PK\x03\x04 no archive", "archive"),
        (zipped(("../a_flat.csv", "x")), "archive"),
        (zipped(("a_flat.csv", "x" * 3_000_000)), "archive"),
    ],
)
def test_an_archive_that_is_not_one_csv_is_not_read(content, rule):
    assert finding_of(unpacked, content).rule == rule


def test_a_flat_file_without_its_columns_is_not_read():
    finding = finding_of(municipalities, ffcsv(TOTAL).replace("value_unit", "einheit"))
    assert (finding.rule, finding.expected) == ("columns", "value_unit")


def test_a_short_line_is_named():
    finding = finding_of(municipalities, ffcsv(TOTAL) + "12411;Fortschreibung;STAG\n")
    assert (finding.rule, finding.row, finding.expected) == ("cells_per_line", "3", "17 cells")


def test_a_dimension_we_do_not_know_is_not_dropped():
    text = ffcsv(TOTAL, "LED;ledig;74536").replace(";GES;", ";FAMST;")
    finding = finding_of(municipalities, text)
    assert (finding.rule, finding.column, finding.found) == ("dimensions", "FAMST", "ledig")
    assert "ingest/it_nrw/wordings.csv" in finding.message


def test_another_statistic_is_not_read():
    finding = finding_of(municipalities, ffcsv(TOTAL).replace("12411;", "12531;"))
    assert (finding.rule, finding.found) == ("table_code", "12531")


def test_another_table_of_the_same_statistic_is_told_by_its_name_in_the_archive():
    finding = finding_of(
        lambda content: parse(content, origin(CODE)),
        zipped(("12411-02-03-5_de_flat.csv", ffcsv(TOTAL))),
    )
    assert (finding.rule, finding.expected, finding.found) == ("table_code", CODE, "12411-02-03-5")


def test_a_value_that_changed_between_two_lines_is_not_read():
    finding = finding_of(municipalities, ffcsv(MALE, "GESM;männlich;74537"))
    assert (finding.expected, finding.found) == ("74536 (line 2)", "74537 (line 3)")


def test_a_flat_file_without_lines_is_not_read():
    assert finding_of(municipalities, FFCSV_HEAD).rule == "has_data"


def test_the_total_has_an_empty_code():
    batch = municipalities(ffcsv(FEMALE, TOTAL, MALE))
    values = batch.tables["cells"].set_index("sex_label")["value"].to_dict()
    assert values == {"Insgesamt": 154139, "männlich": 74536, "weiblich": 79603}
    assert (batch.period, batch.published_at) == ("2022-12-31", None)


def test_zip_and_text_are_read_alike():
    text = ffcsv(TOTAL).encode("utf-8-sig")
    cells = parse(zipped(("12411-01-01-5_de_flat.csv", text)), origin(CODE)).tables["cells"]
    assert cells["value"].tolist() == [154139]
    assert cells["source_place"].tolist() == ["12411-01-01-5_de_flat.csv"]


def test_the_order_of_columns_means_nothing():
    rows = [line.split(";") for line in ffcsv(TOTAL, MALE, FEMALE).splitlines()]
    backwards = "\n".join(";".join(reversed(row)) for row in rows)
    assert (
        municipalities(backwards)
        .tables["cells"]
        .equals(municipalities(ffcsv(TOTAL, MALE, FEMALE)).tables["cells"])
    )


def test_a_quality_mark_beside_the_value():
    header = FFCSV_HEAD.replace("value_variable_label", "value_variable_label;value_q")
    lines = NEUSS.format(";Insgesamt", "154139").strip() + ";p\n"
    lines += NEUSS.format("GESM;männlich", "").strip() + ";.\n"
    batch = municipalities(header + lines)
    assert batch.tables["cells"]["value"].fillna(-1).tolist() == [154139, -1]
    assert batch.tables["cells"]["marker"].tolist()[1] == "."
    assert [finding.found for finding in batch.findings] == ["154139p"]


def test_the_old_layout_is_read_by_its_german_headers():
    text = (
        "Statistik_Code;Statistik_Label;Zeit_Code;Zeit_Label;Zeit;"
        "1_Merkmal_Code;1_Merkmal_Label;1_Auspraegung_Code;1_Auspraegung_Label;"
        "2_Merkmal_Code;2_Merkmal_Label;2_Auspraegung_Code;2_Auspraegung_Label;"
        "BEVSTD__Bevölkerungsstand__Anzahl\n"
        "12411;Fortschreibung;STAG;Stichtag;31.12.2022;GES;Geschlecht;GESW;weiblich;"
        "GEMEIN;Gemeinden;05162024;Neuss, Stadt;79603\n"
    )
    (cell,) = read(text.encode("latin-1"), "alt.csv").cells
    assert (cell.measure_code, cell.measure_label, cell.unit) == (
        "BEVSTD",
        "Bevölkerungsstand",
        "Anzahl",
    )
    cells = parse(text.encode("latin-1"), origin(CODE)).tables["cells"]
    row = cells.to_dict("records")[0]
    assert (row["region_code"], row["sex_label"], row["value"]) == ("05162024", "weiblich", 79603)
    assert row["reference_date"] == date(2022, 12, 31)
