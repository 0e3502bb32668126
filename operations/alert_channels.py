"""The channels by which people are told: e-mail and webhook, through Airflow's notifiers.

Light to import, for every DAG file does; the notifiers come in when there is something to tell.
They need Airflow's connections, and no process of Airflow: ``kreishaus check-night`` sends too.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING

from kreishaus.settings import Settings
from kreishaus.wording import in_language

if TYPE_CHECKING:
    from pipeline.alerts import Message

WEBHOOK_SECONDS = 10
log = logging.getLogger(__name__)


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
    try:
        note_sent(settings, message, name, error, datetime.now(UTC))
    except (
        OSError
    ) as fault:  # a full disk is what people are to be told of, by the next channel too
        log.error(
            "%s: that %r was sent could not be written down: %s", name, message.subject, fault
        )
    return error is None


# ``notify``, and not the notifier itself: called, it would render the words as a template, and
# they quote files that somebody else named and filled.


def _by_email(message: Message, settings: Settings) -> None:
    from airflow.providers.smtp.notifications.smtp import SmtpNotifier

    text = in_language(message.text, settings.language)
    SmtpNotifier(
        to=list(settings.alerts.emails),
        subject=in_language(message.subject, settings.language),
        html_content=f'<pre style="white-space: pre-wrap">{escape(text)}</pre>',
        smtp_conn_id=settings.alerts.smtp_connection,
    ).notify({})


def _to_webhook(message: Message, settings: Settings) -> None:
    from airflow.providers.http.notifications import HttpNotifier

    HttpNotifier(
        http_conn_id=settings.alerts.webhook_connection,
        json={"text": in_language(message.brief, settings.language)},
        headers={"Content-Type": "application/json"},
        extra_options={"timeout": WEBHOOK_SECONDS},
    ).notify({})
