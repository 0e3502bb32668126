"""The services of docker-compose.yml without a container engine: the same commands, as confined.

Each service gets what its entry in the file says: command, environment, user, secrets as files,
volumes, temporary file systems, a root that cannot be written, no capabilities, no new privileges;
all of it by bubblewrap. All services of a pod share one network of their own, in which each name
is this machine. What is not played: images and their entry points, limits, separate networks.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
COMPOSE = REPOSITORY / "docker-compose.yml"
VARIABLE = re.compile(r"\$\$|\$\{(?P<name>\w+)(?::-(?P<default>[^}]*))?\}")
CLONE_NEWNET = 0x40000000
POSTGRES_PROGRAMS = max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)
NEEDED = ("bwrap", "nsenter", "redis-server")
# What the entry point of the image of PostgreSQL does, as far as it matters here.
POSTGRES = """
set -eu
if [ ! -e "$PGDATA/PG_VERSION" ]; then
  initdb --pgdata "$PGDATA" --username "$POSTGRES_USER" --pwfile "$POSTGRES_PASSWORD_FILE" \
    $POSTGRES_INITDB_ARGS
  echo "host all all 127.0.0.1/32 scram-sha-256" >> "$PGDATA/pg_hba.conf"
  pg_ctl --pgdata "$PGDATA" --wait --options "-c listen_addresses='' -k /run/postgresql" start
  export PGHOST=/run/postgresql
  [ "${POSTGRES_DB:-postgres}" = postgres ] || createdb --username "$POSTGRES_USER" "$POSTGRES_DB"
  for file in /docker-entrypoint-initdb.d/*.sh; do [ ! -e "$file" ] || sh "$file"; done
  pg_ctl --pgdata "$PGDATA" --wait stop
fi
[ $# -gt 0 ] || set -- postgres
exec "$@" -c unix_socket_directories=/run/postgresql
"""


def missing() -> list[str]:
    """What this machine lacks to play a pod."""
    lacking = [name for name in NEEDED if shutil.which(name) is None]
    if POSTGRES_PROGRAMS is None:
        lacking.append("postgresql")
    if os.geteuid() != 0:
        lacking.append("root")
    return lacking


def filled(node: Any, variables: Mapping[str, str]) -> Any:  # as YAML nests
    """A part of the file with its variables replaced, as Compose does it."""
    if isinstance(node, dict):
        return {key: filled(inner, variables) for key, inner in node.items()}
    if isinstance(node, list):
        return [filled(inner, variables) for inner in node]
    if not isinstance(node, str):
        return node

    def value(found: re.Match[str]) -> str:
        if found[0] == "$$":
            return "$"
        return variables.get(found["name"]) or found["default"] or ""

    return VARIABLE.sub(value, node)


def services(variables: Mapping[str, str] | None = None) -> dict[str, dict[str, Any]]:
    """Every service of the file, with anchors merged and variables replaced."""
    document = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    found: dict[str, dict[str, Any]] = filled(document["services"], variables or {})
    return found


class Pod:
    """Some services, running until the block ends. Logs lie in ``folder/log``."""

    def __init__(self, folder: Path, variables: Mapping[str, str]) -> None:
        self.folder = folder
        self.services = services({"SECRETS_FOLDER": str(folder / "secrets"), **variables})
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._holder: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        for part in ("secrets", "log", "volumes", "etc"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        make = [REPOSITORY / "docker" / "make-secrets", self.folder / "secrets"]
        subprocess.run(make, check=True, capture_output=True)
        names = " ".join(["localhost", *self.services])
        (self.folder / "etc" / "hosts").write_text(f"127.0.0.1 {names}\n")
        # Whom the images know: PostgreSQL's and Redis's users, and ours.
        users = [("postgres", 999), ("kreishaus", 10001)]
        lines = [f"{name}:x:{number}:{number}::/tmp:/bin/sh\n" for name, number in users]
        (self.folder / "etc" / "passwd").write_text("".join(lines))
        # A network without any way out, whose loopback is up.
        words = "bwrap --unshare-net --die-with-parent --dev-bind / / sleep infinity"
        self._holder = subprocess.Popen(words.split())
        self._wait_for_network()
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self.running.values()):
            process.terminate()
        deadline = time.monotonic() + 20
        for process in self.running.values():
            try:
                process.wait(max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._holder:
            self._holder.kill()
            self._holder.wait()

    def start(self, *names: str) -> None:
        """Start services in the background."""
        for name in names:
            with (self.folder / "log" / f"{name}.log").open("wb") as log:
                self.running[name] = subprocess.Popen(
                    self._confined(name, self._command(name)),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )

    def run(self, name: str, *command: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command (by default its own) as this service, and wait for it."""
        words = list(command) or self._command(name)
        return subprocess.run(
            self._confined(name, words), capture_output=True, text=True, input=given, check=False
        )

    def check(self, name: str) -> subprocess.CompletedProcess[str]:
        """Run the health check of a service once, as Compose would inside its container."""
        kind, *words = self.services[name]["healthcheck"]["test"]
        return self.run(name, *(["sh", "-c", *words] if kind == "CMD-SHELL" else words))

    def wait_until_well(self, *names: str, seconds: float) -> None:
        """Wait until the health check of each holds. Raises with its words, and the log's last."""
        deadline = time.monotonic() + seconds
        waiting = list(names)
        while waiting:
            for name in list(waiting):
                ended = self.running[name].poll()
                checked = self.check(name)
                if ended is None and checked.returncode == 0:
                    waiting.remove(name)
                elif ended is not None or time.monotonic() > deadline:
                    words = f"{checked.stdout}{checked.stderr}"
                    raise AssertionError(f"{name} is not well: {words}\n{self.log(name)[-3000:]}")
            time.sleep(0.5)

    def log(self, name: str) -> str:
        """What a service has said."""
        return (self.folder / "log" / f"{name}.log").read_text(errors="replace")

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Have this thread open its connections inside the pod's network."""
        assert self._holder is not None
        here = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        there = os.open(self._network, os.O_RDONLY)
        try:
            _enter(there)
            yield
        finally:
            _enter(here)
            os.close(here)
            os.close(there)

    @property
    def _network(self) -> str:
        """The network of what the holder runs: bubblewrap itself stays outside."""
        assert self._holder is not None
        children = Path(f"/proc/{self._holder.pid}/task/{self._holder.pid}/children").read_text()
        return f"/proc/{children.split()[0] if children.split() else self._holder.pid}/ns/net"

    def _wait_for_network(self) -> None:
        mine = Path("/proc/self/ns/net").readlink()
        deadline = time.monotonic() + 10
        while Path(self._network).readlink() == mine:
            assert time.monotonic() < deadline, "bubblewrap made no network"
            time.sleep(0.05)
        time.sleep(0.2)

    def _command(self, name: str) -> list[str]:
        entry = self.services[name]
        command: list[str] = entry.get("command", [])
        if entrypoint := entry.get("entrypoint"):
            return [*entrypoint, *command]
        if entry["image"].startswith("postgres:"):
            return ["sh", "-c", POSTGRES, "entrypoint", *command]
        return command

    def _confined(self, name: str, command: list[str]) -> list[str]:
        entry = self.services[name]
        user, group = entry["user"].split(":")
        words = ["nsenter", f"--net={self._network}", "bwrap", "--die-with-parent", "--clearenv"]
        words += ["--unshare-user", "--uid", user, "--gid", group, "--hostname", name]
        words += ["--unshare-pid", "--unshare-ipc", "--unshare-uts", "--new-session"]
        words += self._root()
        for path, size in self._temporary(entry):
            words += ["--size", str(size), "--tmpfs", path]
        words += self._python()  # behind them: it may lie in /tmp
        words += self._mounts(entry)
        words += ["--remount-ro", "/"]
        for variable, value in self._environment(entry).items():
            words += ["--setenv", variable, value]
        inner = ["--chdir", "/kreishaus", *command]
        return words + inner

    def _root(self) -> list[str]:
        words = ["--proc", "/proc", "--dev", "/dev", "--ro-bind", "/usr", "/usr", "--dir", "/run"]
        for name in ("bin", "sbin", "lib", "lib64"):
            if Path("/", name).exists():
                words += ["--symlink", f"usr/{name}", f"/{name}"]
        words += ["--symlink", "../run", "/var/run"]
        for name in ("ld.so.cache", "ssl", "nsswitch.conf", "localtime", "timezone", "mime.types"):
            if Path("/etc", name).exists():
                words += ["--ro-bind", f"/etc/{name}", f"/etc/{name}"]
        for name in ("hosts", "passwd"):
            words += ["--ro-bind", str(self.folder / "etc" / name), f"/etc/{name}"]
        return [*words, "--ro-bind", str(REPOSITORY), "/kreishaus"]

    def _python(self) -> list[str]:
        places = sorted({Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve()})
        outside = [str(path) for path in places if not path.is_relative_to("/usr")]
        return [word for path in outside for word in ("--ro-bind", path, path)]

    def _temporary(self, entry: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
        units = {"m": 2**20, "g": 2**30}
        for line in entry.get("tmpfs", []):
            path, _, options = line.partition(":")
            size = re.search(r"size=(\d+)([mg])", options)
            yield path, int(size[1]) * units[size[2]] if size else 2**28

    def _mounts(self, entry: Mapping[str, Any]) -> list[str]:
        words: list[str] = []
        for volume in entry.get("volumes", []):
            within = ""
            if isinstance(volume, str):
                source, target, *read_only = volume.split(":")
            else:
                within = volume.get("volume", {}).get("subpath", "")
                source, target = volume["source"], volume["target"]
                read_only = ["ro"] if volume.get("read_only") else []
            named = not source.startswith((".", "/"))
            here = self.folder / "volumes" / source if named else REPOSITORY / source
            if named:
                here.mkdir(exist_ok=True)
            words += ["--ro-bind" if read_only else "--bind", str(here / within), target]
        for name in entry.get("secrets", []):
            file = self.folder / "secrets" / name
            words += ["--ro-bind", str(file), f"/run/secrets/{name}"]
        return words

    def _environment(self, entry: Mapping[str, Any]) -> dict[str, str]:
        programs = [
            str(Path(sys.prefix).resolve() / "bin"),
            str(POSTGRES_PROGRAMS),
            "/usr/bin",
            "/bin",
        ]
        fixed = {
            "PATH": ":".join(programs),
            "PYTHONPATH": "/kreishaus",
            "PYTHONDONTWRITEBYTECODE": "1",
            "LANG": "C.UTF-8",
            "PGDATA": "/var/lib/postgresql/data",
        }
        told = {name: str(value) for name, value in entry.get("environment", {}).items()}
        return {**fixed, **told}


def _enter(network: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(network, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")
