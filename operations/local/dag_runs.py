"""One night: sources collected, marts built, papers printed; then it is looked back upon."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from kreishaus.settings import Settings
from operations.local.api import AirflowApi, DagRun
from operations.local.clock import Clock
from operations.local.environment import airflow_home
from operations.local.progress import Display, watch
from operations.local.stack import BUILD_DAG, INGEST_DAGS, MAINTENANCE_DAG, REPORTS_DAG, WATCH_DAG
from operations.local.summary import LocalRun


def new_run_id() -> str:
    """The name that this night's runs have in every DAG, in the landing and in the publication."""
    return f"night_{datetime.now(UTC):%Y%m%dT%H%M%SZ}"


def run_dags(api: AirflowApi, run_id: str, clock: Clock, display: Display) -> list[DagRun]:
    """Collect, then build, then print; return how every run ended.

    The build is unpaused only when all sources are in: their assets would start it before. So are
    the papers, when the marts are published.
    """
    clock.begin("collecting")
    for dag_id in INGEST_DAGS:
        api.unpause(dag_id)
        api.trigger(dag_id, run_id)
    runs = watch(api, INGEST_DAGS, run_id, display)
    clock.begin("building")
    api.unpause(BUILD_DAG)
    api.trigger(BUILD_DAG, run_id)
    runs += watch(api, (BUILD_DAG,), run_id, display)
    clock.begin("printing")
    api.unpause(REPORTS_DAG)
    api.trigger(REPORTS_DAG, run_id)
    runs += watch(api, (REPORTS_DAG,), run_id, display)
    for dag_id in (WATCH_DAG, MAINTENANCE_DAG):
        api.unpause(dag_id)  # for the mornings to come
    return runs


def summarise(
    settings: Settings,
    api: AirflowApi,
    runs: list[DagRun],
    run_id: str,
    clock: Clock,
    page: Mapping[str, str | Path],
) -> LocalRun:
    """Everything worth saying about a night that has ended. Needs Airflow's API still there.

    ``page`` is where Airflow's page is to be found, and how one comes in.
    """
    from pipeline.status import dataset_status  # brings pyarrow
    from warehouse import versions

    red = [
        task
        for run in runs
        if run.state == "failed"
        for task in api.tasks(run.dag_id, run_id, "failed")
    ]
    try:
        version = versions.current(settings)
        published = versions.manifest(version, "internal")
        database = versions.database(version, "internal")
    except versions.NothingPublished:
        published, database = None, settings.published / versions.CURRENT
    return LocalRun(
        runs=runs,
        red=red,
        datasets=dataset_status(settings, date.today(), run_id),
        published=published,
        places={
            "published database": database,
            "papers": settings.home / "reports" / "index.html",
            "Data Docs": settings.home / "docs" / "quality" / "index.html",
            **page,
        },
        seconds=clock.seconds,
        logs=airflow_home(settings) / "logs",
    )
