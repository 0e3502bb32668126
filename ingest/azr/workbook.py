"""Files that an office drops, whatever program made them: opening, and the dates they speak of."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, date, datetime

from ingest.archives import BROKEN, check_archive
from ingest.azr.compound import MAGIC
from ingest.azr.dates import dates_in
from ingest.azr.delimited import read_text
from ingest.azr.findings import unreadable
from ingest.azr.labels import printed
from ingest.azr.ods import read_ods
from ingest.azr.sheets import DAMAGED, WORKBOOK_LIMITS, OpaqueFile, Sheet, Workbook
from ingest.azr.xls import read_xls
from ingest.azr.xlsx import WORKBOOK, read_xlsx
from ingest.model import Origin, UnreadableFile

ZIP_MAGIC = b"PK"
DAY = r"(\d{4}-\d{2}-\d{2}|\d{1,2}\.\s?(?:\d{1,2}\.|[^\W\d_]+)\s?(?:\d{4}|\d{2}(?!\d)))"

STATED = re.compile(
    rf"\b(?:(?:daten|berichts)?stand|(?:berichts)?stichtag|zum|per)\b\D{{0,20}}{DAY}", re.IGNORECASE
)
"""The words before a reference date."""

MADE = re.compile(
    rf"\b(?:erstellt|ausgewertet|abgerufen|exportiert|(?:auswertung|abfrage)(?:sdatum)?|druckdatum)"
    rf"\b\D{{0,20}}{DAY}",
    re.IGNORECASE,
)
"""The words before the day on which a file was made: never a reference date."""


def look_into(content: bytes) -> Workbook:
    """Everything readable in a file: XLSX, ODS, XLS or text, told by its first bytes.

    Raises ``OpaqueFile`` for what cannot be looked into as a whole.
    """
    if len(content) > WORKBOOK_LIMITS.expanded:
        raise OpaqueFile("a file far larger than a table of counts can be")
    if content.startswith(MAGIC):
        return read_xls(content)
    if not content.startswith(ZIP_MAGIC):
        return read_text(content)
    try:
        check_archive(content, "a workbook", WORKBOOK_LIMITS)
    except UnreadableFile as refusal:
        # Its message is ours; what it found may be a name out of the file.
        raise OpaqueFile(f"{DAMAGED} ({refusal.findings[0].message})") from None
    names = _names(content)
    if WORKBOOK in names:
        return read_xlsx(content)
    if "content.xml" in names:
        return read_ods(content)
    raise OpaqueFile("an archive that is no workbook. Drop the workbook itself, not packed")


def open_workbook(content: bytes) -> Workbook:
    """The same for a parser. Raises ``UnreadableFile``."""
    try:
        return look_into(content)
    except OpaqueFile as opaque:
        raise unreadable(
            "workbook",
            f"this is not a whole workbook that can be read: {opaque}. Open it in the office "
            "program, save it as .xlsx and drop it again",
            expected="a workbook (.xlsx, .ods, .xls) or a table of text (.csv)",
            found=f"{len(content)} bytes",
        ) from None


def reference_date(sheet: Sheet, header_row: int, origin: Origin) -> date:
    """The date in the title rows or the file name. Raises ``UnreadableFile``.

    Where both say one they must agree: a workbook copied from the last quarter keeps one of them.
    """
    in_title = _only_date(_title_dates(sheet, header_row, STATED), "the title rows", sheet.title)
    in_name = _only_date(_dates(origin.label, "the file name"), "the file name", sheet.title)
    if in_title and in_name and in_title != in_name:
        raise unreadable(
            "reference_date",
            "title and file name speak of two dates: one was not changed when the file was made",
            place=sheet.title,
            expected=f"{in_name} as in the file name {origin.label}",
            found=f"{in_title} in the title rows",
        )
    if stated := in_title or in_name:
        return stated
    raise unreadable(
        "reference_date",
        "neither the title rows nor the file name say a reference date: write 'Stand: "
        "TT.MM.JJJJ' above the table",
        place=sheet.title,
        expected="Stand: TT.MM.JJJJ",
        found="no date",
    )


def made_at(workbook: Workbook, sheet: Sheet, header_row: int, newest: date) -> datetime | None:
    """When the file was made, as its title or else its properties say; None where neither does.

    Nothing can be made before the day it counts: an older time stamp is that of a template.
    """
    try:
        days = _title_dates(sheet, header_row, MADE)
    except UnreadableFile:
        days = []
    titled = datetime(*days[0].timetuple()[:3], tzinfo=UTC) if len(days) == 1 else None
    made = titled or workbook.modified
    return made if made and made.date() >= newest else None


def _title_dates(sheet: Sheet, header_row: int, words: re.Pattern[str]) -> list[date]:
    found: list[date] = []
    for row in sorted(sheet.rows):
        if row >= header_row:
            break
        line = " ".join(_words(value) for _, value in sheet.filled(row))
        for stated in words.findall(line):
            found += _dates(stated, f"sheet {sheet.title}, row {row}")
    return found


def _words(value: object) -> str:
    return value.strftime("%Y-%m-%d") if isinstance(value, date) else printed(value)


def _dates(text: str, place: str) -> list[date]:
    try:
        return dates_in(text)
    except ValueError as error:
        raise unreadable(
            "reference_date", f"{place} holds a day that never was: {error}", found=text
        ) from error


def _only_date(found: list[date], where: str, sheet: str) -> date | None:
    if len(set(found)) > 1:
        raise unreadable(
            "reference_date",
            f"{where} speak of several dates",
            place=sheet,
            expected="one date",
            found=", ".join(sorted({str(day) for day in found})),
        )
    return found[0] if found else None


def _names(content: bytes) -> set[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return set(archive.namelist())
    except BROKEN:
        raise OpaqueFile(DAMAGED) from None
