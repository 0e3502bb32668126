"""One night of a house, in one process and without Airflow."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

from kreishaus.datasets import REGISTRY
from kreishaus.model import Landed
from kreishaus.settings import Settings
from pipeline.steps import Outcome, land, treat
from warehouse.build import build
from warehouse.manifest import Manifest
from warehouse.publish import publish

FILES_WORTH_A_PROCESS = 8
"""A process of its own first imports Great Expectations, which takes seconds."""


@dataclass(frozen=True)
class Night:
    """A house after a night, with what became of each file and what was published."""

    house: Settings
    outcomes: list[Outcome]
    manifest: Manifest


def treated(settings: Settings, landed: Sequence[Landed]) -> list[Outcome]:
    """What becomes of each landed file, as many at a time as there are cores, as in Airflow."""
    if len(landed) < FILES_WORTH_A_PROCESS:
        return [treat(file, settings) for file in landed]
    with ProcessPoolExecutor() as several:
        return list(several.map(partial(treat, settings=settings), landed))


def night(settings: Settings, run_id: str) -> Night:
    """Land, treat, build, publish."""
    landed = [file for entry in REGISTRY for file in land(entry.id, settings, run_id).to_treat]
    outcomes = treated(settings, landed)
    build(settings)
    return Night(settings, outcomes, publish(settings, run_id))
