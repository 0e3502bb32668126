"""What must agree between the sheets of one workbook, and with its name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from ingest.model import Finding, UnreadableFile
from ingest.wtg.layout import ABOUT_OFFERS
from ingest.wtg.rows import SheetRows

FILE_NAME = re.compile(r"WTG_Stichtag_([0-9]{4})-([0-9]{2})-([0-9]{2})", re.IGNORECASE)
MUST_REPORT = "vollstationaer"
"""The offers of which a single one left out would change the county's sums unseen."""


def reference_date(read: Mapping[str, SheetRows], file_name: str) -> date:
    """The one date of the workbook: in its name and in every row of the dated sheets.

    Raises ``UnreadableFile`` where two places disagree, or no place says it.
    """
    stated = [
        (sheet.sheet.title, str(row["source_row"]), day)
        for sheet in read.values()
        if sheet.sheet.dated
        for row in sheet.rows
        if isinstance(day := row["reference_date"], date)
    ]
    named = _date_of_name(file_name)
    if named is None and not stated:
        raise UnreadableFile(
            _date_finding("neither the file's name nor a row states the reference date", None)
        )
    expected = named or stated[0][2]
    source = "the file's name" if named else f"sheet {stated[0][0]}"
    differing = [
        _date_finding(
            f"sheet {title}, row {row}: the stichtag {_printed(found)} is not that of {source}",
            expected,
            found=_printed(found),
            place=title,
            row=row,
        )
        for title, row, found in stated
        if found != expected
    ]
    if differing:
        raise UnreadableFile(*differing)
    return expected


def _date_of_name(file_name: str) -> date | None:
    match = FILE_NAME.search(file_name)
    if match is None:
        return None
    try:
        return date(*map(int, match.groups()))
    except ValueError as error:
        raise UnreadableFile(
            _date_finding(f"{file_name}: there is no such day", None, found=file_name)
        ) from error


def _date_finding(
    message: str,
    expected: date | None,
    *,
    found: str = "nothing",
    place: str | None = None,
    row: str | None = None,
) -> Finding:
    return Finding(
        rule="reference_date_differs" if expected else "reference_date_missing",
        severity="critical",
        message=message,
        place=place,
        row=row,
        column="stichtag",
        expected=_printed(expected) if expected else "WTG_Stichtag_YYYY-MM-DD.xlsx",
        found=found,
    )


def _printed(value: object) -> str:
    return f"{value:%d.%m.%Y}" if isinstance(value, date) else str(value)


def across_sheets(read: Mapping[str, SheetRows]) -> Iterator[Finding]:
    """Rows of one sheet that another sheet should have, or should know."""
    yield from _offers_unknown(read)
    yield from _offers_not_reported(read)
    yield from _residents_not_reported(read)


def _offers(read: Mapping[str, SheetRows], table: str) -> set[object]:
    return {row["pfad_id"] for row in read[table].rows} if table in read else set()


def _offers_unknown(read: Mapping[str, SheetRows]) -> Iterator[Finding]:
    known = _offers(read, "angebote")
    for table in ABOUT_OFFERS:
        for row in read[table].rows if table in read else ():
            if row["pfad_id"] not in known:
                yield _about_offer(
                    "offer_unknown",
                    row,
                    f"the offer {row['pfad_id']} does not stand in Angebote; add it there, or "
                    "correct the pfad_id",
                    expected="a pfad_id of the sheet Angebote",
                    found=str(row["pfad_id"]),
                )


def _offers_not_reported(read: Mapping[str, SheetRows]) -> Iterator[Finding]:
    reported = _offers(read, "belegung")
    for row in read["angebote"].rows if reported else ():
        if row["angebotsform_wtg"] == MUST_REPORT and row["pfad_id"] not in reported:
            yield _about_offer(
                "offer_not_reported",
                row,
                f"the home {row['pfad_id']} ({row['name']}) has no row in Belegung; add it, "
                'with "k. A." where a number is not known',
                expected="a row in Belegung",
                found="none",
            )


def _residents_not_reported(read: Mapping[str, SheetRows]) -> Iterator[Finding]:
    reported = _offers(read, "bewohner")
    for row in read["belegung"].rows if reported and "belegung" in read else ():
        if row.get("plaetze_belegt") is not None and row["pfad_id"] not in reported:
            yield _about_offer(
                "residents_not_reported",
                row,
                f"the offer {row['pfad_id']} reports occupied places but has no row in Bewohner",
                expected="a row in Bewohner",
                found="none",
            )


def _about_offer(
    rule: str, row: Mapping[str, object], what: str, *, expected: str, found: str
) -> Finding:
    return Finding(
        rule=rule,
        severity="critical",
        message=f"sheet {row['source_place']}, row {row['source_row']}: {what}",
        place=str(row["source_place"]),
        row=str(row["source_row"]),
        column="pfad_id",
        expected=expected,
        found=found,
    )
