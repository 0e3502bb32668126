"""Sheets of the WTG workbook as other programs save them: XLS, ODS, the calendar of 1904."""

import io
from datetime import date, datetime, time, timedelta

import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from wtg_workbooks import Sheets, book


class Share(float):
    """A number in a cell that shows it as a percentage."""


def as_xls(sheets: Sheets, *, since_1904: bool = False) -> bytes:
    """The sheets as Excel 97 saves them; a ``timedelta`` in a cell of the format ``[h]:mm``."""
    workbook, written = xlwt.Workbook(), io.BytesIO()
    workbook.dates_1904 = since_1904
    formats = {
        Share: "0.0%",
        timedelta: "[h]:mm",
        time: "hh:mm",
        date: "DD.MM.YYYY",
        datetime: "DD.MM.YYYY",
    }
    styles = {kind: xlwt.easyxf(num_format_str=form) for kind, form in formats.items()}
    for title, rows in sheets.items():
        sheet = workbook.add_sheet(title)
        for row, cells in enumerate(rows):
            for column, value in enumerate(cells):
                if value is not None:
                    stored = value / timedelta(days=1) if isinstance(value, timedelta) else value
                    style = styles.get(type(value), xlwt.Style.default_style)
                    sheet.write(row, column, stored, style)
    workbook.save(written)
    return written.getvalue()


def as_ods(sheets: Sheets) -> bytes:
    """The sheets as LibreOffice saves them."""
    document, written = OpenDocumentSpreadsheet(), io.BytesIO()
    for title, rows in sheets.items():
        table = Table(name=title)
        for cells in rows:
            row = TableRow()
            for value in cells:
                row.addElement(_odf_cell(value))
            table.addElement(row)
        document.spreadsheet.addElement(table)
    document.save(written)
    return written.getvalue()


def _odf_cell(value: object) -> TableCell:
    if value is None:
        return TableCell()
    if isinstance(value, date):
        cell, shown = (
            TableCell(valuetype="date", datevalue=f"{value:%Y-%m-%d}"),
            f"{value:%d.%m.%y}",
        )
    elif isinstance(value, timedelta):
        hours, minutes = divmod(round(value.total_seconds() / 60), 60)
        cell = TableCell(valuetype="time", timevalue=f"PT{hours:02}H{minutes:02}M00S")
        shown = f"{hours % 24:02}:{minutes:02}"  # the format HH:MM hides the whole days
    elif isinstance(value, Share):
        cell, shown = TableCell(valuetype="percentage", value=str(float(value))), f"{value:.0%}"
    elif isinstance(value, int | float):
        cell, shown = TableCell(valuetype="float", value=str(value)), str(value)
    else:
        cell, shown = TableCell(valuetype="string"), str(value)
    cell.addElement(P(text=shown))
    return cell


def as_of_1904(sheets: Sheets) -> bytes:
    """The sheets as a workbook that counts its days from 1904; all days in it are right."""

    def count_from_1904(workbook: Workbook) -> None:
        workbook.epoch = CALENDAR_MAC_1904

    return book(sheets, count_from_1904)
