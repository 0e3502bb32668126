"""What readers have now, how old it is, and whether the last run came to its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kreishaus.settings import Settings
from kreishaus.wording import joined, say, say_counted, text_of
from pipeline.issues import Issue
from pipeline.status import DatasetStatus
from warehouse import versions
from warehouse.origins import Words, in_words, words_behind

LONGEST_RUN = timedelta(hours=6)
"""A DAG run ends after five hours at the latest: later than this nobody publishes any more."""
MINUTES_OF_AN_HOUR = 60
MINUTES_OF_A_DAY = 24 * 60


@dataclass(frozen=True)
class Publication:
    """The published version, or None; ``issues`` are what is wrong with it as a whole.

    ``figure_origins`` are the words on who made its figures, by source.
    """

    version: str | None
    created_at: datetime | None
    issues: tuple[Issue, ...]
    figure_origins: Words = field(default_factory=dict)

    def first_line(self, now: datetime) -> str:
        """What readers have, and since when, in one line."""
        if self.version is None:
            return say("Nothing is published.")
        if self.created_at is None:
            return say("Published: {version}, which is damaged.", version=self.version)
        old = age(now - self.created_at)
        published = say("Published: {version}, {old} old.", version=self.version, old=old)
        said = in_words(self.figure_origins)
        return joined([published, said]) if said else published


def age(span: timedelta) -> str:
    """A span of time in the largest unit that fits twice: ``90 minutes``, ``47 hours``, ``5 days``.

    Less than nothing, after a clock was set back, is 0 minutes.
    """
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes >= 2 * MINUTES_OF_A_DAY:
        return say("{count} days", count=minutes // MINUTES_OF_A_DAY)
    if minutes >= 2 * MINUTES_OF_AN_HOUR:
        return say("{count} hours", count=minutes // MINUTES_OF_AN_HOUR)
    return say_counted("1 minute", "{count} minutes", minutes)


def publication(
    settings: Settings,
    statuses: Sequence[DatasetStatus],
    now: datetime,
    *,
    at_work: str | None = None,
    runs_end_with_their_process: bool = False,
) -> Publication:
    """The current version, and what the datasets' last visits say of it.

    ``at_work`` names the process that is building right now: then nothing is interrupted.
    ``runs_end_with_their_process``: a home whose nights run in a process that can be asked for;
    elsewhere a night counts as interrupted once no DAG run can still be going on.
    """
    try:
        version = versions.current(settings)
        created_at = versions.made_at(version)
        origins = words_behind(versions.manifest(version, "internal"))
    except versions.Damaged as damaged:
        issue = Issue("red", "damaged", "published", text_of(damaged), text_of(damaged))
        return Publication(version.name, None, (issue,))
    except versions.NothingPublished:
        return Publication(None, None, (_nothing(settings, statuses, at_work),))
    visited = max((one.last_visit.visited_at for one in statuses if one.last_visit), default=None)
    interrupted = (
        at_work is None
        and visited is not None
        and visited > created_at
        and (runs_end_with_their_process or now - visited > LONGEST_RUN)
    )
    issues = (_interrupted(visited, version.name),) if interrupted and visited else ()
    return Publication(version.name, created_at, issues, origins)


def _nothing(settings: Settings, statuses: Sequence[DatasetStatus], at_work: str | None) -> Issue:
    if at_work:
        why = say("the first run has not published yet ({at_work})", at_work=at_work)
    elif any(one.files_landed or one.last_visit for one in statuses):
        why = say("files have landed, and no run has come to its end: start it again")
    else:
        why = say(
            "{home} is empty. Is KREISHAUS_HOME the folder that you mean?", home=settings.home
        )
    return Issue("red", "not published", "published", why, why)


def _interrupted(visited: datetime, version: str) -> Issue:
    why = say(
        "sources were visited at {visited:%Y-%m-%d %H:%M}, after {version} was published, and "
        "nothing was published since: that run did not come to its end",
        visited=visited.astimezone(),
        version=version,
    )
    return Issue("red", "interrupted", "published", why, why)
