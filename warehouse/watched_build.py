"""The nightly build: one dbt process, each node's outcome told the moment dbt knows it."""

from __future__ import annotations

import json
import logging
import time
from typing import Any

from kreishaus.rights import prepare_home
from kreishaus.settings import Settings
from warehouse import room
from warehouse.as_of import nightly_warehouse
from warehouse.build import build_found_disk_full, dbt_build, keep_build
from warehouse.builds import MANIFEST, BuildNotFinished, failed_nodes
from warehouse.nodes import NodeOutcome, Outcomes, write_nodes
from warehouse.publish import publish
from warehouse.refusal import Refusal
from warehouse.telemetry import emit_build_metrics, emit_publish_metrics
from warehouse.writer_lock import writing

# dbt tells the end of every kind of node in one way only among its debug messages.
WORDS = ("--log-format", "json", "--log-level", "debug")
PATIENCE_SECONDS = 30 * 60
"""How long a night waits for a build that somebody began by hand; a task may take 45 minutes."""
log = logging.getLogger(__name__)


class BuildFailed(Refusal):
    """dbt ended red, or could not begin. The message names each node that broke, or the reason."""


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
            with dbt_build(settings, lock, *WORDS) as process:
                assert process.stdout is not None
                for line in process.stdout:
                    _tell(outcomes, line)
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


def _tell(outcomes: Outcomes, line: str) -> None:
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
