"""All of Kreishaus at work: sample sources served, dbt's project read, Airflow ready."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

from rich.console import Console

from kreishaus.datasets import SOURCES
from kreishaus.files import make_folder
from kreishaus.rights import prepare_home
from kreishaus.settings import Settings
from operations.local.airflow import EmbeddedAirflow

INGEST_DAGS = tuple(source.dag_id for source in SOURCES)
BUILD_DAG = "build_marts"
WATCH_DAG = "watch_freshness"
MAINTENANCE_DAG = "maintenance"
REPORTS_DAG = "publish_reports"


@contextmanager
def local_stack(
    settings: Settings, console: Console, *, reparse_seconds: int
) -> Iterator[EmbeddedAirflow]:
    """Start Kreishaus for a night or for longer; whatever was started ends with the block.

    Raises ``AirflowNotReady``. A dbt project that cannot be read is said, and no reason to stop:
    the sources are collected all the same, and the build will be red.
    """
    with ExitStack() as inside, ThreadPoolExecutor(1) as meanwhile:
        if settings.sources == "sample":
            settings = inside.enter_context(_samples_served(settings))
        airflow = inside.enter_context(EmbeddedAirflow(settings, reparse_seconds=reparse_seconds))
        nodes_changed = meanwhile.submit(_list_nodes, settings)
        if settings.sources == "sample":
            _make_samples(settings)
        try:
            changed = nodes_changed.result()
        except RuntimeError as broken_project:
            console.print(str(broken_project), style="red", markup=False, highlight=False)
            changed = False
        ours = {*INGEST_DAGS, BUILD_DAG, REPORTS_DAG, WATCH_DAG, MAINTENANCE_DAG}
        airflow.wait_until_ready(ours)
        if changed:
            airflow.read_again(BUILD_DAG)
        yield airflow


@contextmanager
def _samples_served(settings: Settings) -> Iterator[Settings]:
    """Serve the folder of the sample files, which may still be empty, on a port that is free.

    Yields the settings with the address at which it really is.
    """
    from sample.server import serve

    root = settings.sample / "http"
    prepare_home(settings)
    make_folder(root)
    with ExitStack() as inside:
        try:
            server = inside.enter_context(serve(root, urlsplit(settings.sample_url).port or 0))
        except OSError:  # another installation runs on this machine
            server = inside.enter_context(serve(root))
        yield settings.model_copy(update={"sample_url": server.url})


def _make_samples(settings: Settings) -> None:
    from sample.make import make  # brings a PDF writer and a spreadsheet writer

    make(settings)


def _list_nodes(settings: Settings) -> bool:
    """List dbt's nodes for the DAG that shows them; True if they are others than before."""
    from warehouse.build import parse_project
    from warehouse.nodes import read_nodes, write_nodes

    before = read_nodes(settings.warehouse)
    write_nodes(parse_project(settings), settings.warehouse)
    return read_nodes(settings.warehouse) != before
