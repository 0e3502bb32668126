"""What all DAGs share: their assets, schedules and policy, and the tasks that end a run."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import (
    Asset,
    AssetAny,
    AssetOrTimeSchedule,
    CronTriggerTimetable,
    get_current_context,
    task,
)
from airflow.sdk.exceptions import AirflowSkipException

from kreishaus.datasets import SOURCES
from kreishaus.folder_formats import known
from kreishaus.local_time import TIMEZONE
from kreishaus.setting_faults import settings_or_why
from kreishaus.settings import Settings
from kreishaus_dags.alerting import alert

STAGED = {
    source.name: Asset(f"staged_{source.name}", uri=f"kreishaus://staged/{source.name}")
    for source in SOURCES
}
PUBLISHED = Asset("published", uri="kreishaus://published")
log = logging.getLogger(__name__)


def policy() -> dict[str, Any]:
    """What holds for each DAG. Raises ``WrongSettings``: every DAG file then shows the same."""
    return {
        "max_active_runs": 1,
        "catchup": False,
        "dagrun_timeout": timedelta(hours=5),
        "on_failure_callback": alert,
        "default_args": {
            "owner": "data-engineering",
            "retries": 2,
            "retry_delay": timedelta(minutes=settings_or_why().retry_minutes),
            "retry_exponential_backoff": True,
            "max_retry_delay": timedelta(hours=1),
            "execution_timeout": timedelta(minutes=45),
        },
    }


def current_settings() -> Settings:
    """The settings for a task. Raises ``WrongFormat`` for a home that needs other code."""
    return known(settings_or_why())


def nightly(clock: str) -> CronTriggerTimetable:
    """Every night at ``clock`` (``hh:mm``, German time). What was missed is not made up for."""
    hour, minute = clock.split(":")
    return CronTriggerTimetable(
        f"{int(minute)} {int(hour)} * * *",
        timezone=TIMEZONE,
        run_immediately=timedelta(minutes=2),
    )


def when_staged_or(clock: str) -> AssetOrTimeSchedule:
    """Whenever a source staged something new, and at ``clock`` all the same."""
    return AssetOrTimeSchedule(timetable=nightly(clock), assets=AssetAny(*STAGED.values()))


@task(outlets=[PUBLISHED], trigger_rule="all_done", retries=0)
def announce_version() -> None:
    """Say that readers have a new version; skipped when this run published none to them."""
    from warehouse.versions import published_by

    if not published_by(current_settings(), get_current_context()["run_id"]):
        raise AirflowSkipException("readers have no version of this run")


def green_if_none_failed(meaning: str) -> EmptyOperator:
    """A last task that keeps a run red, though something after a red task ran all the same."""
    return EmptyOperator(task_id="complete", trigger_rule="none_failed", doc_md=meaning)
