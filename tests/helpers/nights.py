"""Steps of a night, in one process and without Airflow."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from kreishaus.model import Landed
from kreishaus.settings import Settings
from pipeline.steps import Outcome, process_file
from warehouse import versions
from warehouse.build import (
    NOT_NIGHTLY,
    build_arguments,
    dbt,
    parse_project,
    parsed,
    prepare,
    target,
)
from warehouse.builds import keep
from warehouse.manifest import Manifest, published_marts
from warehouse.parse_cache import REMEMBERED
from warehouse.publish import publish
from warehouse.query import query

FILES_WORTH_A_PROCESS = 8
"""A process of its own first imports Great Expectations, which takes seconds."""


def processed(settings: Settings, landed: Sequence[Landed]) -> list[Outcome]:
    """What becomes of each landed file, as many at a time as there are cores, as in Airflow."""
    if len(landed) < FILES_WORTH_A_PROCESS:
        return [process_file(file, settings) for file in landed]
    with ProcessPoolExecutor() as several:
        return list(several.map(partial(process_file, settings=settings), landed))


def manifest_of(version: Path) -> Manifest:
    """What a published version says of both its halves."""
    halves = {name: tuple(published_marts(version, name).values()) for name in versions.AUDIENCES}
    told = versions.manifest(version, "internal")
    told |= {"marts": halves["internal"], "public": halves["public"]}
    return Manifest(**{**told, "sources": tuple(told["sources"])})


def built_without_tests(settings: Settings, run_id: str) -> Settings:
    """Build and publish rows whose data tests another build runs."""
    prepare(settings)
    done = dbt(settings, *build_arguments(settings), "--exclude-resource-type", "test")
    assert done.returncode == 0, done.stdout
    assert keep(settings, target(settings)) is not None
    assert publish(settings, run_id).faults == {}
    return settings


def rebuilt(settings: Settings, *selected: str) -> None:
    """Build again what is selected, and run its tests, in a warehouse that holds all the rest.

    For what a test asks the warehouse itself (``in_warehouse``): none of it can be published.
    Views of a copied warehouse read the home that it was copied from until they are built again:
    ``+`` before a model takes those that it reads.
    """
    prepare(settings)
    done = dbt(settings, "build", *NOT_NIGHTLY, "--select", *selected)
    assert done.returncode == 0, done.stdout


def parsed_where_it_lies(settings: Settings) -> None:
    """Parse the project for a copied home, once: each dbt after it need not.

    What dbt remembers names the path of the warehouse, and dbt takes no parse of another path.
    """
    parse_project(settings)
    take_parse(settings, target(settings))


def take_parse(settings: Settings, folder: Path) -> None:
    """Let a dbt that writes to ``folder`` begin with the parse of ``parse_project``."""
    shutil.copyfile(parsed(settings) / REMEMBERED, folder / REMEMBERED)


def ask(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    """What the published marts answer, with the rows of the internal half."""
    return [tuple(row.values()) for row in query(settings, sql).to_pylist()]


def ask_warehouse(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    """What the marts answer as they were built last, published or not."""
    return [tuple(row.values()) for row in in_warehouse(settings, sql)]


def in_warehouse(settings: Settings, sql: str) -> list[dict[str, Any]]:
    """The same, each row with the names of its columns."""
    with duckdb.connect(settings.warehouse / versions.DATABASE, read_only=True) as warehouse:
        warehouse.execute("set schema = 'marts'")
        answer: list[dict[str, Any]] = warehouse.sql(sql).to_arrow_table().to_pylist()
    return answer
