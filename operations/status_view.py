"""How ``kreishaus status`` shows the last night: one screen for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from kreishaus.store.quarantine import explain
from kreishaus.store.visits import Visit
from pipeline.status import DatasetStatus
from pipeline.troubles import Trouble

COLOURS = {"red": "bold red", "yellow": "yellow", "note": "dim"}
LINES_OF_A_SCREEN = 40
COLUMNS_OF_A_SCREEN = 110
FOLDED = ("silent", "late")
MANY = 3
LONGEST_WHY = 170
END_OF_WHY = 55


def as_screen(
    statuses: Sequence[DatasetStatus],
    troubles: Sequence[Trouble],
    home: Path,
    *,
    first_line: str = "",
    all_: bool = False,
) -> RenderableType:
    """``first_line``, a row per dataset, and below what is wrong and why, worst first.

    ``all_`` shows every trouble and each reason uncut; without it, what many datasets of a source
    have in common is said once.
    """
    troubles = troubles if all_ else _folded(troubles)
    red = any(trouble.grade == "red" for trouble in troubles)
    parts: list[RenderableType] = [Text(first_line, "bold red" if red else "bold")]
    parts = [*parts, _datasets(statuses)] if first_line else [_datasets(statuses)]
    shown = troubles if all_ else troubles[: _fitting(troubles, home, len(statuses))]
    if shown:
        parts += [Text(), _troubles(shown, home, cut=not all_)]
    if len(troubles) > len(shown):
        parts.append(
            Text(f"and {len(troubles) - len(shown)} more: kreishaus status --all", "bold yellow")
        )
    if not red:
        parts += [Text(), Text("Nothing is red.", "green")]
    return Group(*parts)


def _folded(troubles: Sequence[Trouble]) -> list[Trouble]:
    """One line for a source of which several datasets are silent, or late."""
    groups: dict[tuple[str, ...], list[Trouble]] = {}
    for number, trouble in enumerate(troubles):
        source = trouble.about.partition("/")[0]
        alone = () if trouble.kind in FOLDED else (str(number),)
        groups.setdefault((trouble.kind, source, *alone), []).append(trouble)
    folded: list[Trouble] = []
    for group in groups.values():
        if len(group) < MANY:
            folded += group
        else:
            folded.append(replace(group[0], about=_common(group)))
    return folded


def _common(group: Sequence[Trouble]) -> str:
    return f"{len(group)} of {group[0].about.partition('/')[0]}, such as {group[0].about}"


def _fitting(troubles: Sequence[Trouble], home: Path, rows: int) -> int:
    """How many troubles fit below so many rows, each by the lines that it takes; some always."""
    left = LINES_OF_A_SCREEN - rows - 4
    for number, trouble in enumerate(troubles):
        where = _short(trouble.see, home) if trouble.see else ""
        words = len(trouble.about) + len(_cut(trouble)) + len(where) + 4
        left -= 1 + words // (COLUMNS_OF_A_SCREEN - 16)
        if left < 0:
            return max(number, 6)
    return len(troubles)


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


def _troubles(troubles: Sequence[Trouble], home: Path, *, cut: bool) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False, expand=True)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for trouble in troubles:
        words = _cut(trouble) if cut else trouble.why
        text = Text.assemble((f"{trouble.about}: ", "bold"), words)
        if trouble.see:
            text.append(f"  {_short(trouble.see, home)}", "cyan")
        table.add_row(Text(trouble.kind, COLOURS[trouble.grade]), text)
    return table


def _cut(trouble: Trouble) -> str:
    """Long words cut: of a finding the middle, for expected and found stand last; else the end."""
    words = trouble.why
    if len(words) <= LONGEST_WHY:
        return words
    if trouble.kind != "quarantine":
        return f"{words[:LONGEST_WHY].rstrip()} ..."
    return f"{words[: LONGEST_WHY - END_OF_WHY].rstrip()} ... {words[-END_OF_WHY:].lstrip()}"


def _short(path: Path, home: Path) -> str:
    """A path below the home folder, with a hash cut to a pattern that a shell understands."""
    parts = path.relative_to(home).parts if path.is_relative_to(home) else path.parts
    return "/".join(f"{part[:8]}*" if len(part) == 64 else part for part in parts)


def as_json(
    statuses: Sequence[DatasetStatus],
    troubles: Sequence[Trouble] = (),
    version: str | None = None,
    created_at: datetime | None = None,
) -> dict[str, Any]:
    """The same as plain values, for another program: a document per dataset, and what is wrong
    with no dataset of its own."""
    ids = {status.dataset.id for status in statuses}
    return {
        "published": {"version": version, "created_at": _iso(created_at)},
        "red": any(trouble.grade == "red" for trouble in troubles),
        "troubles": [
            {"grade": one.grade, "kind": one.kind, "about": one.about, "why": one.why}
            for one in troubles
            if one.about not in ids
        ],
        "datasets": _datasets_as_json(statuses, troubles),
    }


def _datasets_as_json(
    statuses: Sequence[DatasetStatus], troubles: Sequence[Trouble]
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
            "troubles": [
                {"grade": trouble.grade, "kind": trouble.kind, "why": trouble.why}
                for trouble in troubles
                if trouble.about == status.dataset.id
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
