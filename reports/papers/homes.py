"""What the papers on care share: offers and places, vacancies, staff, projects."""

from __future__ import annotations

from datetime import date

from matplotlib.figure import Figure as Drawing

from kreishaus.labels import translations
from kreishaus.labels.formats import day, number, percent
from reports import charts, phrasing
from reports.document import Block, Bullets, Column, Figure, Line, Paragraph, Section, Table
from reports.marts import Marts, Row
from reports.papers.parts import Place, missing, origin
from reports.phrasing import (
    CHANGE,
    DATES,
    PLACES,
    change_cell,
    compared,
    counted,
    share,
    short_name,
    value,
)
from reports.plots.sheet import BLUE, ORANGE, german_axis
from warehouse.homes.joint import LEVEL

WTG = ("wtg/stichtag",)
FULL = "vollstationaer"
METHOD_VACANCY = (
    "Summe über die Angebote in Betrieb, kein fehlender Stichtag ergänzt "
    "(docs/methods_homes.md, „Vacancy“)"
)
METHOD_STAFF = (
    "Fachkraftquote = Fachkräfte / Pflegekräfte in Vollzeitstellen (VK), nie ein Mittel von "
    "Quoten; der letzte Stichtag eines Jahres steht für das Jahr (docs/methods_homes.md)"
)

VACANCIES = f"""
    select * from vacancy_by_region
    where region_level = 'Kreis' and offer_type_code = '{FULL}' and reference_date <= $until
        and vacant_places is not null
    order by reference_date
"""
# A joint area stands in for its municipalities where one of them may not be shown alone.
BY_MUNICIPALITY = f"""
    with listed as (
        select * from vacancy_by_region
        where offer_type_code = '{FULL}' and reference_date = (
            select max(reference_date) from vacancy_by_region
            where region_level = 'Gemeinde' and offer_type_code = '{FULL}'
                and reference_date <= $until and vacant_places is not null
        )
    ),
    joint as (
        select * from listed as area
        where region_level = '{LEVEL}' and vacant_places is not null and exists (
            select 1 from listed as member
            where member.region_level = 'Gemeinde' and member.vacant_places is null
                and contains(area.region_code, member.region_code)
        )
    )
    select * from joint
    union all
    select * from listed
    where region_level = 'Gemeinde' and not exists (
        select 1 from joint where contains(joint.region_code, listed.region_code)
    )
    order by region_code
"""
AVERAGES = f"""
    select * from vacancy_average where region_level = 'Kreis' and offer_type_code = '{FULL}'
"""
STAFF = """
    select * from staffing_by_region where region_level = 'Kreis' and reference_year <= $year
    order by reference_year
"""
REQUIREMENT = """
    select * from staffing_requirement
    where region_level = 'Kreis' and care_grade_code = 'total' and qualification_code = 'total'
        and reference_date = (
            select max(reference_date) from staffing_requirement
            where region_level = 'Kreis' and reference_date <= $until
        )
    order by is_in_force desc, ratio_set_label
"""
# The newest date of each kind of offer: lists of single kinds come between the great surveys.
SUPPLY = """
    select supply.*, offer_types.offer_type_label
    from supply_overview as supply
    left join dim_offer_type as offer_types
        on supply.offer_type_code = offer_types.offer_type_code
    where supply.region_level = 'Kreis' and supply.reference_date <= $until
    qualify row_number() over (
        partition by supply.offer_type_code
        order by supply.places is null, supply.reference_date desc
    ) = 1
    order by supply.offer_type_code <> 'vollstationaer', offer_types.offer_type_label
"""
PLANNED = """
    select planned.*, offer_types.offer_type_label
    from planned_offers as planned
    left join dim_offer_type as offer_types
        on planned.offer_type_code = offer_types.offer_type_code
    where planned.region_level = $level and planned.reference_date = (
        select max(reference_date) from planned_offers where reference_date <= $until
    )
    order by offer_types.offer_type_label, planned.region_name
"""


def vacancies(marts: Marts, until: date) -> list[Row]:
    """Vacant places of the county on every date up to one, oldest first."""
    return marts.rows("vacancy_by_region", VACANCIES, {"until": until})


def vacancy_sentence(rows: list[Row], place: Place) -> str:
    """The newest vacancy, compared with the date before."""
    newest = rows[-1]
    before = rows[-2] if len(rows) > 1 else None
    sentence = (
        f"Am {day(newest['reference_date'])} waren in den vollstationären Einrichtungen "
        f"{place.here} {counted(newest['vacant_places'], PLACES)} nicht belegt."
    )
    if before is None:
        return sentence
    than = f"dem vorigen Stichtag {day(before['reference_date'])}"
    return f"{sentence} " + compared(than, newest["vacant_places"], before["vacant_places"], PLACES)


def vacancy_section(marts: Marts, place: Place, until: date) -> Section:
    """Vacant places over time, their mean, and by municipality."""
    title = "Nicht belegte Plätze"
    rows = vacancies(marts, until)
    if not rows:
        return Section(title, (missing("Ein Leerstand"),))
    blocks: list[Block] = [Paragraph(vacancy_sentence(rows, place))]
    blocks += _average(marts, rows)
    blocks += [_vacancy_figure(rows, place), _vacancy_table(rows, place)]
    blocks += _vacancy_by_municipality(marts, until)
    return Section(title, tuple(blocks))


def _average(marts: Marts, rows: list[Row]) -> list[Block]:
    """The means, as far as they speak of the dates shown."""
    means = {
        row["date_set_code"]: row
        for row in marts.rows("vacancy_average", AVERAGES)
        if row["last_reference_date"] <= rows[-1]["reference_date"]
        and row["mean_vacant_places"] is not None
    }
    if "all_dates" not in means:
        return []
    every, unflagged = means["all_dates"], means.get("unflagged_dates")
    sentence = (
        f"Im Mittel der {counted(every['dates_count'], DATES)} mit Einzelerhebung "
        f"({day(every['first_reference_date'])} bis {day(every['last_reference_date'])}) waren es "
        f"{number(every['mean_vacant_places'], 1)} Plätze"
    )
    if unflagged and unflagged["dates_count"] != every["dates_count"]:
        sentence += (
            f"; ohne die gekennzeichneten, über {counted(unflagged['dates_count'], DATES)}, "
            f"{number(unflagged['mean_vacant_places'], 1)}"
        )
    return [Paragraph(f"{sentence}.")]


def _flag(row: Row) -> str:
    return str(row["flag_reason"] or "").split(":")[0]


def _vacancy_figure(rows: list[Row], place: Place) -> Figure:
    dates = [row["reference_date"] for row in rows]
    heights = [row["vacant_places"] for row in rows]
    flagged = [spot for spot, row in enumerate(rows) if row["flag"]]

    def draw(drawing: Drawing) -> None:
        axes = drawing.subplots()
        axes.plot(dates, heights, "o-", color=BLUE, gid="vacant-places")
        for spot in flagged:
            axes.plot(dates[spot], heights[spot], "o", color=ORANGE, markersize=6)
            axes.annotate(
                _flag(rows[spot]),
                (dates[spot], heights[spot]),
                xytext=(7, 0),
                textcoords="offset points",
                size=7,
                va="center",
            )
        for spot in {0, len(rows) - 1}:
            axes.annotate(
                number(heights[spot]),
                (dates[spot], heights[spot]),
                xytext=(0, 6),
                textcoords="offset points",
                ha="center",
                size=7,
                color=BLUE,
                weight="bold",
            )
        axes.set_ylim(bottom=0)
        axes.set_ylabel("nicht belegte Plätze")
        axes.grid(axis="y")
        german_axis(axes, "y")
        charts.date_axis(axes)

    span = f"{day(dates[0])} bis {day(dates[-1])}"
    caption = f"Nicht belegte vollstationäre Plätze {place.words.im_kreis}, {span}"
    highest = max(range(len(rows)), key=lambda spot: heights[spot])
    alt = (
        f"Liniendiagramm über {counted(len(rows), DATES)}: {value(heights[0])} am "
        f"{day(dates[0])}, am meisten {value(heights[highest])} am {day(dates[highest])}, zuletzt "
        f"{value(heights[-1])} am {day(dates[-1])}."
    )
    return Figure(
        caption,
        charts.chart(2.3, caption, alt, draw),
        alt,
        None,
        tuple(f"{day(rows[spot]['reference_date'])}: {_flag(rows[spot])}." for spot in flagged),
        origin(rows, f"{counted(len(rows), DATES)}", WTG, METHOD_VACANCY, "vacancy_by_region"),
    )


def _vacancy_table(rows: list[Row], place: Place) -> Table:
    def nothing(row: Row) -> str:
        return "–" if row["basis"] == "published_total" else phrasing.NO_VALUE

    lines = []
    for spot, row in reversed(list(enumerate(rows))):
        before = rows[spot - 1]["vacant_places"] if spot else None
        lines.append(
            Line(
                (
                    day(row["reference_date"]) + ("*" if row["flag"] else ""),
                    value(row["places"]) if row["places"] is not None else nothing(row),
                    value(row["vacant_places"]),
                    change_cell(row["vacant_places"], before) if spot else "–",
                    share(row["vacancy_share"])
                    if row["vacancy_share"] is not None
                    else nothing(row),
                    value(row["unusable_places"])
                    if row["unusable_places"] is not None
                    else nothing(row),
                )
            )
        )
    notes = [f"* {_flag(row)}" for row in rows if row["flag"]]
    if any(row["basis"] == "published_total" for row in rows):
        notes.append("–: nur die Summe ist veröffentlicht, ohne Plätze und Gründe.")
    return Table(
        f"Nicht belegte vollstationäre Plätze {place.words.im_kreis}",
        (
            Column("Stichtag", numeric=False),
            Column("Plätze"),
            Column("nicht belegt"),
            Column(CHANGE),
            Column("Anteil"),
            Column("davon nicht nutzbar"),
        ),
        tuple(lines),
        tuple(notes),
        origin(rows, f"{counted(len(rows), DATES)}", WTG, METHOD_VACANCY, "vacancy_by_region"),
    )


def _vacancy_by_municipality(marts: Marts, until: date) -> list[Block]:
    rows = marts.rows("vacancy_by_region", BY_MUNICIPALITY, {"until": until})
    if not rows:
        return []
    at = rows[0]["reference_date"]
    return [
        Table(
            f"Nicht belegte vollstationäre Plätze nach Gemeinden am {day(at)}",
            (
                Column("Gemeinde", numeric=False),
                Column("Plätze"),
                Column("nicht belegt"),
                Column("Anteil"),
            ),
            tuple(
                Line(
                    (
                        short_name(row["region_name"]),
                        value(row["places"]),
                        value(row["vacant_places"]),
                        share(row["vacancy_share"]),
                    )
                )
                for row in rows
            ),
            _hidden_note(rows, "vacant_places"),
            origin(rows, f"Stichtag {day(at)}", WTG, METHOD_VACANCY, "vacancy_by_region"),
        )
    ]


def _hidden_note(rows: list[Row], column: str) -> tuple[str, ...]:
    if all(row.get(column) is not None for row in rows):
        return ()
    return (
        "k. A.: nicht gemeldet, oder nicht gezeigt, weil eine einzelne Einrichtung zu erkennen "
        "wäre; auch Summen unter 5, keine eingeschlossen, stehen dann nicht da.",
    )


def staff_section(marts: Marts, place: Place, until: date) -> Section:
    """Staff and skilled share over the years, and what the staffing rules ask for."""
    title = "Personal in den vollstationären Einrichtungen"
    rows = marts.rows("staffing_by_region", STAFF, {"year": until.year})
    rows = [row for row in rows if row["care_fte"] is not None]
    if not rows:
        return Section(title, (missing("Eine Personalerhebung"),))
    newest = rows[-1]
    before = rows[-2] if len(rows) > 1 else None
    fte = phrasing.Noun("VK", "VK")
    sentences = [
        f"{newest['reference_year']} (Stichtag {day(newest['reference_date'])}) arbeiteten "
        f"{place.here} Pflegekräfte im Umfang von {counted(newest['care_fte'], fte)}, davon "
        f"{percent(newest['skilled_share'], 1)} Fachkräfte; das Mindestmaß sind "
        f"{percent(newest['minimum_skilled_share'], 0)}."
    ]
    if before is not None:
        sentences.append(
            compared(
                f"dem Jahr {before['reference_year']}", newest["care_fte"], before["care_fte"], fte
            )
        )
    below = newest.get("offers_below_minimum_count")
    if below is not None:
        sentences.append(
            f"{phrasing.counted(below, phrasing.HOMES)} "
            f"{'lag' if below == 1 else 'lagen'} unter dem Mindestmaß."
        )
    table = Table(
        f"Pflegekräfte und Fachkraftquote {place.words.im_kreis}",
        (
            Column("Jahr", numeric=False),
            Column("Pflegekräfte (VK)"),
            Column("Fachkraftquote"),
            Column("Mindestmaß"),
            Column("Plätze"),
            Column("Plätze je VK"),
        ),
        tuple(
            Line(
                (
                    str(row["reference_year"]),
                    value(row["care_fte"], 0),
                    share(row["skilled_share"]),
                    share(row["minimum_skilled_share"], 0),
                    value(row["places"]),
                    value(row["places_per_fte"], 2),
                )
            )
            for row in reversed(rows)
        ),
        (),
        origin(rows, "letzter Stichtag jedes Jahres", WTG, METHOD_STAFF, "staffing_by_region"),
    )
    return Section(title, (Paragraph(" ".join(sentences)), table, *_requirement(marts, until)))


def _requirement(marts: Marts, until: date) -> list[Block]:
    rows = marts.rows("staffing_requirement", REQUIREMENT, {"until": until})
    if not rows:
        return []
    at = rows[0]["reference_date"]
    return [
        Table(
            f"Personalbedarf nach den Pflegegraden der Bewohner am {day(at)}",
            (
                Column("Personalschlüssel", numeric=False),
                Column("Bedarf (VK)"),
                Column("vorhanden (VK)"),
                Column("Saldo (VK)"),
            ),
            tuple(
                Line(
                    (
                        row["ratio_set_label"]
                        + ("" if row["is_in_force"] else " (nur zum Vergleich)"),
                        value(row["required_fte"], 1),
                        value(row["actual_fte"], 1),
                        # What is there less what is needed, both as they stand beside it.
                        change_cell(row["actual_fte"], row["required_fte"], 1),
                    )
                )
                for row in rows
            ),
            tuple(
                f"{statement[:1].upper()}{statement[1:]}."
                for statement in translations.caveats([row["caveat"] for row in rows], marts.words)
            ),
            origin(
                rows,
                f"Stichtag {day(at)}",
                WTG,
                "Bewohner je Pflegegrad x Schlüssel; die Werte nach § 113c SGB XI sind "
                "Höchstwerte, keine Pflicht (docs/methods_homes.md)",
                "staffing_requirement",
            ),
        )
    ]


def supply_section(marts: Marts, until: date) -> Section:
    """Offers and places by kind, each on its newest date."""
    title = "Angebote und Plätze"
    rows = marts.rows("supply_overview", SUPPLY, {"until": until})
    if not rows:
        return Section(title, (missing("Ein Verzeichnis der Angebote"),))
    full = next((row for row in rows if row["offer_type_code"] == FULL), None)
    blocks: list[Block] = []
    if full is not None:
        blocks.append(Paragraph(_full_inpatient(full, marts.words.im_kreis)))
    blocks.append(
        Table(
            "Angebote und Plätze nach Angebotsform",
            (
                Column("Angebotsform", numeric=False),
                Column("Stichtag"),
                Column("Standorte"),
                Column("Angebote"),
                Column("Plätze"),
            ),
            tuple(
                Line(
                    (
                        row["offer_type_label"] or row["offer_type_code"],
                        day(row["reference_date"]),
                        value(row["sites_count"]),
                        value(row["offers_count"]),
                        value(row["places"]),
                    )
                )
                for row in rows
            ),
            ("Jede Angebotsform an ihrem jüngsten Stichtag bis zum Bezugsdatum.",),
            origin(
                rows,
                "Stichtage wie in der Tabelle",
                WTG,
                "Angebote in Betrieb, zwei an einem Standort zählen dort einmal",
                "supply_overview",
            ),
        )
    )
    return Section(title, tuple(blocks))


def _full_inpatient(row: Row, here: str) -> str:
    words = (
        f"Am {day(row['reference_date'])} gab es {here} an "
        f"{counted(row['sites_count'], phrasing.SITES)} "
        f"{counted(row['places'], PLACES)} in vollstationären Pflegeeinrichtungen"
    )
    parts = [
        f"{number(row[column])} {label}"
        for column, label in (
            ("embedded_short_term_places", "eingestreute"),
            ("fixed_short_term_places", "feste"),
        )
        if row[column] is not None
    ]
    return (
        f"{words}, darunter {' und '.join(parts)} Kurzzeitpflegeplätze." if parts else f"{words}."
    )


def planned_table(marts: Marts, until: date) -> Block:
    """Projects by kind of offer, and full in-patient ones by municipality."""
    rows = marts.rows("planned_offers", PLANNED, {"until": until, "level": "Kreis"})
    if not rows:
        return missing("Eine Liste der Vorhaben")
    at = rows[0]["reference_date"]
    return Table(
        f"Geplante Angebote am {day(at)}",
        (
            Column("Angebotsform", numeric=False),
            Column("Vorhaben"),
            Column("Plätze"),
            Column("Wohneinheiten"),
        ),
        tuple(
            Line(
                (
                    row["offer_type_label"] or row["offer_type_code"],
                    value(row["projects_count"]),
                    "–" if row["planned_places"] is None else value(row["planned_places"]),
                    "–"
                    if row["planned_housing_units_count"] is None
                    else value(row["planned_housing_units_count"]),
                )
            )
            for row in rows
        ),
        ("–: nicht angegeben.",),
        origin(
            rows,
            f"Stichtag {day(at)}",
            WTG,
            "Vorhaben, wie die WTG-Behörde sie führt",
            "planned_offers",
        ),
    )


def planned_places_sentence(marts: Marts, until: date) -> list[Block]:
    """Where full in-patient places are announced."""
    rows = [
        row
        for row in marts.rows("planned_offers", PLANNED, {"until": until, "level": "Gemeinde"})
        if row["offer_type_code"] == FULL and row["planned_places"]
    ]
    if not rows:
        return []
    return [
        Bullets(
            tuple(
                f"{short_name(row['region_name'])}: {counted(row['planned_places'], PLACES)} "
                "vollstationär angekündigt."
                for row in rows
            )
        )
    ]
