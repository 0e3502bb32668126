"""Care statistics: what a line of the table becomes, and the published figures of 2023."""

from datetime import UTC, date, datetime

import pytest
from it_nrw_files import LDB_TAIL, homes, origin

from ingest.it_nrw.care import parse
from ingest.it_nrw.regions import BEZIRKE, KREISE
from kreishaus.model import UnreadableFile
from sample import it_nrw

NEUSS = "2023;05162;    Rhein-Kreis Neuss;4484;4079"


def parsed(*lines):
    return parse(homes(*lines).encode("cp1252"), origin("22412-01i"))


def finding_of(*lines):
    with pytest.raises(UnreadableFile) as error:
        parsed(*lines)
    (finding,) = error.value.findings
    return finding


def test_a_cell_that_is_no_number_is_named_with_line_and_region():
    finding = finding_of(NEUSS, "2019;05162;    Rhein-Kreis Neuss;4.209;.")
    assert (finding.rule, finding.row, finding.found) == ("number", "7", "'4.209'")
    assert finding.column == "Verfügbare Plätze insgesamt / Anzahl"
    assert "05162 Rhein-Kreis Neuss" in finding.message


def test_a_key_with_two_values_is_not_read():
    finding = finding_of(NEUSS, "2023;05162;    Rhein-Kreis Neuss;4484;4080")
    assert finding.rule == "one_value_per_key"
    assert (finding.expected, finding.found) == ("4079 (line 6)", "4080 (line 7)")


def test_a_key_printed_twice_with_one_value_is_one_row():
    cells = parsed(NEUSS, NEUSS).tables["cells"]
    assert cells[["value", "source_row"]].values.tolist() == [[4484, 6], [4079, 6]]


def test_another_table_than_asked_for_is_not_read():
    with pytest.raises(UnreadableFile, match=r"22412-01i \(.*\), but table 22421-02i was asked"):
        parse(homes(NEUSS).encode("cp1252"), origin("22421-02i"))


def test_a_line_about_no_year_is_named():
    finding = finding_of(NEUSS, "Summe;05162;    Rhein-Kreis Neuss;4484;4079")
    assert (finding.rule, finding.row, finding.found) == ("reference_date", "7", "'Summe'")


def test_a_table_divided_otherwise_is_not_read():
    text = homes(NEUSS).replace(";Verfügbare Plätze für Dauerpflege", ";weiblich")
    with pytest.raises(UnreadableFile) as error:
        parse(
            text.replace(";;;Verfügbare Plätze insgesamt", ";;;männlich").encode("cp1252"),
            origin("22412-01i"),
        )
    assert error.value.findings[0].rule == "header"  # nothing says what is counted


def test_a_line_becomes_a_row_per_column():
    batch = parsed(NEUSS)
    first, second = batch.tables["cells"].to_dict("records")
    assert first == {
        "table_code": "22412-01i",
        "reference_date": date(2023, 12, 15),
        "region_code": "05162",
        "region_label": "Rhein-Kreis Neuss",
        "sex_label": None,
        "nationality_label": None,
        "age_label": None,
        "care_grade_label": None,
        "measure_label": "Verfügbare Plätze insgesamt",
        "unit": "Anzahl",
        "value": 4484,
        "marker": None,
        "qualifier": None,
        "source_place": "table 22412-01i",
        "source_row": 6,
    }
    assert (second["measure_label"], second["value"]) == ("Verfügbare Plätze für Dauerpflege", 4079)
    assert batch.period == "2023-12-15"
    assert batch.published_at == datetime(2025, 1, 21, 7, 20, 11, tzinfo=UTC)


def test_a_marked_value_is_kept_and_reported():
    batch = parsed("2023;05162;    Rhein-Kreis Neuss;4484p;(4079)")
    assert batch.tables["cells"][["value", "qualifier"]].values.tolist() == [
        [4484, "p"],
        [4079, "()"],
    ]
    assert {(finding.severity, finding.found) for finding in batch.findings} == {
        ("warning", "4484p"),
        ("warning", "(4079)"),
    }


def test_recipients_by_grade_keep_the_grade():
    text = (
        "Tabelle: 22421-02i\n"
        "Pflegebedürftige nach Pflegegraden und Leistungsarten;;;;\n"
        ";;;;Pflegegeld\n"
        ";;;;Anzahl\n"
        "2023;05162;    Rhein-Kreis Neuss;Pflegegrad 2;17\n"
        "2023;05162;    Rhein-Kreis Neuss;Insgesamt;17\n" + LDB_TAIL
    )
    cells = parse(text.encode("cp1252"), origin("22421-02i")).tables["cells"]
    assert cells["care_grade_label"].tolist() == ["Pflegegrad 2", "Insgesamt"]


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    target = tmp_path_factory.mktemp("sample")
    it_nrw.write(target)
    return target / "http" / "it_nrw" / it_nrw.STATIC


@pytest.fixture(scope="module")
def recipients(sample):
    content = (sample / "22421-02i_00.csv").read_bytes()
    cells = parse(content, origin("22421-02i")).tables["cells"]
    return cells.pivot(
        index=["reference_date", "region_code"], columns="measure_label", values="value"
    )


def test_published_figures_of_the_pilot_county(sample, recipients):
    neuss = recipients.loc[(date(2023, 12, 15), "05162")]
    assert neuss["Pflegebedürftige insgesamt"] == 33302
    assert neuss["vollstationäre Pflege"] == 3814
    assert neuss["Pflegegeld"] == 21840
    assert neuss["ambulante Pflege"] == 3727
    assert neuss["Pflegegrad 1 ohne Leistungen"] == 3920
    assert recipients.loc[(date(2019, 12, 15), "05162"), "Pflegebedürftige insgesamt"] == 23782

    content = (sample / "22412-01i_00.csv").read_bytes()
    cells = parse(content, origin("22412-01i")).tables["cells"]
    of_homes = cells.measure_label == it_nrw.HOMES["places"]
    places = cells[(cells.region_code == "05162") & of_homes]
    assert places.set_index("reference_date")["value"].to_dict() == {
        date(2023, 12, 15): 4484,
        date(2019, 12, 15): 4209,
    }


def test_the_land_of_2023_is_the_published_sum_of_its_kreise(recipients):
    at = recipients.loc[date(2023, 12, 15)]
    # Land totals of the care statistics 2023, from the table by age and kind of care.
    assert at.loc["05", "Pflegegeld"] == 818023
    assert at.loc["05", "vollstationäre Pflege"] == 169213
    assert at.loc["05", "ambulante Pflege"] == 240078
    assert len(at) == 1 + 5 + 53
    known_of_kreise = at.drop(columns="vollstationäre Dauerpflege")
    assert (known_of_kreise.loc[list(KREISE)].sum() == known_of_kreise.loc["05"]).all()
    assert (known_of_kreise.loc[list(BEZIRKE)].sum() == known_of_kreise.loc["05"]).all()


# Residents with and without short-term stays, as statistik.nrw prints them.
@pytest.mark.parametrize(
    ("year", "all_residents", "permanent"),
    [
        (2017, 169616, 163548),
        (2019, 169128, 163711),
        (2021, 167094, 161800),
        (2023, 169213, 164126),
    ],
)
def test_the_land_at_every_survey(recipients, year, all_residents, permanent):
    land = recipients.loc[date(year, 12, 15), "05"]
    assert land["vollstationäre Pflege"] == all_residents
    assert land["vollstationäre Dauerpflege"] == permanent


def test_what_is_unknown_is_a_marker(sample):
    content = (sample / "22421-02i_00.csv").read_bytes()
    cells = parse(content, origin("22421-02i")).tables["cells"]
    aachen = cells[(cells.region_code == "05334") & (cells.reference_date == date(2019, 12, 15))]
    assert aachen["value"].isna().all()
    assert set(aachen["marker"]) == {"."}


def test_recipients_by_age(sample):
    content = (sample / "22421-00xx_00.csv").read_bytes()
    cells = parse(content, origin("22421-00xx")).tables["cells"]
    inpatient = cells[cells.measure_label == "vollstationäre Pflege"]
    values = inpatient.set_index(["reference_date", "age_label"])["value"]
    assert values[date(2021, 12, 15), "85 bis unter 90"] == 41147
    assert values[date(2023, 12, 15), "95 und älter"] == 13803
    assert values[date(2023, 12, 15), "Insgesamt"] == 169213


def test_staff_of_homes(sample):
    content = (sample / "22412-01i_00.csv").read_bytes()
    cells = parse(content, origin("22412-01i")).tables["cells"]
    staff = cells[cells.measure_label == "Personal insgesamt"].set_index(
        ["reference_date", "region_code"]
    )
    newest = staff["value"][date(2023, 12, 15)]
    assert newest["05162"] == 4445  # a sample value, as every other of this column
    assert newest[list(KREISE)].sum() == newest["05"]
    assert staff["marker"][date(2019, 12, 15), "05162"] == "."
