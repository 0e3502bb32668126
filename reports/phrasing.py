"""Sentences made of values: rise, fall and no change, one and many, and what is not there.

Each function takes numbers as readers see them (rounded where the marts are), so that nobody who
checks a sentence with a pocket calculator finds another result.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kreishaus.labels.formats import MINUS, day, listed, number, percent, rounded

MISSING = "liegt nicht vor"
CHANGE = "Verän\u00adderung"
"""The header of a column of differences; it may break at the soft hyphen."""
NO_VALUE = "k. A."
LEAST_FOR_PERCENT = 100
"""Below it a relative change says more of chance, and of rounding, than of people."""
MONTHS = (
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
)
# What a Kreis is called with "im"; a Kreis whose name is a city's, and cities, with "in".
_DISTRICT = re.compile(r"\b\w*kreis(es)?\b", re.IGNORECASE)
_REGION = re.compile(r"^(Städter|R)egion\b", re.IGNORECASE)


@dataclass(frozen=True)
class Noun:
    """What is counted, as it stands behind a number: one and many."""

    one: str
    many: str


PERSONS = Noun("Person", "Personen")
PLACES = Noun("Platz", "Plätze")
APPLICATIONS = Noun("Asylantrag", "Asylanträge")
FIRST_APPLICATIONS = Noun("Erstantrag", "Erstanträge")
DECISIONS = Noun("Entscheidung", "Entscheidungen")
PROCEDURES = Noun("Verfahren", "Verfahren")
HOMES = Noun("Einrichtung", "Einrichtungen")
OFFERS = Noun("Angebot", "Angebote")
INSPECTIONS = Noun("Prüfung", "Prüfungen")
FIGURES = Noun("Zahl", "Zahlen")
POSITIONS = Noun("Stelle", "Stellen")
SITES = Noun("Standort", "Standorten")
DATES = Noun("Stichtag", "Stichtage")


def counted(value: float | Decimal | None, noun: Noun, decimals: int = 0) -> str:
    """``1 Person``, ``1.234 Personen``, ``keine bekannte Zahl von Plätzen``."""
    if value is None:
        return f"keine bekannte Zahl von {noun.many}{'n' if noun.many.endswith('e') else ''}"
    written = number(value, decimals)
    return f"{written} {noun.one if written == '1' else noun.many}"


def are(value: float) -> str:
    """``ist`` for one, ``sind`` for any other number."""
    return "ist" if abs(value) == 1 else "sind"


def value(amount: float | Decimal | None, decimals: int = 0, *, signed: bool = False) -> str:
    """A number in a table; ``k. A.`` where there is none."""
    return NO_VALUE if amount is None else number(amount, decimals, signed=signed)


def share(fraction: float | None, decimals: int = 1) -> str:
    """A fraction in a table, as percent."""
    return NO_VALUE if fraction is None else percent(fraction, decimals)


def difference(amount: float | None, before: float | None) -> float | None:
    """What was added since; None where one of the two is not there."""
    return None if amount is None or before is None else amount - before


def relative(amount: float | None, before: float | None) -> float | None:
    """The difference as a fraction; None where it means nothing."""
    change = difference(amount, before)
    if change is None or not before or abs(before) < LEAST_FOR_PERCENT:
        return None
    return change / before


def change_cell(amount: float | None, before: float | None, decimals: int = 0) -> str:
    """A difference in a table, with its sign."""
    return value(difference(amount, before), decimals, signed=True)


def compared(than: str, amount: float | None, before: float | None, noun: Noun) -> str:
    """``Gegenüber dem Vormonat (13.961) sind es 4.245 Anträge mehr (+30,4 %).``

    ``than`` stands in the dative.
    """
    if before is None:
        return f"Ein Vergleich mit {than} {MISSING}."
    if amount is None:
        return f"Ein Vergleich mit {than} ({number(before)}) {MISSING}."
    change = amount - before
    against = f"Gegenüber {than} ({number(before)}){',' if ', ' in than else ''}"
    if change == 0:
        return f"{against} ist die Zahl unverändert."
    direction = "mehr" if change > 0 else "weniger"
    part = relative(amount, before)
    # A thousandth and less would be printed as no change, beside one.
    in_percent = f" ({percent(part, 1, signed=True)})" if part and abs(part) >= 0.0005 else ""
    return f"{against} {are(change)} es {counted(abs(change), noun)} {direction}{in_percent}."


def points(amount: float | None, before: float | None, than: str) -> str:
    """Two shares compared, in percentage points."""
    if amount is None or before is None:
        return f"ein Vergleich mit dem Wert {than} {MISSING}"
    tenths = int(rounded(1000 * amount) - rounded(1000 * before))
    if tenths == 0:
        return f"so viel wie {than}"
    one = abs(tenths) == 10
    direction = "mehr" if tenths > 0 else "weniger"
    unit = "Prozentpunkt" if one else "Prozentpunkte"
    return f"{number(abs(tenths) / 10, 1)} {unit} {direction} als {than}"


def balance(places: float | None) -> str:
    """A balance in words: ``Es fehlen 396 Plätze``, whole places as they are printed."""
    if places is None:
        return f"Ein Saldo {MISSING}"
    whole = int(rounded(places))
    if whole == 0:
        return "Bedarf und Angebot sind ausgeglichen"
    if whole < 0:
        return f"{'Es fehlt' if whole == -1 else 'Es fehlen'} {counted(-whole, PLACES)}"
    return f"Das Angebot liegt um {counted(whole, PLACES)} über dem Bedarf"


def in_region(name: str) -> str:
    """``im Märkischen Kreis``, ``in der StädteRegion Aachen``, ``in Krefeld``."""
    if _REGION.search(name):
        return f"in der {name}"
    return f"im {_declined(name)}" if _DISTRICT.search(name) else f"in {name}"


def _declined(name: str) -> str:
    """``Märkischer Kreis`` is ``im Märkischen Kreis``."""
    return re.sub(r"er(?= Kreis\b)", "en", name)


def month(value: date) -> str:
    """``September 2021``."""
    return f"{MONTHS[value.month - 1]} {value.year}"


def short_month(value: date) -> str:
    """``09/2021``, for tables."""
    return f"{value:%m/%Y}"


def true_date(value: date, stands_for: date | None) -> str:
    """``31.08.2018``, and which date it stands for where that is another."""
    if stands_for is None or stands_for == value:
        return day(value)
    return f"{day(value)}, der für den {day(stands_for)} steht"


def short_name(region: str) -> str:
    """A municipality without what the law adds to its name: ``Viersen, Stadt`` is ``Viersen``."""
    return region.split(",")[0]


def years(first: int, last: int) -> str:
    """``2020`` or ``2019 und 2020`` or ``2018 bis 2020``."""
    if first == last:
        return f"{first}"
    return listed([f"{first}", f"{last}"]) if last == first + 1 else f"{first} bis {last}"


def ranking(names: Sequence[str], values: Sequence[str]) -> str:
    """``Syrien (162), Irak (133) und Afghanistan (112)``."""
    return listed([f"{name} ({amount})" for name, amount in zip(names, values, strict=True)])


def minus(text: str) -> str:
    """A number as it was printed, with the true minus sign."""
    return text.replace("-", MINUS, 1) if text.startswith("-") else text
