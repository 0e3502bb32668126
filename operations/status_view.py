"""How ``kreishaus status`` shows the last night: one screen for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from kreishaus.store.quarantine import explain
from kreishaus.store.visits import Visit
from pipeline.issues import Issue
from pipeline.status import DatasetStatus

COLOURS = {"red": "bold red", "yellow": "yellow", "note": "dim"}
LINES_OF_A_SCREEN = 40
COLUMNS_OF_A_SCREEN = 110
FOLDED = ("silent", "late")
MANY = 3
LONGEST_WHY = 170
END_OF_WHY = 55


def as_screen(
    statuses: Sequence[DatasetStatus],
    issues: Sequence[Issue],
    home: Path,
    *,
    first_line: str = "",
    all_: bool = False,
) -> RenderableType:
    """``first_line``, a row per dataset, and below what is wrong and why, worst first.

    ``all_`` shows every issue and each reason uncut; without it, what many datasets of a source
    have in common is said once.
    """
    issues = issues if all_ else _folded(issues)
    red = any(issue.severity == "red" for issue in issues)
    parts: list[RenderableType] = [Text(first_line, "bold red" if red else "bold")]
    parts = [*parts, _datasets(statuses)] if first_line else [_datasets(statuses)]
    shown = issues if all_ else issues[: _fitting(issues, home, len(statuses))]
    if shown:
        parts += [Text(), _issues(shown, home, cut=not all_)]
    if len(issues) > len(shown):
        parts.append(
            Text(f"and {len(issues) - len(shown)} more: kreishaus status --all", "bold yellow")
        )
    if not red:
        parts += [Text(), Text("Nothing is red.", "green")]
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
    return f"{len(group)} of {group[0].about.partition('/')[0]}, such as {group[0].about}"


def _fitting(issues: Sequence[Issue], home: Path, rows: int) -> int:
    """How many issues fit below so many rows, each by the lines that it takes; some always."""
    left = LINES_OF_A_SCREEN - rows - 4
    for number, issue in enumerate(issues):
        where = _short(issue.see, home) if issue.see else ""
        words = len(issue.about) + len(_cut(issue)) + len(where) + 4
        left -= 1 + words // (COLUMNS_OF_A_SCREEN - 16)
        if left < 0:
            return max(number, 6)
    return len(issues)


def _datasets(statuses: Sequence[DatasetStatus]) -> Table:
    table = Table(box=None, pad_edge=False, collapse_padding=True)
    for heading in ("dataset", "visited", "new", "newest", "next due"):
        table.add_column(heading, no_wrap=True)
    for heading in ("files", "revised", "flagged", "quar."):
        table.add_column(heading, justify="right", no_wrap=True)
    for status in statuses:
        table.add_row(
            status.dataset.id,
            _moment(status.last_visit),
            _new(status),
            str(status.newest_reference or "never"),
            _due(status),
            str(status.files_staged),
            str(status.revisions),
            Text(str(status.checks_warned), "yellow" if status.checks_warned else ""),
            Text(str(len(status.quarantined)), "bold red" if status.quarantined else ""),
        )
    return table


def _moment(visit: Visit | None) -> str:
    return f"{visit.visited_at.astimezone():%m-%d %H:%M}" if visit else "never"


def _new(status: DatasetStatus) -> Text:
    """How many of the files that the last visit was offered were new, and how many it missed."""
    visit = status.last_visit
    if not status.enabled:
        return Text("switched off", "dim")
    if visit is None:
        return Text("")
    if visit.unavailable and not visit.offered:
        return Text("silent", "bold red")
    missed = len(visit.unavailable) + len(visit.refused)
    words = f"{visit.new} of {visit.offered}"
    return Text(f"{words}, {missed} bad", "bold red") if missed else Text(words)


def _due(status: DatasetStatus) -> Text:
    if status.fresh is None or not status.enabled:
        return Text("")
    if status.fresh.ended:
        return Text(status.dataset.calendar.rest_word, "dim")
    if status.late:
        return Text(f"late {status.fresh.days_late} d", "yellow")
    return Text(str(status.fresh.due_on), "green")


def _issues(issues: Sequence[Issue], home: Path, *, cut: bool) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False, expand=True)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for issue in issues:
        words = _cut(issue) if cut else issue.why
        text = Text.assemble((f"{issue.about}: ", "bold"), words)
        if issue.see:
            text.append(f"  {_short(issue.see, home)}", "cyan")
        table.add_row(Text(issue.kind, COLOURS[issue.severity]), text)
    return table


def _cut(issue: Issue) -> str:
    """Long words cut: of a finding the middle, for expected and found stand last; else the end."""
    words = issue.why
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
