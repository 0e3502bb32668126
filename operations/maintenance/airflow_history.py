"""Forgetting Airflow's own old runs: its database grows with every night."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kreishaus.settings import Settings

ADDRESS = "KREISHAUS_AIRFLOW_DATABASE"
"""The address of Airflow's database. A task is not given it by Airflow, on purpose."""

ADDRESSES_OF_AIRFLOW = ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW__CORE__SQL_ALCHEMY_CONN")


class NothingToClean(Exception):
    """There is nothing to do here; the message says why."""


def clean(settings: Settings, now: datetime | None = None) -> str:
    """Run ``airflow db clean`` and return what it said.

    Raises ``NothingToClean``, and ``RuntimeError`` with Airflow's words when it failed.
    """
    days, address = settings.retention.airflow_days, os.environ.get(ADDRESS)
    if days is None:
        raise NothingToClean("airflow_days is not set: runs are kept for ever")
    if not address:
        raise NothingToClean(f"{ADDRESS} is not set: Airflow's database is looked after elsewhere")
    oldest = (now or datetime.now(UTC)) - timedelta(days=days)
    command = [str(Path(sys.executable).with_name("airflow")), "db", "clean", "--yes"]
    command += ["--skip-archive", "--error-on-cleanup-failure"]
    command += ["--clean-before-timestamp", oldest.isoformat(timespec="seconds")]
    # Inside a task Airflow puts an address that leads nowhere into both variables.
    environment = {**os.environ, **dict.fromkeys(ADDRESSES_OF_AIRFLOW, address)}
    done = subprocess.run(
        command,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"airflow db clean failed:\n{done.stdout}{done.stderr}")
    return done.stdout
