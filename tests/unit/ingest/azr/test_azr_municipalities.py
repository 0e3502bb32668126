"""Foreigners by municipality, from the file to rows."""

import csv
from datetime import UTC, date, datetime

import pytest
from azr_workbooks import (
    MUNICIPALITIES,
    OLDER_MUNICIPALITIES,
    changed,
    municipalities_of,
    origin,
    sample,
    sheet_of,
    with_cell,
)

from ingest.azr.tables import MUNICIPALITIES as TABLES
from kreishaus.model import UnreadableFile
from kreishaus.settings import County
from kreishaus.store.staging import typed
from sample.azr import FIGURES
from vocabulary.regions import Region, UnknownRegion, region

COUNTY = County(
    ags="07131",
    name="Ahrweiler",
    municipalities={
        "07131007": "Bad Neuenahr-Ahrweiler",
        "07131070": "Remagen",
        "07131003": "Altenahr",
    },
)
HEADER = ["AGS", "Gemeinde", "Insgesamt"]
EIGHT = [
    ("05162004", "Dormagen", 80), ("05162008", "Grevenbroich", 70), ("05162012", "Jüchen", 10),
    ("05162016", "Kaarst", 30), ("05162020", "Korschenbroich", 20), ("05162022", "Meerbusch", 70),
    ("05162024", "Neuss", 280), ("05162028", "Rommerskirchen", 5),
]  # fmt: skip
LABEL = "AZR_Gemeinden_2021-03-31.xlsx"


def findings(content: bytes, label: str = LABEL):
    with pytest.raises(UnreadableFile) as refusal:
        municipalities_of(content, origin(label))
    return refusal.value.findings


def persons(content: bytes, label: str = LABEL) -> dict[str, int]:
    frame = municipalities_of(content, origin(label)).tables["cells"]
    return frame[frame["sex_code"] == "total"].set_index("region_code")["value"].to_dict()


EXPECTED = {**{code: count for code, _, count in EIGHT}, "05162": 565}


def test_a_file_without_the_table():
    (finding,) = findings(sheet_of(["Gemeinde", "Fläche"], ["Neuss", 99]))
    assert (finding.rule, finding.found) == ("header", "none")
    assert "municipality_headers.csv" in finding.message


def test_a_municipality_that_is_not_the_countys_is_named():
    rows = [*EIGHT[:6], ("05162024", "Neus", 280), EIGHT[7], ("", "Kreis insgesamt", 565)]
    (finding,) = findings(sheet_of(HEADER, *rows))
    assert (finding.rule, finding.row, finding.found) == (
        "unknown_municipality",
        "8",
        "05162024 Neus",
    )
    assert "the nearest known name is 'Neuss'" in finding.message
    assert "municipalities.csv" in finding.message


def test_a_key_of_another_county_is_named():
    rows = [*EIGHT, ("05166004", "", 7), ("", "Kreis insgesamt", 572)]
    (finding,) = findings(sheet_of(HEADER, *rows))
    assert (finding.rule, finding.row, finding.found) == ("unknown_municipality", "10", "05166004")


def test_keys_shifted_against_names_stop_the_load():
    keys = [*[code for code, *_ in EIGHT[1:]], EIGHT[0][0]]
    rows = [(key, name, count) for key, (_, name, count) in zip(keys, EIGHT, strict=True)]
    shifted = findings(sheet_of(HEADER, *rows, ("", "Kreis insgesamt", 565)))
    assert len(shifted) == 8
    assert "were rows or columns shifted" in shifted[0].message


def test_a_missing_municipality_and_a_missing_total_are_named():
    lost = findings(sheet_of(HEADER, *EIGHT[1:]))
    assert [finding.rule for finding in lost] == ["municipality_missing"] * 2
    assert lost[0].expected == "a row 05162004 Dormagen"
    assert lost[1].expected == "a row 05162 Rhein-Kreis Neuss (the total)"


def test_an_unknown_column_is_named_with_what_is_missing():
    (finding,) = findings(with_cell(MUNICIPALITIES, "D5", "Herren"))
    assert (finding.rule, finding.column, finding.found) == ("unknown_column", "D", "Herren")
    assert "Männlich" in finding.expected
    assert "ingest/azr/municipality_headers.csv" in finding.message


def test_two_columns_of_one_meaning():
    (finding,) = findings(with_cell(MUNICIPALITIES, "E5", "m"))
    assert (finding.rule, finding.found) == ("header", "D, E")


def test_sexes_that_do_not_make_their_total():
    (finding,) = findings(with_cell(MUNICIPALITIES, "D6", 4211))
    assert (finding.rule, finding.row) == ("row_sums_by_sex", "6")
    assert (finding.expected, finding.found) == ("8,143", "8,144")


@pytest.mark.parametrize("value", [None, "?", 8.143, -3])
def test_a_cell_that_is_no_count(value):
    (finding,) = findings(with_cell(MUNICIPALITIES, "C6", value))
    assert (finding.rule, finding.row, finding.column) == ("number", "6", "C (Insgesamt)")


def test_title_and_name_of_the_file_must_speak_of_one_date():
    (finding,) = findings(sample(MUNICIPALITIES), "AZR_Gemeinden_2022-03-31.xlsx")
    assert finding.rule == "several_reference_dates"


@pytest.mark.parametrize("name", [MUNICIPALITIES, OLDER_MUNICIPALITIES])
def test_every_cell_is_as_invented(name):
    batch = municipalities_of(sample(name), origin(name))
    day = date.fromisoformat(name[14:24])
    with (FIGURES / "municipalities.csv").open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines, delimiter=";") if row["Stichtag"] == str(day)]
    columns = {
        "Insgesamt": "total", "Männlich": "male", "Weiblich": "female", "Divers": "diverse",
        "Unbekannt": "unknown",
    }  # fmt: skip
    wanted = {
        (row["AGS"], code): int(row[header]) for row in rows for header, code in columns.items()
    }
    frame = batch.tables["cells"]
    found = frame[frame["region_level"] == "Gemeinde"].set_index(["region_code", "sex_code"])
    assert found["value"].to_dict() == wanted
    assert len(frame) == 9 * 5
    assert batch.period == str(day)
    assert set(frame["reference_date"]) == {day}


def test_the_total_is_the_county():
    frame = municipalities_of(sample(MUNICIPALITIES), origin(MUNICIPALITIES)).tables["cells"]
    total = frame[(frame["region_code"] == "05162") & (frame["sex_code"] == "total")]
    assert total["value"].tolist() == [59901]
    assert total["region_level"].tolist() == ["Kreis"]


@pytest.mark.parametrize(
    "rows",
    [
        [HEADER, *EIGHT, ("05162", "Rhein-Kreis Neuss", 565)],
        [HEADER, *EIGHT, ("05162000", "", 565)],
        [HEADER, *EIGHT, ("Kreis", "insgesamt", 565)],
        [
            HEADER,
            *((int(code), f"{name}, Stadt", n) for code, name, n in EIGHT),
            ("", "Summe", 565),
        ],
        [["ARS", "Insgesamt"], *((f"{c[:5]}0{c[5:]}{c[5:]}", n) for c, _, n in EIGHT), (5162, 565)],
        [
            ["Stadt/Gemeinde", "Ausländer insgesamt"],
            *((f"Stadt {name}".replace("ü", "ue"), count) for _, name, count in EIGHT),
            ("Rhein-Kreis Neuss insgesamt", 565),
        ],
        [
            ["Gemeinde", "Gesamt", "AGS"],
            ["Rhein-Kreis Neuss", 565, "05162"],
            *((name.upper(), f"{count}", code) for code, name, count in reversed(EIGHT)),
            [],
            ["Quelle: Register"],
        ],
    ],
)
def test_the_same_persons_however_the_rows_are_written(rows):
    assert persons(sheet_of(*rows)) == EXPECTED


def test_a_marker_is_kept_beside_the_value():
    def dashed(sheet):
        sheet["F6"] = "-"

    frame = municipalities_of(changed(MUNICIPALITIES, dashed), origin(MUNICIPALITIES)).tables[
        "cells"
    ]
    cell = frame[(frame["region_code"] == "05162004") & (frame["sex_code"] == "diverse")]
    assert cell["marker"].tolist() == ["-"]
    assert cell["value"].isna().all()


def test_when_it_was_made():
    batch = municipalities_of(sample(MUNICIPALITIES), origin(MUNICIPALITIES))
    assert batch.published_at == datetime(2021, 11, 30, tzinfo=UTC)
    assert (
        municipalities_of(sample(OLDER_MUNICIPALITIES), origin(OLDER_MUNICIPALITIES)).published_at
        is None
    )


def test_rows_fit_the_staged_table():
    provenance = {
        "source_sha256": "0" * 64,
        "period": "2021-03-31",
        "published_at": None,
        "retrieved_at": origin("x").retrieved_at,
    }
    frame = municipalities_of(sample(MUNICIPALITIES), origin(MUNICIPALITIES)).tables["cells"]
    assert typed(frame, TABLES["cells"], provenance).num_rows == 45


@pytest.mark.parametrize(
    ("key", "name", "code"),
    [
        ("07131070", "Remagen", "07131070"),
        (7131070, "Remagen, Stadt", "07131070"),
        (7131070.0, "", "07131070"),
        ("071315001003", "Altenahr", "07131003"),  # of an association of municipalities
        (None, "Bad Neuenahr Ahrweiler", "07131007"),
        (None, "Landkreis Ahrweiler", "07131"),
        (None, "Ahrweiler insgesamt", "07131"),
        ("07131", "", "07131"),
    ],
)
def test_another_county_has_its_own_municipalities(key, name, code):
    assert region(COUNTY, key, name) == Region(code, "Kreis" if len(code) == 5 else "Gemeinde")


@pytest.mark.parametrize(
    ("key", "name"),
    [
        (None, "Sinzig"),
        (None, ""),
        ("07131099", ""),
        ("05162024", "Neuss"),
        ("07131070", "Altenahr"),
    ],
)
def test_what_no_row_of_another_county_is(key, name):
    with pytest.raises(UnknownRegion):
        region(COUNTY, key, name)


def test_without_a_list_the_keys_of_the_county_are_believed():
    bare = County(ags="07131", name="Ahrweiler")
    assert region(bare, "07131070", "Remagen") == Region("07131070", "Gemeinde")
    with pytest.raises(UnknownRegion, match="no municipality is configured"):
        region(bare, None, "Remagen")
