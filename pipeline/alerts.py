"""What people are told without asking: the words of it, and what was told already.

alerts/told/<key>.json    what was told, and when
      /sent.jsonl         every attempt to tell, with what kept it from arriving

The channels are in operations/alert_channels.py.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from kreishaus.files import append_line, keep_last_lines, write_json_atomically
from kreishaus.settings import Settings
from kreishaus.wording import Text, joined, say, say_counted
from pipeline.issues import KINDS, RUNBOOK, Issue, issues
from pipeline.status import dataset_status

QUIET_AFTER_RED = timedelta(hours=20)
"""The same fault again within a night (a repeated run, a backfill of many days) is no news."""
QUIET_AFTER_REFUSED = timedelta(days=60)
"""A file that was refused is red each night that it lies there; unchanged, it is told once."""
REMIND_OF_LATE_AFTER = timedelta(days=7)
FORGET_AFTER = QUIET_AFTER_REFUSED
SENT_KEPT = 200


@dataclass(frozen=True)
class Message:
    """``text`` may quote files and is for e-mail; ``brief`` quotes none and is for a webhook.

    All three can be said in German.
    """

    subject: str
    text: str
    brief: str


def red_run(
    settings: Settings,
    *,
    dag_id: str,
    run_id: str,
    red_task: str,
    found: Sequence[Issue],
    page: str,
) -> Message:
    """A DAG run is red: which, why, and what to do."""
    subject = say("Kreishaus ({name}): {dag_id} is red", name=settings.county.name, dag_id=dag_id)
    task = say("Its task {red_task} failed.\n", red_task=red_task) if red_task else ""
    nobody = say("No file and no source is known to be at fault: the log of the red task says why.")
    wrong = [_line(issue.label, joined((issue.about, issue.why), ": ")) for issue in found]
    paths = [f"\n{'':14}{issue.see}" if issue.see else "" for issue in found]
    lines = [joined(pair, "") for pair in zip(wrong, paths, strict=True)]
    kinds = dict.fromkeys(one.kind for one in found)
    to_do = [_line(KINDS[kind], RUNBOOK[kind]) for kind in kinds]
    text = joined(
        [
            say("{dag_id} is red, run {run_id}.\n{task}", dag_id=dag_id, run_id=run_id, task=task),
            *(lines or [nobody]),
            *([say("\nWhat to do"), *to_do] if to_do else []),
            say(
                "\nAirflow: {page}\nEverything at a glance: kreishaus status\n"
                'More: docs/operations.md, "When red"',
                page=page,
            ),
        ],
        "\n",
    )
    briefly = [joined((one.label, joined((one.about, one.brief), ": "))) for one in found]
    first = say("{subject}, run {run_id}", subject=subject, run_id=run_id)
    brief = joined([first, *(briefly or [nobody]), page], "\n")
    return Message(subject, text, brief)


@dataclass(frozen=True)
class Late:
    """What has not arrived by its own calendar: ``news`` of it, and what was told already."""

    news: tuple[Issue, ...]
    known: tuple[Issue, ...]

    @property
    def all(self) -> tuple[Issue, ...]:
        return self.news + self.known


def what_is_late(settings: Settings, alert_log: AlertLog, today: date, now: datetime) -> Late:
    """Everything that is late or missing on ``today``; news again a week after it was told."""
    found = issues(dataset_status(settings, today), settings, now)
    late = [issue for issue in found if issue.kind in ("late", "gap")]
    news = tuple(one for one in late if not alert_log.within(REMIND_OF_LATE_AFTER, one.key, now))
    return Late(news, tuple(one for one in late if one not in news))


def late_datasets(settings: Settings, late: Late, page: str) -> Message:
    """Datasets are late or have a gap: a warning, nothing failed."""
    number = len({issue.about for issue in late.all})
    about = say_counted("1 dataset is late", "{count} datasets are late", number)
    if not number:
        about = say("no dataset is late")
    subject = say("Kreishaus ({name}): {about}", name=settings.county.name, about=about)
    lines = [
        _line(word, joined((issue.about, issue.why), ": "))
        for word, group in ((say("new"), late.news), (say("still"), late.known))
        for issue in group
    ]
    text = joined(
        [
            say("Nothing failed: this is what has not arrived by its own calendar."),
            say("Marts show the last good figures.\n"),
            *(lines or [say("Everything is on time.")]),
            say(
                "\nThe calendars are in {county_file}; all datasets: mart `freshness`,",
                county_file=settings.county_file,
            ),
            f"kreishaus status, {page}",
        ],
        "\n",
    )
    return Message(subject, text, joined([subject, *lines], "\n"))


def no_version(settings: Settings, since: datetime, newest: str) -> Message:
    """Readers got no new version this night: said by a clock that is not Airflow's."""
    subject = say(
        "Kreishaus ({name}): no new version since {since:%d.%m.%Y %H:%M}",
        name=settings.county.name,
        since=since,
    )
    lines = [
        newest,
        "",
        say("What to do"),
        _line(
            "1.",
            say("kreishaus status: did a source or the build fail? Then an alert of its own came."),
        ),
        _line(
            "2.", say("If no alert came: do Airflow's scheduler, workers and DAG processor run?")
        ),
        _line("3.", say("Is build_marts switched on, and does its grid show a run of this night?")),
        "",
        say("Readers keep the last good version. This message comes from `kreishaus check-night`,"),
        say('which needs no Airflow. More: docs/production.md, "A night without a version"'),
    ]
    return Message(subject, joined(lines, "\n"), joined((subject, newest), ". "))


def _line(word: str, text: str) -> Text:
    return say("  {word:<12}{text}", word=word, text=text)


def digest(*words: str) -> str:
    """A short name for some text."""
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:24]


class AlertLog:
    """What people were told, by a key that says what it was about."""

    def __init__(self, settings: Settings) -> None:
        self.folder = settings.home / "alerts" / "told"

    def within(self, span: timedelta, key: str, now: datetime) -> bool:
        """Whether that was told less than ``span`` ago.

        A note that cannot be read, or that a wrong clock put far ahead, silences nobody.
        """
        try:
            told = datetime.fromisoformat(json.loads(self._path(key).read_bytes())["at"])
            return abs(now - told) < span
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def note(self, key: str, now: datetime) -> None:
        """Remember that it was told; forget what was told long ago."""
        write_json_atomically(self._path(key), {"key": key, "at": now.isoformat()})
        for path in self.folder.glob("*.json"):
            if now.timestamp() - path.stat().st_mtime > FORGET_AFTER.total_seconds():
                path.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self.folder / f"{digest(key)}.json"


def note_sent(
    settings: Settings, message: Message, channel: str, error: str | None, now: datetime
) -> None:
    """Write down that a message was sent by a channel, or what kept it from that."""
    document = {"at": now.isoformat(), "subject": message.subject, "channel": channel}
    append_line(_sent(settings), json.dumps({**document, "error": error}, ensure_ascii=False))
    keep_last_lines(_sent(settings), SENT_KEPT)


def unsent(settings: Settings) -> list[Issue]:
    """The channels by which the last message did not arrive."""
    if not _sent(settings).exists():
        return []
    last: dict[str, dict[str, str | None]] = {}
    for line in _sent(settings).read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            document = json.loads(line)
        except json.JSONDecodeError:
            continue  # torn by a kill
        last[document["channel"]] = document
    return [
        Issue(
            "red",
            "alert unsent",
            channel,
            say(
                "{at}: {subject!r} did not arrive: {error}",
                at=document["at"],
                subject=document["subject"],
                error=document["error"],
            ),
            brief="",
            see=_sent(settings),
        )
        for channel, document in last.items()
        if document["error"]
    ]


def _sent(settings: Settings) -> Path:
    return settings.home / "alerts" / "sent.jsonl"
