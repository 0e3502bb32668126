"""The folder of a backup: every content once, and a manifest per snapshot, written last.

    <folder>/kreishaus-backup.json                  whose it is
            /blobs/<ab>/<sha256>                    contents, each once, whatever snapshots name it
            /snapshots/<moment>.json                what the house consisted of: path -> content
                      /<moment>.verified            when every content of it was read and was right
            /lock

Nothing in it is encrypted: the disk or the service it lies on must do that. The folder itself is
readable by its owner alone.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from ingest.files import sweep, write_atomically, write_json_atomically, written_atomically

MARKER = "kreishaus-backup.json"
FORMAT = 1
CHUNK = 2**20
WHOLE_UP_TO = 8 * 2**20
"""Files up to this size are read at once: a line that is appended meanwhile is in or not."""


class NotABackup(Exception):
    """A folder that holds no backup, or one of another county, or something else altogether."""


class BackupBusy(Exception):
    """Another process works on this backup."""


class DamagedBackup(Exception):
    """A content or a manifest of the backup is not what was written."""


@dataclass(frozen=True)
class Held:
    """One file of the house in a snapshot."""

    path: str
    sha256: str
    size: int
    mode: int


@dataclass(frozen=True)
class Snapshot:
    """The house at one moment, as far as it cannot be made again.

    ``marts`` are the content hashes of the published version, by audience: what a restored house
    is compared with. ``complaints`` are files that could not be saved as they should be.
    """

    name: str
    made_at: datetime
    made_by: str
    county_ags: str
    code_version: str
    files: tuple[Held, ...]
    version: str | None = None
    marts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    as_of: tuple[Mapping[str, str], ...] = ()
    audit_head: Mapping[str, Any] | None = None
    complaints: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """As it is written, with a digest of itself."""
        plain = {**asdict(self), "made_at": self.made_at.isoformat(), "format": FORMAT}
        plain = json.loads(json.dumps(plain))
        return {**plain, "digest": _digest(plain)}

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Snapshot:
        """From what was written. Raises ``ValueError`` for anything else."""
        plain = {name: value for name, value in document.items() if name != "digest"}
        if document.get("digest") != _digest(plain):
            raise ValueError("its digest is another")
        plain.pop("format")
        for held in plain["files"]:
            inside = PurePosixPath(held["path"])
            if inside.is_absolute() or ".." in inside.parts:
                raise ValueError(f"{inside} leads out of the house")
        return cls(
            **{
                **plain,
                "made_at": datetime.fromisoformat(plain["made_at"]),
                "files": tuple(Held(**held) for held in plain["files"]),
                "as_of": tuple(plain["as_of"]),
                "complaints": tuple(plain["complaints"]),
            }
        )

    @property
    def contents(self) -> frozenset[str]:
        """The hashes of everything it holds."""
        return frozenset(held.sha256 for held in self.files)


class Store:
    """The folder of a backup."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def make(cls, folder: Path, county_ags: str) -> Store:
        """The backup in ``folder``, begun where there is none. Raises ``NotABackup``."""
        if not (folder / MARKER).exists():
            if folder.exists() and any(folder.iterdir()):
                raise NotABackup(f"{folder}: holds something else; name an empty folder or a new")
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_json_atomically(folder / MARKER, {"format": FORMAT, "county_ags": county_ags})
        return cls.open(folder, county_ags)

    @classmethod
    def open(cls, folder: Path, county_ags: str) -> Store:
        """The backup in ``folder``. Raises ``NotABackup``."""
        try:
            marker = json.loads((folder / MARKER).read_text())
        except FileNotFoundError as error:
            raise NotABackup(f"{folder}: there is no backup ({MARKER} is missing)") from error
        if marker["county_ags"] != county_ags:
            raise NotABackup(
                f"{folder}: is the backup of county {marker['county_ags']}, not of {county_ags}"
            )
        if marker["format"] != FORMAT:
            raise NotABackup(f"{folder}: was made by another version (format {marker['format']})")
        return cls(folder)

    @contextmanager
    def locked(self, *, alone: bool) -> Iterator[None]:
        """Nobody changes it meanwhile; ``alone``: to change it. Raises ``BackupBusy``."""
        descriptor = os.open(self.folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            kind = fcntl.LOCK_EX if alone else fcntl.LOCK_SH
            try:
                fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise BackupBusy(f"{self.folder}: another process is at work in it") from error
            yield
        finally:
            os.close(descriptor)

    def blob(self, sha256: str) -> Path:
        """Where a content lies."""
        return self.folder / "blobs" / sha256[:2] / sha256

    def put(self, source: Path) -> tuple[str, int]:
        """Keep the content of a file, unless it is here. Returns its hash and its size."""
        if source.stat().st_size <= WHOLE_UP_TO:
            content = source.read_bytes()
            sha256 = hashlib.sha256(content).hexdigest()
            if not self.blob(sha256).exists():
                write_atomically(self.blob(sha256), content)
            return sha256, len(content)
        sha256 = hash_of(source)
        if not self.blob(sha256).exists():
            with written_atomically(self.blob(sha256)) as temporary:
                shutil.copyfile(source, temporary)
                if hash_of(temporary) != sha256:
                    raise OSError(f"{source}: changed while it was copied")
        return sha256, source.stat().st_size

    def blobs(self) -> Iterator[Path]:
        """Every content that lies here, named by a snapshot or not."""
        return (path for path in self.folder.glob("blobs/??/*") if len(path.name) == 64)

    def write(self, snapshot: Snapshot) -> Path:
        """Make a snapshot count: the last thing that a backup does."""
        path = self.folder / "snapshots" / f"{snapshot.name}.json"
        write_json_atomically(path, snapshot.document())
        return path

    def names(self) -> list[str]:
        """The snapshots, oldest first."""
        return sorted(path.stem for path in (self.folder / "snapshots").glob("*.json"))

    def snapshot(self, name: str) -> Snapshot:
        """One snapshot. Raises ``DamagedBackup``, and ``NotABackup`` where there is none."""
        path = self.folder / "snapshots" / f"{name}.json"
        try:
            return Snapshot.of(json.loads(path.read_bytes()))
        except FileNotFoundError as error:
            known = ", ".join(self.names()) or "none"
            raise NotABackup(f"{path}: no such snapshot; there are: {known}") from error
        except (ValueError, TypeError, KeyError) as error:
            raise DamagedBackup(f"{path}: is not as it was written ({error})") from error

    def snapshots(self) -> list[Snapshot]:
        """All of them, oldest first. Raises ``DamagedBackup`` when one cannot be read."""
        return [self.snapshot(name) for name in self.names()]

    def stamp(self, snapshot: Snapshot, now: datetime) -> None:
        """Note that all of a snapshot was read and was right."""
        document = {"verified_at": now.isoformat(), "digest": snapshot.document()["digest"]}
        write_json_atomically(self._stamp(snapshot.name), document)

    def verified_at(self, snapshot: Snapshot) -> datetime | None:
        """When all of it was read and was right; None if it never was."""
        try:
            stamp = json.loads(self._stamp(snapshot.name).read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        if stamp["digest"] != snapshot.document()["digest"]:
            return None
        return datetime.fromisoformat(stamp["verified_at"])

    def unstamp(self, name: str) -> None:
        """It is not known to be right any longer."""
        self._stamp(name).unlink(missing_ok=True)

    def drop(self, name: str) -> None:
        """Remove a snapshot; its contents stay until ``collect``."""
        (self.folder / "snapshots" / f"{name}.json").unlink(missing_ok=True)
        self.unstamp(name)

    def collect(self) -> tuple[int, int]:
        """Remove contents that no snapshot names. Returns how many, and how many bytes.

        Raises ``DamagedBackup`` when a snapshot cannot be read: what it names is not known.
        """
        named = frozenset[str]().union(*(snapshot.contents for snapshot in self.snapshots()))
        number = size = 0
        for path in self.blobs():
            if path.name not in named:
                number, size = number + 1, size + path.stat().st_size
                path.unlink()
        sweep(self.folder)
        return number, size

    def _stamp(self, name: str) -> Path:
        return self.folder / "snapshots" / f"{name}.verified"


def hash_of(path: Path) -> str:
    """The SHA-256 of a file, however large."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while chunk := handle.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def name_of(moment: datetime) -> str:
    """What a snapshot of that moment is called."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")


def _digest(document: Mapping[str, Any]) -> str:
    text = json.dumps(document, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
