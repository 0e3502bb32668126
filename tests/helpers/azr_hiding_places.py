"""Invented persons in every part of a file that may hold a text: each kind must be refused."""

import io
import zipfile
from collections.abc import Callable

from azr_workbooks import (
    CROSSTABLE,
    MUNICIPALITIES,
    as_excel_saves,
    as_ods,
    as_text,
    changed,
    sample,
    saved,
    sheet_of,
    table_of,
    with_part,
    with_part_changed,
)
from openpyxl import load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import NamedStyle
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.table import Table, TableColumn

NAME = "Erika Musterfrau"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"


def cell(place: str, value: object, name: str = CROSSTABLE) -> bytes:
    """The true table after somebody typed something into a cell."""

    def typed(sheet):
        sheet[place] = value

    return changed(name, typed)


def worked_on(change: Callable, name: str = CROSSTABLE) -> bytes:
    workbook = load_workbook(io.BytesIO(sample(name)))
    change(workbook, workbook.worksheets[0])
    return saved(workbook)


def second_sheet(*rows: list[object], title: str = "Hinweise", state: str = "visible") -> bytes:
    def added(workbook, _):
        sheet = workbook.create_sheet(title)
        sheet.sheet_state = state
        for row in rows:
            sheet.append(row)

    return worked_on(added)


def replaced(old: str, new: str, part: str = SHEET, content: bytes = b"") -> bytes:
    return with_part_changed(content or sample(CROSSTABLE), part, old, new)


def property_of(field: str, value: str = NAME) -> bytes:
    return worked_on(lambda workbook, _: setattr(workbook.properties, field, value))


def footer(position: str) -> bytes:
    def footed(_, sheet):
        getattr(sheet, position).left.text = NAME

    return worked_on(footed)


def validated(**texts: str) -> bytes:
    rule = DataValidation(type="whole", formula1="0", sqref="D9", **texts)
    return worked_on(lambda _, sheet: sheet.add_data_validation(rule))


def listed() -> bytes:
    rule = DataValidation(type="list", formula1=f'"{NAME},x"', sqref="R9")
    return worked_on(lambda _, sheet: sheet.add_data_validation(rule))


def commented(text: str, author: str) -> bytes:
    return worked_on(lambda _, sheet: setattr(sheet["D9"], "comment", Comment(text, author)))


def named(name: str, text: str) -> bytes:
    def added(workbook, _):
        workbook.defined_names[name] = DefinedName(name, attr_text=text)

    return worked_on(added)


def filtered() -> bytes:
    def hid(_, sheet):
        sheet.auto_filter.ref = "A6:P31"
        sheet.auto_filter.add_filter_column(1, [NAME, "Max Mustermann"])

    return worked_on(hid)


def tabled() -> bytes:
    def made(_, sheet):
        table = Table(displayName="Tabelle1", ref="A40:B42")
        table.tableColumns = [TableColumn(id=1, name=NAME), TableColumn(id=2, name="Anzahl")]
        sheet.add_table(table)

    return worked_on(made)


def linked(**texts: str) -> bytes:
    def made(_, sheet):
        sheet["A3"].hyperlink = Hyperlink(ref="A3", **texts)

    return worked_on(made)


def charted(old: str, new: str) -> bytes:
    def made(_, sheet):
        chart = BarChart()
        chart.title = "Gesamt"
        chart.add_data(Reference(sheet, min_col=7, min_row=7, max_row=9))
        sheet.add_chart(chart, "R3")

    content = worked_on(made)
    return with_part_changed(content, "xl/charts/chart1.xml", old, new)


def cache() -> bytes:
    points = f'<strCache><ptCount val="1"/><pt idx="0"><v>{NAME}</v></pt></strCache>'
    return charted("<numRef>", f"<strRef><f>Kreuztabelle!$A$1</f>{points}</strRef><numRef>")


def drawn(text: str) -> bytes:
    drawing = (
        '<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"'
        f' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">{text}</xdr:wsDr>'
    )
    return with_part(sample(CROSSTABLE), "xl/drawings/drawing1.xml", drawing)


def formatted(code: str) -> bytes:
    return worked_on(lambda _, sheet: setattr(sheet["D9"], "number_format", code))


def conditioned() -> bytes:
    rule = FormulaRule(formula=[f'$B9="{NAME}"'])
    return worked_on(lambda _, sheet: sheet.conditional_formatting.add("B9", rule))


def styled() -> bytes:
    def made(workbook, sheet):
        workbook.add_named_style(NamedStyle(name=NAME))
        sheet["A1"].style = NAME

    return worked_on(made)


def archived(comment: bytes) -> bytes:
    packed = io.BytesIO(sample(CROSSTABLE))
    with zipfile.ZipFile(packed, "a") as archive:
        archive.comment = comment
    return packed.getvalue()


def leftover() -> bytes:
    content = as_excel_saves(sample(CROSSTABLE))
    item = f"<si><t>{NAME}</t></si></sst>"
    return with_part_changed(content, "xl/sharedStrings.xml", "</sst>", item)


def sounding() -> bytes:
    content = as_excel_saves(sample(CROSSTABLE))
    old = "<rPh sb='0' eb='1'><t>x</t>"
    return with_part_changed(
        content, "xl/sharedStrings.xml", old, f"<rPh sb='0' eb='1'><t>{NAME}</t>"
    )


def unnamed_sheet() -> bytes:
    row = f'<row r="1"><c r="A1" t="inlineStr"><is><t>{NAME}</t></is></c></row>'
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{row}</sheetData></worksheet>'
    return with_part(sample(CROSSTABLE), "xl/worksheets/sheet99.xml", sheet)


def municipal(*rows: list[object]) -> bytes:
    return sheet_of(["Stichtag: 31.03.2021"], ["Gemeinde", "Insgesamt"], *rows)


def one_row_a_person() -> bytes:
    heads = [list(row) for row in table_of(CROSSTABLE).rows[:6]]
    one = [None, "Anerkannte Flüchtlinge", 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0]
    return sheet_of(*heads, one, one, one)


def csv_with(line: str) -> bytes:
    return as_text(table_of(MUNICIPALITIES)) + line.encode("cp1252") + b"\r\n"


def ods_with(old: str, new: str) -> bytes:
    content = as_ods(table_of(CROSSTABLE))
    return with_part_changed(content, "content.xml", old, new)


def persons(*words: object) -> list[list[object]]:
    return [list(words), ["Irak", "männlich", "Kaarst"], ["Iran", "weiblich", "Jüchen"]]


SECOND_NAMES = "Musterfrau, Erika; Mustermann, Max; Beispiel, Amira"
HIDING_PLACES: dict[str, bytes] = {
    "right of the table": cell("R9", NAME),
    "right of the table, Arabic": cell("R9", "أحمد يوسف"),
    "below the table, Cyrillic": cell("A40", "Оксана Шевченко"),
    "below the table, Tigrinya": cell("A40", "ሳሚራ ተስፋይ"),
    "below the table, with a place": cell("A40", f"Anmerkung: betrifft {NAME} (Neuss)"),
    "above the table": cell("C1", NAME),
    "a heading between the rows": cell("B14", NAME),
    "a row of the table": cell("B9", NAME),
    "behind a known label": cell("B23", f"GESAMT {NAME}"),
    "in the column of line numbers": cell("A9", NAME),
    "in a count": cell("D9", NAME),
    "a count with a name": cell("D9", "11 (Musterfrau)"),
    "a date of birth among the counts": cell("D9", 19870312),
    "a head": cell("E6", NAME),
    "one more head": cell("Q6", NAME),
    "initials": cell("A40", "E. M., A. B."),
    "an age": cell("A40", "eine Person, 34 Jahre"),
    "a year of birth": cell("A40", "Jahrgang 1987"),
    "a date of birth": cell("A40", "12.03.2010"),
    "attributes of one person": cell("A40", "weiblich, Syrien, Neuss"),
    "a nationality beside a date": second_sheet(["Syrien", "12.03.2010"]),
    "a list of attributes": second_sheet(*persons("Syrien", "weiblich", "Neuss")),
    "a list of attributes in one column": second_sheet(["Syrien, Neuss"], ["Irak, Kaarst"]),
    "a list of one attribute": second_sheet(["Syrien"], ["Syrien"], ["Irak"]),
    "statuses again and again": second_sheet(*[["Anerkannte Flüchtlinge"]] * 4),
    "a very hidden sheet": second_sheet([NAME, 1987], state="veryHidden"),
    "numbers on another sheet": second_sheet([1, 34], [2, 19]),
    "the name of a sheet": second_sheet(["Quelle"], title=NAME),
    "a comment": commented(f"{NAME} nachgefragt", "Amt"),
    "authors of comments": commented("am 14.10. berichtigt", SECOND_NAMES),
    "comments by persons": worked_on(
        lambda _, sheet: [
            setattr(sheet.cell(row, 4), "comment", Comment("berichtigt", f"{name} Musterfrau"))
            for row, name in enumerate(("Erika", "Amira", "Samira", "Leila", "Zoe", "Ida"), 9)
        ]
    ),
    "behind the name of a program": property_of("title", f"Microsoft {NAME}"),
    **{
        f"header or footer {position}": footer(position)
        for position in (
            "oddHeader",
            "oddFooter",
            "evenHeader",
            "evenFooter",
            "firstHeader",
            "firstFooter",
        )
    },
    **{
        f"property {field}": property_of(field)
        for field in ("title", "subject", "keywords", "description", "category", "contentStatus")
    },
    "property creator, a list": property_of("creator", SECOND_NAMES),
    "custom property": with_part(
        sample(CROSSTABLE), "docProps/custom.xml", f"<Properties><p><v>{NAME}</v></p></Properties>"
    ),
    "custom XML": with_part(sample(CROSSTABLE), "customXml/item1.xml", f"<x><y z='{NAME}'/></x>"),
    "titles of parts": with_part(
        sample(CROSSTABLE), "docProps/app.xml", f"<Properties><v>{NAME}</v></Properties>"
    ),
    "input message": validated(promptTitle="Hinweis", prompt=NAME),
    "error message": validated(errorTitle=NAME, error="Fehler"),
    "list to choose from": listed(),
    "defined name": named("Musterfrau", "Kreuztabelle!$A$1"),
    "text of a defined name": named("Auswahl", f'"{NAME}"'),
    "remembered filter": filtered(),
    "column of a table object": tabled(),
    "hyperlink": linked(target="mailto:erika.musterfrau@example.org"),
    "hyperlink's tip": linked(location="A1", tooltip=NAME),
    "cache of a chart": cache(),
    "text box": drawn(f"<a:p><a:r><a:t>{NAME}</a:t></a:r></a:p>"),
    "text box in two runs": drawn("<a:p><a:t>Musterf</a:t><a:t>rau</a:t></a:p>"),
    "alternative text": drawn(f'<xdr:cNvPr id="2" name="Textfeld 1" descr="{NAME}"/>'),
    "number format": formatted('0" Erika Musterfrau"'),
    "number format, letter by letter": formatted("0" + "".join(f"\\{one}" for one in "Erika")),
    "conditional formatting": conditioned(),
    "name of a style": styled(),
    "formula": cell("R9", f'="{NAME}"'),
    "comment of the archive": archived(NAME.encode()),
    "remark in a part": replaced("</sheetData>", f"</sheetData><!-- {NAME} -->"),
    "extension of a sheet": replaced(
        "</worksheet>", f"<extLst><ext><y>{NAME}</y></ext></extLst></worksheet>"
    ),
    "code name": replaced("<sheetPr>", '<sheetPr codeName="Musterfrau">'),
    "unnamed sheet": unnamed_sheet(),
    "deleted, yet in the list of texts": leftover(),
    "how a text sounds": sounding(),
    "thumbnail": with_part(sample(CROSSTABLE), "docProps/thumbnail.jpeg", b"\xff\xd8"),
    "quarters of a town": municipal(["Norf", 12], ["Rosellen", 8]),
    "households": municipal(["Haushalt 1", 4], ["Haushalt 2", 3]),
    "buildings": municipal(["Oberstr. 91, Neuss", 4], ["Oberstr. 93, Neuss", 3]),
    "streets": municipal(["Oberstraße", 41], ["Marktgasse", 32]),
    "postcodes of one town": municipal(["41460 Neuss", 41], ["41462 Neuss", 32]),
    "one row a person by municipality": municipal(["Neuss", 1], ["Neuss", 1], ["Kaarst", 1]),
    "one row a person by status": one_row_a_person(),
    "a person as a municipality": municipal(["Neuss", 28522], [NAME, 1]),
    "last line of a CSV": csv_with(f"{NAME};1"),
    "one more column of a CSV": csv_with(";".join(["05162024", "Neuss", *"12345", NAME])),
    "a note in an ODS": ods_with(
        "<table:table-row>",
        f"<table:table-row><table:table-cell><office:annotation><text:p>{NAME}</text:p>"
        "</office:annotation></table:table-cell>",
    ),
    "name without an office": cell("A4", "Name: Erika Musterfrau"),
    "letterheads again and again": second_sheet(
        *[[f"Ansprechpartner: Frau {name}"] for name in ("Musterfrau", "Beispiel", "Probe")]
    ),
    "a nationality in a letterhead": cell("A4", "Ansprechpartner: Erika Musterfrau Syrien"),
    "a letterhead in a comment": commented(f"Kontakt: {NAME}", "Amt"),
    "a number of the register as telephone": cell("A4", "Telefon: 1304 12 004711"),
    "a number of the register as file": cell("A4", "Az.: 1304 12 004711"),
    "a number of the register as pages": cell("A40", "Anlage 13, 04, 12"),
    "a number of the register as lines": cell("B23", "GESAMT (Summe Zeile 13, 04, 12, 00, 47)"),
    "a number of the register as a sheet": second_sheet(["Quelle"], title="Blatt 13 4 12 0 47 11"),
    "a table for each person": worked_on(lambda book, sheet: book.copy_worksheet(sheet)),
    "name of a theme": replaced('name="Office Theme"', f'name="{NAME}"', "xl/theme/theme1.xml"),
    "zero-width signs": cell("A40", "E\u200bri\u200bka"),
    "Arabic digits": cell("A40", "\u0661\u0663\u0660\u0664"),
    "a label of another status": cell("B9", "Anerkannte Flüchtlinge (Erika M.)"),
    "an escaped name": cell("A40", "_x0045__x0072__x0069__x006b__x0061_"),
    "a name in an error": cell("R9", "#Musterfrau!"),
    "a truth value": cell("R9", True),
    "a span of life": cell("A40", "1987 - 2010"),
    "a note about a household": cell("A40", "Haushalt mit fünf Kindern, Oberstr. 91"),
    "a list with known words between": second_sheet(["Status", "Anerkannte Flüchtlinge", "Neuss"]),
    "family of one person": cell("A40", "Tochter und Sohn einer syrischen Frau"),
    "letterhead with a year of birth": cell("A4", "Ansprechpartner: Erika Musterfrau 1987"),
}
"""Kind -> the file."""
