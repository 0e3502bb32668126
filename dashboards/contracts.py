"""What the published marts promise: their columns with German labels, for each audience.

Read from the contracts in ``dbt_project``, so that a label is written once, and a dashboard can be
checked where there is neither a database nor Superset.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

Audience = Literal["internal", "public"]

REPOSITORY = Path(__file__).resolve().parents[1]
MARTS = REPOSITORY / "dbt_project" / "models" / "marts"
SHARED = MARTS.parent / "columns.md"
"""Descriptions that several columns share, as dbt's docs blocks."""
BLOCK = re.compile(r"{% docs (\w+) %}(.*?){% enddocs %}", re.DOTALL)
BLOCK_NAMED = re.compile(r"{{ doc\('(\w+)'\) }}")


@dataclass(frozen=True)
class Column:
    """A column of a mart."""

    name: str
    data_type: str
    label: str
    description: str


@dataclass(frozen=True)
class Mart:
    """A mart as one audience sees it."""

    name: str
    columns: Mapping[str, Column]


ROUNDED_TO = Column(
    "rounded_to",
    "integer",
    "gerundet auf Vielfache von",
    "Multiple that each count of persons is rounded to by itself.",
)


OF_HOMES = {
    "banded": Column(
        "banded",
        "varchar",
        "nur als Spanne ausgewiesen",
        "Columns whose figure lies in a band, with the band.",
    ),
    "withheld": Column(
        "withheld", "varchar", "nicht ausgewiesen", "Columns whose figure would tell of homes."
    ),
}
"""What the rule for homes adds to a public mart."""


def read_marts(audience: Audience, folder: Path = MARTS) -> dict[str, Mart]:
    """Every mart that the audience sees, by name."""
    found = {}
    for path in sorted(folder.rglob("*.yml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        for model in document.get("models") or []:
            if audience == "internal":
                found[model["name"]] = Mart(model["name"], _columns(model["columns"]))
            elif _meta(model).get("audience") != "internal":
                found[model["name"]] = Mart(model["name"], _public_columns(model))
    return found


def _public_columns(model: Mapping[str, Any]) -> dict[str, Column]:
    """What ``warehouse.disclosure`` leaves: no column that was computed from exact counts."""
    columns: Sequence[Mapping[str, Any]] = model["columns"]
    marks = {_meta(column).get("disclosure") for column in columns}
    shown = _columns(
        [
            column
            for column in columns
            if _meta(column).get("disclosure") != "azr_derived" or _meta(column).get("public_sql")
        ]
    )
    if marks & {"azr_count", "azr_derived"}:
        shown["rounded_to"] = ROUNDED_TO
    elif _meta(model).get("homes"):
        shown |= OF_HOMES
    return shown


def _columns(columns: Sequence[Mapping[str, Any]]) -> dict[str, Column]:
    return {
        column["name"]: Column(
            name=column["name"],
            data_type=str(column["data_type"]),
            label=str(_meta(column).get("label_de") or column["name"]),
            description=_description(str(column.get("description", ""))),
        )
        for column in columns
    }


def _description(written: str) -> str:
    """A description in one line, with the text of the blocks that it names, as dbt renders it."""
    said = BLOCK_NAMED.sub(lambda named: _shared_descriptions()[named[1]], written)
    return " ".join(said.split())


@cache
def _shared_descriptions() -> dict[str, str]:
    return {name: text.strip() for name, text in BLOCK.findall(SHARED.read_text(encoding="utf-8"))}


def _meta(node: Mapping[str, Any]) -> dict[str, Any]:
    meta: dict[str, Any] = (node.get("config") or {}).get("meta") or {}
    return meta
