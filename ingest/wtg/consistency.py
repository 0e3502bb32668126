"""What must agree between the sheets of one workbook, and with its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from ingest.wtg.calendars import said_of_calendars
from ingest.wtg.codes import CLOSED, NOT_YET, RELEASED
from ingest.wtg.grids import Grid
from ingest.wtg.layout import ABOUT_OFFERS, TITLES
from ingest.wtg.rows import SheetRows, folded_faults
from ingest.wtg.stated_dates import (
    NoSuchDay,
    days_of_name,
    months_in,
    names_a_month,
    stated_in,
)
from kreishaus.model import Finding, Severity, UnreadableFile
from kreishaus.wording import joined, say

FIRST_DAY = date(2008, 11, 18)
"""The day on which the Land's first law on homes (WTG) came into force."""
AHEAD = timedelta(days=31)
"""A workbook may be handed in some days before the date it speaks of."""
MUST_REPORT = "vollstationaer"
"""The offers of which a single one left out would change the county's sums unseen."""


def reference_date(
    read: Mapping[str, SheetRows], file_name: str, today: date, grids: Sequence[Grid] = ()
) -> date:
    """The one date of the file: in its name, in every row of the dated sheets, above its tables.

    A day that a title states (``grids``) counts where neither name nor rows say one; one that is
    said to be the reference date contradicts the name and the rows where it differs, any other one
    only where no row says the date.

    Raises ``UnreadableFile`` where two places disagree, no place says it, or it cannot be: before
    the law, or after ``today`` by more than ``AHEAD``.
    """
    stated = [
        _Said(say("sheet {title}", title=sheet.sheet.title), day, sheet.sheet.title, row)
        for sheet in read.values()
        if sheet.sheet.dated
        for line in sheet.rows
        if isinstance(day := line.get("reference_date"), date) and (row := str(line["source_row"]))
    ]
    titled = [
        _Said(say("the title of the sheet {title}", title=one.place), one.day, one.place, one.row)
        for one in stated_in(grids)
        if one.is_reference or not stated
    ]
    named = [_Said(say("the file's name"), day, None, None) for day in _days_of_name(file_name)]
    said = [*named, *stated, *titled]
    if not said:
        raise UnreadableFile(_missing_date(file_name, grids))
    expected, source = said[0].day, said[0].source
    differing = [_differing(one, expected, source) for one in said[1:] if one.day != expected]
    if not FIRST_DAY <= expected <= today + AHEAD:
        first, last = _printed(FIRST_DAY), _printed(today + AHEAD)
        differing.append(
            _date_finding(
                say(
                    "the reference date {printed} cannot be: is its year mistyped?",
                    printed=_printed(expected),
                ),
                expected,
                found=_printed(expected),
                wanted=say("a day from {first} to {last}", first=first, last=last),
            )
        )
    if differing:
        raise UnreadableFile(*folded_faults(differing))
    return expected


def without_known(findings: Sequence[Finding], others: Sequence[Finding]) -> Iterator[Finding]:
    """The findings of a sheet, absent columns in one, but for those whose absence loses nothing:
    the reference date, which is known, and ``ags`` where ``others`` say that it was taken from the
    place."""
    known = {"stichtag"}
    if any(one.rule == "ags_from_place" for one in others):
        known.add("ags")
    told = [one for one in findings if one.rule != "column_missing" or one.column not in known]
    absent = [one for one in told if one.rule == "column_missing" and one.severity == "warning"]
    for one in told:
        if one not in absent:
            yield one
        elif one is absent[0]:
            yield _all_absent(absent)


def _all_absent(absent: Sequence[Finding]) -> Finding:
    """One warning for all columns that a sheet does not have."""
    first = absent[0]
    if len(absent) == 1:
        return first
    near = [
        say('{header} (the nearest there is "{near}")', header=one.column, near=one.found)
        if one.found != say("no such column")
        else str(one.column)
        for one in absent
    ]
    columns = ", ".join(str(one.column) for one in absent)
    return replace(
        first,
        message=say(
            "sheet {title}: there are no columns {columns}; their values are taken as not known, "
            "and never as 0",
            title=first.place,
            columns=joined(near, ", "),
        ),
        column=columns,
        expected=say("a head for each of them"),
        found=say("no such columns"),
    )


@dataclass(frozen=True)
class _Said:
    """A day, and what says it: the file's name, a row, or a title."""

    source: str
    day: date
    place: str | None
    row: str | None


def _differing(one: _Said, expected: date, source: str) -> Finding:
    if one.place is None:
        message = say(
            "the file's name says {printed} and {day}: which of them is meant is not known. "
            "Leave the reference date alone in the name",
            printed=_printed(one.day),
            day=_printed(expected),
        )
    else:
        message = say(
            "sheet {title}, row {row}: the stichtag {printed} is not that of "
            "{source}{said_of_calendars}",
            title=one.place,
            row=one.row or say("title"),
            printed=_printed(one.day),
            source=source,
            said_of_calendars=said_of_calendars(one.day, expected),
        )
    return _date_finding(message, expected, found=_printed(one.day), place=one.place, row=one.row)


def _days_of_name(file_name: str) -> list[date]:
    try:
        return days_of_name(file_name)
    except NoSuchDay as error:
        raise UnreadableFile(
            _date_finding(
                say("{file_name}: there is no such day", file_name=file_name), None, found=file_name
            )
        ) from error


def _missing_date(file_name: str, grids: Sequence[Grid]) -> Finding:
    """Nothing says the day; a month may be named, which is no day."""
    month = names_a_month(file_name) or next(iter(months_in(grids)), None)
    found = (
        say("the month {month} alone", month=month)
        if month
        else say("no day in the file's name, in a column stichtag or above the table")
    )
    return replace(
        _date_finding(
            say(
                "the reference date is not known: expected a day, found {found}. Write it into "
                "the file's name (such as ..._2022-06-30) or above the table (\"Stichtag "
                '30.06.2022"), and hand the file in again',
                found=found,
            ),
            None,
        ),
        expected=say("a reference date such as 30.06.2022"),
        found=found,
    )


def _date_finding(
    message: str,
    expected: date | None,
    *,
    found: str = "nothing",
    place: str | None = None,
    row: str | None = None,
    wanted: str | None = None,
) -> Finding:
    return Finding(
        rule="reference_date_differs" if expected else "reference_date_missing",
        severity="critical",
        message=message,
        place=place,
        row=row,
        column="stichtag",
        expected=(wanted or (_printed(expected) if expected else say("a day such as 30.06.2022"))),
        found=found,
    )


def _printed(value: object) -> str:
    return f"{value:%d.%m.%Y}" if isinstance(value, date) else str(value)


def across_sheets(read: Mapping[str, SheetRows]) -> Iterator[Finding]:
    """Rows of one sheet that another sheet should have, or should know."""
    yield from _offers_unknown(read)
    yield from _offers_not_reported(read)
    yield from _residents_not_reported(read)
    yield from _sheets_absent(read)
    yield from _not_in_operation(read)


def _offers(read: Mapping[str, SheetRows], table: str) -> set[object]:
    return {row["pfad_id"] for row in _rows(read, table)}


def _offers_unknown(read: Mapping[str, SheetRows]) -> Iterator[Finding]:
    known = _offers(read, "angebote")
    for table in ABOUT_OFFERS if "angebote" in read else ():
        for row in _rows(read, table):
            if row["pfad_id"] not in known:
                yield _about_offer(
                    "offer_unknown",
                    row,
                    say(
                        "the offer {pfad_id} does not stand in Angebote; add it there, or correct "
                        "the pfad_id",
                        pfad_id=row["pfad_id"],
                    ),
                    expected=say("a pfad_id of the sheet Angebote"),
                    found=str(row["pfad_id"]),
                )


def _offers_not_reported(read: Mapping[str, SheetRows]) -> Iterator[Finding]:
    """Homes in operation that a sheet about homes leaves out: the county's sum is then too low.

    Staff is also asked on the occasion of an inspection, so there it may be meant so.
    """
    reporting: tuple[tuple[str, str, Severity], ...] = (
        ("belegung", "offer_not_reported", "critical"),
        ("personal", "staff_not_reported", "warning"),
    )
    for table, rule, severity in reporting:
        reported = _offers(read, table)
        for row in _rows(read, "angebote") if reported else ():
            if _must_report(row) and row["pfad_id"] not in reported:
                title = TITLES[table]
                yield _about_offer(
                    rule,
                    row,
                    say(
                        'the home {pfad_id} ({name}) has no row in {title}; add it, with "k. A." '
                        "where a number is not known",
                        pfad_id=row["pfad_id"],
                        name=row["name"],
                        title=title,
                    ),
                    expected=say("a row in {title}", title=title),
                    found=say("none"),
                    severity=severity,
                )


def _must_report(row: Mapping[str, object]) -> bool:
    return (
        row["angebotsform_wtg"] == MUST_REPORT
        and row.get("set_aside_reason") is None
        and row.get("status") not in (CLOSED, *NOT_YET)
    )


def _residents_not_reported(read: Mapping[str, SheetRows]) -> Iterator[Finding]:
    reported = _offers(read, "bewohner")
    for row in read["belegung"].rows if reported and "belegung" in read else ():
        if row.get("plaetze_belegt") is not None and row["pfad_id"] not in reported:
            yield _about_offer(
                "residents_not_reported",
                row,
                say(
                    "the offer {pfad_id} reports occupied places but has no row in Bewohner",
                    pfad_id=row["pfad_id"],
                ),
                expected=say("a row in Bewohner"),
                found=say("none"),
            )


def _sheets_absent(read: Mapping[str, SheetRows]) -> Iterator[Finding]:
    """A whole sheet that nobody misses: a CSV left out of its set, a sheet deleted."""
    homes = any(row["angebotsform_wtg"] == MUST_REPORT for row in _rows(read, "angebote"))
    occupied = any(row.get("plaetze_belegt") is not None for row in _rows(read, "belegung"))
    about = any(_rows(read, table) for table in ABOUT_OFFERS)
    for table, title, wanted, what in (
        (
            "angebote",
            "Angebote",
            about,
            say("of the offers no kind and no municipality is known, so no figure counts them"),
        ),
        ("belegung", "Belegung", homes, say("Angebote lists homes, but nothing says their places")),
        ("bewohner", "Bewohner", occupied, say("places are occupied, but nothing says by whom")),
    ):
        if wanted and not _rows(read, table):
            yield Finding(
                rule="sheet_absent",
                severity="warning",
                message=say(
                    "there is no sheet {title}: {what}. Hand in the workbook with it, if it "
                    "was forgotten",
                    title=title,
                    what=what,
                ),
                place=title,
                expected=say("a sheet {title}", title=title),
                found=say("none"),
            )


def _rows(read: Mapping[str, SheetRows], table: str) -> list[dict[str, object]]:
    return read[table].rows if table in read else []


def _not_in_operation(read: Mapping[str, SheetRows]) -> Iterator[Finding]:
    """Residents of an offer that nobody counts, since it is closed or not yet there."""
    status = {row["pfad_id"]: row.get("status") for row in _rows(read, "angebote")}
    for row in _rows(read, "belegung"):
        word, occupied = status.get(row["pfad_id"]), row.get("plaetze_belegt")
        if word in (CLOSED, *NOT_YET) and occupied not in (None, 0):
            yield _about_offer(
                "occupied_but_not_operating",
                row,
                say(
                    'the offer {pfad_id} is said to be "{word}" and has {occupied} occupied '
                    "places; they are not counted. Correct one of the two",
                    pfad_id=row["pfad_id"],
                    word=word,
                    occupied=occupied,
                ),
                expected=say("an offer in operation, or no occupied places"),
                found=say("{occupied} occupied places", occupied=occupied),
                severity="warning",
            )


def _about_offer(
    rule: str,
    row: Mapping[str, object],
    what: str,
    *,
    expected: str,
    found: str,
    severity: Severity = "critical",
) -> Finding:
    return Finding(
        rule=rule,
        severity=severity,
        message=say(
            "sheet {source_place}, row {source_row}: {what}",
            source_place=row["source_place"],
            source_row=row["source_row"],
            what=what,
        ),
        place=str(row["source_place"]),
        row=str(row["source_row"]),
        column="pfad_id",
        expected=expected,
        found=found,
    )


def published_on(read: Mapping[str, SheetRows], today: date) -> tuple[date | None, list[Finding]]:
    """When the authority released the workbook: the newest ``freigabe_am``, once every offer is
    released. Unknown while one is not, and where the day is still to come."""
    rows = _rows(read, "angebote")
    days = [day for row in rows if isinstance(day := row.get("freigabe_am"), date)]
    if not days or any(row.get("freigabe_status") not in (None, RELEASED) for row in rows):
        return None, []
    newest = max(days)
    if newest <= today:
        return newest, []
    row = next(row for row in rows if row["freigabe_am"] == newest)
    return None, [
        _about_offer(
            "released_in_future",
            row,
            say(
                "freigabe_am {printed} is still to come; when the workbook was released is "
                "not known",
                printed=_printed(newest),
            ),
            expected=say("{printed} at the latest", printed=_printed(today)),
            found=_printed(newest),
            severity="warning",
        )
    ]
