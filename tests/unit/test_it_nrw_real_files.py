"""The readers on files as they were really delivered. Skipped where those are not at hand."""

import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from it_nrw_files import origin

from ingest.it_nrw import ffcsv, table_csv
from ingest.it_nrw.population import parse_by_age, parse_municipalities
from sample import it_nrw

REAL = Path(
    os.environ.get(
        "KREISHAUS_REAL_FILES", Path(__file__).resolve().parents[2].parent / "shared" / "real"
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
    return parse_by_age(content(name), origin("12411-03-03-4"))


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
    path = tmp_path / "http" / "it_nrw" / it_nrw.REGIO_DOWNLOAD / "12411-03-03-4" / "datencsv"
    rebuilt = parse_by_age(path.read_bytes(), origin("12411-03-03-4")).tables["cells"]
    assert rebuilt.equals(population.tables["cells"])


def test_flat_csv_of_all_kreise():
    name = "regio_12411-01-01-4_2024-12-31_de.ffcsv_v5.csv"
    batch = parse_municipalities(content(name), origin("12411-01-01-4"))
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
    read = list(ffcsv.read(content(name), name))
    assert len(read) == cells
    assert set(read[0].variables) == variables


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
