"""Building the private DuckDB file with dbt: what must lie ready before, and the one process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from ingest.batches import write_batches
from ingest.datasets import REGISTRY
from ingest.files import make_folder
from ingest.freshness import write_freshness
from ingest.rights import prepare_home
from ingest.settings import REPOSITORY, Settings
from ingest.sightings import write_sightings
from ingest.staging import CHECKS, TEMPLATE, Staging, write_templates
from warehouse.as_of import asked_for
from warehouse.forecasts import write_forecasts_published
from warehouse.revisions import write_revised_cells

PROJECT = REPOSITORY / "dbt_project"
NOT_NIGHTLY = ("--exclude-resource-type", "unit_test")


@dataclass(frozen=True)
class BuildResult:
    """How a dbt process ended. ``failed`` names nodes that broke, or failed their test."""

    exit_code: int
    failed: tuple[str, ...]
    output: str


def target(settings: Settings) -> Path:
    """The folder of dbt's own artefacts: manifest.json, run_results.json."""
    return settings.warehouse / "target"


def dbt_environment(settings: Settings) -> dict[str, str]:
    """The environment variables that the dbt project reads, and those that keep dbt quiet."""
    return {
        "KREISHAUS_HOME": str(settings.home.resolve()),
        "KREISHAUS_WAREHOUSE": str(settings.warehouse.resolve()),
        "KREISHAUS_COUNTY_AGS": settings.county.ags,
        "KREISHAUS_LAND_AGS": settings.county.land_ags,
        "KREISHAUS_EVERY_YEAR_UNTIL": str(settings.demand.every_year_until or 0),
        "KREISHAUS_WAREHOUSE_MEMORY": settings.warehouse_memory,
        "DBT_PROJECT_DIR": str(PROJECT),
        "DBT_PROFILES_DIR": str(PROJECT),
        "DBT_TARGET_PATH": str(target(settings).resolve()),
        "DBT_LOG_PATH": str((settings.warehouse / "logs").resolve()),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }


def build_arguments(settings: Settings) -> tuple[str, ...]:
    """What ``dbt`` is told to do in a build: everything once, as of the moment asked for."""
    as_of = asked_for(settings)
    variables = ("--vars", json.dumps(as_of.variables)) if as_of else ()
    return ("build", *NOT_NIGHTLY, *variables)


def prepare(settings: Settings, *, compare_as_before: bool = False) -> None:
    """Lay ready what a build reads: empty templates, the versions of every period, what changed.

    The results of an earlier build are removed: nobody shall publish by them. A build that makes
    again what is published is to ``compare_as_before``: with the forecast that was kept for it.
    """
    prepare_home(settings)
    for entry in REGISTRY:
        schemas = entry.load("tables")
        Staging(settings.staged, entry.source, entry.name).write_templates(schemas)
    template = settings.quarantine / TEMPLATE / TEMPLATE / TEMPLATE
    write_templates(template, {"checks": CHECKS})
    write_batches(settings)
    write_freshness(settings, as_of.moment if (as_of := asked_for(settings)) else None)
    write_sightings(settings)
    write_revised_cells(settings)
    write_forecasts_published(settings, renew=not compare_as_before)
    make_folder(target(settings))
    (target(settings) / "run_results.json").unlink(missing_ok=True)


def dbt(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one dbt command in a process of its own, so that its lock on the file ends with it."""
    command = [str(Path(sys.executable).with_name("dbt")), *arguments]
    return subprocess.run(
        command,
        cwd=PROJECT,
        env={**os.environ, **dbt_environment(settings)},
        capture_output=True,
        text=True,
        check=False,
    )


def parse_project(settings: Settings) -> Path:
    """Write dbt's manifest and return its path. Raises ``RuntimeError`` with dbt's own words."""
    make_folder(target(settings))
    done = dbt(settings, "--quiet", "parse")
    if done.returncode:
        raise RuntimeError(f"dbt parse failed in {PROJECT}:\n{done.stdout}{done.stderr}")
    return target(settings) / "manifest.json"


def build(settings: Settings, *, compare_as_before: bool = False) -> BuildResult:
    """Prepare, then build every model and run every data test once."""
    prepare(settings, compare_as_before=compare_as_before)
    done = dbt(settings, *build_arguments(settings))
    return BuildResult(done.returncode, failed_nodes(settings), done.stdout + done.stderr)


def failed_nodes(settings: Settings) -> tuple[str, ...]:
    """The nodes of the last build that broke or failed their test, by dbt's unique id."""
    path = target(settings) / "run_results.json"
    if not path.exists():
        return ()
    results = json.loads(path.read_text())["results"]
    return tuple(result["unique_id"] for result in results if result["status"] in ("error", "fail"))
