"""Who may come into the embedded Airflow: one user, whose password is made once and kept here.

A machine has other users, and each of them reaches its ports.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from kreishaus.files import write_secret
from kreishaus.settings import Settings
from operations.local.environment import USER, password_file

PASSWORD_BYTES = 12


@dataclass(frozen=True)
class Login:
    """A user of Airflow, and the file that the password stands in."""

    user: str
    password: str = field(repr=False)
    file: Path


def login(settings: Settings) -> Login:
    """Airflow's login in this installation, made on first use. To change it, remove the file."""
    file = password_file(settings)
    if not file.exists():
        made = {USER: secrets.token_urlsafe(PASSWORD_BYTES)}
        write_secret(file, json.dumps(made).encode() + b"\n")
    return Login(USER, json.loads(file.read_text())[USER], file)
