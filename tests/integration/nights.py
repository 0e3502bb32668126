"""One night of a house, in one process and without Airflow."""

from __future__ import annotations

from dataclasses import dataclass

from kreishaus.datasets import REGISTRY
from kreishaus.settings import Settings
from pipeline.steps import Outcome, land, treat
from warehouse.build import build
from warehouse.manifest import Manifest
from warehouse.publish import publish


@dataclass(frozen=True)
class Night:
    """A house after a night, with what became of each file and what was published."""

    house: Settings
    outcomes: list[Outcome]
    manifest: Manifest


def night(settings: Settings, run_id: str) -> Night:
    """Land, treat, build, publish."""
    landed = [file for entry in REGISTRY for file in land(entry.id, settings, run_id).to_treat]
    outcomes = [treat(file, settings) for file in landed]
    build(settings)
    return Night(settings, outcomes, publish(settings, run_id))
