"""The readers on files as they were really delivered. Skipped where those are not at hand."""

import os
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from it_nrw_files import origin

from expectations.runner import validate
from formats.encodings import decode
from ingest.it_nrw import ffcsv, table_csv
from ingest.it_nrw.guard import strip
from ingest.it_nrw.lines import csv_lines
from ingest.it_nrw.population import parse
from ingest.it_nrw.regions import KREISE, LAENDER, NATION
from kreishaus.datasets import dataset
from kreishaus.settings import Settings
from sample import it_nrw
from vocabulary.region_names import RegionNames, Verdict

REAL = Path(
    os.environ.get(
        "KREISHAUS_REAL_FILES", Path(__file__).resolve().parents[4].parent / "shared" / "real"
    )
)

pytestmark = pytest.mark.skipif(
    not (REAL / "it_nrw").is_dir(), reason=f"no real files under {REAL} (KREISHAUS_REAL_FILES)"
)


def content(name):
    return (REAL / "it_nrw" / name).read_bytes()


@pytest.fixture(scope="module")
def population():
    name = "12411-03-03-4_NRW_2024-12-31.datencsv.csv"
    return parse(content(name), origin("12411-03-03-4"))


def test_datencsv(population):
    cells = population.tables["cells"]
    assert len(cells) == 61 * 22 * 9
    total = cells[
        (cells[["sex_label", "nationality_label", "age_label"]] == "Insgesamt").all(axis=1)
    ]
    assert total.set_index("region_code")["value"]["05162"] == 457077
    assert population.published_at == datetime(2025, 12, 16, 15, 30, 59, tzinfo=UTC)


def test_the_sample_prints_the_real_lines(population, tmp_path):
    it_nrw.write(tmp_path)
    path = tmp_path / "http" / "it_nrw" / it_nrw.REGIO_STATIC / "12411-03-03-4_00.csv"
    rebuilt = parse(path.read_bytes(), origin("12411-03-03-4")).tables["cells"]
    assert rebuilt.equals(population.tables["cells"])


def test_flat_csv_of_all_kreise():
    name = "regio_12411-01-01-4_2024-12-31_de.ffcsv_v5.csv"
    batch = parse(content(name), origin("12411-01-01-4"))
    cells = batch.tables["cells"].set_index(["region_code", "sex_label"])
    assert len(cells) == 489 * 3
    assert cells["value"]["05162", "weiblich"] == 233844
    assert cells["marker"]["14263", "weiblich"] == "-"  # a dissolved Kreis stays
    assert batch.period == "2024-12-31"


@pytest.mark.parametrize(
    ("name", "cells", "variables"),
    [
        ("AI-N-01-2-5_05162.ffcsv.csv", 16, {"GEMEIN"}),
        ("1000A-0000_05162.ffcsv.csv", 8, {"GEOGM4"}),
        (
            "../destatis/destatis_12531-0043_05162_2024-12-31.ffcsv.csv",
            582,
            {"KREISE", "SCHST2", "GES", "STAAG5"},
        ),
    ],
)
def test_flat_csv_of_other_tables(name, cells, variables):
    table = ffcsv.read(content(name), name)
    read = list(table.cells)
    assert len(read) == cells
    assert set(read[0].variables) == variables
    assert table.header.unknown == ()


def test_the_kreise_of_all_germany():
    """The Länder make Germany, to the person, in each of 22 ages and 9 columns."""
    batch = parse(content("12411-03-03-4_germany_2024.datencsv.csv"), origin("12411-03-03-4"))
    cells = batch.tables["cells"].set_index("region_code")
    key = ["sex_label", "nationality_label", "age_label"]
    laender = cells.loc[list(LAENDER)].groupby(key)["value"].sum()
    assert laender.equals(cells.loc[NATION].set_index(key)["value"].sort_index())
    assert laender["Insgesamt", "Insgesamt", "Insgesamt"] == 83_577_140


def test_heads_in_several_rows():
    """Beds by department: two columns are not divided, fifteen are, by two rows of heads."""
    name = "23111-01-04-4_kreise_2017.latin1.csv"
    cells = parse(content(name), origin("23111-01-04-4")).tables["cells"]
    germany = cells[cells["region_code"] == NATION].set_index("measure_label")["value"]
    beds = "aufgestellte Betten im Jahresdurchschnitt"
    assert germany["Krankenhäuser"] == 1_942
    assert germany[f"{beds} / allgemeine Fachabteilungen / Augenheilkunde"] == 4_416
    assert len(germany) == 17


def test_ldb_static_table():
    name = "ldb_nrw_31121-06i_head_tail_sample.cp1252.csv.utf8.txt"
    # The copy at hand was converted to UTF-8; the original is cp1252.
    for encoded in (content(name), content(name).decode("utf-8").encode("cp1252")):
        table = table_csv.read(encoded)
        assert table.code == "31121-06i"
        assert len(table.titles) == 4
        assert table.headers[1] == ("Anzahl", "Anzahl", "Anzahl", "qm", "qm")
        assert table.lines[0].leading == (
            "2025",
            "05",
            "Nordrhein-Westfalen",
            "Wohngebäude insgesamt",
        )
        assert table.lines[-1].values == ("-",) * 5
        assert table.published_at == datetime(2026, 5, 29, 6, 20, 11, tzinfo=UTC)


def test_old_wide_csv():
    table = table_csv.read(content("12411-02-03-5-B_2018_subset_05162.latin1.csv"))
    assert table.titles[-1] == "Stichtag: 31.12.2018"
    assert [header[0] for header in table.headers] == [
        "Insgesamt",
        "Altersgruppen (unter 1 bis 75 u.m.)",
        "unter 3 Jahre",
    ]
    assert table.lines[-1].leading == ("05162", "Rhein-Kreis Neuss")
    assert table.published_at.date() == date(2020, 11, 24)


# What stands in the files, read by eye from their raw text.


def plain(name):
    """A file that somebody compiled: header and rows, no layout of the databases."""
    header, *lines = csv_lines(decode(content(name)).text, name)
    return [dict(zip(header.cells, line.cells, strict=True)) for line in lines]


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("regio_12411-01-01-4_2024-12-31_de.ffcsv_v5.csv", "UTF-8 with BOM"),
        ("12411-03-03-4_NRW_2024-12-31.datencsv.csv", "UTF-8"),
        ("12411-02-03-5-B_2018_subset_05162.latin1.csv", "latin-1"),
        ("../destatis/schutzsuchende_2018_kreise.latin1.csv", "latin-1"),
    ],
)
def test_encodings_of_real_files(name, encoding):
    assert decode(content(name)).encoding == encoding


@pytest.mark.parametrize(
    ("region", "age", "values"),
    [
        (
            *("05", "unter 3 Jahre"),
            [474056, 243269, 230787, 398640, 204642, 193998, 75416, 38627, 36789],
        ),
        (
            *("05", "30 bis unter 35 Jahre"),
            [1179321, 607997, 571324, 900025],
        ),
        (
            *("05", "10 bis unter 15 Jahre"),
            [842053, 432658, 409395, 698744, 357787, 340957, 143309, 74871, 68438],
        ),
    ],
)
def test_lines_of_the_datencsv_as_printed(population, region, age, values):
    cells = population.tables["cells"]
    line = cells[(cells["region_code"] == region) & (cells["age_label"] == age)]
    assert line["value"].tolist()[: len(values)] == values


def test_everything_in_the_datencsv_adds_up(population):
    cells = population.tables["cells"].assign(value=lambda frame: frame["value"].fillna(0))
    keys = ["sex_label", "nationality_label", "age_label"]
    land = cells[cells["region_code"] == "05"].set_index(keys)["value"]
    kreise = cells[cells["region_code"].isin(KREISE)].groupby(keys)["value"].sum()
    assert len(KREISE) == 53
    assert (kreise.reindex(land.index) == land).all()
    for dimension in keys:
        rest = ["region_code", *(key for key in keys if key != dimension)]
        is_total = cells[dimension] == "Insgesamt"
        totals = cells[is_total].set_index(rest)["value"]
        parts = cells[~is_total].groupby(rest)["value"].sum()
        assert (parts.reindex(totals.index) == totals).all()


def test_the_old_wide_csv_as_printed():
    name = "12411-02-03-5-B_2018_subset_05162.latin1.csv"
    batch = parse(content(name), origin(name))
    cells = batch.tables["cells"].set_index(["region_code", "sex_label", "age_label"])["value"]
    assert len(cells) == 2 * 54
    assert cells["05162", "Insgesamt", "75 Jahre und mehr"] == 52586
    assert cells["05162", "männlich", "unter 3 Jahre"] == 6795
    assert cells["05162", "weiblich", "Insgesamt"] == 231793
    assert cells["01001", "Insgesamt", "Insgesamt"] == 89504
    ages = cells.drop("Insgesamt", level="age_label").groupby(["region_code", "sex_label"]).sum()
    for region in ("01001", "05162"):
        men, women = cells[region, "männlich"], cells[region, "weiblich"]
        assert (men + women == cells[region, "Insgesamt"]).all()
        assert ages[region, "Insgesamt"] == cells[region, "Insgesamt", "Insgesamt"]
    assert batch.period == "2018-12-31"
    assert batch.published_at == datetime(2020, 11, 24, 8, 48, 13, tzinfo=UTC)
    checks = validate(dataset("it_nrw/population_municipalities_by_age"), batch).checks
    assert [check.rule for check in checks if check.outcome == "failed"] == []


def test_the_flat_csv_of_all_kreise_as_printed():
    name = "regio_12411-01-01-4_2024-12-31_de.ffcsv_v5.csv"
    cells = parse(content(name), origin("12411-01-01-4")).tables["cells"]
    values = cells.pivot(index="region_code", columns="sex_label", values="value")
    assert values["weiblich"]["08222"] == 158789
    assert values["männlich"]["08236"] == 99097
    assert values["Insgesamt"]["05113"] == 574682
    known = values.dropna()
    assert (known["männlich"] + known["weiblich"] == known["Insgesamt"]).all()
    land = known.loc[[key for key in KREISE if key in known.index], "Insgesamt"]
    assert (len(land), land.sum()) == (53, 18034454)  # as the datencsv of the same day prints it


def test_the_census_has_keys_of_twelve_digits_that_stand_for_municipalities():
    cells = parse(content("1000A-0000_05162.ffcsv.csv"), origin("1000A-0000")).tables["cells"]
    values = cells.set_index("region_code")["value"].to_dict()
    assert values["05162024"] == 153079  # printed as 051620024024
    assert values["05162012"] == 23626
    register = {row["ags8"]: row for row in plain("rkn_gemeinden.csv")}
    assert {key: int(row["zensus_2022_05_15"]) for key, row in register.items()} == values
    assert cells["measure_label"].unique().tolist() == ["Personen"]


def test_shares_of_the_regional_atlas():
    name = "AI-N-01-2-5_05162.ffcsv.csv"
    cells = {
        (cell.variables["GEMEIN"].code, cell.measure_code): cell
        for cell in ffcsv.read(content(name), name).cells
    }
    assert cells["05162024", "AI0111"].value == "52,9"
    assert cells["05162012", "AI0112"].value == "-0,6"
    assert {cell.unit for cell in cells.values()} == {"Prozent"}
    assert {cell.time_code for cell in cells.values()} == {"JAHR"}


def test_people_seeking_protection_in_the_county():
    """Nested status groups, every cell rounded to 5 by itself: sums only come near."""
    name = "../destatis/destatis_12531-0043_05162_2024-12-31.ffcsv.csv"
    cells = list(ffcsv.read(content(name), name).cells)
    assert all(int(cell.value) % 5 == 0 for cell in cells)

    def persons(status, sex=None, country=None):
        return sum(
            int(cell.value)
            for cell in cells
            if cell.variables["SCHST2"].label == status
            and sex in (None, cell.variables["GES"].code)
            and country in (None, cell.variables["STAAG5"].label)
        )

    assert persons("Anerkannter Schutzstatus", "GESW", "Ukraine") == 2890
    assert persons("Offener Schutzstatus", "GESM", "Irak") == 115
    recognised = persons("Anerkannter Schutzstatus")
    parts = persons("Befristet anerkannter Schutzstatus") + persons(
        "Unbefristet anerkannter Schutzstatus"
    )
    assert abs(recognised - parts) <= 5 * len(cells)
    assert abs(recognised - parts) / recognised < 0.01


def test_people_seeking_protection_by_kreis_as_somebody_saved_it():
    rows = plain("../destatis/schutzsuchende_2018_kreise.latin1.csv")
    by_name = {row["Stadt"].strip(): row for row in rows}
    assert by_name["Rhein-Kreis Neuss"]["schutzsuchende"] == "9345"
    assert by_name["Rhein-Kreis Neuss"]["Kreis"] == "5162"  # the leading zero was lost on the way
    assert by_name["Nordrhein-Westfalen"]["schutzsuchende"] == "472835"
    assert by_name["Hannover, Landeshauptstadt"]["schutzsuchende"] == "."
    assert by_name["Lübeck, Hansestadt, Kreisfreie Stadt"]["schutzsuchende"] == "5450"
    assert by_name["Osterode am Harz, Landkreis"]["schutzsuchende"] == "-"
    kreise = [row for row in rows if f"0{row['Kreis']}" in KREISE]
    # Rounded to 5, each by itself: 53 Kreise are within 53 times 2.5 of the Land.
    assert len(kreise) == 53
    assert abs(sum(int(row["schutzsuchende"]) for row in kreise) - 472835) <= 132


def test_the_head_and_tail_of_a_real_ldb_download():
    name = "ldb_nrw_31121-06i_head_tail_sample.cp1252.csv.utf8.txt"
    table = table_csv.read(content(name))
    county = [line for line in table.lines if line.leading[1] == "05162"]
    assert county[0].leading[2:] == ("    Rhein-Kreis Neuss", "Wohngebäude insgesamt")
    assert county[0].values == ("205", "502", "2037", "53146", "11948")
    dormitories = [line.values for line in county if line.leading[3] == "Wohnheime"]
    assert dormitories == [("2", "32", "70", "1296", "81")] * 2  # one key twice, equal values


def test_compiled_care_statistics_are_what_the_sample_prints(tmp_path):
    rows = {row["kreis_schluessel"]: row for row in plain("pflegestatistik_kreise_nrw_2023.csv")}
    assert set(rows) == set(KREISE)
    neuss = rows["05162"]
    assert [int(neuss[name]) for name in ("nur_pflegegeld", "ambulant", "vollstationaer")] == [
        *(21840, 3727, 3814)
    ]
    it_nrw.write(tmp_path)
    table = table_csv.read(
        (tmp_path / "http" / "it_nrw" / it_nrw.STATIC / "22421-02i_00.csv").read_bytes()
    )
    printed = {
        line.leading[1]: dict(zip(table.headers[0], line.values, strict=True))
        for line in table.lines
        if line.leading[0] == "2023"
    }
    assert all(
        printed[key]["Pflegebedürftige insgesamt"] == row["pflegebeduerftige"]
        for key, row in rows.items()
    )
    earlier = {
        row["kreis_schluessel"]: row for row in plain("pflegestatistik_kreise_nrw_2019_2023.csv")
    }
    assert all(
        rows[key]["plaetze_gesamt"] == row["plaetze_gesamt_2023"] for key, row in earlier.items()
    )
    ages = plain("pflegestatistik_nrw_alter_leistung_2021_2023.csv")
    assert sum(int(row["vollstationaer_2023"]) for row in ages) == sum(
        int(row["vollstationaer"]) for row in rows.values()
    )


def test_the_names_of_all_german_kreise_agree_between_tables_of_seven_years_apart():
    """Two offices, three tables, three ways to write "Kreis": no name is taken for another's."""
    of_2017 = content("23111-01-04-4_kreise_2017.latin1.csv").decode("cp1252").splitlines()
    of_2024 = table_csv.read(content("12411-03-03-4_germany_2024.datencsv.csv"))
    flat = parse(content("regio_12411-01-01-4_2024-12-31_de.ffcsv_v5.csv"), origin("12411-01-01-4"))
    cells = flat.tables["cells"]
    newest = RegionNames((line.leading[1], line.leading[2]) for line in of_2024.lines)
    pairs = {
        *(tuple(line.split(";")[1:3]) for line in of_2017 if line.startswith("31.12.2017;")),
        *zip(cells["region_code"], cells["region_label"], strict=True),
    }
    assert len({key for key, _ in pairs}) == 541
    verdicts = {newest.verdict_on(key, name) for key, name in pairs}
    assert verdicts == {Verdict.AGREES, Verdict.UNKNOWN_KEY}


@pytest.mark.parametrize(
    ("name", "handed_in_as", "lands"),
    [
        ("12411-03-03-4_germany_2024.datencsv.csv", "12411-03-03-4_00.csv", "11001001;"),
        ("12411-03-03-4_NRW_2024-12-31.datencsv.csv", "12411-03-03-4_00.csv", "Neuss"),
        ("regio_12411-01-01-4_2024-12-31_de.ffcsv_v5.csv", "12411-01-01-4_00.csv", "Hannover"),
    ],
)
def test_every_figure_of_an_official_table_passes_the_door(name, handed_in_as, lands):
    """Below the table, texts that nobody knows are left out."""
    text = strip(content(name), handed_in_as, Settings()).content
    assert lands in decode(text).text
    digits = re.compile(rb"[0-9]+")
    landed, offered = (digits.findall(one.split(b"____")[0]) for one in (text, content(name)))
    assert landed == offered
