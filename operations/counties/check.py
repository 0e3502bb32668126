"""Whether the lists of a county can be read and hold what they must: before they land."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from ingest.county.discover import lists
from ingest.http import Client
from kreishaus.datasets import dataset
from kreishaus.model import Finding, Origin, Request, UnreadableFile
from kreishaus.settings import Settings
from pipeline.steps import judge

DATASET = "county/lists"


def check(settings: Settings) -> Iterator[tuple[str, tuple[Finding, ...]]]:
    """Each list of the county by the name of its file, with what is wrong in it.

    Nothing is landed. Raises ``SourceUnavailable`` without the county's folder.
    """
    entry = dataset(DATASET)
    with Client.of(settings) as client:
        for request in lists(settings, client, entry.name):
            yield request.label, _findings(settings, request)


def _findings(settings: Settings, request: Request) -> tuple[Finding, ...]:
    entry = dataset(DATASET)
    if request.path is None:
        message = f"{request.label}: {request.fault}"
        return (Finding(rule="file", severity="critical", message=message),)
    origin = Origin(
        entry.source, entry.name, "", request.label, request.identity, datetime.now(UTC)
    )
    try:
        _, validation, _ = judge(entry, Path(request.path).read_bytes(), origin)
    except UnreadableFile as error:
        return error.findings
    return validation.findings
