"""What only an administrator of the server can take from readers, and whether it was taken.

PostgreSQL lets everybody who may connect make large objects, take advisory locks until the memory
for locks is full, write into the log of transactions, see what the server does for others, and
more. ``open_doors.sql`` finds all of it and says how to end it; a load does not begin before.
"""

from __future__ import annotations

from importlib.resources import files

from psycopg import sql

from warehouse.serving.connection import Connection, ServingFailed

QUERY = files(__package__).joinpath("open_doors.sql").read_text(encoding="utf-8")

OTHER_DATABASES = """
select datname
from pg_database
where
    datallowconn
    and datname <> all(%s)
    and exists (
        select
        from aclexplode(coalesce(datacl, acldefault('d', datdba)))
        where grantee = 0 and privilege_type = 'CONNECT'
    )
order by 1
"""


def open_doors(connection: Connection) -> list[str]:
    """The statements with which an administrator has yet to close this database."""
    return [row[0] for row in connection.execute(sql.SQL(QUERY))]


def close_doors(connection: Connection) -> int:
    """Close everything, as a superuser; return how much was open."""
    statements = open_doors(connection)
    for statement in statements:
        connection.execute(sql.SQL(statement))
    return len(statements)


def require_closed(connection: Connection) -> None:
    """Raises ``ServingFailed`` saying what is open. A loader that is a superuser closes it."""
    row = connection.execute(
        "select rolsuper, current_database() from pg_roles where rolname = current_user"
    ).fetchone()
    assert row is not None
    is_superuser, database = row
    if is_superuser:
        close_doors(connection)
    elif left := open_doors(connection):
        raise ServingFailed(
            f'In the database "{database}" readers could do more than read: {len(left)} rights '
            f"that PostgreSQL gives to everybody, such as the one that ends with: {left[0]}. "
            "Nothing is loaded before an administrator has run warehouse/serving/open_doors.sql "
            'there (docs/serving.md, "The databases").'
        )


def other_databases(connection: Connection, served: list[str]) -> list[str]:
    """Databases of other owners into which readers may log in as well, since everybody may."""
    return [row[0] for row in connection.execute(OTHER_DATABASES, [served])]
