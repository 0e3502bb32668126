"""What the numbers of a column count, in German, by the column's name and description.

Marts say the unit in the description of each number (a test holds them to it); names end in what
they are. The name goes first: it is chosen from few words.
"""

from __future__ import annotations

import re

MIXED = re.compile(
    r"\b[Uu]nit of the\b|\bSame unit\b|\b[Aa]s printed\b"
    r"|\bPersons?,? or places\b|, or vacant places\b"
)
"""Words of a column whose rows count different things."""
BY_NAME = (
    (r"places_per_", "Plätze je"),
    (r"_per_", "Verhältnis"),
    (r"(^|_)fte$", "Vollzeitäquivalente"),
    (r"(^|_)share(_|$)", "Anteil (1 = 100 %)"),
    (r"(^|_)places$", "Plätze"),
    (r"(^|_)persons$", "Personen"),
    (r"(^|_)year$", "Jahr"),
    (r"^days_|(^|_)days(_count)?$", "Tage"),
    (r"(^|_)months_count$", "Monate"),
    (r"(^|_)count$", "Anzahl"),
)
BY_DESCRIPTION = (
    (r"\bPersons\b|\bin persons\b", "Personen"),
    (r"^Places?\b|\bPlaces\.", "Plätze"),
    (r"\b[Ff]raction\b|\bbound to 0 to 1\b|\b[Ff]rom -1 to 1\b", "Anteil (1 = 100 %)"),
    (r"\bFTE\b(?! per)|\b[Ff]ull-time equivalents\b", "Vollzeitäquivalente"),
    (r"\b[Rr]atio\b|\bper\b|/ care FTE|/ care_fte", "Verhältnis"),
    (r"^100 x ", "Index"),
    (r"\bCount\b|\bby count\b", "Anzahl"),
    (r"\bHours\b", "Stunden je Woche"),
    (r"\bDays?\b", "Tage"),
    (r"\bYears\b", "Jahre"),
    (r"\byear\b|\bYear\b", "Jahr"),
)
NUMBER = re.compile(r"(BIG|SMALL|TINY|HUGE|U.*)?INT(EGER)?|DOUBLE|FLOAT|DECIMAL\(.*\)")
OF_TYPES = {"DATE": "Datum", "TIMESTAMP WITH TIME ZONE": "Zeitpunkt (UTC)", "BOOLEAN": "ja/nein"}
YEAR, SHARE = "Jahr", "Anteil (1 = 100 %)"


def is_number(duckdb_type: str) -> bool:
    """Whether a column holds numbers."""
    return NUMBER.fullmatch(duckdb_type) is not None


def unit_de(name: str, duckdb_type: str, description: str) -> str:
    """The unit of a column for German readers; empty for texts and for numbers that only order."""
    if duckdb_type in OF_TYPES:
        return OF_TYPES[duckdb_type]
    if not is_number(duckdb_type):
        return ""
    if MIXED.search(description):
        return "siehe Beschreibung"
    for patterns, text in ((BY_NAME, name), (BY_DESCRIPTION, description)):
        for pattern, unit in patterns:
            if re.search(pattern, text):
                return unit
    return ""
