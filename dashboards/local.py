"""Superset with the dashboards on one machine: `make superset`.

Serving databases (those configured, or two of its own), Superset's tables in SQLite, the import,
four users, and the service on 127.0.0.1 until it is stopped.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr
from sqlalchemy.engine import URL

from dashboards.contracts import REPOSITORY, Audience
from kreishaus.folder_formats import WrongFormat, known
from kreishaus.settings import Settings, read_settings
from warehouse import versions
from warehouse.serving.connection import ServingFailed, configured, database_name
from warehouse.serving.load import load
from warehouse.serving.own_server import NoPostgres, own_server
from warehouse.serving.readers import add_reader, new_password

ENVIRONMENT = REPOSITORY / ".venv-superset"
PORT = 8088
LOADER = "kreishaus_loader"
READERS: Mapping[Audience, str] = {
    "public": "dashboards_public",
    "internal": "dashboards_internal",
}
CONNECTIONS = 20
"""How many a login of the dashboards may have at a time: charts of one page ask at once."""
USERS = {
    "admin": "Admin",
    "technik": "Kreishaus Technik",
    "planung": "Kreishaus Planung",
    "leser": "Kreishaus Leser",
}
ANSWERS_WITHIN_SECONDS = 180


class NotStarted(Exception):
    """The dashboards do not run; the message says why, and where to read more."""


@dataclass(frozen=True)
class Site:
    """A running Superset: its address, its users with their passwords, and how it was started."""

    url: str
    users: Mapping[str, Mapping[str, str]]
    users_file: Path
    environment: Mapping[str, str]
    serving: Settings


@contextmanager
def running(settings: Settings, folder: Path, port: int) -> Iterator[Site]:
    """Superset over the published marts, with its own files in ``folder``.

    Raises ``NotStarted``, ``NoPostgres``, ``NothingPublished`` or ``ServingFailed``.
    """
    if not (ENVIRONMENT / "bin" / "superset").exists():
        raise NotStarted(f"{ENVIRONMENT} is missing: make superset installs it")
    versions.current(settings)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ExitStack() as stack:
        if not configured(settings):
            server = stack.enter_context(own_server(LOADER))
            address = SecretStr(server.url("kreishaus"))
            serving = settings.serving.model_copy(update={"url": address})
            settings = settings.model_copy(update={"serving": serving})
            with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
                for audience in versions.AUDIENCES:
                    name = sql.Identifier(database_name(settings, audience))
                    connection.execute(sql.SQL("create database {}").format(name))
        print(load(settings).told)
        environment = _environment(settings, folder)
        users_file = folder / "users.json"
        users = _users(users_file)
        for words in (("superset", "db", "upgrade"), ("superset", "init")):
            _run(words, environment, folder)
        install = ("python", "-m", "dashboards.install", "--users", str(users_file))
        print(_run(install, environment, folder).splitlines()[-1])
        url = f"http://127.0.0.1:{port}"
        stack.enter_context(_service(url, environment, folder))
        yield Site(url, users, users_file, environment, settings)


def _environment(settings: Settings, folder: Path) -> dict[str, str]:
    """What ``superset_config.py`` and the import ask for; nothing else of Superset's own."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SUPERSET_", "FLASK_", "KREISHAUS_"))
    }
    logins = {}
    for audience, name in READERS.items():
        password = new_password()
        add_reader(settings, name, audience, password, CONNECTIONS)
        login = _login(settings, audience, name, password)
        logins[f"KREISHAUS_SERVING_URL_{audience.upper()}"] = login
    return {
        **inherited,
        **logins,
        "PATH": f"{ENVIRONMENT / 'bin'}:{inherited.get('PATH', '')}",
        "PYTHONPATH": str(REPOSITORY),
        "FLASK_APP": "superset",
        "SUPERSET_CONFIG_PATH": str(REPOSITORY / "dashboards" / "superset_config.py"),
        "SUPERSET_HOME": str(folder),
        "KREISHAUS_DASHBOARDS_SECRET_KEY_FILE": str(_secret(folder / "secret_key")),
        "KREISHAUS_DASHBOARDS_DATABASE_URL": f"sqlite:///{folder / 'superset.db'}",
    }


def _login(settings: Settings, audience: Audience, name: str, password: str) -> str:
    known: dict[str, Any] = conninfo_to_dict(settings.serving.url.get_secret_value())
    url = URL.create(
        "postgresql+psycopg2",
        username=name,
        password=password,
        host=known.get("host"),
        port=int(known.get("port") or 5432),
        database=database_name(settings, audience),
    )
    return url.render_as_string(hide_password=False)


def _secret(path: Path) -> Path:
    if not path.exists():
        _write_private(path, secrets.token_urlsafe(48))
    return path


def _users(path: Path) -> dict[str, dict[str, str]]:
    """The users and their passwords, made once and kept."""
    if not path.exists():
        made = {
            name: {"password": secrets.token_urlsafe(12), "role": role}
            for name, role in USERS.items()
        }
        _write_private(path, json.dumps(made, ensure_ascii=False, indent=1))
        for name, user in made.items():
            print(f"user {name:8}  password {user['password']}")
    users: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return users


def _write_private(path: Path, text: str) -> None:
    """A file that only its owner may read, from its first instant."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def _run(words: tuple[str, ...], environment: Mapping[str, str], folder: Path) -> str:
    log = folder / "setup.log"
    program = str(ENVIRONMENT / "bin" / words[0])
    done = subprocess.run(
        [program, *words[1:]],
        env=environment,
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    with log.open("a", encoding="utf-8") as file:
        file.write(done.stdout + done.stderr)
    if done.returncode:
        told = "\n".join(done.stderr.strip().splitlines()[-5:])
        raise NotStarted(f"`{' '.join(words)}` failed, all of it is in {log}:\n{told}")
    return done.stdout


@contextmanager
def _service(url: str, environment: Mapping[str, str], folder: Path) -> Iterator[None]:
    """The service that production runs, with one process."""
    log = folder / "superset.log"
    bind = url.removeprefix("http://")
    given = {
        **environment,
        "KREISHAUS_DASHBOARDS_BIND": bind,
        "KREISHAUS_DASHBOARDS_WORKERS": "1",
    }
    serve = str(REPOSITORY / "docker" / "superset" / "serve")
    with log.open("ab") as out:
        process = subprocess.Popen([serve], env=given, cwd=REPOSITORY, stdout=out, stderr=out)
    try:
        _wait(url, process, log)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + ANSWERS_WITHIN_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise NotStarted(f"Superset does not answer at {url}: see {log}")


def main() -> int:
    """Run it until somebody presses Ctrl-C."""
    settings = read_settings()
    port = int(os.environ.get("KREISHAUS_DASHBOARDS_PORT") or PORT)
    folder = settings.home / "dashboards"
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        known(settings)
        if not (settings.published / versions.CURRENT).exists():
            print("Nothing is published yet: one night first (kreishaus run).")
            subprocess.run([Path(sys.executable).with_name("kreishaus"), "run"], check=True)
        with running(settings, folder, port) as site:
            print(f"Dashboards: {site.url}/dashboard/list/   users: {site.users_file}")
            print("Ctrl-C stops them.", flush=True)
            signal.pause()
    except KeyboardInterrupt:
        return 0
    except (NotStarted, NoPostgres, ServingFailed, WrongFormat, psycopg.Error) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
