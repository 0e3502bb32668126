"""The record of withdrawn and corrected versions and papers.

    <home>/withdrawals/versions/<version>.json
                      /papers/<paper>/<date>.json
                      /papers/as_of/<moment>/<paper>/<date>.json

A mark is the decision of a person, with the reason, and stays when the version itself is pruned.
``warehouse.withdraw`` and ``reports.withdraw`` write marks; what shows data to readers reads them.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from kreishaus.files import write_json_atomically
from kreishaus.local_time import HERE
from kreishaus.settings import Settings

FOLDER = "withdrawals"
Kind = Literal["versions", "papers"]
Act = Literal["withdraw", "correct"]
UNREADABLE = "Der Vermerk ist beschädigt und kann nicht gelesen werden."
"""The reason in place of one that is lost; readers are shown it."""
log = logging.getLogger(__name__)


class NoReason(ValueError):
    """Nobody is asked to rely on something else without being told why."""


class AlreadyMarked(Exception):
    """There is a mark with another reason; the first one stands."""


@dataclass(frozen=True)
class Mark:
    """What was withdrawn or corrected, when, by whom and why.

    ``name`` is that of a version, or ``<paper>/<date>`` of a paper. ``replaced_by`` is the version
    that readers are to use instead, where one was named. ``files`` are the SHA-256 of the paper's
    files as they were before: while they still are, the mark has not reached its readers.
    """

    kind: Kind
    act: Act
    name: str
    at: datetime
    by: str
    reason: str
    replaced_by: str = ""
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def day(self) -> str:
        """The day of the act as people write it here."""
        return f"{self.at.astimezone(HERE):%d.%m.%Y}"

    @property
    def is_valid(self) -> bool:
        """Whether readers may rely on what bears the mark: on a corrected paper, they may."""
        return self.kind == "papers" and self.act == "correct"

    @property
    def words(self) -> str:
        """For engineers, one sentence."""
        instead = f"; {self.replaced_by} replaces it" if self.replaced_by else ""
        return f"{self.name} was withdrawn on {self.at:%Y-%m-%d}: {self.reason}{instead}"

    @property
    def words_de(self) -> str:
        """For readers, in German."""
        if self.is_valid:
            return f"korrigierte Fassung vom {self.day}, Grund: {self.reason}"
        instead = f"; ersetzt durch {self.replaced_by}" if self.replaced_by else ""
        return f"zurückgezogen am {self.day}, Grund: {self.reason}{instead}"


def mark(settings: Settings, kind: Kind, name: str) -> Mark | None:
    """The mark of a version or paper; None where it has none."""
    try:
        return _read(settings.home / FOLDER / kind, _path(settings, kind, name))
    except FileNotFoundError:
        return None


def marks(settings: Settings, kind: Kind) -> Iterator[Mark]:
    """Every mark, the newest first."""
    root = settings.home / FOLDER / kind
    found = [_read(root, path) for path in root.rglob("[!.]*.json")]
    yield from sorted(found, key=lambda one: (one.at, one.name), reverse=True)


def write(settings: Settings, made: Mark) -> None:
    """Make a mark count; it is on disk on return. The audit log comes first."""
    document = {**asdict(made), "at": made.at.isoformat()}
    write_json_atomically(_path(settings, made.kind, made.name), document)


def checked(reason: str) -> str:
    """The reason on one line. Raises ``NoReason`` where there is none."""
    plain = " ".join(reason.split())
    if not any(letter.isalpha() for letter in plain):
        raise NoReason("--reason is empty: readers are shown it, in German, beside the mark")
    return plain


def _path(settings: Settings, kind: Kind, name: str) -> Path:
    return settings.home / FOLDER / kind / f"{name}.json"


def _read(root: Path, path: Path) -> Mark:
    """A mark. One that cannot be read withdraws all the same: nobody knows what it says."""
    content = path.read_bytes()
    try:
        document = json.loads(content)
        return Mark(**{**document, "at": datetime.fromisoformat(document["at"])})
    except (ValueError, KeyError, TypeError, RecursionError) as fault:
        log.error(
            "%s: expected the mark of a withdrawal or a correction, and it cannot be read (%s). "
            "What it is about counts as withdrawn; bring the file back from a backup.",
            path,
            fault,
        )
        name = path.relative_to(root).with_suffix("").as_posix()
        at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        kind: Kind = "versions" if root.name == "versions" else "papers"
        return Mark(kind, "withdraw", name, at, "", UNREADABLE)
