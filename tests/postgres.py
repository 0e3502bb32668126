"""A real PostgreSQL for tests: a server of its own, on a free port, that ends with them."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

STARTED_WITHIN_SECONDS = 30


@dataclass(frozen=True)
class Server:
    """Where it listens. Everybody on this machine may log in as anybody with the right password."""

    port: int
    superuser: str
    password: str
    log: Path

    def url(self, database: str, user: str = "", password: str = "") -> str:
        login = f"{user or self.superuser}:{password or self.password}"
        return f"postgresql://{login}@127.0.0.1:{self.port}/{database}"


def programs() -> Path | None:
    """The folder of the server's programs: that of ``pg_config``, or Debian's newest."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if found := shutil.which("pg_config"):
        told = subprocess.run([found, "--bindir"], capture_output=True, text=True, check=False)
        folders.insert(0, Path(told.stdout.strip()))
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


@contextmanager
def postgres() -> Iterator[Server]:
    """A running server. Skips the test where none is installed, but not on the build server."""
    bin_ = programs()
    if bin_ is None:
        if os.environ.get("CI") == "true":
            raise AssertionError("PostgreSQL is not installed: apt-get install postgresql")
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="kreishaus-pg-"))
    user = _own_to_somebody_else(folder)
    server = Server(_free_port(), "postgres", "only-for-tests", folder / "log")
    (folder / "password").write_text(server.password)
    os.chmod(folder / "password", 0o644)  # noqa: PTH101
    process = None
    try:
        cluster = {
            "-D": str(folder / "data"),
            "-U": server.superuser,
            "-E": "UTF8",
            "-A": "scram-sha-256",
            "--pwfile": str(folder / "password"),
        }
        words = [word for option in cluster.items() for word in option]
        _run(user, [str(bin_ / "initdb"), *words, "--locale=C.UTF-8", "--no-sync"])
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(folder),
            "fsync": "off",
            "max_connections": "120",
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command = [str(bin_ / "postgres"), "-D", str(folder / "data"), "-p", str(server.port)]
        with server.log.open("wb") as log:
            process = subprocess.Popen([*command, *options], stdout=log, stderr=log, user=user)
        _wait(server, process)
        yield server
    finally:
        if process is not None:
            process.send_signal(signal.SIGQUIT)  # at once: nobody needs its data again
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _own_to_somebody_else(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root: then the folder, and the process, are somebody else's."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if "postgres" in known else "nobody"
    shutil.chown(folder, user)
    return user


def _run(user: str | None, command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, user=user, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + STARTED_WITHIN_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, server.log.read_text(errors="replace")
        try:
            psycopg.connect(server.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"PostgreSQL did not start: {server.log.read_text(errors='replace')}")
