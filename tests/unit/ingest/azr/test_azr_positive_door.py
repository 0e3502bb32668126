"""The positive door: what is not understood does not enter, in whatever part of a file it stands.

All persons are invented."""

import re
from datetime import date

import pytest
from azr_hiding_places import HIDING_PLACES, NAME, cell, second_sheet, worked_on
from azr_workbooks import (
    CROSSTABLE,
    MUNICIPALITIES,
    as_excel_saves,
    at_the_door,
    sample,
    sheet_of,
    table_of,
    with_part,
    with_part_changed,
)
from openpyxl.comments import Comment
from openpyxl.formatting.rule import FormulaRule
from openpyxl.worksheet.datavalidation import DataValidation

from formats.forms import form_of
from formats.workbook import look_into
from ingest.azr.recognise import recognise
from ingest.azr.reduction import crosstable
from kreishaus.model import FileRejected, Request
from kreishaus.settings import Settings
from kreishaus.store.visits import Visits
from kreishaus.wording import in_language, text_of
from pipeline.steps import fetch_new

LANDED = "AZR_Kreuztabelle_2021-09-30.csv"
SENTINELS = ("Musterfrau", "Erika", "Mustermann", "Beispiel", "Samira", "أحمد", "Шевченко", "ሳሚራ")


def refusal_of(content: bytes) -> str:
    with pytest.raises(FileRejected) as refusal:
        at_the_door(content)
    return str(refusal.value)


@pytest.fixture
def installation(tmp_path) -> Settings:
    """An installation whose drop folder lies outside of its home folder."""
    folder = tmp_path / "share"
    folder.mkdir()
    return Settings(home=tmp_path / "var", sources="live", source={"azr": {"drop_folder": folder}})


def traces(settings: Settings, *secrets: str) -> list[str]:
    """What under the home folder holds one of the secrets, in its name or its bytes."""
    return [
        f"{path.name}: {secret}"
        for path in settings.home.rglob("*")
        for secret in secrets
        if secret in path.name or (path.is_file() and secret.encode() in path.read_bytes())
    ]


@pytest.mark.parametrize("kind", HIDING_PLACES)
def test_a_person_in_any_part_of_a_file_is_refused_and_leaves_no_trace(kind, installation, caplog):
    name = "AZR_Kreuztabelle_2021-09-30.xlsx"
    (installation.drop_folder("azr") / name).write_bytes(HIDING_PLACES[kind])
    report = fetch_new("azr/crosstable", installation, "night")
    assert (report.new, report.pending, len(report.refused)) == ((), (), 1)
    assert traces(installation, *SENTINELS, name) == []
    assert [word for word in (*SENTINELS, name) if word in caplog.text] == []


def test_a_refusal_is_recorded_by_place_time_and_folder(installation):
    folder = installation.drop_folder("azr")
    (folder / f"Kreuztabelle {NAME}.xlsx").write_bytes(cell("R9", NAME))
    (folder / CROSSTABLE).write_bytes(sample(CROSSTABLE))
    report = fetch_new("azr/crosstable", installation, "night")
    (visit,) = Visits(installation.landing, "azr", "crosstable").read()
    assert visit.refused == report.refused
    (refusal,) = visit.refused
    assert re.match(r"file 2 of 2 by name, saved \d{4}-\d\d-\d\d \d\d\.\d\d: in ", refusal)
    place = f"in {folder}: sheet 1, row 9, column R"
    assert f"{place}: not understood (two words, 15 letters)" in refusal
    assert [landed.label for landed in report.new] == [LANDED]
    assert traces(installation, *SENTINELS) == []


def test_an_unchanged_refused_file_is_told_in_the_same_words(installation):
    (installation.drop_folder("azr") / CROSSTABLE).write_bytes(cell("R9", NAME))
    first = fetch_new("azr/crosstable", installation, "night 1")
    assert fetch_new("azr/crosstable", installation, "night 2").refused == first.refused


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (cell("R9", NAME), "sheet 1, row 9, column R: not understood (two words, 15 letters)"),
        (cell("A40", "Fall 12"), "sheet 1, row 40, column A: not understood (one word, four "
         "letters, two digits)"),
        (second_sheet([1987], state="hidden"), "sheet 3 (hidden), row 1, column A: not understood "
         "(a number of four digits)"),
        (sheet_of(["Ortsteil", "Anzahl"], ["Norf", 12]), "the whole file: no table that is known "
         "by its heads; no row is like one of heads; expected one row of heads"),
    ],
)  # fmt: skip
def test_the_refusal_says_place_and_form(content, said):
    assert said in refusal_of(content)


def test_at_most_five_cells_are_named():
    many = second_sheet(*([f"Fall {number}"] for number in range(9)))
    assert "; and 4 more. Only" in refusal_of(many)


@pytest.mark.parametrize(
    ("value", "form", "german"),
    [
        ("Erika Maria Musterfrau", "three words, 20 letters", "drei Wörter, 20 Buchstaben"),
        ("O'Neill-Weiß", "one word, ten letters", "ein Wort, zehn Buchstaben"),
        ("A 1", "one word, one letter, one digit", "ein Wort, ein Buchstabe, eine Ziffer"),
        ("90101000712", "a number of 11 digits", "eine Zahl, 11 Ziffern"),
        (1987, "a number of four digits", "eine Zahl, vier Ziffern"),
        ("1304 12 004711", "12 digits and other signs", "12 Ziffern und andere Zeichen"),
        ("?!", "signs alone", "nur Zeichen"),
        (date(1987, 3, 1), "a date", "ein Datum"),
        (True, "a truth value", "ein Wahrheitswert"),
        (None, "nothing", "nichts"),
    ],
)
def test_a_form_says_how_much_stands_there_and_not_what(value, form, german):
    assert form_of(value) == form
    assert in_language(form_of(value), "de") == german


def test_a_refusal_is_said_in_german_to_the_last_of_its_places():
    many = second_sheet(*([f"Fall {number}"] for number in range(9)))
    with pytest.raises(FileRejected) as refusal:
        at_the_door(many)
    german = in_language(text_of(refusal.value), "de")
    assert (
        "Zeile 1, Spalte A: nicht verstanden (ein Wort, vier Buchstaben, eine Ziffer); " in german
    )
    assert "Zeile 5, Spalte A: ein Wort, vier Buchstaben, eine Ziffer; und 4 weitere. " in german
    assert "Von dieser Datei wurde nichts aufbewahrt" in german


def test_a_name_in_the_column_of_keys_beside_a_known_name_is_refused():
    """The row is known by its name; the column of keys may hold a key or a name, and no other."""
    towns = Settings().county.municipalities
    head = [["Stichtag: 31.03.2021"], ["AGS", "Gemeinde", "Insgesamt"]]
    rows = [[code, name, 7] for code, name in towns.items()]
    total = ["Kreis", "Rhein-Kreis Neuss", 7 * len(towns)]
    at_the_door(sheet_of(*head, *rows, total))
    rows[3][0] = "Musterfrau"
    workbook = look_into(sheet_of(*head, *rows, total))
    unknown = recognise(workbook, Settings().county).unknown
    assert ("sheet 1, row 6, column A", "one word, ten letters") in [
        (one.place, one.what) for one in unknown
    ]


ODD_NAMES = (
    "Kreuztabelle Musterfrau.xlsx",
    "AZR_Kreuztabelle_130412004711.xlsx",
    "Gemeinden_Jg1987.csv",
    "AZR_Kreuztabelle_2021-09-30.Musterfrau",
    "AZR_Kreuztabelle_2021-09-30.xlsx.bak",
    "AZR_Kreuztabelle Jan Mai.xlsx",
    "AZR_Kreuztabelle Duldung Syrien.xlsx",
    "AZR_Kreuztabelle Kaarst.xlsx",
)
ORDINARY_NAMES = (
    "AZR_Kreuztabelle_2021-09-30.xlsx",
    "Kreuztabelle 30.09.2021 (2).xls",
    "azr-zeitreihe.ods",
    "AZR Gemeinden Rhein-Kreis Neuss 31_03_2021 neu.csv",
    "AZR_Kreuztabelle_Q3_2021.xlsx",
    "AZR_Kreuztabelle September 2021.xlsx",
)


@pytest.mark.parametrize("name", [*ODD_NAMES, *ORDINARY_NAMES])
def test_a_name_is_noted_only_if_it_is_made_of_known_words(name):
    request = Request(f"azr/drop/{name}", name, path=f"/share/azr/{name}", extension="xlsx")
    noted = str(crosstable.offer(request, "0" * 64, Settings()))
    assert (name in noted) == (name in ORDINARY_NAMES)


def test_an_empty_file_is_refused():
    assert "the whole file: an empty file" in refusal_of(b" ")


def excel_of_today() -> bytes:
    """The parts and attributes that Excel writes by itself."""
    app = (
        "<Properties><Application>Microsoft Excel</Application><TitlesOfParts><v>Kreuztabelle</v>"
        "<v>Kreuztabelle!Druckbereich</v></TitlesOfParts><HeadingPairs><v>Benannte Bereiche</v>"
        "</HeadingPairs><Company>Rhein-Kreis Neuss</Company></Properties>"
    )
    properties = (
        '<workbookPr codeName="DieseArbeitsmappe" defaultThemeVersion="166925"/><revisionPtr '
        'documentId="13_ncr:1_{8E5C2F1A-0000-4A5B-9C3D-1234567890AB}" revIDLastSave="0"/>'
    )
    content = with_part(as_excel_saves(sample(CROSSTABLE)), "docProps/app.xml", app)
    return with_part_changed(content, "xl/workbook.xml", "<workbookPr />", properties)


def checked() -> bytes:
    rule = DataValidation(
        type="whole", formula1="0", sqref="D9", promptTitle="Hinweis", prompt="Bitte ganze Zahlen"
    )
    return worked_on(lambda _, sheet: sheet.add_data_validation(rule))


def filtered() -> bytes:
    def hid(_, sheet):
        sheet.auto_filter.ref = "A6:P31"
        sheet.auto_filter.add_filter_column(1, ["GESAMT (Summe Zeile 9, 11, 18)"])

    return worked_on(hid)


def printed() -> bytes:
    def set_up(_, sheet):
        sheet.print_area, sheet.print_title_rows = "A1:P33", "5:6"
        sheet.oddFooter.center.text = "Seite &P von &N"
        sheet["D9"].number_format = '_-* #,##0\\ _€_-;[Red]"keine Angabe"'
        sheet["D9"].comment = Comment("am 14.10. berichtigt", "Amt")
        sheet.conditional_formatting.add("C7:P31", FormulaRule(formula=["C7<3"]))

    return worked_on(set_up)


ORDINARY = {
    "Excel of today": excel_of_today(),
    "a rule for input": checked(),
    "a remembered filter of a known label": filtered(),
    "areas to print, a footer, a format, a comment, conditions": printed(),
    "a sheet of notes": second_sheet(["k.A.", "keine Angabe"], ["Stand", "14.10.2021"]),
}


@pytest.mark.parametrize("kind", ORDINARY)
def test_what_offices_and_their_programs_put_beside_the_cells_passes(kind):
    at_the_door(ORDINARY[kind])


def test_a_letterhead_is_dropped_and_a_second_officer_of_each_kind_is_one_too_many():
    head = [["Auskunft erteilt: Frau Beispiel", None], ["Telefon:", "02131 928-5012"]]
    towns = [list(row) for row in table_of(MUNICIPALITIES).rows]
    at_the_door(sheet_of(*head, *towns))
    three = [[f"Auskunft erteilt: Frau {name}"] for name in ("Beispiel", "Probe", "Vorbild")]
    assert "not one office's" in refusal_of(sheet_of(*three, *towns))


def test_the_search_stays_a_second_reason_in_what_is_understood():
    """A key of twelve digits is nowhere a count, though the officer's line is a letterhead."""
    assert "12 digits" in refusal_of(cell("A4", "Aktenzeichen: 130412004711"))
