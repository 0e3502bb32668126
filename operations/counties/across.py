"""What one list names and another does not have: no single list shows it when it lands.

A row of that kind is taken, and then counts nowhere. So these are warnings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ingest.county.tables import TABLES
from kreishaus.county_folder import MUNICIPALITIES
from kreishaus.model import Finding
from kreishaus.wording import joined, say

if TYPE_CHECKING:
    import pandas as pd

MUNICIPALITY_DIGITS = 8
SETS, SCENARIOS = "demand_parameter_sets", "demand_scenarios"
NAMED = {
    ("parameter_set",): SETS,
    ("parameter_set", "scenario"): SCENARIOS,
}
"""Columns that name a row of a list."""


def strangers(read: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, Finding]]:
    """Each row that names what is not there, with the name of its file.

    ``read`` are the lists that could be read, by name: of one that could not, nothing is said.
    """
    for name, rows in read.items():
        columns = [one for one in ("region_code", "municipality_code") if one in rows]
        for column in columns if MUNICIPALITIES in read and name != MUNICIPALITIES else ():
            keys = rows[column].str.len() == MUNICIPALITY_DIGITS
            yield from _unknown(name, rows[keys], [column], read, MUNICIPALITIES)
        for named, where in NAMED.items():
            if where in read and where != name and set(named) <= set(TABLES[name].names):
                yield from _unknown(name, rows, list(named), read, where)


def _unknown(
    name: str,
    rows: pd.DataFrame,
    columns: list[str],
    read: Mapping[str, pd.DataFrame],
    where: str,
) -> Iterator[tuple[str, Finding]]:
    there = ["municipality_code"] if where == MUNICIPALITIES else columns
    known = set(read[where][there].itertuples(index=False, name=None))
    if where == MUNICIPALITIES and not known:
        return  # a city without a Kreis has none but itself
    pairs = zip(rows[columns].itertuples(index=False, name=None), rows["source_row"], strict=True)
    for key, line in pairs:
        if key not in known:
            yield (
                f"{name}.csv",
                Finding(
                    rule="named_elsewhere",
                    severity="warning",
                    message=say(
                        "{name}.csv, line {line}: this row would count nowhere",
                        name=name,
                        line=line,
                    ),
                    place=f"{name}.csv",
                    row=str(line),
                    column=", ".join(columns),
                    expected=say(
                        "{columns} of a row in {where}.csv",
                        columns=joined(columns, say(" and ")),
                        where=where,
                    ),
                    found=" ".join(key),
                ),
            )
