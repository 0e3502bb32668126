"""Sending OpenLineage events by configuration. What is wrong there is a warning, never a red run.

lineage/<UTC time>_<run>.jsonl    with ``transport = "file"``: an event a line
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kreishaus.files import make_folder
from kreishaus.secret_files import SecretUnreadable, secret
from kreishaus.settings import Settings

if TYPE_CHECKING:
    from openlineage.client.event_v2 import RunEvent

API_KEY = "KREISHAUS_LINEAGE_API_KEY"
log = logging.getLogger(__name__)


def send(settings: Settings, run_id: str, events: Iterable[RunEvent]) -> int:
    """Send events where the county wants them; returns how many arrived.

    The first that does not arrive ends it: a server that is down is not asked 300 times.
    """
    arrived = 0
    try:
        from openlineage.client import OpenLineageClient

        client = OpenLineageClient(config={"transport": _transport(settings, run_id)})
        for event in events:
            client.emit(event)
            arrived += 1
        client.close()
    # Of the network, of a disk, of a server that answers nonsense, of the package that is missing:
    # the client raises what its parts raise, and lineage is no reason to be red.
    except Exception as fault:  # noqa: BLE001
        where = settings.lineage.url or str(folder(settings))
        words = f"{type(fault).__name__}: {fault}"
        if key := _key():
            words = words.replace(key, "[hidden]")
        log.warning("lineage: %d events arrived at %s, then: %s", arrived, where, words)
    else:
        log.info("lineage: %d events sent", arrived)
    return arrived


def folder(settings: Settings) -> Path:
    """Where files of events lie."""
    return settings.lineage.path or settings.home / "lineage"


def _transport(settings: Settings, run_id: str) -> dict[str, Any]:
    wanted = settings.lineage
    if wanted.transport == "file":
        return {"type": "file", "append": True, "log_file_path": str(_new_file(settings, run_id))}
    transport: dict[str, Any] = {
        "type": "http",
        "url": wanted.url,
        "timeout": wanted.timeout_seconds,
        "retry": {"total": 1, "connect": 1, "read": 0, "backoff_factor": 0.1},
    }
    if key := _key():
        transport["auth"] = {"type": "api_key", "apiKey": key}
    return transport


def _key() -> str:
    try:
        return secret(API_KEY)
    except SecretUnreadable as fault:
        log.warning("lineage: %s", fault)
        return ""


def _new_file(settings: Settings, run_id: str) -> Path:
    """The file of this run, after the oldest ones were removed."""
    place = folder(settings)
    make_folder(place)
    newest_first = sorted(place.glob("*.jsonl"), reverse=True)
    for old in newest_first[settings.lineage.keep_files - 1 :]:
        old.unlink(missing_ok=True)
    plain = re.sub(r"[^\w.+-]", "_", run_id)
    return place / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}_{plain}.jsonl"
