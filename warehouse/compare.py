"""Comparing two staged tables cell by cell. Rows are matched by the key beside their schema."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb
import pyarrow as pa

from kreishaus.keys import RowKey, row_key
from kreishaus.store.staging import text

DIFFERENCES = pa.schema(
    [
        text("kind"),  # changed, added, removed
        text("table_name", nullable=True),
        text("row_key", nullable=True),  # a JSON object: column of the key -> value
        text("row_label", nullable=True),  # the same to be read: "2021-09 | country | 475 | Syrien"
        text("measure", nullable=True),  # what is counted; the column's name where none is said
        text("column_name", nullable=True),
        text("old_value", nullable=True),
        text("new_value", nullable=True),
        pa.field("old_number", pa.float64()),
        pa.field("new_number", pa.float64()),
        pa.field("affected_rows", pa.int64()),
    ]
)
"""A row for each cell that differs. Of a row that is in one table only: each cell that says
something, or one without a column where none does. A label that changed is named once, with the
number of rows that bear it."""

LARGEST_EXACT_WHOLE = 2**53


def key_or_place(schema: pa.Schema) -> RowKey:
    """What tells the rows apart; where nobody said, the place in the file."""
    return row_key(schema) or RowKey(("source_place", "source_row"))


def compare(
    connection: duckdb.DuckDBPyConnection, name: str, schema: pa.Schema, old: Path, new: Path
) -> pa.Table:
    """The ``DIFFERENCES`` of table ``name`` between two staged Parquet files of ``schema``.

    Rows that have the same key are matched in the order in which they stand.
    """
    key = key_or_place(schema)
    apart = {*key.columns, *key.positions, key.label}
    compared = [field for field in schema if field.name not in apart]
    connection.execute(_differing_rows(key, compared), {"old": str(old), "new": str(new)})
    parts = [_empty_rows(compared), *(_cells(key, field) for field in compared)]
    if key.label:
        parts.append(_relabelled(key.label))
    listed = connection.execute(
        f"select kind, $name as table_name, columns(* exclude (kind)) "
        f"from ({' union all '.join(parts)}) order by row_key, column_name, row_label",
        {"name": name},
    )
    return listed.to_arrow_table().cast(DIFFERENCES)


def _differing_rows(key: RowKey, compared: Iterable[pa.Field]) -> str:
    """The statement that makes ``differing``: rows of one table only, and rows with other cells."""
    columns = ", ".join(f'"{column}"' for column in key.columns)
    rows = (
        "select *, row_number() over "
        f"(partition by {columns} order by source_place, source_row) as occurrence "
        "from read_parquet({})"
    )
    same = [f'old."{column}" is not distinct from new."{column}"' for column in key.columns]
    cells = [field.name for field in compared] + ([key.label] if key.label else [])
    differ = [f'or old."{name}" is distinct from new."{name}"' for name in cells]
    both = [f', old."{name}" as "old {name}", new."{name}" as "new {name}"' for name in cells]
    either = [f'coalesce(new."{column}", old."{column}")' for column in key.columns]
    named = [f'"{column}" := {value}' for column, value in zip(key.columns, either, strict=True)]
    return f"""
        create or replace temp table differing as
        with old as ({rows.format("$old")}), new as ({rows.format("$new")})
        select
            case
                when old.occurrence is null then 'added'
                when new.occurrence is null then 'removed'
                else 'changed'
            end as kind,
            cast(to_json(struct_pack({", ".join(named)})) as varchar) as row_key,
            {_label(key)} as row_label,
            {f'coalesce(new."{key.measure}", old."{key.measure}")' if key.measure else "null"}
                as measure
            {" ".join(both)}
        from old full join new on old.occurrence = new.occurrence and {" and ".join(same)}
        where old.occurrence is null or new.occurrence is null {" ".join(differ)}"""


def _label(key: RowKey) -> str:
    """An expression: the key's values and the row's label, to be read by a person."""
    words = [
        f'strftime(coalesce(new."{column}", old."{column}"), \'%Y-%m\')'
        if column.endswith("_month")
        else f'cast(coalesce(new."{column}", old."{column}") as varchar)'
        for column in key.columns
        if column != key.measure
    ]
    if key.label:
        words.append(f'coalesce(new."{key.label}", old."{key.label}")')
    again = "coalesce(new.occurrence, old.occurrence)"
    return (
        f"concat_ws(' | ', {', '.join(words)}) "
        f"|| case when {again} > 1 then ' (' || {again} || ')' else '' end"
    )


def _empty_rows(compared: Iterable[pa.Field]) -> str:
    """The statement that lists rows of one table only that say nothing beside their key."""
    nothing = [
        f'and "old {field.name}" is null and "new {field.name}" is null' for field in compared
    ]
    return f"""
        select
            kind, row_key, row_label, cast(null as varchar) as measure,
            cast(null as varchar) as column_name,
            cast(null as varchar) as old_value, cast(null as varchar) as new_value,
            cast(null as double) as old_number, cast(null as double) as new_number,
            1 as affected_rows
        from differing where kind <> 'changed' {" ".join(nothing)}"""


def _cells(key: RowKey, field: pa.Field) -> str:
    """The statement that lists what differs in one column."""
    old, new = f'"old {field.name}"', f'"new {field.name}"'
    numeric = pa.types.is_integer(field.type) or pa.types.is_floating(field.type)
    measure = "measure" if key.measure else f"'{field.name}'"
    return f"""
        select
            kind, row_key, row_label, {measure} as measure, '{field.name}' as column_name,
            {_text(old, field.type)} as old_value, {_text(new, field.type)} as new_value,
            {f"cast({old} as double)" if numeric else "cast(null as double)"} as old_number,
            {f"cast({new} as double)" if numeric else "cast(null as double)"} as new_number,
            1 as affected_rows
        from differing where {old} is distinct from {new}"""


def _text(value: str, kind: pa.DataType) -> str:
    """An expression: the value as a person would write it, 3911 and not 3911.0."""
    if not pa.types.is_floating(kind):
        return f"cast({value} as varchar)"
    return (
        f"case when {value} = trunc({value}) and abs({value}) < {LARGEST_EXACT_WHOLE} "
        f"then cast(cast({value} as bigint) as varchar) else cast({value} as varchar) end"
    )


def _relabelled(label: str) -> str:
    """The statement that lists labels that changed, each once."""
    old, new = f'"old {label}"', f'"new {label}"'
    return f"""
        select
            kind, min(row_key) as row_key, arg_min(row_label, row_key) as row_label,
            '{label}' as measure, '{label}' as column_name,
            {old} as old_value, {new} as new_value,
            cast(null as double) as old_number, cast(null as double) as new_number,
            count(*) as affected_rows
        from differing where kind = 'changed' and {old} is distinct from {new}
        group by kind, {old}, {new}"""
