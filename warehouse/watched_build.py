"""The nightly build: one dbt process, each node's outcome told the moment dbt knows it."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ingest.rights import prepare_home
from ingest.settings import Settings
from warehouse.as_of import nightly_warehouse
from warehouse.build import PROJECT, build_arguments, dbt_environment, failed_nodes, target
from warehouse.marts import BuildNotFinished
from warehouse.nodes import NodeOutcome, Outcomes, write_nodes
from warehouse.publish import publish
from warehouse.told import tell_of_build, tell_of_publishing

log = logging.getLogger(__name__)


class BuildFailed(Exception):
    """dbt ended red. The message names each node that broke; ``publish`` decides what it means."""


def build_watched(settings: Settings, run_id: str) -> None:
    """Run ``dbt build`` and record each node's outcome for those who watch it.

    Who watches looks into the nightly warehouse, also where the build is made aside.

    Raises ``BuildFailed`` after dbt has done all that could still be done.
    """
    prepare_home(settings)
    outcomes = Outcomes(nightly_warehouse(settings), run_id)
    begun = time.monotonic()
    try:
        with _dbt_build(settings) as process:
            assert process.stdout is not None
            for line in process.stdout:
                _tell(outcomes, line)
    finally:
        outcomes.end()
    write_nodes(target(settings) / "manifest.json", nightly_warehouse(settings))
    tell_of_build(settings, run_id, time.monotonic() - begun)
    if process.returncode:
        broken = "\n".join(failed_nodes(settings)) or f"see {settings.warehouse / 'logs'}"
        raise BuildFailed(f"dbt ended with status {process.returncode}:\n{broken}")


@contextmanager
def _dbt_build(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    # dbt tells the end of every kind of node in one way only among its debug messages.
    words = ("--log-format", "json", "--log-level", "debug")
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("dbt")), *words, *build_arguments(settings)],
        cwd=PROJECT,
        env={**os.environ, **dbt_environment(settings)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
        process.wait()
    finally:
        # A task that is stopped must not leave a writer behind.
        if process.poll() is None:
            process.kill()
            process.wait()


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


def publish_watched(settings: Settings, run_id: str) -> list[str]:
    """Publish what the build of this run made good; return what is wrong with the rest.

    Raises ``BuildNotFinished`` when this run's build did not come to its end.
    """
    outcomes = Outcomes(nightly_warehouse(settings), run_id)
    finished = outcomes.ended
    outcomes.end()  # after a dbt task that was killed: nobody shall wait for its nodes
    if not finished:
        raise BuildNotFinished("the dbt task of this run was stopped; readers keep what they have")
    begun = time.monotonic()
    manifest = publish(settings, run_id)
    tell_of_publishing(settings, manifest, time.monotonic() - begun)
    faults = [f"{mart} was not renewed: {fault}" for mart, fault in manifest.faults.items()]
    return faults + [f"{node} failed" for node in failed_nodes(settings)]
