"""Verdicts for the rows of one mart, laid beside it in temporary tables of the public database."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from warehouse.homes import joint, select
from warehouse.homes.contributions import Area, Group, measures, read
from warehouse.homes.suppression import Suppression
from warehouse.marts import Mart

KEY = "homes_role"
CONTRIBUTIONS, AREAS = "contributions", "areas"
MUNICIPALITY = re.compile(r"\d{8}")


TEXT, NUMBER = pa.string(), pa.float64()
VALUES = pa.schema(
    [
        ("measure", TEXT),
        ("day", pa.date32()),
        ("scope", TEXT),
        ("area_day", pa.date32()),
        ("region_level", TEXT),
        ("region_code", TEXT),
        ("members", TEXT),
        ("state", TEXT),
        ("value", NUMBER),
        ("estimate", NUMBER),
        ("sum_of_all", NUMBER),
    ]
)
AREA_MEMBERS = pa.schema(
    [
        ("year", pa.int32()),
        ("scope", TEXT),
        ("area_code", TEXT),
        ("area_name", TEXT),
        ("members", TEXT),
        ("members_count", pa.int32()),
        ("municipality_code", TEXT),
    ]
)


class MisstatedMeasure(Exception):
    """A mart's column is not what its yml declares: not the sum of those contributions, or a
    sentence that repeats a figure."""


@dataclass(frozen=True)
class Member:
    """A municipality as part of an area, for as long as it is."""

    level: str
    code: str
    municipality: str
    valid_from: date | None
    valid_to: date | None

    def holds(self, day: date) -> bool:
        """Whether it is part of the area on a day."""
        return (self.valid_from or day) <= day <= (self.valid_to or day)


def sources(marts: Sequence[Mart]) -> dict[str, Mart]:
    """The marts that the rule reads, by their role; the yml says which they are."""
    return {str(mart.meta[KEY]): mart for mart in marts if mart.meta.get(KEY)}


def needed_first(marts: Sequence[Mart]) -> set[str]:
    """Public marts that must be made before any mart with figures of homes."""
    found = sources(marts).get(CONTRIBUTIONS)
    return set(found.meta.get("public_after", ())) if found else set()


class HomeFigures:
    """The rule at work on one published version."""

    def __init__(
        self,
        database: duckdb.DuckDBPyConnection,
        marts: Mapping[str, Mart],
        files: Path,
        dominance: float,
    ) -> None:
        self._database = database
        contributions, areas = marts[CONTRIBUTIONS], marts[AREAS]
        declared = measures(contributions.meta["measures"])
        found = read(database, f"'{files / contributions.name}.parquet'", declared)
        rows = database.execute(
            f"""select region_level, region_code, municipality_code, valid_from, valid_to,
                region_name from '{files / areas.name}.parquet' order by all"""
        ).fetchall()
        self._members = [Member(*row[:5]) for row in rows]
        self._names = {row[1]: row[5] for row in rows if row[0] == "Gemeinde" and row[5]}
        days = {group.day for group in found.groups}
        self._suppression = Suppression(
            found,
            {day: self._units(day) for day in days},
            dominance,
            {
                group: sums
                for measure in declared.values()
                if measure.printed
                for group, sums in self._printed(measure.code, measure.printed).items()
            },
        )
        self._years = sorted({(group.day.year, group.scope) for group in found.groups})
        self._areas = self._joint_areas()

    def prepare(self, mart: Mart, held: Sequence[str], exact: str) -> None:
        """Make the table of verdicts for the rows of a mart.

        Raises ``MisstatedMeasure`` where a column is not what its yml says that it sums, or where
        a sentence holds a figure and no rule says how everybody reads it.
        """
        # Each time: a mart that is refused takes the tables of its transaction along.
        self._fill("home_joint_areas", AREA_MEMBERS, self._areas)
        told = self._database.execute(select.figures_in_text(mart, held, exact)).fetchone()
        if told:
            raise MisstatedMeasure(
                f"{mart.name}.{told[0]}: its sentences hold figures, as in {told[1]!r}. Say in "
                "meta.homes.texts how the public mart words them, of what it shows."
            )
        asked = self._database.execute(select.asked(mart, held, exact)).fetchall()
        rows = [(*row, *self._verdict(*row)) for row in asked]
        self._fill("home_values", VALUES, rows)
        wrong = self._database.execute(select.check(mart, held, exact)).fetchone()
        if wrong:
            raise MisstatedMeasure(
                f"{mart.name}.{wrong[0]}: its yml says which contributions of homes it sums, and "
                "they make another figure. Correct meta.homes.measures, or the contributions."
            )

    def _verdict(
        self,
        measure: str,
        day: date,
        scope: str,
        area_day: date,
        level: str,
        code: str,
        members: str | None,
    ) -> tuple[str, float | None, float | None, float | None]:
        area = self._area(level, code, members, area_day)
        found = self._suppression.verdict(Group(measure, day, scope), area)
        return found.state, found.value, found.estimate, found.sum_of_all

    def _area(self, level: str, code: str, members: str | None, day: date) -> Area:
        if members:
            places = frozenset(MUNICIPALITY.findall(members))
            if places:
                return places
        return frozenset(
            one.municipality
            for one in self._members
            if one.level == level and one.code == code and one.holds(day)
        )

    def _units(self, day: date) -> list[Area]:
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for one in self._members:
            if one.holds(day):
                found[one.level, one.code].add(one.municipality)
        largest = max((len(places) for places in found.values()), default=0)
        return [frozenset(places) for places in found.values() if 1 < len(places) < largest]

    def _printed(self, measure: str, sql: str) -> dict[Group, dict[Area, float]]:
        found: dict[Group, dict[Area, float]] = defaultdict(dict)
        for day, scope, code, value in self._database.execute(sql).fetchall():
            found[Group(measure, day, scope)][frozenset({code})] = float(value)
        return found

    def _joint_areas(self) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = []
        for year, scope in self._years:
            for area in self._suppression.joint(year, scope):
                if len(area) > 1:
                    named = (joint.code(area), joint.name(area, self._names))
                    members = ", ".join(sorted(area))
                    rows += [(year, scope, *named, members, len(area), place) for place in area]
        return rows

    def _fill(self, name: str, schema: pa.Schema, rows: Sequence[tuple[Any, ...]]) -> None:
        columns = list(zip(*rows, strict=True)) or [() for _ in schema]
        arrays = [
            pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)
        ]
        self._database.register("home_rows", pa.table(arrays, schema=schema))
        self._database.execute(f"create or replace temp table {name} as from home_rows")
        self._database.unregister("home_rows")
