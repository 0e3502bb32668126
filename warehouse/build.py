"""Building the private DuckDB file with dbt: what must lie ready before, and the one process.

``build`` is for whoever waits for its end. A DAG shows the outcome of each dbt node the moment dbt
knows it: ``build_for_airflow`` and ``publish_for_airflow``.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kreishaus.datasets import REGISTRY
from kreishaus.files import make_folder
from kreishaus.folder_formats import begin
from kreishaus.rights import prepare_home
from kreishaus.settings import REPOSITORY, Settings
from kreishaus.store.batches import write_batches
from kreishaus.store.sightings import write_sightings
from kreishaus.store.staging import CHECKS, TEMPLATE, Staging, write_templates
from pipeline.freshness import write_freshness
from warehouse import room, versions
from warehouse.as_of import nightly_warehouse, requested_as_of
from warehouse.builds import (
    MANIFEST,
    RESULTS,
    BuildNotFinished,
    BuildRecord,
    failed_nodes,
    keep,
    require_readable,
)
from warehouse.county_lists import take_county_lists
from warehouse.database import TEMPORARY
from warehouse.forecasts import write_forecasts_published
from warehouse.nodes import NodeOutcome, Outcomes, write_nodes
from warehouse.publish import publish
from warehouse.refusal import Refusal
from warehouse.revisions import write_revised_cells
from warehouse.telemetry import emit_build_metrics, emit_publish_metrics
from warehouse.writer_lock import WriterLock, writing

PROJECT = REPOSITORY / "dbt_project"
ENDS_WITH_PARENT = Path(__file__).with_name("ends_with_parent.py")
BY_HAND = "by_hand"
"""Target of dbt's profile, database and folder in the warehouse for a dbt that a person calls."""
NOT_NIGHTLY = ("--exclude-resource-type", "unit_test")
FOR_EACH_NODE = ("--log-format", "json", "--log-level", "debug")
"""Options by which dbt reports the end of every kind of node: it does so only when it debugs."""
PATIENCE_SECONDS = 30 * 60
"""How long a night waits for a build that somebody began by hand; a task may take 45 minutes."""
log = logging.getLogger(__name__)


class BuildFailed(Refusal):
    """dbt ended red, or could not begin. The message names each node that broke, or the reason."""


@dataclass(frozen=True)
class BuildResult:
    """How a build ended. ``failed`` names nodes that broke, or failed their test.

    ``record`` is what is kept of it; None where dbt did not come to its end.
    """

    exit_code: int
    failed: tuple[str, ...]
    output: str
    record: BuildRecord | None = None


def target(settings: Settings) -> Path:
    """The folder of dbt's own artefacts in a build; what publishing needs is kept in ``builds``."""
    return settings.warehouse / "target"


def parsed(settings: Settings) -> Path:
    """The folder of dbt's artefacts where the project is only read."""
    return settings.warehouse / "parsed"


def dbt_environment(settings: Settings) -> dict[str, str]:
    """The environment variables of a nightly dbt: what the project reads, and where dbt writes."""
    return {
        **_project_environment(settings),
        "DBT_TARGET": "nightly",
        "DBT_TARGET_PATH": str(target(settings).resolve()),
        "DBT_LOG_PATH": str((settings.warehouse / "logs").resolve()),
    }


def by_hand_environment(settings: Settings) -> dict[str, str]:
    """The environment variables of a dbt by hand: a database and artefacts of its own."""
    own = settings.warehouse / BY_HAND
    return {
        **_project_environment(settings),
        "DBT_TARGET": BY_HAND,
        "DBT_TARGET_PATH": str(own.resolve() / "target"),
        "DBT_LOG_PATH": str(own.resolve() / "logs"),
    }


def _project_environment(settings: Settings) -> dict[str, str]:
    """What the project reads, whoever calls dbt, and what keeps dbt quiet."""
    return {
        "KREISHAUS_HOME": str(settings.home.resolve()),
        "KREISHAUS_WAREHOUSE": str(settings.warehouse.resolve()),
        "KREISHAUS_EVERY_YEAR_UNTIL": str(settings.demand.every_year_until or 0),
        "KREISHAUS_WAREHOUSE_MEMORY": settings.warehouse_memory,
        "DBT_PROJECT_DIR": str(PROJECT),
        "DBT_PROFILES_DIR": str(PROJECT),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }


def build_arguments(settings: Settings) -> tuple[str, ...]:
    """What ``dbt`` is told to do in a build: everything once, as of the moment asked for."""
    as_of = requested_as_of(settings)
    variables = ("--vars", json.dumps(as_of.variables)) if as_of else ()
    return ("build", *NOT_NIGHTLY, *variables)


def prepare(settings: Settings, *, compare_as_before: bool = False) -> None:
    """Lay ready what a build reads: empty templates, the versions of every period, what changed.

    A build that makes again what is published is to ``compare_as_before``: with the forecast that
    was kept for it. Raises ``WarehouseBusy`` beside a build.
    """
    with writing(settings, "prepare"):
        lay_ready(settings, compare_as_before=compare_as_before)


def lay_ready(settings: Settings, *, compare_as_before: bool = False) -> None:
    """``prepare`` for who has the warehouse to himself already.

    Raises ``FaultyList`` where the county's list of municipalities cannot be read.
    """
    settings.require_municipalities()
    prepare_home(settings)
    begin(settings.home / "warehouse", "warehouse")
    for entry in REGISTRY:
        schemas = entry.load("tables")
        Staging(settings.staged, entry.source, entry.name).write_templates(schemas)
    template = settings.quarantine / TEMPLATE / TEMPLATE / TEMPLATE
    write_templates(template, {"checks": CHECKS})
    if requested_as_of(settings) is None:
        take_county_lists(settings)
    write_batches(settings)
    write_freshness(settings, as_of.moment if (as_of := requested_as_of(settings)) else None)
    write_sightings(settings)
    write_revised_cells(settings)
    write_forecasts_published(settings, renew=not compare_as_before)
    make_folder(target(settings))
    (target(settings) / RESULTS).unlink(missing_ok=True)


def command(settings: Settings, *arguments: str) -> Sequence[str]:
    """A dbt command, which ends when this process does: no writer is left behind."""
    wrapper = (sys.executable, "-I", "-S", str(ENDS_WITH_PARENT), str(os.getpid()))
    return (*wrapper, str(dbt_program()), *arguments)


def dbt_program() -> Path:
    """dbt's own command of this environment."""
    return Path(sys.executable).with_name("dbt")


def dbt(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one dbt command in a process of its own, so that its lock on the file ends with it."""
    return subprocess.run(
        command(settings, *arguments),
        cwd=PROJECT,
        env={**os.environ, **dbt_environment(settings)},
        capture_output=True,
        text=True,
        check=False,
    )


@contextmanager
def dbt_build(
    settings: Settings, lock: WriterLock, *options: str
) -> Iterator[subprocess.Popen[str]]:
    """The one process that builds, with the lock in its hands too; ended if it is not waited for.

    Its words come by ``stdout``. Before it begins, raises ``NoRoom`` where it could not end, and
    ``BuildNotFinished`` where the warehouse is damaged or another program has it open.
    """
    room.need(settings.warehouse, needed_for_build(settings), "the build")
    require_readable(settings)
    clear_temporary(settings)
    (target(settings) / RESULTS).unlink(missing_ok=True)
    process = subprocess.Popen(
        command(settings, *options, *build_arguments(settings)),
        cwd=PROJECT,
        env={**os.environ, **dbt_environment(settings)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        pass_fds=(lock.descriptor,),
    )
    try:
        lock.note(process.pid)
        yield process
        process.wait()
    finally:
        # A task that is stopped must not leave a writer behind.
        if process.poll() is None:
            process.kill()
            process.wait()
        lock.note(None)
        clear_temporary(settings)


def needed_for_build(settings: Settings) -> int:
    """About how many bytes a build writes: each table anew, beside the one that it replaces.

    Of a first build nothing is known but what it reads.
    """
    database = settings.warehouse / versions.DATABASE
    return database.stat().st_size if database.exists() else room.size_of(settings.staged)


def clear_temporary(settings: Settings) -> None:
    """Remove what did not fit into the memory of a dbt that is no more."""
    with suppress(FileNotFoundError):
        shutil.rmtree(settings.warehouse / TEMPORARY)


def build_found_disk_full(settings: Settings) -> str:
    """The sentence for a build that a full disk stopped."""
    return room.explained(settings.warehouse, needed_for_build(settings), "the build")


def keep_build(settings: Settings, exit_code: int) -> BuildRecord | None:
    """Keep what dbt left of the build; None where it did not come to its end.

    Raises ``NoRoom`` where the disk was full: what was built before it is kept all the same.
    """
    record = None
    with room.said(settings.warehouse, needed_for_build(settings), "the build"):
        if exit_code >= 0:
            record = keep(settings, target(settings), exit_code)
    return record


def parse_project(settings: Settings) -> Path:
    """Write dbt's manifest and return its path. Raises ``RuntimeError`` with dbt's own words.

    In a folder of its own: what is kept of a build is not touched.
    """
    begin(settings.home / "warehouse", "warehouse")
    folder = parsed(settings)
    make_folder(folder)
    done = dbt(settings, "--quiet", "parse", "--target-path", str(folder.resolve()))
    if done.returncode:
        raise RuntimeError(f"dbt parse failed in {PROJECT}:\n{done.stdout}{done.stderr}")
    return folder / "manifest.json"


def build(settings: Settings, *, compare_as_before: bool = False) -> BuildResult:
    """Prepare, build every model and run every data test once, and keep what came of it.

    Raises ``WarehouseBusy`` beside another build, ``NoRoom`` where the disk is full.
    """
    with writing(settings, "build") as lock:
        lay_ready(settings, compare_as_before=compare_as_before)
        with dbt_build(settings, lock) as process:
            output, _ = process.communicate()
        record = keep_build(settings, process.returncode)
    if process.returncode and room.tells_of_full(output):
        output += build_found_disk_full(settings)
    return BuildResult(process.returncode, record.failed if record else (), output, record)


def build_for_airflow(settings: Settings, run_id: str) -> None:
    """Run ``dbt build`` and record each node's outcome for those who watch it.

    Who watches looks into the nightly warehouse, also where the build is made aside.

    Raises ``BuildFailed`` after dbt has done all that could still be done, or where it could not
    begin.
    """
    prepare_home(settings)
    outcomes = Outcomes(nightly_warehouse(settings), run_id)
    begun = time.monotonic()
    disk_full = False
    try:
        with writing(settings, f"build ({run_id})", PATIENCE_SECONDS) as lock:
            with dbt_build(settings, lock, *FOR_EACH_NODE) as process:
                assert process.stdout is not None
                for line in process.stdout:
                    _record_event(outcomes, line)
                    disk_full = disk_full or room.tells_of_full(line)
            record = keep_build(settings, process.returncode)
    except Refusal as refusal:
        raise BuildFailed(str(refusal)) from refusal
    finally:
        outcomes.end()
    if record:
        write_nodes(record.folder / MANIFEST, nightly_warehouse(settings))
    emit_build_metrics(settings, run_id, time.monotonic() - begun, record)
    if process.returncode or record is None:
        broken = "\n".join(record.failed if record else ()) or f"see {settings.warehouse / 'logs'}"
        if disk_full:
            broken += f"\n{build_found_disk_full(settings)}"
        raise BuildFailed(f"dbt ended with status {process.returncode}:\n{broken}")


def _record_event(outcomes: Outcomes, line: str) -> None:
    try:
        event: dict[str, Any] = json.loads(line)
        name, level, words = (event["info"][key] for key in ("name", "level", "msg"))
    except (ValueError, KeyError, TypeError):
        log.info("%s", line.rstrip())  # a library's own words between dbt's
        return
    if name == "NodeFinished":
        outcomes.record(_outcome(event["data"]))
    elif level != "debug" and words.strip():
        log.log(logging.ERROR if level == "error" else logging.INFO, "%s", words)


def _outcome(data: dict[str, Any]) -> NodeOutcome:
    result = data["run_result"]
    return NodeOutcome(
        unique_id=data["node_info"]["unique_id"],
        status=result["status"],
        message=result.get("message") or "",
        seconds=round(float(result.get("execution_time") or 0), 2),
    )


def publish_for_airflow(settings: Settings, run_id: str) -> list[str]:
    """Publish what the build of this run made good; return what is wrong with the rest.

    Raises ``BuildNotFinished`` when this run's build did not come to its end.
    """
    outcomes = Outcomes(nightly_warehouse(settings), run_id)
    finished = outcomes.ended
    outcomes.end()  # after a dbt task that was killed: nobody shall wait for its nodes
    if not finished:
        raise BuildNotFinished("the dbt task of this run was stopped; readers keep what they have")
    begun = time.monotonic()
    try:
        manifest = publish(settings, run_id, patience_seconds=PATIENCE_SECONDS)
    except Refusal as refusal:
        return [str(refusal)]
    emit_publish_metrics(settings, manifest, time.monotonic() - begun)
    faults = [f"{mart} was not renewed: {fault}" for mart, fault in manifest.faults.items()]
    return faults + [f"{node} failed" for node in failed_nodes(settings)]
