"""A home with a history of many nights, written file by file in the layout before the journal.

What the sources offer is the same on the first night and on the last; only history grows:

* ``bamf/hkl``: some addresses, each offered each night; once a month one of them has new bytes
* ``wtg/heimfinder``: one address, two nights of three with a new answer; pruned as its rule says
* every other dataset: one address with the same bytes each night
* ``azr/crosstable``: one file handed in a quarter, in quarantine for a month, then given up
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from kreishaus.datasets import REGISTRY, dataset
from kreishaus.local_time import HERE

LAST_NIGHT = datetime(2026, 11, 28, 0, 10, tzinfo=UTC)
CHECKS = 40
"""Checks of each staged file; one warning among them."""


def nights(years: float, each: int = 1) -> list[datetime]:
    """The nights up to ``LAST_NIGHT``, each or every ``each``-th, oldest first."""
    count = int(years * 365)
    return [LAST_NIGHT - timedelta(days=day) for day in range(count - 1, -1, -each)]


def hkl_address(number: int) -> str:
    return f"hkl/{number:03}.pdf"


HEIMFINDER_ADDRESS = "heimfinder/list"


def offered(dataset_id: str, number: int, night: int, addresses: int) -> bytes:
    """The bytes that an address offers on the night of this number."""
    if dataset_id == "wtg/heimfinder":
        return json.dumps({"answer": night - night // 3}).encode()
    issue = (night // 30 - number + addresses) // addresses
    return b"%%PDF address %d issue %d" % (number, issue)


@dataclass
class _Dataset:
    home: Path
    source: str
    name: str
    checks: bytes
    sightings: dict[str, list[str]] = field(default_factory=dict)
    periods: dict[str, str] = field(default_factory=dict)
    visits: list[str] = field(default_factory=list)

    @property
    def landing(self) -> Path:
        return self.home / "landing" / self.source / self.name

    def see(self, content: bytes, identity: str, period: str, at: datetime, run: str) -> bool:
        key = sha256(content).hexdigest()
        headers = {
            "Content-Type": "application/pdf",
            "Content-Length": str(len(content)),
            "Date": at.strftime("%a, %d %b %Y %H:%M:%S GMT"),
            "ETag": f'"{key}"',
        }
        line = {
            "seen_at": at.isoformat(),
            "identity": identity,
            "run_id": run,
            "headers": headers,
            "reason": None,
        }
        new = key not in self.sightings
        if new:
            self.land(content, key, identity, period, at, run)
        self.sightings.setdefault(key, []).append(json.dumps(line, ensure_ascii=False))
        return new

    def land(
        self, content: bytes, key: str, identity: str, period: str, at: datetime, run: str
    ) -> None:
        self.landing.mkdir(parents=True, exist_ok=True)
        (self.landing / f"{key}.pdf").write_bytes(content)
        sidecar = {
            "source": self.source,
            "dataset": self.name,
            "sha256": key,
            "extension": "pdf",
            "size": len(content),
            "label": period,
            "identity": identity,
            "offered_as": identity,
            "retrieved_at": at.isoformat(),
            "declared_media_type": None,
            "detected_media_type": "application/pdf",
            "licence": "-",
            "run_id": run,
            "headers": {},
        }
        (self.landing / f"{key}.json").write_text(json.dumps(sidecar))
        self.periods[key] = period

    def batch(self, folder: Path, key: str, at: datetime) -> None:
        folder.mkdir(parents=True)
        record = {
            "source": self.source,
            "dataset": self.name,
            "sha256": key,
            "label": self.periods[key],
            "period": self.periods[key],
            "version": dataset(f"{self.source}/{self.name}").version,
            "published_at": None,
            "retrieved_at": str(at),
            "rows": 1,
            "newest_reference": None,
        }
        (folder / "batch.json").write_text(json.dumps(record))
        (folder / "checks.parquet").write_bytes(self.checks)

    def stage(self, key: str, at: datetime) -> None:
        folder = self.home / "staged" / self.source / self.name / self.periods[key] / key
        self.batch(folder, key, at)

    def quarantine(self, key: str, at: datetime) -> None:
        folder = self.home / "quarantine" / self.source / self.name / key
        self.batch(folder, key, at)
        finding = {"rule": "sum", "severity": "critical", "message": "does not add up"}
        (folder / "reason.json").write_text(json.dumps([finding]))
        (folder / "reason.txt").write_text("does not add up\n")

    def bury(self, key: str, at: datetime, what: str) -> None:
        (self.landing / f"{key}.pdf").unlink()
        tombstone = {
            "source": self.source,
            "dataset": self.name,
            "sha256": key,
            "label": self.periods[key],
            "period": None,
            "size": 1,
            "retrieved_at": at.isoformat(),
            "what": what,
            "rule": "-",
            "reason": "-",
            "deleted_at": at.isoformat(),
            "deleted_by": "-",
        }
        (self.landing / f"{key}.tombstone").write_text(json.dumps(tombstone))

    def visit(self, at: datetime, run: str, offered: int, new: int) -> None:
        visit = {
            "visited_at": str(at),
            "run_id": run,
            "offered": offered,
            "new": new,
            "pending": [],
            "still_quarantined": [],
            "refused": [],
            "unavailable": [],
            "reason": None,
        }
        self.visits.append(json.dumps(visit))

    def finish(self) -> None:
        for key, lines in self.sightings.items():
            path = self.landing / f"{key}.sightings.jsonl"
            path.write_text("\n".join(lines) + "\n")
        kept = len(self.visits) if len(self.visits) < 800 else 400 + len(self.visits) % 400
        (self.landing / "visits.jsonl").write_text("\n".join(self.visits[-kept:]) + "\n")


def write_home(home: Path, at_nights: Sequence[datetime], addresses: int = 12) -> None:
    """Write the landing, staged and quarantine floors of a home that worked on these nights."""
    checks = _checks()
    hkl = _Dataset(home, "bamf", "hkl", checks)
    heimfinder = _Dataset(home, "wtg", "heimfinder", checks)
    crosstable = _Dataset(home, "azr", "crosstable", checks)
    grown = {("bamf", "hkl"), ("wtg", "heimfinder"), ("azr", "crosstable")}
    keys = [(entry.source, entry.name) for entry in REGISTRY]
    others = [_Dataset(home, *key, checks) for key in keys if key not in grown]
    first = at_nights[0]
    for at in at_nights:
        night, run = (at - first).days, f"night {at:%Y-%m-%d}"
        new = 0
        for number in range(addresses):
            content = offered("bamf/hkl", number, night, addresses)
            moment = at + timedelta(seconds=number)
            period = f"{2000 + number // 12}-{number % 12 + 1:02}"
            if hkl.see(content, hkl_address(number), period, moment, run):
                hkl.stage(sha256(content).hexdigest(), moment)
                new += 1
        hkl.visit(at, run, addresses, new)
        answer = offered("wtg/heimfinder", 0, night, addresses)
        key = sha256(answer).hexdigest()
        if heimfinder.see(answer, HEIMFINDER_ADDRESS, f"{at:%Y-%m-%d}_{key[:12]}", at, run):
            heimfinder.stage(key, at)
        heimfinder.visit(at, run, 1, 1)
        if at == at_nights[-1] or (night and night % 91 == 0):
            bad = b"PK handed in on %d" % night
            crosstable.see(bad, f"AZR_{night}.xlsx", f"AZR_{at:%Y-%m-%d}", at, run)
            if LAST_NIGHT - at < timedelta(days=30):
                crosstable.quarantine(sha256(bad).hexdigest(), at)
            else:
                crosstable.bury(sha256(bad).hexdigest(), at, "quarantined")
        crosstable.visit(at, run, 1, 0)
        for one in others:
            same = f"PK {one.source}/{one.name}".encode()
            if one.see(same, "the only one", "2026-06-30", at, run):
                one.stage(sha256(same).hexdigest(), at)
            one.visit(at, run, 1, 0)
    _thin(heimfinder)
    for one in (hkl, heimfinder, crosstable, *others):
        one.finish()


def _thin(heimfinder: _Dataset) -> None:
    """Answers older than a year go, but for the first of each month."""
    months = set()
    for key, lines in heimfinder.sightings.items():
        first = datetime.fromisoformat(json.loads(lines[0])["seen_at"])
        day = first.astimezone(HERE)
        month = (day.year, day.month)
        if LAST_NIGHT - first > timedelta(days=366) and month in months:
            heimfinder.bury(key, first, "thinned")
            folder = heimfinder.home / "staged/wtg/heimfinder" / heimfinder.periods[key] / key
            for path in folder.iterdir():
                path.unlink()
            folder.rmdir()
        months.add(month)


def _checks() -> bytes:
    """As ``checks.parquet`` has them: all but one have passed."""
    outcomes = ["failed", *(["passed"] * (CHECKS - 1))]
    table = pa.table({"outcome": outcomes, "severity": ["warning"] * CHECKS})
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()
