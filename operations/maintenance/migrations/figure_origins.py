"""The word on who made the figures of a file, for the files of homes that did not know it yet.

The bytes are still there, or they are not: without them nobody knows whether a mark was in them,
and the word stays ``unknown``, also for an address of the office.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from kreishaus.figure_origin import FIGURE_ORIGINS, FigureOrigin
from kreishaus.files import write_json_atomically
from kreishaus.model import Request
from kreishaus.settings import Settings
from kreishaus.store.landing import Landing
from kreishaus.store.staging import TEMPLATE, Staging
from pipeline.origins import figure_origin

SAID = "figure_origin"


def upgrade_sidecars(settings: Settings) -> str:
    """Write into the sidecar of each landed file who made its figures."""
    said: Counter[FigureOrigin] = Counter()
    for folder in _datasets(settings.landing):
        landing = Landing(settings.landing, folder.parent.name, folder.name)
        for sha256 in landing.hashes():
            sidecar = folder / f"{sha256}.json"
            document = json.loads(sidecar.read_text())
            if SAID in document:
                continue
            word = _word(landing, sha256, settings)
            document |= {SAID: word, "figure_origin_from": document["identity"]}
            write_json_atomically(sidecar, document)
            said[word] += 1
    if not said:
        return "landing: each sidecar says who made the figures"
    counts = ", ".join(f"{said[word]} {word}" for word in FIGURE_ORIGINS if said[word])
    return f"landing: sidecars say who made the figures ({counts})"


def upgrade_staged(settings: Settings) -> str:
    """Write into each staged row who made its figures, as the sidecar of its file says."""
    changed = 0
    for folder in _datasets(settings.staged):
        source, name = folder.parent.name, folder.name
        landing = Landing(settings.landing, source, name)
        staging = Staging(settings.staged, source, name)
        for record in list(staging.records()):
            known = landing.has(record.sha256)
            word = landing.sidecar(record.sha256).figure_origin if known else "unknown"
            changed += staging.relabel(record.sha256, word)
    return f"staged: the rows of {changed} files say who made their figures"


def _datasets(root: Path) -> Iterator[Path]:
    for folder in sorted(root.glob("[!._]*/[!._]*")):
        if folder.is_dir() and folder.name != TEMPLATE:
            yield folder


def _word(landing: Landing, sha256: str, settings: Settings) -> FigureOrigin:
    sidecar = landing.sidecar(sha256)
    offered = sidecar.offered_as
    is_address = "://" in offered
    request = Request(
        sidecar.identity,
        sidecar.label,
        url=offered if is_address else None,
        path=None if is_address else offered,
    )
    try:
        content = landing.content(sha256)
    except FileNotFoundError:  # a rule has deleted the bytes
        return "unknown"
    return figure_origin(content, request, landing.source, settings)
