"""The page that ends a run: what came in, what went out, where to look, and how long it took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from kreishaus.store.quarantine import explain
from operations.local.api import DagRun, Task

if TYPE_CHECKING:
    from pipeline.status import DatasetStatus


@dataclass(frozen=True)
class LocalRun:
    """Everything a summary speaks of. ``published`` is a version's manifest, or None."""

    runs: Sequence[DagRun]
    red: Sequence[Task]
    datasets: Sequence[DatasetStatus]
    published: Mapping[str, Any] | None
    places: Mapping[str, str | Path]
    seconds: Mapping[str, float]
    logs: Path

    @property
    def green(self) -> bool:
        return all(run.state == "success" for run in self.runs)


def show(console: Console, local_run: LocalRun) -> None:
    """Print the summary."""
    parts: list[RenderableType] = [_sources(local_run.datasets), *_quarantine(local_run.datasets)]
    if local_run.published:
        parts.append(_marts(local_run.published))
    parts.append(_where(local_run))
    parts.extend(_red(local_run))
    for part in parts:
        console.print(part, soft_wrap=isinstance(part, Group))
        console.print()
    verdict = ("green", "bold green") if local_run.green else ("red", "bold red")
    took = f" after {sum(local_run.seconds.values()):.0f} s."
    console.print(Text.assemble("The night is ", verdict, took))


def _table(title: str, *columns: str, numbers: int = 0) -> Table:
    """A plain table whose last ``numbers`` columns are numbers."""
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for place, column in enumerate(columns):
        number = place >= len(columns) - numbers
        table.add_column(column, justify="right" if number else "left", overflow="fold")
    return table


def _sources(datasets: Sequence[DatasetStatus]) -> Table:
    table = _table(
        "What came in",
        *("dataset", "newest", "new", "staged", "revised", "quarantine", "passed", "flagged"),
        numbers=6,
    )
    for status in datasets:
        newest = str(status.newest_reference or "never")
        bad = len(status.quarantined)
        table.add_row(
            status.dataset.id,
            Text(f"{newest} late", "yellow") if status.late else newest,
            str(status.files_new),
            str(status.files_staged),
            str(status.revisions),
            Text(str(bad), "red") if bad else "0",
            str(status.checks_passed),
            Text(str(status.checks_warned), "yellow") if status.checks_warned else "0",
        )
    return table


def _quarantine(datasets: Sequence[DatasetStatus]) -> list[RenderableType]:
    """Each file in quarantine with its first reason in full; the others are in its folder."""
    lines = []
    for status in datasets:
        for file in status.quarantined:
            reason = explain(f"{status.dataset.id} {file.record.label}", file.findings[:1])
            more = len(file.findings) - 1
            lines.append(Text(f"{reason}\n    {f'and {more} more: ' if more else ''}{file.folder}"))
    return [Group(Text("In quarantine", style="bold red"), *lines)] if lines else []


def _marts(published: Mapping[str, Any]) -> Table:
    table = _table("What went out", "mart", "newest", "note", "rows", numbers=1)
    for mart in published["marts"]:
        note = Text(f"kept from {mart['kept_from']}", "red") if mart["kept_from"] else ""
        table.add_row(mart["name"], mart["newest"] or "", note, f"{mart['rows']:,}")
    for name, fault in published["missing"].items():
        table.add_row(name, "", Text(fault.splitlines()[0], "red"), "none")
    return table


def _where(local_run: LocalRun) -> Table:
    table = _table("Where to look, and how long it took", "what", "where")
    for what, where in local_run.places.items():
        table.add_row(what, str(where))
    took = ", ".join(f"{part} {seconds:.0f} s" for part, seconds in local_run.seconds.items())
    table.add_row("time", took)
    return table


def _red(local_run: LocalRun) -> list[RenderableType]:
    """The red tasks with the log of each; beyond a handful, their number."""
    if local_run.green:
        return []
    lines = [
        Text(f"{task.dag_id}: {task.name}\n    {log_of(local_run, task)}")
        for task in local_run.red[:12]
    ]
    if len(local_run.red) > len(lines):
        lines.append(Text(f"and {len(local_run.red) - len(lines)} more"))
    return [Group(Text("Red tasks, and their logs", style="bold red"), *lines)]


def log_of(local_run: LocalRun, task: Task) -> Path:
    """The folder that holds a task's log."""
    run_id = next(run.run_id for run in local_run.runs if run.dag_id == task.dag_id)
    folder = (
        local_run.logs / f"dag_id={task.dag_id}" / f"run_id={run_id}" / f"task_id={task.task_id}"
    )
    return folder / f"map_index={task.map_index}" if task.map_index >= 0 else folder
