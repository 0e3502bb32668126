"""The dates that a workbook's title rows and file name speak of: counted on, and made on."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from ingest.azr.findings import unreadable
from ingest.formats.dates import dates_in
from ingest.formats.sheets import Sheet, Workbook
from ingest.formats.text import printed
from kreishaus.model import Origin, UnreadableFile
from kreishaus.wording import say

DAY = r"(\d{4}-\d{2}-\d{2}|\d{1,2}\.\s?(?:\d{1,2}\.|[^\W\d_]+)\s?(?:\d{4}|\d{2}(?!\d)))"

STATED = re.compile(
    rf"\b(?:(?:daten|berichts|auswertungs)?stand|(?:berichts|auswertungs|zähl)?stichtag|zum|per)\b\D{{0,20}}{DAY}",
    re.IGNORECASE,
)
"""The words before a reference date."""

MADE = re.compile(
    rf"\b(?:erstellt|ausgewertet|abgerufen|exportiert|(?:auswertung|abfrage)(?:sdatum)?|druckdatum)"
    rf"\b\D{{0,20}}{DAY}",
    re.IGNORECASE,
)
"""The words before the day on which a file was made: never a reference date."""


def reference_date(sheet: Sheet, header_row: int, origin: Origin) -> date:
    """The date in the title rows or the file name. Raises ``UnreadableFile``.

    Where both say one they must agree: a workbook copied from the last quarter keeps one of them.
    """
    in_title = _only_date(
        _title_dates(sheet, header_row, STATED), say("the title rows"), sheet.title
    )
    in_name = _only_date(
        _dates(origin.label, say("the file name")), say("the file name"), sheet.title
    )
    if in_title and in_name and in_title != in_name:
        raise unreadable(
            "reference_date",
            say(
                "title and file name speak of two dates: one was not changed when the file was made"
            ),
            place=sheet.title,
            expected=say("{in_name} as in the file name", in_name=in_name),
            found=say("{in_title} in the title rows", in_title=in_title),
        )
    if stated := in_title or in_name:
        return stated
    raise unreadable(
        "reference_date",
        say(
            "neither the title rows nor the file name say a reference date: write "
            "'Stand: TT.MM.JJJJ' above the table"
        ),
        place=sheet.title,
        expected=say("Stand: TT.MM.JJJJ"),
        found=say("no date"),
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
            where = say("sheet {sheet}, row {row}", sheet=sheet.title, row=row)
            found += _dates(stated, where)
    return found


def _words(value: object) -> str:
    return value.strftime("%Y-%m-%d") if isinstance(value, date) else printed(value)


def _dates(text: str, place: str) -> list[date]:
    try:
        return dates_in(text)
    except ValueError as error:
        raise unreadable(
            "reference_date",
            say("{place} holds a day that never was", place=place),
            found=text,
        ) from error


def _only_date(found: list[date], where: str, sheet: str) -> date | None:
    if len(set(found)) > 1:
        raise unreadable(
            "reference_date",
            say("{where} speak of several dates", where=where),
            place=sheet,
            expected=say("one date"),
            found=", ".join(sorted({str(day) for day in found})),
        )
    return found[0] if found else None
