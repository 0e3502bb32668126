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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

STARTED_WITHIN_SECONDS = 60
SUPERUSER = "kreishaus_loader"


class NoPostgres(Exception):
    """PostgreSQL is not installed here, or does not start; the message says what to do."""


@contextmanager
def own_postgres() -> Iterator[str]:
    """The address of an empty database of a server that listens on this machine only."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="kreishaus-postgres-"))
    user = _owner(folder)
    password, port = secrets.token_urlsafe(24), free_port()
    given = folder / "password"
    given.write_text(password, encoding="utf-8")
    given.chmod(0o600)
    if user:
        shutil.chown(given, user)
    process = None
    try:
        initdb = [str(programs / "initdb"), f"--pgdata={folder / 'data'}", f"--pwfile={given}"]
        options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"]
        made = subprocess.run(
            [*initdb, *options, f"--username={SUPERUSER}"],
            capture_output=True,
            text=True,
            user=user,
            cwd="/",
            check=False,
        )
        given.unlink()
        if made.returncode:
            raise NoPostgres(f"initdb failed: {made.stderr or made.stdout}")
        where = ["-D", str(folder / "data"), "-p", str(port), "-k", str(folder)]
        server = [str(programs / "postgres"), *where, "-c", "listen_addresses=127.0.0.1"]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [*server, "-c", "fsync=off"],  # it is filled anew each time
                stdout=log,
                stderr=log,
                user=user,
                cwd="/",
            )
        url = f"postgresql://{SUPERUSER}:{password}@127.0.0.1:{port}/"
        _wait(f"{url}postgres", process, folder / "log")
        with psycopg.connect(f"{url}postgres", autocommit=True) as connection:
            connection.execute("create database kreishaus")
        yield f"{url}kreishaus"
    finally:
        if process is not None:
            process.send_signal(signal.SIGINT)  # a fast shutdown: SIGTERM would wait for clients
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _programs() -> Path:
    """The folder of the server's programs: that of ``pg_config``, or Debian's newest."""
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


def _owner(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root: then the folder, and the process, are somebody else's."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if "postgres" in known else "nobody"
    shutil.chown(folder, user)
    return user


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + STARTED_WITHIN_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.2)
        else:
            return
    raise NoPostgres(f"PostgreSQL does not start: {log.read_text(errors='replace')}")
