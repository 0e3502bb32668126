"""What a column of DuckDB becomes in PostgreSQL, without losing a digit."""

from __future__ import annotations

import re
from dataclasses import dataclass

PLAIN = {
    "BOOLEAN": "boolean",
    "TINYINT": "smallint",
    "SMALLINT": "smallint",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "UTINYINT": "smallint",
    "USMALLINT": "integer",
    "UINTEGER": "bigint",
    "UBIGINT": "numeric(20,0)",
    "HUGEINT": "numeric(39,0)",
    "FLOAT": "real",
    "DOUBLE": "double precision",
    "VARCHAR": "text",
    "DATE": "date",
    "TIME": "time",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamptz",
    "UUID": "uuid",
    "JSON": "json",
}
SENT_AS_THEY_ARE = {"BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE"} | {
    "VARCHAR",
    "DATE",
}
"""Types that the CSV writer renders without loss. The others DuckDB writes as text itself."""
DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")
LIST = re.compile(r"(.+)\[\]")


class NoSuchType(ValueError):
    """A mart has a column of a type that nobody has thought of for PostgreSQL."""


@dataclass(frozen=True)
class Served:
    """A column's type in PostgreSQL, and the expression that DuckDB selects for it."""

    sql_type: str
    expression: str


def served(column: str, duckdb_type: str) -> Served:
    """How a column travels. Raises ``NoSuchType`` naming it."""
    name = quoted(column)
    if duckdb_type in PLAIN:
        as_it_is = duckdb_type in SENT_AS_THEY_ARE
        return Served(PLAIN[duckdb_type], name if as_it_is else f"{name}::varchar")
    if decimal := DECIMAL.fullmatch(duckdb_type):
        return Served(f"numeric({decimal[1]},{decimal[2]})", f"{name}::varchar")
    if duckdb_type.startswith("ENUM("):
        return Served("text", f"{name}::varchar")
    if (element := LIST.fullmatch(duckdb_type)) and element[1] in PLAIN:
        return Served(f"{PLAIN[element[1]]}[]", _array(name))
    if duckdb_type.startswith(("STRUCT(", "MAP(")) or LIST.fullmatch(duckdb_type):
        return Served("jsonb", f"to_json({name})::varchar")
    raise NoSuchType(f"column {column} is of type {duckdb_type}: say in warehouse/serving/types.py "
                     "what that is in PostgreSQL")  # fmt: skip


def quoted(name: str) -> str:
    """A name as both databases quote it."""
    return '"' + name.replace('"', '""') + '"'


def _array(name: str) -> str:
    r"""A list as PostgreSQL writes an array: ``{"a","b \" c",NULL}``."""
    escaped = "replace(replace(element::varchar, '\\', '\\\\'), '\"', '\\\"')"
    element = f"coalesce('\"' || {escaped} || '\"', 'NULL')"
    joined = f"array_to_string(list_transform({name}, lambda element: {element}), ',')"
    return f"case when {name} is not null then '{{' || coalesce({joined}, '') || '}}' end"
