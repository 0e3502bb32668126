"""The page that ends a run, from statuses written by hand."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from rich.console import Console

from kreishaus.datasets import dataset
from kreishaus.model import Finding
from kreishaus.store.quarantine import QuarantinedFile
from kreishaus.store.staging import BatchRecord
from operations.local.api import DagRun, Task
from operations.local.summary import LocalRun, log_of, show
from pipeline.status import DatasetStatus

MOMENT = datetime(2021, 10, 20, 1, 50, tzinfo=UTC)
LOGS = Path("/srv/kreishaus/airflow/logs")


def status(**words):
    usual = {
        "dataset": dataset("bamf/hkl"),
        "last_fetched": MOMENT,
        "last_good": MOMENT,
        "newest_reference": date(2021, 9, 1),
        "expected_reference": date(2021, 9, 1),
        "files_landed": 52,
        "files_new": 1,
        "files_staged": 51,
        "revisions": 2,
        "checks_passed": 1039,
        "checks_warned": 0,
        "checks_failed": 0,
        "quarantined": (),
    }
    return DatasetStatus(**{**usual, **words})


def quarantined():
    record = BatchRecord("bamf", "hkl", "4f2a", "2020-09", "2020-09", 1, None, MOMENT)
    finding = Finding("sum_to_total", "critical", "the countries sum to 1,204, printed 1,648")
    return QuarantinedFile(record, (finding,), Path("/srv/kreishaus/quarantine/bamf/hkl/4f2a"))


def night(**words):
    usual = {
        "runs": [DagRun("ingest_bamf", "night_1", "success", 12.0)],
        "red": [],
        "datasets": [status()],
        "published": {
            "marts": [
                {
                    "name": "vacancy_by_region",
                    "rows": 154,
                    "newest": "2021-08-15",
                    "kept_from": None,
                }
            ],
            "missing": {},
        },
        "places": {"published database": "/srv/kreishaus/published/v1/kreishaus.duckdb"},
        "seconds": {"starting": 20.0, "collecting": 60.4},
        "logs": LOGS,
    }
    return LocalRun(**{**usual, **words})


def text_of(what):
    output = io.StringIO()
    show(Console(file=output, force_terminal=False), what)
    return output.getvalue()


def row(text, name):
    return next(line.split() for line in text.splitlines() if line.startswith(name))


def test_a_red_night_names_the_task_and_its_log():
    task = Task(
        "ingest_bamf", "hkl.process_files", "2020-09", "failed", 3.0, map_index=7, attempt=1
    )
    red = night(runs=[DagRun("ingest_bamf", "night_1", "failed", 12.0)], red=[task])
    text = text_of(red)
    assert "ingest_bamf: hkl.process_files [2020-09]" in text
    assert "The night is red after 80 s." in text
    folder = (
        LOGS / "dag_id=ingest_bamf" / "run_id=night_1" / "task_id=hkl.process_files" / "map_index=7"
    )
    assert log_of(red, task) == folder


def test_one_red_run_of_two_makes_the_night_red():
    runs = [DagRun("a", "n", "success", 1.0), DagRun("b", "n", "failed", 1.0)]
    assert not night(runs=runs).green
    assert night(runs=runs[:1]).green


def test_quarantined_files_are_said_with_reason_and_place():
    text = text_of(night(datasets=[status(quarantined=(quarantined(),), checks_failed=1)]))
    assert "2020-09: [sum_to_total] the countries sum to 1,204, printed 1,648" in text
    assert "/srv/kreishaus/quarantine/bamf/hkl/4f2a" in text
    assert row(text, "bamf/hkl  ") == ["bamf/hkl", "2021-09-01", "1", "51", "2", "1", "1039", "0"]


def test_what_is_due_and_has_not_come_is_late_but_the_night_is_green():
    text = text_of(night(datasets=[status(expected_reference=date(2021, 10, 1))]))
    assert row(text, "bamf/hkl")[:3] == ["bamf/hkl", "2021-09-01", "late"]
    assert "The night is green" in text


def test_a_dataset_that_never_came_says_so():
    text = text_of(night(datasets=[status(newest_reference=None, files_staged=0)]))
    assert row(text, "bamf/hkl")[:3] == ["bamf/hkl", "never", "late"]


def test_marts_are_shown_with_rows_and_newest_date():
    assert row(text_of(night()), "vacancy_by_region") == ["vacancy_by_region", "2021-08-15", "154"]


def test_a_mart_that_kept_its_old_state_or_is_missing_says_so():
    kept = {"name": "complaints", "rows": 3, "newest": None, "kept_from": "20211019T020000Z"}
    published = {"marts": [kept], "missing": {"inspections": "model.x: error\nlong [story]"}}
    text = text_of(night(published=published))
    assert row(text, "complaints") == ["complaints", "kept", "from", "20211019T020000Z", "3"]
    assert row(text, "inspections") == ["inspections", "model.x:", "error", "none"]


def test_a_night_before_the_first_publication_can_be_shown():
    assert "What went out" not in text_of(night(published=None))


@pytest.mark.parametrize("count", [12, 13])
def test_a_handful_of_red_tasks_is_shown_and_the_rest_counted(count):
    tasks = [Task("ingest_bamf", f"t{n}", "", "failed", 1.0) for n in range(count)]
    runs = [DagRun("ingest_bamf", "night_1", "failed", 12.0)]
    assert ("and 1 more" in text_of(night(runs=runs, red=tasks))) is (count == 13)


def test_time_is_told_by_part():
    assert "starting 20 s, collecting 60 s" in text_of(night())
