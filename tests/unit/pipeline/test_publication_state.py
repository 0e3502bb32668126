"""The first line of ``status``: what readers have, how old it is, and whether a run ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from kreishaus.folder_formats import begin
from kreishaus.settings import Settings
from kreishaus.store.visits import Visit
from operations.local.lock import RunLock
from pipeline.status import DatasetStatus, dataset_status
from warehouse.not_renewed import not_renewed
from warehouse.publication_state import LONGEST_RUN, Publication, age, publication

NIGHT = datetime(2026, 11, 20, 1, 10, tzinfo=UTC)


def published(settings: Settings, at: datetime) -> None:
    begin(settings.published, "published")
    version = settings.published / at.strftime("%Y%m%dT%H%M%S.%fZ")
    (version / "internal").mkdir(parents=True)
    facts = {"created_at": at.isoformat()}
    manifest = {**facts, "run_id": "night", "marts": [], "missing": {}, "refused": {}}
    (version / "internal" / "manifest.json").write_text(json.dumps(manifest))
    (version / "version.json").write_text(json.dumps(facts))
    (settings.published / "current").symlink_to(version.name)


def visited(settings: Settings, at: datetime | None) -> list[DatasetStatus]:
    (status,) = dataset_status(settings, date(2026, 11, 20), source="bamf")[:1]
    return [replace(status, last_visit=Visit(at, "night") if at else None)]


def issues(found: Publication) -> list[tuple[str, str]]:
    return [(one.severity, one.kind) for one in found.issues]


def looked_at(
    settings: Settings, statuses: Sequence[DatasetStatus], after: timedelta, **known: bool
) -> Publication:
    return publication(settings, statuses, NIGHT + after, **known)  # type: ignore[arg-type]


def test_an_empty_home_is_red_and_named(settings: Settings) -> None:
    found = looked_at(settings, visited(settings, None), timedelta(0))
    assert issues(found) == [("red", "not published")]
    assert f"{settings.home} is empty" in found.issues[0].why
    assert found.first_line(NIGHT) == "Nothing is published."


def test_files_without_a_version_are_red(settings: Settings) -> None:
    found = looked_at(settings, visited(settings, NIGHT), timedelta(0))
    assert issues(found) == [("red", "not published")]
    assert "no run has come to its end" in found.issues[0].why


def test_a_version_later_than_the_last_visit_is_good_and_its_age_is_said(
    settings: Settings,
) -> None:
    published(settings, NIGHT + timedelta(minutes=40))
    found = looked_at(settings, visited(settings, NIGHT), timedelta(days=3))
    assert found.issues == ()
    now = NIGHT + timedelta(days=3)
    assert found.first_line(now) == "Published: 20261120T015000.000000Z, 2 days old."


@pytest.mark.parametrize(
    ("after", "embedded", "red"),
    [
        (timedelta(minutes=5), True, True),
        (timedelta(minutes=5), False, False),
        (LONGEST_RUN + timedelta(minutes=1), False, True),
    ],
)
def test_sources_visited_and_nothing_published_since(
    settings: Settings, after: timedelta, embedded: bool, red: bool
) -> None:
    """In an Airflow of its own the run's process can be asked for; elsewhere it may go on."""
    published(settings, NIGHT - timedelta(days=1))
    statuses = visited(settings, NIGHT)
    found = looked_at(settings, statuses, after, runs_end_with_their_process=embedded)
    assert issues(found) == ([("red", "interrupted")] if red else [])


def test_a_run_at_work_is_not_interrupted(settings: Settings) -> None:
    published(settings, NIGHT - timedelta(days=1))
    found = publication(
        settings,
        visited(settings, NIGHT),
        NIGHT + timedelta(days=1),
        at_work="kreishaus run, process 7",
        runs_end_with_their_process=True,
    )
    assert found.issues == ()


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=-5), "0 minutes"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=119), "119 minutes"),
        (timedelta(hours=2), "2 hours"),
        (timedelta(hours=47), "47 hours"),
        (timedelta(days=12, hours=3), "12 days"),
    ],
)
def test_ages(span: timedelta, said: str) -> None:
    assert age(span) == said


def status_command(home: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("kreishaus"), "status", *options],
        env={**os.environ, "KREISHAUS_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_says_it_first_and_by_its_exit_status(settings: Settings) -> None:
    done = status_command(settings.home)
    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == "Nothing is published."
    assert "not published" in done.stdout
    published(settings, datetime.now(UTC) - timedelta(hours=3))
    done = status_command(settings.home)
    assert done.returncode == 0
    assert done.stdout.splitlines()[0].endswith(", 3 hours old.")
    with RunLock(settings.home / "run.lock", "run"):
        document = json.loads(status_command(settings.home, "--format", "json").stdout)
    assert document["red"] is False
    assert document["published"]["version"]


@pytest.mark.parametrize("file", ["version.json", "internal/manifest.json"])
def test_a_damaged_version_is_red_with_its_file_and_what_to_do(
    settings: Settings, file: str
) -> None:
    published(settings, NIGHT)
    damaged = (settings.published / "current").resolve() / file
    damaged.write_text("{")
    found = looked_at(settings, visited(settings, NIGHT), timedelta(0))
    assert issues(found) == [("red", "damaged")]
    assert f"{damaged}: expected" in found.issues[0].why
    assert "kreishaus publish" in found.issues[0].why
    assert found.first_line(NIGHT).endswith(", which is damaged.")
    assert not_renewed(settings) == []
