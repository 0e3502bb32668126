"""Who is at work: what the machine itself knows of it, told apart from what was only said."""

from __future__ import annotations

import os
import pwd
import socket
from dataclasses import dataclass
from pathlib import Path

LOGIN_ID = Path("/proc/self/loginuid")
NOBODY_LOGGED_IN = 2**32 - 1


@dataclass(frozen=True)
class Actor:
    """A person or a program.

    ``user`` is whose rights the process has, ``login`` who logged in to the machine: Linux keeps
    it through ``su`` and ``sudo``. ``sudo`` and ``airflow`` (DAG and run) come from the environment
    and can be made up by whoever starts the process.
    """

    user: str
    login: str | None
    sudo: str | None
    airflow: str | None
    host: str


def current_actor() -> Actor:
    """Who runs this process."""
    dag, run = (os.environ.get(f"AIRFLOW_CTX_{name}") for name in ("DAG_ID", "DAG_RUN_ID"))
    return Actor(
        user=_name_of(os.geteuid()),
        login=_login(),
        sudo=os.environ.get("SUDO_USER"),
        airflow=f"{dag} {run}" if dag else None,
        host=socket.gethostname(),
    )


def _login() -> str | None:
    try:
        uid = int(LOGIN_ID.read_text())
    except (OSError, ValueError):
        return None  # another system, or a container without it
    return None if uid == NOBODY_LOGGED_IN else _name_of(uid)


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
