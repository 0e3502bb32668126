"""The quarterly refugee report."""

from __future__ import annotations

from datetime import UTC, date, datetime

from kreishaus.labels.formats import day, moment
from reports.document import Document, Section
from reports.marts import Marts
from reports.papers import refugees_county as of_county
from reports.papers import refugees_nation as of_nation
from reports.papers.definition import Paper
from reports.papers.parts import county, data_basis, data_checks, missing, newest
from reports.phrasing import month, true_date

TITLE = "Quartalsbericht Geflüchtete"
BAMF = "Bundesamt für Migration und Flüchtlinge (BAMF)"
DATES = """
    select distinct reference_date from refugees_by_status where region_code = $kreis
    order by reference_date desc
"""
DATASETS = ("azr/series", "azr/crosstable", "azr/municipalities", "bamf/hkl")
CHECKED = (
    "refugees_by_status",
    "refugees_crosstable",
    "foreigners_by_municipality",
    "asylum_national_monthly",
    "asylum_by_country_monthly",
    "pending_by_country",
)
METHODS = (
    "Verglichen werden wahre Stichtage: die Veränderung ist die Zahl des Stichtags weniger die des "
    "früheren, die relative Veränderung ihr Anteil an der früheren. Für „ein Jahr zuvor“ gilt der "
    "Stichtag, der für dasselbe Quartal steht; kein fehlender Stichtag wird ergänzt. Ein Saldo "
    "sagt nichts darüber, wie viele gekommen und gegangen sind.",
    "Rechtsänderungen, die eine Gruppe verändern, ohne dass jemand kommt oder geht (§ 24 AufenthG "
    "für Geflüchtete aus der Ukraine seit 2022, § 104c AufenthG seit 2023), stehen als Bruch der "
    "Reihe bei jedem Vergleich, der über sie hinweggeht.",
    "Die Zahlen des BAMF sind die Monatswerte, wie sie herausgegeben wurden. Die Schutzquote ist "
    "(Art. 16a GG + § 3 + § 4 AsylG + § 60 Abs. 5 und 7 AufenthG) / alle Entscheidungen.",
    "Formeln mit gerechneten Beispielen: docs/methods_refugees.md.",
)


def dates(marts: Marts) -> list[date]:
    """Every reference date of the register, newest first.

    Where nothing of the register is there, the newest month of the BAMF.
    """
    register = [row["reference_date"] for row in marts.rows("refugees_by_status", DATES)]
    return register or of_nation.newest_month_end(marts)


def write(marts: Marts, about: date) -> Document:
    """The report about one reference date, or on Germany alone without the register.

    Raises ``NoData`` where the register has nothing about the date.
    """
    if not marts.rows("refugees_by_status", DATES) and of_nation.newest_month_end(marts):
        return _of_the_nation(marts, about)
    place = county(marts)
    held = of_county.stock(marts, about)
    national = of_nation.national(marts, about)
    known = newest([*held.series, *held.compared, *national]) or datetime(1970, 1, 1, tzinfo=UTC)
    stands_for = held.now["total"]["stands_for_date"] if "total" in held.now else None
    sources = f"Ausländerzentralregister (AZR), {BAMF}"
    bases = {row["rounded_to"] for row in held.series if row.get("rounded_to")}
    accuracy = f"auf Vielfache von {max(bases)} gerundet" if bases else "wie vom Register gezählt"
    checks = data_checks(marts, CHECKED, about)
    return Document(
        name="refugees",
        title=TITLE,
        subtitle=f"{place.name}, Stichtag {day(about)}",
        about=about,
        author=place.name,
        facts=(
            ("Stichtag", true_date(about, stands_for)),
            ("Quellen", sources),
            ("Stand der Daten", moment(known)),
            ("Personenzahlen", accuracy),
        ),
        summary=(*of_county.summary(held, place), *of_nation.summary(marts, about)),
        sections=(
            of_county.stock_section(held, place),
            of_county.series_section(marts, held),
            of_county.structure_section(marts, held),
            of_nation.countries_section(marts, place, about),
            *of_county.municipality_section(marts, about),
            of_nation.national_section(marts, about),
            checks.section,
            data_basis(marts, DATASETS, METHODS),
        ),
        recorded_at=known,
        annex=checks.annex,
        origin_note=marts.origin_note,
    )


def _of_the_nation(marts: Marts, about: date) -> Document:
    """The report of a county that has handed in nothing of the register."""
    place = county(marts)
    known = newest(of_nation.national(marts, about)) or datetime(1970, 1, 1, tzinfo=UTC)
    checks = data_checks(marts, CHECKED, about)
    register = missing("Eine Auszählung des Ausländerzentralregisters")
    return Document(
        name="refugees",
        title=TITLE,
        subtitle=f"{place.name}, Asylzahlen des Bundes, {month(about)}",
        about=about,
        author=place.name,
        facts=(
            ("Monat", month(about)),
            ("Quellen", BAMF),
            ("Stand der Daten", moment(known)),
        ),
        summary=tuple(of_nation.summary(marts, about)),
        sections=(
            Section(f"Bestand {place.here}", (register,)),
            of_nation.national_section(marts, about),
            checks.section,
            data_basis(marts, DATASETS, METHODS),
        ),
        recorded_at=known,
        annex=checks.annex,
        origin_note=marts.origin_note,
    )


PAPER = Paper("refugees", TITLE, "refugee_report_quarterly", dates, write)
