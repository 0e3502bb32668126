"""Under which name a printed table is noted: that of document and place where its own is none."""

from __future__ import annotations

from ingest.printed_tables.figures import period_of
from ingest.printed_tables.head import read_head
from ingest.printed_tables.text import read_lines
from kreishaus.model import Request
from kreishaus.settings import Settings
from persons import file_names

WORDS = frozenset(
    [
        *(
            "alp",
            "anlage",
            "applications",
            "asyl",
            "ausschuss",
            "average",
            "azr",
            "bamf",
            "bericht",
        ),
        *("by", "care", "complaints", "country", "crosstable", "date", "day", "everyday", "first"),
        *("forecast", "gemeinden", "hkl", "homes", "inspections", "key", "kind", "kommunen"),
        *(
            "kreuztabelle",
            "monthly",
            "municipality",
            "national",
            "offers",
            "old",
            "papers",
            "pebem",
        ),
        *("pflege", "plan", "planned", "quarterly", "ratio", "series", "staffing", "supply"),
        *("support", "tabelle", "table", "total", "vacancies", "vacancy", "vorlage", "wtg", "year"),
        *("zahlen", "zeitreihe"),
    ]
)
"""What printed tables and their kinds are called."""


def figures(request: Request, content: bytes, settings: Settings) -> Request:
    """The request without a name that may be a person's. ``content`` has a head: it was read."""
    head, _ = read_head(read_lines(content))
    return file_names.noted(
        request, "papers", WORDS, period_of(head.document, head.place), settings
    )
