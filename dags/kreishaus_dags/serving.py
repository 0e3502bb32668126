"""What comes after publishing: PostgreSQL for its readers."""

from __future__ import annotations

import logging

from airflow.sdk import task
from airflow.sdk.exceptions import AirflowSkipException

from kreishaus_dags.as_of import house

log = logging.getLogger(__name__)


@task(trigger_rule="all_done", retries=1)
def serve() -> None:
    """Load the current version into PostgreSQL; skipped without one, or if built as of a day.

    Also after a build that was red: what is current is the last good version. Red when readers
    could not be given it; they then have the version they had.
    """
    from warehouse.as_of import asked_for
    from warehouse.serving.connection import configured
    from warehouse.serving.load import load
    from warehouse.versions import NothingPublished

    settings = house()
    if as_of := asked_for(settings):
        raise AirflowSkipException(f"as of {as_of.moment}: lies aside, and is not served")
    if not configured(settings):
        raise AirflowSkipException("no serving database is configured (docs/serving.md)")
    try:
        log.info("%s", load(settings).told)
    except NothingPublished as nothing:
        raise AirflowSkipException(str(nothing)) from nothing
