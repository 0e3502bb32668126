"""The sample of IT.NRW: true formats, the same bytes every time."""

import zipfile
from fractions import Fraction

import pytest

from sample import it_nrw, it_nrw_municipalities, it_nrw_projection
from sample.it_nrw_figures import counted, read_figures


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    target = tmp_path_factory.mktemp("sample")
    it_nrw.write(target)
    return target / "http" / "it_nrw"


def test_the_same_bytes_every_time(written, tmp_path):
    it_nrw.write(tmp_path)
    files = sorted(path.relative_to(written) for path in written.rglob("*") if path.is_file())
    assert len(files) == 7
    for path in files:
        assert (tmp_path / "http" / "it_nrw" / path).read_bytes() == (written / path).read_bytes()


def test_ldb_static_files_look_like_ldb(written):
    lines = (written / it_nrw.STATIC / "22421-02i_00.csv").read_bytes().decode("cp1252").split("\n")
    assert lines[0] == "Tabelle: 22421-02i"
    assert lines[1] == "Pflegebedürftige nach Leistungsarten - kreisfreie Städte und;;;;;;;;"
    assert "2023;05162;    Rhein-Kreis Neuss;33302;3727;3814;21840;3920;." in lines
    assert "2023;051;  Düsseldorf, Regierungsbezirk;427954;67192;50545;262204;47985;." in lines
    assert "2019;05162;    Rhein-Kreis Neuss;23782;.;3784;.;.;." in lines
    assert "2019;05;Nordrhein-Westfalen;.;.;169128;521575;.;163711" in lines
    assert "2017;05162;    Rhein-Kreis Neuss;.;.;.;.;.;." in lines
    assert lines[-5:-3] == ["__________", "kreishaus-sample: rebuilt"]
    assert lines[-2].startswith("Stand: ")


def test_datencsv_prints_what_was_published(written):
    text = (written / it_nrw.REGIO_STATIC / "12411-03-03-4_00.csv").read_bytes().decode()
    lines = text.split("\n")
    assert lines[6] == (
        ";;;;Total;Total;Total;Deutsche;Deutsche;Deutsche;"
        "Ausländer/-innen;Ausländer/-innen;Ausländer/-innen"
    )
    assert (
        "2024-12-31;05;  Nordrhein-Westfalen;Total;"
        "18034454;8872464;9161990;15181441;7394669;7786772;2853013;1477795;1375218"
    ) in lines
    assert "2024-12-31;05354;      Aachen, Kreis;Total;-;-;-;-;-;-;-;-;-" in lines
    assert '"zu ""gesamte Tabelle"":' in lines
    assert lines[-2] == "created: 2025-12-16 / 16:30:59"


def test_the_zip_holds_one_flat_csv(written):
    with zipfile.ZipFile(written / it_nrw.TABLEFILE / "12411-01-01-5.zip") as archive:
        (member,) = archive.namelist()
        content = archive.read(member)
    assert member.endswith("_flat.csv")
    assert content.startswith(b"\xef\xbb\xbfstatistics_code;")
    assert b"\r" not in content
    assert b";05162024;Neuss, Stadt;GES;Geschlecht;;Insgesamt;154139;Anzahl;" in content
    assert content.count(b"\n") == 1 + 8 * 3


# What the sample computes, worked by hand


def test_the_land_of_2021_is_the_sum_of_its_ages():
    """Two publications of one survey: 12,116 + 7,515 + ... + 13,853 = 167,094 residents."""
    ages = [row for row in read_figures("recipients_by_age_land.csv") if row["year"] == "2021"]
    (land,) = [row for row in read_figures("care_land.csv") if row["year"] == "2021"]
    for kind in ("allowance", "home_care", "full_inpatient"):
        assert sum(int(row[kind]) for row in ages) == int(land[kind])


def test_women_of_80_to_85_in_the_pilot_county_grow_older():
    """Counted: 9,331 Germans and 936 others of 75 to 80, 11,889 and 1,202 of 70 to 75.

    2029: 10,267 x 0.851 = 8,737.2. 2034: 13,091 x 0.912 x 0.851 = 10,160.0. So of the five years
    from 2029 on the first brings 8,737.217 + (10,160.0 - 8,737.217) / 5 = 9,021.8 (2030).
    """
    ages = counted()["05162", "female"]
    assert ages["75 bis unter 80 Jahre"] == 9331 + 936
    survival = {
        int(row["age_from"]): float(row["female"])
        for row in read_figures("survival_five_years_sample.csv")
    }
    cohorts = it_nrw_projection.five_year_groups(ages)
    years = it_nrw_projection.yearly(cohorts, survival)
    assert years[2029]["80 bis unter 85 Jahre"] == 8737
    assert years[2030]["80 bis unter 85 Jahre"] == 9022
    assert years[2034]["80 bis unter 85 Jahre"] == 10160
    # Those of 90 and older take in who was 85: 7,500 x 0.547 + 3,313 x 0.27 = 4,997.0.
    assert (ages["85 bis unter 90 Jahre"], ages["90 Jahre und mehr"]) == (7500, 3313)
    assert years[2029]["90 Jahre und mehr"] == 4997
    # Under 65: 43,010 under 20 stay as many; of 15 to 60 remain 10,617 x 0.999 + 9,525 x 0.999
    # + 10,795 x 0.999 + 12,824 x 0.998 + 14,996 x 0.996 + 15,502 x 0.994 + 14,603 x 0.99
    # + 15,177 x 0.983 + 19,641 x 0.973 = 122,536.1.
    assert years[2029]["unter 65 Jahre"] == 43010 + 122536


def test_a_tenth_more_deaths_is_a_lower_life_expectancy():
    """Of 100 persons 27 die in five years; a tenth more are 29.7."""
    assert it_nrw_projection.with_deaths({80: 0.73}, 1.1) == {80: pytest.approx(0.703)}


def test_ages_are_cut_at_five_years():
    """Two of the three years of "3 bis unter 6" are below 5: 30 + 2/3 of 30 = 50; 10 + 40 = 50."""
    ages = dict.fromkeys(map(str, range(21)), 0) | {"0": 30, "1": 30, "2": 40, "4": 7, "5": 8}
    groups = it_nrw_projection.five_year_groups(ages)
    assert [groups[age] for age in (0, 5, 10, 15)] == [50, 50, 0, 15]
    assert list(groups) == list(range(0, 95, 5))


def test_the_projection_says_that_it_is_none(written):
    text = (written / it_nrw.STATIC / "12421-00xx_00.csv").read_bytes().decode("cp1252")
    assert text.split("\n")[1] == "Muster, keine amtliche Vorausberechnung:;;;;;;;"
    assert "Aachen, Kreis" not in text  # dissolved: nobody lives there in years to come
    assert len({line.split(";")[1] for line in text.split("\n") if line[:4] == "2040"}) == 59


@pytest.mark.parametrize(
    ("tilt", "persons"),
    [
        # 10 over 3 : 3 : 4 are 3, 3 and 4.
        (Fraction(0), [3, 3, 4]),
        # Half tilted: 1.5 : 3 : 6 of 10.5 are 1.43, 2.86 and 5.71 of 10; two are left for the
        # largest remainders, .86 and .71.
        (Fraction(1, 2), [1, 3, 6]),
    ],
)
def test_a_municipality_is_divided_like_the_county_but_tilted(tilt, persons):
    structure = {"young": 3, "middle": 3, "old": 4}
    divided = it_nrw_municipalities.divided(10, structure, tilt)
    assert list(divided.values()) == persons


def test_municipalities_by_age_have_their_published_totals(written):
    with zipfile.ZipFile(written / it_nrw.TABLEFILE / "12411-02-03-5.zip") as archive:
        text = archive.read("12411-02-03-5_de_flat.csv").decode("utf-8-sig")
    assert text.count("\n") == 1 + 9 * 3 * 18
    assert (
        "GEMEIN;Gemeinden;05162024;Neuss, Stadt;GES;Geschlecht;;Insgesamt;"
        "ALTX17;Altersgruppen (17);;Insgesamt;154139;Anzahl" in text
    )
    total = sum(int(row["total"]) for row in read_figures("municipalities_2022-12-31.csv"))
    assert (
        "05162;Rhein-Kreis Neuss;GES;Geschlecht;;Insgesamt;"
        f"ALTX17;Altersgruppen (17);;Insgesamt;{total};Anzahl" in text
    )
