"""What is wrong with a dataset after its last visit, one line each, worst first.

One list behind ``kreishaus status`` and the alerts, so that both say the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

from kreishaus.local_time import HERE
from kreishaus.settings import Settings
from kreishaus.store.quarantine import QuarantinedFile, explain, worst_findings_first
from kreishaus.store.visits import Visit
from kreishaus.wording import day, joined, say, say_counted
from pipeline.refusals import same_refusal
from pipeline.status import DatasetStatus

Severity = Literal["red", "yellow", "note"]
SEVERITIES: tuple[Severity, ...] = ("red", "yellow", "note")
NOT_VISITED_FOR = timedelta(hours=36)
RUNBOOK = {
    "silent": say(
        "Maintenance heals by itself the next night. If it does not, open the "
        "address in a browser: a page that moved is mended in county.toml."
    ),
    "refused": say(
        "Nothing of the file was kept. Ask its sender for aggregates, and take it "
        "out of the drop folder."
    ),
    "quarantine": say(
        "The last good version stays in force. Open the file beside its "
        "reason.txt: a mistake of the publisher's is told to the publisher, the "
        "corrected file is taken by itself; one of ours is mended in parser or "
        "suite."
    ),
    "unjudged": say(
        "Open the log of the red task process_files in Airflow; the next visit retries."
    ),
    "not renewed": say(
        "Readers see the last good state. Open the red box in the graph of "
        "build_marts: its log is dbt's message."
    ),
    "not published": say(
        "Readers have nothing: start a run (kreishaus run, or build_marts in "
        "Airflow) and look at its first red task."
    ),
    "interrupted": say("Start the run again: it goes on from what has landed."),
    "alert unsent": say(
        "Check the connection in Airflow, then trigger watch_freshness: it sends a "
        "message whenever a person starts it."
    ),
    "county list": say(
        "Mend the list; `kreishaus county check` says when it is in order. Until "
        "then nothing is fetched or built."
    ),
    "originals": say(
        "Earlier code kept the register's own files. `kreishaus azr reduce` keeps their "
        "tables alone; the county confirms it."
    ),
    "late": say("Ask its owner, or visit the page: nothing is broken here."),
    "gap": say("A month between two others is missing: look for it on the publisher's page."),
    "not visited": say("Does Airflow run, and is the DAG not paused?"),
}
"""What a person does about it; the same words as in docs/operations.md, shorter."""


KINDS: Mapping[str, str] = {
    str(label): label
    for label in (
        say("silent"),
        say("refused"),
        say("quarantine"),
        say("unjudged"),
        say("not renewed"),
        say("not published"),
        say("interrupted"),
        say("damaged"),
        say("alert unsent"),
        say("county list"),
        say("late"),
        say("gap"),
        say("not visited"),
        say("reissued"),
        say("backfill"),
    )
}
"""Kind of an issue -> what it is called."""


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

    @property
    def label(self) -> str:
        """What its kind is called."""
        return KINDS[self.kind]


def issues(statuses: Sequence[DatasetStatus], settings: Settings, now: datetime) -> list[Issue]:
    """Everything worth saying of these datasets, worst first."""
    found = [issue for status in statuses if status.enabled for issue in _of(status, settings, now)]
    return worst_first([*_county_list(settings), *found])


def _county_list(settings: Settings) -> Iterator[Issue]:
    if why := settings.county.municipalities_fault:
        brief = say("the county's list of municipalities cannot be read")
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
        why = say_counted(
            "1 landed file was not judged: {labels}. The night was cut short, or our own "
            "code broke",
            "{count} landed files were not judged: {labels}. The night was cut short, or our own "
            "code broke",
            len(status.unjudged),
            labels=_few(status.unjudged),
        )
        yield Issue("red", "unjudged", about, why, why)
    if status.late and status.fresh:
        late = _late(status)
        yield Issue("yellow", "late", about, late, late, key=f"late {about} {status.fresh.awaited}")
    if status.fresh and status.fresh.gaps:
        gaps = [day(gap) for gap in status.fresh.gaps]
        why = say("missing between others: {gaps}", gaps=_few(gaps))
        yield Issue("yellow", "gap", about, why, why, key=f"gap {about} {' '.join(gaps)}")
    if status.reissued:
        periods = [say("the whole table") if name == "all" else name for name in status.reissued]
        why = say(
            "another version came of {periods}; the earlier one is kept", periods=_few(periods)
        )
        yield Issue("note", "reissued", about, why, why)
    if status.originals and status.originals_by:
        yield _originals(status, status.originals_by, now)


def _originals(status: DatasetStatus, by: date, now: datetime) -> Issue:
    why = say_counted(
        "1 file lies here as an office made it, by {by}: kreishaus azr reduce",
        "{count} files lie here as an office made them, by {by}: kreishaus azr reduce",
        status.originals,
        by=day(by),
    )
    severity: Severity = "red" if now.astimezone(HERE).date() > by else "yellow"
    return Issue(severity, "originals", status.dataset.id, why, why, key=f"originals {by}")


def _visits(status: DatasetStatus, now: datetime) -> Iterator[Issue]:
    about = status.dataset.id
    for visit in filter(None, (status.last_visit, status.last_backfill)):
        for text in visit.unavailable:
            yield Issue("red", "silent", about, text, text)
        for text in visit.refused:
            # The name of a file may be that of a person.
            brief = say("a file was refused at the door")
            key = f"refused {about} {same_refusal(text)}"
            yield Issue("red", "refused", about, text, brief, key=key)
    if status.last_visit and now - status.last_visit.visited_at > NOT_VISITED_FOR:
        why = say(
            "not visited since {astimezone:%Y-%m-%d %H:%M}",
            astimezone=status.last_visit.visited_at.astimezone(),
        )
        yield Issue("yellow", "not visited", about, why, why)
    if status.last_backfill:
        backfill = status.last_backfill
        why = say(
            "{offered} asked for again, {new} new, because: {reason}",
            offered=backfill.offered,
            new=backfill.new,
            reason=backfill.reason,
        )
        yield Issue("note", "backfill", about, why)


def _quarantine(status: DatasetStatus, settings: Settings) -> Iterator[Issue]:
    old = [file for file in status.quarantined if _gone(file, status.last_visit)]
    for file in status.quarantined:
        if file not in old:
            yield _quarantined(status, file)
    if old:
        why = say_counted(
            "1 older file in quarantine is no longer offered",
            "{count} older files in quarantine are no longer offered",
            len(old),
        )
        see = settings.quarantine / status.dataset.source / status.dataset.name
        yield Issue("note", "quarantine", status.dataset.id, why, why, see=see)


def _gone(file: QuarantinedFile, visit: Visit | None) -> bool:
    """Whether the last visit was offered something, and not this file."""
    if visit is None or not visit.offered or visit.visited_at < file.record.retrieved_at:
        return False
    return file.record.sha256 not in {*visit.still_quarantined, *visit.pending}


def _quarantined(status: DatasetStatus, file: QuarantinedFile) -> Issue:
    first = explain(file.record.label, worst_findings_first(file.findings)[:1])
    if len(file.findings) > 1:
        others = len(file.findings) - 1
        first = say("{first} (and {count} more)", first=first, count=others)
    rules = ", ".join(sorted({finding.rule for finding in file.findings}))
    return Issue(
        "red",
        "quarantine",
        status.dataset.id,
        first,
        brief=f"{file.record.label}: {rules}",
        see=file.folder / "reason.txt",
    )


def _late(status: DatasetStatus) -> str:
    fresh = status.fresh
    assert fresh is not None
    newest = say("nothing ever arrived")
    if fresh.newest:
        newest = say("the newest is {day}", day=fresh.newest)
    return say_counted(
        "{awaited} was due on {due_on}, 1 day ago; {newest}",
        "{awaited} was due on {due_on}, {count} days ago; {newest}",
        fresh.days_late,
        awaited=fresh.awaited,
        due_on=fresh.due_on,
        newest=newest,
    )


def _few(names: Sequence[str]) -> str:
    shown = joined(names[:4], ", ")
    if len(names) <= 4:
        return shown
    return say("{shown} and {count} more", shown=shown, count=len(names) - 4)
