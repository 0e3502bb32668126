"""One table by GENESIS REST: asked for directly, and as a job where it is too large for that."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping

from ingest.http import Answer, Client
from ingest.it_nrw.genesis_status import (
    JOB_MADE,
    NO_OBJECT,
    NOTHING_NEWER,
    TOO_LARGE,
    Status,
    raise_for_status,
    require_same_question,
)
from ingest.it_nrw.jobs import JobDesk
from ingest.it_nrw.rest import SOURCE, Service, root_of
from kreishaus.model import Request, SourceRefused
from kreishaus.settings import Settings
from kreishaus.wording import say

log = logging.getLogger(__name__)

METHOD = "data/tablefile"
ADJUSTED = re.compile(r"Mindestens ein Parameter[^:]*angepasst[^:]*:?\s*(?P<names>[^)]*)")
NOT_OURS = "stand"
"""The service adjusts this parameter even where we do not send it; no value depends on it."""


def fetch(settings: Settings, client: Client, request: Request) -> Answer:
    """Ask the service at ``request.url`` for what ``request.form`` says.

    Returns the bytes of a ZIP or text answer. The content is None, as for an unchanged file, when
    the service has nothing newer. Raises ``NothingOffered`` when it has nothing at all for the
    question, ``SourceUnavailable`` for what may heal by itself and ``SourceRefused`` for what
    somebody must mend.
    """
    if request.url is None or request.form is None:
        raise ValueError(f"{request.label}: a GENESIS request needs a url and a form")
    service = Service.of(settings, client, database_at(settings, request.url))
    patience = settings.source_config(SOURCE).patience
    log.info("%s: asking %s (REST, %s)", request.label, service.root, service.account.origin)
    desk = JobDesk(service, settings.home / "jobs", patience)
    return table(service, desk, request.form, request.label)


def table(service: Service, desk: JobDesk, form: Mapping[str, str], label: str) -> Answer:
    """The answer to one question about a table, see ``fetch``."""
    if name := desk.pending(form):
        log.info("%s: job %s of an earlier visit is looked for first", label, name)
        return desk.collect(name, form, label)
    reply = service.ask(METHOD, form, label)
    if isinstance(reply, Status) and reply.code == TOO_LARGE:
        reply = service.ask(METHOD, {**form, "job": "true"}, label)
    if isinstance(reply, Answer):
        return reply
    if reply.code in (JOB_MADE, NO_OBJECT, NOTHING_NEWER):
        require_same_question(reply, form, label)
        _require_unadjusted(reply, label)
    if reply.code == JOB_MADE:
        return desk.collect(desk.note(reply, form, label), form, label)
    raise_for_status(reply, label, service.account)
    return Answer(f"{service.root}/{METHOD}", None, {})


def database_at(settings: Settings, url: str) -> str:
    """The database whose ``data/tablefile`` has this address. Raises ``ValueError`` for none."""
    for database in settings.source_config(SOURCE).databases:
        if url == f"{root_of(settings, database)}/{METHOD}":
            return database
    raise ValueError(f"{url}: no database of [source.{SOURCE}.databases] has its service there")


def _require_unadjusted(status: Status, label: str) -> None:
    adjusted = ADJUSTED.search(status.text)
    if adjusted and adjusted["names"].strip(" .)") != NOT_OURS:
        raise SourceRefused(
            say(
                "{label}: {said}: the service changed the question, so the answer would be "
                "to another one. Compare county.toml with the table",
                label=label,
                said=status.said,
            )
        )
