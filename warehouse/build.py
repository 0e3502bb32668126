"""Build the private DuckDB file: write the files that dbt reads, then run one dbt process.

``build`` runs to the end and returns the result. DAGs use ``build_for_airflow`` and
``publish_for_airflow``, which record the outcome of each dbt node as soon as dbt reports it.
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
from kreishaus.wording import say
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
from warehouse.parse_cache import forget_stale_parse
from warehouse.publish import publish
from warehouse.refusal import Refusal
from warehouse.revisions import write_revised_cells
from warehouse.telemetry import emit_build_metrics, emit_publish_metrics
from warehouse.writer_lock import WriterLock, writing

PROJECT = REPOSITORY / "dbt_project"
ENDS_WITH_PARENT = Path(__file__).with_name("ends_with_parent.py")
BY_HAND = "by_hand"
"""Name of the dbt target, database and warehouse folder that ``kreishaus dbt`` uses."""
NOT_NIGHTLY = ("--exclude-resource-type", "unit_test")
FOR_EACH_NODE = ("--log-format", "json", "--log-level", "debug")
"""With these options dbt logs the end of every kind of node; it does so at level debug only."""
PATIENCE_SECONDS = 30 * 60
"""How long a night waits for a manually started build; a task may take 45 minutes."""
log = logging.getLogger(__name__)


class BuildFailed(Refusal):
    """dbt failed or could not start. The message names each failed node, or the reason."""


@dataclass(frozen=True)
class BuildResult:
    """The result of a build. ``failed`` names the nodes and tests that failed.

    ``record`` describes the build for publishing; None if dbt did not finish.
    """

    exit_code: int
    failed: tuple[str, ...]
    output: str
    record: BuildRecord | None = None


def target(settings: Settings) -> Path:
    """The folder that dbt writes its artefacts to; ``builds`` keeps those that publishing needs."""
    return settings.warehouse / "target"


def parsed(settings: Settings) -> Path:
    """The folder for dbt's artefacts when dbt only parses the project."""
    return settings.warehouse / "parsed"


def dbt_environment(settings: Settings) -> dict[str, str]:
    """Environment variables of the nightly dbt: those of the project, and dbt's output folders."""
    return {
        **_project_environment(settings),
        "DBT_TARGET": "nightly",
        "DBT_TARGET_PATH": str(target(settings).resolve()),
        "DBT_LOG_PATH": str((settings.warehouse / "logs").resolve()),
    }


def by_hand_environment(settings: Settings) -> dict[str, str]:
    """Environment variables of ``kreishaus dbt``, which has its own database and artefacts."""
    own = settings.warehouse / BY_HAND
    return {
        **_project_environment(settings),
        "DBT_TARGET": BY_HAND,
        "DBT_TARGET_PATH": str(own.resolve() / "target"),
        "DBT_LOG_PATH": str(own.resolve() / "logs"),
    }


def _project_environment(settings: Settings) -> dict[str, str]:
    """Variables that the project reads in every dbt call, and those that switch telemetry off."""
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
    """Arguments of ``dbt`` for a build: every node but unit tests, as of the requested moment."""
    as_of = requested_as_of(settings)
    variables = ("--vars", json.dumps(as_of.variables)) if as_of else ()
    return ("build", *NOT_NIGHTLY, *variables)


def prepare(settings: Settings, *, compare_as_before: bool = False) -> None:
    """Write the files that a build reads: empty templates, versions of each period, revisions.

    Set ``compare_as_before`` to rebuild what is published: the build then compares its forecast
    with the one stored earlier, not with the published one. Raises ``WarehouseBusy`` if another
    process builds or publishes.
    """
    with writing(settings, "prepare"):
        lay_ready(settings, compare_as_before=compare_as_before)


def lay_ready(settings: Settings, *, compare_as_before: bool = False) -> None:
    """Do the work of ``prepare`` for a caller that already holds the writer lock.

    Raises ``FaultyList`` if the county's list of municipalities cannot be read.
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
    forget_stale_parse(PROJECT, target(settings), parsed(settings))
    (target(settings) / RESULTS).unlink(missing_ok=True)


def command(settings: Settings, *arguments: str) -> Sequence[str]:
    """A dbt command that the kernel kills when this process dies, so that no writer remains."""
    wrapper = (sys.executable, "-I", "-S", str(ENDS_WITH_PARENT), str(os.getpid()))
    return (*wrapper, str(dbt_program()), *arguments)


def dbt_program() -> Path:
    """The ``dbt`` program of this Python environment."""
    return Path(sys.executable).with_name("dbt")


def dbt(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one dbt command in a separate process, whose end releases its lock on the database."""
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
    """Start ``dbt build``, which inherits the lock; kill it if the caller leaves early.

    Read its output from ``stdout``. Before the start, raises ``NoRoom`` if the disk has too little
    space, and ``BuildNotFinished`` if the warehouse is damaged or another program has it open.
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
        # A stopped task must not leave a dbt running that writes to the database.
        if process.poll() is None:
            process.kill()
            process.wait()
        lock.note(None)
        clear_temporary(settings)


def needed_for_build(settings: Settings) -> int:
    """Roughly how many bytes a build writes: a new copy of each table beside the old one.

    Before the first build there is no database, so the size of the staged files stands in for it.
    """
    database = settings.warehouse / versions.DATABASE
    return database.stat().st_size if database.exists() else room.size_of(settings.staged)


def clear_temporary(settings: Settings) -> None:
    """Remove the spill files of an earlier dbt process."""
    with suppress(FileNotFoundError):
        shutil.rmtree(settings.warehouse / TEMPORARY)


def build_found_disk_full(settings: Settings) -> str:
    """The message for a build that failed because the disk was full."""
    return room.explained(settings.warehouse, needed_for_build(settings), "the build")


def keep_build(settings: Settings, exit_code: int) -> BuildRecord | None:
    """Store dbt's manifest and results of the build; return None if dbt did not finish.

    Raises ``NoRoom`` if the disk is full; the records of earlier builds stay.
    """
    record = None
    with room.said(settings.warehouse, needed_for_build(settings), "the build"):
        if exit_code >= 0:
            record = keep(settings, target(settings), exit_code)
    return record


def parse_project(settings: Settings) -> Path:
    """Write dbt's manifest and return its path. Raises ``RuntimeError`` with dbt's output.

    It uses a separate folder, so that the artefacts of the last build stay unchanged.
    """
    begin(settings.home / "warehouse", "warehouse")
    folder = parsed(settings)
    make_folder(folder)
    forget_stale_parse(PROJECT, folder)
    done = dbt(settings, "--quiet", "parse", "--target-path", str(folder.resolve()))
    if done.returncode:
        raise RuntimeError(f"dbt parse failed in {PROJECT}:\n{done.stdout}{done.stderr}")
    return folder / "manifest.json"


def build(settings: Settings, *, compare_as_before: bool = False) -> BuildResult:
    """Prepare, build every model and run every data test once, and store the build record.

    Raises ``WarehouseBusy`` during another build, ``NoRoom`` if the disk is full, and
    ``BuildNotFinished`` if the warehouse is damaged or another program uses it.
    """
    with writing(settings, "build") as lock:
        lay_ready(settings, compare_as_before=compare_as_before)
        with dbt_build(settings, lock) as process:
            output, _ = process.communicate()
        record = keep_build(settings, process.returncode)
    if process.returncode and room.tells_of_full(output):
        output += build_found_disk_full(settings)
    if process.returncode < 0:
        output += say(
            "dbt was ended from outside (signal {signal}) before it had built everything. What is "
            "published stays as it is. Run kreishaus build again",
            signal=-process.returncode,
        )
    return BuildResult(process.returncode, record.failed if record else (), output, record)


def build_for_airflow(settings: Settings, run_id: str) -> None:
    """Run ``dbt build`` and record the outcome of each node for the Airflow tasks that show it.

    Outcomes go to the folder of the nightly warehouse, also for a build as of an earlier day,
    because the tasks look there.

    Raises ``BuildFailed`` if dbt could not start, or after it has built all nodes that do not
    depend on a failed one.
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
        log.info("%s", line.rstrip())  # not JSON: a library printed it, not dbt
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
    """Publish the marts that this run built without fault; return the faults of the others.

    Raises ``BuildNotFinished`` if this run's dbt task was killed.
    """
    outcomes = Outcomes(nightly_warehouse(settings), run_id)
    finished = outcomes.ended
    outcomes.end()  # a killed dbt task did not: release the tasks that wait for its nodes
    if not finished:
        raise BuildNotFinished(
            "the dbt task of this run was stopped; readers keep the current version"
        )
    begun = time.monotonic()
    try:
        manifest = publish(settings, run_id, patience_seconds=PATIENCE_SECONDS)
    except Refusal as refusal:
        return [str(refusal)]
    emit_publish_metrics(settings, manifest, time.monotonic() - begun)
    faults = [f"{mart} was not renewed: {fault}" for mart, fault in manifest.faults.items()]
    return faults + [f"{node} failed" for node in failed_nodes(settings)]
