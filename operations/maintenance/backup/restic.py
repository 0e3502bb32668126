"""The restic program as a subprocess: the few commands that a backup needs, with types.

restic encrypts, deduplicates and verifies (https://restic.readthedocs.io/en/v0.14.0/). It reads the
password itself from the file that ``RESTIC_PASSWORD_FILE`` names: the password is on no command
line, in no environment and in no message of ours.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from operations.maintenance.backup.errors import (
    BackupBusy,
    BackupFailed,
    DamagedBackup,
    NoKey,
    NotABackup,
    NotInstalled,
)

PROGRAM = "restic"
SHORT_ID = 8
LONGEST_QUOTE = 2_000
INCOMPLETE = 3
"""Exit status of ``restic backup`` when it saved a snapshot without some of the files."""


@dataclass(frozen=True)
class Listed:
    """A snapshot as the repository lists it; ``tags`` as ``backup`` wrote them."""

    id: str
    made_at: datetime
    tags: tuple[str, ...]

    @property
    def name(self) -> str:
        """The short form that people type."""
        return self.id[:SHORT_ID]

    def tag(self, key: str) -> str | None:
        """The value of the tag ``key=value``."""
        found = (tag.partition("=") for tag in self.tags)
        return next((value for name, _, value in found if name == key), None)


@dataclass(frozen=True)
class Rule:
    """How many days, weeks and months keep their newest snapshot."""

    daily: int
    weekly: int
    monthly: int


class Repository:
    """A restic repository in a local folder.

    ``held`` are descriptors that each restic process inherits: a lock held through one of them
    lasts until restic itself has ended, also when the process that started it was killed.
    """

    def __init__(
        self, path: Path, password_file: Path, held: tuple[int, ...] = (), *, writable: bool = True
    ) -> None:
        self.path = path
        self.password_file = password_file
        self.held = held
        self.writable = writable

    def init(self) -> None:
        """Make an empty repository with a key of its own. Raises ``BackupRefused``."""
        self._run("init")

    def unlock_stale(self) -> None:
        """Remove locks whose process has ended; all others stay.

        restic itself takes a process that nobody has waited for yet, and another program that has
        got the same number since, for the owner of a lock.
        """
        self._run("unlock")
        for path in (self.path / "locks").glob("*"):
            done = self._start("cat", "lock", path.name, "--no-lock")
            if done.returncode:  # it has gone meanwhile
                continue
            lock = json.loads(done.stdout)
            if lock["hostname"] == socket.gethostname() and not _is_restic(int(lock["pid"])):
                path.unlink(missing_ok=True)

    def backup(self, folder: Path, *, host: str, tags: Sequence[str], now: datetime) -> str:
        """Save everything in ``folder``, with paths relative to it. Returns the snapshot's id.

        Where the last snapshot cannot be compared with, because it is damaged, everything is read
        and saved anew. Raises ``BackupFailed``, and then leaves no incomplete snapshot.
        """
        moment = now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        options = ["--host", host, "--time", moment, "--ignore-ctime", "--json"]
        for tag in tags:
            options += ["--tag", tag]
        done = self._start("backup", *options, ".", cwd=folder)
        if done.returncode == INCOMPLETE:
            self._run("forget", self._saved(done.stdout))
            done = self._start("backup", *options, "--force", ".", cwd=folder)
        if done.returncode == INCOMPLETE:
            self._run("forget", self._saved(done.stdout))
        if done.returncode:
            self._refuse_known(done.stderr)
            raise BackupFailed(f"{self.path}: restic backup: {_quote(done.stderr)}")
        return self._saved(done.stdout)

    def _saved(self, said: str) -> str:
        """The id of the snapshot that ``restic backup --json`` names in its last line."""
        lines = (json.loads(line) for line in said.splitlines() if line.startswith("{"))
        short = next(line["snapshot_id"] for line in lines if "snapshot_id" in line)
        return next(one.id for one in self.snapshots() if one.id.startswith(short))

    def paths(self, snapshot: str) -> set[str]:
        """The path of every file in a snapshot, without a slash at its start."""
        said = self._run("ls", "--json", "--no-lock", snapshot)
        lines = (json.loads(line) for line in said.splitlines())
        return {line["path"].lstrip("/") for line in lines if line.get("type") == "file"}

    def snapshots(self) -> list[Listed]:
        """Every snapshot, oldest first."""
        said = json.loads(self._run("snapshots", "--json", "--no-lock"))
        found = [
            Listed(one["id"], datetime.fromisoformat(one["time"]), tuple(one.get("tags") or ()))
            for one in said
        ]
        return sorted(found, key=lambda one: (one.made_at, one.id))

    def outside(self, rule: Rule) -> set[str]:
        """The ids of the snapshots that ``rule`` does not keep. Changes nothing."""
        kept = {"daily": rule.daily, "weekly": rule.weekly, "monthly": rule.monthly}
        options = [f"--keep-{span}={number}" for span, number in kept.items() if number]
        said = self._run("forget", "--dry-run", "--no-lock", "--json", "--group-by=", *options)
        groups = json.loads(said or "[]")
        return {one["id"] for group in groups for one in group["remove"] or ()}

    def forget(self, ids: Iterable[str]) -> None:
        """Remove snapshots, and every content that no other snapshot holds.

        Also without ``ids``: what killed backups left is removed. No unused content is tolerated:
        what had to be erased must not stay in a pack beside what is in use.
        """
        if wanted := sorted(ids):
            self._run("forget", *wanted)
        self._run("prune", "--max-unused=0")

    def check(self) -> list[str]:
        """Read every byte. Returns what is wrong, as restic says it; nothing if all is right."""
        done = self._start("check", "--read-data")
        if done.returncode == 0:
            return []
        self._refuse_known(done.stderr)
        said = [line.strip() for line in (done.stdout + "\n" + done.stderr).splitlines()]
        faults = [line for line in said if _is_fault(line)]
        return faults or [f"restic check: {_quote(done.stderr)}"]

    def restore(self, snapshot: str, target: Path) -> None:
        """Write a snapshot into the folder ``target`` and read all of it again.

        Raises ``DamagedBackup`` with restic's words where a content is not what was written.
        """
        done = self._start("restore", snapshot, "--target", str(target), "--verify", *self._lock())
        if done.returncode:
            self._refuse_known(done.stderr)
            raise DamagedBackup(f"{self.path}: restic restore: {_quote(done.stderr)}")

    def dump(self, snapshot: str, path: str, target: Path) -> None:
        """Write one file of a snapshot to ``target``. Raises ``DamagedBackup``."""
        with target.open("wb") as handle:
            done = self._start("dump", snapshot, f"/{path}", *self._lock(), stdout=handle)
        if done.returncode:
            self._refuse_known(done.stderr)
            raise DamagedBackup(f"{self.path}: restic dump: {_quote(done.stderr)}")

    def read(self, snapshot: str, path: str) -> bytes:
        """One small file of a snapshot. Raises ``DamagedBackup``."""
        done = self._start("dump", snapshot, f"/{path}", *self._lock())
        if done.returncode:
            self._refuse_known(done.stderr)
            raise DamagedBackup(f"{self.path}: restic dump: {_quote(done.stderr)}")
        return done.stdout.encode()

    def holding(self, names: Iterable[str]) -> dict[str, list[str]]:
        """The snapshots that hold a file or folder of one of these exact names: id -> paths."""
        said = self._run("find", "--json", "--no-lock", *sorted(names))
        return {
            one["snapshot"]: [match["path"] for match in one["matches"]]
            for one in json.loads(said or "[]")
        }

    def _lock(self) -> tuple[str, ...]:
        """A backup on a medium that cannot be written is read without a lock of restic's own."""
        return () if self.writable else ("--no-lock",)

    def _run(self, command: str, *arguments: str, cwd: Path | None = None) -> str:
        done = self._start(command, *arguments, cwd=cwd)
        if done.returncode:
            self._refuse_known(done.stderr)
            raise BackupFailed(f"{self.path}: restic {command}: {_quote(done.stderr)}")
        return done.stdout

    def _start(
        self,
        command: str,
        *arguments: str,
        cwd: Path | None = None,
        stdout: int | IO[bytes] = subprocess.PIPE,
    ) -> subprocess.CompletedProcess[str]:
        program = shutil.which(PROGRAM)
        if program is None:
            raise NotInstalled(
                "restic is not installed, and backups are made with it: apt-get install restic"
            )
        return subprocess.run(
            [program, "--no-cache", command, *arguments],
            cwd=cwd,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            pass_fds=self.held,
            check=False,
        )

    def _environment(self) -> dict[str, str]:
        """Ours, without what a person set for restic by hand. Days end at midnight UTC."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith("RESTIC_")}
        said = {
            "RESTIC_REPOSITORY": str(self.path),
            "RESTIC_PASSWORD_FILE": str(self.password_file),
        }
        return {**ours, **said, "TZ": "UTC"}

    def _refuse_known(self, words: str) -> None:
        """Raise what a person can act on, where restic's words are among those we know."""
        if "wrong password or no key found" in words:
            raise NoKey(
                f"{self.password_file}: opens no key of the backup in {self.path}. Name the "
                "password that it was made with, or another backup folder."
            )
        if "already locked" in words:
            raise BackupBusy(
                f"{self.path}: {_quote(words)}. A lock that a dead process of another machine "
                "left is removed once it is 30 minutes old."
            )
        if "unable to open config file" in words:
            raise NotABackup(f"{self.path}: there is no restic repository: {_quote(words)}")


def _is_fault(line: str) -> bool:
    """Whether a line of ``restic check`` names something that is wrong."""
    steps = ("load indexes", "check ", "read all data", "create exclusive lock", "[")
    hints = ("Fatal: repository contains errors", "The repository is damaged")
    return bool(line) and not line.startswith(steps) and not line.startswith(hints)


def _quote(words: str) -> str:
    """The last of what restic said, on one line."""
    return " ".join(words.split())[-LONGEST_QUOTE:] or "no reason was given"


def _is_restic(pid: int) -> bool:
    """Whether a process is at work and is restic; one that has ended has no program any longer."""
    try:
        return Path(f"/proc/{pid}/exe").readlink().name.startswith(PROGRAM)
    except PermissionError:  # another user's: it may be
        return True
    except OSError:
        return False
