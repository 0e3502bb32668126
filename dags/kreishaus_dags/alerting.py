"""Telling people, through Airflow's notifiers: a red DAG run, and what is late.

Light to import, for every DAG file does; the notifiers come in when there is something to tell.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from kreishaus.settings import Settings, read_settings

if TYPE_CHECKING:
    from pipeline.alerts import Message
    from pipeline.troubles import Trouble

WEBHOOK_SECONDS = 10
log = logging.getLogger(__name__)


def alert(context: Mapping[str, Any]) -> None:
    """Tell whoever is configured that a run is red: one message, and none of the same fault again.

    Airflow calls it in the DAG processor, once a run. What keeps a message from being sent is
    logged there and shown by ``kreishaus status``.
    """
    from pipeline.alerts import QUIET_AFTER_RED, Told, digest, red_run

    settings, now = read_settings(), datetime.now(UTC)
    if not anybody(settings):
        return
    dag_id, run_id = context["dag"].dag_id, context["run_id"]
    red, found = red_task(context), faults(settings, dag_id, run_id, now)
    about = [f"{trouble.about} {trouble.why}" for trouble in found] or [red]
    key = f"red {dag_id} {digest(*sorted(about))}"
    told = Told(settings)
    if told.within(QUIET_AFTER_RED, key, now):
        log.info("%s: the same fault was told less than a night ago", dag_id)
        return
    page = page_of(dag_id, run_id)
    words = {"dag_id": dag_id, "run_id": run_id, "red_task": red, "found": found}
    if send(red_run(settings, **words, page=page), settings):
        told.note(key, now)


def faults(settings: Settings, dag_id: str, run_id: str, now: datetime) -> list[Trouble]:
    """What this run left in red, as far as the house itself knows."""
    from pipeline.status import dataset_status
    from pipeline.troubles import troubles
    from warehouse.troubles import not_renewed

    if not dag_id.startswith("ingest_"):
        return not_renewed(settings, run_id)
    source = dag_id.removeprefix("ingest_")
    statuses = [
        status
        for status in dataset_status(settings, now.date(), source=source)
        if run_id in {visit.run_id for visit in (status.last_visit, status.last_backfill) if visit}
    ]
    return [trouble for trouble in troubles(statuses, settings, now) if trouble.grade == "red"]


def red_task(context: Mapping[str, Any]) -> str:
    """The task that made the run red, as far as Airflow says; empty for a run that timed out."""
    return context["ti"].task_id if "ti" in context else ""


def anybody(settings: Settings) -> bool:
    """Whether somebody is to be told at all."""
    return bool(settings.alerts.emails or settings.alerts.webhook_connection)


def send(message: Message, settings: Settings) -> bool:
    """Send by every channel that is configured; True if one of them took the message.

    One that fails keeps no other from it, and is written down.
    """
    channels: dict[str, Callable[[Message, Settings], None]] = {}
    if settings.alerts.webhook_connection:
        channels["webhook"] = _to_webhook
    if settings.alerts.emails:
        channels["e-mail"] = _by_email
    arrived = [name for name, way in channels.items() if _tried(name, way, message, settings)]
    return bool(arrived)


def _tried(
    name: str, way: Callable[[Message, Settings], None], message: Message, settings: Settings
) -> bool:
    from airflow.sdk.exceptions import AirflowException, AirflowRuntimeError
    from requests import RequestException

    from pipeline.alerts import note_sent

    error = None
    try:
        way(message, settings)
    except RequestException as fault:  # its words hold the address, which is a secret
        error = type(fault).__name__
    # Of mail servers and of networks, of connections that are missing or wrongly set.
    except (AirflowException, AirflowRuntimeError, OSError, ValueError, RuntimeError) as fault:
        error = f"{type(fault).__name__}: {fault}".splitlines()[0]
    if error:
        log.error("%s: %r was not sent: %s", name, message.subject, error)
    note_sent(settings, message, name, error, datetime.now(UTC))
    return error is None


# ``notify``, and not the notifier itself: called, it would render the words as a template, and
# they quote files that somebody else named and filled.


def _by_email(message: Message, settings: Settings) -> None:
    from airflow.providers.smtp.notifications.smtp import SmtpNotifier

    SmtpNotifier(
        to=list(settings.alerts.emails),
        subject=message.subject,
        html_content=f'<pre style="white-space: pre-wrap">{escape(message.text)}</pre>',
        smtp_conn_id=settings.alerts.smtp_connection,
    ).notify({})


def _to_webhook(message: Message, settings: Settings) -> None:
    from airflow.providers.http.notifications import HttpNotifier

    HttpNotifier(
        http_conn_id=settings.alerts.webhook_connection,
        json={"text": message.brief},
        headers={"Content-Type": "application/json"},
        extra_options={"timeout": WEBHOOK_SECONDS},
    ).notify({})


def page_of(dag_id: str, run_id: str) -> str:
    """The address of a run in Airflow."""
    from airflow.configuration import conf

    base = conf.get("api", "base_url", fallback="http://localhost:8080").rstrip("/")
    return f"{base}/dags/{dag_id}/runs/{quote(run_id, safe='')}"
