"""Files of the authority as other hands make them: other heads, lists by kind, dates in titles."""

import io
from datetime import date

import pytest
from openpyxl import Workbook
from test_wtg_register import origin as register_origin
from wtg_workbooks import DAY, as_csv, book, origin, read, refused, small

from ingest.wtg import register
from ingest.wtg.codes import is_kind_heading, kinds_in_column
from ingest.wtg.contacts import strip_list, strip_workbook
from ingest.wtg.guard import refuse_persons
from ingest.wtg.layout import ALL, aliases
from ingest.wtg.places_by_kind import kind_of_head
from ingest.wtg.stated_dates import days_of_name, names_a_month
from ingest.wtg.sums import sums_a_region
from ingest.wtg.workbook import parse
from kreishaus.model import Batch, FileRejected, Finding, UnreadableFile
from kreishaus.settings import Settings
from vocabulary.opaque import opaque

ADDRESS = "41460;Neuss"


def offers(text: str, name: str = "WTG_Register_2021-12-31.csv") -> Batch:
    return register.parse(text.encode(), register_origin(name))


def not_read(text: str, name: str = "WTG_Register_2021-12-31.csv") -> tuple[Finding, ...]:
    with pytest.raises(UnreadableFile) as caught:
        offers(text, name)
    return caught.value.findings


def rows(batch: Batch, table: str, *columns: str) -> list[tuple[object, ...]]:
    frame = batch.tables[table][list(columns)].astype(object)
    frame = frame.where(frame.notna(), None)
    return [tuple(row) for row in frame.itertuples(index=False)]


def critical(batch: Batch) -> list[str]:
    return [finding.rule for finding in batch.findings if finding.severity == "critical"]


def without(sheet: str, *columns: str) -> dict[str, list[list[object]]]:
    """The two homes without some columns of a sheet."""
    sheets = small()
    kept = [at for at, name in enumerate(sheets[sheet][0]) if name not in columns]
    sheets[sheet] = [[row[at] for at in kept] for row in sheets[sheet]]
    return sheets


# --- heads ----------------------------------------------------------------------------------------


def test_no_head_means_two_columns_of_one_sheet_but_free_places() -> None:
    free = {"freie_plaetze", "plaetze_frei", "frei"}
    for sheet in ALL:
        own = {column.header for column in sheet.columns}
        several = {word for word, meant in aliases().items() if len(own & set(meant)) > 1}
        assert several <= free


def test_heads_in_prose_are_read() -> None:
    sheets = small()
    sheets["Belegung"][0] = [
        *("Stichtag", "PfAD-Nr.", "Plätze lt.\nVersorgungsvertrag", "davon eingestreute KZP"),
        *("davon Fix-Flex-KZP", "Sonderbereich", "Belegte Plätze", "Nicht belegte Plätze"),
        *("nicht belegbar", "Grund", "frei gemeldet", "Überbelegung genehmigt", "EZ", "DZ"),
        *("Gemeldet am", "Quelle"),
    ]
    sheets["Bewohner"][0] = [
        *("Stichtag", "PfAD-ID", "Pflegegrad 1", "PG 2", "PG 3", "PG 4", "Pflegegrad 5"),
        *("ohne Pflegegrad", "unter 60 Jahre"),
    ]
    batch = read(sheets)
    assert batch.findings == ()
    places = ("plaetze_vertrag", "plaetze_belegt", "plaetze_nicht_belegt", "plaetze_frei_gemeldet")
    assert rows(batch, "belegung", "pfad_id", *places, "einzelzimmer", "davon_kzp_eingestreut") == [
        ("A", 80, 75, 5, 1, 60, 4),
        ("B", 40, 38, 2, 1, 30, 2),
    ]
    assert rows(batch, "bewohner", "pg1", "pg5", "ohne_pg") == [(1, 13, 1), (0, 7, 0)]


def test_free_places_are_those_not_occupied_where_no_column_says_those() -> None:
    head = "PfAD-Nr.;Plätze;belegt;freie Plätze"
    batch = parse(f"{head}\nA;80;75;5\n".encode(), origin())
    assert rows(batch, "belegung", "plaetze_nicht_belegt", "plaetze_frei_gemeldet") == [(5, None)]


def test_free_places_are_those_reported_beside_those_not_occupied() -> None:
    head = "PfAD-Nr.;Plätze;belegt;nicht belegt;freie Plätze"
    batch = parse(f"{head}\nA;80;75;5;2\n".encode(), origin())
    assert rows(batch, "belegung", "plaetze_nicht_belegt", "plaetze_frei_gemeldet") == [(5, 2)]


# --- columns that may be absent -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sheet", "column"),
    [
        ("Angebote", "standort_id"),
        ("Angebote", "traeger"),
        ("Angebote", "status"),
        ("Belegung", "davon_kzp_eingestreut"),
        ("Belegung", "davon_kzp_fixflex"),
        ("Belegung", "ueberbelegung_genehmigt"),
        ("Belegung", "plaetze_nicht_belegt"),
        ("Personal", "vk_hilfskraft"),
    ],
)
def test_a_column_that_no_figure_needs_is_warned_of_and_null(sheet: str, column: str) -> None:
    batch = read(without(sheet, column))
    (finding,) = batch.findings
    assert (finding.rule, finding.severity) == ("column_missing", "warning")
    assert (finding.place, finding.column) == (sheet, column)
    assert rows(batch, sheet.casefold(), column) == [(None,), (None,)]


def test_without_a_column_stichtag_the_date_of_the_name_is_enough() -> None:
    batch = read(without("Belegung", "stichtag"))
    assert (batch.period, batch.findings) == ("2021-08-15", ())
    assert rows(batch, "belegung", "reference_date") == [(DAY,), (DAY,)]


@pytest.mark.parametrize(
    ("sheet", "columns"),
    [
        ("Angebote", ["pfad_id"]),
        ("Angebote", ["angebotsform_wtg"]),
        ("Angebote", ["ags", "ort"]),
        ("Belegung", ["plaetze_vertrag"]),
        ("Belegung", ["plaetze_belegt", "plaetze_nicht_belegt"]),
        ("Bewohner", ["pg3"]),
        ("Personal", ["vk_fachkraft"]),
    ],
)
def test_what_figures_need_is_refused_with_the_heads_found(sheet: str, columns: list[str]) -> None:
    (finding,) = refused(without(sheet, *columns))
    assert (finding.rule, finding.place, finding.column) == ("column_missing", sheet, columns[0])
    there = [str(name) for name in without(sheet, *columns)[sheet][0]]
    assert ", ".join(there)[:300] in finding.message


def test_numbers_under_a_mistyped_head_are_not_lost() -> None:
    sheets = small()
    sheets["Belegung"][0][3] = "davon_kzp_eingestreuht"
    (finding,) = refused(sheets)
    assert (finding.rule, finding.column) == ("column_missing", "davon_kzp_eingestreut")


def test_the_key_of_a_municipality_is_taken_from_its_name() -> None:
    sheets = without("Angebote", "ags")
    batch = read(sheets)
    assert rows(batch, "angebote", "ags") == [("05162024",), ("05162004",)]
    assert "ags_from_place" in [finding.rule for finding in batch.findings]
    sheets["Angebote"][1][-8] = "Holzheim"
    assert sheets["Angebote"][0][-8] == "ort"
    (finding,) = refused(sheets)
    assert (finding.rule, finding.row, finding.column) == ("cell_unreadable", "2", "ags")


@pytest.mark.parametrize("word", ["Pflegeheim", "Stationäre Pflege", "vollstationär", "stationär"])
def test_words_for_a_kind_of_offer(word: str) -> None:
    sheets = small()
    for row in sheets["Angebote"][1:]:
        row[sheets["Angebote"][0].index("angebotsform_wtg")] = word
    assert rows(read(sheets), "angebote", "angebotsform_wtg") == [("vollstationaer",)] * 2


def test_a_word_that_means_no_kind_stays_as_written() -> None:
    assert kinds_in_column("Sonstiges") == frozenset()
    assert kinds_in_column("ambulante und stationäre Pflege") == frozenset()
    assert kinds_in_column("teilstationär") == {"tagespflege"}


@pytest.mark.parametrize("word", ["keine Meldung", "?", "unbek.", "unbekannt", "keine Angabe"])
def test_a_word_among_numbers_is_not_known_and_never_zero(word: str) -> None:
    sheets = small()
    sheets["Belegung"][1][10] = word
    batch = read(sheets)
    assert rows(batch, "belegung", "plaetze_frei_gemeldet") == [(None,), (1,)]
    (finding,) = batch.findings
    assert (finding.rule, finding.row) == ("number_not_known", "2")
    assert (finding.column, finding.found) == ("plaetze_frei_gemeldet", word)


# --- one CSV --------------------------------------------------------------------------------------


def test_a_csv_of_one_sheet_is_read_by_its_columns() -> None:
    batch = parse(as_csv(small()["Belegung"]).encode("cp1252"), origin())
    assert rows(batch, "belegung", "pfad_id", "plaetze_vertrag") == [("A", 80), ("B", 40)]
    assert len(batch.tables["angebote"]) == 0
    (absent, _) = batch.findings
    assert (absent.rule, absent.place, absent.severity) == ("sheet_absent", "Angebote", "warning")


def test_a_csv_that_is_no_sheet_says_what_it_has_and_what_sheets_have() -> None:
    (finding,) = refused(b"Jahr;Kreis;Wert\n2021;05162;7\n")
    assert finding.rule == "list_unknown"
    assert finding.found == "Jahr, Kreis, Wert"
    assert "Angebote, Belegung, Bewohner, Personal" in finding.message


def test_a_csv_without_a_needed_column_names_it() -> None:
    (finding,) = refused(b"pfad_id;plaetze_belegt;einzelzimmer;doppelzimmer\nA;1;1;0\n")
    assert (finding.rule, finding.column) == ("column_missing", "plaetze_vertrag")


def test_the_only_sheet_of_a_workbook_may_have_any_title() -> None:
    batch = read({"Tabelle1": small()["Personal"]})
    assert rows(batch, "personal", "vk_fachkraft") == [(22.0,), (10.5,)]


# --- the reference date ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("WTG_Register_2022-06-30.csv", [date(2022, 6, 30)]),
        ("Register 30.06.2022.xlsx", [date(2022, 6, 30)]),
        ("Register_20220630.xlsx", [date(2022, 6, 30)]),
        ("Register_30062022.xlsx", [date(2022, 6, 30)]),
        ("Register 30-06-2022 neu.xlsx", [date(2022, 6, 30)]),
        ("Register_2022_06_30.xlsx", [date(2022, 6, 30)]),
        ("2022-06-30_vom_2022-07-04.csv", [date(2022, 6, 30), date(2022, 7, 4)]),
        ("Register Juni 2022.xlsx", []),
        ("Register_2022-06.xlsx", []),
        ("Register.xlsx", []),
    ],
)
def test_days_in_the_name_of_a_file(name: str, days: list[date]) -> None:
    assert days_of_name(name) == days


def test_a_month_is_no_day() -> None:
    assert names_a_month("Register Juni 2022.xlsx") == "Juni 2022"
    assert names_a_month("Register_2022-06.xlsx") == "2022-06"
    assert names_a_month("Register_2022-06-30.xlsx") is None


LIST = f"Name;PLZ;Ort;Plätze\nHaus am See;{ADDRESS};80\n"


@pytest.mark.parametrize(
    "title", ["Stand: 30.06.2021", "Stichtag;30.06.2021", "Verzeichnis zum 30. Juni 2021"]
)
def test_a_day_above_the_table_counts_where_the_name_says_none(title: str) -> None:
    assert offers(f"{title};;;\n{LIST}", "WTG_Register.csv").period == "2021-06-30"


def test_a_day_in_the_title_of_the_sheet() -> None:
    workbook = Workbook()
    workbook.active.title = "Stand 30.06.2021"
    for line in LIST.splitlines():
        workbook.active.append(line.split(";"))
    written = io.BytesIO()
    workbook.save(written)
    batch = register.parse(written.getvalue(), register_origin("Liste.xlsx"))
    assert batch.period == "2021-06-30"


@pytest.mark.parametrize(
    ("text", "name", "found"),
    [
        (LIST, "WTG_Register.csv", "no day in the file's name"),
        (LIST, "WTG_Register Juni 2021.csv", "the month Juni 2021 alone"),
        (f"Stand: Juni 2021;;;\n{LIST}", "WTG_Register.csv", "the month Juni 2021 alone"),
        (f"Erstellt am 30.06.2021;;;\n{LIST}", "WTG_Register.csv", "no day in the file's name"),
    ],
)
def test_a_date_that_nothing_states_is_asked_for(text: str, name: str, found: str) -> None:
    (finding,) = not_read(text, name)
    assert finding.rule == "reference_date_missing"
    assert str(finding.found).startswith(found)
    assert "WTG_Stichtag" not in finding.message


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Stand: 30.06.2021", "WTG_Register_2021-09-30.csv"),
        ("Stichtag: 30.06.2021", "WTG_Register_2021-09-30.csv"),
    ],
)
def test_a_title_that_contradicts_the_name_is_refused(title: str, name: str) -> None:
    (finding,) = not_read(f"{title};;;\n{LIST}", name)
    assert (finding.rule, finding.row) == ("reference_date_differs", "1")
    assert (finding.expected, finding.found) == ("30.09.2021", "30.06.2021")


def test_a_name_with_two_days_is_refused() -> None:
    (finding,) = not_read(LIST, "Register_2021-06-30_2021-09-30.csv")
    assert finding.rule == "reference_date_differs"
    assert "30.06.2021" in finding.message and "30.09.2021" in finding.message


def test_a_stand_beside_rows_that_say_the_date_is_when_the_list_was_made() -> None:
    sheets = small()
    sheets["Bewohner"] = [["Stand: 20.08.2021"], *sheets["Bewohner"]]
    assert read(sheets).period == DAY.isoformat()


# --- what a register is like ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        ("Plätze vollstationär", "vollstationaer"),
        ("Plätze KZP", "solitaere_kurzzeitpflege"),
        ("Plätze\nTP", "tagespflege"),
        ("Tagespflegeplätze", "tagespflege"),
        ("Plätze", None),
        ("Plätze gesamt", None),
        ("davon Plätze KZP", None),
        ("Kurzzeitpflege", None),
    ],
)
def test_heads_of_places_by_kind(head: str, kind: str | None) -> None:
    assert kind_of_head(head) == kind


BY_KIND = "Name;PLZ;Ort;Plätze vollstationär;Plätze KZP;Plätze TP\n"


def test_a_column_of_places_for_each_kind() -> None:
    text = f"Haus am See;{ADDRESS};80;;\nGasthaus;{ADDRESS};0;12;\nTreff;{ADDRESS};-;;15\n"
    batch = offers(f"{BY_KIND}{text}Summe;;;80;12;15\n")
    assert rows(batch, "register_offers", "name", "angebotsform_wtg", "plaetze") == [
        ("Haus am See", "vollstationaer", 80),
        ("Gasthaus", "solitaere_kurzzeitpflege", 12),
        ("Treff", "tagespflege", 15),
    ]
    assert "column_unknown" not in [finding.rule for finding in batch.findings]


def test_heads_of_kinds_alone_over_numbers_are_places() -> None:
    text = f"Name;PLZ;Ort;vollstationär;KZP;TP\nHaus;{ADDRESS};80;;\nTreff;{ADDRESS};-;;12\n"
    assert rows(offers(text), "register_offers", "angebotsform_wtg", "plaetze") == [
        ("vollstationaer", 80),
        ("tagespflege", 12),
    ]
    crosses = text.replace("80", "ja").replace("12", "ja")
    assert rows(offers(crosses), "register_offers", "plaetze") == [(None,), (None,)]


def test_places_of_two_kinds_in_one_row_are_refused_by_row() -> None:
    (finding,) = not_read(f"{BY_KIND}Haus am See;{ADDRESS};80;5;\n")
    assert (finding.rule, finding.row, finding.column) == ("cell_unreadable", "2", "plaetze")
    assert finding.found == "Plätze vollstationär: 80; Plätze KZP: 5"
    assert "write a row for each kind of offer" in str(finding.expected)


def test_places_of_another_kind_than_the_row_says_are_refused() -> None:
    head = "Name;PLZ;Ort;Art;Plätze vollstationär;Plätze TP"
    batch = offers(f"{head}\nTreff;{ADDRESS};Tagespflege;;15\n")
    assert rows(batch, "register_offers", "angebotsform_wtg", "plaetze") == [("tagespflege", 15)]
    (finding,) = not_read(f"{head}\nTreff;{ADDRESS};Tagespflege;15;\n")
    assert (finding.row, finding.found) == ("2", "Plätze vollstationär: 15")


def test_places_that_no_column_is_known_for_are_critical() -> None:
    batch = offers(f"Name;PLZ;Ort;genehmigte Plätze neu\nHaus am See;{ADDRESS};80\n")
    (finding,) = (one for one in batch.findings if one.severity == "critical")
    assert (finding.rule, finding.found) == ("places_not_read", "genehmigte Plätze neu")


def test_a_column_of_such_places_without_a_number_loses_nothing() -> None:
    assert critical(offers(f"Name;PLZ;Ort;Plätze Bemerkung\nHaus;{ADDRESS};keine\n")) == []


SECTIONS = (
    "Name;PLZ;Ort;Plätze\n1. Vollstationäre Pflegeeinrichtungen;;;\n"
    f"Haus am See;{ADDRESS};80\n2. Tagespflege;;;\nTreff;{ADDRESS};15\nStadt Dormagen;;;\n"
    "Villa;41539;Dormagen;12\n"
)


def test_a_heading_says_the_kind_of_the_rows_below_it() -> None:
    batch = offers(SECTIONS)
    assert rows(batch, "register_offers", "name", "angebotsform_wtg") == [
        ("Haus am See", "vollstationaer"),
        ("Treff", "tagespflege"),
        ("Villa", "tagespflege"),
    ]
    assert rows(batch, "register_offers", "angebotsform")[0] == ("vollstationaer",)


def test_a_name_alone_in_its_row_is_no_heading() -> None:
    assert is_kind_heading("b) Ambulante Dienste")
    assert not is_kind_heading("Tagespflege am Park")
    assert not is_kind_heading("Kurzzeit- und Tagespflege, Kurzzeitpflege")
    findings = not_read(SECTIONS.replace("2. Tagespflege", "Tagespflege am Park"))
    assert {finding.row for finding in findings} == {"4"}


@pytest.mark.parametrize("label", ["Summe", "Rhein-Kreis Neuss", "Kreis Neuss gesamt"])
def test_a_row_of_sums_is_no_home(label: str) -> None:
    batch = offers(f"{LIST}Haus am Berg;41539;Dormagen;40\n{label};;;120\n")
    assert rows(batch, "register_offers", "plaetze") == [(80,), (40,)]
    assert "total_row" in [finding.rule for finding in batch.findings]
    assert critical(batch) == []


def test_a_row_of_sums_by_the_countys_name_that_differs_is_told() -> None:
    batch = offers(f"{LIST}Rhein-Kreis Neuss;;;81\n")
    (finding,) = (one for one in batch.findings if one.rule == "total_row_differs")
    assert (finding.row, finding.expected, finding.found) == ("3", "80", "81")


def test_a_sum_whose_label_stands_in_a_column_of_numbers_of_rows() -> None:
    text = f"lfd. Nr.;Name;PLZ;Ort;Plätze\n1;Haus am See;{ADDRESS};80\nSumme;;;;80\n"
    assert rows(offers(text), "register_offers", "plaetze") == [(80,)]


def test_municipalities_as_headings_and_the_county_as_sum_of_a_sheet() -> None:
    sheets = small()
    head, first, second = sheets["Belegung"]
    width = len(head)
    county = ["Rhein-Kreis Neuss", None, 120, 6, 1, 0, 113, 7, 2, None, 2, None, 90, 15, None, None]
    sheets["Belegung"] = [
        head,
        ["Neuss", *[None] * (width - 1)],
        first,
        ["Dormagen", *[None] * (width - 1)],
        second,
        county,
    ]
    batch = read(sheets)
    assert rows(batch, "belegung", "pfad_id", "plaetze_vertrag") == [("A", 80), ("B", 40)]
    assert critical(batch) == []


GROUPED = """\
Name;PLZ;Ort;Plätze
Dormagen;;;
Haus am Berg;41539;Dormagen;40
Haus am Tal;41539;Dormagen;30
Summe Dormagen;;;70
Neuss;;;
Haus am See;41460;Neuss;80
Neuss gesamt;;;80
Rhein-Kreis Neuss;;;150
"""


def test_a_register_grouped_by_municipality_passes_the_door_and_is_read() -> None:
    refuse_persons(GROUPED.encode(), "WTG_Register_2021-12-31.csv")
    batch = offers(GROUPED)
    assert rows(batch, "register_offers", "name", "plaetze") == [
        ("Haus am Berg", 40),
        ("Haus am Tal", 30),
        ("Haus am See", 80),
    ]
    assert critical(batch) == []
    differing = offers(GROUPED.replace("Summe Dormagen;;;70", "Summe Dormagen;;;71"))
    assert critical(differing) == ["total_row_differs"]


def test_the_countys_sum_where_a_key_stands_passes_the_door_and_a_surname_does_not() -> None:
    text = "PfAD-Nr.;Plätze;belegt;frei\n1-1;80;75;5\n{};80;75;5\n"
    refuse_persons(text.format("Rhein-Kreis Neuss").encode(), "WTG_Stichtag_2021-08-15.csv")
    for name in ("Neuss", "Musterfrau"):
        with pytest.raises(FileRejected):
            refuse_persons(text.format(name).encode(), "WTG_Stichtag_2021-08-15.csv")
    batch = parse(text.format("Rhein-Kreis Neuss").encode(), origin())
    assert rows(batch, "belegung", "pfad_id", "plaetze_belegt") == [("1-1", 75)]


def test_persons_in_place_of_sums_are_still_refused() -> None:
    people = "Erika Musterfrau;41460;Neuss;1\nHans Beispiel;41460;Neuss;1\n"
    people += "Karl Probe;41460;Neuss;1\n"
    with pytest.raises(FileRejected):
        refuse_persons(f"Name;PLZ;Ort;Plätze\n{people}".encode(), "WTG_Register_2021-12-31.csv")
    assert not sums_a_region("Summe Musterfrau")


def test_one_formula_in_each_row_is_one_finding() -> None:
    def spoil(workbook: Workbook) -> None:
        for row in range(2, 7):
            workbook["Belegung"][f"H{row}"] = f"=C{row}-G{row}"

    sheets = small()
    sheets["Belegung"] += [[*sheets["Belegung"][1]] for _ in range(3)]
    (finding,) = refused(book(sheets, spoil))
    assert (finding.rule, finding.row, finding.column) == (
        "formula_without_result",
        "2, 3, 4, 5, 6",
        "H",
    )
    assert "likewise 4 more cells, rows 3, 4, 5, 6" in finding.message


def test_street_and_house_number_in_one_column() -> None:
    text = "Name;Straße, Hausnummer;PLZ;Ort\n"
    for street in ("Neusser Straße 12a", "Am Alten Bach 7-9", "Straße des 17. Juni", "Markt"):
        text += f"Haus {street};{street};{ADDRESS}\n"
    assert rows(offers(text), "register_offers", "strasse", "hausnummer") == [
        (opaque("Straße", "Neusser Strasse 12a"), None),
        (opaque("Straße", "Am alten Bach 7-9"), None),
        (opaque("Straße", "Straße des 17. Juni"), None),
        (opaque("Straße", "Markt"), None),
    ]


# --- what lands without contact persons -----------------------------------------------------------


def test_a_date_of_a_title_and_kinds_of_headings_stay_when_contacts_are_left_out(
    settings: Settings,
) -> None:
    text = f"Stand: 30.06.2021;;;;\n{SECTIONS}".replace("\n", ";\n").replace(
        "Plätze;\n", "Plätze;Telefon\n"
    )
    text = text.replace("80;\n", "80;02131 4711\n")
    landed = strip_list(text.encode(), "WTG_Register.csv", settings).content
    assert b"4711" not in landed
    batch = register.parse(landed, register_origin("WTG_Register.csv"))
    assert batch.period == "2021-06-30"
    assert rows(batch, "register_offers", "angebotsform_wtg", "plaetze") == [
        ("vollstationaer", 80),
        ("tagespflege", 15),
        ("tagespflege", 12),
    ]


def test_a_workbooks_title_date_stays_when_contacts_are_left_out(settings: Settings) -> None:
    sheets = without("Personal", "stichtag")
    sheets = {"Personal": [["Erhebungsstichtag: 15.08.2021"], *sheets["Personal"]]}
    sheets["Personal"][1].append("Telefon")
    sheets["Personal"][2].append("02131 4711")
    landed = strip_workbook(book(sheets), "Personal.xlsx", settings).content
    batch = parse(landed, origin("WTG_Stichtag.xlsx"))
    assert batch.period == "2021-08-15"
    assert rows(batch, "personal", "pfad_id", "vk_fachkraft") == [("A", 22.0), ("B", 10.5)]
