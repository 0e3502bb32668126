"""What each visit to a source brought, one line each, so that a night can be explained later.

landing/<source>/<dataset>/visits.jsonl    the last visits, oldest first
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from ingest.files import append_line, keep_last_lines
from ingest.folder_formats import begin

KEPT = 400
"""A year of nights, and the retries of bad ones."""


@dataclass(frozen=True)
class Visit:
    """One visit. ``refused`` and ``unavailable`` are texts that hold no value of a file.

    ``to_treat`` and ``lying`` are hashes: of what waited to be read, and of what the source offers
    although it lies in quarantine. ``reason`` says why a backfill was asked for.
    """

    visited_at: datetime
    run_id: str
    offered: int = 0
    new: int = 0
    to_treat: tuple[str, ...] = ()
    lying: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    unavailable: tuple[str, ...] = ()
    reason: str | None = None


class Visits:
    """The visits for one dataset."""

    def __init__(self, root: Path, source: str, dataset: str) -> None:
        self.root = root
        self.path = root / source / dataset / "visits.jsonl"

    def note(self, visit: Visit) -> None:
        """Add a visit; beyond ``KEPT`` the oldest are forgotten."""
        begin(self.root, "landing")
        append_line(self.path, json.dumps(asdict(visit), ensure_ascii=False, default=str))
        keep_last_lines(self.path, KEPT)

    def read(self) -> list[Visit]:
        """The visits, oldest first. A line torn by a kill was no visit."""
        if not self.path.exists():
            return []
        visits = []
        for line in self.path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                document = json.loads(line)
            except json.JSONDecodeError:
                continue
            document["visited_at"] = datetime.fromisoformat(document["visited_at"])
            for field in ("to_treat", "lying", "refused", "unavailable"):
                document[field] = tuple(document[field])
            visits.append(Visit(**document))
        return visits

    def last(self) -> tuple[Visit | None, Visit | None]:
        """The newest visit that was the night's turn, and the newest backfill after that."""
        backfill = None
        for visit in reversed(self.read()):
            if visit.reason is None:
                return visit, backfill
            backfill = backfill or visit
        return None, backfill
