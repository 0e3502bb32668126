"""Printed tables as people type them off: read as what they are, or told in one finding."""

from __future__ import annotations

import pandas as pd
import pytest
from test_papers_figures import HEAD, cells, read

from ingest.printed_tables.guard import refuse_persons
from ingest.printed_tables.numbers import APPROXIMATE, DOUBTFUL, read_printed
from kreishaus.datasets import dataset
from kreishaus.model import FileRejected, Finding, UnreadableFile


def only(text: str) -> Finding:
    """The one finding of a table that is read, or refused."""
    try:
        findings = read(text).findings
    except UnreadableFile as error:
        findings = error.findings
    assert len(findings) == 1, findings
    return findings[0]


def of_dormagen(cell: str, head: str = HEAD) -> tuple[object, ...]:
    (row,) = cells(
        f"{head}Kommune;nicht belegt\nDormagen;{cell}\n",
        "value",
        "marker",
        "is_understood",
        "metric_code",
        "value_as_printed",
    )
    return tuple(None if value is pd.NA else value for value in row)


# --- header rows ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "row"),
    [
        (
            "Kommune;2020;;2021;\n;Plätze;frei;Plätze;frei\nDormagen;339;17;339;12\n",
            "Kommune;2020 Plätze;2020 frei;2021 Plätze;2021 frei",
        ),
        (
            ";2020;;2021;\nKommune;Plätze;frei;Plätze;frei\nDormagen;339;17;339;12\n",
            "Kommune;2020 Plätze;2020 frei;2021 Plätze;2021 frei",
        ),
        (
            "Kommune;Plätze;;frei;\n;2020;2021;2020;2021\nDormagen;339;339;17;12\n",
            "Kommune;Plätze 2020;Plätze 2021;frei 2020;frei 2021",
        ),
        (
            ";Plätze;;Plätze;\nKommune;01.11.2022;;01.11.2023;\nDormagen;42;;48;\n",
            "Kommune;Plätze 01.11.2022;Plätze;Plätze 01.11.2023;Plätze",
        ),
        (
            "Kommune;2020;2021\n;Anzahl;Anzahl\nDormagen;339;17\n",
            "Kommune;2020 Anzahl;2021 Anzahl",
        ),
    ],
)
def test_two_header_rows_are_named_with_the_row_to_write(table: str, row: str) -> None:
    finding = only(HEAD + table)
    assert (finding.rule, finding.severity) == ("two_header_rows", "critical")
    assert f"Write them into one row: {row} " in finding.message
    assert "lines 12 and 13" in finding.message


@pytest.mark.parametrize(
    "table",
    [
        "Kommune;nicht belegt\nDormagen;k. A.\n",
        "Kommune;nicht belegt\n;17\n",
        "Kommune;nicht belegt;Bemerkung\nDormagen;;neu\n",
        "Kommune;nicht belegt;Bemerkung\nDormagen;17;\n",
    ],
)
def test_one_header_row_is_none_of_two(table: str) -> None:
    assert "two_header_rows" not in [finding.rule for finding in read(HEAD + table).findings]


# --- regions --------------------------------------------------------------------------------------


@pytest.mark.parametrize("label", ["RKN", "Kreis XY", "Neuss-Süd", "Neu"])
def test_an_unknown_region_is_never_answered_by_another_one(label: str) -> None:
    finding = only(f"{HEAD}Kommune;nicht belegt\n{label};17\n".replace("Zeile;RKN;05162\n", ""))
    assert finding.rule == "unknown_label"
    assert "nearest" not in finding.message
    assert "if the whole county is meant, write 05162" in finding.message
    assert f"add a line Zeile;{label};<code>" in finding.message


@pytest.mark.parametrize(
    ("label", "near"),
    [
        ("Rommerskichen", "Rommerskirchen"),
        ("Grevenbroch", "Grevenbroich"),
        ("Rhein Kreis Neus", "Rhein-Kreis Neuss"),
    ],
)
def test_a_near_spelling_of_one_name_is(label: str, near: str) -> None:
    finding = only(f"{HEAD}K;nicht belegt\n{label};17\n")
    assert f"nearest known name is {near!r}" in finding.message
    assert "whole county" not in finding.message


@pytest.mark.parametrize("label", ["Kempen", "Viersen, Stadt", "05166012", "Kreis Viersen", "Köln"])
def test_a_table_of_other_regions_alone_is_another_countys(label: str) -> None:
    finding = only(f"{HEAD}Kommune;nicht belegt\n{label};17\n")
    assert (finding.rule, finding.severity, finding.row) == ("own_regions", "critical", label)
    owner = "Köln, Kreisfreie Stadt (05315)" if label == "Köln" else "Viersen, Kreis (05166)"
    assert owner in finding.message
    assert f"leave them out by a line Zeile;{label};Text each" in finding.message


def test_one_town_of_another_county_among_ones_own_refuses_the_table() -> None:
    finding = only(f"{HEAD}Kommune;nicht belegt\nDormagen;17\nKempen;3\nBrüggen;2\n")
    assert (finding.rule, finding.severity, finding.found) == (
        "own_regions",
        "critical",
        "Kempen, Brüggen",
    )


@pytest.mark.parametrize("label", ["Kreis Viersen", "Köln", "05166"])
def test_a_kreis_beside_ones_own_is_a_comparison_and_only_warns(label: str) -> None:
    finding = only(f"{HEAD}Kommune;nicht belegt\nDormagen;17\n{label};3\n")
    assert (finding.rule, finding.severity, finding.found) == ("unknown_label", "warning", label)
    assert "Its figures are kept and not compared" in finding.message


def test_a_town_declared_as_text_is_not_read() -> None:
    head = HEAD.replace("Tabelle\n", "Zeile;Kempen;Text\nTabelle\n")
    assert read(f"{head}Kommune;nicht belegt\nDormagen;17\nKempen;3\n").findings == ()


# --- numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["1,230", "17,5", "17,0", "1.230,5", "39 %"])
def test_decimals_in_a_count_are_not_understood(cell: str) -> None:
    assert of_dormagen(cell)[1:] == (None, False, None, cell)
    table = f"{HEAD}Kommune;nicht belegt\nDormagen;{cell}\nNeuss;{cell}\nKaarst;1.230\n"
    finding = only(table)
    assert (finding.rule, finding.found) == ("count_with_decimals", cell)
    assert "2 cell(s)" in finding.message and "line 13" in finding.message
    values = cells(table, "value", "is_understood")
    assert [bool(understood) for _, understood in values] == [False, False, True]
    assert values[2][0] == 1230.0


def test_an_english_thousand_with_a_point_is_no_count_either() -> None:
    english = HEAD.replace("Zeilen;", "Zahlenformat;englisch\nZeilen;")
    assert of_dormagen("1,230", english)[0] == 1230.0
    assert of_dormagen("1.230", english)[1:4] == (None, False, None)


def test_a_share_may_have_decimals() -> None:
    head = HEAD.replace("vacant_places", "skilled_share")
    found = read(f"{head}Kommune;nicht belegt\nDormagen;39,9 %\n")
    assert found.tables["cells"]["value"].tolist() == [39.9]
    assert "count_with_decimals" not in [finding.rule for finding in found.findings]


@pytest.mark.parametrize(
    "cell",
    ["ca. 17", "ca.17", "ca 17", "Ca. 17", "circa 17", "etwa 17", "rund 17", "rd. 17", "~17"],
)
def test_an_approximate_number_is_kept_and_not_compared(cell: str) -> None:
    assert of_dormagen(cell) == (17.0, APPROXIMATE, False, None, cell)
    finding = only(f"{HEAD}Kommune;nicht belegt\nDormagen;{cell}\nNeuss;{cell}\n")
    assert (finding.rule, finding.found) == ("approximate_number", cell)
    assert "2 cell(s)" in finding.message


@pytest.mark.parametrize("cell", ["(8)", "( 8 )", "(8)*", "(8) 1)"])
def test_a_doubtful_number_is_kept_and_not_compared(cell: str) -> None:
    assert of_dormagen(cell) == (8.0, DOUBTFUL, False, None, cell)


@pytest.mark.parametrize(
    "cell", ["k. A.", "k.A.", "K. A.", "keine Angabe", "n. b.", "unbekannt", "(k. A.)", "./."]
)
def test_not_stated_is_a_marker_and_nobody_need_be_told(cell: str) -> None:
    batch = read(f"{HEAD}Kommune;nicht belegt\nDormagen;{cell}\n")
    assert batch.findings == ()
    row = batch.tables["cells"].iloc[0]
    assert (row["marker"], row["is_understood"]) == ("k. A.", True)
    assert batch.tables["cells"]["value"].isna().all()


@pytest.mark.parametrize(
    "cell",
    [
        "17*",
        "17 *",
        "17*)",
        "17**",
        "17¹",
        "17 ¹",
        "17¹⁾",
        "17 1)",
        "17 a)",
        "17 (a)",
        "17 [1]",
        "17†",
    ],
)
def test_a_footnote_mark_is_none_of_the_digits(cell: str) -> None:
    found = read_printed(cell)
    assert (str(found.number), found.marker, found.has_footnote) == ("17", None, True)


def test_words_in_one_column_are_one_finding() -> None:
    rows = "".join(f"{town};viele\n" for town in ("Dormagen", "Neuss", "Kaarst", "Meerbusch"))
    finding = only(f"{HEAD}Kommune;nicht belegt\n{rows}")
    assert (finding.rule, finding.row) == ("number", "Dormagen")
    assert "Likewise 3 more: lines 14, 15, 16" in finding.message


# --- persons --------------------------------------------------------------------------------------

ONE = "Zimmer, Anna, geb. 03.04.1981, AZR 990412004711"


@pytest.mark.parametrize(
    ("table", "what"),
    [
        (f"Liste;frei\n{ONE};1\n", "a date of birth"),
        ("Liste;frei\nAnna Zimmer *03.04.1981;1\n", "a date of birth"),
        ("Liste;frei\nZimmer (geboren 1981-04-03);1\n", "a date of birth"),
        ("Liste;frei\nAZR 9904120047;1\n", "registers give"),
        ("Liste;frei\n990412 004711;1\n", "12 digits"),
        ("Liste;frei\n9904 1200 4711;1\n", "12 digits"),
        ("Liste;frei;Bemerkung\nDormagen;1;990412004711\n", "12 digits"),
        ("Person;frei\nA;1\n", "asks for persons"),
        ("Geb. am;frei\nx;1\n", "asks for persons"),
        ("Liste;frei\n03.04.1981;1\n04.05.1977;1\n06.07.1990;1\n", "dates of birth"),
        ("Nr;Vorname;frei\n1;x;1\n", "asks for persons"),
        ("Name, Vorname;frei\nx;1\n", "asks for persons"),
        ("Liste;frei\nFrau Zimmer;1\n", "the name of a person"),
        ("Liste;frei\nZimmer, Anna;1\nSchrank, Ole;1\nStuhl, Maria;2\n", "names of persons"),
        ("Liste;frei\nYılmaz, Ayşe;1\nNguyễn, Văn;1\nŁoś, Żaneta;1\n", "names of persons"),
    ],
)
def test_persons_are_refused_at_the_door_and_never_repeated(table: str, what: str) -> None:
    with pytest.raises(FileRejected) as caught:
        refuse_persons((HEAD + table).encode(), "papers/drop/t.csv")
    said = str(caught.value)
    assert what in said and "nothing of this file was kept" in said
    for word in ("Zimmer", "Anna", "1981", "9904", "Ayşe", "4711"):
        assert word not in said
    assert "line 12" in said or "line 13" in said


def test_persons_in_the_head_are_refused_too() -> None:
    text = HEAD.replace("Zeile;RKN;05162", "Zeile;Zimmer, Anna, geb. 3.4.1981;05162")
    with pytest.raises(FileRejected, match="line 10: a date of birth"):
        refuse_persons(text.encode(), "t.csv")


def test_what_cannot_be_looked_into_is_not_kept() -> None:
    with pytest.raises(FileRejected, match="save it as CSV"):
        refuse_persons(b"PK\x03\x04" + bytes(100), "t.xlsx")


@pytest.mark.parametrize(
    "table",
    [
        "Kommune;Personen\nDormagen;12\n",
        "Land;frei\nIran, Islamische Republik;1\nKorea, Republik;2\nMoldau, Republik;3\n",
        "Kreis;frei\nViersen, Kreis;1\nNeuss, Stadt;1\nGrevenbroich, Stadt;1\nBund, Gesamt;1\n",
        "Gemeinde;frei\n051620024024;1\n",
        "Zeitraum;frei\n2019 2020 2021;1\n01.01.2021-31.12.2021;2\n",
        "Alter;frei\nFrauen, unter 65;1\nMänner, unter 65;1\nFrauen, ab 65;3\nMänner, ab 65;3\n",
        "Wohnform;frei\nFrauenhaus;1\nFrau und Kind;1\n",
    ],
)
def test_figures_of_many_pass(table: str) -> None:
    refuse_persons((HEAD + table).encode(), "t.csv")


def test_days_are_labels_where_the_head_says_so() -> None:
    head = HEAD.replace("Zeilen;Region", "Zeilen;Stichtag")
    table = "Stichtag;frei\n15.02.2020;1\n15.02.2021;2\n15.02.2022;1\n"
    refuse_persons((head + table).encode(), "t.csv")


def test_the_guard_stands_at_the_door_of_the_dataset() -> None:
    assert dataset("papers/figures").load("guard") is refuse_persons


@pytest.mark.parametrize("key", ["05166", "05166004"])
def test_a_table_of_another_county_is_refused(key: str) -> None:
    head = HEAD.replace("Angebotsform;vollstationaer", f"Region;{key}")
    head = head.replace("Zeilen;Region", "Zeilen;Angebotsform").replace("Zeile;RKN;05162\n", "")
    table = f"{head}Angebot;nicht belegt\nvollstationaer;17\ntagespflege;3\n"
    finding = only(table)
    assert (finding.rule, finding.severity, finding.found) == ("own_regions", "critical", key)
    assert "Nothing of the file is used" in finding.message
    assert len(cells(table.replace(key, "05162"), "value")) == 2
