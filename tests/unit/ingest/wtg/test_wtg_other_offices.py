"""Workbooks of other programs and habits: read right, or told in one finding."""

import json
from datetime import UTC, date, datetime, time, timedelta

import pytest
from office_formats import Share, as_ods, as_of_1904, as_xls
from wtg_workbooks import DAY, Sheets, as_csv, book, csv_set, origin, put, read, refused, small

from ingest.wtg.workbook import parse
from kreishaus.model import Batch, Finding

PLAIN = read(small()).tables
FOUR_YEARS = timedelta(days=1462)


def only(findings: tuple[Finding, ...] | list[Finding]) -> Finding:
    assert len(findings) == 1, findings
    return findings[0]


def same_rows(batch: Batch) -> bool:
    return all(frame.equals(PLAIN[name]) for name, frame in batch.tables.items())


def of_staff(value: object, column: str = "wochenstunden_vollzeit") -> object:
    """What is staged of a cell of home A."""
    return read(put(small(), "Personal", 2, column, value)).tables["personal"][column].iloc[0]


# --- days of the other calendar -------------------------------------------------------------------


def moved(sheets: Sheets, by: timedelta, *, stichtag_as_text: bool = True) -> Sheets:
    """Each day moved, as copying between the calendars does it; ``stichtag`` typed anew."""

    def cell(value: object, header: object) -> object:
        if header == "stichtag":
            return f"{value:%d.%m.%Y}" if stichtag_as_text else value
        return value + by if isinstance(value, date) else value

    return {
        title: [
            rows[0],
            *([cell(*pair) for pair in zip(row, rows[0], strict=True)] for row in rows[1:]),
        ]
        for title, rows in sheets.items()
    }


@pytest.mark.parametrize("make", [book, as_of_1904])
def test_days_four_years_late_are_refused_by_that_name(make: object) -> None:
    finding = only(refused(make(moved(small(), FOUR_YEARS))))  # type: ignore[operator]
    assert (finding.rule, finding.severity) == ("days_too_late", "critical")
    # 29.08.2021 and 1,462 days; the last of them is 15.08.2025
    assert (finding.place, finding.row, finding.column) == ("Angebote", "2", "freigabe_am")
    assert finding.found == "30.08.2025"
    assert finding.expected == "days around 15.08.2021, such as 29.08.2021"
    assert "and 5 other cells" in finding.message


def test_a_release_years_later_alone_is_warned_of() -> None:
    sheets = small()
    for row in (2, 3):
        put(sheets, "Angebote", row, "freigabe_am", date(2025, 8, 30))
    batch = parse(book(sheets), origin(at=datetime(2026, 9, 1, tzinfo=UTC)))
    finding = only(batch.findings)
    assert (finding.rule, finding.severity) == ("days_too_late", "warning")


def test_days_four_years_early_are_warned_of() -> None:
    finding = only(read(moved(small(), -FOUR_YEARS)).findings)
    assert (finding.rule, finding.severity) == ("days_too_early", "warning")
    assert (finding.place, finding.found) == ("Belegung", "14.08.2017")
    assert "such as 15.08.2021" in str(finding.expected)


def test_a_stichtag_of_the_other_calendar_is_one_finding_a_sheet_with_the_reason() -> None:
    sheets = small()
    sheets["Belegung"] += [[DAY, key, *sheets["Belegung"][1][2:]] for key in ("C", "D", "E")]
    for title in ("Angebote", "Belegung"):
        for row in sheets[title][1:]:
            row[0] = DAY + FOUR_YEARS
    of_offers, again, of_places = refused(sheets)
    assert {one.rule for one in (of_offers, again, of_places)} == {"reference_date_differs"}
    assert [one.row for one in (of_offers, again)] == ["2", "3"]
    assert (of_places.place, of_places.found) == ("Belegung", "16.08.2025")
    assert "1904" in of_places.message and "4 more cells, rows 3, 4, 5, 6" in of_places.message


def test_a_workbook_of_1904_whose_days_are_right_is_read() -> None:
    assert parse(as_of_1904(small()), origin()).findings == ()
    assert same_rows(parse(as_of_1904(small()), origin()))


def test_a_workbook_of_1904_in_which_no_day_proves_the_calendar_is_warned_of() -> None:
    sheets = moved(small(), timedelta(days=-3))  # reported three days before the reference date
    finding = only(parse(as_of_1904(sheets), origin()).findings)
    assert (finding.rule, finding.severity) == ("calendar_of_1904", "warning")
    assert read(sheets).findings == ()  # of the usual calendar nobody need be told


def test_a_single_day_of_a_wrong_year_is_named_alone() -> None:
    finding = only(refused(put(small(), "Belegung", 2, "gemeldet_am", date(2025, 8, 16))))
    assert (finding.row, finding.found) == ("2", "16.08.2025")
    assert "other cells" not in finding.message


def test_a_home_that_reported_long_ago_is_no_matter_of_the_calendar() -> None:
    sheets = put(small(), "Belegung", 2, "gemeldet_am", DAY - FOUR_YEARS)
    assert read(sheets).findings == ()


# --- house numbers that became days ---------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        "03. Mai", "3. Mai", "Mai 03", "05. Mrz", "3-Mai", "03.05.2021", "3.5.", "03.05.21",
        "2021-05-03", "Jan 12", "Sep 1", "12. Sept.", datetime(2021, 5, 3), 44319,
    ],
)  # fmt: skip
def test_a_day_for_a_house_number_is_told_and_not_kept_as_one(value: object) -> None:
    sheets = put(
        put(small(), "Angebote", 2, "hausnummer", value), "Angebote", 3, "hausnummer", value
    )
    batch = read(sheets)
    finding = only(batch.findings)
    assert (finding.rule, finding.severity) == ("text_not_kept", "warning")
    assert (finding.row, finding.column) == ("2", "hausnummer")
    assert "2 rows (2, 3)" in finding.message
    offers = batch.tables["angebote"]
    assert offers["hausnummer"].isna().all()


@pytest.mark.parametrize(
    "value", ["3", "3-5", "3/5", "3 a", "3a-5b", "12 Hinterhaus", "3.", "K 7", 3]
)
def test_a_house_number_is_none(value: object) -> None:
    batch = read(put(small(), "Angebote", 2, "hausnummer", value))
    assert batch.findings == ()
    assert batch.tables["angebote"]["hausnummer"].iloc[0] == str(value)


# --- numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [61.4, 61.001, 61.0000001, 60.999, "61,5", "61.5", "61,00001", "61.2500", "17 %", "17 Std.",
     "17 VK", "17:00", "Plätze 17", "17 Plätze frei", "17-18 Plätze", "ca. 17", time(17), DAY],
)  # fmt: skip
def test_what_is_no_whole_number_is_still_refused(value: object) -> None:
    finding = only(refused(put(small(), "Belegung", 2, "plaetze_vertrag", value)))
    assert (finding.rule, finding.column) == ("cell_unreadable", "plaetze_vertrag")


@pytest.mark.parametrize(
    "value",
    [
        80.00000000000001, 79.99999999999999, "80,00000000000001", "80.00000000000001",
        "80 Plätze", "80 Pl.", "80Betten", "80\u00a0Plätze", "80 plätze", "80,0 Plätze",
    ],
)  # fmt: skip
def test_dust_and_units_leave_the_number(value: object) -> None:
    batch = read(put(small(), "Belegung", 2, "plaetze_vertrag", value))
    assert batch.findings == ()
    assert same_rows(batch)


def test_dust_of_a_real_number_is_gone_too() -> None:
    assert of_staff(22.000000000000004, "vk_fachkraft") == 22.0
    assert of_staff(0.1 + 0.2, "vk_pdl") == 0.3


@pytest.mark.parametrize(
    ("column", "value", "found"),
    [
        ("vk_fachkraft", "22,5 VK", 22.5),
        ("vk_fachkraft", "22,5 VZÄ", 22.5),
        ("fachkraftquote_gemeldet", "55 Prozent", 55.0),
        ("fachkraftquote_gemeldet", "55,5 %", 55.5),
    ],
)
def test_units_of_staff(column: str, value: str, found: float) -> None:
    assert of_staff(value, column) == found


def test_a_note_behind_a_unit_is_kept_beside_the_number() -> None:
    batch = read(put(small(), "Belegung", 2, "plaetze_vertrag", "80 Plätze (davon 4 KZP)"))
    row = batch.tables["belegung"].iloc[0]
    assert row["plaetze_vertrag"] == 80
    assert json.loads(row["cell_markers"]) == {"plaetze_vertrag": "Anm."}
    assert of_staff("39 Stunden (TVöD)") == 39.0
    refused(put(small(), "Belegung", 2, "plaetze_vertrag", "80 Betten, 2 gesperrt"))


def test_a_duration_where_staff_is_counted_is_refused_as_it_looks() -> None:
    for value, found in ((timedelta(hours=38, minutes=30), "38:30"), (time(22), "22:00:00")):
        assert only(refused(put(small(), "Personal", 2, "vk_fachkraft", value))).found == found


def test_a_unit_of_another_column_is_refused() -> None:
    sheets = put(small(), "Personal", 2, "vk_fachkraft", "38,5 Std.")
    assert only(refused(sheets)).column == "vk_fachkraft"
    sheets = put(small(), "Belegung", 2, "doppelzimmer", "20 Plätze")
    assert only(refused(sheets)).column == "doppelzimmer"


# --- weekly hours ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        "38:30", "38:30:00", "38,5", "38.5", 38.5, "38,5 Std.", "38,5 Stunden", "38,5 h",
        "38:30 Std.", "38 Std. 30 Min.", "38h30min", "38,50 Wochenstunden", "38,5 Std./Woche",
        timedelta(hours=38, minutes=30), datetime(1900, 1, 1, 14, 30),
    ],
)  # fmt: skip
def test_weekly_hours(value: object) -> None:
    assert of_staff(value) == 38.5


def test_a_time_of_day_are_hours() -> None:
    assert of_staff(time(19, 30)) == 19.5  # half a post
    assert of_staff("19:30 Uhr") == 19.5


@pytest.mark.parametrize(
    "value",
    ["38:60", "38:3", "0:00", "200:00", "8:00-16:30", timedelta(days=9), datetime(2021, 5, 3)],
)
def test_what_are_no_weekly_hours_is_refused_by_its_own_name(value: object) -> None:
    finding = only(refused(put(small(), "Personal", 2, "wochenstunden_vollzeit", value)))
    assert finding.column == "wochenstunden_vollzeit"
    if isinstance(value, timedelta):
        assert finding.found == "216:00"  # as the cell shows it, not "9 days, 0:00:00"


def test_one_cause_in_a_column_is_one_finding() -> None:
    sheets = small()
    sheets["Personal"] += [[DAY, "A", "viel", *sheets["Personal"][1][3:]] for _ in range(5)]
    finding = only(refused(sheets))
    assert (finding.row, finding.column) == ("4, 5, 6, 7, 8", "vk_pflege_gesamt")
    assert "likewise 4 more cells, rows 5, 6, 7, 8" in finding.message


# --- other programs -------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [as_xls, as_ods])
def test_old_and_open_workbooks_give_the_same_rows(make: object) -> None:
    sheets = small()
    put(sheets, "Personal", 2, "fachkraftquote_gemeldet", Share(0.55))
    put(sheets, "Personal", 2, "wochenstunden_vollzeit", timedelta(hours=38, minutes=30))
    batch = parse(make(sheets), origin())  # type: ignore[operator]
    finding = only(batch.findings)
    assert (finding.rule, finding.severity) == ("looks_not_read", "warning")
    staff = batch.tables["personal"]
    assert staff["fachkraftquote_gemeldet"].iloc[0] == 55.0
    assert staff["wochenstunden_vollzeit"].iloc[0] == 38.5
    for name in ("angebote", "belegung", "bewohner"):
        assert batch.tables[name].equals(PLAIN[name])


def test_an_old_workbook_of_1904_has_the_same_days() -> None:
    plain = parse(as_xls(small()), origin()).tables
    for name, frame in parse(as_xls(small(), since_1904=True), origin()).tables.items():
        assert frame.equals(plain[name])


def test_a_damaged_old_workbook_is_one_finding() -> None:
    for content in (as_xls(small())[:3000], as_ods({})):
        finding = only(refused(content))
        assert finding.severity == "critical"


def comma(text: str) -> str:
    """A CSV with ``;`` as one with ``,``: what holds a comma is quoted."""
    return "\r\n".join(
        ",".join(f'"{field}"' if "," in field else field for field in line.split(";"))
        for line in text.splitlines()
    )


def test_a_csv_with_commas_is_read() -> None:
    sheets = small()
    content = csv_set(sheets, change=comma)
    assert same_rows(parse(content, origin()))
    assert '"10,5"' in comma(as_csv(sheets["Personal"]))


def test_a_comma_inside_a_number_is_refused_and_moves_nothing() -> None:
    content = csv_set(small(), change=lambda text: text.replace(";", ","))
    finding = only(refused(content))
    # Personal, home B: 10,5 and 3,25 and 6,25 and 52,5 are four fields more than the header's 13
    assert (finding.rule, finding.place, finding.row) == ("csv_unreadable", "Personal", "3")
    assert finding.found == "17 fields"


def test_a_comma_that_the_file_itself_declares_is_not_believed_blindly() -> None:
    def declared(text: str) -> str:
        return "sep=,\r\n" + text.replace(";", ",")

    finding = only(refused(csv_set(small(), change=declared)))
    assert (finding.place, finding.row) == ("Personal", "4")
    sheets = small()
    del sheets["Personal"]
    batch = parse(csv_set(sheets, change=declared), origin())
    assert batch.tables["belegung"]["plaetze_vertrag"].tolist() == [80, 40]
