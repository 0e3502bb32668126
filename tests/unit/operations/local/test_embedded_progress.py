"""What is seen while the runs go on."""

from __future__ import annotations

import io

from rich.console import Console

from operations.local.api import DagRun, Task
from operations.local.clock import Clock
from operations.local.progress import Display, watch


class Scripted:
    """An Airflow whose runs go through the states written down for them."""

    def __init__(self, **states):
        self.states = {dag_id: list(words) for dag_id, words in states.items()}
        self.asked_for_tasks = []

    def run(self, dag_id, run_id):
        states = self.states[dag_id]
        return DagRun(dag_id, run_id, states.pop(0) if len(states) > 1 else states[0], None)

    def tasks(self, dag_id, run_id, *states):
        self.asked_for_tasks.append((dag_id, *states))
        return [
            Task(dag_id, "hkl.process_files", f"2020-0{n}", "running", 1.0) for n in range(1, 6)
        ]


def lines_of(api, *dag_ids):
    output = io.StringIO()
    console = Console(file=output, force_terminal=False, width=60)
    with Display(console) as display:
        runs = watch(api, dag_ids, "night_1", display, pause=lambda _: None)
    return runs, output.getvalue().splitlines()


def test_watching_ends_when_the_last_run_has_ended():
    api = Scripted(ingest_azr=["queued", "success"], ingest_bamf=["queued", "running", "failed"])
    runs, _ = lines_of(api, "ingest_azr", "ingest_bamf")
    assert [(run.dag_id, run.state) for run in runs] == [
        ("ingest_azr", "success"),
        ("ingest_bamf", "failed"),
    ]


def test_without_a_terminal_each_change_of_state_is_one_line():
    api = Scripted(ingest_bamf=["queued", "running", "running", "running", "success"])
    _, lines = lines_of(api, "ingest_bamf")
    assert [line.split("s  ", 1)[1].split(",")[0] for line in lines] == [
        "ingest_bamf: queued",
        "ingest_bamf: running",
        "ingest_bamf: success",
    ]


def test_the_line_names_what_runs_and_counts_the_rest():
    _, lines = lines_of(Scripted(ingest_bamf=["running", "success"]), "ingest_bamf")
    assert lines[0].endswith(
        "running, hkl.process_files [2020-01], hkl.process_files [2020-02], "
        "hkl.process_files [2020-03] and 2 more"
    )


def test_a_run_that_has_ended_is_not_asked_for_its_tasks():
    api = Scripted(ingest_azr=["success"])
    lines_of(api, "ingest_azr")
    assert api.asked_for_tasks == []


def test_the_clock_counts_each_part_and_only_while_it_runs(monkeypatch):
    moments = iter([0.0, 5.0, 5.0, 7.5])
    monkeypatch.setattr("operations.local.clock.time.monotonic", lambda: next(moments))
    clock = Clock()
    clock.begin("starting")
    clock.begin("collecting")
    clock.stop()
    clock.stop()
    assert clock.seconds == {"starting": 5.0, "collecting": 2.5}
