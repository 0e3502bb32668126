"""How ``kreishaus status`` shows the last night: one screen for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from kreishaus.store.quarantine import explain
from kreishaus.store.visits import Visit
from kreishaus.wording import Language, day, in_language, say
from pipeline.issues import Issue
from pipeline.status import DatasetStatus

COLOURS = {"red": "bold red", "yellow": "yellow", "note": "dim"}
LINES_OF_A_SCREEN = 40
COLUMNS_OF_A_SCREEN = 110
FOLDED = ("silent", "late")
MANY = 3
REST_WORDS = {"ended": say("ended"), "no calendar": say("no calendar")}
"""What a calendar without a next day says in place of it."""
Tell = Callable[[str], str]
"""Says a text in the language of the reader."""
LONGEST_WHY = 170
END_OF_WHY = 55


def as_screen(
    statuses: Sequence[DatasetStatus],
    issues: Sequence[Issue],
    home: Path,
    *,
    first_line: str = "",
    all_: bool = False,
    language: Language = "en",
) -> RenderableType:
    """``first_line``, a row per dataset, and below what is wrong and why, worst first.

    ``all_`` shows every issue and each reason uncut; without it, what many datasets of a source
    have in common is said once.
    """
    issues = issues if all_ else _folded(issues)
    red = any(issue.severity == "red" for issue in issues)
    tell: Tell = partial(in_language, language=language)
    parts: list[RenderableType] = [Text(tell(first_line), "bold red" if red else "bold")]
    parts = [*parts, _datasets(statuses, tell)] if first_line else [_datasets(statuses, tell)]
    shown = issues if all_ else issues[: _fitting(issues, home, len(statuses), tell)]
    if shown:
        parts += [Text(), _issues(shown, home, tell, cut=not all_)]
    if len(issues) > len(shown):
        more = say("and {count} more: kreishaus status --all", count=len(issues) - len(shown))
        parts.append(Text(tell(more), "bold yellow"))
    if not red:
        parts += [Text(), Text(tell(say("Nothing is red.")), "green")]
    return Group(*parts)


def _folded(issues: Sequence[Issue]) -> list[Issue]:
    """One line for a source of which several datasets are silent, or late."""
    groups: dict[tuple[str, ...], list[Issue]] = {}
    for number, issue in enumerate(issues):
        source = issue.about.partition("/")[0]
        alone = () if issue.kind in FOLDED else (str(number),)
        groups.setdefault((issue.kind, source, *alone), []).append(issue)
    folded: list[Issue] = []
    for group in groups.values():
        if len(group) < MANY:
            folded += group
        else:
            folded.append(replace(group[0], about=_common(group)))
    return folded


def _common(group: Sequence[Issue]) -> str:
    about = group[0].about
    source = about.partition("/")[0]
    return say("{count} of {source}, such as {about}", count=len(group), source=source, about=about)


def _fitting(issues: Sequence[Issue], home: Path, rows: int, tell: Tell) -> int:
    """How many issues fit below so many rows, each by the lines that it takes; some always."""
    left = LINES_OF_A_SCREEN - rows - 4
    for number, issue in enumerate(issues):
        where = _short(issue.see, home) if issue.see else ""
        words = len(tell(issue.about)) + len(_cut(issue, tell)) + len(where) + 4
        left -= 1 + words // (COLUMNS_OF_A_SCREEN - 16)
        if left < 0:
            return max(number, 6)
    return len(issues)


def _datasets(statuses: Sequence[DatasetStatus], tell: Tell) -> Table:
    table = Table(box=None, pad_edge=False, collapse_padding=True)
    for heading in (say("dataset"), say("visited"), say("new"), say("newest"), say("next due")):
        table.add_column(tell(heading), no_wrap=True)
    for heading in (say("files"), say("revised"), say("flagged"), say("quar.")):
        table.add_column(tell(heading), justify="right", no_wrap=True)
    for status in statuses:
        table.add_row(
            status.dataset.id,
            tell(_moment(status.last_visit)),
            _new(status, tell),
            tell(day(status.newest_reference) if status.newest_reference else say("never")),
            _due(status, tell),
            str(status.files_staged),
            str(status.revisions),
            Text(str(status.checks_warned), "yellow" if status.checks_warned else ""),
            Text(str(len(status.quarantined)), "bold red" if status.quarantined else ""),
        )
    return table


def _moment(visit: Visit | None) -> str:
    if visit is None:
        return say("never")
    return say("{moment:%m-%d %H:%M}", moment=visit.visited_at.astimezone())


def _new(status: DatasetStatus, tell: Tell) -> Text:
    """How many of the files that the last visit was offered were new, and how many it missed."""
    visit = status.last_visit
    if not status.enabled:
        return Text(tell(say("switched off")), "dim")
    if visit is None:
        return Text("")
    if visit.unavailable and not visit.offered:
        return Text(tell(say("silent")), "bold red")
    missed = len(visit.unavailable) + len(visit.refused)
    words = say("{new} of {offered}", new=visit.new, offered=visit.offered)
    if missed:
        words = say("{new_of_offered}, {missed} bad", new_of_offered=words, missed=missed)
    return Text(tell(words), "bold red" if missed else "")


def _due(status: DatasetStatus, tell: Tell) -> Text:
    if status.fresh is None or not status.enabled:
        return Text("")
    if status.fresh.ended:
        return Text(tell(REST_WORDS[status.dataset.calendar.rest_word]), "dim")
    if status.late:
        return Text(tell(say("late {days} d", days=status.fresh.days_late)), "yellow")
    return Text(tell(day(status.fresh.due_on)), "green")


def _issues(issues: Sequence[Issue], home: Path, tell: Tell, *, cut: bool) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False, expand=True)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for issue in issues:
        words = _cut(issue, tell) if cut else tell(issue.why)
        text = Text.assemble((f"{tell(issue.about)}: ", "bold"), words)
        if issue.see:
            text.append(f"  {_short(issue.see, home)}", "cyan")
        table.add_row(Text(tell(issue.label), COLOURS[issue.severity]), text)
    return table


def _cut(issue: Issue, tell: Tell) -> str:
    """Long words cut: of a finding the middle, for expected and found stand last; else the end."""
    words = tell(issue.why)
    if len(words) <= LONGEST_WHY:
        return words
    if issue.kind != "quarantine":
        return f"{words[:LONGEST_WHY].rstrip()} ..."
    return f"{words[: LONGEST_WHY - END_OF_WHY].rstrip()} ... {words[-END_OF_WHY:].lstrip()}"


def _short(path: Path, home: Path) -> str:
    """A path below the home folder, with a hash cut to a pattern that a shell understands."""
    parts = path.relative_to(home).parts if path.is_relative_to(home) else path.parts
    return "/".join(f"{part[:8]}*" if len(part) == 64 else part for part in parts)


def as_json(
    statuses: Sequence[DatasetStatus],
    issues: Sequence[Issue] = (),
    version: str | None = None,
    created_at: datetime | None = None,
    figure_origins: Mapping[str, Iterable[str]] | None = None,
) -> dict[str, Any]:
    """The same as plain values, for another program: a document per dataset, and what is wrong
    with no dataset of its own."""
    ids = {status.dataset.id for status in statuses}
    return {
        "published": {
            "version": version,
            "created_at": _iso(created_at),
            "figure_origins": {name: list(said) for name, said in (figure_origins or {}).items()},
        },
        "red": any(issue.severity == "red" for issue in issues),
        "issues": [
            {"severity": one.severity, "kind": one.kind, "about": one.about, "why": one.why}
            for one in issues
            if one.about not in ids
        ],
        "datasets": _datasets_as_json(statuses, issues),
    }


def _datasets_as_json(
    statuses: Sequence[DatasetStatus], issues: Sequence[Issue]
) -> list[dict[str, Any]]:
    return [
        {
            "dataset": status.dataset.id,
            "enabled": status.enabled,
            "last_fetched": _iso(status.last_fetched),
            "last_good": _iso(status.last_good),
            "last_visit": _visit(status.last_visit),
            "last_backfill": _visit(status.last_backfill),
            "newest_reference": str(status.newest_reference or "") or None,
            "expected_reference": str(status.expected_reference),
            "due_on": str(status.fresh.due_on) if status.fresh and not status.fresh.ended else None,
            "late": status.late,
            "days_late": status.fresh.days_late if status.fresh and status.late else 0,
            "gaps": [str(gap) for gap in status.fresh.gaps] if status.fresh else [],
            "files_staged": status.files_staged,
            "revisions": status.revisions,
            "checks": {
                "passed": status.checks_passed,
                "warned": status.checks_warned,
                "failed": status.checks_failed,
            },
            "quarantined": [
                {
                    "file": file.record.label,
                    "sha256": file.record.sha256,
                    "folder": str(file.folder),
                    "reason": explain(file.record.label, file.findings),
                }
                for file in status.quarantined
            ],
            "issues": [
                {"severity": issue.severity, "kind": issue.kind, "why": issue.why}
                for issue in issues
                if issue.about == status.dataset.id
            ],
        }
        for status in statuses
    ]


def _visit(visit: Visit | None) -> dict[str, Any] | None:
    if visit is None:
        return None
    return {
        "at": _iso(visit.visited_at),
        "run_id": visit.run_id,
        "offered": visit.offered,
        "new": visit.new,
        "reason": visit.reason,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
