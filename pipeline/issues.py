"""What is wrong with a dataset after its last visit, one line each, worst first.

One list behind ``kreishaus status`` and the alerts, so that both say the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

from kreishaus.local_time import HERE
from kreishaus.settings import Settings
from kreishaus.store.quarantine import QuarantinedFile, explain
from kreishaus.store.visits import Visit
from pipeline.status import DatasetStatus

Severity = Literal["red", "yellow", "note"]
SEVERITIES: tuple[Severity, ...] = ("red", "yellow", "note")
NOT_VISITED_FOR = timedelta(hours=36)
RUNBOOK = {
    "silent": "Maintenance heals by itself the next night. If it does not, open the address in a "
    "browser: a page that moved is mended in county.toml.",
    "refused": "Nothing of the file was kept. Ask its sender for aggregates, and take it out of "
    "the drop folder.",
    "quarantine": "The last good version stays in force. Open the file beside its reason.txt: a "
    "mistake of the publisher's is told to the publisher, the corrected file is taken by itself; "
    "one of ours is mended in parser or suite.",
    "unjudged": "Open the log of the red task process_files in Airflow; the next visit retries.",
    "not renewed": "Readers see the last good state. Open the red box in the graph of build_marts: "
    "its log is dbt's message.",
    "not published": "Readers have nothing: start a run (kreishaus run, or build_marts in Airflow) "
    "and look at its first red task.",
    "interrupted": "Start the run again: it goes on from what has landed.",
    "alert unsent": "Check the connection in Airflow, then trigger watch_freshness: it sends a "
    "message whenever a person starts it.",
    "county list": "Mend the list; `kreishaus county check` says when it is in order. Until then "
    "nothing is fetched or built.",
    "originals": "Earlier code kept the register's own files. `kreishaus azr reduce` keeps their "
    "tables alone; the county confirms it.",
    "late": "Ask its owner, or visit the page: nothing is broken here.",
    "gap": "A month between two others is missing: look for it on the publisher's page.",
    "not visited": "Does Airflow run, and is the DAG not paused?",
}
"""What a person does about it; the same words as in docs/operations.md, shorter."""


@dataclass(frozen=True)
class Issue:
    """One thing to know about a night; ``kind`` is a key of ``RUNBOOK``, or reissued, or backfill.

    ``why`` may quote a file; ``brief`` quotes none and may leave the machine. ``see`` is where to
    look. ``key`` stays the same from day to day while it is about the same thing.
    """

    severity: Severity
    kind: str
    about: str
    why: str
    brief: str = ""
    see: Path | None = None
    key: str = ""


def issues(statuses: Sequence[DatasetStatus], settings: Settings, now: datetime) -> list[Issue]:
    """Everything worth saying of these datasets, worst first."""
    found = [issue for status in statuses if status.enabled for issue in _of(status, settings, now)]
    return worst_first([*_county_list(settings), *found])


def _county_list(settings: Settings) -> Iterator[Issue]:
    if why := settings.county.municipalities_fault:
        brief = "the county's list of municipalities cannot be read"
        see = settings.county_folder
        yield Issue("red", "county list", "county/lists", why, brief, see=see)


def worst_first(found: Sequence[Issue]) -> list[Issue]:
    """Red before yellow before notes, otherwise in the order given."""
    return sorted(found, key=lambda issue: SEVERITIES.index(issue.severity))


def _of(status: DatasetStatus, settings: Settings, now: datetime) -> Iterator[Issue]:
    yield from _visits(status, now)
    yield from _quarantine(status, settings)
    about = status.dataset.id
    if status.unjudged:
        number = len(status.unjudged)
        files = "1 landed file was" if number == 1 else f"{number} landed files were"
        labels = _few(status.unjudged)
        why = f"{files} not judged: {labels}. The night was cut short, or our own code broke"
        yield Issue("red", "unjudged", about, why, why)
    if status.late and status.fresh:
        why = _late(status)
        yield Issue("yellow", "late", about, why, why, key=f"late {about} {status.fresh.awaited}")
    if status.fresh and status.fresh.gaps:
        gaps = [str(gap) for gap in status.fresh.gaps]
        why = f"missing between others: {_few(gaps)}"
        yield Issue("yellow", "gap", about, why, why, key=f"gap {about} {' '.join(gaps)}")
    if status.reissued:
        periods = ["the whole table" if name == "all" else name for name in status.reissued]
        why = f"another version came of {_few(periods)}; the earlier one is kept"
        yield Issue("note", "reissued", about, why, why)
    if status.originals and status.originals_by:
        yield _originals(status, status.originals_by, now)


def _originals(status: DatasetStatus, by: date, now: datetime) -> Issue:
    number = "1 file lies" if status.originals == 1 else f"{status.originals} files lie"
    why = f"{number} here as an office made it, by {by}: kreishaus azr reduce"
    severity: Severity = "red" if now.astimezone(HERE).date() > by else "yellow"
    return Issue(severity, "originals", status.dataset.id, why, why, key=f"originals {by}")


def _visits(status: DatasetStatus, now: datetime) -> Iterator[Issue]:
    about = status.dataset.id
    for visit in filter(None, (status.last_visit, status.last_backfill)):
        for text in visit.unavailable:
            yield Issue("red", "silent", about, text, text)
        for text in visit.refused:
            # The name of a file may be that of a person.
            yield Issue("red", "refused", about, text, "a file was refused at the door")
    if status.last_visit and now - status.last_visit.visited_at > NOT_VISITED_FOR:
        why = f"not visited since {status.last_visit.visited_at.astimezone():%Y-%m-%d %H:%M}"
        yield Issue("yellow", "not visited", about, why, why)
    if status.last_backfill:
        backfill = status.last_backfill
        why = f"{backfill.offered} asked for again, {backfill.new} new, because: {backfill.reason}"
        yield Issue("note", "backfill", about, why)


def _quarantine(status: DatasetStatus, settings: Settings) -> Iterator[Issue]:
    old = [file for file in status.quarantined if _gone(file, status.last_visit)]
    for file in status.quarantined:
        if file not in old:
            yield _quarantined(status, file)
    if old:
        files = (
            "1 older file in quarantine is"
            if len(old) == 1
            else f"{len(old)} older files in quarantine are"
        )
        why = f"{files} no longer offered"
        see = settings.quarantine / status.dataset.source / status.dataset.name
        yield Issue("note", "quarantine", status.dataset.id, why, why, see=see)


def _gone(file: QuarantinedFile, visit: Visit | None) -> bool:
    """Whether the last visit was offered something, and not this file."""
    if visit is None or not visit.offered or visit.visited_at < file.record.retrieved_at:
        return False
    return file.record.sha256 not in {*visit.still_quarantined, *visit.pending}


def _quarantined(status: DatasetStatus, file: QuarantinedFile) -> Issue:
    first = explain(file.record.label, file.findings).splitlines()[0]
    more = f" (and {len(file.findings) - 1} more)" if len(file.findings) > 1 else ""
    rules = ", ".join(sorted({finding.rule for finding in file.findings}))
    return Issue(
        "red",
        "quarantine",
        status.dataset.id,
        first + more,
        brief=f"{file.record.label}: {rules}",
        see=file.folder / "reason.txt",
    )


def _late(status: DatasetStatus) -> str:
    fresh = status.fresh
    assert fresh is not None
    days = "1 day" if fresh.days_late == 1 else f"{fresh.days_late} days"
    newest = f"the newest is {fresh.newest}" if fresh.newest else "nothing ever arrived"
    return f"{fresh.awaited} was due on {fresh.due_on}, {days} ago; {newest}"


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return ", ".join(names[:4]) + more
