"""Which marts a statement reads: asked of the database's own plan, never guessed from the text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import duckdb

EVERYTHING = "*"
"""What is noted of a statement whose plan cannot be had: it may have read any mart."""


class NoPlan(Exception):
    """The database does not explain this statement."""


def marts_read(connection: duckdb.DuckDBPyConnection, sql: str, marts: Iterable[str]) -> list[str]:
    """The ``marts`` that a statement reads or names.

    The plan shows what is read through queries in queries, names that hide others and functions
    that take a mart's name as text; it is made without the optimizer, which leaves out a table
    that turns out not to be needed. Names in the text count besides: some functions show what
    a mart holds without reading its rows. Nothing of the statement is carried out.
    """
    named = {mart for mart in marts if re.search(rf"\b{re.escape(mart)}\b", sql, re.IGNORECASE)}
    try:
        return sorted({*named, *_read_by_plan(connection, sql)})
    except (duckdb.Error, NoPlan):
        return sorted({*named, EVERYTHING})


def _read_by_plan(connection: duckdb.DuckDBPyConnection, sql: str) -> set[str]:
    if len(connection.extract_statements(sql)) != 1:  # also a PIVOT, which is two in one
        raise NoPlan
    schema = connection.execute("select current_schema()").fetchone()
    # A connection of its own: the optimizer stays on for the question itself.
    with connection.cursor() as aside:
        if schema:
            aside.execute(f'use "{schema[0]}"')
        aside.execute("pragma disable_optimizer")
        plan = aside.execute(f"explain (format json) {sql}").fetchone()
    if plan is None:
        raise NoPlan
    return {table.split(".")[-1] for table in _tables(json.loads(plan[1]))}


def _tables(nodes: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for node in nodes:
        about = node.get("extra_info")
        if isinstance(about, Mapping) and "Table" in about:
            yield str(about["Table"])
        yield from _tables(node.get("children", ()))
