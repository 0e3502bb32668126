"""Files that list persons, in all the kinds that offices have, dropped as a person drops them:
nothing of them is kept, and nothing of them is said. All persons are invented."""

import io
import json
import logging
import zipfile
from dataclasses import replace
from datetime import date, datetime
from email.message import EmailMessage

import msoffcrypto.format.ooxml
import pytest
import xlwt
from azr_workbooks import (
    CROSSTABLE,
    Table,
    as_excel_saves,
    as_ods,
    as_text,
    as_xls,
    as_xlsx,
    at_the_door,
    marks_of_persons,
    sample,
    saved,
    sheet_of,
    table_of,
    with_part,
    with_part_changed,
)
from odf.office import Annotation
from odf.opendocument import OpenDocumentSpreadsheet, load
from odf.table import Table as OdfTable
from odf.table import TableCell, TableRow
from odf.text import P
from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from reportlab.pdfgen.canvas import Canvas
from typer.testing import CliRunner

from kreishaus.model import FileRejected
from kreishaus.settings import Settings
from operations.cli import app
from pipeline.steps import by_hand, fetch_new

PERSONS = [
    ("130412004711", "Musterfrau", "Erika", "12.03.1987", "Heidestr. 17", "Syrien"),
    ("140523004812", "Mustermann", "Max", "01.01.1960", "Rheinallee 4a", "Irak"),
    ("150704004913", "Beispiel", "Amira", "09.07.2001", "Am Weg 12", "Syrien"),
    ("160815005014", "Vorbild", "Yusuf", "30.11.1994", "Neue Gasse 3", "Iran"),
    ("171126005115", "Probe", "Samira", "17.02.2010", "Kirchplatz 1", "Eritrea"),
]
IDS, SURNAMES, NAMES, BIRTHS, STREETS, NATIONS = (list(part) for part in zip(*PERSONS, strict=True))
SECRETS = (*IDS, *SURNAMES, *NAMES, *BIRTHS, *STREETS, "C01X00T47", "0162 1234567", "@example")
BORN = [datetime.strptime(day, "%d.%m.%Y") for day in BIRTHS]
SERIALS = [(day - datetime(1899, 12, 30)).days for day in BORN]


def listed(*columns: list[object]) -> Table:
    """The columns side by side, without any header."""
    return Table("Liste", [list(row) for row in zip(*columns, strict=True)])


def headed(header: str, values: list[object]) -> bytes:
    return sheet_of(["Auswertung"], ["Fall", header], *([1, value] for value in values))


def worked_on(change) -> bytes:
    """The true cross table after somebody did something to its workbook."""
    workbook = load_workbook(io.BytesIO(sample(CROSSTABLE)))
    change(workbook, workbook.worksheets[0])
    return saved(workbook)


def below(workbook, sheet):
    for person in PERSONS:
        sheet.append([None, person[1], person[2], 1])


def beside(workbook, sheet):
    for row, day in enumerate(BORN, start=9):
        sheet.cell(row, 20).value = day


def hidden_column(workbook, sheet):
    for row, number in enumerate(IDS, start=9):
        sheet.cell(row, 30).value = number
    sheet.column_dimensions["AD"].hidden = True


def commented(workbook, sheet):
    sheet["D9"].comment = Comment("Erika Musterfrau, geb. 12.03.1987", "Sachbearbeitung")


def named(workbook, sheet):
    workbook.defined_names["Auswahl"] = DefinedName("Auswahl", attr_text='{"130412004711"}')


def chosen_from(workbook, sheet):
    choice = DataValidation(type="list", formula1='"130412004711,140523004812"', sqref="R9")
    sheet.add_data_validation(choice)


def footed(workbook, sheet):
    sheet.oddFooter.center.text = "Fall 130412004711"


def described(workbook, sheet):
    workbook.properties.description = "AZR-Nummer: 130412004711"


def text_box() -> bytes:
    drawing = (
        '<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"'
        ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:t>Vorname: Erika'
        "</a:t></xdr:wsDr>"
    )
    return with_part(sample(CROSSTABLE), "xl/drawings/drawing1.xml", drawing)


def deleted_but_kept() -> bytes:
    """Excel may keep the texts of deleted cells until it saves anew."""
    content = as_excel_saves(sample(CROSSTABLE))
    return with_part_changed(
        content, "xl/sharedStrings.xml", "</sst>", "<si><t>130412004711</t></si></sst>"
    )


def with_password() -> bytes:
    locked = io.BytesIO()
    workbook = msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(as_xlsx(listed(IDS, SURNAMES))))
    workbook.encrypt("geheim", locked)
    return locked.getvalue()


def packed() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("liste.csv", as_text(listed(IDS, SURNAMES)))
    return written.getvalue()


def pdf() -> bytes:
    written = io.BytesIO()
    canvas = Canvas(written)
    for line, person in enumerate(PERSONS):
        canvas.drawString(50, 700 - 20 * line, " ".join(person))
    canvas.save()
    return written.getvalue()


def mail() -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = "amt@example.org", "planung@example.org"
    message["Subject"] = "Liste"
    message.set_content("\n".join(" ".join(person) for person in PERSONS))
    return message.as_bytes()


def card() -> bytes:
    return b"BEGIN:VCARD\r\nVERSION:3.0\r\nN:Musterfrau;Erika\r\nEND:VCARD\r\n"


def hidden_xls_sheet() -> bytes:
    secret = ("Daten", [[number, "x"] for number in IDS], True)
    return as_xls(replace(table_of(CROSSTABLE), others=[secret]))


def hidden_ods_sheet() -> bytes:
    secret = ("Daten", [["Vorname", "Anzahl"], ["Erika", 1]], True)
    return as_ods(replace(table_of(CROSSTABLE), others=[secret]))


def noted_ods() -> bytes:
    document = OpenDocumentSpreadsheet()
    table, row, cell = OdfTable(name="Tabelle"), TableRow(), TableCell(valuetype="float", value=5)
    note = Annotation()
    note.addElement(P(text="siehe 130412004711"))
    cell.addElement(note)
    row.addElement(cell)
    table.addElement(row)
    document.spreadsheet.addElement(table)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def pictured_ods() -> bytes:
    document = load(io.BytesIO(as_ods(table_of(CROSSTABLE))))
    document.addPictureFromString(b"\x89PNG\r\n\x1a\n", "image/png")
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def named_xls() -> bytes:
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("Tabelle")
    sheet.write(0, 0, 5)
    sheet.footer_str = b"Fall 130412004711"
    written = io.BytesIO()
    workbook.save(written)
    return written.getvalue()


def exported(kind: str) -> bytes:
    if kind == "json":
        return json.dumps([{"name": person[1], "azr": person[0]} for person in PERSONS]).encode()
    rows = "".join(f"<p><azr>{person[0]}</azr><n>{person[1]}</n></p>" for person in PERSONS)
    return f'<?xml version="1.0"?><personen>{rows}</personen>'.encode()


SYRIANS = [
    ["Syrien", "m", 34], ["Syrien", "w", 36], ["Syrien", "m", 19], ["Irak", "m", 41],
    ["Syrien", "m", 57],
]  # fmt: skip
PHONES = ["0162 1234567", "0171-2345678", "+49 172 3456789"]
MAILS = ["erika@example.org", "max@example.org", "amira@example.org"]

KINDS: dict[str, tuple[str, bytes, str]] = {
    "AZR number by header": ("xlsx", headed("AZR-Nummer", IDS), "AZR-Nummer"),
    "header in disguise": ("xlsx", headed("A Z R -\nN r.", ["x"]), "AZR-Nummer"),
    "ids without a header": ("xlsx", as_xlsx(listed(IDS, [1, 2, 3, 4, 5])), "12 digits"),
    "ids as numbers": ("xlsx", headed("Vermerk", [int(number) for number in IDS]), "12 digits"),
    "ids with blanks": ("xlsx", headed("Vermerk", ["130412 004711"]), "12 digits"),
    "ids in three parts": ("xlsx", headed("Vermerk", ["1304 1200 4711"]), "12 digits"),
    "ids in two columns": (
        "xlsx",
        as_xlsx(listed([number[:6] for number in IDS], [number[6:] for number in IDS])),
        "12 digits in two columns",
    ),
    "ids in two columns, zeros lost": (
        "xlsx",
        as_xlsx(listed([int(number[:6]) for number in IDS], [int(number[6:]) for number in IDS])),
        "12 digits in two columns",
    ),
    "ids behind an apostrophe": ("csv", as_text(listed([f"'{n}" for n in IDS])), "12 digits"),
    "ids as floats in a CSV": ("csv", b"Fall;Wert\r\n1;1,30412E+11\r\n", "12 digits"),
    "names and first names by header": ("xlsx", headed("Name, Vorname", SURNAMES), "Name"),
    "names and first names without a header": (
        "xlsx",
        as_xlsx(listed([1, 2, 3, 4, 5], SURNAMES, NAMES)),
        "names",
    ),
    "surnames, first names in one cell": (
        "xlsx",
        as_xlsx(listed([f"{p[1]}, {p[2]}" for p in PERSONS], [1] * 5)),
        "names",
    ),
    "full names in a text": (
        "txt",
        "\n".join(f"{p[2]} {p[1]}" for p in PERSONS).encode(),
        "names",
    ),
    "three names and nothing else": ("txt", b"Erika\nMax\nAmira\n", "not a single number"),
    "dates of birth as dates": ("xlsx", as_xlsx(listed([1, 1, 1, 1, 1], BORN)), "dates of birth"),
    "dates of birth as text": ("xlsx", as_xlsx(listed([1] * 5, BIRTHS)), "dates of birth"),
    "dates of birth with two digits": (
        "csv",
        b"1;12.3.87\r\n2;1.1.60\r\n3;9.7.01\r\n",
        "dates of birth",
    ),
    "dates of birth as digits": (
        "csv",
        b"1;19870312\r\n2;19600101\r\n3;20010709\r\n",
        "dates of birth",
    ),
    "dates of birth as serial numbers": (
        "xlsx",
        as_xlsx(listed([1, 2, 3, 4, 5], SERIALS)),
        "dates of birth",
    ),
    "dates of birth in a row": ("xlsx", sheet_of(["Fall", 1], ["x", *BORN]), "dates of birth"),
    "addresses": ("xlsx", as_xlsx(listed([1, 2, 3, 4, 5], STREETS)), "addresses"),
    "telephone numbers": ("xlsx", as_xlsx(listed([1, 2, 3], PHONES)), "telephone numbers"),
    "mail addresses": ("xlsx", as_xlsx(listed([1, 2, 3], MAILS)), "e-mail addresses"),
    "passports without a header": (
        "xlsx",
        as_xlsx(listed([1, 2, 3], ["C01X00T47", "L7K22P9M1", "C8Z11T2R3"])),
        "passports",
    ),
    "passports by header": ("xlsx", headed("Reisepass-Nr.", ["C01X00T47"]), "Passnummer"),
    "nationality with counts of one": (
        "xlsx",
        sheet_of(["Staatsangehörigkeit", "Anzahl"], *([nation, 1] for nation in NATIONS)),
        "each counting one person",
    ),
    "nationality with counts of one, no header": (
        "xlsx",
        as_xlsx(listed(NATIONS, [1] * 5)),
        "each counting one person",
    ),
    "the same attributes again and again": ("xlsx", sheet_of(*SYRIANS), "repeat the same words"),
    "forms filled in": ("xlsx", sheet_of(["Vorname: Erika"], ["Alter", 34]), "field of a form"),
    "hidden sheet of a true table": ("xls", hidden_xls_sheet(), "(hidden)"),
    "hidden sheet of an ODS": ("ods", hidden_ods_sheet(), "(hidden)"),
    "hidden column": ("xlsx", worked_on(hidden_column), "12 digits"),
    "comment": ("xlsx", worked_on(commented), "the comments"),
    "note in an ODS": ("ods", noted_ods(), "12 digits"),
    "defined name": ("xlsx", worked_on(named), "the formulas"),
    "list to choose from": ("xlsx", worked_on(chosen_from), "the formulas"),
    "footer": ("xlsx", worked_on(footed), "headers and footers"),
    "footer of an XLS": ("xls", named_xls(), "names, headers and footers"),
    "description among the properties": ("xlsx", worked_on(described), "the properties"),
    "text box": ("xlsx", text_box(), "text boxes"),
    "deleted, yet in the list of texts": ("xlsx", deleted_but_kept(), "the list of texts"),
    "pivot cache": (
        "xlsx",
        with_part(sample(CROSSTABLE), "xl/pivotCache/pivotCacheRecords1.xml"),
        "pivot cache",
    ),
    "embedded workbook": (
        "xlsx",
        with_part(sample(CROSSTABLE), "xl/embeddings/Mappe1.xlsx", as_xlsx(listed(IDS))),
        "embedded document",
    ),
    "embedded object": (
        "xlsx",
        with_part(sample(CROSSTABLE), "xl/embeddings/oleObject1.bin"),
        "embedded document",
    ),
    "picture of a list": (
        "xlsx",
        with_part(sample(CROSSTABLE), "xl/media/image1.png"),
        "a picture",
    ),
    "picture in an ODS": ("ods", pictured_ods(), "a picture"),
    "macros": ("xlsm", with_part(sample(CROSSTABLE), "xl/vbaProject.bin"), "macros"),
    "copied cells of another workbook": (
        "xlsx",
        with_part(sample(CROSSTABLE), "xl/externalLinks/externalLink1.xml"),
        "another workbook",
    ),
    "a part nobody knows": ("xlsx", with_part(sample(CROSSTABLE), "xl/new/x.bin"), "a part"),
    "very many rows": (
        "xlsx",
        sheet_of(*([f"Fall {number}", 1] for number in range(301))),
        "more than 300 rows",
    ),
    "list under the table": ("xlsx", worked_on(below), "names"),
    "list right of the table": ("xlsx", worked_on(beside), "dates of birth"),
    "CSV of Windows": ("csv", as_text(Table("x", [["Vorname"], ["Jörg"]])), "Vorname"),
    "CSV in UTF-16": ("csv", as_text(listed(SURNAMES, NAMES), encoding="utf-16"), "names"),
    "CSV in UTF-16 without its mark": ("csv", "Name;1".encode("utf-16-le"), "neither"),
    "tabs": ("txt", as_text(listed(SURNAMES, NAMES), "\t"), "names"),
    "XLS": ("xls", as_xls(listed(IDS, SURNAMES)), "12 digits"),
    "ODS": ("ods", as_ods(listed(IDS, SURNAMES)), "12 digits"),
    "workbook with a password": ("xlsx", with_password(), "encrypted"),
    "ZIP with a CSV": ("zip", packed(), "an archive"),
    "PDF": ("pdf", pdf(), "a PDF"),
    "XML": ("xml", exported("xml"), "XML"),
    "JSON": ("json", exported("json"), "JSON"),
    "mail": ("eml", mail(), "a mail"),
    "address card": ("vcf", card(), "address card"),
    "word processor": ("docx", with_part(packed(), "word/document.xml"), "an archive"),
    "compressed": ("gz", b"\x1f\x8b\x08\x00" + bytes(range(64)), "neither"),
}
"""Kind -> extension, bytes, what the refusal says."""


@pytest.fixture
def installation(tmp_path) -> Settings:
    """An installation whose drop folder lies outside of its home folder."""
    folder = tmp_path / "share"
    folder.mkdir()
    source = {"azr": {"drop_folder": folder}}
    return Settings(home=tmp_path / "var", sources="live", source=source)


NOT_DROPPED = ("visits.jsonl", "format.json", "county.json")


def kept_in(settings: Settings) -> list[str]:
    """What Kreishaus holds of anything dropped: all but its diary of visits, the numbers of
    folders and the key of the county, unless those tell."""
    return [
        str(path)
        for path in settings.home.rglob("*")
        if path.is_file()
        and (
            path.name not in ("visits.jsonl", "format.json", "county.json")
            or told_in(path.read_text())
        )
    ]


def told_in(said: str) -> list[str]:
    return [secret for secret in SECRETS if secret in said]


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_of_persons_leaves_no_trace(kind, installation, caplog):
    extension, content, marker = KINDS[kind]
    dropped = installation.drop_folder("azr") / f"AZR_Kreuztabelle_2021-12-31.{extension}"
    dropped.write_bytes(content)
    with caplog.at_level(logging.DEBUG):
        report = fetch_new("azr/crosstable", installation, "night")
    (refusal,) = report.refused
    assert marker in refusal
    assert (report.new, report.pending) == ((), ())
    assert kept_in(installation) == []
    assert told_in(refusal + caplog.text) == []


@pytest.mark.parametrize("kind", ["ids without a header", "PDF", "very many rows", "comment"])
@pytest.mark.parametrize("dataset", ["azr/crosstable", "azr/series", "azr/municipalities"])
def test_a_file_given_by_hand_passes_the_same_door(kind, dataset, installation, tmp_path):
    extension, content, marker = KINDS[kind]
    given = tmp_path / f"liste.{extension}"
    given.write_bytes(content)
    with pytest.raises(FileRejected) as refusal:
        by_hand(dataset, given, installation, "hand")
    assert marker in str(refusal.value)
    assert kept_in(installation) == []


def test_the_command_line_says_no_value(tmp_path, monkeypatch):
    monkeypatch.setenv("KREISHAUS_HOME", str(tmp_path / "var"))
    given = tmp_path / "liste.xlsx"
    given.write_bytes(KINDS["names and first names without a header"][1])
    answer = CliRunner().invoke(app, ["ingest", "azr", "crosstable", "--file", str(given)])
    assert answer.exit_code == 1
    assert "refused at the door" in answer.output
    assert told_in(answer.output) == []
    assert kept_in(Settings(home=tmp_path / "var")) == []


KEYS = ["051620004004", "051620008008", "051620024024"]
NEARLY: dict[str, bytes] = {
    "keys of municipalities, eight digits": sheet_of(
        ["AGS", "Gemeinde", "Insgesamt"],
        ["05162004", "Dormagen", 8143],
        ["05162008", "Grevenbroich", 7430],
        ["05162024", "Neuss", 28522],
    ),
    "keys of municipalities, twelve digits": sheet_of(
        ["ARS", "Insgesamt"], *([key, 9000 + place] for place, key in enumerate(KEYS))
    ),
    "the same as numbers": sheet_of(
        ["ARS", "Insgesamt"], *([int(key), 9000 + place] for place, key in enumerate(KEYS))
    ),
    "the office's letterhead": sheet_of(
        ["Telefon", "02131 928-50123"],
        ["E-Mail", "auslaenderamt@kreis.example"],
        ["Anschrift", "Oberstr. 91, 41460 Neuss"],
        ["Az.", "50.12/2021-4"],
        ["Gesamt", 9720],
    ),
    "telephone in a title row": sheet_of(["Auskunft: Tel. 02131 928-5012"], ["Gesamt", 9720]),
    "the name of a municipality": sheet_of(["Name der Gemeinde", "Insgesamt"], ["Neuss", 28522]),
    "country of birth, counted": sheet_of(
        ["Geburtsland", "Anzahl"], ["Syrien", 455], ["Irak", 1], ["Iran", 1]
    ),
    "a sentence on first names": sheet_of(
        ["Gesamt", 9720],
        ["Name, Vorname und Geburtsdatum wurden nicht übermittelt."],
        ["Die Spalte Vorname ist nicht enthalten."],
    ),
    "labels with paragraphs": sample(CROSSTABLE),
    "reference dates downwards": sheet_of(
        ["Stichtag", "Personen"],
        *([date(year, 3, 31), 9000 + year] for year in range(2017, 2022)),
    ),
    "reference dates across": sheet_of(
        ["Status", datetime(2017, 6, 30), datetime(2018, 8, 31), datetime(2021, 9, 15)],
        ["Gesamt", 9212, 9663, 9720],
    ),
    "references to lines": sheet_of(["GESAMT (Summe Zeile 9, 11, 18)", 9720]),
    "counts of one": sheet_of(["Status", "m", "w"], ["A", 1, 1], ["B", 1, 0], ["C", 1, 1]),
    "a sheet called Nachweis": as_xlsx(
        replace(table_of(CROSSTABLE), others=[("Nachweis", [["Quelle: Register"]], False)])
    ),
    "an officer in the footer": sheet_of(["Gesamt", 9720], ["erstellt von: Frau Beispiel"]),
    "an officer among the properties": worked_on(
        lambda workbook, _: setattr(workbook.properties, "creator", "Erika Musterfrau")
    ),
    "a comment on a cell": worked_on(
        lambda _, sheet: setattr(sheet["D9"], "comment", Comment("am 14.10. berichtigt", "Amt"))
    ),
    "large counts like serial dates": sheet_of(
        ["Gemeinde", "Ausländer"], ["A", 28522], ["B", 14143], ["C", 17430]
    ),
    "large counts with their sum": sheet_of(["A", 8522], ["B", 12143], ["Summe", 20665]),
    "towns that are cities": sheet_of(
        ["Gemeinde", "Insgesamt"],
        ["Dormagen, Stadt", 81],
        ["Jüchen, Stadt", 15],
        ["Neuss, Stadt", 9],
    ),
    "a range of dates": sheet_of(["Zeitraum 30.06.2017-30.09.2021"], ["Gesamt", 9720]),
    "printer settings": with_part(
        sample(CROSSTABLE), "xl/printerSettings/printerSettings1.bin", b"\x00" * 300
    ),
    "old workbook": as_xls(table_of(CROSSTABLE)),
    "open document": as_ods(table_of(CROSSTABLE)),
    "CSV": as_text(table_of(CROSSTABLE)),
    "a glossary": sheet_of(
        ["k.A.", "keine Angabe"], ["AE", "Aufenthaltserlaubnis"], ["GESAMT", 9720]
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", NEARLY)
def test_what_only_looks_like_persons_bears_no_mark_of_them(kind):
    assert marks_of_persons(NEARLY[kind]) == []


KNOWN_TABLES = (
    *("keys of municipalities, eight digits", "keys of municipalities, twelve digits"),
    *("the same as numbers", "the name of a municipality", "labels with paragraphs"),
    *("reference dates across", "a sheet called Nachweis", "an officer among the properties"),
    *("a comment on a cell", "towns that are cities", "printer settings", "old workbook"),
    *("open document", "CSV"),
)


@pytest.mark.parametrize("kind", KNOWN_TABLES)
def test_a_known_table_that_only_looks_like_persons_passes_the_door(kind):
    at_the_door(NEARLY[kind])


def test_a_long_key_of_another_county_is_an_id():
    """Only this county's own keys are known not to be numbers of persons."""
    with pytest.raises(FileRejected, match="12 digits"):
        at_the_door(sheet_of(["ARS", "Insgesamt"], ["059780004004", 9000]))
