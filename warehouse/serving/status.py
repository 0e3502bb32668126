"""How serving stands: the version in each database, its readers, and what is weaker than it should.

Whoever may connect to a database of the same server can fill its disk and its memory for locks, so
databases of others count as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kreishaus.settings import Settings
from warehouse.serving.connection import Connection, connected, database_name
from warehouse.serving.doors import open_doors, other_databases
from warehouse.serving.publication import publication
from warehouse.serving.readers import GROUPS, readers
from warehouse.versions import AUDIENCES, is_withdrawn


@dataclass(frozen=True)
class Status:
    """What there is to say, and what somebody must do something about."""

    lines: tuple[str, ...]
    faults: tuple[str, ...]


def serving_status(settings: Settings) -> Status:
    """Ask both databases. Raises ``ServingFailed`` for one that cannot be reached."""
    served: dict[str, str] = {}
    lines: list[str] = []
    faults: list[str] = []
    for audience in AUDIENCES:
        database = database_name(settings, audience)
        with connected(settings, audience) as connection:
            present = publication(connection)
            served[database] = present.version if present else "nothing yet"
            lines.append(f"served: {served[database]} ({audience}, database {database})")
            if present and is_withdrawn(settings, Path(present.version)):
                faults.append(
                    f"{database}: {present.version} was withdrawn: kreishaus serving load"
                )
            if left := open_doors(connection):
                faults.append(
                    f"{database}: {len(left)} rights of readers are not closed; an administrator "
                    "runs warehouse/serving/open_doors.sql there (docs/serving.md)"
                )
    if len(set(served.values())) > 1:
        faults.append(
            "The databases serve different versions, each of them whole: kreishaus serving load"
        )
    with connected(settings) as connection:
        lines += [f"reader: {name} ({group})" for name, group in readers(connection)]
        faults += _weaknesses(connection, [*served])
    return Status(tuple(lines), tuple(faults))


def _weaknesses(connection: Connection, served: list[str]) -> list[str]:
    found = [
        f"{name}: everybody may connect to this database of the same server, readers too: "
        f"revoke connect, temporary on database {name} from public"
        for name in other_databases(connection, served)
    ]
    (prepared,) = connection.execute("show max_prepared_transactions").fetchone() or ("0",)
    if prepared != "0":
        found.append(
            f"max_prepared_transactions is {prepared}: a prepared transaction of a reader holds up "
            "loads and cannot be ended by the loader; set it to 0"
        )
    row = connection.execute(
        "select has_database_privilege(oid, current_database(), 'connect') "
        "from pg_roles where rolname = %s",
        [GROUPS["public"].role],
    ).fetchone()
    if row == (True,):
        found.append(
            f"{served[0]}: readers of the public half may still connect here; the next load that "
            "fills their own database ends it"
        )
    return found
