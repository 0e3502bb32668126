"""The demand paper of a county that has no forecast yet: what official statistics count."""

from __future__ import annotations

from datetime import UTC, date, datetime

from kreishaus.labels.formats import day, moment
from reports.document import Block, Bullets, Callout, Column, Document, Line, Section, Table
from reports.marts import Marts, NoData, Row
from reports.papers import demand_context as context
from reports.papers import homes
from reports.papers.parts import Checks, Place, county, data_basis, newest, origin
from reports.phrasing import MISSING, PERSONS, PLACES, compared, counted, value

DATASETS = ("it_nrw/care_recipients", "it_nrw/care_homes", "wtg/stichtag")
METHODS = (
    "Die Zahlen der Pflegestatistik stehen hier, wie sie veröffentlicht sind; aus ihnen ist nichts "
    "vorausberechnet.",
)
STATISTICS = """
    select * from care_statistics_by_kreis
    where region_code = $kreis and recipients_persons is not null
    order by reference_year desc
"""


def dates(marts: Marts) -> list[date]:
    """The reference dates of the care statistics, newest first."""
    return [row["reference_date"] for row in marts.rows("care_statistics_by_kreis", STATISTICS)]


def write(marts: Marts, about: date, title: str, checks: Checks) -> Document:
    """The paper on the statistics up to a date. Raises ``NoData`` where they have none."""
    found = marts.rows("care_statistics_by_kreis", STATISTICS)
    rows = [row for row in found if row["reference_date"] <= about]
    if not rows:
        raise NoData("demand_forecast")
    place = county(marts)
    known = newest(rows) or datetime(1970, 1, 1, tzinfo=UTC)
    lists = f"dazu fehlen Zieljahre, Parameter und Szenarien {place.words.des_kreises}"
    return Document(
        name="demand",
        title=title,
        subtitle=f"Pflegestatistik {place.here}, {day(about)}, ohne Prognose",
        about=about,
        author=place.name,
        facts=(
            ("Stichtag der Pflegestatistik", day(about)),
            ("Prognose", MISSING),
            ("Stand der Daten", moment(known)),
        ),
        summary=_sentences(rows, place),
        sections=(
            Section("Prognose", (Callout("Keine Daten", (f"Eine Prognose {MISSING}: {lists}.",)),)),
            Section(f"Pflegebedürftige und Plätze {place.here}", _blocks(rows, place)),
            homes.vacancy_section(marts, place, about),
            homes.staff_section(marts, place, about),
            context.decisions_section(marts, about),
            checks.section,
            data_basis(marts, DATASETS, METHODS),
        ),
        recorded_at=known,
        annex=checks.annex,
        origin_note=marts.origin_note,
    )


def _sentences(rows: list[Row], place: Place) -> tuple[str, ...]:
    row, before = rows[0], rows[1] if len(rows) > 1 else None
    told = [
        f"Am {day(row['reference_date'])} bezogen {place.here} "
        f"{counted(row['recipients_persons'], PERSONS)} Leistungen der Pflegeversicherung, davon "
        f"{counted(row['full_inpatient_persons'], PERSONS)} vollstationär."
    ]
    if before is not None:
        earlier = f"der Erhebung vom {day(before['reference_date'])}"
        told.append(
            compared(earlier, row["recipients_persons"], before["recipients_persons"], PERSONS)
        )
    if row["places"] is not None:
        told.append(
            f"Die Pflegeheime hatten am {day(row['homes_reference_date'])} "
            f"{counted(row['places'], PLACES)}."
        )
    return tuple(told)


def _blocks(rows: list[Row], place: Place) -> tuple[Block, ...]:
    columns = {
        "recipients_persons": "Leistungsempfänger",
        "allowance_persons": "Pflegegeld",
        "home_care_persons": "ambulant",
        "full_inpatient_persons": "vollstationär",
        "places": "Plätze in Heimen",
    }
    table = Table(
        "Leistungsempfänger und Plätze der Pflegestatistik",
        (Column("Stichtag", numeric=False), *(Column(label) for label in columns.values())),
        tuple(
            Line((day(row["reference_date"]), *(value(row[column]) for column in columns)))
            for row in rows
        ),
        (),
        origin(
            rows,
            "Stichtage wie in der Tabelle",
            DATASETS[:2],
            "wie veröffentlicht",
            "care_statistics_by_kreis",
        ),
    )
    return Bullets(_sentences(rows, place)), table
