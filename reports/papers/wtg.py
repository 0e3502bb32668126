"""The activity report of the care-home authority, on one year and the one before it."""

from __future__ import annotations

from datetime import UTC, date, datetime

from kreishaus.labels import translations
from kreishaus.labels.formats import day, moment, number, percent
from reports import phrasing
from reports.document import Block, Bullets, Column, Document, Line, Paragraph, Section, Table
from reports.marts import Marts, NoData, Row
from reports.papers import homes
from reports.papers.definition import Paper
from reports.papers.parts import Place, county, data_basis, data_checks, missing, newest, origin
from reports.phrasing import (
    CHANGE,
    INSPECTIONS,
    NO_VALUE,
    change_cell,
    compared,
    counted,
    value,
)

TITLE = "Tätigkeitsbericht der WTG-Behörde"
DATASETS = ("wtg/stichtag", "wtg/register")
CHECKED = (
    "supply_overview",
    "support_offers",
    "inspections",
    "complaints",
    "staffing_by_region",
    "vacancy_by_region",
)
REGULAR = "Regelprüfung"
METHOD = "Zahlen der Behörde je Prüfart und Bereich (docs/methods_homes.md, „Activity“)"
METHODS = (
    "Eine Prüfung zählt in dem Jahr, in dem sie geplant oder gehalten wurde. Führt eine spätere "
    "Liste dieselbe Prüfung noch einmal, gilt das jüngste Wort über sie. „Nicht gehalten“ sind "
    "geplante Regelprüfungen, die im Zeitraum nicht stattfanden; über zwei Jahre zählt, was auch "
    "später nicht nachgeholt wurde, eigens.",
    "Beschwerden zählen Einrichtungen nach Standort: zwei Angebote an einem Standort sind eine "
    "Einrichtung.",
    "Über zwei Jahre ist die Zahl der Einrichtungen mit Beschwerden nicht die Summe der Jahre: "
    "eine Einrichtung mit Beschwerden in beiden zählt einmal.",
    "Angaben, aus denen eine einzelne Einrichtung erkennbar wäre, fehlen in dieser Fassung.",
    "Formeln mit gerechneten Beispielen: docs/methods_homes.md.",
)

YEARS = "select distinct to_year from inspection_activity order by to_year desc"
ACTIVITY = """
    select * from inspection_activity
    where region_level = 'Kreis' and to_year <= $year and from_year >= $year - 1
    order by inspection_kind <> 'Regelprüfung', inspection_kind, inspection_area_label,
        from_year, to_year
"""
NOT_HELD = """
    select * from inspections_not_held
    where region_level = 'Kreis' and from_year = $from_year and to_year = $year
    order by inspection_area_label, reason_label
"""
COMPLAINTS = """
    select * from complaints where to_year <= $year and from_year >= $year - 1
    order by to_year, from_year desc
"""
MEASURES = """
    select * from wtg_measures
    where region_level = 'Kreis' and to_year <= $year and from_year >= $year - 1
    order by measure_label, inspection_area_label, from_year, to_year
"""
SUPPORT = """
    select * from support_offers where region_level = 'Kreis' and reference_date <= $until
    order by reference_date
"""


def dates(marts: Marts) -> list[date]:
    """The ends of the years with inspections, newest first."""
    return [date(row["to_year"], 12, 31) for row in marts.rows("inspection_activity", YEARS)]


def _label(row: Row) -> str:
    return phrasing.years(row["from_year"], row["to_year"])


class Activity:
    """What the authority did in a year and in the one before, where that has figures."""

    def __init__(self, marts: Marts, about: date) -> None:
        self.year = about.year
        self.words = marts.words
        self.rows = marts.some_rows("inspection_activity", ACTIVITY, {"year": about.year})
        if not any(row["to_year"] == about.year for row in self.rows):
            raise NoData("inspection_activity")
        self.complaints = marts.rows("complaints", COMPLAINTS, {"year": about.year})
        self.measures = marts.rows("wtg_measures", MEASURES, {"year": about.year})
        self.first = min(row["from_year"] for row in self.rows)

    @property
    def period(self) -> str:
        return phrasing.years(self.first, self.year)

    def sum(self, column: str, first: int, last: int, kind: str | None = None) -> int | None:
        """A number over all areas; None where the period has no figures."""
        amounts = [
            row[column]
            for row in self.rows
            if (row["from_year"], row["to_year"]) == (first, last)
            and (kind is None or row["inspection_kind"] == kind)
        ]
        return None if not amounts else sum(amount or 0 for amount in amounts)


def summary(held: Activity) -> list[str]:
    """Inspections, inspections not held, complaints."""
    year = held.year
    done = held.sum("done_count", year, year)
    before = held.sum("done_count", year - 1, year - 1)
    told = [
        f"{year} hielt die WTG-Behörde {counted(done, INSPECTIONS)}. "
        + compared(f"dem Jahr {year - 1}", done, before, INSPECTIONS)
    ]
    told.append(_regular(held))
    newest_complaints = [row for row in held.complaints if row["from_year"] == row["to_year"]]
    if newest_complaints:
        told.append(_complaints(newest_complaints[-1]))
    return told


def _regular(held: Activity) -> str:
    year = held.year
    planned = held.sum("planned_count", year, year, REGULAR)
    held_of_plan = held.sum("planned_done_count", year, year, REGULAR)
    not_held = held.sum("planned_not_done_count", year, year, REGULAR)
    if not planned or held_of_plan is None:
        return f"Geplante Regelprüfungen: {phrasing.MISSING}."
    return (
        f"Von {number(planned)} geplanten Regelprüfungen {year} "
        f"{'fand' if held_of_plan == 1 else 'fanden'} {number(held_of_plan)} statt "
        f"({percent(held_of_plan / planned, 1)}), {number(not_held or 0)} nicht."
    )


def _complaints(row: Row) -> str:
    homes_with, of_all = row["homes_with_complaints_count"], row["homes_count"]
    if homes_with is None or not of_all:
        return f"Beschwerden {_label(row)}: {phrasing.MISSING}."
    return (
        f"{_label(row)} gab es Beschwerden über "
        f"{counted(homes_with, phrasing.HOMES)} von {number(of_all)} "
        f"({percent(homes_with / of_all, 1)})."
    )


def inspections_section(marts: Marts, held: Activity) -> Section:
    """Inspections by kind and area, year by year, and those not held with the reasons."""
    year, earlier = held.year, held.year - 1
    has_before = any(row["to_year"] == earlier for row in held.rows)
    shown = [earlier, year] if has_before else [year]
    cells = {
        (
            row["inspection_kind"],
            row["inspection_area_label"],
            row["from_year"],
            row["to_year"],
        ): row
        for row in held.rows
    }
    keys = list(dict.fromkeys((kind, area) for kind, area, _, _ in cells))

    def at(kind: str, area: str, one: int, column: str) -> int | None:
        row = cells.get((kind, area, one, one))
        return 0 if row is None else row[column]

    lines = []
    for kind, area in keys:
        numbers = [at(kind, area, one, "done_count") for one in shown]
        changed = [change_cell(numbers[1], numbers[0])] if has_before else []
        lines.append(Line((f"{kind}, {area}", *(value(one) for one in numbers), *changed)))
    totals = [held.sum("done_count", one, one) for one in shown]
    changed = [change_cell(totals[1], totals[0])] if has_before else []
    lines.append(Line(("Insgesamt", *(value(one) for one in totals), *changed), "total"))
    done = Table(
        "Gehaltene Prüfungen nach Art und Bereich",
        (
            Column("Art und Bereich", numeric=False),
            *(Column(str(one)) for one in shown),
            *((Column(CHANGE),) if has_before else ()),
        ),
        tuple(lines),
        (),
        origin(held.rows, held.period, DATASETS[:1], METHOD, "inspection_activity"),
    )
    regular = [row for row in held.rows if row["inspection_kind"] == REGULAR]
    planned = Table(
        f"Geplante Regelprüfungen {year} und was aus ihnen wurde",
        (
            Column("Bereich", numeric=False),
            Column("geplant"),
            Column("gehalten"),
            Column("nicht gehalten"),
            Column("Anteil gehalten"),
        ),
        (
            *(
                Line(_planned_cells(row["inspection_area_label"], row))
                for row in regular
                if (row["from_year"], row["to_year"]) == (year, year)
            ),
            Line(
                _planned_cells(
                    "Insgesamt",
                    {
                        column: held.sum(column, year, year, REGULAR)
                        for column in (
                            "planned_count",
                            "planned_done_count",
                            "planned_not_done_count",
                        )
                    },
                ),
                "total",
            ),
        ),
        (),
        origin(regular, str(year), DATASETS[:1], METHOD, "inspection_activity"),
    )
    blocks: list[Block] = [
        Paragraph(f"{summary(held)[0]} {_regular(held)}"),
        done,
        planned,
        *_reasons(marts, year),
        *_found(held),
    ]
    return Section("Prüfungen", tuple(blocks))


def _planned_cells(label: str, row: Row) -> tuple[str, ...]:
    planned, done = row["planned_count"], row["planned_done_count"]
    part = done / planned if planned and done is not None else None
    return (
        label,
        value(planned),
        value(done),
        value(row["planned_not_done_count"]),
        "–" if part is None else phrasing.share(part),
    )


def _reasons(marts: Marts, year: int) -> list[Block]:
    rows = marts.rows("inspections_not_held", NOT_HELD, {"from_year": year, "year": year})
    rows = [row for row in rows if row["not_held_count"]]
    if not rows:
        return []
    return [
        Table(
            f"Nicht gehaltene Regelprüfungen {year} nach Gründen",
            (
                Column("Bereich", numeric=False),
                Column("Grund", numeric=False),
                Column("nicht gehalten"),
                Column("auch später nicht"),
            ),
            tuple(
                Line(
                    (
                        row["inspection_area_label"],
                        row["reason_label"] or "ohne Angabe",
                        value(row["not_held_count"]),
                        value(row["never_held_count"]),
                    )
                )
                for row in rows
            ),
            (),
            origin(rows, str(year), DATASETS[:1], METHOD, "inspections_not_held"),
        )
    ]


def _found(held: Activity) -> list[Block]:
    """What the inspections found, where the authority has written it down."""
    words = {
        "deficiencies_count": "Mängel",
        "advice_count": "Beratungen",
        "orders_count": "Anordnungen",
    }
    told = []
    for column, label in words.items():
        amounts = [
            row[column]
            for row in held.rows
            if (row["from_year"], row["to_year"]) == (held.year, held.year)
            and row.get(column) is not None
        ]
        if amounts:
            told.append(f"{label}: {number(sum(amounts))}.")
    if not told:
        return [
            Paragraph(
                f"Zu Mängeln, Beratungen und Anordnungen {phrasing.MISSING}, was die "
                f"Prüfungen {held.year} ergaben."
            )
        ]
    return [Paragraph(f"Ergebnisse der Prüfungen {held.year}:"), Bullets(tuple(told))]


def complaints_section(held: Activity) -> Section:
    """Homes with complaints of all homes, by year and over both."""
    title = "Beschwerden"
    rows = held.complaints
    if not rows:
        return Section(title, (missing("Eine Liste der Beschwerden"),))
    single = [row for row in rows if row["from_year"] == row["to_year"]]
    sentences = [_complaints(row) for row in rows]
    if len(single) > 1:
        sentences.append(
            compared(
                f"dem Jahr {single[-2]['to_year']}",
                single[-1]["homes_with_complaints_count"],
                single[-2]["homes_with_complaints_count"],
                phrasing.HOMES,
            )
        )
    return Section(
        title,
        (
            Paragraph(" ".join(sentences)),
            Table(
                "Einrichtungen mit Beschwerden",
                (
                    Column("Zeitraum", numeric=False),
                    Column("Beschwerden"),
                    Column("Einrichtungen mit Beschwerden"),
                    Column("Einrichtungen"),
                    Column("Anteil"),
                ),
                tuple(
                    Line(
                        (
                            _label(row),
                            value(row["complaints_count"]),
                            value(row["homes_with_complaints_count"]),
                            value(row["homes_count"]),
                            phrasing.share(row["homes_with_complaints_share"]),
                        )
                    )
                    for row in rows
                ),
                (
                    "Über beide Jahre zählt eine Einrichtung einmal, auch wenn sie in beiden "
                    "Beschwerden hatte.",
                ),
                origin(rows, held.period, DATASETS[:1], METHOD, "complaints"),
            ),
        ),
    )


def measures_section(held: Activity) -> Section:
    """Measures of the authority, with the places that they touched."""
    title = "Maßnahmen"
    rows = [row for row in held.measures if row["from_year"] == row["to_year"]]
    if not rows:
        return Section(title, (missing("Ein Verzeichnis der Maßnahmen"),))
    return Section(
        title,
        (
            Table(
                "Maßnahmen nach Art und Jahr",
                (
                    Column("Maßnahme", numeric=False),
                    Column("Bereich", numeric=False),
                    Column("Jahr"),
                    Column("Maßnahmen"),
                    Column("Standorte"),
                    Column("betroffene Plätze"),
                ),
                tuple(
                    Line(
                        (
                            row["measure_label"],
                            row["inspection_area_label"],
                            str(row["to_year"]),
                            value(row["measures_count"]),
                            value(row["sites_count"]),
                            value(row["affected_places"])
                            if row["affected_places"] is not None
                            else NO_VALUE,
                        )
                    )
                    for row in rows
                ),
                tuple(
                    f"{statement[:1].upper()}{statement[1:]}."
                    for statement in translations.caveats(
                        [row["caveat"] for row in rows], held.words
                    )
                ),
                origin(rows, held.period, DATASETS[:1], METHOD, "wtg_measures"),
            ),
        ),
    )


def support_section(marts: Marts, until: date) -> Section:
    """Recognised offers of everyday support, by kind and date."""
    title = "Angebote zur Unterstützung im Alltag"
    rows = marts.rows("support_offers", SUPPORT, {"until": until})
    if not rows:
        return Section(title, (missing("Ein Verzeichnis dieser Angebote"),))
    kinds = sorted({row["support_kind"] for row in rows})
    days = sorted({row["reference_date"] for row in rows})
    cells = {(row["reference_date"], row["support_kind"]): row["offers_count"] for row in rows}
    totals = [sum(cells.get((at, kind)) or 0 for kind in kinds) for at in days]
    sentences = [
        f"Am {day(days[-1])} waren {marts.words.im_kreis} "
        f"{counted(totals[-1], phrasing.OFFERS)} anerkannt."
    ]
    if len(days) > 1:
        sentences.append(
            compared(f"dem Stichtag {day(days[-2])}", totals[-1], totals[-2], phrasing.OFFERS)
        )
    return Section(
        title,
        (
            Paragraph(" ".join(sentences)),
            Table(
                "Anerkannte Angebote zur Unterstützung im Alltag",
                (
                    Column("Stichtag", numeric=False),
                    *(Column(kind) for kind in kinds),
                    Column("Insgesamt"),
                ),
                tuple(
                    Line(
                        (
                            day(at),
                            *(value(cells.get((at, kind))) for kind in kinds),
                            value(total),
                        )
                    )
                    for at, total in reversed(list(zip(days, totals, strict=True)))
                ),
                (),
                origin(
                    rows,
                    f"{counted(len(days), phrasing.DATES)}",
                    DATASETS[:1],
                    "anerkannte Angebote je Stichtag",
                    "support_offers",
                ),
            ),
        ),
    )


def write(marts: Marts, about: date) -> Document:
    """The report on a year. Raises ``NoData`` where it has no inspections."""
    place: Place = county(marts)
    held = Activity(marts, about)
    vacant = homes.vacancies(marts, about)
    known = newest([*held.rows, *held.complaints, *vacant]) or datetime(1970, 1, 1, tzinfo=UTC)
    checks = data_checks(marts, CHECKED, about)
    told = summary(held)
    if vacant:
        told.append(homes.vacancy_sentence(vacant, place))
    return Document(
        name="wtg",
        title=TITLE,
        subtitle=f"{place.name}, {held.period}",
        about=about,
        author=place.name,
        facts=(
            ("Berichtszeitraum", held.period),
            ("Quelle", f"WTG-Behörde {place.words.des_kreises}"),
            ("Stand der Daten", moment(known)),
        ),
        summary=tuple(told),
        sections=(
            homes.supply_section(marts, about),
            inspections_section(marts, held),
            complaints_section(held),
            measures_section(held),
            homes.staff_section(marts, place, about),
            homes.vacancy_section(marts, place, about),
            support_section(marts, about),
            checks.section,
            data_basis(marts, DATASETS, METHODS),
        ),
        recorded_at=known,
        annex=checks.annex,
        origin_note=marts.origin_note,
    )


PAPER = Paper("wtg", TITLE, "wtg_activity_report", dates, write)
