"""German words for what Kreishaus says in code: sections, calendars, types, rules."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from kreishaus.calendars import Calendar, Daily, MonthDays, Monthly, NoCalendar
from kreishaus.county_words import CountyWords
from reports.papers import paper
from warehouse.as_of import FOLDER as AS_OF
from warehouse.disclosure import COUNT, DERIVED, NONE, ROUNDED_TO
from warehouse.homes.rule import BAND, FEWEST_HOMES, FEWEST_OPERATORS
from warehouse.marts import Column, Mart
from warehouse.withdrawals import Mark

MONTHS = (
    *("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli"),
    *("August", "September", "Oktober", "November", "Dezember"),
)
MATURITY = {"low": "im Aufbau", "medium": "in Erprobung", "high": "in Gebrauch"}
EXPOSURES = {
    "analysis": "Bericht",
    "dashboard": "Dashboard",
    "notebook": "Notizbuch",
    "ml": "Modell",
    "application": "Anwendung",
}
METRIC_KINDS = {
    "count": "Anzahl",
    "share": "Anteil",
    "ratio": "Verhältnis",
    "change": "Veränderung",
    "mean": "Mittelwert",
}
TYPES = {
    "varchar": "Text",
    "bigint": "ganze Zahl",
    "integer": "ganze Zahl",
    "double": "Dezimalzahl",
    "decimal": "Dezimalzahl",
    "date": "Datum",
    "timestamp": "Zeitpunkt",
    "timestamptz": "Zeitpunkt",
    "boolean": "ja/nein",
}
NUMBERS = ("bigint", "integer", "double", "decimal")
UNITS_BY_NAME = {
    "persons": "Personen",
    "places": "Plätze",
    "count": "Anzahl",
    "fte": "Vollzeitkräfte",
    "share": "Anteil, 0 bis 1",
    "years": "Jahre",
    "days": "Tage",
    "year": "Jahr",
    "number": "laufende Nummer",
    "revision": "laufende Nummer",
    "row": "Zeile der Quelle",
}
"""By the last word of a column's name, as Kreishaus names columns."""
UNITS_BY_DESCRIPTION = {
    r"\bPersons\b|\bin persons\b": "Personen",
    r"\bper\b": "Verhältnis",
    r"\bPlaces\b": "Plätze",
    r"\bCount\b": "Anzahl",
    r"\b[Ff]raction\b|\b0 to 1\b": "Anteil, 0 bis 1",
    r"\b[Rr]atio\b": "Verhältnis",
    r"\bFTE\b|\b[Ff]ull-time equivalents\b": "Vollzeitkräfte",
    r"\bYears?\b|\byear\b": "Jahre",
    r"\bDays?\b": "Tage",
    r"\bHours\b": "Stunden je Woche",
    r"\b[Uu]nit of the\b|\bSame unit\b": "wie die Kennzahl daneben",
    r"\b[Aa]s printed\b": "wie gedruckt",
    r"^100 x ": "Index, Basis = 100",
}


@dataclass(frozen=True)
class Domain:
    """A section of marts. ``themes`` are codes of the European vocabulary of data themes."""

    key: str
    title: str
    about: str
    themes: tuple[str, ...]
    keywords: tuple[str, ...]


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "labels.toml").read_text(encoding="utf-8"))


@cache
def domains(of: CountyWords) -> Mapping[str, Domain]:
    """The sections of marts by their folder, in the order they are shown."""
    return {
        key: Domain(
            key, said["title"], of.fill(said["about"]), (*said["themes"],), (*said["keywords"],)
        )
        for key, said in _words()["domain"].items()
    }


def domain(key: str, of: CountyWords) -> Domain:
    """The section of a folder of marts; a folder that nobody has named yet by its own name."""
    return domains(of).get(key) or Domain(key, key, "", ("GOVE",), (key,))


def calendar(of: Calendar) -> str:
    """A dataset's calendar as a person would say it."""
    if isinstance(of, NoCalendar):
        return "ohne Kalender: sobald jemand sie bringt"
    if of.ended:
        return "monatlich; die Reihe ist beendet"
    days_later = f"{of.lag_days} {'Tag' if of.lag_days == 1 else 'Tage'}"
    lag = f"; fällig {days_later} später"
    if isinstance(of, Daily):
        return f"täglich{lag}"
    if isinstance(of, Monthly):
        return f"monatlich; fällig {days_later} nach Monatsende"
    if isinstance(of, MonthDays):
        days = ", ".join(f"{day}. {MONTHS[month - 1]}" for month, day in sorted(of.days))
        years = f", alle {of.every_years} Jahre (ab {of.base_year})" if of.every_years > 1 else ""
        return f"{days}{years}{lag}"
    return of.words


def unit(name: str, column: Column) -> str:
    """The unit of a numeric column, by its name or the word that its description says it by."""
    if not column.data_type.startswith(NUMBERS):
        return ""
    last = name.rsplit("_", 1)[-1]
    if last in UNITS_BY_NAME:
        return UNITS_BY_NAME[last]
    for pattern, word in UNITS_BY_DESCRIPTION.items():
        if re.search(pattern, column.description):
            return word
    return ""


def data_type(text: str) -> str:
    """A column's type; a list says of what."""
    if text.endswith("[]"):
        return f"Liste: {data_type(text[:-2])}"
    plain = re.split(r"[ (]", text.lower(), maxsplit=1)[0]
    return TYPES.get(plain, text)


def column_rule(mart: Mart, column: Column) -> str:
    """What the public half does with a column; empty where it is shown as it is."""
    mark = column.meta.get("disclosure")
    if mart.meta.get("public_from_marts"):
        return ""
    if mark == COUNT:
        return f"öffentlich auf Vielfache von {ROUNDED_TO} gerundet"
    if mark == DERIVED and column.meta.get("public_sql"):
        return "öffentlich aus gerundeten Zahlen neu berechnet"
    if mark == DERIVED:
        return "nicht öffentlich"
    return ""


def mart_rules(mart: Mart, of: CountyWords) -> list[str]:
    """What the public half does with a mart as a whole, in sentences; none for internal ones."""
    meta = mart.meta
    if meta.get("audience") == "internal":
        return [f"Nur für {of.den_kreis} selbst: es gibt keine öffentliche Fassung."]
    said = []
    if meta.get("public_from_marts"):
        said.append("Öffentlich neu berechnet aus den öffentlichen Fassungen der Tabellen davor.")
    marks = {column.meta.get("disclosure") for column in mart.columns.values()}
    if marks & {COUNT, DERIVED} and not meta.get("public_from_marts"):
        said.append(
            f"Personenzahlen des Ausländerzentralregisters sind einzeln auf Vielfache von "
            f"{ROUNDED_TO} gerundet; Anteile und Veränderungen sind aus gerundeten Zahlen "
            "berechnet oder fehlen."
        )
    if homes := meta.get("homes"):
        said.append(_homes_rule(mart, homes, of))
    if condition := meta.get("public_where"):
        said.append(f"Öffentlich sind nur die Zeilen mit: {condition}")
    return said


def _homes_rule(mart: Mart, rule: Mapping[str, Any], of: CountyWords) -> str:
    """The rule that hides single homes: which numbers it decides on, and how."""
    ruled = [*rule.get("measures", {}), *rule.get("derived", {}), *rule.get("derived_next", {})]
    together = " Kleine Gemeinden stehen zusammen in einer Zeile." * (
        of.has_municipalities and rule.get("joint") is not False
    )
    never = rule.get("left_out", {})
    missing = f" Nie öffentlich: {_labels(mart, never)}." if never else ""
    return (
        f"Diese Zahlen stehen nur da, wo mindestens {FEWEST_HOMES} Einrichtungen von "
        f"{FEWEST_OPERATORS} Trägern beitragen und keine aus der Summe zu erkennen ist; Summen "
        f"unter {BAND}, auch keine, sind eine Spanne: {_labels(mart, ruled)}.{together}{missing}"
    )


def _labels(mart: Mart, names: Iterable[str]) -> str:
    held = mart.columns
    return ", ".join(held[name].label_de or name if name in held else name for name in names)


def reasons(mart: Mart) -> list[str]:
    """Why a mart needs no rule of a kind, in the words of its yml (English)."""
    return [str(mart.meta[key]) for key in ("persons_reason", "homes_reason") if key in mart.meta]


def column_reason(column: Column) -> str:
    """Why a number of the register passes as it is, in the words of its yml (English)."""
    passes = column.meta.get("disclosure") == NONE
    return str(column.meta.get("disclosure_reason", "")) if passes else ""


def newest(value: str | None) -> str:
    """A reference date as Germans write it: ``15.08.2021``; a year stays a year."""
    if value and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value[:10]):
        return f"{date.fromisoformat(value[:10]):%d.%m.%Y}"
    return value or ""


def month(day: date) -> str:
    """``September 2021``."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def size(count: int) -> str:
    """``12,3 MB``, as file managers say it."""
    if count < 1000:
        return f"{count} Byte"
    amount, name = count / 1000, "kB"
    for larger in ("MB", "GB"):
        if round(amount, 1) >= 1000:
            amount, name = amount / 1000, larger
    return f"{amount:.1f} {name}".replace(".", ",")


def marked(mark: Mark) -> str:
    """What was withdrawn or corrected: a version by its name, a paper by its title and date."""
    if mark.kind == "versions":
        return f"Version {mark.name}"
    *before, name, about = mark.name.split("/")
    known = f", Kenntnisstand {before[1]}" if before[:1] == [AS_OF] else ""
    return f"Bericht „{paper(name).title}“, Stichtag {newest(about)}{known}"
