"""The accounts for GENESIS REST: from the environment, or from Airflow's connections.

They go over the wire in two headers. They are never part of a request, so they cannot reach a
sidecar; ``Account.hide`` takes them out of whatever a service repeats in its answers.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from kreishaus.model import SourceRefused
from kreishaus.secret_files import SecretUnreadable, secret
from kreishaus.wording import say, text_of

PREFIX = "KREISHAUS_GENESIS"
GUEST = "GAST"
"""Enough for the sample server. The real services let a guest do next to nothing (Code 15)."""
HIDDEN = "[hidden]"


@dataclass(frozen=True)
class Account:
    """One account. ``origin`` says where it was found, for people; the rest is never shown."""

    username: str = field(repr=False)
    password: str = field(repr=False)
    origin: str

    def headers(self) -> dict[str, str]:
        """How it is presented: in a query or form the services do not accept it (Code 15)."""
        return {"username": self.username, "password": self.password}

    def hide(self, text: str) -> str:
        """``text`` without name and password, should a service have repeated them."""
        if self.username == GUEST:
            return text
        for hidden in sorted((self.username, self.password), key=len, reverse=True):
            text = text.replace(hidden, HIDDEN)
        return text


def variables(database: str) -> tuple[str, str]:
    """The two variables of this database alone, such as ``KREISHAUS_GENESIS_LDB_USERNAME``."""
    prefix = f"{PREFIX}_{database.upper()}"
    return f"{prefix}_USERNAME", f"{prefix}_PASSWORD"


def account(database: str) -> Account | None:
    """The county's account at ``database``; None where there is none.

    The environment goes first: the variables of this database, then those for all of them, each
    also as a file (``..._FILE``); inside an Airflow task then the connection
    ``genesis_<database>``. Raises ``SourceRefused`` for half an account.
    """
    for names in (variables(database), (f"{PREFIX}_USERNAME", f"{PREFIX}_PASSWORD")):
        values = [_value(name) for name in names]
        if all(values):
            username, password = values
            return _checked(Account(username, password, origin=" and ".join(names)))
        if any(values):
            missing = names[values.index("")]
            raise SourceRefused(
                say("{missing} is not set, its counterpart is: set both, or none", missing=missing)
            )
    return _from_airflow(f"genesis_{database}") if inside_airflow() else None


def _value(name: str) -> str:
    try:
        return secret(name)
    except SecretUnreadable as fault:
        raise SourceRefused(text_of(fault)) from fault


def inside_airflow() -> bool:
    """Whether this process is running an Airflow task, the only one with access to secrets."""
    return "AIRFLOW_CTX_DAG_ID" in os.environ


def where_to_set(database: str) -> str:
    """What to tell a person who has no account configured."""
    username, password = variables(database)
    return say(
        "set {username} and {password} (or {prefix}_USERNAME and {prefix}_PASSWORD "
        "for all databases), or the Airflow connection genesis_{database}",
        username=username,
        password=password,
        prefix=PREFIX,
        database=database,
    )


def _from_airflow(connection_id: str) -> Account | None:
    from airflow.sdk import Connection  # nothing outside a task needs Airflow for this
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        connection = Connection.get(connection_id)
    except AirflowNotFoundException:
        return None
    origin = say("the Airflow connection {connection_id}", connection_id=connection_id)
    if not (connection.login and connection.password):
        raise SourceRefused(say("{origin} lacks login or password: set both", origin=origin))
    return _checked(Account(connection.login, connection.password, origin=origin))


def _checked(account: Account) -> Account:
    """The account, if it can travel in an HTTP header at all: Latin letters, one line."""
    for part in (account.username, account.password):
        if not part.isprintable() or not _latin(part) or part != part.strip():
            raise SourceRefused(
                say(
                    "{origin}: holds a line break, a blank at an end or a letter that no HTTP "
                    "header may hold: set it anew",
                    origin=account.origin,
                )
            )
    return account


def _latin(text: str) -> bool:
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True
