"""The tables of the serving database: made, filled, filled anew."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.csv
from psycopg import sql

from warehouse.serving.connection import Connection
from warehouse.serving.contents import Contents, Table

AS_CSV = pa.csv.WriteOptions(include_header=False)


def make(
    connection: Connection, schema: str, table: Table, content: Contents, generation: int
) -> int:
    """Make one table with its rows, key, indexes, comments and row policy; return its rows.

    ``freeze`` shows the rows to transactions whose snapshot is older than they are: those find the
    new table by its name, and would find nothing in it.
    """
    name = sql.Identifier(schema, table.name)
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column.name), sql.SQL(column.sql_type))
        for column in table.columns
    )
    # Giving back empty pages at the end of a table would need a lock that readers have to wait for.
    settings = sql.SQL("vacuum_truncate = false, toast.vacuum_truncate = false")
    connection.execute(sql.SQL("create table {} ({}) with ({})").format(name, columns, settings))
    rows = _copy(connection, name, table, content, sql.SQL(", freeze"))
    if table.key:
        key = sql.SQL(", ").join(map(sql.Identifier, table.key))
        connection.execute(sql.SQL("alter table {} add primary key ({})").format(name, key))
    for column in table.indexes:
        index = sql.SQL("create index on {} ({})").format(name, sql.Identifier(column))
        connection.execute(index)
    comment(connection, "table", name, table.comment)
    for described in table.columns:
        where = sql.Identifier(schema, table.name, described.name)
        comment(connection, "column", where, described.comment)
    _let_readers_pass_the_gate(connection, name, generation)
    connection.execute(sql.SQL("analyze {}").format(name))
    return rows


def reload(connection: Connection, table: Table, content: Contents) -> int:
    """Replace all rows of a table. Nobody waits, and nobody sees it before the transaction ends."""
    name = sql.Identifier(table.audience, table.name)
    connection.execute(sql.SQL("delete from {}").format(name))
    return _copy(connection, name, table, content, sql.SQL(""))


def vacuum(connection: Connection, table: Table) -> None:
    """Give the room of the rows before free, and look how the new ones are spread."""
    name = sql.Identifier(table.audience, table.name)
    connection.execute(sql.SQL("vacuum (analyze) {}").format(name))


def comment(connection: Connection, kind: str, name: sql.Composable, text: str) -> None:
    """Say what something is, in the database itself."""
    connection.execute(
        sql.SQL("comment on {} {} is {}").format(sql.SQL(kind), name, sql.Literal(text))
    )


def _copy(
    connection: Connection,
    name: sql.Identifier,
    table: Table,
    content: Contents,
    option: sql.SQL,
) -> int:
    rows = 0
    command = sql.SQL("copy {} from stdin with (format csv{})").format(name, option)
    with connection.cursor() as cursor, cursor.copy(command) as copy:
        for batch in content.batches(table):
            sink = pa.BufferOutputStream()
            pa.csv.write_csv(batch, sink, AS_CSV)
            copy.write(memoryview(sink.getvalue()))
            rows += batch.num_rows
    return rows


def _let_readers_pass_the_gate(
    connection: Connection, name: sql.Identifier, generation: int
) -> None:
    """A row policy that hides no row: it makes each reader lock the publication.

    See ``reader_lock``.
    """
    connection.execute(sql.SQL("alter table {} enable row level security").format(name))
    connection.execute(
        sql.SQL(
            "create policy gate on {} for select "
            "using ((select kreishaus.checked(generation, {}) from kreishaus.publication))"
        ).format(name, sql.Literal(generation))
    )
