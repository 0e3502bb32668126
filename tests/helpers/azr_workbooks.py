"""Files of the register for tests: the sample's own, the same table as other offices and other
programs would write it, and small ones written cell by cell."""

import io
import re
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.style import Style, TableProperties
from odf.table import CoveredTableCell, TableCell, TableRow
from odf.table import Table as OdfTable
from odf.text import P
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from formats.workbook import look_into
from ingest.azr import canonical, municipalities, reduction
from ingest.azr.guard import LAWFUL, refuse_person_level
from ingest.azr.recognise import recognise
from kreishaus.model import Batch, FileRejected, Origin
from kreishaus.settings import Settings
from persons.search import search_for_persons
from sample import azr

CROSSTABLE = "AZR_Kreuztabelle_2021-09-30.xlsx"
SERIES = "AZR_Zeitreihe_2021-09-30.xlsx"
MUNICIPALITIES = "AZR_Gemeinden_2021-03-31.xlsx"
OLDER_MUNICIPALITIES = "AZR_Gemeinden_2020-03-31.csv"


@cache
def sample(name: str) -> bytes:
    with TemporaryDirectory() as folder:
        azr.write(Path(folder))
        return (Path(folder) / "drop" / "azr" / name).read_bytes()


def changed(name: str, change: Callable[[Worksheet], object]) -> bytes:
    """A sample workbook after somebody worked on its first sheet."""
    workbook = load_workbook(io.BytesIO(sample(name)))
    change(workbook.worksheets[0])
    return saved(workbook)


def with_cell(name: str, cell: str, value: object) -> bytes:
    def change(sheet: Worksheet) -> None:
        sheet[cell] = value

    return changed(name, change)


def sheet_of(*rows: Iterable[object]) -> bytes:
    """A workbook of one sheet with these rows."""
    workbook = Workbook()
    for row in rows:
        workbook.worksheets[0].append(list(row))
    return saved(workbook)


def saved(workbook: Workbook) -> bytes:
    written = io.BytesIO()
    workbook.save(written)
    return written.getvalue()


def origin(label: str) -> Origin:
    return Origin(
        source="azr",
        dataset="crosstable",
        sha256="0" * 64,
        label=label,
        identity=f"azr/drop/{label}",
        retrieved_at=datetime(2021, 11, 30, 1, 10, tzinfo=UTC),
    )


def at_the_door(content: bytes) -> None:
    """Let a file in, or raise ``FileRejected``, as the county of the sample does."""
    refuse_person_level(content, Settings())


def municipalities_of(content: bytes, origin: Origin) -> Batch:
    """What the reader of offices' tables of municipalities finds, in the county of the sample."""
    return municipalities.parse(content, origin, Settings().county)


def kept(dataset: str, content: bytes, label: str) -> Batch:
    """What is kept of a file, read back: through the door and the canonical table."""
    reduced = getattr(reduction, dataset)(content, label, Settings())
    return canonical.read(
        dataset, reduced.content, replace(origin(label), reduction=reduced.reduction)
    )


def marks_of_persons(content: bytes) -> list[str]:
    """What the search for persons finds in a file, whether it is a known table or not."""
    if not content:
        return []

    def refuse(place: str, marker: str) -> NoReturn:
        raise FileRejected(f"{place}: {marker}")

    workbook, county = look_into(content), Settings().county
    try:
        letterhead = recognise(workbook, county).letterhead
        search_for_persons(workbook, county, letterhead, refuse, LAWFUL)
    except FileRejected as refusal:
        return [str(refusal)]
    return []


@dataclass
class Table:
    """A sheet before any program wrote it: rows of values, merged areas (rows and columns from 1:
    top, left, bottom, right), more sheets beside it (title, rows, hidden)."""

    title: str
    rows: list[list[object]]
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    others: list[tuple[str, list[list[object]], bool]] = field(default_factory=list)

    def row_inserted(self, at: int, *values: object) -> "Table":
        """With one more row, which gets the number ``at``; merged cells move along."""
        rows = [*self.rows[: at - 1], list(values), *self.rows[at - 1 :]]
        merged = [
            (top + (top >= at), left, bottom + (bottom >= at), right)
            for top, left, bottom, right in self.merged
        ]
        return replace(self, rows=rows, merged=merged)

    def column_inserted(self, at: int) -> "Table":
        """With one more, empty column."""
        rows = [[*row[: at - 1], None, *row[at - 1 :]] for row in self.rows]
        merged = [
            (top, left + (left >= at), bottom, right + (right >= at))
            for top, left, bottom, right in self.merged
        ]
        return replace(self, rows=rows, merged=merged)

    def with_cells(self, change: Callable[[object], object]) -> "Table":
        return replace(self, rows=[[change(value) for value in row] for row in self.rows])

    def with_value(self, row: int, column: int, value: object) -> "Table":
        rows = [list(line) for line in self.rows]
        rows[row - 1] += [None] * (column - len(rows[row - 1]))
        rows[row - 1][column - 1] = value
        return replace(self, rows=rows)


@cache
def _read_table(name: str) -> Table:
    sheet = load_workbook(io.BytesIO(sample(name))).worksheets[0]
    return Table(
        title=sheet.title,
        rows=[[cell.value for cell in row] for row in sheet.iter_rows()],
        merged=[
            (area.min_row, area.min_col, area.max_row, area.max_col)
            for area in sheet.merged_cells.ranges
        ],
    )


def table_of(name: str) -> Table:
    """The first sheet of a sample workbook."""
    return replace(_read_table(name))


def as_xlsx(table: Table) -> bytes:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = table.title
    _write(sheet, table.rows)
    for top, left, bottom, right in table.merged:
        sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
    for title, rows, hidden in table.others:
        other = workbook.create_sheet(title)
        other.sheet_state = "hidden" if hidden else "visible"
        _write(other, rows)
    return saved(workbook)


def _write(sheet: Worksheet, rows: list[list[object]]) -> None:
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            if value is not None:
                sheet.cell(number, column, value)


def as_excel_saves(content: bytes) -> bytes:
    """The same workbook with its texts in a table of texts, as Excel keeps them."""
    texts: list[str] = []

    def moved(match: re.Match[str]) -> str:
        texts.append(match[2])
        return f'<c{match[1]} t="s"><v>{len(texts) - 1}</v></c>'

    parts = _parts(content)
    for name in parts:
        if name.startswith("xl/worksheets/"):
            inline = r'<c([^>]*?) t="inlineStr"><is>(.*?)</is></c>'
            parts[name] = re.sub(inline, moved, parts[name].decode(), flags=re.DOTALL).encode()
    items = "".join(f"<si>{text}<rPh sb='0' eb='1'><t>x</t></rPh></si>" for text in texts)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{main}">{items}</sst>'.encode()
    return _packed(parts)


def with_part(content: bytes, name: str, part: bytes | str = b"<x/>") -> bytes:
    """A workbook with one more part inside, as office programs put them there."""
    return _packed({**_parts(content), name: part.encode() if isinstance(part, str) else part})


def with_part_changed(content: bytes, name: str, old: str, new: str) -> bytes:
    parts = _parts(content)
    assert old in parts[name].decode(), f"{name} holds no {old}"
    return _packed({**parts, name: parts[name].decode().replace(old, new, 1).encode()})


def as_shared_text(content: bytes, cell: str) -> bytes:
    """A rich text moved from its cell into the shared strings, where Excel keeps it."""
    name, strings = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
    parts = {name: part.decode() for name, part in _parts(content).items()}
    found = re.search(rf'<c r="{cell}"[^>]*t="inlineStr"[^>]*><is>(.*?)</is></c>', parts[name])
    assert found is not None
    parts[name] = parts[name].replace(found[0], f'<c r="{cell}" t="s"><v>0</v></c>')
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts[strings] = f'<sst xmlns="{namespace}"><si>{found[1]}</si></sst>'
    return _packed({name: part.encode() for name, part in parts.items()})


def _parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _packed(parts: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return written.getvalue()


def as_xls(table: Table) -> bytes:
    workbook = xlwt.Workbook()
    days = xlwt.easyxf(num_format_str="DD.MM.YYYY")
    sheet = workbook.add_sheet(table.title)
    anchors = {(top, left): (bottom, right) for top, left, bottom, right in table.merged}
    for number, row in enumerate(table.rows, start=1):
        for column, value in enumerate(row, start=1):
            style = days if isinstance(value, date) else xlwt.Style.default_style
            if (number, column) in anchors:
                bottom, right = anchors[number, column]
                sheet.write_merge(number - 1, bottom - 1, column - 1, right - 1, value, style)
            elif value is not None:
                sheet.write(number - 1, column - 1, value, style)
    for title, rows, hidden in table.others:
        other = workbook.add_sheet(title)
        other.visibility = int(hidden)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                other.write(number, column, value)
    written = io.BytesIO()
    workbook.save(written)
    return written.getvalue()


def as_ods(table: Table) -> bytes:
    document = OpenDocumentSpreadsheet()
    hidden_style = Style(name="unseen", family="table")
    hidden_style.addElement(TableProperties(display="false"))
    document.automaticstyles.addElement(hidden_style)
    document.spreadsheet.addElement(_odf_table(table.title, table.rows, table.merged))
    for title, rows, hidden in table.others:
        other = _odf_table(title, rows, [])
        if hidden:
            other.setAttribute("stylename", hidden_style)
        document.spreadsheet.addElement(other)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _odf_table(
    title: str, rows: list[list[object]], merged: list[tuple[int, int, int, int]]
) -> OdfTable:
    table = OdfTable(name=title)
    spans = {
        (top, left): (bottom - top + 1, right - left + 1) for top, left, bottom, right in merged
    }
    covered = {
        (row, column)
        for top, left, bottom, right in merged
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    } - set(spans)
    for number, row in enumerate(rows, start=1):
        line = TableRow()
        for column, value in enumerate(row, start=1):
            if (number, column) in covered:
                line.addElement(CoveredTableCell())
            else:
                line.addElement(odf_cell(value, *spans.get((number, column), (1, 1))))
        table.addElement(line)
    # LibreOffice fills a sheet up to its last row.
    table.addElement(TableRow(numberrowsrepeated=1048576 - len(rows)))
    return table


def odf_cell(value: object, down: int = 1, right: int = 1) -> TableCell:
    spans = {"numberrowsspanned": down, "numbercolumnsspanned": right}
    spans = spans if down > 1 or right > 1 else {}
    if value is None:
        return TableCell(**spans)
    if isinstance(value, datetime):
        cell = TableCell(valuetype="date", datevalue=f"{value:%Y-%m-%d}", **spans)
        cell.addElement(P(text=f"{value:%d.%m.%Y}"))
        return cell
    if isinstance(value, int | float):
        cell = TableCell(valuetype="float", value=value, **spans)
        cell.addElement(P(text=f"{value:,}".replace(",", ".")))
        return cell
    cell = TableCell(valuetype="string", **spans)
    cell.addElement(P(text=str(value)))
    return cell


def as_text(table: Table, delimiter: str = ";", encoding: str = "cp1252") -> bytes:
    """The sheet as an office program exports it: no merged cells, thousands with points."""
    lines = [delimiter.join(_exported(value, delimiter) for value in row) for row in table.rows]
    return ("\r\n".join(lines) + "\r\n").encode(encoding)


def _exported(value: object, delimiter: str) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, int):
        return f"{value:,}".replace(",", ".")
    text = str(value)
    quoted = text.replace('"', '""')
    return f'"{quoted}"' if delimiter in text or '"' in text or "\n" in text else text


FORMATS: dict[str, Callable[[Table], bytes]] = {
    "xlsx": as_xlsx,
    "xlsx of Excel": lambda table: as_excel_saves(as_xlsx(table)),
    "xls": as_xls,
    "ods": as_ods,
    "csv ; cp1252": as_text,
    "csv ; UTF-8 with mark": lambda table: as_text(table, encoding="utf-8-sig"),
    "csv tab UTF-16": lambda table: as_text(table, "\t", "utf-16"),
    "csv , UTF-8": lambda table: as_text(table, ",", "utf-8"),
}
"""Name of a format -> the table as a program writes it."""
