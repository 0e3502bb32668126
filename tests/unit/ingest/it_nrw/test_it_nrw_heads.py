"""Heads in several rows, empty where a column is not divided further, as GENESIS prints them."""

import pytest
from it_nrw_files import LDB_TAIL, origin

from ingest.it_nrw.care import parse
from kreishaus.model import UnreadableFile

ABOVE = ";;;Pflegeheime;Verfügbare Plätze;Verfügbare Plätze;Personal in Pflegeheimen"
BELOW = ";;;;insgesamt;Dauerpflege;"
UNITS = ";;;Anzahl;Anzahl;Anzahl;Anzahl"


def table(*heads: str) -> bytes:
    lines = [
        "Tabelle: 22412-01i",
        "Pflegeheime - kreisfreie Städte und Kreise - Jahr;;;;;;",
        *heads,
        "2023;05;Nordrhein-Westfalen;2987;199000;177765;188070",
        "2023;05162;    Rhein-Kreis Neuss;49;4484;4079;4445",
        "",
    ]
    return ("\n".join(lines) + LDB_TAIL).encode()


@pytest.mark.parametrize(
    "part", ["Dauerpflege", "für Dauerpflege", "für vollstationäre Dauerpflege"]
)
def test_a_divided_column_is_named_by_both_rows(part: str) -> None:
    heads = (ABOVE, BELOW.replace("Dauerpflege", part), UNITS)
    cells = parse(table(*heads), origin("22412-01i")).tables["cells"]
    neuss = cells[cells["region_code"] == "05162"].set_index("measure_label")["value"]
    assert neuss.to_dict() == {
        "Pflegeheime": 49,
        "Verfügbare Plätze insgesamt": 4484,
        "Verfügbare Plätze für Dauerpflege": 4079,
        "Personal insgesamt": 4445,
    }


def test_only_some_columns_are_divided_by_sex() -> None:
    heads = (
        ";;;Haushalte;Bevölkerung;Bevölkerung;Bevölkerung",
        ";;;;insgesamt;männlich;weiblich",
    )
    cells = parse(table(*heads, UNITS), origin("22412-01i")).tables["cells"]
    land = cells[cells["region_code"] == "05"].set_index("value")
    assert land["measure_label"].to_list() == ["Haushalte", *["Bevölkerung"] * 3]
    assert land.loc[177_765, "sex_label"] == "männlich"
    assert land["sex_label"].isna().to_list() == [True, False, False, False]


@pytest.mark.parametrize(
    "heads",
    [
        (ABOVE, ";;;;insgesamt;;Dauerpflege", UNITS),
        (ABOVE, ";;;insgesamt;Dauerpflege;;", UNITS),
        (ABOVE, BELOW, ";;;Anzahl;Anzahl;;Anzahl"),
        (ABOVE, BELOW + ";", UNITS),
        (BELOW, ABOVE, UNITS),
        (ABOVE.replace(";;;P", ";P;;P"), BELOW, UNITS),
    ],
    ids=[
        "half of what belongs together",
        "a name too far left",
        "a column without a unit",
        "a cell too many",
        "parts above the whole",
        "a name above the keys",
    ],
)
def test_a_head_that_was_shifted_is_refused(heads: tuple[str, ...]) -> None:
    with pytest.raises(UnreadableFile) as refused:
        parse(table(*heads), origin("22412-01i"))
    (finding,) = refused.value.findings
    assert finding.rule == "header"
