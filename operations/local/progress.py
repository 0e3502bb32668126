"""What a person sees while the night runs: which DAG, which task, how long."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from operations.local.api import DagRun, Task

SHOWN_TASKS = 3
SAY_AGAIN_AFTER_SECONDS = 15.0
COLOURS = {"success": "green", "failed": "red", "running": "cyan", "queued": "bright_black"}


class Asks(Protocol):
    """The part of Airflow's API that watching needs."""

    def run(self, dag_id: str, run_id: str) -> DagRun: ...

    def tasks(self, dag_id: str, run_id: str, *states: str) -> list[Task]: ...


def watch(
    api: Asks,
    dag_ids: Sequence[str],
    run_id: str,
    show: Display,
    *,
    every_seconds: float = 1.5,
    pause: Callable[[float], None] = time.sleep,
) -> list[DagRun]:
    """Follow one run of each DAG until all have ended; return how they ended."""
    ended: dict[str, DagRun] = {}
    while True:
        for dag_id in dag_ids:
            if dag_id in ended:
                continue
            run = api.run(dag_id, run_id)
            show(run, [] if run.ended else api.tasks(dag_id, run_id, "running"))
            if run.ended:
                ended[dag_id] = run
        if len(ended) == len(dag_ids):
            return [ended[dag_id] for dag_id in dag_ids]
        pause(every_seconds)


class Display:
    """A table that redraws itself on a terminal; a line now and then where there is none."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._begun = time.monotonic()
        self._lines: dict[str, tuple[DagRun, str]] = {}
        self._said: dict[str, tuple[str, float]] = {}
        self._live = Live(self._table(), console=console, transient=True, refresh_per_second=4)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._console.is_terminal:
            self._live.stop()

    def __call__(self, run: DagRun, running: Sequence[Task]) -> None:
        """Show how a run stands and what it is doing."""
        doing = ", ".join(task.name for task in running[:SHOWN_TASKS])
        if len(running) > SHOWN_TASKS:
            doing += f" and {len(running) - SHOWN_TASKS} more"
        self._lines[run.dag_id] = (run, doing)
        if self._console.is_terminal:
            self._live.update(self._table())
        else:
            self._say(run, doing)

    def note(self, text: str) -> None:
        """Say something that happened beside the runs."""
        self._console.print(
            f"{self._elapsed():>5.0f} s  {text}", highlight=False, markup=False, soft_wrap=True
        )

    def _say(self, run: DagRun, doing: str) -> None:
        state, said_at = self._said.get(run.dag_id, ("", 0.0))
        if state == run.state and self._elapsed() - said_at < SAY_AGAIN_AFTER_SECONDS:
            return
        self._said[run.dag_id] = (run.state, self._elapsed())
        self.note(f"{run.dag_id}: {run.state}" + (f", {doing}" if doing else ""))

    def _table(self) -> Table:
        table = Table(box=None, pad_edge=False, title=f"{self._elapsed():.0f} s")
        for heading in ("DAG", "state", "doing"):
            table.add_column(heading)
        for run, doing in self._lines.values():
            colour = COLOURS.get(run.state, "default")
            table.add_row(run.dag_id, Text(run.state, colour), doing)
        return table

    def _elapsed(self) -> float:
        return time.monotonic() - self._begun
