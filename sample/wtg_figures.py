"""The published figures behind the WTG sample, read as they were printed."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "figures" / "wtg"

Row = dict[str, str]


@cache
def table(name: str) -> tuple[Row, ...]:
    """The rows of ``figures/wtg/<name>.csv``, every cell as text."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file, delimiter=";"))


@dataclass(frozen=True)
class Municipality:
    """A municipality: name, official key, and how many full in-patient offers it has."""

    name: str
    ags: str
    short: str
    postcode: str
    homes: int


@cache
def municipalities() -> tuple[Municipality, ...]:
    """The eight municipalities, in the order the county prints them."""
    return tuple(
        Municipality(
            name=row["Kommune"],
            ags=row["AGS"],
            short=row["Kürzel"],
            postcode=row["PLZ"],
            homes=int(row["Vollstationäre Angebote"]),
        )
        for row in table("municipalities")
    )


def vacancies() -> dict[date, int]:
    """Places not occupied in the county, by reference date."""
    return {
        date.fromisoformat(row["Stichtag"]): int(row["nicht belegte Pflegeplätze"])
        for row in table("vacancies_by_key_date")
    }


def vacancy_remark(day: date) -> str:
    """The remark printed beside a reference date: "coronabedingt", or nothing."""
    rows = table("vacancies_by_key_date")
    return next(row["Bemerkung"] for row in rows if row["Stichtag"] == day.isoformat())


def places(year: int) -> int:
    """Care-home places of the county, by the staffing table."""
    return int(_staffing(year)["Pflegeplätze kreisweit"])


def staffing(year: int) -> tuple[int, int]:
    """Care FTE of the county, and the skilled quota in percent."""
    row = _staffing(year)
    return int(row["Pflegekräfte in VK gesamt"]), int(row["Fachkraftquote kreisweit in %"])


def _staffing(year: int) -> Row:
    return next(row for row in table("staffing_by_year") if row["Jahr"] == str(year))


def supply(kind: str) -> tuple[int, int]:
    """Facilities and places of a kind of offer on 01.11.2021; 0 where nothing is printed."""
    row = next(row for row in table("supply_2021-11-01") if row["Angebotsform"] == kind)
    return int(row["Einrichtungen"] or 0), int(row["Plätze"] or 0)
