"""Telling people of a red DAG run. Light to import, for every DAG file does."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from kreishaus.settings import Settings, read_settings
from operations.alert_channels import anybody, send

if TYPE_CHECKING:
    from pipeline.issues import Issue

log = logging.getLogger(__name__)


def alert(context: Mapping[str, Any]) -> None:
    """Tell whoever is configured that a run is red: one message, and none of the same fault again.

    A refused file that lies unchanged in its drop folder makes each night red, and is told once.

    Airflow calls it in the DAG processor, once a run. What keeps a message from being sent is
    logged there and shown by ``kreishaus status``.
    """
    from pipeline.alerts import QUIET_AFTER_RED, QUIET_AFTER_REFUSED, AlertLog, digest, red_run

    settings, now = read_settings(), datetime.now(UTC)
    if not anybody(settings):
        return
    dag_id, run_id = context["dag"].dag_id, context["run_id"]
    red, found = red_task(context), faults(settings, dag_id, run_id, now)
    about = [issue.key or f"{issue.about} {issue.why}" for issue in found] or [red]
    key = f"red {dag_id} {digest(*sorted(about))}"
    alert_log = AlertLog(settings)
    refused = found and all(issue.kind == "refused" for issue in found)
    if alert_log.within(QUIET_AFTER_REFUSED if refused else QUIET_AFTER_RED, key, now):
        log.info("%s: the same fault was told before", dag_id)
        return
    page = page_of(dag_id, run_id)
    words = {"dag_id": dag_id, "run_id": run_id, "red_task": red, "found": found}
    if send(red_run(settings, **words, page=page), settings):
        alert_log.note(key, now)


def faults(settings: Settings, dag_id: str, run_id: str, now: datetime) -> list[Issue]:
    """What this run left in red, as far as Kreishaus itself knows."""
    from pipeline.issues import issues
    from pipeline.status import dataset_status
    from warehouse.not_renewed import not_renewed

    if not dag_id.startswith("ingest_"):
        return not_renewed(settings, run_id)
    source = dag_id.removeprefix("ingest_")
    statuses = [
        status
        for status in dataset_status(settings, now.date(), source=source)
        if run_id in {visit.run_id for visit in (status.last_visit, status.last_backfill) if visit}
    ]
    return [issue for issue in issues(statuses, settings, now) if issue.severity == "red"]


def red_task(context: Mapping[str, Any]) -> str:
    """The task that made the run red, as far as Airflow says; empty for a run that timed out."""
    return context["ti"].task_id if "ti" in context else ""


def page_of(dag_id: str, run_id: str) -> str:
    """The address of a run in Airflow."""
    from airflow.configuration import conf

    base = conf.get("api", "base_url", fallback="http://localhost:8080").rstrip("/")
    return f"{base}/dags/{dag_id}/runs/{quote(run_id, safe='')}"
