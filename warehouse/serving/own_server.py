"""A PostgreSQL of one's own, for as long as it is wanted: on one machine, and in tests."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

STARTED_WITHIN_SECONDS = 60
SETTINGS = ("fsync=off", "listen_addresses=127.0.0.1", "max_connections=120")
"""It is filled anew each time, and listens on this machine only."""


class NoPostgres(Exception):
    """PostgreSQL is not installed here, or does not start; the message says what to do."""


@dataclass(frozen=True)
class Server:
    """Where it listens. Everybody on this machine may log in who has a password."""

    port: int
    superuser: str
    password: str
    log: Path

    def url(self, database: str, user: str = "", password: str = "") -> str:
        """The address of a database for a user, by default the superuser."""
        login = f"{user or self.superuser}:{password or self.password}"
        return f"postgresql://{login}@127.0.0.1:{self.port}/{database}"


@contextmanager
def own_server(superuser: str = "postgres", place: Path | None = None) -> Iterator[Server]:
    """A running server with nothing in it, in a folder of its own in ``place``.

    Raises ``NoPostgres``.
    """
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="kreishaus-postgres-", dir=place))
    account = _account(folder)
    server = Server(free_port(), superuser, secrets.token_urlsafe(24), folder / "log")
    process = None
    try:
        _make_cluster(programs, server, folder, account)
        where = ["-D", str(folder / "data"), "-p", str(server.port), "-k", str(folder)]
        settings = [word for setting in SETTINGS for word in ("-c", setting)]
        with server.log.open("wb") as log:
            process = subprocess.Popen(
                [str(programs / "postgres"), *where, *settings],
                stdout=log,
                stderr=log,
                user=account,
                cwd="/",
            )
        _wait(server, process)
        yield server
    finally:
        if process is not None:
            process.send_signal(signal.SIGQUIT)  # at once: nobody needs its data again
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _make_cluster(programs: Path, server: Server, folder: Path, account: str | None) -> None:
    given = folder / "password"
    given.touch(mode=0o600)
    given.write_text(server.password, encoding="utf-8")
    if account:
        shutil.chown(given, account)
    options: Sequence[str] = (
        f"--pgdata={folder / 'data'}",
        f"--username={server.superuser}",
        f"--pwfile={given}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    )
    made = subprocess.run(
        [str(programs / "initdb"), *options],
        capture_output=True,
        text=True,
        user=account,
        cwd="/",
        check=False,
    )
    given.unlink()
    if made.returncode:
        raise NoPostgres(f"initdb failed: {made.stderr or made.stdout}")


def _programs() -> Path:
    """The folder of the server's programs: that of ``postgres`` itself, or Debian's newest."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if found := shutil.which("postgres"):
        folders.insert(0, Path(found).resolve().parent)
    for folder in folders:
        if (folder / "initdb").exists():
            return folder
    raise NoPostgres(
        "PostgreSQL is not installed here: apt-get install postgresql, or name a server in "
        "KREISHAUS_SERVING__URL (docs/serving.md)."
    )


def _account(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root: then the folder, and the process, are somebody else's."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    account = "postgres" if "postgres" in known else "nobody"
    shutil.chown(folder, account)
    return account


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + STARTED_WITHIN_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            psycopg.connect(server.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise NoPostgres(f"PostgreSQL does not start: {server.log.read_text(errors='replace')}")
