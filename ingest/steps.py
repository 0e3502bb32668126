"""The two steps every dataset goes through: land what is offered, treat what has landed.

DAG tasks, the command line and the tests call these very functions.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ingest.datasets import Dataset, dataset
from ingest.http import Answer, Client
from ingest.landing import Landing, Sighting
from ingest.model import (
    Batch,
    Finding,
    Landed,
    Origin,
    RefusedAtTheDoor,
    Request,
    SourceUnavailable,
    UnreadableFile,
)
from ingest.quarantine import Quarantine, explain
from ingest.settings import Settings
from ingest.staging import BatchRecord, Staging, typed

if TYPE_CHECKING:
    import pyarrow as pa

    from expectations.runner import Validation

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LandReport:
    """What one visit to a source brought for one dataset.

    ``to_treat`` are the landed files not yet staged or in quarantine, ``in_quarantine`` those in
    quarantine that the source offers now.
    """

    dataset_id: str
    offered: int
    new: tuple[Landed, ...]
    to_treat: tuple[Landed, ...]
    in_quarantine: tuple[Landed, ...]
    refused: tuple[str, ...]
    unavailable: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What became of one landed file. ``findings`` are the reasons, or the warnings."""

    landed: Landed
    status: Literal["staged", "quarantined"]
    period: str | None
    findings: tuple[Finding, ...]

    @property
    def explanation(self) -> str:
        return explain(f"{self.landed.dataset_id} {self.landed.label}", self.findings)


@dataclass(frozen=True)
class Floors:
    """Landing, staged and quarantine of one dataset, side by side."""

    landing: Landing
    staging: Staging
    quarantine: Quarantine

    @classmethod
    def of(cls, settings: Settings, source: str, name: str) -> Floors:
        return cls(
            Landing(settings.landing, source, name),
            Staging(settings.staged, source, name),
            Quarantine(settings.quarantine, source, name),
        )


def land(dataset_id: str, settings: Settings, run_id: str) -> LandReport:
    """Fetch everything a dataset's source offers now, and keep what is new.

    A file that cannot be fetched or must be refused does not stop the others: it is reported.
    Raises ``SourceUnavailable`` when the source cannot even say what it offers.
    """
    entry = dataset(dataset_id)
    floors = Floors.of(settings, entry.source, entry.name)
    newest = floors.landing.newest_by_identity()
    offered: dict[str, tuple[Landed, bool]] = {}
    refused: list[str] = []
    unavailable: list[str] = []
    with Client.of(settings) as client:
        requests = entry.load("discover")(settings, client, entry.name)
        for request in requests:
            try:
                landed, new = _land_one(entry, floors, client, request, newest, run_id)
            except RefusedAtTheDoor as refusal:
                log.error("%s %s: refused at the door: %s", dataset_id, request.label, refusal)
                refused.append(f"{request.label}: {refusal}")
            except SourceUnavailable as error:
                log.warning("%s %s: %s", dataset_id, request.label, error)
                unavailable.append(f"{request.label}: {error}")
            else:
                offered[landed.sha256] = (landed, new)
    return _report(entry, floors, offered, len(requests), refused, unavailable)


def _land_one(
    entry: Dataset,
    floors: Floors,
    client: Client,
    request: Request,
    newest: Mapping[str, tuple[str, Sighting]],
    run_id: str,
) -> tuple[Landed, bool]:
    known = newest.get(request.identity)
    answer = _fetch(entry, client, request, known[1].headers if known else None)
    if answer.content is None:
        if known is None:
            raise SourceUnavailable(f"{request.url}: answered that it has nothing for this request")
        floors.landing.sight(known[0], request, run_id=run_id, headers=known[1].headers)
        return Landed(entry.source, entry.name, known[0], request.label), False
    return keep(entry, floors, answer.content, request, run_id, answer.headers)


def keep(
    entry: Dataset,
    floors: Floors,
    content: bytes,
    request: Request,
    run_id: str,
    headers: Mapping[str, str] | None = None,
) -> tuple[Landed, bool]:
    """Pass the dataset's guard, then land the bytes. Raises ``RefusedAtTheDoor``."""
    if entry.guard:
        guard: Callable[[bytes, str], None] = entry.load("guard")
        guard(content, request.label)
    return floors.landing.land(
        content, request, run_id=run_id, licence=entry.licence, headers=headers
    )


def _fetch(
    entry: Dataset, client: Client, request: Request, known: Mapping[str, str] | None
) -> Answer:
    if request.path is not None:
        try:
            return Answer(request.path, Path(request.path).read_bytes(), {})
        except OSError as error:
            raise SourceUnavailable(f"{request.path}: cannot be read ({error.strerror})") from error
    if request.url is None:
        raise ValueError(f"{entry.id} {request.label}: a request needs a url or a path")
    if request.form is not None:
        answer: Answer = entry.load("fetch")(client, request)
        return answer
    return client.get(request.url, known=known)


def _report(
    entry: Dataset,
    floors: Floors,
    offered: Mapping[str, tuple[Landed, bool]],
    requests: int,
    refused: list[str],
    unavailable: list[str],
) -> LandReport:
    staged = _treated(entry, floors.staging.records())
    quarantined = _treated(entry, (file.record for file in floors.quarantine.files()))
    # Also what an earlier run landed and did not come to, even if nobody offers it any more.
    waiting = set(floors.landing.hashes()) - staged - quarantined
    return LandReport(
        dataset_id=entry.id,
        offered=requests,
        new=tuple(landed for landed, new in offered.values() if new),
        to_treat=tuple(
            Landed(entry.source, entry.name, sha256, floors.landing.sidecar(sha256).label)
            for sha256 in sorted(waiting)
        ),
        in_quarantine=tuple(
            landed for landed, _ in offered.values() if landed.sha256 in quarantined - staged
        ),
        refused=tuple(refused),
        unavailable=tuple(unavailable),
    )


def _treated(entry: Dataset, records: Iterable[BatchRecord]) -> set[str]:
    """The files that today's parser and suite have treated already."""
    return {record.sha256 for record in records if record.version == entry.version}


def treat(landed: Landed, settings: Settings) -> Outcome:
    """Parse and judge one landed file; stage it, or put it into quarantine with the reason.

    Bad data never raise: they are the outcome. Running it again changes nothing.
    """
    entry = dataset(landed.dataset_id)
    floors = Floors.of(settings, entry.source, entry.name)
    staged = floors.staging.record(landed.sha256)
    if staged is not None and staged.version == entry.version:
        return Outcome(landed, "staged", staged.period, ())
    origin = floors.landing.origin(landed.sha256)
    content = floors.landing.content(landed.sha256)
    try:
        batch: Batch = entry.load("parse")(content, origin)
        validation = _validate(entry, batch)
        tables = _typed_tables(entry, batch, origin)
    except UnreadableFile as error:
        return _quarantine_unreadable(entry, floors, landed, origin, content, error.findings)
    record = _record(entry, origin, batch, tables)
    outcome: Literal["staged", "quarantined"] = "staged" if validation.passed else "quarantined"
    checks = [
        _check_row(origin, batch.period, outcome, asdict(check)) for check in validation.checks
    ]
    if validation.passed:
        # Out of the one place before into the other: a kill in between leaves it in neither,
        # and the next run treats it again.
        floors.quarantine.release(landed.sha256)
        floors.staging.stage(record, tables, checks, validation.document)
    else:
        floors.staging.withdraw(landed.sha256)
        floors.quarantine.keep(record, content, validation.findings, checks, validation.document)
    return Outcome(landed, outcome, batch.period, validation.findings)


def _validate(entry: Dataset, batch: Batch) -> Validation:
    from expectations.runner import validate  # Great Expectations costs seconds to import

    return validate(entry, batch)


def _typed_tables(entry: Dataset, batch: Batch, origin: Origin) -> dict[str, pa.Table]:
    schemas = entry.load("tables")
    provenance = {
        "source_sha256": origin.sha256,
        "period": batch.period,
        "published_at": batch.published_at,
        "retrieved_at": origin.retrieved_at,
    }
    return {name: typed(batch.tables[name], schemas[name], provenance) for name in schemas}


def _record(
    entry: Dataset, origin: Origin, batch: Batch | None, tables: Mapping[str, pa.Table]
) -> BatchRecord:
    references = [
        newest
        for table in tables.values()
        if table.num_rows and (newest := _newest(table, entry.reference))
    ]
    return BatchRecord(
        source=entry.source,
        dataset=entry.name,
        sha256=origin.sha256,
        label=origin.label,
        period=batch.period if batch else None,
        version=entry.version,
        published_at=batch.published_at if batch else None,
        retrieved_at=origin.retrieved_at,
        rows=sum(table.num_rows for table in tables.values()),
        newest_reference=max(references, default=None),
    )


def _newest(table: pa.Table, column: str) -> date | None:
    import pyarrow.compute as pc  # not needed by DAG files, which read this module's names

    newest: date | None = pc.max(table[column]).as_py()
    return newest


def _check_row(
    origin: Origin, period: str, batch_outcome: str, check: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "source": origin.source,
        "dataset": origin.dataset,
        "period": period,
        "source_sha256": origin.sha256,
        "batch_outcome": batch_outcome,
        "retrieved_at": origin.retrieved_at,
        **check,
    }


def _quarantine_unreadable(
    entry: Dataset,
    floors: Floors,
    landed: Landed,
    origin: Origin,
    content: bytes,
    findings: tuple[Finding, ...],
) -> Outcome:
    checks = [
        _check_row(
            origin,
            origin.label,
            "quarantined",
            {
                "table_name": "file",
                "rule": finding.rule,
                "description": finding.message,
                "severity": finding.severity,
                "outcome": "failed",
                "offending_rows": 1,
                "evaluated_rows": 1,
                "place": finding.place,
                "row_label": finding.row,
                "expected": finding.expected,
                "found": finding.found,
            },
        )
        for finding in findings
    ]
    floors.staging.withdraw(landed.sha256)
    floors.quarantine.keep(_record(entry, origin, None, {}), content, findings, checks, "")
    return Outcome(landed, "quarantined", None, findings)


def by_hand(dataset_id: str, file: Path, settings: Settings, run_id: str) -> Outcome:
    """Land and treat one file that a person hands in.

    Raises ``RefusedAtTheDoor``, and ``KeyError`` for an unknown dataset.
    """
    entry = dataset(dataset_id)
    request = Request(
        identity=f"by hand: {file.name}",
        label=file.name,
        path=str(file),
        extension=file.suffix.lstrip(".") or "bin",
    )
    floors = Floors.of(settings, entry.source, entry.name)
    landed, _ = keep(entry, floors, file.read_bytes(), request, run_id)
    return treat(landed, settings)
