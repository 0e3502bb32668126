"""A mart as a file: read back by the libraries that others would read it with."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from marts_made import build_of

from kreishaus.settings import Settings
from warehouse import audit
from warehouse.as_of import AsOf, settings_as_of
from warehouse.audit import AuditUnwritable
from warehouse.export import workbook
from warehouse.export.extract import NoSuchMart, extract
from warehouse.export.textfile import harmless
from warehouse.export.units import unit_de
from warehouse.export.workbook import TooManyRows, as_workbook
from warehouse.export.write import NoSuchFormat, write
from warehouse.publish import publish

HASH = "ab" * 32
MIXED = "siehe Beschreibung"
VACANCY = f"""
select * from (values
    (1, date '2021-08-15', '05162', 217::bigint, 217 / 3975, 2021, true, 1602.5::double,
     timestamptz '2021-08-16 00:30:00+02', '{HASH}', '=HYPERLINK("http://evil.example"; "Klick")'),
    (2, null, '05162004', -17, null, 2021, false, null, null, null, '-94'),
    (3, null, '=cmd', 9007199254740993, 0.5, 2021, null, 0.1, null, '{HASH}', '@x; "Süd"'),
    (4, null, null, 0, 'nan'::double, null, null, null, null, null, e'two\nlines\x01'),
    (5, null, null, 0, null, null, null, null, null, null, '')
) as t(line, reference_date, region_code, vacant_places, vacancy_share, reference_year, is_flagged,
       care_fte, recorded_at, source_sha256, words)
"""
SAID = {
    "line": ("Zeile", "Order of the rows."),
    "reference_date": ("Stichtag", "Day that the figures are about."),
    "region_code": ("Regionalschlüssel", "Official region key as text."),
    "vacant_places": ("Nicht belegte Plätze", "Places not occupied. Places."),
    "vacancy_share": ("Leerstandsquote", "vacant / places, a fraction from 0 to 1."),
    "reference_year": ("Jahr", "Year that the figures are about."),
    "is_flagged": ("Kennzeichen", "True where flagged."),
    "care_fte": ("Stellen", "Care staff. FTE."),
    "recorded_at": ("Bekannt seit", "When Kreishaus received the file. UTC."),
    "source_sha256": ("Quelldatei", "Hash of the landed file."),
    "words": ("Stellen", "Whatever was written."),
}


@pytest.fixture
def installation(settings: Settings) -> Settings:
    build(settings)
    return settings


def build(settings: Settings) -> None:
    homes = "select 1 as line, 'Muster' as offer_name"
    marts = {"vacancy": (VACANCY, "public"), "vacancy_by_offer": (homes, "internal")}
    build_of(settings, marts, descriptions=SAID)
    publish(settings, "first", now=datetime.fromisoformat("2026-11-25T03:12:00+00:00"))


def sheets(installation: Settings, tmp_path: Path) -> openpyxl.Workbook:
    file = tmp_path / "leerstand.xlsx"
    assert write(installation, "vacancy", "public", file).rows == 5
    return openpyxl.load_workbook(file)


def column(sheet: Any, number: int) -> list[Any]:
    return [cell.value for cell in list(sheet.columns)[number]]


def test_a_workbook_has_german_headers_that_name_one_column_each(
    installation: Settings, tmp_path: Path
) -> None:
    book = sheets(installation, tmp_path)
    assert book.sheetnames == ["vacancy", "Hinweise"]
    sheet = book["vacancy"]
    assert [cell.value for cell in sheet[1]] == [
        "Zeile",
        "Stichtag",
        "Regionalschlüssel",
        "Nicht belegte Plätze",
        "Leerstandsquote",
        "Jahr",
        "Kennzeichen",
        "Stellen (care_fte)",
        "Bekannt seit",
        "Quelldatei",
        "Stellen (words)",
    ]
    assert sheet["D1"].comment.text == "vacant_places\nPlätze\nPlaces not occupied. Places."
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:K6"


def test_a_workbooks_cells_have_the_types_of_the_mart(
    installation: Settings, tmp_path: Path
) -> None:
    sheet = sheets(installation, tmp_path)["vacancy"]
    first = {cell.column_letter: cell for cell in sheet[2]}
    assert first["B"].value == datetime(2021, 8, 15)
    assert (first["B"].is_date, first["B"].number_format) == (True, "dd.mm.yyyy")
    assert (first["C"].value, first["C"].data_type) == ("05162", "s")  # the zero stays
    assert (first["D"].value, first["D"].number_format) == (217, "#,##0")
    assert (first["E"].value, first["E"].number_format) == (217 / 3975, "0.0%")  # all digits
    assert (first["F"].value, first["F"].number_format) == (2021, "General")  # and not 2.021
    assert first["G"].value is True
    assert (first["H"].value, first["H"].number_format) == (1602.5, "#,##0.00")
    assert first["I"].value == datetime(2021, 8, 15, 22, 30)  # UTC, as in the mart
    assert column(sheet, 3)[1:4] == [217, -17, "9007199254740993"]  # 2 ** 53 + 1, not rounded
    assert column(sheet, 4)[3:] == [0.5, "nan", None]


def test_no_text_is_a_formula(installation: Settings, tmp_path: Path) -> None:
    sheet = sheets(installation, tmp_path)["vacancy"]
    words = list(sheet.columns)[10][1:]
    assert [cell.data_type for cell in words[:4]] == ["s"] * 4
    assert [cell.value for cell in words[:4]] == [
        '=HYPERLINK("http://evil.example"; "Klick")',
        "-94",
        '@x; "Süd"',
        "two\nlines\ufffd",  # no workbook may hold the control character
    ]
    assert [cell.quotePrefix for cell in words[:4]] == [True, True, True, False]
    assert sheet["C4"].quotePrefix is True
    content = zipfile.ZipFile(tmp_path / "leerstand.xlsx").read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in content


def test_the_notes_say_what_the_figures_are(installation: Settings, tmp_path: Path) -> None:
    sheet = sheets(installation, tmp_path)["Hinweise"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    said = {row[0]: row[1] for row in rows}
    assert said["Tabelle"] == "vacancy"
    assert said["Ausgabe"].startswith("öffentlich")
    assert said["Veröffentlicht am"] == "25.11.2026 03:12 UTC"
    assert said["Version"] == "20261125T031200.000000Z"
    assert said["Neuester Stand"] == "2021-08-15"
    assert said["Rundung"].startswith("Die Werte sind nicht gerundet")
    assert said["Herkunft der Zahlen"].startswith("Beispieldaten der Auslieferung, teils erfunden")
    source = next(row for row in rows if row[0] == "wtg/stichtag")
    assert source[1:3] == [
        "Arbeitsmappe der WTG-Behörde je Stichtag",
        "Intern; öffentlich nur zusammengefasst",
    ]
    assert source[3:6] == [1, "2021-08-15", "2021-08-15"]
    places = ["Nicht belegte Plätze", "vacant_places", "Plätze", "Places not occupied. Places."]
    assert places in [row[:4] for row in rows]


def test_the_same_version_gives_the_same_bytes(installation: Settings, tmp_path: Path) -> None:
    for name in ("one.xlsx", "two.xlsx"):
        write(installation, "vacancy", "public", tmp_path / name)
    one, two = ((tmp_path / name).read_bytes() for name in ("one.xlsx", "two.xlsx"))
    assert one == two
    parts = zipfile.ZipFile(io.BytesIO(one)).infolist()
    assert {part.date_time for part in parts} == {(1980, 1, 1, 0, 0, 0)}
    core = zipfile.ZipFile(io.BytesIO(one)).read("docProps/core.xml")
    assert core.count(b"2026-11-25T03:12:00Z") == 2


def read_csv(file: Path, delimiter: str, encoding: str) -> list[list[str]]:
    with file.open(encoding=encoding, newline="") as handle:
        return list(csv.reader(handle, delimiter=delimiter))


def test_csv_for_programs(installation: Settings, tmp_path: Path) -> None:
    file = tmp_path / "leerstand.csv"
    written = write(installation, "vacancy", "public", file)
    assert [path.name for path in written.files] == [
        "leerstand.csv",
        "leerstand.csv-metadata.json",
    ]
    rows = read_csv(file, ",", "utf-8")
    assert rows[0][:4] == ["Zeile", "Stichtag", "Regionalschlüssel", "Nicht belegte Plätze"]
    assert rows[1][1:9] == [
        "2021-08-15",
        "05162",
        "217",
        repr(217 / 3975),
        "2021",
        "true",
        "1602.5",
        "2021-08-15T22:30:00Z",
    ]
    assert rows[2][10] == "-94"
    assert rows[1][10].startswith("'=HYPERLINK")


def test_csv_for_a_german_excel(installation: Settings, tmp_path: Path) -> None:
    file = tmp_path / "leerstand.csv"
    write(installation, "vacancy", "public", file, for_spreadsheets=True)
    assert file.read_bytes().startswith(b"\xef\xbb\xbfZeile;Stichtag;")
    rows = read_csv(file, ";", "utf-8-sig")
    assert rows[1][1] == "15.08.2021"
    assert rows[1][6:9] == ["WAHR", "1602,5", "15.08.2021 22:30:00"]
    assert rows[3][10] == '\'@x; "Süd"'


def test_what_stands_beside_a_csv_says_how_to_read_it(
    installation: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "leerstand.csv"
    write(installation, "vacancy", "public", file, for_spreadsheets=True)
    said = json.loads((tmp_path / "leerstand.csv-metadata.json").read_text(encoding="utf-8"))
    header = read_csv(file, said["dialect"]["delimiter"], "utf-8-sig")[0]
    columns = said["tableSchema"]["columns"]
    assert [described["titles"]["de"] for described in columns] == [[title] for title in header]
    assert columns[3]["name"] == "vacant_places"
    assert columns[3]["datatype"] == {"base": "integer"}
    assert columns[4]["datatype"] == {"base": "double", "format": {"decimalChar": ","}}
    assert columns[3]["unit"] == "Plätze"
    assert said["url"] == "leerstand.csv"
    assert said["tableSchema"]["primaryKey"] == ["line"]
    assert said["dc:source"][0]["dc:identifier"] == "wtg/stichtag"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+49 2131 928-0", "'+49 2131 928-0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0"),
        ("\t=1", "'\t'=1"),
        ("-94", "-94"),
        ("+2,5 %", "+2,5 %"),
        ("-", "-"),
        ("Jüchen-Süd", "Jüchen-Süd"),
        ("", ""),
    ],
)
def test_what_a_spreadsheet_would_compute_is_text(text: str, written: str) -> None:
    assert harmless(text) == written


@pytest.mark.parametrize(
    ("name", "kind", "description", "unit"),
    [
        ("vacancy_share", "DOUBLE", "vacant / places, a fraction.", "Anteil (1 = 100 %)"),
        ("care_fte", "DOUBLE", "Care staff.", "Vollzeitäquivalente"),
        ("places_per_care_fte", "DOUBLE", "Places by FTE.", "Plätze je"),
        ("vacant_places", "BIGINT", "", "Plätze"),
        ("applications_total", "BIGINT", "All applications. Persons.", "Personen"),
        ("reference_year", "INTEGER", "", "Jahr"),
        ("value", "DOUBLE", "In the unit of the metric; a share is a fraction.", MIXED),
        ("required_by_minimum_share_fte", "DOUBLE", "", "Vollzeitäquivalente"),
        ("days_late_count", "BIGINT", "Days since the due date. Count.", "Tage"),
        ("position", "BIGINT", "Order of the rows.", ""),
        ("region_code", "VARCHAR", "Persons", ""),
        ("reference_date", "DATE", "", "Datum"),
    ],
)
def test_a_unit_is_told_by_name_and_description(
    name: str, kind: str, description: str, unit: str
) -> None:
    assert unit_de(name, kind, description) == unit


def test_what_is_not_for_everybody_is_asked_for_by_name(
    installation: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "homes.xlsx"
    with pytest.raises(NoSuchMart, match="not for everybody: --audience internal"):
        write(installation, "vacancy_by_offer", "public", file)
    with pytest.raises(NoSuchMart, match=r"There are: vacancy$"):
        write(installation, "vacancy_in_all", "public", file)
    assert not file.exists()
    write(installation, "vacancy_by_offer", "internal", file)
    notes = openpyxl.load_workbook(file)["Hinweise"]
    assert notes["B4"].value.startswith("INTERN")


def test_another_ending_is_refused(installation: Settings, tmp_path: Path) -> None:
    with pytest.raises(NoSuchFormat, match=r"ends in \.xlsx or \.csv"):
        write(installation, "vacancy", "public", tmp_path / "leerstand.xls")


@pytest.mark.parametrize(("most", "fits"), [(5, True), (4, False)])
def test_a_sheet_holds_so_many_rows_and_no_more(
    installation: Settings, monkeypatch: pytest.MonkeyPatch, most: int, fits: bool
) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", most)
    with extract(installation, "vacancy", "public") as asked:
        if fits:
            assert as_workbook(asked)
        else:
            with pytest.raises(TooManyRows, match="vacancy has 5 rows, a spreadsheet holds 4"):
                as_workbook(asked)


def test_an_earlier_day_says_so(installation: Settings, tmp_path: Path) -> None:
    back = settings_as_of(installation, AsOf("2021-11-30"))
    build(back)
    file = tmp_path / "then.xlsx"
    write(back, "vacancy", "public", file)
    rows = openpyxl.load_workbook(file)["Hinweise"].iter_rows(values_only=True)
    said = {row[0]: row[1] for row in rows}
    assert said["Rückblick auf den"] == "2021-11-30 (was damals vorlag)"


def test_who_takes_internal_away_is_noted_before_there_is_a_file(
    installation: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "intern.csv"
    assert write(installation, "vacancy_by_offer", "internal", file).rows == 1
    (entry,) = audit.entries(installation)
    noted = entry.document
    assert (noted["action"], noted["marts"], noted["rows"]) == ("export", ["vacancy_by_offer"], 1)
    assert noted["version"] == "20261125T031200.000000Z"
    assert noted["details"] == {"file": str(file)}
    assert "Muster" not in str(noted)
    write(installation, "vacancy", "public", tmp_path / "public.csv")
    assert len(list(audit.entries(installation))) == 1


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_without_a_line_in_the_audit_log_there_is_no_file(
    installation: Settings, tmp_path: Path, suffix: str
) -> None:
    (installation.home / "audit").write_text("no folder can be made here")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(AuditUnwritable):
        write(installation, "vacancy_by_offer", "internal", tmp_path / f"intern{suffix}")
    assert sorted(tmp_path.iterdir()) == before
