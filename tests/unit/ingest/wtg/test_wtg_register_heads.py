"""Lists of offers as other authorities head them, and as their spreadsheets spoil them."""

import io

import pytest
from office_formats import as_ods, as_xls
from openpyxl import Workbook
from test_wtg_register import EXPORT, origin, refused

from ingest.wtg.codes import kinds_named
from ingest.wtg.register import parse
from kreishaus.model import Batch

ROWS = """\
Haus am See;41460;Neuss;80
Haus am Berg;41539;Dormagen;40
"""


def read(text: str) -> Batch:
    return parse(text.encode(), origin())


def offers(batch: Batch, *columns: str) -> list[tuple[object, ...]]:
    frame = batch.tables["register_offers"]
    return [tuple(row) for row in frame[list(columns)].itertuples(index=False)]


WANTED = [("Haus am See", "41460", "Neuss", 80), ("Haus am Berg", "41539", "Dormagen", 40)]


def rules(batch: Batch) -> list[str]:
    return [finding.rule for finding in batch.findings]


# --- what must not pass ---------------------------------------------------------------------------


def test_a_list_without_places_of_offers_is_refused() -> None:
    (finding,) = refused("Bezeichnung;Postleitzahl;Platzzahl\nHaus am See;41460;80\n")
    assert (finding.rule, finding.column) == ("column_missing", "ort")
    assert "ingest/wtg/header_aliases.csv" in finding.message


def test_two_other_words_for_one_column_are_refused() -> None:
    (finding,) = refused("Einrichtung;Bezeichnung;PLZ;Ort\nHaus;Heim;41460;Neuss\n")
    assert (finding.rule, finding.column) == ("column_twice", "name")


def test_the_columns_own_name_goes_before_another_word_for_it() -> None:
    batch = read("Name;Bezeichnung;PLZ;Ort;Gemeinde\nHaus am See;Pflegeheim;41460;Neuss;Stadt\n")
    assert offers(batch, "name", "ort") == [("Haus am See", "Neuss")]
    unknown = [finding.found for finding in batch.findings if finding.rule == "column_unknown"]
    assert unknown == ["bezeichnung", "gemeinde"]


def test_a_postal_line_without_a_place_is_refused() -> None:
    (finding,) = refused("Einrichtung;PLZ Ort;Plätze\nHaus am See;41460;80\n")
    assert (finding.rule, finding.row, finding.column) == ("cell_unreadable", "2", "ort")


def test_a_comma_in_a_name_without_quotes_is_refused() -> None:
    text = "Name,PLZ,Ort,Plätze\nHaus am See,41460,Neuss,80\nHaus, am Berg,41539,Dormagen,40\n"
    (finding,) = refused(text)
    assert (finding.rule, finding.row, finding.found) == ("csv_unreadable", "3", "5 fields")


# --- what is read ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "head",
    [
        "Bezeichnung;Postleitzahl;Gemeinde;Platzzahl",
        "Einrichtung;PLZ;Kommune;Anzahl Plätze",
        "Name der Einrichtung;Plz.;Stadt;Anzahl der Plätze",
        "BEZEICHNUNG DER EINRICHTUNG; POSTLEITZAHL ;Stadt/Gemeinde;Pflegeplätze",
        "Name des Angebots;PLZ;Ort;Plätze gesamt",
    ],
)
def test_other_heads(head: str) -> None:
    batch = read(f"{head}\n{ROWS}")
    assert offers(batch, "name", "plz", "ort", "plaetze") == WANTED
    assert "column_unknown" not in rules(batch)


@pytest.mark.parametrize(
    ("head", "first", "second"),
    [
        ("PLZ Ort", "41460 Neuss", "41539 Dormagen"),
        ("PLZ/Ort", "41460 Neuss", "D-41539 Dormagen"),
        ("PLZ, Ort", "41460, Neuss", "D 41539 Dormagen"),
        ("PLZ und Ort", "41460  Neuss", "41539\u00a0Dormagen"),
        ("Postleitzahl / Ort", "41460 - Neuss", "41539 Dormagen"),
        ("Ort, PLZ", "Neuss, 41460", "Dormagen 41539"),
    ],
)
def test_postcode_and_place_in_one_column(head: str, first: str, second: str) -> None:
    text = f"Einrichtung;{head};Plätze\nHaus am See;{first};80\nHaus am Berg;{second};40\n"
    batch = read(text)
    assert offers(batch, "name", "plz", "ort", "plaetze") == WANTED
    assert {"column_unknown", "column_unnamed"}.isdisjoint(rules(batch))


@pytest.mark.parametrize(
    ("head", "line"), [("PLZ/Ort;Ort", "41460 Neuss;Neuss"), ("PLZ;PLZ Ort", "41460;41460 Neuss")]
)
def test_what_has_a_column_of_its_own_is_taken_from_there(head: str, line: str) -> None:
    batch = read(f"Heim;{head};Kapazität\nHaus am See;{line};80\n")
    assert offers(batch, "name", "plz", "ort", "plaetze") == WANTED[:1]
    assert {"column_unknown", "column_unnamed"}.isdisjoint(rules(batch))


def test_a_line_without_a_postcode_is_a_place() -> None:
    text = "Einrichtung;PLZ Ort;Plätze\nA;Neuss;8\nB;41460 Neuss;9\nSumme;;17\n"
    assert [str(one) for one in offers(read(text), "plz", "ort")[1]] == ["41460", "Neuss"]
    assert offers(read(text), "ort", "plaetze") == [("Neuss", 8), ("Neuss", 9)]


def test_a_place_of_several_words_and_a_lost_zero_survive_the_parting() -> None:
    text = "Einrichtung;PLZ Ort\nA;45479 Mülheim an der Ruhr\nB;41460 Neuss (Rhein)\n"
    assert offers(read(text), "plz", "ort") == [
        ("45479", "Mülheim an der Ruhr"),
        ("41460", "Neuss (Rhein)"),
    ]


def test_a_list_of_commas_with_quoted_ones_is_read() -> None:
    text = 'Name,PLZ,Ort,Plätze\nHaus am See,41460,Neuss,80\n"Haus, Linde",41539,Dormagen,40\n'
    assert offers(read(text), "name", "plaetze") == [("Haus am See", 80), ("Haus, Linde", 40)]


@pytest.mark.parametrize("note", ["Anmerkung, Stand: 1,2,3", '"Anmerkung; Stand"', "Stand: 1.1."])
def test_a_note_below_the_list_is_no_offer_and_no_other_delimiter(note: str) -> None:
    batch = read(f"Bezeichnung;PLZ;Ort;Betten\n{ROWS}\n{note}\n")
    assert offers(batch, "name", "plz", "ort", "plaetze") == WANTED
    assert "row_is_note" in rules(batch)


def test_postcode_and_place_merged_down_hold_for_each_row() -> None:
    workbook, written = Workbook(), io.BytesIO()
    sheet = workbook.worksheets[0]
    for row in (
        ["Bezeichnung", "PLZ Ort", "Platzzahl"],
        ["Haus A", "41460 Neuss", 80],
        ["Haus B", None, 12],
    ):
        sheet.append(row)
    sheet.merge_cells("B2:B3")
    workbook.save(written)
    batch = parse(written.getvalue(), origin("WTG_Register_2021-12-31.xlsx"))
    assert offers(batch, "name", "plz", "ort") == [
        ("Haus A", "41460", "Neuss"),
        ("Haus B", "41460", "Neuss"),
    ]


def test_housing_units_are_no_places() -> None:
    (finding,) = refused("Bezeichnung;PLZ Ort;Platzzahl\nWohnanlage;41460 Neuss;12 WE\n")
    assert (finding.rule, finding.found) == ("cell_unreadable", "12 WE")


def test_a_semicolon_inside_a_quoted_name_makes_no_other_delimiter() -> None:
    text = 'Name,PLZ,Ort,Plätze\n"Haus; Eiche",41460,Neuss,80\n"Haus; Linde",41539,Dormagen,40\n'
    assert offers(read(text), "name") == [("Haus; Eiche",), ("Haus; Linde",)]


@pytest.mark.parametrize("make", [as_xls, as_ods])
def test_old_and_open_workbooks(make: object) -> None:
    cells = [line.split(";") for line in f"Bezeichnung;PLZ Ort;Plätze\n{ROWS}".splitlines()]
    sheet = [
        cells[0],
        *([name, f"{code} {town}", int(count)] for name, code, town, count in cells[1:]),
    ]
    batch = parse(make({"Tabelle1": sheet}), origin("WTG_Register_2021-12-31.xls"))  # type: ignore[operator]
    assert offers(batch, "name", "plz", "ort", "plaetze") == WANTED
    assert "looks_not_read" in rules(batch)


def test_house_numbers_that_became_days_are_one_warning() -> None:
    text = EXPORT.replace(";Weg;3;", ";Weg;03. Mai;")
    batch = read(text)
    (finding,) = (one for one in batch.findings if one.column == "hausnummer")
    assert "2 rows (2, 5)" in finding.message
    # The same home twice, under two spellings of its place, is still found to be one.
    assert "offer_twice" in rules(batch)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ('SENIOREN-RESIDENZ "Linde" GmbH', "vollstationaer"),
        ("Seniorenresidenz am Park", "vollstationaer"),
        ("Pflegewohnstift Lindenhof", "vollstationaer"),
        ("Kloster St. Anna - Vollstationäre Hausgemeinschaft", "vollstationaer"),
        ("Alten- und Pflegeheim St. Josef", "vollstationaer"),
        ("Wohn- und Pflegezentrum Ulme", "vollstationaer"),
        ("Haus Linde / Intensive Langzeitpflege", "vollstationaer"),
        ("Betreute Wohnanlage Rosengarten", "servicewohnen"),
        ("Senioren-Wohnanlage am Markt", "servicewohnen"),
        ("Demenz-Wohngemeinschaft Ulme", "wg_demenz"),
        ("Haus Linde - Solitäre Kurzzeitpflege", "solitaere_kurzzeitpflege"),
    ],
)
def test_kinds_in_real_names(name: str, kind: str) -> None:
    assert kinds_named(name) == {kind}


@pytest.mark.parametrize(
    "name",
    [
        "Villa Rosengarten",
        "Haus Margarete",
        "Residenzstraße 4",
        "Seniorenresidenz mit Tagespflege",
        "Dauer- und Kurzzeitpflege Linde",
        "Kloster St. Anna - Hausgemeinschaft",  # of a home, or a Wohngemeinschaft
        "Wohnanlage Rosengarten",  # with service, or flats of a Wohngemeinschaft
    ],
)
def test_a_name_that_names_no_kind_or_two_decides_nothing(name: str) -> None:
    assert len(kinds_named(name)) != 1


@pytest.mark.parametrize("name", ["Wohnanlage Rosengarten", "Hausgemeinschaft Linde"])
def test_an_ambiguous_name_is_warned_of_and_not_guessed(name: str) -> None:
    batch = read(f"Bezeichnung;PLZ;Ort;Platzzahl\n{name};41460;Neuss;12\n")
    (row,) = batch.tables["register_offers"].to_dict("records")
    assert (row["angebotsform_wtg"], row["angebotsform_herkunft"]) == (None, None)
    assert "kind_unclear" in rules(batch)


@pytest.mark.parametrize(
    ("written", "kind"),
    [("Wohngemeinschaft", "wg_ambulant"), ("Servicewohnen", "servicewohnen"), ("Sonstiges", None)],
)
def test_a_name_never_decides_against_the_column(written: str, kind: str | None) -> None:
    """A Seniorenresidenz may let flats: what the office wrote into the column holds."""
    text = f"Bezeichnung;PLZ;Ort;Angebotsform\nSeniorenresidenz am Park;41460;Neuss;{written}\n"
    (row,) = read(text).tables["register_offers"].to_dict("records")
    assert (row["angebotsform_wtg"] if kind else None) == kind
    assert ("kind_unclear" in rules(read(text))) == (kind is None)
