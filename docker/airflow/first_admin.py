"""Make the first administrator, whose password is a secret file. Later ones: docs/production.md.

Does nothing where there is any user: the file may then be emptied. Not by ``airflow users create``,
which takes a password on its command line, where every process can read it.
"""

from __future__ import annotations

import sys

from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder

from kreishaus.secret_files import secret

NAME = "admin"


def main() -> None:
    """Look for a user, and make the first one."""
    with get_application_builder() as builder:
        users = builder.sm
        if users.count_users():
            print("users: there are some, nothing to do")
            return
        password = secret("KREISHAUS_ADMIN_PASSWORD")
        if not password:
            sys.exit("There is no user yet, and the secret admin_password is empty: fill it.")
        role = users.find_role("Admin")
        words = ("First", "Administrator", "admin@localhost.invalid", role, password)
        if not users.add_user(NAME, *words):
            sys.exit("The first administrator could not be made; the lines above say why.")
        print(f"users: made {NAME}")


main()
