"""What files that homes keep call things, where an earlier release wrote them.

Whoever reads such a file looks here: nothing else in the code knows these names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

COLUMNS = {
    "doubt": "caveat",
    "known_since": "recorded_at",
    "mart_known_since": "mart_recorded_at",
}
"""Columns of published marts: what 0.1.0 called them -> what they are called."""
RECORDED_AT = ("recorded_at", "known_since")
"""The column that says since when a figure is known, the name of today first."""
VISIT_FIELDS = {"to_treat": "pending", "lying": "still_quarantined"}
"""Fields of a line of ``visits.jsonl``, landing format 2 -> format 3."""
FAILING_ROWS = ("failing_rows", "offenders")
"""Keys under which validation results keep the rows that break a rule, the one of today first."""
TEXTS = {"Assumption of this house": "Assumption of Kreishaus"}
"""Sources in a county's ``demand_parameters.csv``: what 0.1.0 said -> what they are called."""


def columns_of_today(held: Iterable[str]) -> Mapping[str, str]:
    """The columns of a published mart that have another name today -> that name."""
    there = set(held)
    return {old: new for old, new in COLUMNS.items() if old in there and new not in there}


def renamed(relation: str, columns: Mapping[str, str]) -> str:
    """A statement on ``relation`` that gives ``columns`` other names."""
    pairs = ", ".join(f'"{old}" as "{new}"' for old, new in columns.items())
    return f"select *{f' rename ({pairs})' if pairs else ''} from {relation}"
