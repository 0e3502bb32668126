"""The two steps of every dataset: fetch and land the offered files, process the landed files.

DAG tasks, the command line and the tests call these functions.
"""

from __future__ import annotations

import hashlib
import logging
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ingest.http import Answer, Client
from kreishaus.datasets import Dataset, dataset
from kreishaus.model import (
    Batch,
    FileRejected,
    Finding,
    Landed,
    NothingOffered,
    Origin,
    Request,
    SourceRefused,
    SourceUnavailable,
    Stripped,
    UnreadableFile,
)
from kreishaus.rights import prepare_home
from kreishaus.settings import County, Settings
from kreishaus.store.dataset_store import DatasetStore
from kreishaus.store.landing import Sighting
from kreishaus.store.quarantine import explain
from kreishaus.store.staging import BatchRecord, typed
from kreishaus.store.visits import Visit, Visits
from kreishaus.terminal import printable_name
from kreishaus.wording import Text, joined, say, text_of
from pipeline.backfill import Window
from pipeline.corrected_names import correct_name
from pipeline.names_of_regions import earlier_names, judged_by_names
from pipeline.origins import figure_origin, settle
from pipeline.reduction import keep_reduced, refuse_erased
from pipeline.refusals import refused_file, unread_file
from pipeline.whose_regions import judged_by_regions

if TYPE_CHECKING:
    import pyarrow as pa

    from expectations.runner import Validation

log = logging.getLogger(__name__)

PROGRESS_EVERY = 1_000
"""A long visit logs its progress after every so many files."""


@dataclass(frozen=True)
class FetchReport:
    """The result of one visit to a source for one dataset.

    ``pending`` lists landed files that the current parser and suite have not processed;
    ``in_quarantine`` lists the quarantined files that the source offers now. ``nothing`` lists
    requests that the source answered correctly with "no data", which is no failure. ``may_heal`` is
    False if a retry cannot help, so that a wrong password is not sent three times a night.
    """

    dataset_id: str
    offered: int
    new: tuple[Landed, ...]
    pending: tuple[Landed, ...]
    in_quarantine: tuple[Landed, ...]
    refused: tuple[str, ...]
    unavailable: tuple[str, ...]
    nothing: tuple[str, ...] = ()
    may_heal: bool = True


@dataclass(frozen=True)
class Outcome:
    """The result for one landed file. ``findings`` has the reasons for quarantine, or warnings."""

    landed: Landed
    status: Literal["staged", "quarantined"]
    period: str | None
    findings: tuple[Finding, ...]

    @property
    def explanation(self) -> Text:
        return explain(f"{self.landed.dataset_id} {self.landed.label}", self.findings)


def fetch_new(
    dataset_id: str, settings: Settings, run_id: str, window: Window | None = None
) -> FetchReport:
    """Fetch everything that a dataset's source offers now, and land the new files.

    With a ``window``, fetch only the files about it, in full, even if the source reports no change.
    The report lists files that could not be fetched or were refused; the others are fetched.
    Raises ``SourceUnavailable`` if the source does not list its files, and ``FaultyList`` if the
    county's list of municipalities cannot be read.
    """
    settings.require_municipalities()
    prepare_home(settings)
    entry = dataset(dataset_id)
    if window and not window.may_hold_any(entry.calendar_in(settings)):
        return FetchReport(entry.id, 0, (), (), (), (), ())
    reason = window.reason if window else None
    store = DatasetStore.of(settings, entry.source, entry.name, reason)
    visits = Visits(settings.landing, entry.source, entry.name)
    begun = datetime.now(UTC)
    try:
        report = _fetch_new(entry, store, settings, run_id, window)
    except SourceUnavailable as error:
        visits.note(Visit(begun, run_id, unavailable=(text_of(error),), reason=reason))
        raise
    if report.offered or not window:
        visits.note(
            Visit(
                begun,
                run_id,
                offered=report.offered,
                new=len(report.new),
                pending=tuple(landed.sha256 for landed in report.pending),
                still_quarantined=tuple(landed.sha256 for landed in report.in_quarantine),
                refused=report.refused,
                unavailable=report.unavailable,
                reason=reason,
            )
        )
    return report


def _fetch_new(
    entry: Dataset, store: DatasetStore, settings: Settings, run_id: str, window: Window | None
) -> FetchReport:
    offered: dict[str, tuple[Landed, bool]] = {}
    refused: list[str] = []
    unavailable: list[str] = []
    nothing: list[str] = []
    may_heal = False
    with Client.of(settings) as client:
        requests = entry.load("discover")(settings, client, entry.name)
        newest = store.landing.newest_by_identity(
            one.identity for request in requests for one in _ways(request)
        )
        if window:
            calendar = entry.calendar_in(settings)
            requests = [
                request
                for request in requests
                if window.asks_for(request.label, _period(store, newest, request), calendar)
            ]
            newest = {}  # so that no server can answer "unchanged"
        fetch_one = partial(_land_one, entry, store, settings, client, newest, run_id)
        for number, request in enumerate(requests, start=1):
            if number % PROGRESS_EVERY == 0:
                log.info("%s: %s of %s looked at", entry.id, f"{number:,}", f"{len(requests):,}")
            try:
                landed, new = _land_by_some_way(fetch_one, request)
            except FileRejected as refusal:
                file = refused_file(entry, request)
                log.error("%s %s: refused, nothing kept: %s", entry.id, file, refusal)
                refused.append(_named(file, refusal))
            except SourceUnavailable as error:
                file = unread_file(entry, request)
                log.warning("%s %s: %s", entry.id, file, error)
                unavailable.append(_named(file, error))
                may_heal |= not isinstance(error, SourceRefused)
            except NothingOffered as answer:
                log.info("%s %s: %s", entry.id, request.label, answer)
                nothing.append(joined((request.label, text_of(answer)), ": "))
            else:
                offered[landed.sha256] = (landed, new)
    report = _report(entry, store, offered, len(requests), refused, unavailable)
    return replace(report, nothing=tuple(nothing), may_heal=may_heal)


def _ways(request: Request) -> Iterator[Request]:
    """A request, and then each request to try if the one before it fails."""
    way: Request | None = request
    while way is not None:
        yield way
        way = way.otherwise


def _named(label: str, error: Exception) -> str:
    """The text of an error, with the name of its file first."""
    text = text_of(error)
    return text if text.startswith(label) else joined((label, text), ": ")


def _period(
    store: DatasetStore, newest: Mapping[str, tuple[str, Sighting]], request: Request
) -> str | None:
    """The period of the file that this address offered last; None if it was not staged."""
    known = newest.get(request.identity)
    record = store.staging.record(known[0]) if known else None
    return record.period if record else None


def _land_by_some_way(
    fetch_one: Callable[[Request], tuple[Landed, bool]], request: Request
) -> tuple[Landed, bool]:
    """Fetch and land ``request``, or the request in its ``otherwise`` if its source is unavailable.

    If the first request fails and the second finds no data, that is a failure too: one is wrong.
    """
    try:
        return fetch_one(request)
    except SourceUnavailable as error:
        if request.otherwise is None:
            raise
        first = error
    log.warning("%s: %s; asking %s instead", request.label, first, request.otherwise.url)
    try:
        return _land_by_some_way(fetch_one, request.otherwise)
    except (SourceUnavailable, NothingOffered) as second:
        hopeless = all(isinstance(error, SourceRefused) for error in (first, second))
        kind = SourceRefused if hopeless else SourceUnavailable
        raise kind(
            say("{first}; the alternative failed too: {second}", first=first, second=second)
        ) from second


def _land_one(
    entry: Dataset,
    store: DatasetStore,
    settings: Settings,
    client: Client,
    newest: Mapping[str, tuple[str, Sighting]],
    run_id: str,
    request: Request,
) -> tuple[Landed, bool]:
    known = newest.get(request.identity)
    answer = _fetch(entry, settings, client, request, known[1].headers if known else None)
    if answer.content is None:
        if known is None:
            raise NothingOffered(
                say(
                    "{url}: reports nothing new, and Kreishaus has no earlier file from it",
                    url=request.url,
                )
            )
        store.landing.sight(known[0], request, run_id=run_id, headers=known[1].headers)
        _settle_unchanged(entry, store, settings, known[0], request)
        return Landed(entry.source, entry.name, known[0], request.label), False
    return keep(entry, store, settings, answer.content, request, run_id, answer.headers)


def _settle_unchanged(
    entry: Dataset, store: DatasetStore, settings: Settings, sha256: str, request: Request
) -> None:
    """Say who made the figures of a file that its source reports as unchanged, if nobody did yet.

    Such a file is one that earlier code landed, as it was received.
    """
    nobody_did = store.landing.sidecar(sha256).figure_origin == "unknown"
    if nobody_did and store.landing.tombstone(sha256) is None:
        word = figure_origin(store.landing.content(sha256), request, entry.source, settings)
        settle(store, sha256, word, request.identity)


def keep(
    entry: Dataset,
    store: DatasetStore,
    settings: Settings,
    content: bytes,
    request: Request,
    run_id: str,
    headers: Mapping[str, str] | None = None,
    *,
    by_person: bool = False,
) -> tuple[Landed, bool]:
    """Run the dataset's guard, then land the bytes, or what the dataset keeps of them.

    Who made its figures is read from what was offered. Raises ``FileRejected`` for a refused file.
    """
    from persons.containers import refuse_bytes_beside  # here: DAG files open no workbook
    from persons.file_names import without_folder

    word = figure_origin(content, request, entry.source, settings)
    refuse_bytes_beside(content)
    if entry.guard:
        guard: Callable[[bytes, str], None] = entry.load("guard")
        guard(content, request.label)
    if entry.reduce:
        return keep_reduced(entry, store, settings, content, request, run_id, word)
    left_out: tuple[Finding, ...] = ()
    if entry.strip:
        original = hashlib.sha256(content).hexdigest()
        refuse_erased(store.landing, original)  # earlier code landed it whole
        stripped: Stripped = entry.load("strip")(content, request.label, settings)
        left_out = stripped.warnings
        # What is in force as earlier code landed it is no new version of the same figures.
        if left_out or store.staging.record(original) is None:
            content = stripped.content
        if entry.noted:
            request = entry.load("noted")(request, stripped.content, settings)
    request = without_folder(request, entry.source, settings)
    refuse_erased(store.landing, hashlib.sha256(content).hexdigest())
    landed, new = store.landing.land(
        content,
        request,
        run_id=run_id,
        licence=entry.licence.statement,
        headers=headers,
        figure_origin=word,
        left_out=left_out,
    )
    if not new:
        settle(store, landed.sha256, word, request.identity)
        correct_name(entry, store, landed, request, by_person=by_person)
    return landed, new


def _fetch(
    entry: Dataset,
    settings: Settings,
    client: Client,
    request: Request,
    known: Mapping[str, str] | None,
) -> Answer:
    if request.fault is not None:
        raise SourceRefused(joined((request.label, request.fault), ": "))
    if request.path is not None:
        path = Path(request.path)
        called = unread_file(entry, request) if entry.reduce else ""
        return Answer(request.path, dropped_bytes(path, settings, called), {})
    if request.url is None:
        raise ValueError(f"{entry.id} {request.label}: a request needs a url or a path")
    if request.form is not None:
        answer: Answer = entry.load("fetch")(settings, client, request)
        return answer
    return client.get(request.url, known=known)


UNFOLLOWED = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
"""Open without waiting for a pipe and without following a link that has replaced the file."""


def dropped_bytes(path: Path, settings: Settings, called: str = "") -> bytes:
    """The bytes of a file that a person provides. Raises ``SourceUnavailable``.

    Errors say ``called`` where the file's name must not be said.

    Something else may have replaced the file since it was listed (a pipe, a link, a huge file): the
    call never waits, follows no link, and reads no more than the allowed size.
    """
    name, most = called or printable_name(str(path)), settings.http.largest_bytes
    try:
        with os.fdopen(os.open(path, UNFOLLOWED), "rb") as file:
            before = os.fstat(file.fileno())
            if not stat.S_ISREG(before.st_mode):
                raise SourceRefused(say("{name}: is not a regular file. Save it as one", name=name))
            content = b"" if before.st_size > most else file.read(most + 1)
            after = os.fstat(file.fileno())
    except OSError as error:
        raise SourceUnavailable(
            say(
                "{name}: cannot be read ({strerror}). Give the user of Kreishaus read access",
                name=name,
                strerror=error.strerror,
            )
        ) from error
    if max(after.st_size, len(content)) > most:
        raise SourceRefused(
            say(
                "{name}: expected {most} bytes at most, found {st_size}. Is it really a "
                "table? Then raise [http] largest_mebibytes in county.toml",
                name=name,
                most=most,
                st_size=after.st_size,
            )
        )
    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise SourceUnavailable(
            say(
                "{name}: changed while it was read: somebody is still writing it. The next "
                "visit reads it again",
                name=name,
            )
        )
    return content


def _report(
    entry: Dataset,
    store: DatasetStore,
    offered: Mapping[str, tuple[Landed, bool]],
    requests: int,
    refused: list[str],
    unavailable: list[str],
) -> FetchReport:
    return FetchReport(
        dataset_id=entry.id,
        offered=requests,
        new=tuple(landed for landed, new in offered.values() if new),
        # Includes files that an earlier run landed but did not process, offered now or not.
        pending=tuple(
            Landed(entry.source, entry.name, sha256, label)
            for sha256, label in store.landing.waiting(entry.version)
        ),
        in_quarantine=tuple(
            landed
            for landed, _ in offered.values()
            if _is_of(entry, store.quarantine.record(landed.sha256))
            and not _is_of(entry, store.staging.record(landed.sha256))
        ),
        refused=tuple(refused),
        unavailable=tuple(unavailable),
    )


def _is_of(entry: Dataset, record: BatchRecord | None) -> bool:
    """Whether the current version of parser and suite has processed the file."""
    return record is not None and record.version == entry.version


def process_file(landed: Landed, settings: Settings) -> Outcome:
    """Parse and validate one landed file; stage it, or put it into quarantine with the reason.

    Bad data raise no exception; the ``Outcome`` reports them. A second call changes nothing.
    Raises ``FaultyList`` as ``fetch_new`` does.
    """
    settings.require_municipalities()
    prepare_home(settings)
    entry = dataset(landed.dataset_id)
    store = DatasetStore.of(settings, entry.source, entry.name)
    staged = store.staging.record(landed.sha256)
    buried = store.landing.tombstone(landed.sha256) is not None
    if staged is not None and (buried or staged.version == entry.version):
        return Outcome(landed, "staged", staged.period, ())
    origin = store.landing.origin(landed.sha256)
    content = store.landing.content(landed.sha256)
    try:
        earlier = partial(earlier_names, settings)
        batch, validation, tables = validate(entry, content, origin, settings.county, earlier)
    except UnreadableFile as error:
        return _quarantine_unreadable(entry, store, landed, origin, content, error.findings)
    record = _record(entry, origin, batch, tables)
    outcome: Literal["staged", "quarantined"] = "staged" if validation.passed else "quarantined"
    checks = [
        _check_row(origin, batch.period, outcome, asdict(check)) for check in validation.checks
    ]
    if validation.passed:
        # Remove the file from quarantine before staging it: if the process is killed in between,
        # the file is in neither place and the next run processes it again.
        store.quarantine.release(landed.sha256)
        store.staging.stage(record, tables, checks, validation.document)
    else:
        store.staging.withdraw(landed.sha256)
        store.quarantine.keep(record, content, validation.findings, checks, validation.document)
    return Outcome(landed, outcome, batch.period, validation.findings)


def validate(
    entry: Dataset,
    content: bytes,
    origin: Origin,
    county: County,
    earlier: Callable[[], Mapping[str, str]] = dict,
) -> tuple[Batch, Validation, dict[str, pa.Table]]:
    """Parse one file, check it with its suite, and make the tables that would be staged.

    A file of another county than ``county`` fails; so does one whose names are not those of their
    keys, by what the county and, where those do not know a key, ``earlier`` files call them.

    Raises ``UnreadableFile`` if the parser cannot read the file with certainty.
    """
    from expectations import runner  # here, because importing Great Expectations takes seconds

    batch: Batch = entry.load("parse")(content, origin)
    findings = (
        *judged_by_regions(entry, batch, county),
        *judged_by_names(entry, batch, county, earlier),
        *origin.left_out,
        *batch.findings,
    )
    batch = replace(batch, findings=findings)
    validation = runner.validate(entry, batch)
    return batch, validation, _typed_tables(entry, batch, origin)


def _typed_tables(entry: Dataset, batch: Batch, origin: Origin) -> dict[str, pa.Table]:
    schemas = entry.tables_in(batch.period)
    provenance = {
        "source_sha256": origin.sha256,
        "period": batch.period,
        "published_at": batch.published_at,
        "retrieved_at": origin.retrieved_at,
        "figure_origin": origin.figure_origin,
    }
    return {name: typed(batch.tables[name], schemas[name], provenance) for name in schemas}


def _record(
    entry: Dataset, origin: Origin, batch: Batch | None, tables: Mapping[str, pa.Table]
) -> BatchRecord:
    references = [
        newest
        for table in tables.values()
        if table.num_rows
        and (not entry.one_table_each or entry.reference in table.column_names)
        and (newest := _newest(table, entry.reference))
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
        figure_origin=origin.figure_origin,
        label_from=origin.label_from,
    )


def _newest(table: pa.Table, column: str) -> date | None:
    import pyarrow.compute as pc  # here, because DAG files import this module and need no pyarrow

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
    store: DatasetStore,
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
    store.staging.withdraw(landed.sha256)
    store.quarantine.keep(_record(entry, origin, None, {}), content, findings, checks, "")
    return Outcome(landed, "quarantined", None, findings)


def by_hand(dataset_id: str, file: Path, settings: Settings, run_id: str) -> Outcome:
    """Land and process one file that a person hands in.

    Raises ``FileRejected``, ``SourceUnavailable`` if the file cannot be read, ``KeyError`` for an
    unknown dataset, and ``FaultyList`` as ``fetch_new`` does.
    """
    settings.require_municipalities()
    prepare_home(settings)
    entry = dataset(dataset_id)
    name = printable_name(file.name)
    request = Request(
        identity=f"by hand: {name}",
        label=name,
        path=printable_name(str(file)),
        extension=file.suffix.lstrip(".") or "bin",
    )
    store = DatasetStore.of(settings, entry.source, entry.name)
    content = dropped_bytes(file.resolve(), settings)
    landed, _ = keep(entry, store, settings, content, request, run_id, by_person=True)
    return process_file(landed, settings)
